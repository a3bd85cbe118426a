//! The window.
//!
//! [`App`] holds the state and does what actions say; the panels draw it. Nothing here waits: the
//! engine and the server have threads of their own, file dialogs too, and a frame is drawn only when
//! something has changed.

mod actions;
mod analysis;
mod app;
mod check;
mod compare;
mod details;
mod drop_files;
mod embedded;
mod export;
mod fed;
mod file_dialog;
mod form;
mod form_panel;
mod form_text;
mod layout;
mod library;
mod limits_fields;
mod measuring;
mod method_panel;
mod modal;
mod opening;
mod openness;
mod plots;
mod point_hover;
mod point_tab;
mod point_words;
mod points_table;
mod presenter;
mod profiles;
mod run_summary;
mod run_time;
mod saving;
mod selection;
mod server_card;
mod server_limits;
mod server_side;
mod settings;
mod startup;
mod status;
mod table_columns;
mod table_keys;
mod table_sheet;
mod tabs;
#[cfg(test)]
mod test_run;
mod theme;
mod tour;
mod tour_stops;
mod transcript;
mod transcript_tab;
mod variant_fields;
mod widgets;
mod window;

pub use actions::Action;
pub use app::{App, Notice, NoticeKind, Options};
pub use fed::FedWindow;
pub use library::{Entry, Library};
pub use selection::Selected;
pub use tour::screenshots;
pub use window::{GuiError, run};
