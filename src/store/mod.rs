//! Files: profiles, run documents, checks, samples as CSV, results of other tools, and the environment that a
//! run was made in.
//!
//! Everything written goes through [`write_atomically`]: a file is the old one or the new one, never
//! half of one. Everything read is bounded and checked, and answered with a sentence.

mod atomic;
mod check_file;
mod environment;
mod import;
mod io_words;
mod json_layout;
#[cfg_attr(not(target_os = "linux"), path = "no_machine.rs")]
mod machine;
mod paths;
mod profile_error;
mod profile_file;
mod profile_words;
mod ron_fields;
mod run_columns;
mod run_connections;
mod run_document;
mod run_error;
mod run_fit;
mod run_method;
mod run_point;
mod run_profile;
mod run_reader;
mod run_tcp;
mod samples_csv;

pub use atomic::{check_writable, write_atomically};
pub use check_file::{
    CheckDocumentError, MAX_CHECK_DOCUMENT_BYTES, load_check, read_check, save_check, write_check,
};
pub use environment::{COMMIT, capture};
pub use import::{MAX_PEER_BYTES, OpenError, Opened, PeerFileError, open_any};
pub use io_words::io_words;
pub use paths::{CONFIG_DIR_VARIABLE, config_dir};
pub use profile_error::{PlacedProblem, Position, ProfileFileError};
pub use profile_file::{
    MAX_PROFILE_BYTES, load_profile, parse_profile, profile_text, save_profile,
};
pub use run_document::{RUN_DOCUMENT_FORMAT, RUN_DOCUMENT_VERSION, save_run, write_run};
pub use run_error::RunDocumentError;
pub use run_reader::{MAX_RUN_DOCUMENT_BYTES, load_run, read_run};
pub use samples_csv::{save_samples, write_samples, write_samples_of_runs};
