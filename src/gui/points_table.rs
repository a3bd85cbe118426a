//! The table of the points' statistics: every figure that there is, as text. What does not fit is
//! reached by the scroll bar, the wheel or the arrow keys; the columns that name the rows stay in
//! sight. A figure is shown whole or not at all, so that none is read without its last digits. A row is
//! selected by a click or with the arrow keys.

use std::sync::Arc;

use egui::{
    Align, Align2, FontId, Label, Layout, Rect, RichText, Role, Sense, Stroke, StrokeKind,
    TextStyle, Ui, WidgetInfo, style::ScrollAnimation, vec2,
};
use egui_table::{CellInfo, HeaderCellInfo, HeaderRow, Table, TableDelegate};

use super::app::App;
use super::point_hover::about;
use super::selection::{Selected, next_selected};
use super::table_columns::{Column, that_name_rows};
use super::table_keys::{self, Scrolled, edges, keys};
use super::table_sheet::Sheet;
use super::theme::{HEAD_HEIGHT, Palette, RADIUS, ROW_HEIGHT, medium, text_size};
use super::widgets::{CUT, note, plain_bars, text_width};
use crate::measurement::units::bytes;
use crate::measurement::{Point, Run, RunId};

/// Space at either side of what stands in a column.
const MARGIN: f32 = 7.0;
/// Width of the bar at the selected row.
const BAR: f32 = 4.0;

/// What the table remembers between frames.
#[derive(Default)]
pub struct TableState {
    /// What it says, made once for each state of a run: it goes through every round.
    sheet: Option<Sheet>,
    /// Widths of the run's columns by name. They grow and never shrink, so that little moves.
    widths: Option<(RunId, Vec<(&'static str, f32)>)>,
    /// How far it was scrolled, and the rows of a page.
    scrolled: Scrolled,
}

/// Shows the table.
pub fn show(app: &mut App, ui: &mut Ui) {
    let Some(run) = app.shown().cloned() else {
        note(
            ui,
            "Every figure of the plots appears here once a run has begun.",
        );
        return;
    };
    let measuring = app.shown_progress().map(|progress| progress.point);
    match table(ui, &mut app.points, &run, measuring, app.selected) {
        None => {}
        Some(Chosen::Moved(to)) => app.selected = Some(to),
        Some(Chosen::Clicked(point)) => app.toggle_selected(point),
        Some(Chosen::Opened(point)) => {
            app.selected = Some(point);
            app.open_point();
        }
    }
}

/// What was done to a row.
#[derive(Clone, Copy)]
enum Chosen {
    /// The arrow keys went to it.
    Moved(Selected),
    /// It was clicked.
    Clicked(Selected),
    /// It was clicked twice, or Enter pressed.
    Opened(Selected),
}

/// The table of a run of which the point `measuring` is being measured, and what was done to its rows.
fn table(
    ui: &mut Ui,
    state: &mut TableState,
    run: &Arc<Run>,
    measuring: Option<usize>,
    selected: Option<Selected>,
) -> Option<Chosen> {
    let sheet = match state.sheet.take() {
        Some(sheet) if sheet.is_of(run, measuring) => sheet,
        before => {
            let sheet = Sheet::new(run, measuring, before.as_ref());
            state.grow(ui, run.id, &sheet);
            sheet
        }
    };
    let sheet = state.sheet.insert(sheet);
    let sticky = that_name_rows(&sheet.columns);
    let widths: Vec<f32> = state
        .widths
        .iter()
        .flat_map(|(_, known)| known)
        .map(|(_, width)| *width)
        .collect();
    let edges = edges(&widths, sticky);

    ui.spacing_mut().scroll = plain_bars();
    let room = ui.available_rect_before_wrap();
    let pressed = keys(ui, room, &edges, state.scrolled);
    let is_row = |selected: Selected| move |point: &Point| Selected::new(run, point) == selected;
    let row_of = |selected: Selected| run.points.iter().position(is_row(selected));
    let moved = pressed
        .moves
        .and_then(|direction| next_selected(run, selected, direction));
    let selected = moved.or(selected);
    let opened = selected.filter(|selected| pressed.opens && row_of(*selected).is_some());
    let width = |width: &f32| egui_table::Column::new(*width).resizable(false);
    let mut view = View {
        sheet,
        run,
        edges: &edges,
        sticky,
        left: room.left() + widths.iter().take(sticky).sum::<f32>(),
        scrolled: &mut state.scrolled,
        selected: selected.and_then(row_of),
        chosen: None,
    };
    view.scrolled.page = room.height() - HEAD_HEIGHT;
    let mut table = Table::new();
    if let Some(row) = moved.and_then(row_of) {
        ui.style_mut().scroll_animation = ScrollAnimation::none();
        table = table.scroll_to_row(row as u64, None);
    }
    table
        .id_salt("points")
        .num_rows(run.points.len() as u64)
        .columns(widths.iter().map(width).collect::<Vec<_>>())
        .num_sticky_cols(sticky)
        .headers([HeaderRow::new(HEAD_HEIGHT)])
        .show(ui, &mut view);
    let chosen = view.chosen;
    if pressed.has_keyboard {
        let stroke = Stroke::new(1.0, Palette::of(ui).accent);
        ui.painter()
            .rect_stroke(room, RADIUS, stroke, StrokeKind::Inside);
    }
    opened
        .map(Chosen::Opened)
        .or(chosen)
        .or(moved.map(Chosen::Moved))
}

impl TableState {
    /// Gives each column room for the widest of its texts.
    fn grow(&mut self, ui: &Ui, run: RunId, sheet: &Sheet) {
        let before = self.widths.take().filter(|(of, _)| *of == run);
        let before = before.map(|(_, widths)| widths).unwrap_or_default();
        let widths = sheet.columns.iter().enumerate().map(|(at, column)| {
            let known = before.iter().find(|(name, _)| *name == column.name);
            let known = known.map_or(0.0, |(_, width)| *width);
            (column.name, known.max(needed(ui, sheet, at, column)))
        });
        self.widths = Some((run, widths.collect()));
    }
}

/// The width that a column needs.
fn needed(ui: &Ui, sheet: &Sheet, at: usize, column: &Column) -> f32 {
    let body = TextStyle::Body.resolve(ui.style());
    // Each text is summed up, which is quick, and the widest is laid out, which is exact.
    let rough = |text: &str| -> f32 {
        let width = |letter| ui.fonts_mut(|fonts| fonts.glyph_width(&body, letter));
        text.chars().map(width).sum()
    };
    let widest = sheet
        .column(at)
        .max_by(|a, b| rough(a).total_cmp(&rough(b)))
        .unwrap_or_default();
    let head = text_width(ui, column.name, FontId::new(text_size::SMALL, medium()));
    let unit = text_width(ui, sheet.unit(at), FontId::proportional(text_size::SMALL));
    let text = text_width(ui, widest, body.clone());
    (text.max(head).max(unit).max(column.least) + 2.0 * MARGIN).ceil()
}

/// What is in sight of the table.
struct View<'a> {
    sheet: &'a Sheet,
    run: &'a Run,
    edges: &'a [f32],
    sticky: usize,
    /// Where the columns that scroll begin, in the window.
    left: f32,
    scrolled: &'a mut Scrolled,
    /// The row that is selected.
    selected: Option<usize>,
    /// What was done to a row.
    chosen: Option<Chosen>,
}

/// How much of a cell is in sight.
#[derive(PartialEq)]
enum Sight {
    Whole,
    /// A part that says so.
    Cut,
    /// Next to nothing.
    Nothing,
}

impl Sight {
    /// Of what stands at the right of a cell and is so wide.
    fn of(ui: &Ui, width: f32) -> Self {
        let (cell, seen) = (ui.max_rect(), ui.clip_rect());
        let right = cell.right() - MARGIN;
        let text = right - width..=right;
        if ui.is_sizing_pass() || seen.left() <= *text.start() && *text.end() <= seen.right() {
            Self::Whole
        } else if seen.width() > 2.0 * MARGIN {
            Self::Cut
        } else {
            Self::Nothing
        }
    }

    /// Says that there is more.
    fn say_cut(&self, ui: &Ui) {
        if *self == Self::Cut {
            let at = ui.clip_rect().center();
            let font = TextStyle::Body.resolve(ui.style());
            let faint = Palette::of(ui).faint;
            ui.painter()
                .text(at, Align2::CENTER_CENTER, CUT, font, faint);
        }
    }
}

/// Draws what stands in a cell: figures at its right, sentences at its left.
fn inside<R>(ui: &mut Ui, column: &Column, draw: impl FnOnce(&mut Ui) -> R) -> R {
    let layout = if column.is_sentences() {
        Layout::left_to_right(Align::Center)
    } else {
        Layout::right_to_left(Align::Center)
    };
    ui.with_layout(layout, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(MARGIN);
        draw(ui)
    })
    .inner
}

impl TableDelegate for View<'_> {
    fn default_row_height(&self) -> f32 {
        ROW_HEIGHT
    }

    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let at = cell.col_range.start;
        let Some(column) = self.sheet.columns.get(at) else {
            return;
        };
        let place = ui.max_rect();
        if let Some(edge) = at
            .checked_sub(self.sticky)
            .and_then(|at| self.edges.get(at))
        {
            self.scrolled.x = self.left + edge - place.left();
        }
        let name = FontId::new(text_size::SMALL, medium());
        let unit = self.sheet.unit(at);
        let is_whole = column.is_sentences()
            || Sight::of(ui, text_width(ui, column.name, name)) == Sight::Whole;
        if !is_whole {
            return;
        }
        let align = if column.is_sentences() {
            Align::Min
        } else {
            Align::Max
        };
        // The head of sentences stays in sight as long as they do.
        let seen = if column.is_sentences() {
            place.intersect(ui.clip_rect())
        } else {
            place
        };
        let inner = seen.shrink2(vec2(MARGIN, 0.0));
        let builder = egui::UiBuilder::new()
            .max_rect(inner)
            .layout(Layout::top_down(align));
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let name = RichText::new(column.name)
                .family(medium())
                .size(text_size::SMALL);
            ui.label(name).on_hover_text(column.hint);
            if !unit.is_empty() {
                note(ui, unit).on_hover_text(column.hint);
            }
        });
    }

    fn row_ui(&mut self, ui: &mut Ui, row: u64) {
        if row.is_multiple_of(2) {
            let fill = ui.visuals().faint_bg_color;
            ui.painter().rect_filled(ui.max_rect(), 0.0, fill);
        }
        let Some((row, point)) = usize::try_from(row)
            .ok()
            .and_then(|row| Some((row, self.run.points.get(row)?)))
        else {
            return;
        };
        let is_selected = self.selected == Some(row);
        let place = ui.max_rect();
        if is_selected {
            let fill = ui.visuals().selection.bg_fill;
            ui.painter().rect_filled(place, 0.0, fill);
            let bar = Rect::from_min_size(place.min, vec2(BAR, place.height()));
            ui.painter().rect_filled(bar, 0.0, Palette::of(ui).accent);
        }
        // The keyboard is the table's, so a row takes none.
        let seen = place.intersect(ui.clip_rect());
        let response = ui.interact(seen, ui.scope_id().with("row"), Sense::CLICK);
        // Of its two parts, the one that stays in sight is the row for those who do not see it.
        if seen.left() < self.left {
            let spec = &point.spec;
            let name = format!(
                "Point: {}, delay {} ms",
                bytes(spec.message_size),
                spec.server_delay_ms
            );
            response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_selected, &name));
        }
        let point = Selected::new(self.run, point);
        if response.double_clicked() {
            self.chosen = Some(Chosen::Opened(point));
        } else if response.clicked() {
            self.chosen = Some(Chosen::Clicked(point));
        }
        if response.clicked() {
            ui.memory_mut(|memory| memory.request_focus(table_keys::id()));
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let Ok(row) = usize::try_from(cell.row_nr) else {
            return;
        };
        let (Some(column), Some(point)) = (
            self.sheet.columns.get(cell.col_nr),
            self.run.points.get(row),
        ) else {
            return;
        };
        let text = self.sheet.cell(row, cell.col_nr);
        let palette = Palette::of(ui);
        let color = match column.name {
            "State" if point.error.is_some() => palette.error,
            "Mark" => palette.warning,
            _ => palette.text,
        };
        let font = TextStyle::Body.resolve(ui.style());
        let place = ui.max_rect();
        let under = ui.interact(
            place.intersect(ui.clip_rect()),
            ui.scope_id().with("cell"),
            Sense::hover(),
        );
        let is_half_in_sight = ui.clip_rect().y_range().contains(place.center().y);
        let sight = if column.is_sentences() {
            Sight::Whole
        } else {
            Sight::of(ui, text_width(ui, text, font.clone()))
        };
        let response = if sight != Sight::Whole && is_half_in_sight {
            sight.say_cut(ui);
            under
        } else if is_half_in_sight || ui.is_sizing_pass() {
            let text = RichText::new(text).color(color);
            // A click is for the row.
            let label = Label::new(text).extend().selectable(false);
            let label = inside(ui, column, |ui| ui.add(label));
            // The text lies over its cell, and the pointer is over either.
            under.union(label)
        } else {
            // Of a sliver of a row nothing could be read.
            under
        };
        if cell.col_nr + 1 == self.sticky {
            let line = Stroke::new(1.0, palette.line);
            ui.painter()
                .vline(place.right() - 0.5, place.y_range(), line);
        }
        response.on_hover_ui_at_pointer(|ui| about(ui, self.run, point, self.sheet.limit(row)));
    }
}

#[cfg(test)]
mod tests {
    use egui::Key;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::super::test_run::{self, NEAR_NS, rest_on, texts};
    use super::*;
    use crate::measurement::{PrecisionOutcome, limit_of};

    fn run() -> Run {
        test_run::run(&[
            (100, NEAR_NS, Some(PrecisionOutcome::Reached)),
            (
                200,
                50 * NEAR_NS,
                Some(PrecisionOutcome::NotReachedInRounds),
            ),
            (300, 60 * NEAR_NS, Some(PrecisionOutcome::NotReachedInTime)),
            (400, 70 * NEAR_NS, None),
        ])
    }

    fn shown_in(width: f32, height: f32, run: Run) -> Harness<'static> {
        let run = Arc::new(run);
        let mut state = TableState::default();
        let mut selected = None;
        test_run::shown(vec2(width, height), move |ui| {
            selected = match table(ui, &mut state, &run, None, selected) {
                Some(Chosen::Moved(to) | Chosen::Clicked(to) | Chosen::Opened(to)) => Some(to),
                None => selected,
            };
        })
    }

    fn shown(run: Run) -> Harness<'static> {
        shown_in(720.0, 400.0, run)
    }

    fn press(harness: &mut Harness<'_>, key: Key) {
        harness.key_press(key);
        harness.run();
    }

    /// A table that has the keyboard.
    fn with_keyboard(mut harness: Harness<'static>) -> Harness<'static> {
        harness.get_by_role(Role::Table).focus();
        harness.run();
        harness
    }

    #[test]
    fn each_point_says_whether_it_is_precise_and_why_not() {
        let mut harness = shown(run());
        let said = texts(&harness);
        let count = |text: &str| said.iter().filter(|known| *known == text).count();
        assert_eq!((count("precise"), count("not reached")), (1, 2), "{said:?}");
        for (size, reason) in [
            ("100", "Precise: the interval is "),
            ("200", "Not reached: after 40 rounds the interval is "),
            ("300", "Not reached: the interval is "),
        ] {
            let said = rest_on(&mut harness, size);
            assert!(said.contains(reason), "{size}: {said}");
            assert!(said.contains("5 % was asked for"), "{size}: {said}");
            let in_time = said.contains("begins later than 60 s into the run");
            assert_eq!(in_time, size == "300", "{said}");
        }
    }

    #[test]
    fn a_point_near_the_instruments_floor_is_marked_unless_all_is_loopback() {
        let mut harness = shown(run());
        let marks = |harness: &Harness<'_>| {
            let texts = texts(harness);
            texts.iter().filter(|text| *text == "near floor").count()
        };
        assert_eq!(marks(&harness), 1);
        let said = rest_on(&mut harness, "near floor");
        assert!(said.contains("the median is 3.001 times"), "{said}");
        assert!(said.contains("10.00\u{a0}µs"), "{said}");

        let mut on_loopback = run();
        if let Some(route) = &mut on_loopback.route {
            route.loopback = true;
        }
        assert_eq!(marks(&shown(on_loopback)), 0);
        let mut unknown = run();
        unknown.calibration = None;
        assert_eq!(marks(&shown(unknown)), 0);
    }

    #[test]
    fn a_point_faster_than_the_floor_is_marked_and_says_what_the_floor_is_worth() {
        for loopback in [false, true] {
            let mut run = test_run::run(&[(100, NEAR_NS / 5, None), (200, 50 * NEAR_NS, None)]);
            if let Some(route) = &mut run.route {
                route.loopback = loopback;
            }
            let mut harness = shown(run);
            let said = rest_on(&mut harness, "below floor");
            assert!(
                said.contains("Faster than the instrument's floor"),
                "{said}"
            );
            assert!(said.contains("slower when it was calibrated"), "{said}");
        }
    }

    #[test]
    fn every_figure_is_reached_with_the_arrow_keys_and_the_sizes_stay_in_sight() {
        let run = run();
        let sheet = Sheet::new(&Arc::new(run.clone()), None, None);
        let mut harness = with_keyboard(shown(run));
        let mut seen = Vec::new();
        for _ in 0..sheet.columns.len() {
            let said = texts(&harness);
            assert!(said.iter().any(|text| text == "400"), "{said:?}");
            seen.extend(said);
            press(&mut harness, Key::ArrowRight);
        }
        for (at, column) in sheet.columns.iter().enumerate() {
            assert!(
                seen.iter().any(|text| text == column.name),
                "{}",
                column.name
            );
            for cell in sheet.column(at) {
                assert!(
                    seen.iter().any(|text| text == cell),
                    "{}: {cell}",
                    column.name
                );
            }
        }
        press(&mut harness, Key::Home);
        assert!(texts(&harness).iter().any(|text| text == "State"));
        press(&mut harness, Key::End);
        let said = texts(&harness);
        assert!(
            said.iter().any(|text| text == "What limited it"),
            "{said:?}"
        );
        assert!(!said.iter().any(|text| text == "State"), "{said:?}");
    }

    #[test]
    fn a_figure_is_shown_whole_or_not_at_all() {
        for width in [300, 333, 366, 399, 720, 1_111] {
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let width = width as f32;
            let harness = shown_in(width, 400.0, run());
            let labels = harness.query_all_by_role(Role::Label);
            let places: Vec<(String, Rect)> = labels
                .filter_map(|label| Some((label.value()?, label.rect())))
                .collect();
            assert!(places.len() > 8, "{places:?}");
            for (at, (text, place)) in places.iter().enumerate() {
                assert!(place.right() <= width, "{text} at {place:?} of {width}");
                for (other, over) in places.iter().skip(at + 1) {
                    let apart = !place.shrink(0.5).intersects(over.shrink(0.5));
                    assert!(apart, "{text} at {place:?} and {other} at {over:?}");
                }
            }
        }
    }

    #[test]
    fn large_figures_have_the_room_they_need() {
        let mut run = test_run::run(&[(1, 27_000, None), (104_857_600, 100_234_000, None)]);
        for point in &mut run.points {
            if let Some(figures) = &mut point.statistics {
                figures.n = 1_200_000;
            }
        }
        let harness = shown_in(1_200.0, 300.0, run);
        let labels = harness.query_all_by_role(Role::Label);
        let places: Vec<(String, Rect)> = labels
            .filter_map(|label| Some((label.value()?, label.rect())))
            .collect();
        for text in ["1,200,000", "104,857,600", "100,200 – 100,300"] {
            assert!(places.iter().any(|(known, _)| known == text), "{places:?}");
        }
        for (at, (text, place)) in places.iter().enumerate() {
            for (other, over) in places.iter().skip(at + 1) {
                let apart = !place.shrink(0.5).intersects(over.shrink(0.5));
                assert!(apart, "{text} at {place:?} and {other} at {over:?}");
            }
        }
    }

    #[test]
    fn rows_out_of_sight_are_reached_with_the_arrow_keys() {
        let points: Vec<_> = (1..=40).map(|size| (size, 50 * NEAR_NS, None)).collect();
        let mut harness = with_keyboard(shown_in(720.0, 200.0, test_run::run(&points)));
        let says = |harness: &Harness<'_>, text: &str| texts(harness).iter().any(|t| t == text);
        assert!(says(&harness, "2") && !says(&harness, "40"));
        for _ in 0..12 {
            press(&mut harness, Key::ArrowDown);
        }
        assert!(!says(&harness, "1") && says(&harness, "12") && says(&harness, "State"));
        for _ in 0..8 {
            press(&mut harness, Key::PageDown);
        }
        assert!(says(&harness, "40") && !says(&harness, "2"));
    }

    #[test]
    fn what_limited_a_point_is_two_columns_and_where_the_pointer_rests() {
        let run = run();
        let limit = limit_of(&run, &run.points[0]).expect("a point with figures");
        let mut harness = shown_in(1_100.0, 400.0, run);
        let said = texts(&harness);
        assert!(said.iter().any(|text| text == "Limited by"), "{said:?}");
        assert!(
            said.iter().any(|text| text == limit.cause.name()),
            "{said:?}"
        );
        let said = rest_on(&mut harness, "100");
        assert!(said.contains(&limit.sentence), "{said}");
        for (name, figure) in &limit.evidence {
            assert!(
                said.contains(name) && said.contains(figure),
                "{name}: {said}"
            );
        }
    }
}
