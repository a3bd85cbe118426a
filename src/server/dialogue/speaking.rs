//! What a session says: replies in the client's dialect or in the words chosen, and echoes.

use std::num::NonZeroUsize;
use std::time::Instant;

use super::{Dialogue, Ending};
use crate::protocol::{Phase, Refusal, RefusalReason};
use crate::server::{LogEntry, SessionEnd};

/// What there is to write.
pub(in crate::server) enum ToWrite<'a> {
    /// These bytes, now.
    Now(&'a [u8]),
    /// These parts of an echo, now, in one write.
    Parts([&'a [u8]; 3]),
    /// An echo, then.
    At(Instant),
    /// Nothing.
    Nothing,
}

/// Why a session is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum GivenUp {
    /// Nothing moved for too long.
    Idle,
    /// It took too long in all.
    TooLong,
}

/// A reply on its way.
pub(super) struct Reply {
    phase: Phase,
    line: String,
    bytes: Vec<u8>,
    written: usize,
}

impl Reply {
    pub(super) fn new(phase: Phase, line: String, end: &str) -> Self {
        Self {
            phase,
            bytes: [line.as_str(), end].concat().into_bytes(),
            line,
            written: 0,
        }
    }
}

impl Dialogue {
    /// What to write next.
    pub(in crate::server) fn next_write(&mut self) -> ToWrite<'_> {
        if self.reply.is_none() && self.owed.is_empty() {
            self.reply = self.ending.as_mut().and_then(|ending| ending.reply.take());
        }
        if let Some(reply) = &self.reply {
            return ToWrite::Now(reply.bytes.get(reply.written..).unwrap_or_default());
        }
        let Some(due) = self.owed.next_due() else {
            return ToWrite::Nothing;
        };
        let manner = &self.shared.config.manner;
        if self.parser.dialect().has_phases()
            && let Some(style) = &manner.echo
        {
            let Some(parts) = self.owed.due_parts() else {
                return ToWrite::At(due);
            };
            let body = self.inbox.unread().get(parts.head..).unwrap_or_default();
            let all = [
                last(style.before(), parts.before),
                body.get(..parts.body).unwrap_or_default(),
                last(style.behind(), parts.behind),
            ];
            return ToWrite::Parts(cut(all, manner.piece));
        }
        match (self.owed.due_bytes(), manner.piece) {
            (0, _) => ToWrite::At(due),
            (count, piece) => {
                let count = piece.map_or(count, |piece| count.min(piece.get()));
                ToWrite::Now(self.inbox.unread().get(..count).unwrap_or_default())
            }
        }
    }

    /// The dialect's answer to what a phase is for, or the words chosen for it.
    pub(super) fn accepted(&self, phase: Phase) -> Reply {
        let chosen = self.shared.config.manner.texts.accepted(phase);
        let line = chosen.unwrap_or(self.parser.dialect().accepted_line(phase));
        Reply::new(phase, line.to_owned(), self.reply_end)
    }

    /// The same for a refusal.
    pub(super) fn refused(&self, phase: Phase) -> Reply {
        let chosen = self.shared.config.manner.texts.refusal(phase);
        let line = chosen.unwrap_or(self.parser.dialect().refusal_line(phase));
        Reply::new(phase, line.to_owned(), self.reply_end)
    }

    /// Takes note that the first `count` of those bytes were written by a write begun at `at`.
    pub(in crate::server) fn wrote(&mut self, count: usize, at: Instant) {
        self.moved = at;
        self.wrote_at = at;
        self.further = false;
        self.traffic.sent += count as u64;
        if let Some(reply) = &mut self.reply {
            reply.written += count;
            if reply.written >= reply.bytes.len() {
                let said = LogEntry::Sent(std::mem::take(&mut reply.line));
                self.recorder.note_at(at, reply.phase, said);
                self.reply = None;
            }
            return;
        }
        self.traffic.echoes_sent += count as u64;
        let done = self.owed.written(count, at, |probe| {
            self.echoed += 1;
            self.recorder.probe(probe, at);
        });
        self.inbox.consume(done);
    }

    /// Gives up on a client; gives the 404 to say where the client can still understand it, which is not in
    /// the midst of another line.
    pub(in crate::server) fn given_up(
        &mut self,
        why: GivenUp,
    ) -> (SessionEnd, Option<(String, Vec<u8>)>) {
        // A client whose echo is still to come is in its measurement, whatever is awaited of it.
        let phase = if self.owed.is_empty() {
            self.phase()
        } else {
            Phase::Measurement
        };
        let config = &self.shared.config;
        let (end, reason) = match why {
            GivenUp::Idle => (
                SessionEnd::Idle(phase),
                RefusalReason::Idle(config.idle_timeout.as_secs()),
            ),
            GivenUp::TooLong => (
                SessionEnd::TooLong(phase),
                RefusalReason::TooLong(config.session_time.as_secs()),
            ),
        };
        self.event(Refusal { phase, reason }.to_string());
        let dialect = self.parser.dialect();
        let can_say = dialect.has_phases() && self.reply.is_none() && !self.owed.is_begun();
        let line = can_say.then(|| {
            let reply = self.refused(phase);
            (reply.line, reply.bytes)
        });
        (end, line)
    }

    /// Takes note of bytes written that were not [`next_write`](Self::next_write)'s.
    pub(in crate::server) fn wrote_besides(&mut self, count: usize) {
        self.traffic.sent += count as u64;
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.heard(refusal.phase);
        self.event(refusal.to_string());
        let has_words = self.parser.dialect().has_phases();
        let reply = has_words.then(|| self.refused(refusal.phase));
        let end = SessionEnd::Refused(refusal);
        self.ending = Some(Ending { end, reply });
    }
}

/// The last `count` bytes.
fn last(bytes: &[u8], count: usize) -> &[u8] {
    bytes
        .get(bytes.len().saturating_sub(count)..)
        .unwrap_or_default()
}

/// As much of the parts as goes into one piece.
fn cut(parts: [&[u8]; 3], piece: Option<NonZeroUsize>) -> [&[u8]; 3] {
    let mut left = piece.map_or(usize::MAX, NonZeroUsize::get);
    parts.map(|part| {
        let taken = part.get(..left).unwrap_or(part);
        left -= taken.len();
        taken
    })
}
