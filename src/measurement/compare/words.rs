//! A comparison in words: the verdict of a point with its figures, and that of all points together.

use std::fmt;

use super::rank::LEVEL;
use super::{Comparison, FigureComparison, Quantity, Verdict, WhyNot};
use crate::measurement::Estimate;
use crate::measurement::interval::LEAST_VALUES;
use crate::measurement::units::{count, counted};

/// What has to be known of any verdict, for a place beside them.
pub const CAUTION: &str = "A verdict is about these two runs. The machine and the time of day changed \
    between them as well as what was changed on purpose. To tell the path from the time, measure in \
    turn, several times: A B A B.";

/// Above this a ratio reads better than a percentage.
const IN_TIMES_FROM: f64 = 2.0;

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::NoDifference => "no difference that these samples can show",
            Self::CannotBeSaid(_) => "cannot be said",
        })
    }
}

impl Verdict {
    /// The verdict where room is scarce, as in a table.
    #[must_use]
    pub fn in_short(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::NoDifference => "no difference shown",
            Self::CannotBeSaid(_) => "cannot be said",
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rtt => "RTT",
            Self::Throughput => "throughput",
        })
    }
}

impl FigureComparison {
    /// The verdict with its figures, such as `12 % slower (8 to 15 %), p = 0.004 after Holm for 6
    /// points`. Percentages are of the baseline's figure, and the interval is that of this point alone.
    #[must_use]
    pub fn sentence(&self) -> String {
        match (self.verdict, self.ratio) {
            (Verdict::Faster | Verdict::Slower, Some(ratio)) => {
                format!("{}, {}", self.change(ratio), self.p_words())
            }
            (Verdict::NoDifference, Some(ratio)) => self.no_difference(ratio),
            (Verdict::CannotBeSaid(WhyNot::TooManyPoints), _) => {
                let rounds = self.baseline_rounds.min(self.other_rounds);
                format!(
                    "cannot be said: {} of a point are too few to show any difference among {}; {} in \
                     each run would do",
                    counted(rounds as u64, "round"),
                    counted(self.family as u64, "point"),
                    count(enough_rounds(self.family).into()),
                )
            }
            _ => format!("cannot be said: {}", self.too_few_rounds()),
        }
    }

    fn no_difference(&self, ratio: Estimate) -> String {
        let p = self.p_words();
        if ratio.lo <= 1.0 && 1.0 <= ratio.hi {
            return format!(
                "{}: it lies between {} and {}, {p}",
                Verdict::NoDifference,
                self.side(ratio.lo),
                self.side(ratio.hi),
            );
        }
        let alone = self.p.map_or_else(String::new, p_equals);
        format!(
            "{}: by itself it would be {}, {alone}, but {p}",
            Verdict::NoDifference,
            self.change(ratio)
        )
    }

    fn too_few_rounds(&self) -> String {
        let of = |rounds: usize, whose: &str| match rounds {
            0 => format!("nothing was measured in {whose}"),
            rounds => format!("{} in {whose}", counted(rounds as u64, "round")),
        };
        let few = [
            (self.baseline_rounds, "the baseline"),
            (self.other_rounds, "the other run"),
        ];
        let few: Vec<String> = few
            .into_iter()
            .filter(|(rounds, _)| *rounds < LEAST_VALUES)
            .map(|(rounds, whose)| of(rounds, whose))
            .collect();
        format!("{}; at least {LEAST_VALUES} are needed", few.join(" and "))
    }

    fn p_words(&self) -> String {
        let Some(adjusted) = self.adjusted_p else {
            return String::new();
        };
        let p = p_equals(adjusted);
        if self.family > 1 {
            let points = counted(self.family as u64, "point");
            format!("{p} after Holm for {points}")
        } else {
            p
        }
    }

    /// A ratio that is not 1, with its interval beside it on the same side.
    fn change(&self, ratio: Estimate) -> String {
        let word = self.word(ratio.value);
        if ratio.value >= IN_TIMES_FROM {
            let times = |value: f64| rounded(value);
            return format!(
                "{} times as {} ({} to {} times)",
                times(ratio.value),
                if word == "slower" { "slow" } else { "fast" },
                times(ratio.lo),
                times(ratio.hi)
            );
        }
        let away = ratio.map(|ratio| 100.0 * (ratio - 1.0).abs());
        let (least, most) = (away.lo.min(away.hi), away.lo.max(away.hi));
        format!(
            "{} % {word} ({} to {} %)",
            rounded(away.value),
            rounded(least),
            rounded(most)
        )
    }

    /// One end of an interval.
    fn side(&self, ratio: f64) -> String {
        if ratio >= IN_TIMES_FROM {
            let word = if self.word(ratio) == "slower" {
                "slow"
            } else {
                "fast"
            };
            return format!("{} times as {word}", rounded(ratio));
        }
        let percent = rounded(100.0 * (ratio - 1.0).abs());
        format!("{percent} % {}", self.word(ratio))
    }

    fn word(&self, ratio: f64) -> &'static str {
        if self.quantity.is_slower(ratio) {
            "slower"
        } else {
            "faster"
        }
    }
}

impl Comparison {
    /// All points of the comparison in one sentence, such as `slower at 4 of 6 points, by 8 to 12 %; no
    /// difference shown at 2`.
    #[must_use]
    pub fn summary(&self, quantity: Quantity) -> String {
        let all: Vec<&FigureComparison> = self
            .points
            .iter()
            .map(|point| match quantity {
                Quantity::Rtt => &point.rtt,
                Quantity::Throughput => &point.throughput,
            })
            .collect();
        let mut parts: Vec<String> = Vec::new();
        let kinds: [fn(Verdict) -> bool; 4] = [
            |verdict| verdict == Verdict::Slower,
            |verdict| verdict == Verdict::Faster,
            |verdict| verdict == Verdict::NoDifference,
            |verdict| matches!(verdict, Verdict::CannotBeSaid(_)),
        ];
        for is_kind in kinds {
            let alike = all.iter().copied().filter(|figure| is_kind(figure.verdict));
            let alike: Vec<&FigureComparison> = alike.collect();
            let Some(first) = alike.first() else {
                continue;
            };
            let verdict = match first.verdict {
                verdict if !parts.is_empty() => verdict.in_short().to_owned(),
                verdict => verdict.to_string(),
            };
            let (here, points) = (count(alike.len() as u64), all.len() as u64);
            let place = if alike.len() == all.len() {
                everywhere(first.verdict, points)
            } else if parts.is_empty() {
                format!(" at {here} of {}", counted(points, "point"))
            } else {
                format!(" at {here}")
            };
            parts.push(format!("{verdict}{place}{}", by_how_much(&alike)));
        }
        if parts.is_empty() {
            parts.push("no point of the same message size and server delay is in both runs".into());
        } else if self.unmatched > 0 {
            let is_or_are = if self.unmatched == 1 { "is" } else { "are" };
            let number = counted(self.unmatched as u64, "point");
            parts.push(format!("{number} {is_or_are} in one run alone"));
        }
        parts.join("; ")
    }
}

/// Where a verdict is that of every point.
fn everywhere(verdict: Verdict, points: u64) -> String {
    if points == 1 {
        return " at the one point compared".to_owned();
    }
    let any_or_all = match verdict {
        Verdict::NoDifference | Verdict::CannotBeSaid(_) => "any of",
        Verdict::Faster | Verdict::Slower => "all",
    };
    format!(" at {any_or_all} {}", counted(points, "point"))
}

/// The least and the greatest difference of points with the same verdict, or why there is none.
fn by_how_much(alike: &[&FigureComparison]) -> String {
    let shown = alike
        .iter()
        .filter(|figure| matches!(figure.verdict, Verdict::Faster | Verdict::Slower))
        .filter_map(|figure| figure.value);
    let percents: Vec<f64> = shown.map(|ratio| 100.0 * (ratio - 1.0).abs()).collect();
    let least = percents.iter().copied().min_by(f64::total_cmp).map(rounded);
    let most = percents.iter().copied().max_by(f64::total_cmp).map(rounded);
    match (least, most) {
        (Some(least), Some(most)) if least == most => format!(", by {most} %"),
        (Some(least), Some(most)) => format!(", by {least} to {most} %"),
        _ if alike
            .iter()
            .all(|figure| matches!(figure.verdict, Verdict::CannotBeSaid(_))) =>
        {
            ": too few rounds".to_owned()
        }
        _ => String::new(),
    }
}

/// The least rounds in each run that can show a difference at one point of so many: the two orders in
/// which all values of one run are above all of the other are rare enough then among all orders.
fn enough_rounds(points: usize) -> u32 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "numbers of points stay far below 2^52"
    )]
    let wanted = 2.0 * points as f64 / LEVEL;
    let mut orders = 1.0;
    let mut rounds = 0;
    while orders < wanted {
        rounds += 1;
        let number = f64::from(rounds);
        orders *= 2.0 * (2.0 * number - 1.0) / number;
    }
    rounds
}

/// Two digits, or as many as stand before the point: `0.42`, `4.2`, `42`, `421`.
fn rounded(value: f64) -> String {
    let digits = if value < 0.995 {
        2
    } else {
        usize::from(value < 9.95)
    };
    format!("{value:.digits$}")
}

/// A p with two digits. One that is just not below the level is not rounded to it.
fn p_equals(p: f64) -> String {
    if p < 0.001 {
        return "p < 0.001".to_owned();
    }
    let text = if p < 0.0995 {
        let digits = if p < 0.00995 { 4 } else { 3 };
        format!("{p:.digits$}")
    } else {
        format!("{p:.2}")
    };
    match text.parse::<f64>() {
        Ok(shown) if (shown <= LEVEL) != (p <= LEVEL) => format!("p = {p:.6}"),
        _ => format!("p = {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(quantity: Quantity, value: f64, verdict: Verdict) -> FigureComparison {
        FigureComparison {
            quantity,
            baseline_rounds: 10,
            other_rounds: 10,
            value: Some(value),
            ratio: Some(Estimate {
                value,
                lo: value - 0.04,
                hi: value + 0.031,
            }),
            p: Some(0.000_7),
            adjusted_p: Some(0.004_2),
            family: 6,
            verdict,
        }
    }

    #[test]
    fn a_sentence_has_the_verdict_and_the_figures_it_rests_on() {
        use Quantity::{Rtt, Throughput};
        let slower = figure(Rtt, 1.12, Verdict::Slower);
        assert_eq!(
            slower.sentence(),
            "12 % slower (8.0 to 15 %), p = 0.0042 after Holm for 6 points"
        );
        let faster = figure(Throughput, 1.12, Verdict::Faster);
        assert_eq!(
            faster.sentence(),
            "12 % faster (8.0 to 15 %), p = 0.0042 after Holm for 6 points"
        );
        let mut faster = figure(Rtt, 0.9, Verdict::Faster);
        faster.family = 1;
        assert_eq!(faster.sentence(), "10 % faster (6.9 to 14 %), p = 0.0042");
        assert_eq!(
            figure(Throughput, 3.2, Verdict::Faster).sentence(),
            "3.2 times as fast (3.2 to 3.2 times), p = 0.0042 after Holm for 6 points"
        );
    }

    #[test]
    fn what_cannot_be_shown_is_said_with_its_reason() {
        let mut none = figure(Quantity::Rtt, 1.01, Verdict::NoDifference);
        none.adjusted_p = Some(0.43);
        assert_eq!(
            none.sentence(),
            "no difference that these samples can show: it lies between 3.0 % faster and 4.1 % slower, \
             p = 0.43 after Holm for 6 points"
        );
        let mut alone = figure(Quantity::Rtt, 1.12, Verdict::NoDifference);
        (alone.p, alone.adjusted_p) = (Some(0.02), Some(0.12));
        assert_eq!(
            alone.sentence(),
            "no difference that these samples can show: by itself it would be 12 % slower (8.0 to 15 %), \
             p = 0.020, but p = 0.12 after Holm for 6 points"
        );
        let mut few = figure(
            Quantity::Rtt,
            1.12,
            Verdict::CannotBeSaid(WhyNot::TooFewRounds),
        );
        (few.baseline_rounds, few.other_rounds, few.ratio) = (5, 0, None);
        assert_eq!(
            few.sentence(),
            "cannot be said: 5 rounds in the baseline and nothing was measured in the other run; at \
             least 6 are needed"
        );
        let mut many = figure(
            Quantity::Rtt,
            1.12,
            Verdict::CannotBeSaid(WhyNot::TooManyPoints),
        );
        (many.baseline_rounds, many.family) = (6, 30);
        assert_eq!(
            many.sentence(),
            "cannot be said: 6 rounds of a point are too few to show any difference among 30 points; 7 \
             in each run would do"
        );
    }

    #[test]
    fn rounds_that_would_do_are_those_of_the_rarest_orders() {
        // 924, 3,432 and 12,870 orders of 6, 7 and 8 rounds against as many.
        for (points, rounds) in [(23, 6), (24, 7), (85, 7), (86, 8), (321, 8), (322, 9)] {
            assert_eq!(enough_rounds(points), rounds, "{points} points");
        }
    }

    #[test]
    fn a_p_is_never_rounded_across_the_level() {
        assert_eq!(p_equals(0.000_4), "p < 0.001");
        assert_eq!(p_equals(0.004_16), "p = 0.0042");
        assert_eq!(p_equals(0.05), "p = 0.050");
        assert_eq!(p_equals(0.050_01), "p = 0.050010");
        assert_eq!(p_equals(1.0), "p = 1.00");
    }
}
