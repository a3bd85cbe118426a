//! What a session has heard, owes and still has to say. No socket, no waiting.
//!
//! Messages are echoed from where they were read: the receive buffer holds first the bytes of the
//! echoes owed, behind them the bytes not yet recognised. So a probe costs neither a copy nor an
//! allocation, and all the memory a session holds is one buffer whose size the budget knows.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use memchr::memchr;

use super::budget::Permit;
use super::owed::{Owed, Parts, after};
use super::recorder::Recorder;
use super::shared::Shared;
use super::{LogEntry, ServerConfig, SessionEnd, Traffic};
use crate::protocol::{
    EndOfStream, Idiom, Phase, ReceiveBuffer, Refusal, RefusalReason, Request, RequestParser,
    Returned, Rules, Setup, quote,
};

/// Bytes that may be waiting to be echoed before reading waits, unless one message is larger.
const READ_AHEAD: usize = 1024 * 1024;
/// As many where a client's end may stand behind them: what a system lets a program that has closed
/// leave unsent, and some more.
const READ_FURTHER: usize = 6 * 1024 * 1024;

/// How long to wait for another setup after the closing reply: some four times what the client took from
/// its last echo to its termination, within these.
const LEAST_LINGER: Duration = Duration::from_millis(20);
const MOST_LINGER: Duration = Duration::from_millis(100);

/// What there is to write.
pub(super) enum ToWrite<'a> {
    /// These bytes, now.
    Now(&'a [u8]),
    /// These parts of an echo, now, in one write.
    Parts([&'a [u8]; 3]),
    /// An echo, then.
    At(Instant),
    /// Nothing.
    Nothing,
}

/// A reply on its way.
struct Reply {
    phase: Phase,
    line: String,
    bytes: Vec<u8>,
    written: usize,
}

impl Reply {
    fn new(phase: Phase, line: String, end: &str) -> Self {
        Self {
            phase,
            bytes: [line.as_str(), end].concat().into_bytes(),
            line,
            written: 0,
        }
    }
}

/// How the session ends once everything owed is written, and its last reply.
struct Ending {
    end: SessionEnd,
    reply: Option<Reply>,
}

pub(super) struct Dialogue {
    pub(super) recorder: Recorder,
    shared: Arc<Shared>,
    parser: RequestParser,
    inbox: ReceiveBuffer,
    memory: Permit,
    traffic: Traffic,
    /// What was set up, as it was understood last.
    setup: Option<Setup>,
    owed: Owed,
    echoed: u64,
    /// Goes before any echo.
    reply: Option<Reply>,
    ending: Option<Ending>,
    /// Whether bytes were left unrecognised because too many echoes were owed.
    held_back: bool,
    arrived: Instant,
    /// That many of the bytes not yet recognised came earlier than that, then.
    earlier: (usize, Instant),
    moved: Instant,
    /// Whether to read on although enough has come.
    further: bool,
    /// Whether all that will ever come was read.
    at_end: bool,
    /// When the client was found to have closed its side.
    closed: Option<Instant>,
    /// When the bytes came that a silence was heeded behind.
    heeded: Option<Instant>,
    /// What ends a reply: what ended the client's setup.
    reply_end: &'static str,
    /// When bytes were written last.
    wrote_at: Instant,
    /// How long the client took from its last echo to its termination.
    pace: Duration,
}

impl Dialogue {
    pub(super) fn new(connection: u64, peer: SocketAddr, shared: Arc<Shared>) -> Self {
        let config = &shared.config;
        let now = Instant::now();
        Self {
            recorder: Recorder::new(Arc::clone(&shared), connection, peer),
            parser: RequestParser::new(rules(config)),
            inbox: ReceiveBuffer::new(),
            memory: shared.budget.permit(),
            traffic: Traffic::default(),
            setup: None,
            owed: Owed::default(),
            echoed: 0,
            reply: None,
            ending: None,
            held_back: false,
            arrived: now,
            earlier: (0, now),
            moved: now,
            further: false,
            at_end: false,
            closed: None,
            heeded: None,
            reply_end: config.manner.reply_end.text(false),
            wrote_at: now,
            pace: Duration::ZERO,
            shared,
        }
    }

    /// Begins another session on the same connection, with what has come of it.
    pub(super) fn begin_anew(&mut self) {
        let now = Instant::now();
        self.parser = RequestParser::new(rules(&self.shared.config));
        self.traffic = Traffic::default();
        self.traffic.received = self.inbox.len() as u64;
        self.setup = None;
        self.owed = Owed::default();
        self.echoed = 0;
        self.held_back = false;
        self.earlier = (0, now);
        self.moved = now;
        self.further = false;
        self.heeded = None;
        self.reply_end = self.shared.config.manner.reply_end.text(false);
    }

    /// Gives the memory back that no bytes need, between two sessions of a connection.
    pub(super) fn rest(&mut self) {
        if self.inbox.is_empty() {
            self.inbox = ReceiveBuffer::new();
            self.owed = Owed::default();
            self.memory.resize(0);
        }
    }

    /// How long to wait for another session on the connection.
    pub(super) fn linger(&self) -> Duration {
        (4 * self.pace).clamp(LEAST_LINGER, MOST_LINGER)
    }

    /// Whether another setup has begun behind the session that is over: `None` while that is open.
    pub(super) fn goes_on(&mut self) -> Option<bool> {
        let mut next = RequestParser::new(rules(&self.shared.config));
        while let Ok(Some((Request::Stray, count))) = next.next(self.inbox.unread()) {
            self.inbox.consume(count);
        }
        let input = self.inbox.unread();
        match (input, self.at_end) {
            ([], true) => Some(false),
            ([], false) => None,
            _ => next.may_be_setup(input),
        }
    }

    /// Makes room for what may come between two sessions, where there is memory.
    pub(super) fn has_room(&mut self) -> bool {
        let needed = self.inbox.capacity_for_room(None);
        self.memory.resize(needed)
    }

    /// How the client speaks, as far as it is known.
    pub(super) fn idiom(&self) -> Idiom {
        self.parser.idiom()
    }

    /// The server delay that was asked for.
    pub(super) fn delay(&self) -> Duration {
        self.parser.delay()
    }

    /// Turns the next session away, for want of room.
    pub(super) fn turn_away(&mut self) {
        self.refuse(Refusal {
            phase: Phase::Setup,
            reason: RefusalReason::ServerFull,
        });
    }

    /// When a silence will have said something.
    pub(super) fn silence_at(&self) -> Option<Instant> {
        let unread = self.inbox.len() - self.owed.bytes();
        if unread == 0 || self.heeded == Some(self.arrived) || self.ending.is_some() || self.at_end
        {
            return None;
        }
        let input = self.inbox.unread().get(self.owed.bytes()..)?;
        let heeds = self.parser.heeds_silence(input);
        heeds.then(|| after(self.arrived, self.shared.config.silence))
    }

    /// The setup, once it has come.
    pub(super) fn setup(&self) -> Option<Setup> {
        self.setup
    }

    /// Echoes written whole.
    pub(super) fn echoed(&self) -> u64 {
        self.echoed
    }

    /// Bytes read and written.
    pub(super) fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// The phase whose message is awaited.
    pub(super) fn phase(&self) -> Phase {
        self.parser.phase()
    }

    /// Whether a probe is awaited and nothing else: no echo is owed, no reply on its way.
    pub(super) fn awaits_probe(&self) -> bool {
        self.phase() == Phase::Measurement
            && self.owed.is_empty()
            && self.reply.is_none()
            && self.ending.is_none()
            && !self.at_end
    }

    /// Whether nothing of the next message has come.
    pub(super) fn is_between_messages(&self) -> bool {
        self.inbox.is_empty()
    }

    /// When the client last sent a byte or took one.
    pub(super) fn moved(&self) -> Instant {
        self.moved
    }

    /// Writes down something that happened.
    pub(super) fn event(&mut self, what: String) {
        self.recorder.note(self.phase(), LogEntry::Event(what));
    }

    /// Whether to read on. A session that would need more memory than there is waits while it has
    /// echoes to write, and is refused when it has none.
    pub(super) fn wants_input(&mut self) -> bool {
        let further = self.further && self.closed.is_none();
        if self.ending.is_some() || self.at_end || (self.owed.is_full() && !further) {
            return false;
        }
        let one_message = self.parser.expected_len().unwrap_or(0);
        let enough = if further { READ_FURTHER } else { READ_AHEAD };
        if !self.owed.is_empty() && self.inbox.len() >= one_message.max(enough) {
            return false;
        }
        let needed = self.inbox.capacity_for_room(self.missing()) + self.owed.capacity();
        if further && !self.memory.is_modest(needed) {
            return false;
        }
        if self.memory.resize(needed) {
            return true;
        }
        if self.owed.is_empty() {
            self.refuse(Refusal {
                phase: self.phase(),
                reason: RefusalReason::OutOfMemory,
            });
        }
        false
    }

    /// Room to read into. Only after [`wants_input`](Self::wants_input) said yes.
    pub(super) fn room(&mut self) -> &mut [u8] {
        self.inbox.room(self.missing())
    }

    /// Bytes that the message being received still lacks, where nothing else is held.
    fn missing(&self) -> Option<usize> {
        if !self.owed.is_empty() {
            return None;
        }
        let expected = self.parser.expected_len()?;
        Some(expected.saturating_sub(self.inbox.len()))
    }

    /// Takes note that `count` bytes were read into the room.
    pub(super) fn arrived(&mut self, count: usize, at: Instant) {
        self.inbox.received(count);
        self.traffic.received += count as u64;
        self.arrived = at;
        // The bytes of a setup line, however slowly they come, do not buy time.
        if self.phase() != Phase::Setup {
            self.moved = at;
        }
    }

    /// Reads on for once although enough has come, in case the client's end stands behind it. Until the
    /// next echo is written.
    pub(super) fn read_further(&mut self) {
        if !self.further {
            self.further = true;
            if self.earlier.0 == 0 {
                self.earlier = (self.inbox.len() - self.owed.bytes(), self.arrived);
            }
        }
    }

    /// When the bytes of a message of that length came, which is being recognised.
    fn came(&mut self, len: usize) -> Instant {
        let (left, then) = self.earlier;
        self.earlier.0 = left.saturating_sub(len);
        if len <= left { then } else { self.arrived }
    }

    /// Takes note that the client has closed its side; there may be bytes left to read.
    pub(super) fn client_closed(&mut self, at: Instant) {
        self.closed.get_or_insert(at);
    }

    /// Whether the client is known to have closed its side.
    pub(super) fn has_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Gives up on a client that has closed its side, if its next echo is due only at `due`. It may
    /// have closed both: the next echo would show, so it is waited for a while.
    pub(super) fn abandoned(&mut self, due: Instant) -> Option<SessionEnd> {
        let still = self.closed?.max(self.moved);
        if due <= after(still, self.shared.config.idle_timeout) {
            return None;
        }
        self.event("the client closed; its echoes were not due soon".to_owned());
        Some(SessionEnd::ClientLeft(self.phase()))
    }

    /// Takes note that no more bytes will come.
    pub(super) fn end_of_data(&mut self, at: Instant) {
        self.event("end of data".to_owned());
        self.client_closed(at);
        self.at_end = true;
    }

    /// Ends the session once all that came has been recognised.
    fn end_at_end(&mut self) {
        let left = self.inbox.len() - self.owed.bytes();
        let end = match self.parser.end_of_stream(left) {
            EndOfStream::Complete => SessionEnd::Complete,
            EndOfStream::BetweenMessages(phase) => SessionEnd::ClientLeft(phase),
            EndOfStream::InsideMessage(refusal) => return self.refuse(refusal),
        };
        self.ending = Some(Ending { end, reply: None });
    }

    /// Takes the messages that are whole out of the bytes that have come.
    pub(super) fn recognise(&mut self) {
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
    pub(super) fn heed_silence(&mut self) {
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
                self.owed.set_delay(self.parser.delay());
                let reply_end = self.shared.config.manner.reply_end;
                self.reply_end = reply_end.text(self.parser.ends_in_nothing());
                self.reply = Some(self.accepted(phase));
            }
            Ok(Some((Request::Termination, len))) => {
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
    fn pass_over(&mut self, count: usize) {
        if self.owed.is_empty() {
            self.inbox.consume(count);
        } else {
            self.owed.pass_over(count);
        }
    }

    /// Whether [`recognise`](Self::recognise) stopped because too many echoes were owed, and could go
    /// on now.
    pub(super) fn left_some(&self) -> bool {
        self.held_back && self.may_recognise()
    }

    fn may_recognise(&self) -> bool {
        self.ending.is_none() && !self.owed.is_full()
    }

    /// What to write next.
    pub(super) fn next_write(&mut self) -> ToWrite<'_> {
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
    fn accepted(&self, phase: Phase) -> Reply {
        let chosen = self.shared.config.manner.texts.accepted(phase);
        let line = chosen.unwrap_or(self.parser.dialect().accepted_line(phase));
        Reply::new(phase, line.to_owned(), self.reply_end)
    }

    /// The same for a refusal.
    fn refused(&self, phase: Phase) -> Reply {
        let chosen = self.shared.config.manner.texts.refusal(phase);
        let line = chosen.unwrap_or(self.parser.dialect().refusal_line(phase));
        Reply::new(phase, line.to_owned(), self.reply_end)
    }

    /// Takes note that the first `count` of those bytes were written by a write begun at `at`.
    pub(super) fn wrote(&mut self, count: usize, at: Instant) {
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

    /// How the session ended, once all is said.
    pub(super) fn ended(&mut self) -> Option<SessionEnd> {
        self.ending.take().map(|ending| ending.end)
    }

    /// Whether the end is decided.
    pub(super) fn is_ending(&self) -> bool {
        self.ending.is_some()
    }

    /// Gives up on a client that stalls; gives the 404 to say where the client can still understand
    /// it, which is not in the midst of another line.
    pub(super) fn stalled(&mut self) -> (SessionEnd, Option<(String, Vec<u8>)>) {
        let phase = self.phase();
        let idle = Refusal {
            phase,
            reason: RefusalReason::Idle(self.shared.config.idle_timeout.as_secs()),
        };
        self.event(idle.to_string());
        let dialect = self.parser.dialect();
        let can_say = dialect.has_phases() && self.reply.is_none() && !self.owed.is_begun();
        let line = can_say.then(|| {
            let reply = self.refused(phase);
            (reply.line, reply.bytes)
        });
        (SessionEnd::Idle(phase), line)
    }

    /// Takes note of bytes written that were not [`next_write`](Self::next_write)'s.
    pub(super) fn wrote_besides(&mut self, count: usize) {
        self.traffic.sent += count as u64;
    }

    /// Gives all memory back; only the pen is left, for what happens while the connection closes.
    pub(super) fn end(self) -> Recorder {
        self.recorder
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.heard(refusal.phase);
        self.event(refusal.to_string());
        let has_words = self.parser.dialect().has_phases();
        let reply = has_words.then(|| self.refused(refusal.phase));
        let end = SessionEnd::Refused(refusal);
        self.ending = Some(Ending { end, reply });
    }

    /// Writes down the line that has come, or as much of it as there is.
    fn heard(&mut self, phase: Phase) {
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

/// What a server of that kind takes.
fn rules(config: &ServerConfig) -> Rules {
    Rules {
        dialect: config.dialect,
        strict: config.strict,
        limits: config.limits,
        delay_unit: config.manner.delay_unit,
        first_seq: config.manner.first_seq,
        least_probes: config.manner.least_probes,
        sizes: config.manner.sizes.clone(),
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
