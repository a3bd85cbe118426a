//! What a session has heard, owes and still has to say. No socket, no waiting.
//!
//! Messages are echoed from where they were read: the receive buffer holds first the bytes of the
//! echoes owed, behind them the bytes not yet recognised. So a probe costs neither a copy nor an
//! allocation, and all the memory a session holds is one buffer whose size the budget knows.
//!
//! | file | what it is |
//! | --- | --- |
//! | `hearing` | what the bytes that come mean |
//! | `speaking` | replies and echoes |
//! | `following` | another session on the same connection |

mod following;
mod hearing;
mod speaking;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) use speaking::{GivenUp, ToWrite};

use speaking::Reply;

use super::allowance::Allowance;
use super::budget::Permit;
use super::owed::{Owed, after};
use super::recorder::Recorder;
use super::shared::Shared;
use super::{LogEntry, ServerConfig, SessionEnd, Traffic};
use crate::protocol::{
    Idiom, Liberties, Limits, Phase, ReceiveBuffer, Refusal, RefusalReason, RequestParser, Rules,
    Setup,
};

/// Bytes that may be waiting to be echoed before reading waits, unless one message is larger.
const READ_AHEAD: usize = 1024 * 1024;
/// As many where a client's end may stand behind them: what a system lets a program that has closed
/// leave unsent, and some more.
const READ_FURTHER: usize = 6 * 1024 * 1024;

/// How the session ends once everything owed is written, and its last reply.
struct Ending {
    end: SessionEnd,
    reply: Option<Reply>,
}

pub(super) struct Dialogue {
    pub(super) recorder: Recorder,
    shared: Arc<Shared>,
    /// Where the client comes from.
    address: IpAddr,
    parser: RequestParser,
    inbox: ReceiveBuffer,
    memory: Permit,
    /// How fast may be read, where that is limited.
    allowance: Option<Allowance>,
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
            address: peer.ip(),
            parser: RequestParser::new(rules(config)),
            inbox: ReceiveBuffer::new(),
            memory: shared.budget.permit(),
            allowance: config.max_rate.map(|rate| Allowance::new(rate, now)),
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

    /// How the client speaks, as far as it is known.
    pub(super) fn idiom(&self) -> Idiom {
        self.parser.idiom()
    }

    /// What the client does otherwise beside that.
    pub(super) fn liberties(&self) -> Liberties {
        self.parser.liberties()
    }

    /// The server delay that was asked for.
    pub(super) fn delay(&self) -> Duration {
        Duration::from_nanos(self.parser.delay_ns())
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
        let most = self.allowance.as_ref().map(Allowance::bytes);
        let room = self.inbox.room(self.missing());
        let most = most.map_or(room.len(), |most| most.min(room.len()));
        room.get_mut(..most).unwrap_or_default()
    }

    /// When bytes may be read again, where the client has sent more than it may.
    pub(super) fn held_until(&mut self) -> Option<Instant> {
        let allowance = self.allowance.as_mut()?;
        allowance.held_until(Instant::now())
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
        if let Some(allowance) = &mut self.allowance {
            allowance.spend(count);
        }
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

    /// How the session ended, once all is said.
    pub(super) fn ended(&mut self) -> Option<SessionEnd> {
        self.ending.take().map(|ending| ending.end)
    }

    /// Whether the end is decided.
    pub(super) fn is_ending(&self) -> bool {
        self.ending.is_some()
    }

    /// Gives all memory back; only the pen is left, for what happens while the connection closes.
    pub(super) fn end(self) -> Recorder {
        self.recorder
    }
}

/// What a server of that kind takes.
fn rules(config: &ServerConfig) -> Rules {
    let session_ms = u64::try_from(config.session_time.as_millis()).unwrap_or(u64::MAX);
    Rules {
        dialect: config.dialect,
        strict: config.strict,
        limits: Limits {
            // A longer one could only end with the session.
            max_delay_ms: config.limits.max_delay_ms.min(session_ms),
            ..config.limits
        },
        delay_unit: config.manner.delay_unit,
        first_seq: config.manner.first_seq,
        least_probes: config.manner.least_probes,
        sizes: config.manner.sizes.clone(),
    }
}
