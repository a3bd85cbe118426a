//! What the tab says: every figure of the plots in words.

use super::distribution::MARKED;
use crate::gui::point_words::rounds_done;
use crate::measurement::units::{Unit, bytes, count, counted, time};
use crate::measurement::{Bin, Bins, Histogram, Mark, Point, PointSamples, RoundSpread, Run};

/// What an arrow at the edge of a plot means.
const BEYOND: &str = "arrow: beyond the plot";

/// Which point it is, of the run of this number.
pub fn title(run: u64, point: &Point) -> String {
    format!(
        "{}, delay {} ms, run {run}",
        bytes(point.spec.message_size),
        count(point.spec.server_delay_ms),
    )
}

/// How much was measured of it, and its median.
pub fn summary(run: &Run, point: &Point, samples: &PointSamples) -> String {
    let rounds = counted(rounds_done(run, point) as u64, "round");
    let how_many = format!("n {} in {rounds}", count(samples.n()));
    let Some(figures) = &point.statistics else {
        return how_many;
    };
    format!(
        "{how_many} · {}",
        median(figures.rtt.median_of_rounds, figures.rtt.median_ci95)
    )
}

fn median(ns: f64, interval: Option<crate::measurement::MedianInterval>) -> String {
    let interval = interval.map_or_else(
        || "no interval below 6 rounds".to_owned(),
        |interval| {
            format!(
                "95 % interval {} to {}",
                time(interval.lo),
                time(interval.hi)
            )
        },
    );
    format!("median of rounds {}, {interval}", time(ns))
}

/// The marked quantiles, and what lies beyond the bins.
#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds stay far below 2^52"
)]
pub fn quantiles(samples: &PointSamples, histogram: &Histogram) -> String {
    let unit = Unit::of_time(samples.quantile(0.5).unwrap_or(1e3));
    let figure = |(name, share): &(&str, f64)| {
        Some(format!("{name} {}", unit.digits(samples.quantile(*share)?)))
    };
    let figures: Vec<String> = MARKED.iter().filter_map(figure).collect();
    let mut said = vec![format!("{} {}", figures.join(" · "), unit.name)];
    if let (Some(longest), Some(last)) = (histogram.longest_ns, histogram.bins.last()) {
        said.push(format!(
            "{} beyond {}, the longest {}",
            count(histogram.beyond),
            time(last.to_ns),
            time(longest as f64)
        ));
    }
    said.join(" · ")
}

/// A bin.
pub fn bin(bin: &Bin) -> String {
    format!(
        "{} from {} to {}",
        counted(bin.count, "probe"),
        time(bin.from_ns.max(0.0)),
        time(bin.to_ns)
    )
}

/// A probe.
#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds stay far below 2^52"
)]
pub fn probe(point: &Point, mark: &Mark, is_lost: bool) -> String {
    let took = if is_lost {
        "no echo".to_owned()
    } else {
        time(mark.rtt_ns as f64).to_string()
    };
    let place = mark
        .round(point)
        .map_or_else(String::new, |(round, connection)| {
            format!("round {round}, connection {connection}, ")
        });
    format!(
        "{took} · {place}probe {}, sent {} into the run",
        mark.seq,
        time(mark.sent_ns as f64)
    )
}

/// What the timeline's signs mean, of those that it has: few words, all of which are to be seen.
pub fn timeline(samples: &PointSamples, has_strokes: bool, has_ceiling: bool) -> String {
    let sum = |of: fn(&RoundSpread) -> u64| samples.rounds().iter().map(of).sum::<u64>();
    let (warmup, unanswered) = (sum(|round| round.warmup), sum(|round| round.unanswered));
    let signs = [
        (true, "dot: a probe".to_owned()),
        (has_strokes, "stroke: least to greatest".to_owned()),
        (has_ceiling, BEYOND.to_owned()),
        (warmup > 0, format!("ring: warm-up ({})", count(warmup))),
        (
            unanswered > 0,
            format!("cross: no echo ({})", count(unanswered)),
        ),
    ];
    let shown = signs.into_iter().filter(|(is_there, _)| *is_there);
    let words: Vec<String> = shown.map(|(_, words)| words).collect();
    words.join(" · ")
}

/// What the signs of the plot of the rounds mean, of which some strokes may go beyond it.
pub fn rounds(has_interval: bool, is_cut: bool) -> String {
    let band = if has_interval {
        ", band: 95 % interval"
    } else {
        ""
    };
    let cut = if is_cut {
        format!(" · {BEYOND}")
    } else {
        String::new()
    };
    format!("line: median of all{band} · dot: a round's median, stroke: p10 to p90{cut}")
}

/// A round, or several that share a column.
pub fn rounds_under(rounds: &[RoundSpread]) -> String {
    let figures = || rounds.iter().filter_map(|round| round.rtts);
    let lowest = |of: fn(&crate::measurement::RoundRtts) -> f64| {
        figures()
            .map(|rtts| of(&rtts))
            .fold(f64::INFINITY, f64::min)
    };
    let highest = |of: fn(&crate::measurement::RoundRtts) -> f64| {
        figures().map(|rtts| of(&rtts)).fold(0.0, f64::max)
    };
    let spread = format!(
        "p10 {}, p90 {}",
        time(lowest(|rtts| rtts.p10)),
        time(highest(|rtts| rtts.p90))
    );
    match rounds {
        [round] => format!(
            "Round {}: median {}, {spread}, n {}",
            count(round.number.into()),
            time(lowest(|rtts| rtts.median)),
            count(round.n)
        ),
        [first, .., end] => format!(
            "Rounds {} to {}: medians {} to {}, {spread}",
            count(first.number.into()),
            count(end.number.into()),
            time(lowest(|rtts| rtts.median)),
            time(highest(|rtts| rtts.median))
        ),
        [] => String::new(),
    }
}

/// Everything of a point of the run of this number as a table: cells apart by TABs, times in nanoseconds.
#[must_use]
pub fn as_text(number: u64, run: &Run, point: &Point) -> String {
    let mut samples = PointSamples::default();
    samples.feed(point);
    let mut lines = vec![
        title(number, point),
        summary(run, point, &samples),
        String::new(),
    ];
    lines.push("Quantile\tRTT (ns)".to_owned());
    for (name, share) in [("min", 0.0)]
        .into_iter()
        .chain(MARKED)
        .chain([("max", 1.0)])
    {
        if let Some(ns) = samples.quantile(share) {
            lines.push(format!("{name}\t{ns}"));
        }
    }
    let histogram = samples.histogram(Bins::Linear);
    lines.push(String::new());
    lines.push("Bin from (ns)\tto (ns)\tProbes".to_owned());
    for bin in &histogram.bins {
        lines.push(format!("{}\t{}\t{}", bin.from_ns, bin.to_ns, bin.count));
    }
    if let (Some(longest), Some(last)) = (histogram.longest_ns, histogram.bins.last()) {
        lines.push(format!("{}\t{longest}\t{}", last.to_ns, histogram.beyond));
    }
    lines.push(String::new());
    lines.push("Round\tn\tWarm-up\tUnanswered\tp10 (ns)\tMedian (ns)\tp90 (ns)".to_owned());
    for round in samples.rounds() {
        let rtts = round.rtts.map_or_else(
            || "\t\t".to_owned(),
            |rtts| format!("{}\t{}\t{}", rtts.p10, rtts.median, rtts.p90),
        );
        lines.push(format!(
            "{}\t{}\t{}\t{}\t{rtts}",
            round.number, round.n, round.warmup, round.unanswered
        ));
    }
    lines.join("\n") + "\n"
}
