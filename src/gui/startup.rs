//! Opening the window on a system that lacks a part of a desktop: said in a sentence, not in a panic.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Longest reason shown; the windowing libraries' own go on for a page.
const MAX_REASON: usize = 160;

/// Runs `open`, and turns a panic before `is_open` is set into its reason: the windowing library
/// panics where a system library is missing. A panic after that is a defect, and goes on.
///
/// # Errors
/// The reason of the panic.
pub fn watched<T>(is_open: &Arc<AtomicBool>, open: impl FnOnce() -> T) -> Result<T, String> {
    let reason: Arc<Mutex<String>> = Arc::default();
    let usual = Arc::new(panic::take_hook());
    let (told, opened, hook) = (Arc::clone(&reason), Arc::clone(is_open), Arc::clone(&usual));
    panic::set_hook(Box::new(move |info| {
        if opened.load(Ordering::Relaxed) {
            hook(info);
        } else if let Ok(mut reason) = told.lock() {
            info.payload_as_str()
                .unwrap_or("unknown")
                .clone_into(&mut reason);
        }
    }));
    let result = panic::catch_unwind(AssertUnwindSafe(open));
    panic::set_hook(Box::new(move |info| usual(info)));
    match result {
        Ok(value) => Ok(value),
        Err(payload) if is_open.load(Ordering::Relaxed) => panic::resume_unwind(payload),
        Err(_) => Err(reason
            .lock()
            .map(|reason| reason.clone())
            .unwrap_or_default()),
    }
}

/// A reason in one line of bearable length, with what to do about it.
#[must_use]
pub fn in_a_sentence(reason: &str) -> String {
    let line = reason.lines().next().unwrap_or_default();
    // What stands behind the place in somebody's source, and before the dump of somebody's values.
    let line = line
        .split_once(".rs:")
        .and_then(|(_, behind)| behind.split_once(": "))
        .map_or(line, |(_, behind)| behind);
    let line = line
        .split_once(": ConfigTemplate")
        .map_or(line, |(before, _)| before);
    let line = line.trim_end_matches(['.', ' ']);
    let mut short: String = line.chars().take(MAX_REASON).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    if cfg!(target_os = "linux") {
        short.push_str(
            "; if a library of the desktop is missing, on Debian: apt-get install libgl1 libegl1 \
             libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0",
        );
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_before_the_window_is_open_becomes_its_reason() {
        let is_open = Arc::new(AtomicBool::new(false));
        let result: Result<(), String> = watched(&is_open, || panic!("no library"));
        assert_eq!(result, Err("no library".to_owned()));
        assert_eq!(watched(&is_open, || 7), Ok(7));
    }

    #[test]
    fn a_reason_is_one_bearable_line() {
        let text = in_a_sentence(&format!("{}\nmore", "x".repeat(1_000)));
        assert!(!text.contains('\n') && text.len() < 400);
        let text = in_a_sentence("os error at /a/b/mod.rs:788: Failed to open it.");
        assert!(text.starts_with("Failed to open it"), "{text}");
    }
}
