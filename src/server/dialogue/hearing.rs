//! What a session makes of the bytes that come.

use std::time::Instant;

use memchr::memchr;

use super::{Dialogue, Ending};
use crate::protocol::{EndOfStream, Phase, Request, Returned, quote};
use crate::server::owed::{Parts, after};
use crate::server::{LogEntry, SessionEnd};

impl Dialogue {
    /// When the bytes of a message of that length came, which is being recognised.
    pub(super) fn came(&mut self, len: usize) -> Instant {
        let (left, then) = self.earlier;
        self.earlier.0 = left.saturating_sub(len);
        if len <= left { then } else { self.arrived }
    }

    /// Ends the session once all that came has been recognised.
    pub(super) fn end_at_end(&mut self) {
        let left = self.inbox.len() - self.owed.bytes();
        let end = match self.parser.end_of_stream(left) {
            EndOfStream::Complete => SessionEnd::Complete,
            EndOfStream::BetweenMessages(phase) => SessionEnd::ClientLeft(phase),
            EndOfStream::InsideMessage(refusal) => return self.refuse(refusal),
        };
        self.ending = Some(Ending { end, reply: None });
    }

    /// Takes the messages that are whole out of the bytes that have come.
    pub(in crate::server) fn recognise(&mut self) {
        while self.may_recognise() && self.recognise_one(false) {}
        self.held_back = self.owed.is_full();
        if self.at_end && self.may_recognise() {
            // What a silence would end, the end of the stream ends too.
            if !self.parser.is_strict() && self.recognise_one(true) {
                return self.recognise();
            }
            self.end_at_end();
        }
    }

    /// Takes note that the client has been silent since its last bytes.
    pub(in crate::server) fn heed_silence(&mut self) {
        self.heeded = Some(self.arrived);
        if self.may_recognise() {
            self.recognise_one(true);
        }
    }

    /// Takes the next message; whether there was one.
    fn recognise_one(&mut self, silent: bool) -> bool {
        let phase = self.phase();
        let input = self
            .inbox
            .unread()
            .get(self.owed.bytes()..)
            .unwrap_or_default();
        if input.is_empty() || self.ending.is_some() {
            return false;
        }
        let found = if silent {
            self.parser.after_silence(input)
        } else {
            self.parser.next(input)
        };
        match found {
            Ok(None) => return false,
            Ok(Some((
                Request::Probe {
                    seq,
                    message,
                    head,
                    payload,
                },
                _,
            ))) => {
                let len = message.len();
                let line_end = self.parser.line_end_of(message);
                if self.traffic.probes_received == 0 {
                    // Its first probe may have told what a client's setup means.
                    self.setup = self.parser.setup();
                }
                let size = self.setup.map_or(0, |setup| setup.message_size);
                let came = self.came(len);
                self.traffic.probes_received += len as u64;
                match &self.shared.config.manner.echo {
                    None => self.owed.push(seq, size, len, came),
                    Some(style) => {
                        let (head, body) = match style.returned() {
                            Returned::Message => (0, len - line_end),
                            Returned::Payload => (head, payload),
                        };
                        let parts = Parts {
                            before: style.before().len(),
                            head,
                            body,
                            behind: style.behind().len(),
                            gap: len - head - body,
                        };
                        self.owed.push_parts(seq, size, parts, came);
                    }
                }
            }
            Ok(Some((Request::Data(data), len))) => {
                let pieces = self.echoed + self.owed.count() + 1;
                let seq = u32::try_from(pieces).unwrap_or(u32::MAX);
                self.traffic.probes_received += len as u64;
                self.owed.push(seq, data.len() as u64, len, self.arrived);
            }
            Ok(Some((Request::Stray, len))) => self.pass_over(len),
            Ok(Some((Request::Setup(setup), len))) => {
                self.heard(phase);
                self.inbox.consume(len);
                self.setup = Some(setup);
                self.moved = self.arrived;
                self.owed.set_delay(self.delay());
                let reply_end = self.shared.config.manner.reply_end;
                self.reply_end = reply_end.text(self.parser.ends_in_nothing());
                self.reply = Some(self.accepted(phase));
            }
            Ok(Some((Request::Termination, len))) => {
                let behind = input.get(len..).unwrap_or_default();
                if !self.parser.is_strict() && self.parser.may_be_setup(behind) == Some(true) {
                    // Another session's.
                    self.traffic.received -= behind.len() as u64;
                }
                self.heard(phase);
                self.pass_over(len);
                self.pace = self.arrived.saturating_duration_since(self.wrote_at);
                let answers = !self.shared.config.manner.never_closes;
                self.ending = Some(Ending {
                    end: SessionEnd::Complete,
                    reply: answers.then(|| self.accepted(phase)),
                });
            }
            Ok(Some((Request::NextSetup, _))) => {
                self.traffic.received -= input.len() as u64;
                self.ending = Some(Ending {
                    end: SessionEnd::Continued,
                    reply: None,
                });
            }
            Err(refusal) => self.refuse(refusal),
        }
        true
    }

    /// Passes over bytes that are not echoed.
    pub(super) fn pass_over(&mut self, count: usize) {
        if self.owed.is_empty() {
            self.inbox.consume(count);
        } else {
            self.owed.pass_over(count);
        }
    }

    /// Whether [`recognise`](Self::recognise) stopped because too many echoes were owed, and could go
    /// on now.
    pub(in crate::server) fn left_some(&self) -> bool {
        self.held_back && self.may_recognise()
    }

    fn may_recognise(&self) -> bool {
        self.ending.is_none() && !self.owed.is_full()
    }

    /// When a silence will have said something.
    pub(in crate::server) fn silence_at(&self) -> Option<Instant> {
        let unread = self.inbox.len() - self.owed.bytes();
        if unread == 0 || self.heeded == Some(self.arrived) || self.ending.is_some() || self.at_end
        {
            return None;
        }
        let input = self.inbox.unread().get(self.owed.bytes()..)?;
        let heeds = self.parser.heeds_silence(input);
        heeds.then(|| after(self.arrived, self.shared.config.silence))
    }

    /// Writes down the line that has come, or as much of it as there is.
    pub(super) fn heard(&mut self, phase: Phase) {
        let input = self
            .inbox
            .unread()
            .get(self.owed.bytes()..)
            .unwrap_or_default();
        let line = match memchr(b'\n', input.get(..1024).unwrap_or(input)) {
            Some(end) => input.get(..end).unwrap_or_default(),
            None => input,
        };
        if !input.is_empty() {
            let line = LogEntry::Received(quote(line));
            self.recorder.note(phase, line);
        }
    }
}
