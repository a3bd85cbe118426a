//! Which dot the pointer means, and what is said of it.

use egui::{Pos2, Ui};

use super::super::point_words::rounds_done;
use super::super::widgets::note;
use super::paint::{Places, of_curves};
use crate::chart::{Chart, CurveKey, Dot, DrawnCurve, Quantity};
use crate::measurement::units::{Figure, bytes, count, counted, throughput, time};
use crate::measurement::{Point, Run};

/// How near the pointer must be to a dot, in points.
const REACH: f32 = 18.0;

/// A dot of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DotKey {
    /// Its curve.
    pub curve: CurveKey,
    /// Its message size in bytes.
    pub size: u64,
}

/// The dot that is nearest to a place, if one is near; it may be meant by the arrow at the edge that stands
/// for the rest of its whisker.
#[must_use]
pub fn nearest(chart: &Chart, places: Places<'_>, to: Pos2) -> Option<DotKey> {
    let mut found: Option<(f32, DotKey)> = None;
    for (drawn, places, _) in of_curves(chart, places) {
        for dot in &drawn.curve.dots {
            let Some(at) = places.of(dot, dot.median) else {
                continue;
            };
            let ways = places.arrows(dot).into_iter().flatten().chain([at]);
            let distance = ways.map(|at| at.distance(to)).fold(f32::INFINITY, f32::min);
            if distance <= REACH && found.is_none_or(|(least, _)| distance < least) {
                let key = DotKey {
                    curve: drawn.curve.key,
                    size: dot.size,
                };
                found = Some((distance, key));
            }
        }
    }
    found.map(|(_, key)| key)
}

/// The dot of a key, and its curve.
#[must_use]
pub fn find(chart: &Chart, key: DotKey) -> Option<(&DrawnCurve, &Dot)> {
    let drawn = chart.shown().find(|drawn| drawn.curve.key == key.curve)?;
    let dot = drawn.curve.dots.iter().find(|dot| dot.size == key.size)?;
    Some((drawn, dot))
}

/// The point of a run that a dot stands for.
#[must_use]
pub fn point_of(run: &Run, key: DotKey) -> Option<&Point> {
    run.points.iter().find(|point| {
        point.spec.message_size == key.size && point.spec.server_delay_ms == key.curve.delay_ms
    })
}

/// What is said of a point, under the name of its curve where there are several.
pub fn read_out(ui: &mut Ui, name: Option<&str>, run: &Run, point: &Point) {
    let size = bytes(point.spec.message_size);
    let delay = format!("server delay {} ms", count(point.spec.server_delay_ms));
    ui.strong(name.map_or_else(|| size.clone(), |name| format!("{name}: {size}")));
    note(ui, delay);
    let Some(figures) = point.statistics.as_ref() else {
        return;
    };
    let rtt = &figures.rtt;
    let range = |low: Figure, high: Figure| format!("{low} to {high}");
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds stay far below 2^52"
    )]
    let (least, greatest) = (time(rtt.min as f64), time(rtt.max as f64));
    let rate = &figures.throughput;
    let without_interval = || "needs 6 rounds".to_owned();
    let rows = [
        (
            "Median RTT of the rounds",
            time(rtt.median_of_rounds).to_string(),
        ),
        (
            "its 95 % interval",
            rtt.median_ci95.map_or_else(without_interval, |interval| {
                range(time(interval.lo), time(interval.hi))
            }),
        ),
        (
            "p10 to p90 of all probes",
            range(time(rtt.p10), time(rtt.p90)),
        ),
        ("least to greatest", range(least, greatest)),
        (
            "Throughput, median of the rounds",
            throughput(rate.median_of_rounds).to_string(),
        ),
        (
            "its 95 % interval",
            rate.median_ci95.map_or_else(without_interval, |interval| {
                range(throughput(interval.lo), throughput(interval.hi))
            }),
        ),
        ("Throughput, mean", throughput(rate.mean).to_string()),
    ];
    egui::Grid::new("read-out").num_columns(2).show(ui, |ui| {
        for (name, figure) in rows {
            note(ui, name);
            ui.label(figure);
            ui.end_row();
        }
    });
    let counts = (
        counted(figures.n, "probe"),
        counted(rounds_done(run, point) as u64, "round"),
    );
    note(ui, format!("{} in {}", counts.0, counts.1));
}

/// What is said of a dot that stands for no point of a run: a ratio, or what another tool measured.
pub fn read_out_dot(ui: &mut Ui, chart: &Chart, name: &str, dot: &Dot) {
    let figure = |value: f64| match (&chart.ratio_to, chart.quantity) {
        (Some(_), _) => format!("{value:.3}"),
        (None, Quantity::Rtt) => time(value).to_string(),
        (None, Quantity::Throughput) => throughput(value / 8.0).to_string(),
    };
    let range = |(low, high): (f64, f64)| format!("{} to {}", figure(low), figure(high));
    let value_name = chart.value_name();
    ui.strong(format!("{name}: {}", bytes(dot.size)));
    let interval = match (dot.interval, &chart.ratio_to) {
        (Some(interval), _) => Some(range(interval)),
        (None, Some(_)) => Some("needs 6 rounds in each run".to_owned()),
        (None, None) => None,
    };
    let rows = [
        (value_name.as_ref(), Some(figure(dot.median))),
        ("its 95 % interval", interval),
        ("p10 to p90", dot.band.map(range)),
        ("least to greatest", dot.range.map(range)),
    ];
    egui::Grid::new("read-out").num_columns(2).show(ui, |ui| {
        for (name, figure) in rows {
            if let Some(figure) = figure {
                note(ui, name);
                ui.label(figure);
                ui.end_row();
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use egui::{Rect, pos2, vec2};
    use egui_plot::{PlotBounds, PlotTransform};

    use super::super::super::test_run;
    use super::*;
    use crate::chart::{ChartOptions, Content, Source, SourceId};

    #[test]
    fn the_nearest_dot_is_meant_and_none_far_away() {
        let run = test_run::run(&[(100, 20_000, None), (900, 30_000, None)]);
        let source = Source {
            id: SourceId(1),
            name: "run",
            colour: 0,
            content: Content::Run(&run),
        };
        let mut chart = Chart::of(&[source], Quantity::Rtt, &ChartOptions::default());
        let frame = Rect::from_min_size(pos2(0.0, 0.0), vec2(1_000.0, 400.0));
        let bounds = PlotBounds::from_min_max([0.0, 0.0], [1_000.0, 40_000.0]);
        let transform = PlotTransform::new(frame, bounds, false);
        let places = Places::new(&chart, &transform);
        let size = |at| nearest(&chart, places, at).map(|key| key.size);
        assert_eq!(size(pos2(104.0, 204.0)), Some(100));
        assert_eq!(size(pos2(890.0, 100.0)), Some(900));
        assert_eq!(size(pos2(500.0, 200.0)), None);
        let key = nearest(&chart, places, pos2(104.0, 204.0)).unwrap();
        assert_eq!(point_of(&run, key).unwrap().spec.message_size, 100);
        assert!((find(&chart, key).unwrap().1.median / 20_007.0 - 1.0).abs() < 1e-3);
        // The arrow at the edge stands for the rest of a whisker.
        let at_edge = pos2(900.0, 4.0);
        assert_eq!(
            nearest(&chart, Places::new(&chart, &transform), at_edge),
            None
        );
        chart.curves[0].curve.dots[1].range = Some((29_000.0, 1e9));
        let found = nearest(&chart, Places::new(&chart, &transform), at_edge);
        assert_eq!(found.map(|key| key.size), Some(900));
    }
}
