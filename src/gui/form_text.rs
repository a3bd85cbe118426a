//! What stands in a field of the form, read, and written so that it is read back.

use crate::experiment::{MAX_BUFFER, format_list, parse_list};

/// A TCP port.
pub fn port(text: &str) -> Result<u16, String> {
    match text.trim().parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err("must be 1 to 65535".to_owned()),
    }
}

/// A whole number.
pub fn whole(text: &str) -> Result<u32, String> {
    let text = text.trim();
    if text.is_empty() {
        Err("is empty; write a whole number".to_owned())
    } else if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        Err(format!("\"{text}\" is not a whole number"))
    } else {
        text.parse().map_err(|_| "is too large".to_owned())
    }
}

/// A seed, or none where nothing stands.
pub fn seed(text: &str) -> Result<Option<u64>, String> {
    or_nothing(text, |text| {
        text.parse()
            .map_err(|_| "must be a whole number, or empty for another one each run".to_owned())
    })
}

/// A share in percent.
pub fn percent(text: &str) -> Result<f64, String> {
    let text = text.trim().trim_end_matches('%').trim_end();
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err("must be a number of percent, such as 5 or 2.5".to_owned()),
    }
}

/// A time in seconds, as milliseconds.
pub fn milliseconds(text: &str) -> Result<u64, String> {
    let value: f64 = text
        .trim()
        .parse()
        .map_err(|_| "must be a number of seconds, such as 5 or 0.5".to_owned())?;
    if !(0.1..=3600.0).contains(&value) {
        return Err("must be 0.1 s to 3600 s".to_owned());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was checked"
    )]
    Ok((value * 1000.0).round() as u64)
}

/// Milliseconds as a time in seconds.
pub fn seconds(ms: u64) -> String {
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A number of bytes; K is 1024, M is 1024 K.
pub fn bytes(text: &str) -> Result<u64, String> {
    match parse_list(text, 1).as_deref() {
        Ok([count]) if !text.contains("..") => Ok(*count),
        _ => Err("must be a number of bytes, such as 65536, 64K or 2M".to_owned()),
    }
}

/// The size of a socket buffer in bytes; K is 1024, M is 1024 K.
pub fn buffer(text: &str) -> Result<u32, String> {
    match u32::try_from(bytes(text)?) {
        Ok(size) if (1..=MAX_BUFFER).contains(&size) => Ok(size),
        _ => Err(format!("must be 1 to {MAX_BUFFER} bytes")),
    }
}

/// The size of a socket buffer as text; nothing where it is left to the system.
pub fn buffer_text(size: Option<u32>) -> String {
    size.map_or_else(String::new, |size| format_list(&[u64::from(size)]))
}

/// A word, or none where nothing stands.
pub fn word(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What `read` makes of the text, or none where nothing stands.
pub fn or_nothing<T>(
    text: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    read(text).map(Some)
}
