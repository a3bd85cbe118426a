//! What went over the wire during a check, as text of bounded length: bytes escaped, times from the
//! first line, pieces that came one upon another as one line.

use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Bytes of a line that are kept; of longer ones beginning and end are.
const HEAD: usize = 120;
const TAIL: usize = 24;
/// Lines that are kept: so many of the beginning, and so many of the end.
const FIRST_LINES: usize = 60;
const LAST_LINES: usize = 60;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A connection was made, by whichever side makes them.
    Connected,
    /// No connection could be made.
    NotConnected,
    /// We sent.
    Sent,
    /// We received.
    Received,
    /// The peer ended its stream.
    EndOfStream,
    /// The peer reset the connection.
    Reset,
    /// Nothing came.
    Silence,
    /// We ended our stream.
    EndedStream,
    /// We closed.
    Closed,
    /// We closed with a reset.
    ClosedWithReset,
    /// What is tried next.
    Note,
}

impl Event {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NotConnected => "no connection",
            Self::Sent => "sent",
            Self::Received => "received",
            Self::EndOfStream => "end of stream",
            Self::Reset => "reset",
            Self::Silence => "silence",
            Self::EndedStream => "ended our stream",
            Self::Closed => "closed",
            Self::ClosedWithReset => "closed with a reset",
            Self::Note => "",
        }
    }
}

/// One line of what went over the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When, from the first line on.
    pub at_ns: u64,
    /// On which connection of the check, from 1.
    pub connection: u32,
    /// What happened.
    pub event: Event,
    /// Its bytes, escaped and cut; or what there is to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// How many bytes there were.
    #[serde(default, skip_serializing_if = "is_none")]
    pub bytes: u64,
    /// In how many pieces they came; or how often it happened.
    #[serde(default, skip_serializing_if = "is_none")]
    pub pieces: u64,
}

impl Line {
    /// When, in milliseconds with a tenth.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a tenth of a millisecond is shown"
    )]
    pub fn milliseconds(&self) -> String {
        format!("{:.1}", self.at_ns as f64 / 1e6)
    }

    /// In how many pieces its bytes came, or how often it happened; nothing where it was once and whole.
    #[must_use]
    pub fn pieces_in_words(&self) -> Option<String> {
        match self.pieces {
            0 | 1 => None,
            many if self.bytes == 0 => Some(format!("({many} times)")),
            many => Some(format!("({} bytes in {many} pieces)", self.bytes)),
        }
    }

    /// What happened and its bytes, in one line of text.
    #[must_use]
    pub fn said(&self) -> String {
        if self.event == Event::Note {
            return format!("-- {}", self.text);
        }
        let pieces = self.pieces_in_words();
        let pieces = pieces.map_or_else(String::new, |pieces| format!("  {pieces}"));
        format!("{:<13}  {}{pieces}", self.event.word(), self.text)
            .trim_end()
            .to_owned()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this way")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// A line that may still grow.
struct Entry {
    line: Line,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Entry {
    fn add(&mut self, bytes: &[u8]) {
        self.line.bytes += bytes.len() as u64;
        self.line.pieces += 1;
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        let (head, rest) = bytes.split_at(room);
        self.head.extend_from_slice(head);
        let rest = rest.get(rest.len().saturating_sub(TAIL)..).unwrap_or(rest);
        self.tail.extend_from_slice(rest);
        let beyond = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..beyond);
    }

    fn into_line(self) -> Line {
        let Self {
            mut line,
            head,
            tail,
        } = self;
        if line.bytes > 0 {
            line.text = head.escape_ascii().to_string();
            let left_out = line.bytes - (head.len() + tail.len()) as u64;
            if left_out > 0 {
                // Writing to a string cannot fail.
                let _ = write!(line.text, "… {left_out} bytes …");
            }
            line.text.push_str(&tail.escape_ascii().to_string());
        }
        line
    }
}

#[derive(Default)]
struct Notes {
    began: Option<Instant>,
    connections: u32,
    entries: Vec<Entry>,
    omitted: u64,
}

/// Where connections write down what happens to them. Clones write into the same.
#[derive(Clone, Default)]
pub(super) struct Exchange(Rc<RefCell<Notes>>);

impl Exchange {
    /// Takes out what was written down.
    pub(super) fn take(&self) -> (Vec<Line>, u64) {
        let notes = self.0.take();
        let lines = notes.entries.into_iter().map(Entry::into_line).collect();
        (lines, notes.omitted)
    }

    /// A number for the next connection.
    pub(super) fn connection(&self) -> u32 {
        let mut notes = self.0.borrow_mut();
        notes.connections += 1;
        notes.connections
    }

    /// Something happened.
    pub(super) fn event(&self, connection: u32, event: Event, text: impl Into<String>) {
        self.push(connection, event, text.into());
    }

    /// A connection could not be made. Tries that failed one after another are one line.
    pub(super) fn not_connected(&self, why: String) {
        if let Some(entry) = self.0.borrow_mut().entries.last_mut()
            && entry.line.event == Event::NotConnected
            && entry.line.text == why
        {
            entry.line.pieces += 1;
            return;
        }
        self.push(0, Event::NotConnected, why);
        if let Some(entry) = self.0.borrow_mut().entries.last_mut() {
            entry.line.pieces = 1;
        }
    }

    /// What is tried next.
    pub(super) fn note(&self, text: &str) {
        self.push(0, Event::Note, text.to_owned());
    }

    /// Bytes went out or came in. Those that come upon others are added to their line.
    pub(super) fn bytes(&self, connection: u32, event: Event, bytes: &[u8]) {
        let goes_on = |entry: &&mut Entry| {
            let line = &entry.line;
            event == Event::Received && line.event == event && line.connection == connection
        };
        let mut notes = self.0.borrow_mut();
        if let Some(entry) = notes.entries.last_mut().filter(goes_on) {
            entry.add(bytes);
            return;
        }
        drop(notes);
        self.push(connection, event, String::new());
        if let Some(entry) = self.0.borrow_mut().entries.last_mut() {
            entry.add(bytes);
        }
    }

    /// The last bytes that went out before anything came, as they are shown.
    pub(super) fn last_sent(&self) -> Option<String> {
        /// Pieces of a message that are shown.
        const PIECES: usize = 3;
        const SHOWN: usize = 40;
        let notes = self.0.borrow();
        let sent = notes
            .entries
            .iter()
            .rev()
            .skip_while(|entry| entry.line.event != Event::Sent)
            .take_while(|entry| entry.line.event == Event::Sent);
        let mut pieces: Vec<String> = sent
            .take(PIECES)
            .map(|entry| {
                let shown = entry.head.get(..SHOWN).unwrap_or(&entry.head);
                let rest = if entry.line.bytes > SHOWN as u64 {
                    "…"
                } else {
                    ""
                };
                format!("\"{}{rest}\"", shown.escape_ascii())
            })
            .collect();
        pieces.reverse();
        (!pieces.is_empty()).then(|| pieces.join(", then "))
    }

    fn push(&self, connection: u32, event: Event, text: String) {
        let mut notes = self.0.borrow_mut();
        let began = *notes.began.get_or_insert_with(Instant::now);
        let at_ns = nanoseconds(began.elapsed());
        if notes.entries.len() >= FIRST_LINES + LAST_LINES {
            notes.entries.remove(FIRST_LINES);
            notes.omitted += 1;
        }
        notes.entries.push(Entry {
            line: Line {
                at_ns,
                connection,
                event,
                text,
                bytes: 0,
                pieces: 0,
            },
            head: Vec::new(),
            tail: Vec::new(),
        });
    }
}

pub(super) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_come_one_upon_another_are_one_line_cut_in_its_middle() {
        let exchange = Exchange::default();
        exchange.bytes(1, Event::Received, b"m 1 ");
        exchange.bytes(1, Event::Received, &[b'a'; 300]);
        exchange.bytes(1, Event::Received, b"\xff\n");
        exchange.bytes(1, Event::Sent, b"t\n");
        let (lines, omitted) = exchange.take();
        assert_eq!((lines.len(), omitted), (2, 0));
        assert_eq!((lines[0].bytes, lines[0].pieces), (306, 3));
        assert!(lines[0].text.starts_with("m 1 aaa"));
        assert!(lines[0].text.ends_with("aaa\\xff\\n"), "{}", lines[0].text);
        assert!(lines[0].text.contains("… 162 bytes …"));
        assert_eq!(lines[1].text, "t\\n");
    }

    #[test]
    fn however_much_happens_the_lines_are_bounded() {
        let exchange = Exchange::default();
        for nth in 0..1_000 {
            exchange.event(nth, Event::Connected, "");
        }
        let (lines, omitted) = exchange.take();
        assert_eq!(lines.len(), FIRST_LINES + LAST_LINES);
        assert_eq!(lines.len() as u64 + omitted, 1_000);
        assert_eq!(lines.last().map(|line| line.connection), Some(999));
    }
}
