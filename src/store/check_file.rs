//! Check documents: what a check found, as JSON.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::json_layout::Layout;
use super::write_atomically;
use crate::check::{CHECK_DOCUMENT_FORMAT, CHECK_DOCUMENT_VERSION, CheckReport};

/// The largest check document that is read, in bytes: many times what a check writes.
pub const MAX_CHECK_DOCUMENT_BYTES: u64 = 16 * 1024 * 1024;

/// Why a file is not read as a check. The sentences leave the file's name to whoever shows them.
#[derive(Debug, thiserror::Error)]
pub enum CheckDocumentError {
    /// The operating system would not have it.
    #[error("the file {}", super::io_words(.0))]
    Io(#[from] io::Error),
    /// It is larger than any check.
    #[error("the file is larger than {} MiB", MAX_CHECK_DOCUMENT_BYTES / (1024 * 1024))]
    TooLarge,
    /// It is no check document.
    #[error("this is not a check of Echograph: it does not say format \"{CHECK_DOCUMENT_FORMAT}\"")]
    NotACheck,
    /// It was written by a program that knows more.
    #[error(
        "the check has document version {0}; this program knows version {CHECK_DOCUMENT_VERSION}. A newer \
         Echograph may open it"
    )]
    UnknownVersion(u64),
    /// A field is missing, or has a value it cannot have.
    #[error("{0}")]
    Wrong(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    version: u64,
    #[serde(flatten)]
    report: &'a CheckReport,
}

/// Writes a check document.
///
/// # Errors
/// What the writer says.
pub fn write_check(report: &CheckReport, output: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *output, Layout::default());
    let document = Written {
        format: CHECK_DOCUMENT_FORMAT,
        version: CHECK_DOCUMENT_VERSION,
        report,
    };
    document.serialize(&mut serializer)?;
    output.write_all(b"\n")
}

/// Writes a check document into a file, all or nothing.
///
/// # Errors
/// What the operating system says.
pub fn save_check(path: &Path, report: &CheckReport) -> io::Result<()> {
    write_atomically(path, |output| write_check(report, output))
}

/// Reads a check from a file.
///
/// # Errors
/// See [`CheckDocumentError`].
pub fn load_check(path: &Path) -> Result<CheckReport, CheckDocumentError> {
    read_check(File::open(path)?)
}

/// Reads a check document.
///
/// # Errors
/// See [`CheckDocumentError`].
pub fn read_check(reader: impl Read) -> Result<CheckReport, CheckDocumentError> {
    #[derive(Deserialize)]
    struct Header {
        format: String,
        version: u64,
    }
    let mut bytes = Vec::new();
    let mut reader = reader.take(MAX_CHECK_DOCUMENT_BYTES + 1);
    reader.read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_CHECK_DOCUMENT_BYTES {
        return Err(CheckDocumentError::TooLarge);
    }
    match serde_json::from_slice::<Header>(&bytes) {
        Ok(header) if header.format != CHECK_DOCUMENT_FORMAT => Err(CheckDocumentError::NotACheck),
        Ok(header) if header.version != CHECK_DOCUMENT_VERSION => {
            Err(CheckDocumentError::UnknownVersion(header.version))
        }
        Ok(_) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.is_data() => Err(CheckDocumentError::NotACheck),
        Err(error) => Err(error.into()),
    }
}
