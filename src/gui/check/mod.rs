//! The check view: a server, or a client, put through the rules of the protocol, with every byte.
//!
//! | file | what it is |
//! | --- | --- |
//! | `options` | what is remembered |
//! | `sheet` | the check as it is shown, row by row |
//! | `work` | starting, following, stopping |
//! | `files` | documents and pages |
//! | `head` | who is checked, how far it is, what to do |
//! | `table` | the checks |
//! | `detail` | everything about one of them |
//! | `text` | the same for the clipboard |

mod detail;
mod files;
mod head;
mod options;
mod sheet;
mod table;
mod text;
mod work;

use std::sync::Arc;

use egui::{Rect, Ui, UiBuilder};

use self::sheet::{Row, Sheet};
use super::app::App;
use super::settings::Tab;
use super::theme::space;
use crate::check::{CheckReport, Checking, Verdict};

pub use files::CheckFile;
pub use options::CheckOptions;

/// From this width on, a check stands beside the table, else below it.
const BESIDE: f32 = 900.0;
/// Shares of the table, beside and above the check.
const SHARES: (f32, f32) = (0.52, 0.48);

/// What the view holds.
#[derive(Default)]
pub struct CheckView {
    /// The check that goes on.
    checking: Option<Checking>,
    /// Whether it was told to stop.
    is_stopping: bool,
    /// Whether the embedded server is checked.
    on_embedded: bool,
    /// What is shown.
    sheet: Option<Sheet>,
    /// The check that was chosen, by its number.
    chosen: Option<usize>,
    /// The check under way that was last brought into sight.
    followed: Option<usize>,
    failed_only: bool,
    /// The check for which a file is asked.
    wanted: Option<Arc<CheckReport>>,
}

impl CheckView {
    /// The rows that are shown.
    fn rows(&self) -> impl Iterator<Item = &Row> {
        let rows = self.sheet.iter().flat_map(|sheet| &sheet.rows);
        rows.filter(|row| !self.failed_only || row.verdict() == Some(Verdict::Fail))
    }

    /// The check that is looked at: the one that was chosen, else the first that was failed, else the first
    /// once all are done.
    fn looked_at(&self) -> Option<&Row> {
        let sheet = self.sheet.as_ref()?;
        if let Some(number) = self.chosen {
            return sheet.row(number);
        }
        let mut rows = sheet.rows.iter();
        let failed = rows.find(|row| row.verdict() == Some(Verdict::Fail));
        let has_ended = sheet.report.is_some();
        failed.or_else(|| sheet.rows.first().filter(|_| has_ended))
    }
}

impl App {
    /// Whether the view has the room of the plots.
    #[must_use]
    pub fn shows_check(&self) -> bool {
        self.settings.tab == Tab::Check && !self.settings.tabs_folded
    }

    /// Gives the plots their room back: something is drawn in them now.
    pub(super) fn leave_check(&mut self) {
        if self.settings.tab == Tab::Check {
            self.settings.tab = Tab::Points;
        }
    }

    /// Whether there is a check in the view.
    pub(super) fn has_check(&self) -> bool {
        self.check.sheet.is_some()
    }

    /// How far a check that goes on is, in words.
    #[must_use]
    pub fn check_words(&self) -> Option<String> {
        let sheet = self.check.sheet.as_ref()?;
        self.is_checking().then(|| {
            let (done, all) = (sheet.done(), sheet.rows.len());
            format!("Checking {}: {done} of {all} done", sheet.address)
        })
    }

    /// Whether the embedded server is being checked.
    pub(super) fn checks_embedded(&self) -> bool {
        self.is_checking() && self.check.on_embedded
    }
}

/// The table as text.
#[must_use]
pub fn as_text(app: &App) -> Option<String> {
    app.has_check().then(|| text::table(app.check.rows()))
}

/// Shows the view.
pub fn show(app: &mut App, ui: &mut Ui) {
    head::show(app, ui);
    let Some(sheet) = &app.check.sheet else {
        return;
    };
    let room = ui.available_rect_before_wrap();
    let (rows, one) = split(room);
    let mut view = ui.new_child(UiBuilder::new().id_salt("checks").max_rect(rows));
    view.set_clip_rect(rows.intersect(ui.clip_rect()));
    let chosen = table::show(&app.check, &mut view);
    let mut view = ui.new_child(UiBuilder::new().id_salt("a check").max_rect(one));
    view.set_clip_rect(one.intersect(ui.clip_rect()));
    detail::show(sheet, app.check.looked_at(), &mut view);
    app.check.followed = sheet.under_way();
    ui.advance_cursor_after_rect(room);
    if chosen.is_some() {
        app.check.chosen = chosen;
    }
}

fn split(room: Rect) -> (Rect, Rect) {
    let gap = space::MEDIUM / 2.0;
    let (beside, above) = SHARES;
    let (mut rows, mut one) = if room.width() >= BESIDE {
        room.split_left_right_at_fraction(beside)
    } else {
        room.split_top_bottom_at_fraction(above)
    };
    if room.width() >= BESIDE {
        rows.max.x -= gap;
        one.min.x += gap;
    } else {
        rows.max.y -= gap;
        one.min.y += gap;
    }
    (rows, one)
}
