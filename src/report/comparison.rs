//! The runs of a report compared with the first of them, point by point.

use maud::{Markup, html};

use super::ReportRun;
use super::page::{clean, named};
use crate::measurement::units::{count, significant};
use crate::measurement::{
    CAUTION, Comparison, Estimate, FigureComparison, PointComparison, Quantity, compare_all,
};

/// Nothing where there is one run alone.
pub(super) fn comparison(runs: &[ReportRun<'_>]) -> Markup {
    let Some((baseline, others)) = runs.split_first().filter(|(_, others)| !others.is_empty())
    else {
        return html! {};
    };
    let of_others: Vec<_> = others.iter().map(|one| one.run).collect();
    let comparisons = compare_all(baseline.run, &of_others);
    html! {
        h2 { "Comparison" }
        p {
            "Ratios are to the baseline, " (named(baseline, runs)) ", with 95 % intervals for each point "
            "alone; verdicts are corrected for the number of points (Holm). "
            "The unit is the round. " (CAUTION)
        }
        @for (one, comparison) in others.iter().zip(&comparisons) {
            h3 { (named(one, runs)) " against " (named(baseline, runs)) }
            p { "Round-trip time: " (comparison.summary(Quantity::Rtt)) "." }
            p { "Throughput: " (comparison.summary(Quantity::Throughput)) "." }
            (verdicts(comparison))
        }
    }
}

fn verdicts(comparison: &Comparison) -> Markup {
    html! {
        div.wide {
            table.figures.verdicts {
                thead {
                    tr {
                        th { "Size" small { "bytes" } }
                        th { "Delay" small { "ms" } }
                        th { "RTT / baseline" small { "95 % interval" } }
                        th { "p" small { "after Holm" } }
                        th { "Verdict" small { "RTT" } }
                        th { "Throughput / baseline" small { "95 % interval" } }
                        th { "Verdict" small { "throughput" } }
                    }
                }
                tbody { @for point in &comparison.points { (row(point)) } }
            }
        }
    }
}

fn row(point: &PointComparison) -> Markup {
    html! {
        tr {
            td { (count(point.message_size)) }
            td { (count(point.server_delay_ms)) }
            td { (ratio(&point.rtt)) }
            td { (point.rtt.adjusted_p.map_or_else(|| "–".to_owned(), significant)) }
            td { (clean(&point.rtt.verdict.to_string())) }
            td { (ratio(&point.throughput)) }
            td { (clean(&point.throughput.verdict.to_string())) }
        }
    }
}

fn ratio(figure: &FigureComparison) -> String {
    match (figure.ratio, figure.value) {
        (Some(Estimate { value, lo, hi }), _) => format!(
            "{} ({} – {})",
            significant(value),
            significant(lo),
            significant(hi)
        ),
        (None, Some(value)) => significant(value),
        (None, None) => "–".to_owned(),
    }
}
