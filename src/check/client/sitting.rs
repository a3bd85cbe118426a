//! One session with a client: its messages, and what we say.

use std::time::{Duration, Instant};

use super::super::answer::seconds;
use super::super::wire::{Came, End, Stopped, Wire};
use crate::protocol::{Dialect, Limits, Phase, RawSetup, Setup, around_payload, quote};

/// A person may still be typing, and a program starting.
const FIRST_MESSAGE: Duration = Duration::from_secs(10);
/// A message that has no `\n` is over when nothing came for that long.
const QUIET: Duration = Duration::from_millis(500);
/// A message that comes a little at a time is given so many limits in all.
const MOST_LIMITS: u32 = 5;
/// Longest setup line.
const MOST_SETUP: usize = 1024;

/// What was heard of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heard {
    /// A message with its `\n`.
    Line(Vec<u8>),
    /// Bytes that no `\n` followed.
    Unended(Vec<u8>),
    /// The client ended its stream, or reset the connection.
    Ended(End),
    /// Nothing, for that long.
    Nothing(Duration),
}

impl Heard {
    /// What it was, in words.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Line(line) => format!("\"{}\" came", quote(line)),
            Self::Unended(bytes) => format!("\"{}\" came, and no \\n after it", quote(bytes)),
            Self::Ended(End::Stream) => "the client closed".to_owned(),
            Self::Ended(End::Reset) => "the client reset the connection".to_owned(),
            Self::Nothing(time) => format!("nothing came for {}", seconds(*time)),
        }
    }
}

/// A session with a client.
pub(super) struct Sitting {
    pub wire: Wire,
    pub dialect: Dialect,
    pub limit: Duration,
}

impl Sitting {
    /// The first message of a session.
    pub(super) fn first(&mut self) -> Result<Heard, Stopped> {
        self.hear(FIRST_MESSAGE.max(self.limit), MOST_SETUP)
    }

    /// The next message, of at most so many bytes.
    pub(super) fn next(&mut self, most: usize) -> Result<Heard, Stopped> {
        self.hear(self.limit, most)
    }

    fn hear(&mut self, limit: Duration, most: usize) -> Result<Heard, Stopped> {
        let mut searched = 0;
        let mut wait = limit;
        let began = Instant::now();
        loop {
            let unread = self.wire.unread();
            let new = unread.get(searched..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', new) {
                return Ok(Heard::Line(self.wire.take(searched + at + 1)));
            }
            searched = unread.len();
            if searched > most || began.elapsed() > limit * MOST_LIMITS {
                return Ok(Heard::Unended(self.wire.take(most.min(searched))));
            }
            match self.wire.more(wait)? {
                Came::Bytes => wait = QUIET.min(limit),
                Came::Ended(end) if searched == 0 => return Ok(Heard::Ended(end)),
                Came::Nothing if searched == 0 => {
                    self.wire.silence(began.elapsed());
                    return Ok(Heard::Nothing(limit));
                }
                Came::Ended(_) | Came::Nothing => {
                    return Ok(Heard::Unended(self.wire.take(searched)));
                }
            }
        }
    }

    /// Whether the client is still for that long.
    pub(super) fn is_still(&mut self, time: Duration) -> Result<bool, Stopped> {
        if !self.wire.unread().is_empty() {
            return Ok(false);
        }
        Ok(self.wire.more(time)? != Came::Bytes)
    }

    /// Says a line in so many pieces; `false` if the client spoke in between.
    pub(super) fn say(&mut self, line: &str, pieces: usize) -> Result<bool, Stopped> {
        self.send(format!("{line}\n").as_bytes(), pieces)
    }

    /// Sends bytes in so many pieces; `false` if the client spoke in between.
    pub(super) fn send(&mut self, bytes: &[u8], pieces: usize) -> Result<bool, Stopped> {
        let piece = bytes.len().div_ceil(pieces.max(1)).max(1);
        let mut was_still = true;
        for (nth, piece) in bytes.chunks(piece).enumerate() {
            if nth > 0 {
                was_still &= self.is_still(Duration::from_millis(100))?;
            }
            self.wire.send(piece, self.limit)?;
        }
        Ok(was_still)
    }

    /// Says a refusal and ends our stream.
    pub(super) fn refuse(&mut self, phase: Phase) -> Result<(), Stopped> {
        self.say(self.dialect.refusal_line(phase), 1)?;
        self.wire.end_stream();
        Ok(())
    }

    /// Reads a setup line: to the letter, or as far as it can be understood.
    pub(super) fn setup(&self, line: &[u8], strict: bool) -> Result<Setup, String> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        Setup::parse(line, self.dialect, &Limits::default(), strict).map_err(|why| why.to_string())
    }

    /// A setup as it should be, for a sentence.
    pub(super) fn form(&self) -> String {
        let raw = RawSetup {
            kind: "<type>",
            probes: "<probes>",
            size: "<size>",
            delay: "<delay>",
        };
        raw.line(self.dialect)
    }

    /// Whether a message is the termination, with blanks behind it at most.
    pub(super) fn is_termination(&self, line: &[u8]) -> bool {
        line.trim_ascii_end() == self.dialect.termination().as_bytes()
    }

    /// Whether a message begins like a setup.
    pub(super) fn is_setup(&self, line: &[u8]) -> bool {
        self.setup(line, false).is_ok()
    }

    /// What is wrong with the form, the number and the size of a probe.
    pub(super) fn faults(&self, line: &[u8], number: u32, size: u64) -> [Option<String>; 3] {
        let (before, behind) = around_payload(self.dialect, &number.to_string());
        let (before, behind) = (before.as_bytes(), behind.as_bytes());
        let letter_len = before.iter().position(|byte| *byte == b' ').unwrap_or(1) + 1;
        let letter = before.get(..letter_len).unwrap_or(before);
        let shown = quote(line);
        if !line.starts_with(letter) || !line.ends_with(b"\n") {
            let (head, tail) = around_payload(self.dialect, "<number>");
            let form = format!("{head}<payload>{tail}").trim_end().to_owned();
            let wrong = format!("Expected \"{form}\\n\"; \"{shown}\" came.");
            return [Some(wrong), None, None];
        }
        let framed = line
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(behind));
        let Some(payload) = framed else {
            let wrong = format!("Expected number {number}; \"{shown}\" came.");
            return [None, Some(wrong), None];
        };
        let wrong_size = (payload.len() as u64 != size).then(|| {
            format!(
                "Expected a payload of {size} bytes in probe {number}, as the setup announced; it has {}.",
                payload.len()
            )
        });
        [None, None, wrong_size]
    }
}
