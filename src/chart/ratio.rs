//! A plot of ratios: by how much other runs are faster or slower than a baseline, point by point.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    AxisKind, Chart, ChartOptions, Curve, CurveKey, Dot, DrawnCurve, Look, Quantity, SourceId,
};
use crate::measurement::units::count;
use crate::measurement::{Comparison, FigureComparison, PointComparison};

/// A run that was compared, under the name and in the colour it has everywhere.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// Its number.
    pub id: SourceId,
    /// What the legend calls it.
    pub name: &'a str,
    /// Its place in the order of colours.
    pub colour: usize,
    /// What it was compared to be.
    pub comparison: &'a Comparison,
}

impl Chart {
    /// The plot of the ratios of some runs to the baseline of this name. A dot is the ratio of a point
    /// with its 95 % interval, which is that of the point alone; it has none where one of the two runs
    /// has fewer than six rounds.
    #[must_use]
    pub fn ratio(
        compared: &[Compared<'_>],
        baseline: &str,
        quantity: Quantity,
        options: &ChartOptions,
    ) -> Self {
        let mut sizes = BTreeSet::new();
        let mut curves = Vec::new();
        for one in compared {
            sizes.extend(one.comparison.points.iter().map(|point| point.message_size));
            let of_delays = by_delay(one.comparison, quantity);
            let has_several = of_delays.len() > 1;
            for (index, (delay_ms, dots)) in of_delays.into_iter().enumerate() {
                let key = CurveKey {
                    source: one.id,
                    delay_ms,
                };
                let name = if has_several {
                    format!("{}, delay {}\u{a0}ms", one.name, count(delay_ms))
                } else {
                    one.name.to_owned()
                };
                curves.push(DrawnCurve {
                    look: Look::of_run(one.colour, index),
                    is_hidden: options.hidden.contains(&key),
                    curve: Curve {
                        key,
                        name,
                        dots,
                        pipelined: false,
                    },
                });
            }
        }
        let sizes = sizes.into_iter().collect();
        let mut chart = Self::new(quantity, AxisKind::Number, curves, sizes, options);
        chart.ratio_to = Some(baseline.to_owned());
        chart
    }
}

fn by_delay(comparison: &Comparison, quantity: Quantity) -> BTreeMap<u64, Vec<Dot>> {
    let mut delays: BTreeMap<u64, Vec<Dot>> = BTreeMap::new();
    for point in &comparison.points {
        let dots = delays.entry(point.server_delay_ms).or_default();
        dots.extend(dot(point, quantity));
    }
    for dots in delays.values_mut() {
        dots.sort_by_key(|dot| dot.size);
    }
    delays
}

fn dot(point: &PointComparison, quantity: Quantity) -> Option<Dot> {
    let figure: &FigureComparison = match quantity {
        Quantity::Rtt => &point.rtt,
        Quantity::Throughput => &point.throughput,
    };
    Some(Dot {
        size: point.message_size,
        median: figure.value?,
        interval: figure.ratio.map(|ratio| (ratio.lo, ratio.hi)),
        band: None,
        range: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Content, Source};
    use crate::measurement::{
        Estimate, PeerPoint, PeerResult, PeerRtt, PeerTool, Quantity as Figure, Verdict, WhyNot,
    };

    fn figure(quantity: Figure, value: f64, has_interval: bool) -> FigureComparison {
        let ratio = Estimate {
            value,
            lo: 0.9 * value,
            hi: 1.2 * value,
        };
        FigureComparison {
            quantity,
            baseline_rounds: 5,
            other_rounds: 10,
            value: Some(value),
            ratio: has_interval.then_some(ratio),
            p: None,
            adjusted_p: None,
            family: 0,
            verdict: Verdict::CannotBeSaid(WhyNot::TooFewRounds),
        }
    }

    fn point(size: u64, delay: u64, has_interval: bool) -> PointComparison {
        PointComparison {
            message_size: size,
            server_delay_ms: delay,
            rtt: figure(Figure::Rtt, 2.0, has_interval),
            throughput: figure(Figure::Throughput, 0.5, has_interval),
        }
    }

    #[test]
    fn a_dot_is_the_ratio_of_a_point_with_its_interval_where_there_is_one() {
        let comparison = Comparison {
            points: vec![
                point(400, 0, true),
                point(100, 0, false),
                point(100, 5, true),
            ],
            unmatched: 0,
            differences: Vec::new(),
        };
        let compared = Compared {
            id: SourceId(7),
            name: "over Wi-Fi",
            colour: 3,
            comparison: &comparison,
        };
        let options = ChartOptions::default();
        let chart = Chart::ratio(&[compared], "cable", Quantity::Throughput, &options);
        assert_eq!(chart.ratio_to.as_deref(), Some("cable"));
        assert_eq!(
            (chart.value_axis.kind, chart.sizes.as_slice()),
            (AxisKind::Number, [100, 400].as_slice())
        );
        let names: Vec<&str> = chart
            .curves
            .iter()
            .map(|drawn| drawn.curve.name.as_str())
            .collect();
        assert_eq!(
            names,
            ["over Wi-Fi, delay 0\u{a0}ms", "over Wi-Fi, delay 5\u{a0}ms"]
        );
        assert!(chart.curves.iter().all(|drawn| drawn.look.colour == 3));
        let dots = &chart.curves[0].curve.dots;
        assert_eq!((dots[0].size, dots[0].interval), (100, None));
        assert_eq!((dots[1].size, dots[1].interval), (400, Some((0.45, 0.6))));
        let (from, to) = chart.value_extent().values(options.value_scale);
        assert!(from < 0.45 && to > 1.0, "1 is on the axis: {from} to {to}");
    }

    #[test]
    fn another_tools_result_is_a_curve_without_intervals_that_says_what_was_converted() {
        let rtt = PeerRtt::of_samples(&[10, 20, 30, 40, 100]).unwrap();
        let peer = PeerResult {
            tool: PeerTool::Sockperf,
            tool_version: None,
            name: "lab".to_owned(),
            conversion: "sockperf: 2 x its latency".to_owned(),
            notes: Vec::new(),
            points: vec![PeerPoint::several_in_flight(64, rtt)],
        };
        let source = Source {
            id: SourceId(1),
            name: "lab",
            colour: 0,
            content: Content::Peer(&peer),
        };
        let options = ChartOptions::default();
        let [rtts, rates] =
            Quantity::ALL.map(|quantity| Chart::of(&[source], quantity, &options).curves.remove(0));
        assert_eq!(rtts.curve.name, "lab (sockperf: 2 x its latency)");
        let dot = rtts.curve.dots[0];
        assert_eq!((dot.size, dot.median, dot.interval), (64, 30.0, None));
        assert_eq!(dot.range, Some((10.0, 100.0)));
        // In the legend all the same, so that it is known that there is none.
        assert_eq!(
            (rates.curve.name, rates.curve.dots.len()),
            (rtts.curve.name, 0)
        );
        let named_alike = Source {
            name: "sockperf",
            ..source
        };
        let chart = Chart::of(&[named_alike], Quantity::Rtt, &options);
        assert_eq!(chart.curves[0].curve.name, "sockperf: 2 x its latency");
        assert_eq!(chart.sizes, [64]);
    }
}
