//! The tab of what is in the window: which of it is drawn, under which name, and how runs compare with
//! the baseline.

mod comparer;
mod list;
mod table;
mod text;
mod verdicts;
mod wide;

use std::sync::Arc;

use egui::{Align, Context, Layout, ScrollArea, Ui, vec2};

use super::app::App;
use super::library::Entry;
use super::theme::space;
use super::widgets::{note, plain_bars};
use crate::chart;

pub use comparer::{Comparer, Found};

/// What the table of verdicts takes in points, and more of it where there are several server delays.
const TABLE: (f32, f32) = (620.0, 84.0);

/// What the plots show of the runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlotView {
    /// The figures themselves.
    #[default]
    Values,
    /// The ratio of each run's figures to the baseline's.
    Ratio,
}

/// Shows the tab.
pub fn show(app: &mut App, ui: &mut Ui) {
    if app.library.entries().is_empty() {
        note(
            ui,
            "Runs appear here once they are measured or opened, and results of other tools too: \
             File > Open…, or drop files on the window.",
        );
        return;
    }
    let found = app.comparisons(ui.ctx());
    let (table, more) = TABLE;
    let mut compared = found.others.iter();
    let has_delays = compared.any(|(_, comparison)| table::has_delays(comparison));
    let table = table + if has_delays { more } else { 0.0 } + space::LARGE;
    let width = list::width(app, ui, ui.available_width() - table);
    let height = ui.available_height();
    let column = Layout::top_down(Align::Min);
    ui.spacing_mut().scroll = plain_bars();
    ui.horizontal_top(|ui| {
        ui.allocate_ui_with_layout(vec2(width, height), column, |ui| {
            ui.set_width(width);
            let scroll = ScrollArea::vertical().id_salt("what is in the window");
            scroll.auto_shrink(false).show(ui, |ui| list::show(app, ui));
        });
        ui.add_space(space::LARGE);
        let left = vec2(ui.available_width(), height);
        ui.allocate_ui_with_layout(left, column, |ui| {
            let scroll = ScrollArea::both().id_salt("how runs compare");
            scroll.auto_shrink(false).show_viewport(ui, |ui, seen| {
                verdicts::show(app, &found, ui, wide::Sight::new(seen));
            });
        });
    });
}

/// The comparison as text, with TABs between the cells.
#[must_use]
pub fn as_text(app: &App) -> String {
    text::of(app, &app.comparer.found())
}

impl App {
    /// How the runs that are drawn compare with the baseline, as far as it is known by now. What is
    /// missing is worked out meanwhile, and a frame asked for then.
    pub(super) fn comparisons(&mut self, context: &Context) -> Arc<Found> {
        let baseline = self.library.baseline();
        let others = compared_with(self, baseline);
        let is_measuring = self.progress().is_some();
        self.comparer.of(
            baseline.and_then(ended),
            others.into_iter().filter_map(ended).collect(),
            is_measuring,
            context,
        )
    }

    /// What the plots show of the runs.
    #[must_use]
    pub fn plot_view(&self) -> PlotView {
        self.comparer.view
    }

    /// The ratios to draw: each run in its colour.
    #[must_use]
    pub fn ratios<'a>(&'a self, found: &'a Found) -> Vec<chart::Compared<'a>> {
        let compared = found.others.iter();
        compared
            .filter_map(|(id, comparison)| {
                let entry = self.library.entry(*id)?;
                Some(chart::Compared {
                    id: *id,
                    name: &entry.name,
                    colour: entry.colour,
                    comparison,
                })
            })
            .collect()
    }
}

/// The runs that are drawn beside the baseline.
fn compared_with<'a>(app: &'a App, baseline: Option<&Entry>) -> Vec<&'a Entry> {
    let baseline = baseline.map(|entry| entry.id);
    let drawn = app.library.drawn();
    drawn.filter(|entry| Some(entry.id) != baseline).collect()
}

/// The run of an entry, once it has ended.
fn ended(entry: &Entry) -> Option<(crate::chart::SourceId, Arc<crate::measurement::Run>)> {
    let run = entry.run().filter(|_| !entry.goes_on())?;
    Some((entry.id, Arc::clone(run)))
}
