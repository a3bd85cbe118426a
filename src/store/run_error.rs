//! Why a file is not read as a run: one sentence each.

use std::io;

use super::run_document::RUN_DOCUMENT_VERSION;
use super::run_reader::MAX_RUN_DOCUMENT_BYTES;
use super::{Position, io_words};

/// Why a file is not read as a run. The sentences leave the file's name to whoever shows them.
#[derive(Debug, thiserror::Error)]
pub enum RunDocumentError {
    /// The operating system would not have it.
    #[error("the file {}", io_words(.0))]
    Io(#[from] io::Error),
    /// It would not fit into memory.
    #[error("the file is larger than {} MiB", MAX_RUN_DOCUMENT_BYTES / (1024 * 1024))]
    TooLarge,
    /// It breaks off.
    #[error("{at}: the file ends here, in the middle of the document")]
    BreaksOff {
        /// Where.
        at: Position,
    },
    /// It is no JSON.
    #[error("{at}: this is not JSON: {why}")]
    NotJson {
        /// Where.
        at: Position,
        /// What is wrong.
        why: String,
    },
    /// It is JSON of something else.
    #[error("this is not a run of Echograph: it does not say format \"echograph-run\"")]
    NotARun,
    /// It was written by a program that knows more.
    #[error(
        "the run has document version {0}; this program knows version {RUN_DOCUMENT_VERSION}. \
         A newer Echograph may open it"
    )]
    UnknownVersion(u64),
    /// A field is missing, or has a value it cannot have.
    #[error("{at}: {why}")]
    WrongField {
        /// Where.
        at: Position,
        /// What is wrong.
        why: String,
    },
    /// It has no points.
    #[error("the run has no points")]
    NoPoints,
    /// The fields of a point do not fit together, or cannot have been measured.
    #[error("point {point}: {why}")]
    WrongPoint {
        /// Which point, from 1.
        point: usize,
        /// What does not fit.
        why: String,
    },
}
