//! The comparison for a report or a spreadsheet: TABs between cells, plain numbers.

use std::fmt::Write as _;

use super::super::app::App;
use super::comparer::Found;
use super::table::why_no_peer;
use super::{compared_with, ended};
use crate::measurement::{Comparison, FigureComparison};

const HEADS: &str = "run\tbaseline\tmessage size (bytes)\tserver delay (ms)\t\
    RTT ratio\tRTT ratio from\tRTT ratio to\tRTT verdict\tRTT p\tRTT p after Holm\t\
    throughput ratio\tthroughput ratio from\tthroughput ratio to\tthroughput verdict\tthroughput p\t\
    throughput p after Holm";

/// All of it.
#[must_use]
pub fn of(app: &App, found: &Found) -> String {
    let Some(baseline) = app.library.baseline() else {
        return String::new();
    };
    let mut points = format!("{HEADS}\n");
    let mut differences = String::new();
    let mut sentences = String::new();
    for entry in compared_with(app, Some(baseline)) {
        let names = (plain(&entry.name), plain(&baseline.name));
        if let Some(peer) = entry.peer() {
            let _ = writeln!(sentences, "{}: {}", names.0, why_no_peer(peer));
        } else if let Some(comparison) = found.of(entry.id).filter(|_| ended(entry).is_some()) {
            rows(&mut points, (&names.0, &names.1), comparison);
            for difference in &comparison.differences {
                let _ = writeln!(
                    differences,
                    "{}\t{}\t{}\t{}",
                    names.0,
                    plain(&difference.what),
                    plain(&difference.baseline),
                    plain(&difference.other)
                );
            }
        }
    }
    if !differences.is_empty() {
        let _ = write!(
            points,
            "\nrun\twhat differs\tbaseline\tthis run\n{differences}"
        );
    }
    if !sentences.is_empty() {
        let _ = write!(points, "\n{sentences}");
    }
    points
}

fn rows(text: &mut String, (run, baseline): (&str, &str), comparison: &Comparison) {
    for point in &comparison.points {
        let _ = writeln!(
            text,
            "{run}\t{baseline}\t{}\t{}\t{}\t{}",
            point.message_size,
            point.server_delay_ms,
            cells(&point.rtt),
            cells(&point.throughput)
        );
    }
}

fn cells(figure: &FigureComparison) -> String {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
    [
        number(figure.value),
        number(figure.ratio.map(|ratio| ratio.lo)),
        number(figure.ratio.map(|ratio| ratio.hi)),
        figure.verdict.to_string(),
        number(figure.p),
        number(figure.adjusted_p),
    ]
    .join("\t")
}

/// Names are people's, and may not break a cell.
fn plain(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}
