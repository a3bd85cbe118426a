//! The two streams. A pipe that was closed took what it wanted, which is no error; a terminal that is
//! gone is no reason to panic.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, Write};

/// Says something on standard error.
pub(super) fn say(message: impl Display) {
    // Where nobody listens there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "{message}");
}

/// Says on standard error what went wrong.
pub(super) fn complain(message: impl Display) {
    say(format_args!("error: {message}"));
}

/// Writes to standard output.
pub(super) fn put(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut output = BufWriter::new(io::stdout().lock());
    let written = write(&mut output).and_then(|()| output.flush());
    // What could not be written must not be tried again when the buffer goes.
    let _ = output.into_parts();
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
