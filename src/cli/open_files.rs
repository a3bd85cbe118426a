//! Whether the program may open as many files at a time as it needs from its first moment on. The
//! libraries beneath it panic where they get none; it says so before it begins.

use std::fs::File;

/// Runtimes, signals, a listener and a few connections.
const LEAST: usize = 32;

/// What to do about it.
pub(super) const TOO_FEW: &str = "this program may open too few files at a time: raise the limit, with `ulimit -n 256` for example";

/// Whether it may.
pub(super) fn are_enough() -> bool {
    let Ok(own) = std::env::current_exe() else {
        // Nothing to try it with; what fails later says so itself.
        return true;
    };
    let mut opened = Vec::with_capacity(LEAST);
    for _ in 0..LEAST {
        match File::open(&own) {
            Ok(file) => opened.push(file),
            // Another reason than the number has nothing to do with this.
            Err(error) => return !is_limit(&error),
        }
    }
    true
}

#[cfg(target_os = "linux")]
fn is_limit(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

#[cfg(not(target_os = "linux"))]
fn is_limit(_: &std::io::Error) -> bool {
    false
}
