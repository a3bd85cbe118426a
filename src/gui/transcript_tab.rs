//! The transcript's tab: which session, and its two columns.

use std::time::Duration;

use egui::{Align, ComboBox, Layout, RichText, Sense, Stroke, Ui, vec2};
use egui_extras::{Column, TableBuilder};

use super::app::{App, CLOCK_SLACK};
use super::server_side::PeerReader;
use super::theme::{Palette, ROW_HEIGHT, medium, space, text_size};
use super::transcript::{
    Cell, SessionRows, Sessions, Way, as_text, clock, find_session, session_rows,
};
use super::widgets::note;
use crate::measurement::units::{bytes, counted};
use crate::measurement::{Run, RunId, RunState, Side};
use crate::server::LogRecord;

/// Width of the arrow between the columns.
const ARROW_WIDTH: f32 = 28.0;

/// What the tab remembers between frames.
#[derive(Debug, Default)]
pub struct TranscriptState {
    /// The session chosen; the first one if none was.
    chosen: Option<u32>,
    /// The run's sessions.
    sessions: Sessions,
    /// The rows, and what they were made from.
    rows: SessionRows,
    made_from: Option<(u32, usize, usize, RunState)>,
    /// What the embedded server has to say of a session.
    server: Option<(u32, PeerReader)>,
    /// The run that all of this is of.
    of_run: Option<RunId>,
}

impl TranscriptState {
    /// Chooses a session.
    pub fn choose(&mut self, session: u32) {
        self.chosen = Some(session);
    }
}

/// A reader of what the embedded server recorded of a session of this run.
fn reader(app: &App, run: &Run, session: u32) -> Option<PeerReader> {
    let seen = app.server_side(run)?;
    let (_, round) = find_session(run, session)?;
    let began = run
        .transcript
        .lines
        .iter()
        .find(|line| line.session == session && line.side == Side::Client)
        .map_or(0, |line| u64::try_from(line.at_ns).unwrap_or(0));
    let from = run.origin + Duration::from_nanos(began);
    let from = from.checked_sub(CLOCK_SLACK).unwrap_or(from);
    Some(PeerReader::new(&seen, round.local?, from))
}

fn refresh(app: &mut App, run: &Run, session: u32) {
    match &mut app.transcript.server {
        Some((of, reader)) if *of == session => reader.read_on(),
        _ => {
            app.transcript.server = reader(app, run, session).map(|reader| (session, reader));
        }
    }
    let listening = app.server_side(run).and_then(|side| side.listening);
    let state = &mut app.transcript;
    let records = state
        .server
        .as_ref()
        .map_or(&[][..], |(_, reader)| reader.records());
    let made_from = (
        session,
        run.transcript.lines.len(),
        records.len(),
        run.state,
    );
    let probes = find_session(run, session).map_or(0, |(_, round)| round.probes.len());
    if state.made_from != Some(made_from) || state.rows.rows.len() < probes {
        let records: Vec<LogRecord> = match listening.filter(|_| state.server.is_some()) {
            Some(listening) => records.iter().cloned().chain([listening]).collect(),
            None => records.to_vec(),
        };
        state.rows = session_rows(run, session, &records);
        state.made_from = Some(made_from);
    }
}

/// Shows the tab.
pub fn show(app: &mut App, ui: &mut Ui) {
    let Some(run) = app.shown().cloned() else {
        note(
            ui,
            "What client and server say to each other appears here, line by line, once a run has begun.",
        );
        return;
    };
    if app.transcript.of_run != Some(run.id) {
        app.transcript = TranscriptState {
            of_run: Some(run.id),
            ..TranscriptState::default()
        };
    }
    let numbers = app.transcript.sessions.of(&run).to_vec();
    let Some(first) = numbers.first().copied() else {
        note(ui, "No connection was opened yet.");
        return;
    };
    let chosen = app
        .transcript
        .chosen
        .filter(|session| numbers.contains(session))
        .unwrap_or(first);
    let session = chooser(ui, &run, &numbers, chosen);
    if session != chosen {
        app.transcript.choose(session);
    }
    refresh(app, &run, session);
    table(ui, &app.transcript.rows);
    if run.transcript.omitted > 0 {
        note(
            ui,
            format!(
                "Not kept of this run: {}.",
                counted(run.transcript.omitted, "line")
            ),
        );
    }
}

/// The transcript of the session shown, as text.
#[must_use]
pub fn text(app: &App) -> String {
    as_text(&app.transcript.rows)
}

fn name(run: &Run, session: u32) -> String {
    find_session(run, session).map_or_else(
        || format!("Session {session}"),
        |(index, round)| {
            let (size, delay) = run.points.get(index).map_or((0, 0), |point| {
                (point.spec.message_size, point.spec.server_delay_ms)
            });
            format!(
                "Session {session}: round {}, {}, delay {delay} ms",
                round.number,
                bytes(size)
            )
        },
    )
}

fn chooser(ui: &mut Ui, run: &Run, numbers: &[u32], chosen: u32) -> u32 {
    let mut session = chosen;
    ui.horizontal(|ui| {
        let place = numbers
            .iter()
            .position(|number| *number == chosen)
            .unwrap_or(0);
        let caption = note(ui, "Session");
        ComboBox::from_id_salt("session")
            .width(300.0)
            .selected_text(name(run, chosen))
            .show_ui(ui, |ui| {
                let height = ui.text_style_height(&egui::TextStyle::Body);
                egui::ScrollArea::vertical().show_rows(ui, height, numbers.len(), |ui, range| {
                    for number in numbers.get(range).unwrap_or_default() {
                        ui.selectable_value(&mut session, *number, name(run, *number));
                    }
                });
            })
            .response
            .labelled_by(caption.id);
        let mut step = |ui: &mut Ui, text: &str, to: Option<&u32>| {
            if ui
                .add_enabled(to.is_some(), egui::Button::new(text))
                .clicked()
                && let Some(to) = to
            {
                session = *to;
            }
        };
        step(
            ui,
            "Previous",
            place.checked_sub(1).and_then(|place| numbers.get(place)),
        );
        step(ui, "Next", numbers.get(place + 1));
    });
    ui.add_space(space::SMALL);
    session
}

fn table(ui: &mut Ui, session: &SessionRows) {
    let palette = Palette::of(ui);
    let half = ((ui.available_width() - 252.0 - ARROW_WIDTH) / 2.0).max(160.0);
    ui.spacing_mut().item_spacing.x = 12.0;
    TableBuilder::new(ui)
        .striped(true)
        .min_scrolled_height(0.0)
        .auto_shrink([false, false])
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::exact(44.0))
        .column(Column::exact(72.0))
        .column(Column::exact(half).clip(true))
        .column(Column::exact(ARROW_WIDTH))
        .column(Column::exact(72.0))
        .column(Column::remainder().clip(true))
        .header(ROW_HEIGHT, |mut row| {
            for (name, hint) in [
                (
                    "Phase",
                    "CSP: connection setup. MP: measurement. CTP: connection termination.",
                ),
                ("Time (ms)", "Milliseconds since the session began."),
                ("Client", "What this program said and heard."),
                ("", "Which way the line goes."),
                (
                    "Time (ms)",
                    "Milliseconds since the session began, by the same clock.",
                ),
                ("Server", "What the embedded server recorded."),
            ] {
                row.col(|ui| {
                    if name.is_empty() {
                        return;
                    }
                    ui.label(RichText::new(name).family(medium()).size(text_size::SMALL))
                        .on_hover_text(hint);
                });
            }
        })
        .body(|body| {
            // First, where it is seen without scrolling.
            let extra = usize::from(session.server_missing.is_some());
            body.rows(ROW_HEIGHT, session.rows.len() + extra, |mut row| {
                let place = row.index().checked_sub(extra);
                let Some(line) = place.and_then(|place| session.rows.get(place)) else {
                    for _ in 0..5 {
                        row.col(|_| {});
                    }
                    row.col(|ui| {
                        note(ui, session.server_missing.unwrap_or_default());
                    });
                    return;
                };
                row.col(|ui| {
                    note(ui, line.phase.abbreviation());
                });
                side(&mut row, line.client.as_ref(), palette);
                row.col(|ui| arrow(ui, line.way, palette));
                side(&mut row, line.server.as_ref(), palette);
            });
        });
}

/// Which way a line goes, drawn from the client's column to the server's or back.
pub(super) fn arrow(ui: &mut Ui, way: Option<Way>, palette: &Palette) {
    let Some(way) = way else {
        return;
    };
    let (rect, _) = ui.allocate_exact_size(vec2(ARROW_WIDTH, 10.0), Sense::hover());
    let (left, right) = (rect.left_center(), rect.right_center());
    let (tip, back, color) = match way {
        Way::ToServer => (right, -1.0, palette.series(0)),
        Way::ToClient => (left, 1.0, palette.series(1)),
    };
    let stroke = Stroke::new(1.0, color);
    ui.painter().line_segment([left, right], stroke);
    for side in [-1.0, 1.0] {
        ui.painter()
            .line_segment([tip, tip + vec2(5.0 * back, 3.5 * side)], stroke);
    }
}

fn side(row: &mut egui_extras::TableRow<'_, '_>, cell: Option<&Cell>, palette: &Palette) {
    row.col(|ui| {
        if let Some(cell) = cell {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                note(ui, clock(cell.at_ns));
            });
        }
    });
    row.col(|ui| {
        if let Some(cell) = cell {
            let mut text = RichText::new(&cell.text);
            if cell.is_event {
                text = text.color(palette.faint);
            }
            ui.add(egui::Label::new(text).truncate());
        }
    });
}
