//! What stands below the table of a run: how far its figures can be trusted, and what they leave out.

use std::fmt::Write;

use crate::experiment::{Order, Rounds};
use crate::measurement::numbers::float;
use crate::measurement::units::{count, counted, significant, span, throughput, time};
use crate::measurement::{
    AtFloor, Cause, MODEL, NoFit, Point, PointStatistics, PrecisionOutcome, Run, at_floor, fits,
    limit_of,
};

/// The interval of this point is wider than was asked for.
const NOT_PRECISE: char = '*';
/// The instrument is seen in the figures of this point.
const NEAR_FLOOR: char = '~';
/// This point is faster than the instrument's floor.
const BELOW_FLOOR: char = '<';

/// The marks of a point, for the end of its row.
pub(super) fn marks(run: &Run, point: &Point) -> String {
    let mut marks = String::new();
    marks.extend(is_not_reached(point).then_some(NOT_PRECISE));
    marks.extend(at_floor(run, point).map(|how| match how {
        AtFloor::Near => NEAR_FLOOR,
        AtFloor::Below => BELOW_FLOOR,
    }));
    marks
}

/// Every note there is to make, a line each.
pub(super) fn notes(run: &Run) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(differences(run));
    notes.extend(precision(run));
    notes.extend(near_floor(run));
    notes.extend(below_floor(run));
    notes.extend(instrument(run));
    notes.extend(cold_start(run));
    notes.extend(outliers(run));
    notes.extend(window_bound(run));
    notes.extend(model(run));
    notes.extend(limits(run));
    notes.extend(order(run));
    notes.extend(checks(run));
    notes.extend(refused(run));
    notes
}

/// What the server does differently from the text, a line each.
fn differences(run: &Run) -> impl Iterator<Item = String> {
    let remarks = run.server.remarks.iter();
    remarks.map(|remark| format!("server, {}: {}", remark.about, remark.text))
}

/// A point's name among those of its run.
pub(super) fn name_of(run: &Run, point: &Point) -> String {
    let mut name = format!("{} B", count(point.spec.message_size));
    if run.profile.server_delays_ms.len() > 1 {
        let _ = write!(name, " at {} ms", count(point.spec.server_delay_ms));
    }
    name
}

fn is_not_reached(point: &Point) -> bool {
    use PrecisionOutcome::{NotReachedInRounds, NotReachedInTime};
    matches!(point.outcome, Some(NotReachedInRounds | NotReachedInTime))
}

/// How the stop rule ended.
fn precision(run: &Run) -> Option<String> {
    let Rounds::UntilPrecise(precision) = run.profile.rounds else {
        return None;
    };
    let all = run.points.len();
    let reached = run
        .points
        .iter()
        .filter(|point| point.outcome == Some(PrecisionOutcome::Reached));
    let rounds: Vec<u32> = reached.map(rounds_of).collect();
    let width = format!("{} %", precision.ci_width_percent);
    let points = if all == 1 { "point" } else { "points" };
    let mut text = format!(
        "precision: {} of {all} {points} reached {width}",
        rounds.len()
    );
    if let (Some(least), Some(most)) = (rounds.iter().min(), rounds.iter().max()) {
        let _ = write!(text, " after {}", span(*least, *most));
    }
    let open = run.points.iter().filter(|point| point.outcome.is_none());
    match open.count() {
        0 => {}
        open => {
            let _ = write!(text, ", {open} not decided");
        }
    }
    let missed: Vec<&Point> = run
        .points
        .iter()
        .filter(|point| is_not_reached(point))
        .collect();
    if !missed.is_empty() {
        let _ = write!(
            text,
            "; {NOT_PRECISE} not reached: {}",
            missing(run, &missed)
        );
    }
    Some(text)
}

/// The points that did not get as precise as was asked for: each if they are few, or how they stand.
fn missing(run: &Run, missed: &[&Point]) -> String {
    const FEW: usize = 3;
    if missed.len() <= FEW {
        let each: Vec<String> = missed
            .iter()
            .map(|point| {
                let how = how_missed(
                    point,
                    point.interval_width_percent().map(|width| (width, width)),
                );
                format!("{} ({how})", name_of(run, point))
            })
            .collect();
        return each.join(", ");
    }
    let widths = || {
        missed
            .iter()
            .filter_map(|point| point.interval_width_percent())
    };
    let range = widths().reduce(f64::min).zip(widths().reduce(f64::max));
    let last = missed.iter().max_by_key(|point| rounds_of(point));
    let how = last.map(|last| how_missed(last, range)).unwrap_or_default();
    format!("{} points ({how})", missed.len())
}

fn how_missed(point: &Point, width: Option<(f64, f64)>) -> String {
    let percent = |width| format!("{}\u{a0}%", significant(width));
    let width = width.map(|(least, most)| range(&percent(least), &percent(most)) + " ");
    let time = if point.outcome == Some(PrecisionOutcome::NotReachedInTime) {
        ", then the time was over"
    } else {
        ""
    };
    format!(
        "{}after {}{time}",
        width.unwrap_or_default(),
        counted(rounds_of(point).into(), "round")
    )
}

fn rounds_of(point: &Point) -> u32 {
    u32::try_from(point.rounds_done()).unwrap_or(u32::MAX)
}

fn any_at_floor(run: &Run, how: AtFloor) -> bool {
    let mut points = run.points.iter();
    points.any(|point| at_floor(run, point) == Some(how))
}

fn near_floor(run: &Run) -> Option<String> {
    any_at_floor(run, AtFloor::Near).then(|| {
        format!(
            "{NEAR_FLOOR} nearer than 10 times the instrument floor: what the instrument costs is \
             part of the figure"
        )
    })
}

fn below_floor(run: &Run) -> Option<String> {
    any_at_floor(run, AtFloor::Below).then(|| {
        format!(
            "{BELOW_FLOOR} faster than the instrument floor: this machine was slower when it was \
             calibrated, before and after the run; the floor is no bound for this run"
        )
    })
}

fn instrument(run: &Run) -> Option<String> {
    let Some(floor) = run.calibration else {
        // A document of a run that was never begun, or of a program that did not measure it.
        run.route.as_ref()?;
        let why = "the instrument floor is not known: this machine was too busy to find it";
        return Some(if run.is_loopback() {
            format!("loopback: the path is this machine, {why}")
        } else {
            why.to_owned()
        });
    };
    let is = if run.is_loopback() {
        "loopback: the path is this machine, the instrument floor is"
    } else {
        "instrument floor:"
    };
    Some(format!(
        "{is} {} (median {}; clock {} a reading, in steps of {})",
        time(floor.least_ns()),
        time(floor.floor_ns),
        time(floor.clock_cost_ns),
        time(float(floor.clock_resolution_ns))
    ))
}

/// What lies before the steady state: opening a connection, and its first probe.
fn cold_start(run: &Run) -> Option<String> {
    let median = |of: fn(&PointStatistics) -> Option<f64>| range_of(run, of);
    let connect = median(|figures| Some(figures.connect?.p50_ns));
    let first = median(|figures| Some(figures.first_probe?.p50_ns));
    let spelled = |(least, most): (f64, f64)| range(&time(least), &time(most));
    let parts: Vec<String> = [
        first.map(|first| format!("first probe of a connection {}", spelled(first))),
        connect.map(|connect| format!("connecting {}", spelled(connect))),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| format!("cold start: {} (medians)", parts.join(", ")))
}

fn outliers(run: &Run) -> Option<String> {
    let figures = || run.points.iter().filter_map(|point| point.statistics);
    let outliers: u64 = figures().map(|figures| figures.outliers.count).sum();
    let samples: u64 = figures().map(|figures| figures.n).sum();
    (outliers > 0).then(|| {
        format!(
            "outliers: {} of {}, far from the median (MAD); counted all the same",
            count(outliers),
            counted(samples, "sample")
        )
    })
}

/// The figure that is often written up as throughput.
fn window_bound(run: &Run) -> Option<String> {
    let (least, most) = range_of(run, |figures| figures.window_bound)?;
    Some(format!(
        "receive window / RTT: {}, a bound of one connection, not measured",
        range(&throughput(least), &throughput(most))
    ))
}

/// The least and the greatest of a figure over the points that have it.
fn range_of(run: &Run, of: fn(&PointStatistics) -> Option<f64>) -> Option<(f64, f64)> {
    let figures = || {
        let points = run.points.iter();
        points.filter_map(|point| of(point.statistics.as_ref()?))
    };
    Some((figures().reduce(f64::min)?, figures().reduce(f64::max)?))
}

fn range(least: &impl ToString, most: &impl ToString) -> String {
    let (least, most) = (least.to_string(), most.to_string());
    if least == most {
        most
    } else {
        format!("{least} to {most}")
    }
}

/// The model of each server delay, or in a line why there is none. A single message size was not meant to
/// have one.
fn model(run: &Run) -> Vec<String> {
    let mut lines = Vec::new();
    let mut refused: Vec<(String, Vec<String>)> = Vec::new();
    for (delay_ms, fit) in fits(run) {
        let at = match run.profile.server_delays_ms.len() {
            0 | 1 => String::new(),
            _ => format!(" at {} ms", count(delay_ms)),
        };
        match fit {
            Ok(fit) => {
                lines.push(format!("model {MODEL}{at}, by the medians of the rounds:"));
                lines.extend(fit.sentences().iter().map(|line| format!("  {line}")));
            }
            Err(NoFit::NothingMeasured | NoFit::FewSizes { sizes: ..=1 }) => {}
            Err(refusal) => {
                let why = refusal.to_string();
                match refused.iter_mut().find(|(known, _)| *known == why) {
                    Some((_, delays)) => delays.push(at),
                    None => refused.push((why, vec![at])),
                }
            }
        }
    }
    let refused = refused.into_iter();
    lines.extend(refused.map(|(why, at)| format!("no model{}: {why}", at.join(","))));
    lines
}

/// What limited each point. Points of one cause are told together; of more than two the figures are
/// those of the first and the last, and that is said: the document has those of each.
fn limits(run: &Run) -> Vec<String> {
    let mut causes: Vec<(Cause, Vec<(String, String)>)> = Vec::new();
    for point in &run.points {
        let Some(limit) = limit_of(run, point) else {
            continue;
        };
        let told = (name_of(run, point), limit.sentence);
        match causes.iter_mut().find(|(cause, _)| *cause == limit.cause) {
            Some((_, points)) => points.push(told),
            None => causes.push((limit.cause, vec![told])),
        }
    }
    let mut lines = Vec::new();
    for (cause, points) in causes {
        let names: Vec<&str> = points.iter().map(|(name, _)| name.as_str()).collect();
        let what = match cause {
            Cause::NotKnown => "limit not known".to_owned(),
            cause => format!(
                "limited by the {}",
                cause.name().trim_start_matches("this ")
            ),
        };
        let of = if names.len() > 2 {
            format!(
                " (figures of the first and the last of these {} points; --json has those of each)",
                names.len()
            )
        } else {
            String::new()
        };
        lines.push(format!("{what}: {}{of}", names.join(", ")));
        let (first, last) = (points.first(), points.last().filter(|_| points.len() > 1));
        for (name, sentence) in first.into_iter().chain(last) {
            lines.push(format!("  {name}: {sentence}"));
        }
    }
    lines
}

fn order(run: &Run) -> Option<String> {
    let is_random = run.profile.order == Order::Random && run.points.len() > 1;
    is_random.then(|| {
        format!(
            "order of the points: random, drawn from seed {} (--seed {} repeats it)",
            run.seed, run.seed
        )
    })
}

fn checks(run: &Run) -> Vec<String> {
    let failed = run.checks.iter().filter(|check| !check.passed);
    let mut lines: Vec<String> = failed
        .map(|check| format!("CHECK FAILED, {}: {}", check.name, check.detail))
        .collect();
    if lines.is_empty() && !run.checks.is_empty() {
        let passed = count(run.checks.len() as u64);
        lines.push(format!("self-checks: {passed} passed, none failed"));
    }
    lines
}

fn refused(run: &Run) -> impl Iterator<Item = String> {
    let sockets = run.socket.iter();
    sockets.flat_map(|socket| socket.refused.iter().map(|why| format!("socket: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::report::tests::{lines, run};
    use crate::experiment::Profile;
    use crate::measurement::{Calibration, Check, Route, SocketSettings, by_hand};

    /// Three points of 10, 20 and 30 µs.
    fn measured(profile: Profile) -> Run {
        let profile = Profile {
            message_sizes: vec![1, 100, 1_000],
            ..profile
        };
        let mut run = run(profile, 6);
        run.calibration = Some(Calibration {
            clock_cost_ns: 22.0,
            clock_resolution_ns: 1,
            floor_ns: 4_100.0,
            floor_min_ns: 2_500,
            ..Calibration::default()
        });
        run
    }

    fn note(run: &Run, start: &str) -> Option<String> {
        let mut lines = lines(run).into_iter();
        lines.find(|line| line.starts_with(start))
    }

    fn row(run: &Run, size: u64) -> String {
        note(run, &format!("{} ", count(size))).unwrap()
    }

    #[test]
    fn the_model_is_told_or_in_one_line_why_there_is_none() {
        // 10, 20 and 30 µs.
        let sizes = |message_sizes, server_delays_ms| {
            let profile = Profile {
                message_sizes,
                server_delays_ms,
                ..Profile::default()
            };
            run(profile, 6)
        };
        let straight = sizes(vec![10_000, 20_000, 30_000], vec![0]);
        let shown = lines(&straight);
        let at = shown.iter().position(|line| line.starts_with("model "));
        let at = at.unwrap_or_else(|| panic!("{shown:#?}"));
        assert_eq!(
            shown[at],
            "model T(n) = alpha + n / beta, by the medians of the rounds:"
        );
        assert!(
            shown[at + 2].starts_with("beta 8,000 Mbit/s (95 %: "),
            "{shown:#?}"
        );
        assert!(
            shown[at + 3].starts_with("n_1/2 = alpha * beta: half"),
            "{shown:#?}"
        );
        let two = sizes(vec![1, 2], vec![0, 5]);
        assert_eq!(
            note(&two, "no model").unwrap(),
            "no model at 0 ms, at 5 ms: 2 message sizes cannot show whether the points lie on a \
             line; measure 3 or more, such as 1, 1K, 4K, 16K, 64K"
        );
        assert_eq!(note(&sizes(vec![1], vec![0]), "no model"), None);
    }

    #[test]
    fn points_that_are_not_precise_are_marked_and_named() {
        let mut run = measured(Profile::default());
        assert_eq!(
            note(&run, "precision").unwrap(),
            "precision: 0 of 3 points reached 5 %, 3 not decided"
        );
        for (point, outcome) in run.points.iter_mut().zip([
            PrecisionOutcome::Reached,
            PrecisionOutcome::NotReachedInRounds,
            PrecisionOutcome::NotReachedInTime,
        ]) {
            point.outcome = Some(outcome);
        }
        if let Some(figures) = &mut run.points[1].statistics
            && let Some(interval) = &mut figures.rtt.median_ci95
        {
            interval.hi += 1_640.0;
        }
        assert_eq!(
            note(&run, "precision").unwrap(),
            "precision: 1 of 3 points reached 5 % after 6 rounds; * not reached: 100 B (8.200 % after \
             6 rounds), 1,000 B (0 % after 6 rounds, then the time was over)"
        );
        assert!(!row(&run, 1).contains('*'));
        assert!(row(&run, 100).contains('*') && row(&run, 1_000).contains('*'));
        for point in &mut run.points {
            point.outcome = Some(PrecisionOutcome::NotReachedInRounds);
        }
        let (all, spec) = (run.points.clone(), run.points[0].spec);
        run.points
            .extend(all.into_iter().map(|point| Point { spec, ..point }));
        assert_eq!(
            note(&run, "precision").unwrap(),
            "precision: 0 of 6 points reached 5 %; * not reached: 6 points (0 % to 8.200 % after 6 \
             rounds)"
        );
        let rounds = measured(Profile {
            rounds: Rounds::Exactly(6),
            ..Profile::default()
        });
        assert_eq!(note(&rounds, "precision"), None);
    }

    #[test]
    fn points_near_the_floor_are_marked_unless_the_path_is_this_machine() {
        let mut run = measured(by_hand::profile());
        assert!(row(&run, 1).ends_with('~') && row(&run, 100).ends_with('~'));
        assert!(!row(&run, 1_000).contains('~'));
        assert!(note(&run, "~ nearer than 10 times").is_some());
        let floor = "2.500 µs (median 4.100 µs; clock 22.00 ns a reading, in steps of 1.000 ns)";
        assert_eq!(
            note(&run, "instrument").unwrap(),
            format!("instrument floor: {floor}")
        );
        run.route = Some(Route {
            loopback: true,
            ..Route::default()
        });
        assert!(!report_of(&run).contains('~'));
        assert_eq!(
            note(&run, "loopback").unwrap(),
            format!("loopback: the path is this machine, the instrument floor is {floor}")
        );
        run.calibration = None;
        let said = note(&run, "loopback").unwrap();
        assert!(said.contains("the instrument floor is not known"), "{said}");
    }

    #[test]
    fn a_point_faster_than_the_floor_is_marked_and_the_floor_called_no_bound() {
        for loopback in [false, true] {
            let mut run = measured(Profile::default());
            run.calibration = Some(Calibration {
                floor_ns: 16_000.0,
                floor_min_ns: 15_000,
                ..Calibration::default()
            });
            run.route = Some(Route {
                loopback,
                ..Route::default()
            });
            assert!(row(&run, 1).ends_with('<'));
            assert!(!row(&run, 100).contains('<') && !row(&run, 1_000).contains('<'));
            let said = note(&run, "< faster than the instrument floor").unwrap();
            assert!(said.contains("slower when it was calibrated"), "{said}");
        }
    }

    fn report_of(run: &Run) -> String {
        lines(run).join("\n")
    }

    #[test]
    fn what_does_not_agree_or_was_refused_is_said() {
        let mut run = measured(Profile::default());
        let check = |name: &str, passed| Check {
            name: name.to_owned(),
            passed,
            detail: "7 here, 8 there.".to_owned(),
        };
        run.checks = vec![check("bytes", true), check("time", true)];
        assert_eq!(
            note(&run, "self").unwrap(),
            "self-checks: 2 passed, none failed"
        );
        run.checks[0].passed = false;
        assert_eq!(note(&run, "self"), None);
        assert_eq!(
            note(&run, "CHECK").unwrap(),
            "CHECK FAILED, bytes: 7 here, 8 there."
        );
        run.socket = Some(SocketSettings {
            refused: vec!["No bbr.".to_owned(), "No window.".to_owned()],
            ..SocketSettings::default()
        });
        let text = report_of(&run);
        assert!(text.contains("socket: No bbr.") && text.contains("socket: No window."));
    }

    #[test]
    fn what_limited_the_points_is_said_with_its_figures() {
        let run = run(
            Profile {
                message_sizes: vec![1, 100, 1_000],
                ..Profile::default()
            },
            6,
        );
        let all = lines(&run);
        let at = all
            .iter()
            .position(|line| {
                line == "limit not known: 1 B, 100 B, 1,000 B (figures of the first and the last of these \
                         3 points; --json has those of each)"
            })
            .unwrap();
        // The first of them and the last.
        for (line, (name, point)) in all[at + 1..]
            .iter()
            .zip([("1 B", &run.points[0]), ("1,000 B", &run.points[2])])
        {
            let limit = limit_of(&run, point).unwrap();
            let sentence: Vec<&str> = limit.sentence.split_whitespace().collect();
            assert_eq!(*line, format!("{name}: {}", sentence.join(" ")));
        }
    }

    #[test]
    fn the_window_bound_is_called_a_bound() {
        let mut run = measured(Profile::default());
        assert_eq!(note(&run, "receive window"), None);
        for (point, bound) in run.points.iter_mut().zip([1e9, 5e8]) {
            if let Some(figures) = &mut point.statistics {
                figures.window_bound = Some(bound);
            }
        }
        assert_eq!(
            note(&run, "receive window").unwrap(),
            "receive window / RTT: 4,000 Mbit/s to 8,000 Mbit/s, a bound of one connection, not measured"
        );
    }

    #[test]
    fn a_run_in_sequence_has_no_seed_to_repeat() {
        let run = measured(Profile {
            order: Order::Sequential,
            ..Profile::default()
        });
        assert_eq!(note(&run, "order"), None);
    }
}
