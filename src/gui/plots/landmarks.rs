//! Draws the landmarks and their names, and finds the one that the pointer means. Where the names stand is
//! `chart::names`' to say: none covers another, and one whose line lies beyond the plot stands at its edge
//! with its value.

use std::sync::Arc;

use egui::{Color32, FontId, Galley, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::super::theme::text_size;
use super::dashes::dashed;
use super::paint::{MARKER, Pen, Places};
use super::screen::{on_screen, rect};
use crate::chart::{Chart, Course, Ground, Name, Scene, Spot, leader, place_names};
use crate::measurement::Landmark;

/// How near the pointer must be to a line, in points.
const REACH: f32 = 5.0;
/// Room about the letters of a name.
const ABOUT: f32 = 2.0;
/// Size of an arrow towards what lies beyond the plot, and the room that it takes.
const ARROW: f32 = 8.0;
const ARROW_ROOM: f32 = 12.0;

/// A landmark as it stands in a plot.
pub struct Drawn<'a> {
    landmark: &'a Landmark,
    course: Course,
    line: Vec<Pos2>,
    galley: Arc<Galley>,
    /// Where its name stands; none if it has no room.
    place: Option<Rect>,
    /// What leads from there to its line.
    leader: Option<(Pos2, Pos2)>,
    colour: Color32,
    /// Whether the pointer means it.
    is_meant: bool,
}

/// The landmarks of a chart, and where their names stand.
pub fn of<'a>(
    painter: &Painter,
    chart: &'a Chart,
    places: Places<'_>,
    pen: Pen<'_>,
    mouse: Option<Pos2>,
) -> Vec<Drawn<'a>> {
    let frame = Ground::frame(&places);
    let mut drawn = Vec::new();
    let mut names = Vec::new();
    for shown in chart.shown_landmarks() {
        let Some(course) = Course::of(&shown.line, &places) else {
            continue;
        };
        let line: Vec<Pos2> = course.line(frame).into_iter().map(on_screen).collect();
        let is_meant = mouse.is_some_and(|at| distance(&line, at) <= REACH);
        let colour = colour(pen, is_meant);
        let (text, before) = match course {
            Course::Beyond(_) => (shown.with_value(chart.quantity), ARROW_ROOM),
            _ => (shown.name.clone(), 0.0),
        };
        let font = FontId::proportional(text_size::SMALL);
        let galley = painter.layout_no_wrap(text, font, colour);
        let size = galley.size() + 2.0 * vec2(ABOUT, 0.0) + vec2(before, 0.0);
        let size = (f64::from(size.x), f64::from(size.y));
        names.push(Name::new(
            course.clone(),
            size,
            chart.quantity,
            shown.is_minor,
        ));
        drawn.push(Drawn {
            landmark: shown.landmark,
            course,
            line,
            galley,
            place: None,
            leader: None,
            colour,
            is_meant,
        });
    }
    if names.is_empty() {
        return drawn;
    }
    let scene = Scene::of(chart, &places, f64::from(MARKER));
    for (landmark, place) in drawn.iter_mut().zip(place_names(&names, &scene)) {
        landmark.place = place.map(rect);
        let leader = place.and_then(|place| leader(&landmark.course, place, frame));
        landmark.leader = leader.map(|(from, to)| (on_screen(from), on_screen(to)));
        if landmark
            .place
            .zip(mouse)
            .is_some_and(|(place, at)| place.contains(at))
        {
            landmark.is_meant = true;
            landmark.colour = colour(pen, true);
        }
    }
    drawn
}

/// Draws the lines, which lie behind the curves.
pub fn lines(painter: &Painter, landmarks: &[Drawn<'_>], pen: Pen<'_>) {
    for landmark in landmarks {
        let stroke = Stroke::new(pen.weight, landmark.colour);
        dashed(painter, &landmark.line, stroke, 6.0, 3.6);
    }
}

/// Draws the names, which lie over everything else.
pub fn names(painter: &Painter, landmarks: &[Drawn<'_>], pen: Pen<'_>) {
    let ground = pen.palette.canvas.gamma_multiply(0.88);
    for landmark in landmarks {
        let Some(place) = landmark.place else {
            continue;
        };
        if let Some((from, to)) = landmark.leader {
            let stroke = Stroke::new(0.6 * pen.weight, landmark.colour);
            painter.line_segment([from, to], stroke);
        }
        painter.rect_filled(place, 2.0, ground);
        let mut left = place.left() + ABOUT;
        if let Course::Beyond(edge) = landmark.course {
            let about = Spot {
                x: f64::from(left + ARROW / 2.0),
                y: f64::from(place.center().y),
            };
            let corners = edge.arrow(about, f64::from(ARROW)).map(on_screen);
            painter.add(Shape::convex_polygon(
                corners.to_vec(),
                landmark.colour,
                Stroke::NONE,
            ));
            left += ARROW_ROOM;
        }
        let at = pos2(left, place.top());
        painter.galley_with_override_text_color(at, Arc::clone(&landmark.galley), landmark.colour);
    }
}

/// The landmark that the pointer means.
pub fn meant<'a>(landmarks: &[Drawn<'a>]) -> Option<&'a Landmark> {
    let found = landmarks.iter().find(|landmark| landmark.is_meant);
    found.map(|landmark| landmark.landmark)
}

fn colour(pen: Pen<'_>, is_meant: bool) -> Color32 {
    if is_meant {
        pen.palette.text
    } else {
        pen.palette.faint
    }
}

/// How far a place lies from a line of pieces.
fn distance(line: &[Pos2], to: Pos2) -> f32 {
    let of_piece = |from: Pos2, until: Pos2| {
        let along = until - from;
        let share = (to - from).dot(along) / along.length_sq().max(f32::EPSILON);
        (from + along * share.clamp(0.0, 1.0)).distance(to)
    };
    line.windows(2)
        .filter_map(|pair| match pair {
            [from, until] => Some(of_piece(*from, *until)),
            _ => None,
        })
        .fold(f32::INFINITY, f32::min)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use egui_plot::{PlotBounds, PlotTransform};
    use proptest::prelude::*;

    use super::super::super::test_run;
    use super::super::super::theme::Palette;
    use super::*;
    use crate::chart::{ChartOptions, Content, Quantity, Scale, Source, SourceId};
    use crate::measurement::{LandmarkKind, LandmarkSet, Place};

    fn landmark(kind: LandmarkKind, place: Place, label: &str) -> Landmark {
        Landmark {
            kind,
            server_delay_ms: None,
            place,
            label: label.to_owned(),
            explanation: String::new(),
        }
    }

    /// A chart with landmarks of each kind of line, one of them far above and one far to the right.
    fn chart(value_scale: Scale) -> Chart {
        let run = test_run::run(&[
            (100, 20_000, None),
            (900, 30_000, None),
            (9_000, 90_000, None),
        ]);
        let source = Source {
            id: SourceId(1),
            name: "run",
            colour: 0,
            content: Content::Run(&run),
        };
        let options = ChartOptions {
            value_scale,
            ..ChartOptions::default()
        };
        let mut chart = Chart::of(&[source], Quantity::Rtt, &options);
        let segments = (1..=6_u32).map(|count| {
            let place = Place::MessageSize(1_448.0 * f64::from(count));
            landmark(LandmarkKind::Segments, place, &format!("{count} MSS"))
        });
        let others = [
            (
                LandmarkKind::InitialWindow,
                Place::MessageSize(8_900.0),
                "initial window",
            ),
            (LandmarkKind::HalfSize, Place::MessageSize(1e6), "n_1/2"),
            (
                LandmarkKind::Floor,
                Place::RttNs(19_000.0),
                "instrument floor",
            ),
            (LandmarkKind::Floor, Place::RttNs(1e9), "far above"),
        ];
        let others = others.map(|(kind, place, label)| landmark(kind, place, label));
        let set = LandmarkSet {
            kind: LandmarkKind::Segments,
            found: Ok(segments.chain(others).collect()),
        };
        chart.add_landmarks(SourceId(1), &[set], &BTreeSet::from(LandmarkKind::ALL));
        chart
    }

    /// Where the names stand in a plot of this size, as text and place.
    fn names(chart: &Chart, size: egui::Vec2) -> Vec<(String, Option<Rect>)> {
        let frame = Rect::from_min_size(pos2(50.0, 30.0), size);
        let (sizes, values) = (chart.size_extent(), chart.value_extent());
        let bounds = PlotBounds::from_min_max([sizes.from, values.from], [sizes.to, values.to]);
        let transform = PlotTransform::new(frame, bounds, false);
        let places = Places::new(chart, &transform);
        let mut found = Vec::new();
        egui::__run_test_ui(|ui| {
            let pen = Pen {
                palette: Palette::of(ui),
                weight: 1.0,
            };
            let drawn = of(ui.painter(), chart, places, pen, None);
            let named = drawn
                .iter()
                .map(|landmark| (landmark.galley.text().to_owned(), landmark.place));
            found = named.collect();
        });
        found
    }

    #[test]
    fn one_beyond_the_plot_is_named_with_its_value_at_the_edge() {
        let named = names(&chart(Scale::Linear), vec2(600.0, 400.0));
        let of = |text: &str| {
            let found = named
                .iter()
                .find(|(name, _)| name.replace('\u{a0}', " ") == text);
            found
                .and_then(|(_, place)| *place)
                .unwrap_or_else(|| panic!("{text}: {named:?}"))
        };
        assert!(of("far above: 1.000 s").top() < 40.0);
        assert!(of("n_1/2: 1,000,000 bytes").right() > 640.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn no_name_stands_on_another_in_a_plot_of_any_size(
            width in 120.0_f32..2_000.0,
            height in 60.0_f32..1_200.0,
            is_log: bool,
        ) {
            let scale = if is_log { Scale::Log } else { Scale::Linear };
            let size = vec2(width, height);
            let named = names(&chart(scale), size);
            let frame = Rect::from_min_size(pos2(50.0, 30.0), size).expand(0.01);
            let places: Vec<Rect> = named.iter().filter_map(|(_, place)| *place).collect();
            for (index, place) in places.iter().enumerate() {
                prop_assert!(frame.contains_rect(*place), "{place:?}");
                for other in places.iter().skip(index + 1) {
                    prop_assert!(!place.intersects(*other), "{place:?} {other:?}");
                }
            }
            // Those that cannot be spared are all there.
            if width > 300.0 && height > 200.0 {
                for (name, place) in &named {
                    let is_spared = ["2", "3", "4", "5", "6"].iter().any(|count| name.starts_with(count));
                    prop_assert!(is_spared || place.is_some(), "{name}");
                }
            }
        }
    }
}
