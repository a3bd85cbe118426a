//! Message sizes of other tools.

use super::PeerFileError;
use super::lines::{Field, fixed};
use crate::measurement::units::count;

/// All of these tools hold a size as a 32-bit number with sign.
pub(super) const MAX_SIZE: u64 = i32::MAX as u64;

/// A field as a message size.
pub(super) fn message_size(field: Field<'_>) -> Result<u64, PeerFileError> {
    let is_digits = !field.text.is_empty() && field.text.iter().all(u8::is_ascii_digit);
    if !is_digits {
        return Err(field.wrong("is not a whole number of bytes"));
    }
    match fixed(field.text, 0) {
        Some(size @ 1..=MAX_SIZE) => Ok(size),
        _ => Err(field.wrong(&format!(
            "is no message size: it is at least 1 byte and at most {}",
            count(MAX_SIZE)
        ))),
    }
}
