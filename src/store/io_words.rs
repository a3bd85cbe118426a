//! What the operating system says about a file, as the end of a sentence that begins with its name.

use std::io::{Error, ErrorKind};

/// The error in words, such as `does not exist`, to be put behind a file's name.
#[must_use]
pub fn io_words(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "does not exist, or its folder does not".to_owned(),
        ErrorKind::PermissionDenied => "is not open to you (permission denied)".to_owned(),
        ErrorKind::IsADirectory => "is a folder, not a file".to_owned(),
        ErrorKind::NotADirectory => "lies in something that is not a folder".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "lies on a disk that is read-only".to_owned(),
        ErrorKind::StorageFull => "does not fit: the disk is full".to_owned(),
        ErrorKind::QuotaExceeded => "does not fit: your disk quota is used up".to_owned(),
        ErrorKind::InvalidFilename => "has a name that no file can have".to_owned(),
        _ => format!("cannot be used: {error}"),
    }
}
