//! The rows of a comparison, in words: for the tab and for the clipboard.

use crate::measurement::units::{bytes, count};
use crate::measurement::{
    Comparison, FigureComparison, PeerResult, PointComparison, Quantity, Verdict,
};

/// Most rows that the tab shows of a run; the clipboard has them all.
pub const MOST_ROWS: usize = 200;

/// What stands where something is not known.
const NONE: &str = "-";

/// A comparison as a table. The verdict stands before the figures it rests on: where there is little room,
/// it is what is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The heads of the columns.
    pub heads: Vec<&'static str>,
    /// The rows that the tab shows.
    pub rows: Vec<Row>,
}

/// Which way a verdict leans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaning {
    /// Faster than the baseline.
    Faster,
    /// Slower.
    Slower,
    /// Neither.
    Neither,
}

/// A point, or one of its two figures, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Message size, server delay, and which figure, as far as they have columns.
    pub place: Vec<String>,
    /// The verdict in short, with a sign before it.
    pub verdict: String,
    /// The verdict with the figures it rests on.
    pub sentence: String,
    /// For its colour.
    pub leaning: Leaning,
    /// Ratios and p.
    pub figures: Vec<String>,
}

impl Table {
    /// The points of a comparison, a row each; where RTT and throughput have verdicts of their own, two.
    #[must_use]
    pub fn of(comparison: &Comparison) -> Self {
        let has_delays = has_delays(comparison);
        let is_apart = told_apart(comparison).len() > 1;
        let mut heads = vec!["Message size"];
        heads.extend(has_delays.then_some("Server delay"));
        if is_apart {
            heads.extend(["Figure", "Verdict", "Times the baseline's", "p after Holm"]);
        } else {
            heads.extend(["Verdict", "RTT, times the baseline's", "p after Holm"]);
            heads.push("Throughput, times");
        }
        let shown = comparison.points.iter().take(MOST_ROWS);
        let rows = shown.flat_map(|point| {
            let mut place = vec![bytes(point.message_size)];
            place.extend(has_delays.then(|| format!("{} ms", count(point.server_delay_ms))));
            if !is_apart {
                let mut row = row(place, &point.rtt);
                row.figures.push(ratio(&point.throughput));
                return vec![row];
            }
            let of = |figure: &FigureComparison, mut place: Vec<String>| {
                place.push(figure.quantity.to_string());
                row(place, figure)
            };
            // The second row is of the same point.
            let again = vec![String::new(); place.len()];
            vec![of(&point.rtt, place), of(&point.throughput, again)]
        });
        Self {
            heads,
            rows: rows.collect(),
        }
    }
}

fn row(place: Vec<String>, figure: &FigureComparison) -> Row {
    Row {
        place,
        verdict: verdict(figure),
        sentence: figure.sentence(),
        leaning: match figure.verdict {
            Verdict::Faster => Leaning::Faster,
            Verdict::Slower => Leaning::Slower,
            Verdict::NoDifference | Verdict::CannotBeSaid(_) => Leaning::Neither,
        },
        figures: vec![ratio(figure), p(figure)],
    }
}

/// Whether the points have different server delays.
#[must_use]
pub fn has_delays(comparison: &Comparison) -> bool {
    let delays = || comparison.points.iter().map(|point| point.server_delay_ms);
    delays()
        .zip(delays().skip(1))
        .any(|(one, next)| one != next)
}

/// All there is to say of a point.
#[must_use]
pub fn sentence(comparison: &Comparison, point: &PointComparison) -> String {
    let of = |quantity: &Quantity| match quantity {
        Quantity::Rtt => format!("RTT {}", point.rtt.sentence()),
        Quantity::Throughput => format!("throughput {}", point.throughput.sentence()),
    };
    let said: Vec<String> = told_apart(comparison).iter().map(of).collect();
    let delay = if has_delays(comparison) {
        format!(" and delay {} ms", count(point.server_delay_ms))
    } else {
        String::new()
    };
    format!(
        "At {}{delay}: {}.",
        bytes(point.message_size),
        said.join("; ")
    )
}

/// Whether throughput is RTT turned round, so that one verdict is for both.
fn is_one(point: &PointComparison) -> bool {
    let (rtt, rate) = (&point.rtt, &point.throughput);
    rtt.verdict == rate.verdict && rtt.p == rate.p && rtt.adjusted_p == rate.adjusted_p
}

/// The quantities that have sentences of their own.
#[must_use]
pub fn told_apart(comparison: &Comparison) -> &'static [Quantity] {
    if comparison.points.iter().all(is_one) {
        &[Quantity::Rtt]
    } else {
        &[Quantity::Rtt, Quantity::Throughput]
    }
}

/// Why a result of another tool has no verdict.
#[must_use]
pub fn why_no_peer(peer: &PeerResult) -> String {
    format!(
        "cannot be said: a result of {} has no rounds, and rounds are what is compared",
        peer.tool
    )
}

/// A verdict with a sign, so that it is told by more than its colour.
fn verdict(figure: &FigureComparison) -> String {
    let sign = match figure.verdict {
        Verdict::Faster => "+",
        Verdict::Slower => "\u{2212}",
        Verdict::NoDifference => "=",
        Verdict::CannotBeSaid(_) => "?",
    };
    format!("{sign} {}", figure.verdict.in_short())
}

fn ratio(figure: &FigureComparison) -> String {
    match (figure.ratio, figure.value) {
        (Some(ratio), _) => format!(
            "{} ({} to {})",
            times(ratio.value),
            times(ratio.lo),
            times(ratio.hi)
        ),
        (None, Some(value)) => times(value),
        (None, None) => NONE.to_owned(),
    }
}

fn p(figure: &FigureComparison) -> String {
    match figure.adjusted_p {
        None => NONE.to_owned(),
        Some(p) if p < 0.001 => "< 0.001".to_owned(),
        Some(p) => format!("{p:.3}"),
    }
}

/// Three decimals: a thousandth is less than any verdict rests on.
fn times(ratio: f64) -> String {
    format!("{ratio:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measurement::Estimate;

    fn figure(quantity: Quantity, verdict: Verdict) -> FigureComparison {
        FigureComparison {
            quantity,
            baseline_rounds: 8,
            other_rounds: 8,
            value: Some(1.25),
            ratio: Some(Estimate {
                value: 1.25,
                lo: 1.125,
                hi: 1.5,
            }),
            p: Some(0.002),
            adjusted_p: Some(0.004),
            family: 2,
            verdict,
        }
    }

    fn comparison(points: &[(u64, u64, Verdict, Verdict)]) -> Comparison {
        let point =
            |(message_size, server_delay_ms, rtt, throughput): &(u64, u64, _, _)| PointComparison {
                message_size: *message_size,
                server_delay_ms: *server_delay_ms,
                rtt: figure(Quantity::Rtt, *rtt),
                throughput: figure(Quantity::Throughput, *throughput),
            };
        Comparison {
            points: points.iter().map(point).collect(),
            unmatched: 0,
            differences: Vec::new(),
        }
    }

    #[test]
    fn a_verdict_is_short_and_its_sentence_is_whole() {
        let of = comparison(&[(100, 0, Verdict::NoDifference, Verdict::NoDifference)]);
        let table = Table::of(&of);
        assert_eq!(table.heads.len(), 5, "no column for the only delay");
        let row = &table.rows[0];
        assert_eq!(row.verdict, "= no difference shown");
        assert!(
            row.sentence
                .starts_with("no difference that these samples can show: ")
        );
        assert_eq!(
            row.figures,
            ["1.250 (1.125 to 1.500)", "0.004", "1.250 (1.125 to 1.500)"]
        );
        let said = sentence(&of, &of.points[0]);
        assert!(
            said.starts_with("At 100 bytes: RTT no difference that"),
            "{said}"
        );
    }

    #[test]
    fn rtt_and_throughput_with_verdicts_of_their_own_have_a_row_each() {
        let of = comparison(&[
            (100, 0, Verdict::Slower, Verdict::NoDifference),
            (100, 5, Verdict::Slower, Verdict::Slower),
        ]);
        let table = Table::of(&of);
        let places: Vec<_> = table.rows.iter().map(|row| row.place.join("|")).collect();
        assert_eq!(
            places,
            [
                "100 bytes|0 ms|RTT",
                "||throughput",
                "100 bytes|5 ms|RTT",
                "||throughput"
            ]
        );
        let verdicts: Vec<_> = table.rows.iter().map(|row| row.verdict.as_str()).collect();
        let (slower, none) = ("\u{2212} slower", "= no difference shown");
        assert_eq!(verdicts, [slower, none, slower, slower]);
        for row in &table.rows {
            assert_eq!(row.place.len() + 1 + row.figures.len(), table.heads.len());
        }
    }
}
