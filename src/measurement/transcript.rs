//! The transcript: what both sides said, line by line.
//!
//! Setup, replies, errors and connection events are stored. Probe lines are not: there may be
//! millions, and they follow from the samples, so they are made when they are shown.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::units::bytes;
use crate::protocol::{Idiom, Phase};

/// Most lines kept of a run; what comes after is counted only.
pub const MAX_TRANSCRIPT_LINES: usize = 100_000;

/// Who recorded a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The measuring client.
    Client,
    /// The embedded server.
    Server,
}

/// What a line is to the side that recorded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// It said it.
    Sent,
    /// It heard it.
    Received,
    /// Something happened to the connection.
    Event,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptLine {
    /// When, in nanoseconds since the run started; before it (the server began to listen) it is
    /// negative.
    pub at_ns: i64,
    /// Who recorded it.
    pub side: Side,
    /// In which phase.
    pub phase: Phase,
    /// What it is.
    pub direction: Direction,
    /// Which connection of the run, from 1; 0 for none.
    pub session: u32,
    /// The line without its end, or the event in words. Shared, because a live picture of a run is
    /// taken many times a second.
    pub text: Arc<str>,
}

/// A run's transcript, bounded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transcript {
    /// The lines, by time.
    pub lines: Vec<TranscriptLine>,
    /// Lines that were not kept.
    pub omitted: u64,
}

impl Transcript {
    /// Adds a line, or counts it when the transcript is full.
    pub fn push(&mut self, line: TranscriptLine) {
        if self.lines.len() < MAX_TRANSCRIPT_LINES {
            self.lines.push(line);
        } else {
            self.omitted += 1;
        }
    }

    /// Adds what the server recorded and puts all lines in the order of their times.
    pub fn merge(&mut self, lines: impl IntoIterator<Item = TranscriptLine>) {
        for line in lines {
            self.push(line);
        }
        self.lines.sort_by_key(|line| line.at_ns);
    }
}

/// The `index`th probe of a session, from 1, as a line for showing: the payload's first letters and its
/// size stand for the payload, which would fill the screen and says nothing.
#[must_use]
pub fn probe_text(idiom: impl Into<Idiom>, index: u32, message_size: u64) -> String {
    const SHOWN: u64 = 8;
    let idiom = idiom.into();
    let payload_len = idiom.payload_len(message_size);
    let shown = usize::try_from(payload_len.min(SHOWN)).unwrap_or_default();
    let payload: String = ('a'..='z').cycle().take(shown).collect();
    let (payload, size) = if payload_len > SHOWN {
        (format!("{payload}…"), format!(" ({})", bytes(payload_len)))
    } else {
        (payload, String::new())
    };
    format!("{}{size}", idiom.probe_line(index, &payload))
}
