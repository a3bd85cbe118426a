//! The tab that shows what is known of a run: text that can be selected, by topics, in two columns where
//! there is room.

use egui::{
    Align, CornerRadius, Event, EventFilter, Id, Key, Label, Layout, Modifiers, RichText, Role,
    ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

use super::{Section, Topic, sections};
use crate::gui::analysis::Fits;
use crate::gui::app::App;
use crate::gui::theme::{Palette, RADIUS, medium, space, text_size};
use crate::gui::widgets::note;
use crate::measurement::facts::Fact;
use crate::measurement::{Run, RunId, RunState};

/// Width of the names.
const NAME_WIDTH: f32 = 168.0;
/// Room from which on there are two columns.
const TWO_COLUMNS: f32 = 840.0;
/// What stands in the first of two columns; the rest is as long.
const FIRST_COLUMN: [Topic; 4] = [Topic::Checks, Topic::Server, Topic::Method, Topic::Model];
/// How far an arrow key scrolls.
const ARROW_STEP: f32 = 40.0;

/// What the tab remembers between frames.
#[derive(Debug, Default)]
pub struct DetailsState {
    sections: Vec<Section>,
    made_from: Option<(RunId, RunState, usize, usize)>,
    /// What is to be brought into sight.
    wanted: Option<Topic>,
}

impl DetailsState {
    /// Brings a topic into sight.
    pub fn want(&mut self, topic: Topic) {
        self.wanted = Some(topic);
    }

    /// Makes the text anew where the run has grown since.
    fn refresh(&mut self, run: &Run, fits: &Fits) {
        let rounds = run.points.iter().map(|point| point.rounds.len()).sum();
        let made_from = Some((
            run.id,
            run.state,
            rounds,
            run.checks.len() + run.server.remarks.len() + fits.len(),
        ));
        if self.made_from != made_from {
            self.sections = sections(run, fits);
            self.made_from = made_from;
        }
    }
}

/// Shows the tab.
pub fn show(app: &mut App, ui: &mut Ui) {
    let Some(run) = app.shown().cloned() else {
        note(
            ui,
            "How a run was measured, by what and whether it agrees with itself appears here once one has begun.",
        );
        return;
    };
    let analysis = app.analyst.of(&run, ui.ctx());
    app.details.refresh(&run, &analysis.fits);
    let wanted = app.details.wanted.take();
    scrolled(ui, &app.details.sections, wanted);
}

/// The topics in what room there is, scrolled; `wanted` is brought into sight.
pub(super) fn scrolled(ui: &mut Ui, sections: &[Section], wanted: Option<Topic>) {
    let id = Id::unique("details of the run");
    let height = ui.available_height();
    let output = ScrollArea::vertical()
        .id_salt("details")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            if ui.memory(|memory| memory.has_focus(id)) {
                scroll_by_keys(ui, height);
            }
            columns(ui, sections, wanted);
        });
    // In the order of the keyboard it is one thing: arrows and pages move what is in it.
    let area = ui.interact(output.inner_rect, id, Sense::focusable_noninteractive());
    area.widget_info(|| WidgetInfo::labeled(Role::ScrollView, true, "Details of the run"));
    if area.has_focus() {
        let filter = EventFilter {
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        ui.painter().rect_stroke(
            output.inner_rect,
            CornerRadius::same(RADIUS),
            Stroke::new(1.0, Palette::of(ui).accent),
            StrokeKind::Inside,
        );
    }
}

fn scroll_by_keys(ui: &Ui, page: f32) {
    let page = (page - ARROW_STEP).max(ARROW_STEP);
    let all = f32::from(u16::MAX);
    let delta: f32 = ui.input(|input| {
        let pressed = input.events.iter().filter_map(|event| match event {
            Event::Key {
                key,
                pressed: true,
                modifiers: Modifiers::NONE,
                ..
            } => Some(*key),
            _ => None,
        });
        pressed
            .map(|key| match key {
                Key::ArrowDown => -ARROW_STEP,
                Key::ArrowUp => ARROW_STEP,
                Key::PageDown => -page,
                Key::PageUp => page,
                Key::End => -all,
                Key::Home => all,
                _ => 0.0,
            })
            .sum()
    });
    if delta != 0.0 {
        ui.scroll_with_delta(vec2(0.0, delta));
    }
}

fn columns(ui: &mut Ui, sections: &[Section], wanted: Option<Topic>) {
    let room = ui.available_width();
    if room < TWO_COLUMNS {
        for one in sections {
            section(ui, one, wanted);
        }
        return;
    }
    let is_first = |section: &&Section| FIRST_COLUMN.contains(&section.topic);
    let (first, second): (Vec<&Section>, Vec<&Section>) = sections.iter().partition(is_first);
    ui.columns_const(|[left, right]| {
        for one in first {
            section(left, one, wanted);
        }
        for one in second {
            section(right, one, wanted);
        }
    });
}

fn section(ui: &mut Ui, section: &Section, wanted: Option<Topic>) {
    let title = RichText::new(section.topic.title())
        .family(medium())
        .size(text_size::BODY);
    let heading = ui.label(title);
    if wanted == Some(section.topic) {
        heading.scroll_to_me(Some(Align::Min));
    }
    for fact in &section.facts {
        row(ui, fact);
    }
    ui.add_space(space::LARGE);
}

fn row(ui: &mut Ui, fact: &Fact) {
    let palette = Palette::of(ui);
    let color = if fact.is_wrong {
        palette.error
    } else {
        palette.text
    };
    let small = |text: &str| RichText::new(text).size(text_size::SMALL);
    ui.horizontal_top(|ui| {
        let name = Label::new(small(&fact.name).color(palette.faint)).wrap();
        let layout = Layout::top_down(Align::Min);
        ui.allocate_ui_with_layout(vec2(NAME_WIDTH, 0.0), layout, |ui| {
            ui.set_width(NAME_WIDTH);
            ui.add(name);
        });
        // The bar of the scroll area must not lie over the ends of the lines.
        let width = (ui.available_width() - space::LARGE).max(NAME_WIDTH);
        ui.allocate_ui_with_layout(vec2(width, 0.0), layout, |ui| {
            ui.set_width(width);
            ui.add(Label::new(small(&fact.told()).color(color)).wrap());
        });
    });
}
