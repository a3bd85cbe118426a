//! What is said around the probes: the setup, replies, and what an answer means that is no echo.
//!
//! Nothing here knows Stop or time-outs: [`Watch`] holds the deadline of what is being waited for, and
//! whoever runs the session ends it from outside.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::fault;
use super::lane::{LaneFault, Reading};
use super::measure::{Failure, FailureKind};
use super::speech::Parting;
use crate::measurement::{About, Direction, Fault, probe_text};
use crate::protocol::{
    ACCESS_KEY_REQUIRED, BetweenProbes, Dialect, Idiom, MAX_REPLY_LINE, Phase, Reply, ReplyCode,
    Setup, is_left_over, parse_last_reply, parse_reply, quote,
};

/// How long nothing may follow the beginning of a reply before it is taken to be all of it.
pub(super) const SILENCE_ENDS_A_REPLY: Duration = Duration::from_millis(200);

/// What is being waited for, readable from outside the session.
#[derive(Debug)]
pub(super) struct Watch {
    pub deadline: Cell<Instant>,
    pub phase: Cell<Phase>,
    waited: Cell<Duration>,
    /// The probe that was refused, if that is what is heard of.
    probe: Cell<u32>,
    /// Which connection it is about.
    pub lane: Cell<usize>,
    /// What has come of a reply whose end has not.
    pub heard: RefCell<Vec<u8>>,
    /// What may still come before it, and is none of it.
    pub passed_over: RefCell<Vec<u8>>,
    /// What the server answered to the same message before, where that is known.
    pub said_before: RefCell<Vec<u8>>,
}

impl Watch {
    pub fn new(now: Instant) -> Self {
        Self {
            deadline: Cell::new(now),
            phase: Cell::new(Phase::Setup),
            waited: Cell::new(Duration::ZERO),
            probe: Cell::new(0),
            lane: Cell::new(0),
            heard: RefCell::default(),
            passed_over: RefCell::default(),
            said_before: RefCell::default(),
        }
    }

    pub fn expect_within(&self, phase: Phase, now: Instant, time_out: Duration) {
        self.phase.set(phase);
        self.waited.set(time_out);
        self.deadline.set(now + time_out);
    }

    /// Takes out of what was heard what was to be passed over, as far as it has come.
    fn pass_over(&self) {
        let (mut heard, mut due) = (self.heard.borrow_mut(), self.passed_over.borrow_mut());
        let common = heard.len().min(due.len());
        if heard.get(..common) == due.get(..common) {
            heard.drain(..common);
            due.drain(..common);
        } else {
            due.clear();
        }
    }

    /// Whether what was heard is the answer that is known.
    fn is_as_before(&self) -> bool {
        let known = self.said_before.borrow();
        !known.is_empty() && *known == *self.heard.borrow()
    }

    /// The deadline has passed.
    pub fn timed_out(&self, setup: &Setup) -> Fault {
        let phase = self.phase.get();
        let waited = self.waited.get();
        let heard = self.heard.borrow();
        if heard.is_empty() {
            fault::timed_out(phase, self.probe.get(), setup, waited, 0, 0)
        } else {
            fault::reply_without_end(phase, &heard, waited)
        }
    }
}

/// Keeps what a session says and hears.
pub(super) trait Recorder {
    /// A line was said or heard, or something happened.
    fn line(&mut self, phase: Phase, direction: Direction, text: &str);
    /// The server did something that the text has not.
    fn remark(&mut self, about: About, text: impl FnOnce() -> String);
}

/// What a session is to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    pub setup: Setup,
    pub idiom: Idiom,
    /// Probes in flight.
    pub depth: u32,
    pub strict: bool,
    pub time_out: Duration,
    /// How echoes are read.
    pub reading: Reading,
    /// Whether what comes is acknowledged at once.
    pub quick_ack: bool,
    /// How the session is to be ended.
    pub parting: Parting,
}

impl Order {
    /// What comes between two probes.
    pub fn between_probes(&self) -> BetweenProbes {
        if self.idiom.dialect.has_phases() {
            self.idiom.variant.between_probes
        } else {
            BetweenProbes::Nothing
        }
    }

    /// How long an echo may take.
    pub fn probe_time_out(&self) -> Duration {
        self.time_out + Duration::from_millis(self.setup.server_delay_ms)
    }
}

/// Says what is to come and hears whether the server agrees.
pub(super) async fn set_up(
    stream: &mut TcpStream,
    order: &Order,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Result<(), Fault> {
    watch.expect_within(Phase::Setup, Instant::now(), order.time_out);
    let line = order.setup.line(order.idiom);
    let message = order.setup.message(order.idiom);
    let reply = ask(stream, order, Phase::Setup, &message, watch, recorder).await?;
    match reply.code {
        ReplyCode::Accepted => Ok(()),
        ReplyCode::Refused if reply.text == ACCESS_KEY_REQUIRED => {
            Err(fault::wants_a_key(&reply.text))
        }
        ReplyCode::Refused => Err(fault::refused_by_server(Phase::Setup, &reply.text, &line)),
    }
}

/// Finds out why the measuring ended: a refusal, another text, a close, a break, nothing.
pub(super) async fn explain(
    stream: &mut TcpStream,
    order: &Order,
    failure: Failure,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Fault {
    let phase = Phase::Measurement;
    let seq = failure.seq;
    let lane = match failure.why {
        FailureKind::Stopped => return fault::stopped(phase.into()),
        FailureKind::TimedOut { came, of } => {
            let waited = order.probe_time_out();
            return fault::timed_out(phase, seq, &order.setup, waited, came, of);
        }
        FailureKind::Lane(lane) => lane,
    };
    match lane {
        LaneFault::Broken(error) => fault::broken(phase, seq, &error),
        LaneFault::Closed { received } => fault::closed_early(phase, seq, &received),
        LaneFault::TooEarly { received } => fault::echo_too_early(seq, &received),
        LaneFault::Differs { why, received } => {
            let first = received.iter().find(|byte| !is_left_over(&[**byte]));
            let looks_like_reply = first.is_some_and(u8::is_ascii_digit)
                || parse_last_reply(&received, order.idiom.dialect, phase, order.strict).is_ok();
            if !order.idiom.dialect.has_phases() || !looks_like_reply {
                return fault::echo_differs(seq, why, &received);
            }
            watch.expect_within(phase, Instant::now(), order.time_out);
            watch.probe.set(seq);
            // No reply is longer, and an echo may be as long as 64 MiB.
            let so_far = received.get(..MAX_REPLY_LINE).unwrap_or(&received);
            watch.heard.borrow_mut().extend_from_slice(so_far);
            match hear_reply(stream, order, phase, "", watch, recorder).await {
                Ok(reply) if reply.code == ReplyCode::Refused => {
                    let sent = probe_text(order.idiom, seq, order.setup.message_size);
                    fault::refused_by_server(phase, &reply.text, &sent)
                }
                Ok(_) => fault::echo_differs(seq, why, &received),
                Err(fault) => fault,
            }
        }
    }
}

/// Sends a message and hears the reply.
pub(super) async fn ask(
    stream: &mut TcpStream,
    order: &Order,
    phase: Phase,
    message: &str,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Result<Reply, Fault> {
    recorder.line(phase, Direction::Sent, message.trim_end_matches('\n'));
    // All of it in one write: some servers read a message with one read.
    let said = stream.write_all(message.as_bytes()).await;
    let heard = hear_reply(stream, order, phase, message, watch, recorder).await;
    match (said, heard) {
        // A server may refuse and close before it was asked: its words say more than our failure.
        (_, Ok(reply)) => Ok(reply),
        (Err(error), Err(_)) => Err(fault::broken(phase, 0, &error)),
        (Ok(()), Err(fault)) => Err(fault),
    }
}

/// Reads a reply to what was asked, of which some may have been heard already.
pub(super) async fn hear_reply(
    stream: &mut TcpStream,
    order: &Order,
    phase: Phase,
    asked: &str,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Result<Reply, Fault> {
    let probe = watch.probe.get();
    let found = loop {
        let dialect = order.idiom.dialect;
        watch.pass_over();
        match parse_reply(&watch.heard.borrow(), dialect, phase, order.strict) {
            Ok(Some((reply, used))) => break Ok((reply, used)),
            Ok(None) => {}
            Err(why) => break Err(why),
        }
        let mut piece = [0; MAX_REPLY_LINE];
        // Some servers end a reply with nothing or with a NUL: silence behind it is its end.
        let may_be_whole = !order.strict && !is_left_over(&watch.heard.borrow());
        let patience = match may_be_whole {
            true if watch.is_as_before() => Duration::ZERO,
            true => SILENCE_ENDS_A_REPLY,
            false => Duration::MAX,
        };
        let read = tokio::time::timeout(patience, stream.read(&mut piece)).await;
        let mut heard = watch.heard.borrow_mut();
        let Ok(read) = read else {
            break parse_last_reply(&heard, dialect, phase, order.strict)
                .map(|reply| (reply, heard.len()));
        };
        match read {
            Ok(0) if heard.is_empty() => return Err(fault::closed_early(phase, probe, &heard)),
            Err(error) if heard.is_empty() => return Err(fault::broken(phase, probe, &error)),
            // A server that closes with input unread resets the connection behind its reply.
            Ok(0) | Err(_) => {
                break parse_last_reply(&heard, dialect, phase, order.strict)
                    .map(|reply| (reply, heard.len()));
            }
            Ok(count) => heard.extend_from_slice(piece.get(..count).unwrap_or_default()),
        }
    };
    let heard = watch.heard.take();
    let shown = found
        .as_ref()
        .map_or_else(|_| quote(&heard), |(reply, _)| reply.text.clone());
    recorder.line(phase, Direction::Received, &shown);
    let (reply, used) = found.map_err(|why| {
        if phase == Phase::Setup && heard == asked.as_bytes() {
            fault::setup_came_back(asked)
        } else {
            fault::bad_reply(phase, &why, order.strict)
        }
    })?;
    let (said, behind) = heard.split_at_checked(used).unwrap_or((&heard, &[]));
    remark_on(&reply, said, order.idiom.dialect, phase, recorder);
    // A C program may send the end of its string along. Anything else would be taken for an echo.
    let is_end = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    if !behind.is_empty() && (order.strict || !behind.iter().all(is_end)) {
        recorder.line(phase, Direction::Received, &quote(behind));
        if phase == Phase::Setup && reply.code == ReplyCode::Accepted {
            return Err(fault::more_than_a_reply(&reply.text, behind, order.strict));
        }
    }
    Ok(reply)
}

/// Remarks on a reply that is not the text's.
fn remark_on(
    reply: &Reply,
    said: &[u8],
    dialect: Dialect,
    phase: Phase,
    recorder: &mut impl Recorder,
) {
    let (about, asked) = match phase {
        Phase::Setup => (About::Setup, "setup"),
        Phase::Termination => (About::Termination, "termination"),
        Phase::Measurement => return,
    };
    let text = format!("{}\n", dialect.accepted_line(phase));
    if reply.code == ReplyCode::Accepted && said != text.as_bytes() {
        recorder.remark(about, || {
            let (said, text) = (quote(said), quote(text.as_bytes()));
            format!("It answers the {asked} with \"{said}\"; the text has \"{text}\".")
        });
    }
}

pub(super) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
