//! The quiet line of a run that has ended: what of it has to be known before its figures are believed.

use egui::{Color32, Label, RichText, Ui};

use super::point_words::{AtFloor, at_floor, calibration_lines, is_loopback, rounds_done};
use super::theme::{Palette, space, text_size};
use crate::experiment::{Order, Rounds};
use crate::measurement::units::{bytes, counted, span};
use crate::measurement::{Check, FLOOR_MARGIN, PrecisionOutcome, Run};

/// One thing said, and what is behind it.
struct Remark {
    text: String,
    hover: String,
    /// Whether something is wrong.
    is_warning: bool,
}

/// Shows the line.
pub fn show(ui: &mut Ui, run: &Run) {
    let palette = Palette::of(ui);
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
        ui.add(Label::new(text).truncate())
            .on_hover_text(remark.hover);
    }
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

fn failed_checks(run: &Run) -> Option<Remark> {
    let failed: Vec<&Check> = run.checks.iter().filter(|check| !check.passed).collect();
    if failed.is_empty() {
        return None;
    }
    let text = format!("{} failed", counted(failed.len() as u64, "self-check"));
    let details = failed
        .iter()
        .map(|check| format!("{}: {}", check.name, check.detail));
    Some(Remark {
        text,
        hover: lines(details),
        is_warning: true,
    })
}

fn refused(run: &Run) -> Option<Remark> {
    let refused = &run.socket.as_ref()?.refused;
    if refused.is_empty() {
        return None;
    }
    Some(Remark {
        text: format!(
            "{} refused",
            counted(refused.len() as u64, "socket setting")
        ),
        hover: lines(refused.iter().cloned()),
        is_warning: true,
    })
}

/// Points that stand so to the instrument's floor; `None` if there is none.
fn standing(run: &Run, how: AtFloor) -> Option<usize> {
    let points = run.points.iter();
    let number = points
        .filter(|point| at_floor(run, point) == Some(how))
        .count();
    (number > 0).then_some(number)
}

fn below_the_floor(run: &Run) -> Option<Remark> {
    let below = standing(run, AtFloor::Below)?;
    Some(Remark {
        text: format!(
            "{below} of {} faster than the instrument floor",
            counted(run.points.len() as u64, "point")
        ),
        hover: lines([
            "Their medians are shorter than the floor: the machine was slower when it was calibrated, \
             just before the run, than in the run. The floor is no bound for this run."
                .to_owned(),
            run.calibration
                .map(|calibration| calibration_lines(&calibration))
                .unwrap_or_default(),
        ]),
        is_warning: true,
    })
}

fn near_the_floor(run: &Run) -> Option<Remark> {
    let near = standing(run, AtFloor::Near)?;
    Some(Remark {
        text: format!(
            "{near} of {} near the instrument floor",
            counted(run.points.len() as u64, "point")
        ),
        hover: lines([
            format!(
                "Their medians are less than {FLOOR_MARGIN} times the least that the same exchange took \
                 over this machine's loopback: a part of them is the instrument, not the path."
            ),
            run.calibration
                .map(|calibration| calibration_lines(&calibration))
                .unwrap_or_default(),
        ]),
        is_warning: true,
    })
}

fn precise(run: &Run) -> Option<Remark> {
    let Rounds::UntilPrecise(asked) = run.profile.rounds else {
        return None;
    };
    Some(Remark {
        text: precise_points(run)?,
        hover: format!(
            "A point is precise when the 95 % interval of its median of rounds is at most {} % of it \
             wide. It was looked for in {} within {} s.",
            asked.ci_width_percent,
            span(asked.min_rounds, asked.max_rounds),
            asked.time_budget_s
        ),
        is_warning: false,
    })
}

fn rounds(run: &Run) -> Option<Remark> {
    let done = || run.points.iter().map(rounds_done);
    let (least, most) = (done().min()?, done().max()?);
    let text = if least == most {
        counted(most as u64, "round")
    } else {
        format!("{least} to {most} rounds")
    };
    let order = match run.profile.order {
        Order::Random => format!(
            "Each round visited the points in another order, drawn from the seed {}. The same seed \
             gives the same orders.",
            run.seed
        ),
        Order::Sequential => "Each round visited the points in the order of the form.".to_owned(),
    };
    Some(Remark {
        text,
        hover: order,
        is_warning: false,
    })
}

fn loopback(run: &Run) -> Option<Remark> {
    if !is_loopback(run) {
        return None;
    }
    let calibration = run
        .calibration
        .map(|calibration| calibration_lines(&calibration));
    Some(Remark {
        text: "loopback: no network was measured".to_owned(),
        hover: lines([
            "Client and server were on this machine: what was measured is this machine's own network \
             code and this program, and every point is near the instrument's own floor."
                .to_owned(),
            calibration.unwrap_or_default(),
        ]),
        is_warning: false,
    })
}

/// How the run was connected and what agrees about it, for who wants to know.
#[must_use]
pub fn circumstances(run: &Run) -> String {
    let route = run.route.as_ref().map(|route| {
        let interface = if route.interface.is_empty() {
            "an interface that is not known"
        } else {
            &route.interface
        };
        route.mtu.map_or_else(
            || format!("Left this machine by {interface}."),
            |mtu| {
                format!(
                    "Left this machine by {interface}, MTU {}.",
                    bytes(mtu.into())
                )
            },
        )
    });
    let socket = run.socket.as_ref().map(|socket| {
        let delay = if socket.nodelay { "off" } else { "on" };
        let congestion = match socket.congestion_control.as_str() {
            "" => String::new(),
            name => format!(", congestion control {name}"),
        };
        format!(
            "Sockets as the system had them: Nagle {delay}, send buffer {}, receive buffer \
             {}{congestion}.",
            bytes(socket.send_buffer),
            bytes(socket.receive_buffer)
        )
    });
    let passed = run
        .checks
        .iter()
        .filter(|check| check.passed)
        .map(|check| format!("Agrees: {} ({}).", check.name, check.detail));
    let measured = format!("Measured {}.", run.destination);
    let first = [Some(measured), route, socket].into_iter().flatten();
    lines(first.chain(passed))
}

fn lines(texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::test_run::{self, rest_on, texts};
    use super::*;
    use crate::measurement::SocketSettings;

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
    fn loopback_is_said_once_with_the_instruments_floor_behind_it() {
        let mut run = run();
        if let Some(route) = &mut run.route {
            route.loopback = true;
        }
        let mut remarks = remarks(&run);
        remarks.retain(|remark| remark.text.contains("loopback"));
        assert_eq!(remarks.len(), 1);
        assert!(remarks[0].hover.contains("Instrument floor: 10.00\u{a0}µs"));
    }

    #[test]
    fn what_contradicts_itself_comes_first_as_a_warning_with_its_figures() {
        let mut run = run();
        run.checks = vec![check("bytes", false), check("time", true)];
        run.socket = Some(SocketSettings {
            refused: vec!["congestion control nosuch: not there".to_owned()],
            ..SocketSettings::default()
        });
        let remarks = remarks(&run);
        assert_eq!(remarks[0].text, "1 self-check failed");
        assert_eq!(remarks[0].hover, "bytes: figures of bytes");
        assert_eq!(remarks[1].text, "1 socket setting refused");
        assert!(remarks[1].hover.contains("nosuch"));
        assert!(remarks[0].is_warning && remarks[1].is_warning);
        assert!(remarks[2..].iter().all(|remark| !remark.is_warning));
        let known = circumstances(&run);
        assert!(known.contains("Agrees: time (figures of time)"), "{known}");
        assert!(known.contains("eth7, MTU 1,500 bytes"), "{known}");
        assert!(!known.contains("figures of bytes"), "{known}");
    }

    #[test]
    fn what_is_wrong_is_there_to_be_seen_and_its_figures_where_the_pointer_rests() {
        let mut run = run();
        run.checks = vec![check("bytes", false)];
        let mut harness = test_run::shown(egui::vec2(700.0, 60.0), move |ui| {
            ui.horizontal(|ui| show(ui, &run));
        });
        assert!(!texts(&harness).join("\n").contains("figures of bytes"));
        let said = rest_on(&mut harness, "1 self-check failed");
        assert!(said.contains("figures of bytes"), "{said}");
    }
}
