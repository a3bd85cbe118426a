//! Why a file is not opened: one sentence each, with line and column where there is one.

use std::io;

use super::super::{CheckDocumentError, Position, ProfileFileError, RunDocumentError, io_words};
use crate::measurement::PeerTool;

/// What can be opened, as the end of a sentence about a file that is none of it.
const KNOWN: &str = "what can be opened are profiles (.ron), runs (.json), NetPIPE's np.out, \
     sockperf's --full-log and iperf3's JSON (-J)";

/// Why a file is not opened. The sentences leave the file's name to whoever shows them.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system would not have it.
    #[error("the file {}", io_words(.0))]
    Io(#[from] io::Error),
    /// A pipe or a device, which may keep its reader waiting for ever.
    #[error("this is no ordinary file, and only such are opened")]
    Special,
    /// There is nothing in it.
    #[error("the file is empty; {KNOWN}")]
    Empty,
    /// It looks like nothing that is known.
    #[error("{what}; {KNOWN}")]
    Unknown {
        /// What it looks like.
        what: &'static str,
    },
    /// It is a profile and cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileFileError),
    /// It is a run, or JSON that should be one, and cannot be read.
    #[error(transparent)]
    Run(#[from] RunDocumentError),
    /// It is a check and cannot be read.
    #[error(transparent)]
    Check(#[from] CheckDocumentError),
    /// It is the result of another tool and cannot be read.
    #[error("{tool}'s result cannot be read: {why}")]
    Peer {
        /// Whose result it is.
        tool: PeerTool,
        /// What is wrong.
        why: PeerFileError,
    },
}

/// Why the result of another tool is not read.
#[derive(Debug, thiserror::Error)]
pub enum PeerFileError {
    /// The operating system would not have it.
    #[error("the file {}", io_words(.0))]
    Io(#[from] io::Error),
    /// It is larger than any that is read.
    #[error("the file is larger than {} MiB", .limit / (1024 * 1024))]
    TooLarge {
        /// The largest that is read, in bytes.
        limit: u64,
    },
    /// Something is wrong at one place.
    #[error("{at}: {why}")]
    Wrong {
        /// Where.
        at: Position,
        /// What.
        why: String,
    },
    /// A field of a document is missing, or has a value that says nothing.
    #[error("{field} {why}")]
    Field {
        /// The field's path.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// It says nothing that could be overlaid.
    #[error("{0}")]
    Refused(String),
}
