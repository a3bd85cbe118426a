//! The quiet line of a run that has ended: what of it has to be known before its figures are believed,
//! each with the way to its details; and, of one that failed, how much is there all the same.

use egui::{Color32, Link, RichText, TextWrapMode, Ui};

use super::details::{Topic, standing};
use super::point_words::rounds_done;
use super::theme::{Palette, space, text_size};
use crate::experiment::Rounds;
use crate::measurement::units::{count, counted};
use crate::measurement::{AtFloor, Point, PrecisionOutcome, Run};

/// One thing said, and where more is said of it.
struct Remark {
    text: String,
    topic: Topic,
    /// Whether something is wrong.
    is_warning: bool,
}

/// Shows the line. Gives the topic that was asked for.
pub fn show(ui: &mut Ui, run: &Run) -> Option<Topic> {
    let palette = Palette::of(ui);
    let mut asked = None;
    for remark in remarks(run) {
        ui.add_space(space::MEDIUM);
        let color: Color32 = if remark.is_warning {
            palette.warning
        } else {
            palette.faint
        };
        let text = RichText::new(remark.text)
            .size(text_size::SMALL)
            .color(color);
        let link = ui.scope(|ui| {
            ui.style_mut().wrap_mode = Some(TextWrapMode::Truncate);
            ui.add(Link::new(text))
        });
        let hint = format!("Shows \"{}\" in the details.", remark.topic.title());
        if link.inner.on_hover_text(hint).clicked() {
            asked = Some(remark.topic);
        }
    }
    asked
}

/// What is said of a run that failed: how much of it is there, and why not all.
#[must_use]
pub fn failure(run: &Run) -> String {
    let why = run.error.clone().unwrap_or_default();
    let echoes: u64 = run.points.iter().map(Point::probes_echoed).sum();
    let all = counted(run.points.len() as u64, "point");
    let failed = run.failed_points().count();
    if echoes == 0 {
        return if run.points.len() > 1 {
            format!("{failed} of {all} failed. {why}")
        } else {
            why
        };
    }
    let without = run
        .failed_points()
        .filter(|point| point.probes_echoed() == 0);
    let without = without.count();
    let of_all = |number: usize| format!("{} of {all}", count(number as u64));
    let or = |number: usize, one: &'static str, many| if number == 1 { one } else { many };
    let incomplete = failed.saturating_sub(without);
    let parts: Vec<String> = [
        (
            incomplete,
            or(incomplete, "is incomplete", "are incomplete"),
        ),
        (without, or(without, "has no echo", "have no echo")),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, words)| format!("{} {words}", of_all(number)))
    .collect();
    let word = if echoes == 1 { "echo" } else { "echoes" };
    format!(
        "After {} {word}: {}. {why}",
        count(echoes),
        parts.join(", ")
    )
}

/// Points that are precise, of how many; of a run that was to be precise.
#[must_use]
pub fn precise_points(run: &Run) -> Option<String> {
    let Rounds::UntilPrecise(_) = run.profile.rounds else {
        return None;
    };
    let is_precise = |outcome: Option<PrecisionOutcome>| outcome == Some(PrecisionOutcome::Reached);
    let precise = run
        .points
        .iter()
        .filter(|point| is_precise(point.outcome))
        .count();
    let points = counted(run.points.len() as u64, "point");
    Some(format!("{precise} of {points} precise"))
}

fn remarks(run: &Run) -> Vec<Remark> {
    [
        failed_checks(run),
        refused(run),
        differences(run),
        near_the_floor(run),
        below_the_floor(run),
        precise(run),
        rounds(run),
        loopback(run),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn warning(text: String, topic: Topic) -> Remark {
    Remark {
        text,
        topic,
        is_warning: true,
    }
}

fn said(text: String, topic: Topic) -> Remark {
    Remark {
        text,
        topic,
        is_warning: false,
    }
}

fn failed_checks(run: &Run) -> Option<Remark> {
    let failed = run.checks.iter().filter(|check| !check.passed).count() as u64;
    let text = format!("{} failed", counted(failed, "self-check"));
    (failed > 0).then(|| warning(text, Topic::Checks))
}

fn refused(run: &Run) -> Option<Remark> {
    let refused = run.socket.as_ref()?.refused.len() as u64;
    let text = format!("{} refused", counted(refused, "socket setting"));
    (refused > 0).then(|| warning(text, Topic::Path))
}

fn below_the_floor(run: &Run) -> Option<Remark> {
    let below = standing(run, AtFloor::Below)?;
    let points = counted(run.points.len() as u64, "point");
    let text = format!("{below} of {points} faster than the instrument floor");
    Some(warning(text, Topic::Calibration))
}

fn near_the_floor(run: &Run) -> Option<Remark> {
    let near = standing(run, AtFloor::Near)?;
    let points = counted(run.points.len() as u64, "point");
    let text = format!("{near} of {points} near the instrument floor");
    Some(warning(text, Topic::Calibration))
}

fn precise(run: &Run) -> Option<Remark> {
    Some(said(precise_points(run)?, Topic::Method))
}

fn rounds(run: &Run) -> Option<Remark> {
    let done = || run.points.iter().map(|point| rounds_done(run, point));
    let (least, most) = (done().min()?, done().max()?);
    let text = if least == most {
        counted(most as u64, "round")
    } else {
        format!("{least} to {most} rounds")
    };
    Some(said(text, Topic::Method))
}

fn differences(run: &Run) -> Option<Remark> {
    let count = run.server.remarks.len() as u64;
    let things = counted(count, "remark");
    let text = format!("{things} on the server");
    (count > 0).then(|| said(text, Topic::Server))
}

fn loopback(run: &Run) -> Option<Remark> {
    let text = "loopback: no network was measured".to_owned();
    run.is_loopback().then(|| said(text, Topic::Path))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use egui::accesskit::Role;
    use egui_kittest::kittest::Queryable;

    use super::super::test_run;
    use super::*;
    use crate::measurement::{Check, Fault, FaultKind, FaultPhase, SocketSettings};

    fn run() -> Run {
        let reached = Some(PrecisionOutcome::Reached);
        let not = Some(PrecisionOutcome::NotReachedInRounds);
        test_run::run(&[(1, 1_000_000, reached), (2, 1_000_000, not)])
    }

    fn check(name: &str, passed: bool) -> Check {
        Check {
            name: name.to_owned(),
            passed,
            detail: format!("figures of {name}"),
        }
    }

    fn said(run: &Run) -> Vec<(String, bool)> {
        let remarks = remarks(run).into_iter();
        remarks
            .map(|remark| (remark.text, remark.is_warning))
            .collect()
    }

    #[test]
    fn a_run_over_a_network_says_its_rounds_and_how_many_points_are_precise() {
        let expected = [("1 of 2 points precise", false), ("6 rounds", false)];
        assert_eq!(
            said(&run()),
            expected.map(|(text, warning)| (text.to_owned(), warning))
        );
        let mut counted = run();
        counted.profile = std::sync::Arc::new(crate::experiment::Profile {
            rounds: Rounds::Exactly(6),
            ..(*counted.profile).clone()
        });
        assert_eq!(said(&counted), [("6 rounds".to_owned(), false)]);
    }

    #[test]
    fn points_near_the_instruments_floor_are_counted_as_a_warning() {
        let run = test_run::run(&[(1, 30_000, None), (2, 1_000_000, None)]);
        let near = "1 of 2 points near the instrument floor".to_owned();
        assert!(said(&run).contains(&(near, true)), "{:?}", said(&run));
    }

    #[test]
    fn points_faster_than_the_floor_are_counted_as_a_warning_on_loopback_too() {
        let mut run = test_run::run(&[(1, 6_000, None), (2, 1_000_000, None)]);
        let below = (
            "1 of 2 points faster than the instrument floor".to_owned(),
            true,
        );
        assert!(said(&run).contains(&below), "{:?}", said(&run));
        if let Some(route) = &mut run.route {
            route.loopback = true;
        }
        assert!(said(&run).contains(&below), "{:?}", said(&run));
    }

    #[test]
    fn loopback_is_said_once() {
        let mut run = run();
        if let Some(route) = &mut run.route {
            route.loopback = true;
        }
        let mut said = said(&run);
        said.retain(|(text, _)| text.contains("loopback"));
        assert_eq!(said.len(), 1);
    }

    #[test]
    fn what_contradicts_itself_comes_first_as_a_warning() {
        let mut run = run();
        run.checks = vec![check("bytes", false), check("time", true)];
        run.socket = Some(SocketSettings {
            refused: vec!["congestion control nosuch: not there".to_owned()],
            ..SocketSettings::default()
        });
        let said = said(&run);
        assert_eq!(said[0], ("1 self-check failed".to_owned(), true));
        assert_eq!(said[1], ("1 socket setting refused".to_owned(), true));
        assert!(said[2..].iter().all(|(_, is_warning)| !is_warning));
    }

    #[test]
    fn a_remark_leads_to_its_details() {
        let mut run = run();
        run.checks = vec![check("bytes", false)];
        let asked = Rc::new(Cell::new(None));
        let told = Rc::clone(&asked);
        let mut harness = test_run::shown(egui::vec2(700.0, 60.0), move |ui| {
            ui.horizontal(|ui| {
                if let Some(topic) = show(ui, &run) {
                    told.set(Some(topic));
                }
            });
        });
        harness
            .get_by_role_and_label(Role::Link, "1 self-check failed")
            .click();
        harness.run();
        assert_eq!(asked.get(), Some(Topic::Checks));
        // From the keyboard too.
        harness
            .get_by_role_and_label(Role::Link, "6 rounds")
            .focus();
        harness.key_press(egui::Key::Enter);
        harness.run();
        assert_eq!(asked.get(), Some(Topic::Method));
    }

    #[test]
    fn a_server_that_went_after_good_echoes_is_not_said_to_have_left_nothing() {
        let mut run = test_run::run(&[(1, 1_000, None), (2, 1_000, None), (3, 1_000, None)]);
        run.error = Some("The server refused.".to_owned());
        for point in &mut run.points[..2] {
            point.error = Some(Fault {
                phase: FaultPhase::Connect,
                kind: FaultKind::Refused,
                message: String::new(),
            });
        }
        assert_eq!(
            failure(&run),
            "After 180 echoes: 2 of 3 points are incomplete. The server refused."
        );
        run.points[1].rounds.clear();
        assert_eq!(
            failure(&run),
            "After 120 echoes: 1 of 3 points is incomplete, 1 of 3 points has no echo. The server \
             refused."
        );
        for point in &mut run.points {
            point.rounds.clear();
        }
        assert_eq!(failure(&run), "2 of 3 points failed. The server refused.");
    }
}
