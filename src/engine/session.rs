//! One session over an open connection: setup, probes, termination.
//!
//! The session itself knows neither Stop nor time-outs: [`Watch`] holds the deadline of what is being
//! waited for, and whoever runs the session ends it from outside. So nothing of that stands between
//! the clock reads of a probe, and what was measured is in the [`Recorder`] whatever happens.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::exchange::{Exchange, ExchangeEnd, InFlight, SLACK, exchange};
use super::fault;
use crate::measurement::{Direction, Fault, FaultKind, Probe, probe_text};
use crate::protocol::{
    Dialect, MAX_REPLY_LINE, Phase, ProbeMessage, Reply, ReplyCode, Setup, parse_last_reply,
    parse_reply, quote,
};

/// How long nothing may follow the beginning of a reply before it is taken to be all of it.
const SILENCE_ENDS_A_REPLY: Duration = Duration::from_millis(200);
/// How long a server may take to close after its last reply before we close first. Many wait for us.
const PATIENCE_FOR_CLOSE: Duration = Duration::from_millis(100);

/// How long making the memory of a session may take; it never does.
const PATIENCE_FOR_MEMORY: Duration = Duration::from_mins(1);
/// Bytes of a message that are not made in passing: 64 MiB take longer than Stop may.
const LARGE: usize = 4 << 20;

/// What is being waited for, readable from outside the session.
#[derive(Debug)]
pub(super) struct Watch {
    pub deadline: Cell<Instant>,
    pub waited: Cell<Duration>,
    pub phase: Cell<Phase>,
    pub probe: Cell<u32>,
    /// Bytes of the message that the probe is.
    pub probe_len: Cell<usize>,
    pub in_flight: InFlight,
    /// What has come of a reply whose end has not.
    pub heard: RefCell<Vec<u8>>,
}

impl Watch {
    pub fn new(now: Instant) -> Self {
        Self {
            deadline: Cell::new(now),
            waited: Cell::new(Duration::ZERO),
            phase: Cell::new(Phase::Setup),
            probe: Cell::new(0),
            probe_len: Cell::new(0),
            in_flight: InFlight::default(),
            heard: RefCell::default(),
        }
    }

    fn expect_within(&self, phase: Phase, now: Instant, time_out: Duration) {
        self.phase.set(phase);
        self.waited.set(time_out);
        self.deadline.set(now + time_out);
    }

    /// The deadline has passed.
    pub fn timed_out(&self, setup: &Setup) -> Fault {
        let phase = self.phase.get();
        let waited = self.waited.get();
        let heard = self.heard.borrow();
        if !heard.is_empty() {
            return fault::reply_without_end(phase, &heard, waited);
        }
        let (came, of) = (self.in_flight.received.get(), self.probe_len.get());
        fault::timed_out(phase, self.probe.get(), setup, waited, came, of)
    }
}

/// Keeps what a session says, hears and measures.
pub(super) trait Recorder {
    /// A line was said or heard, or something happened.
    fn line(&mut self, phase: Phase, direction: Direction, text: &str);
    /// A probe is over. Called between probes, never between the clock reads of one.
    fn probe(&mut self, probe: Probe, now: Instant);
}

/// What a session is to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    pub setup: Setup,
    pub dialect: Dialect,
    pub strict: bool,
    pub time_out: Duration,
    /// Times are counted from here.
    pub origin: Instant,
}

/// Runs a session to its end.
pub(super) async fn run(
    stream: &mut TcpStream,
    order: &Order,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Result<(), Fault> {
    if order.dialect.has_phases() {
        set_up(stream, order, watch, recorder).await?;
    }
    measure(stream, order, watch, recorder).await?;
    if order.dialect.has_phases() {
        terminate(stream, order, watch, recorder).await?;
    }
    close(stream, order, watch, recorder).await;
    Ok(())
}

async fn set_up(
    stream: &mut TcpStream,
    order: &Order,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Result<(), Fault> {
    watch.expect_within(Phase::Setup, Instant::now(), order.time_out);
    let line = order.setup.line(order.dialect);
    let reply = ask(stream, order, Phase::Setup, &line, watch, recorder).await?;
    match reply.code {
        ReplyCode::Accepted => Ok(()),
        ReplyCode::Refused => Err(fault::refused_by_server(Phase::Setup, &reply.text, &line)),
    }
}

async fn measure(
    stream: &mut TcpStream,
    order: &Order,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Result<(), Fault> {
    watch.expect_within(Phase::Measurement, Instant::now(), PATIENCE_FOR_MEMORY);
    let (mut message, mut buffer) = prepare(order).await;
    let time_out = order.time_out + Duration::from_millis(order.setup.server_delay_ms);
    for seq in 1..=order.setup.probes {
        let bytes = message.numbered(seq);
        watch.probe.set(seq);
        watch.probe_len.set(bytes.len());
        watch.expect_within(Phase::Measurement, Instant::now(), time_out);
        let done = exchange(stream, bytes, &mut buffer, &watch.in_flight).await;
        watch.in_flight.sent.set(None);
        let sent_ns = nanoseconds(done.sent.duration_since(order.origin));
        let rtt_ns = nanoseconds(done.done.duration_since(done.sent));
        let received = buffer.get(..done.received).unwrap_or_default();
        let echoed = matches!(done.end, ExchangeEnd::Complete) && message.check(received).is_ok();
        recorder.probe(Probe::new(sent_ns, echoed.then_some(rtt_ns)), done.done);
        if !echoed {
            let fault = failed_probe(
                stream, order, watch, seq, &message, done, received, recorder,
            );
            return Err(fault.await);
        }
    }
    Ok(())
}

/// The message to send, and room for its echo.
async fn prepare(order: &Order) -> (ProbeMessage, Vec<u8>) {
    // The limits of a profile keep the size far below what a pointer can count.
    let size = usize::try_from(order.setup.message_size).unwrap_or(usize::MAX - SLACK);
    let (dialect, last) = (order.dialect, order.setup.probes);
    let make = move || {
        let mut message = ProbeMessage::new(dialect, size);
        // Not of zeros: those are promised by the kernel and only made when they are touched, which
        // would be inside the first probe.
        let buffer = vec![b'-'; message.numbered(last).len() + SLACK];
        (message, buffer)
    };
    if size < LARGE {
        return make();
    }
    // Stop shall not wait for it.
    match tokio::task::spawn_blocking(make).await {
        Ok(ready) => ready,
        Err(_) => make(),
    }
}

/// Finds out why a probe has no echo: a refusal, another text, a close, a break.
#[expect(clippy::too_many_arguments, reason = "all that is known of the probe")]
async fn failed_probe(
    stream: &mut TcpStream,
    order: &Order,
    watch: &Watch,
    seq: u32,
    message: &ProbeMessage,
    done: Exchange,
    received: &[u8],
    recorder: &mut impl Recorder,
) -> Fault {
    let phase = Phase::Measurement;
    let looks_like_reply =
        order.dialect.has_phases() && received.first().is_some_and(u8::is_ascii_digit);
    match done.end {
        ExchangeEnd::Broken(error) => fault::broken(phase, seq, &error),
        // As far as it came it was an echo.
        ExchangeEnd::Closed if message.check(received).is_ok() => {
            fault::closed_early(phase, seq, received)
        }
        _ if looks_like_reply => {
            // No reply is longer, and an echo may be as long as 64 MiB.
            let so_far = received.get(..MAX_REPLY_LINE).unwrap_or(received);
            watch.heard.borrow_mut().extend_from_slice(so_far);
            match hear_reply(stream, order, phase, watch, recorder).await {
                Ok(reply) if reply.code == ReplyCode::Refused => {
                    let sent = probe_text(order.dialect, seq, order.setup.message_size);
                    fault::refused_by_server(phase, &reply.text, &sent)
                }
                Ok(_) => differs(seq, message, received),
                Err(fault) => fault,
            }
        }
        ExchangeEnd::TooEarly => fault::echo_too_early(seq, received),
        _ => differs(seq, message, received),
    }
}

fn differs(seq: u32, message: &ProbeMessage, received: &[u8]) -> Fault {
    match message.check(received) {
        Err(why) => fault::echo_differs(seq, why, received),
        Ok(()) => fault::closed_early(Phase::Measurement, seq, received),
    }
}

async fn terminate(
    stream: &mut TcpStream,
    order: &Order,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Result<(), Fault> {
    let phase = Phase::Termination;
    watch.expect_within(phase, Instant::now(), order.time_out);
    let line = order.dialect.termination();
    match ask(stream, order, phase, line, watch, recorder).await {
        Ok(reply) if reply.code == ReplyCode::Accepted => Ok(()),
        Ok(reply) => Err(fault::refused_by_server(phase, &reply.text, line)),
        // Everything was measured and the server has closed, which is what was asked of it.
        Err(fault)
            if !order.strict && matches!(fault.kind, FaultKind::ClosedEarly | FaultKind::Reset) =>
        {
            recorder.line(phase, Direction::Event, "the server closed without a reply");
            Ok(())
        }
        Err(fault) => Err(fault),
    }
}

/// Waits a little for the server to close, as the protocol has it, and closes. An echo service closes
/// after its client.
async fn close(stream: &mut TcpStream, order: &Order, watch: &Watch, recorder: &mut impl Recorder) {
    let phase = Phase::Termination;
    // Everything that had a deadline has come.
    watch.expect_within(phase, Instant::now(), order.time_out + PATIENCE_FOR_CLOSE);
    if order.dialect.has_phases() {
        let mut rest = [0; 64];
        match tokio::time::timeout(PATIENCE_FOR_CLOSE, stream.read(&mut rest)).await {
            Ok(Ok(0)) => recorder.line(phase, Direction::Event, "end of data"),
            Ok(Ok(count)) => {
                let more = quote(rest.get(..count).unwrap_or_default());
                recorder.line(phase, Direction::Received, &more);
            }
            Ok(Err(error)) => recorder.line(phase, Direction::Event, &error.to_string()),
            Err(_) => {}
        }
    }
    recorder.line(phase, Direction::Event, "closed");
}

/// Sends a line and hears the reply.
async fn ask(
    stream: &mut TcpStream,
    order: &Order,
    phase: Phase,
    line: &str,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Result<Reply, Fault> {
    // The end of line goes out in the same write: some servers read a message with one read.
    let message = format!("{line}\n");
    recorder.line(phase, Direction::Sent, line);
    let said = stream.write_all(message.as_bytes()).await;
    let heard = hear_reply(stream, order, phase, watch, recorder).await;
    match (said, heard) {
        // A server may refuse and close before it was asked: its words say more than our failure.
        (_, Ok(reply)) => Ok(reply),
        (Err(error), Err(_)) => Err(fault::broken(phase, 0, &error)),
        (Ok(()), Err(fault)) => Err(fault),
    }
}

/// Reads a reply, of which some may have been heard already.
async fn hear_reply(
    stream: &mut TcpStream,
    order: &Order,
    phase: Phase,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Result<Reply, Fault> {
    let probe = watch.probe.get();
    let found = loop {
        match parse_reply(&watch.heard.borrow(), order.dialect, phase, order.strict) {
            Ok(Some((reply, used))) => break Ok((reply, used)),
            Ok(None) => {}
            Err(why) => break Err(why),
        }
        let mut piece = [0; MAX_REPLY_LINE];
        // Some servers end a reply with nothing or with a NUL: silence behind it is its end.
        let may_be_whole = !order.strict && !watch.heard.borrow().is_empty();
        let patience = if may_be_whole {
            SILENCE_ENDS_A_REPLY
        } else {
            Duration::MAX
        };
        let read = tokio::time::timeout(patience, stream.read(&mut piece)).await;
        let mut heard = watch.heard.borrow_mut();
        let Ok(read) = read else {
            break parse_last_reply(&heard, order.dialect, phase, order.strict)
                .map(|reply| (reply, heard.len()));
        };
        match read {
            Ok(0) if heard.is_empty() => return Err(fault::closed_early(phase, probe, &heard)),
            Err(error) if heard.is_empty() => return Err(fault::broken(phase, probe, &error)),
            // A server that closes with input unread resets the connection behind its reply.
            Ok(0) | Err(_) => {
                break parse_last_reply(&heard, order.dialect, phase, order.strict)
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
    let (reply, used) = found.map_err(|why| fault::bad_reply(phase, &why, order.strict))?;
    let behind = heard.get(used..).unwrap_or_default();
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

pub(super) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
