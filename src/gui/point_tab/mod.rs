//! The tab of the selected point: its distribution, its timeline and its rounds, each figure as text too.
//!
//! What is shown is arranged once for each state of a run and kept; a frame in which only the pointer moved
//! costs what the width shows, however many samples there are.

mod distribution;
mod frame;
mod options;
mod rounds;
mod timeline;
mod words;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Weak};

use egui::{Align, Color32, FontId, Id, Layout, RichText, Ui};

use super::app::App;
use super::selection::{Direction, Selected, next_selected};
use super::theme::{PLOT_GAP, Palette, medium, space, text_size};
use super::widgets::note;
use crate::chart::{Scale, SourceId};
use crate::measurement::{Point, PointSamples, Run};
use distribution::Distribution;
use options::SecondColumn;
use rounds::Rounds;
use timeline::Timeline;

pub use options::PointOptions;

/// The least width of a column in which three stand beside each other, in points.
const LEAST_COLUMN: f32 = 320.0;
/// Room for the switch of the scale, at the right of the heading.
const SWITCH: f32 = 136.0;

/// What the tab remembers between frames.
#[derive(Debug, Default)]
pub struct PointState {
    of: Option<Selected>,
    run: Weak<Run>,
    arranged: Arranged,
    distribution: Distribution,
    timeline: Timeline,
    rounds: Rounds,
}

/// The selected point's samples, and what is said of them.
#[derive(Debug, Default)]
struct Arranged {
    samples: PointSamples,
    /// Counts the states of the samples, so that what is made of one is told from what is made of another.
    state: u64,
    title: String,
    summary: String,
}

/// What was made of a state, kept as long as it is asked for with the same key.
#[derive(Debug, Default)]
struct Kept<K, V> {
    made: Option<(K, V)>,
}

impl<K: PartialEq, V> Kept<K, V> {
    fn get(&mut self, key: K, make: impl FnOnce() -> V) -> &V {
        let known = self.made.take().filter(|(of, _)| *of == key);
        let (_, value) = self.made.insert(known.unwrap_or_else(|| (key, make())));
        value
    }
}

impl PointState {
    /// Brings what is shown up to date; `number` is what the run is called by in the window.
    fn refresh(&mut self, run: &Arc<Run>, number: u64, point: &Point) {
        let selected = Selected::new(run, point);
        if self.of != Some(selected) {
            self.of = Some(selected);
            self.run = Weak::new();
            self.arranged.samples = PointSamples::default();
            self.timeline.see_all();
        }
        if !self.run.ptr_eq(&Arc::downgrade(run)) {
            self.run = Arc::downgrade(run);
            let arranged = &mut self.arranged;
            arranged.samples.feed(point);
            arranged.state += 1;
            arranged.title = words::title(number, point);
            arranged.summary = words::summary(run, point, &arranged.samples);
        }
    }
}

/// The selected point as text, for a report or a spreadsheet.
#[must_use]
pub fn text(app: &App) -> Option<String> {
    let (run, point) = app.selected_point()?;
    Some(words::as_text(app.number_of(run), run, point))
}

/// Under what the colour of the point's curve is kept while the tab is drawn.
const COLOUR: &str = "colour of the selected point";

/// The colour that the point's curve has in the plots.
fn curve_colour(ui: &Ui) -> Color32 {
    let colour = ui.data(|data| data.get_temp(Id::unique(COLOUR)));
    Palette::of(ui).series(colour.unwrap_or_default())
}

/// Shows the tab.
pub fn show(app: &mut App, ui: &mut Ui) {
    let Some((run, point)) = app.selected_point() else {
        let sentence = if app.shown().is_some() {
            "Click a dot in a plot, or a row of the table: its distribution, its timeline and its rounds \
             appear here."
        } else {
            "A point's distribution, its timeline and its rounds appear here once a run has begun and a dot \
             in a plot, or a row of the table, was clicked."
        };
        note(ui, sentence);
        return;
    };
    // Out of the way of the borrow: the point belongs to the window as well.
    let run = Arc::clone(run);
    let Some(point) = Selected::new(&run, point).find(&run) else {
        return;
    };
    let colour = app.colour_of(&run, point.spec.server_delay_ms);
    ui.data_mut(|data| data.insert_temp(Id::unique(COLOUR), colour));
    let number = app.number_of(&run);
    let (state, options) = (&mut app.point, &mut app.settings.point);
    state.refresh(&run, number, point);
    let has_delays = run.profile.server_delays_ms.len() > 1;
    if let Some(direction) = heading(ui, &state.arranged, options, has_delays) {
        app.selected = next_selected(&run, app.selected, direction);
    }
    if state.arranged.samples.length() == 0 {
        let sentence = point.error.as_ref().map_or_else(
            || "No probe of this point was sent yet.".to_owned(),
            ToString::to_string,
        );
        note(ui, sentence);
        return;
    }
    plots(ui, state, options, point);
}

/// The neighbours that a button leads to: what stands on it, what it does, and which way.
const NEIGHBOURS: [(&str, &str, Direction); 4] = [
    (
        "Smaller",
        "The next smaller message size.",
        Direction::SmallerSize,
    ),
    (
        "Larger",
        "The next larger message size.",
        Direction::LargerSize,
    ),
    (
        "Sooner",
        "The next shorter server delay.",
        Direction::ShorterDelay,
    ),
    (
        "Later",
        "The next longer server delay.",
        Direction::LongerDelay,
    ),
];

/// Which point it is, the way to its neighbours, and the scale. Where to go, if a button says so.
fn heading(
    ui: &mut Ui,
    arranged: &Arranged,
    options: &mut PointOptions,
    has_delays: bool,
) -> Option<Direction> {
    let mut to = None;
    let faint = Palette::of(ui).faint;
    let font = FontId::proportional(text_size::SMALL);
    let summary = ui
        .painter()
        .layout_no_wrap(arranged.summary.clone(), font, faint);
    let has_room = ui.horizontal(|ui| {
        let shown = if has_delays { 4 } else { 2 };
        for (text, hint, direction) in NEIGHBOURS.into_iter().take(shown) {
            let button = egui::Button::new(RichText::new(text).size(text_size::SMALL));
            if ui.add(button).on_hover_text(hint).clicked() {
                to = Some(direction);
            }
        }
        let title = RichText::new(&arranged.title);
        ui.label(title.family(medium()).size(text_size::BODY));
        let has_room = summary.size().x <= ui.available_width() - SWITCH;
        if has_room {
            ui.label(Arc::clone(&summary));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut is_log = options.rtt == Scale::Log;
            let hint = "Equal ratios are equally long: far outliers and the bulk are seen at once.";
            let switch = ui.checkbox(&mut is_log, "Log RTT axis");
            if switch.on_hover_text(hint).changed() {
                options.rtt = if is_log { Scale::Log } else { Scale::Linear };
            }
        });
        has_room
    });
    if !has_room.inner {
        ui.label(summary);
    }
    to
}

fn plots(ui: &mut Ui, state: &mut PointState, options: &mut PointOptions, point: &Point) {
    let PointState {
        arranged,
        distribution,
        timeline,
        rounds,
        ..
    } = state;
    let room = ui.available_size();
    let has_three = room.x >= 3.0 * LEAST_COLUMN + 2.0 * PLOT_GAP;
    ui.spacing_mut().item_spacing.x = PLOT_GAP;
    ui.columns(if has_three { 3 } else { 2 }, |columns| {
        for (at, ui) in columns.iter_mut().enumerate() {
            ui.spacing_mut().item_spacing.x = space::MEDIUM;
            ui.set_height(room.y);
            match at {
                0 => distribution.show(ui, arranged, options),
                1 if has_three || options.second == SecondColumn::Timeline => {
                    timeline.show(ui, arranged, options, point, !has_three);
                }
                _ => rounds.show(ui, arranged, options, point, !has_three),
            }
        }
    });
}

/// What the two plots that may share a column are, to be read on hover.
const ABOUT: [(SecondColumn, &str, &str); 2] = [
    (
        SecondColumn::Timeline,
        "Timeline",
        "Every probe in the order it was sent. Where a column of the plot has many, they are a stroke from \
         the least to the greatest. Warm-up does not count, and every other round is shaded.",
    ),
    (
        SecondColumn::Rounds,
        "Rounds",
        "The median of each round, with a stroke from its 10th to its 90th percentile. The line is the \
         median of these medians, the band its 95 % interval.",
    ),
];

/// The name of a plot; where two share a column, the switch between them.
fn name(ui: &mut Ui, options: &mut PointOptions, of: SecondColumn, shares: bool) {
    for (plot, text, about) in ABOUT {
        if shares {
            ui.selectable_value(&mut options.second, plot, text)
                .on_hover_text(about);
        } else if plot == of {
            ui.label(RichText::new(text).family(medium()))
                .on_hover_text(about);
        }
    }
}

impl App {
    /// What a run is called by in the window: its place in the order of arrival.
    fn number_of(&self, run: &Run) -> u64 {
        let entry = self.library.entry(SourceId(run.id.0));
        entry.map_or(run.id.0, |entry| entry.number)
    }
}
