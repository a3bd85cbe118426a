//! A run as text for a terminal: what was measured, a table of its points, what failed.

use std::fmt::Write;

use comfy_table::{CellAlignment, Row, Table, presets};

use crate::experiment::Target;
use crate::measurement::units::Unit;
use crate::measurement::{FaultKind, Point, PointStatistics, Run, RunState};

/// Stands where there is no figure.
const NONE: &str = "–";

/// The report of a run.
pub(super) fn report(run: &Run) -> String {
    let mut text = headline(run);
    let _ = write!(text, "\n\n{}\n", trimmed(&table(run)));
    for (points, message) in failures(run) {
        let _ = write!(text, "\n{points}: {message}");
    }
    if run.state == RunState::Stopped
        && let Some(error) = &run.error
    {
        let _ = write!(text, "\n{error}");
    }
    text.trim_end().to_owned()
}

/// The table without the blanks that fill its lines up.
fn trimmed(table: &Table) -> String {
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n")
}

fn headline(run: &Run) -> String {
    let profile = &run.profile;
    let mut text = format!("{} to {}", profile.measurement_type, run.destination);
    if profile.target == Target::Embedded {
        text.push_str(" (the embedded server)");
    }
    let _ = write!(
        text,
        ", {} of {}",
        counted(profile.rounds.most(), "round"),
        counted(profile.probes, "probe")
    );
    if profile.warmup > 0 {
        let _ = write!(text, " after {} of warm-up", profile.warmup);
    }
    if let [delay] = *profile.server_delays_ms
        && delay > 0
    {
        let _ = write!(text, ", server delay {delay} ms");
    }
    let _ = write!(text, ", dialect {}", profile.dialect);
    text
}

fn counted(count: u32, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn table(run: &Run) -> Table {
    let several_delays = run.profile.server_delays_ms.len() > 1;
    let unit = unit_of(run);
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(header(unit, several_delays));
    for point in &run.points {
        table.add_row(row(point, unit, several_delays));
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// One unit for all times of the table, so that they can be compared at a glance: that of the
/// shortest median.
fn unit_of(run: &Run) -> Unit {
    let medians = run.points.iter().filter_map(|point| point.statistics);
    let shortest = medians.map(|figures| figures.rtt.p50).reduce(f64::min);
    Unit::of_time(shortest.unwrap_or(1e3))
}

fn header(unit: Unit, several_delays: bool) -> Row {
    let time = |name: &str| format!("{name}\n{}", unit.name);
    let mut header = vec!["size\nB".to_owned()];
    header.extend(several_delays.then(|| "delay\nms".to_owned()));
    header.push("n".to_owned());
    header.extend(["min", "p50", "p90", "p99", "max", "mean", "median 95 %"].map(time));
    header.push("throughput\nMbit/s".to_owned());
    header.into()
}

fn row(point: &Point, unit: Unit, several_delays: bool) -> Row {
    let mut row = vec![point.spec.message_size.to_string()];
    row.extend(several_delays.then(|| point.spec.server_delay_ms.to_string()));
    if let Some(figures) = &point.statistics {
        row.extend(figures_of(figures, unit));
    } else {
        row.push("0".to_owned());
        row.extend(std::iter::repeat_n(NONE.to_owned(), 8));
    }
    row.into()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "four digits are shown, and nanoseconds stay far below 2^52"
)]
fn figures_of(figures: &PointStatistics, unit: Unit) -> [String; 9] {
    let rtt = figures.rtt;
    [
        figures.n.to_string(),
        unit.digits(rtt.min as f64),
        unit.digits(rtt.p50),
        unit.digits(rtt.p90),
        unit.digits(rtt.p99),
        unit.digits(rtt.max as f64),
        unit.digits(rtt.mean),
        rtt.median_ci95.map_or_else(
            || NONE.to_owned(),
            |interval| format!("{}–{}", unit.digits(interval.lo), unit.digits(interval.hi)),
        ),
        Unit::mbit_per_s().digits(figures.throughput.mean * 8.0),
    ]
}

/// What failed, each sentence once with the points it befell. That a stopped run lacks points needs
/// no sentence for each of them.
fn failures(run: &Run) -> Vec<(String, String)> {
    let several_delays = run.profile.server_delays_ms.len() > 1;
    let mut failures: Vec<(Vec<String>, String)> = Vec::new();
    for point in run.failed_points() {
        let Some(fault) = point
            .error
            .as_ref()
            .filter(|fault| fault.kind != FaultKind::Stopped)
        else {
            continue;
        };
        let mut name = format!("{} B", point.spec.message_size);
        if several_delays {
            let _ = write!(name, " at {} ms", point.spec.server_delay_ms);
        }
        let message = fault.to_string();
        match failures.iter_mut().find(|(_, known)| *known == message) {
            Some((points, _)) => points.push(name),
            None => failures.push((vec![name], message)),
        }
    }
    let all = run.points.len();
    failures
        .into_iter()
        .map(|(points, message)| {
            let points = if points.len() == all && all > 1 {
                format!("all {all} points")
            } else {
                points.join(", ")
            };
            (points, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::*;
    use crate::experiment::{Plan, Profile};
    use crate::measurement::{Environment, Fault, FaultPhase, Probe, Round, RunId, Transcript};

    fn run(profile: Profile, rounds: u32) -> Run {
        let plan = Plan::new(&profile);
        let points = plan.points().iter().zip(1_u64..).map(|(spec, nth)| {
            let mut point = Point::new(*spec);
            let round = |number| {
                Arc::new(Round {
                    number,
                    session: number,
                    warmup: 0,
                    connect_ns: None,
                    local: None,
                    probes: vec![Probe::new(0, Some(nth * 10_000)), Probe::new(1, None)].into(),
                    ..Round::default()
                })
            };
            point.rounds = (1..=rounds).map(round).collect();
            point.refresh_statistics();
            point
        });
        Run {
            id: RunId(1),
            started: jiff::Timestamp::UNIX_EPOCH,
            origin: Instant::now(),
            state: RunState::Finished,
            error: None,
            destination: "127.0.0.1:10000".to_owned(),
            environment: Arc::new(Environment::default()),
            points: points.collect(),
            seed: 0,
            calibration: None,
            socket: None,
            route: None,
            checks: Vec::new(),
            transcript: Transcript::default(),
            profile: Arc::new(profile),
        }
    }

    fn lines(run: &Run) -> Vec<String> {
        report(run)
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn each_point_is_a_row_under_its_units() {
        let run = run(
            Profile {
                message_sizes: vec![100, 65_536],
                rounds: crate::experiment::Rounds::Exactly(6),
                ..Profile::default()
            },
            6,
        );
        assert_eq!(
            lines(&run),
            [
                "rtt to 127.0.0.1:10000 (the embedded server), 6 rounds of 20 probes, dialect boston",
                "",
                "size n min p50 p90 p99 max mean median 95 % throughput",
                "B µs µs µs µs µs µs µs Mbit/s",
                "100 6 10.00 10.00 10.00 10.00 10.00 10.00 10.00–10.00 80.00",
                "65536 6 20.00 20.00 20.00 20.00 20.00 20.00 20.00–20.00 26210",
            ]
        );
    }

    #[test]
    fn several_delays_have_a_column_and_a_failure_is_said_once() {
        let mut run = run(
            Profile {
                message_sizes: vec![1, 2],
                server_delays_ms: vec![0, 5],
                ..Profile::default()
            },
            0,
        );
        let fault = |message: &str| {
            Some(Fault {
                phase: FaultPhase::Connect,
                kind: FaultKind::Refused,
                message: message.to_owned(),
            })
        };
        run.points[1].error = fault("No.");
        run.points[3].error = fault("No.");
        let shown = lines(&run);
        assert_eq!(shown[4], "1 0 0 – – – – – – – –");
        assert_eq!(
            shown.last().unwrap(),
            "2 B at 0 ms, 2 B at 5 ms: connect: No."
        );
        for point in &mut run.points {
            point.error = fault("Gone.");
        }
        assert_eq!(lines(&run).last().unwrap(), "all 4 points: connect: Gone.");
    }

    #[test]
    fn a_stopped_run_says_so_once() {
        let mut run = run(Profile::default(), 1);
        run.state = RunState::Stopped;
        run.error = Some("The run was stopped.".to_owned());
        for point in &mut run.points {
            point.error = Some(Fault {
                phase: FaultPhase::Measurement,
                kind: FaultKind::Stopped,
                message: "stopped".to_owned(),
            });
        }
        let shown = lines(&run);
        assert_eq!(shown.last().unwrap(), "The run was stopped.");
        assert!(!shown.iter().any(|line| line.contains("points")));
    }
}
