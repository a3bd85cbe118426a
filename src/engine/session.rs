//! One session over an open connection: setup, probes, termination.
//!
//! The session itself knows neither Stop nor time-outs: [`Watch`] holds the deadline of what is being
//! waited for, and whoever runs the session ends it from outside. So nothing of that stands between
//! the clock reads of a probe, and what was measured is in the [`Recorder`] whatever happens.

use std::cell::Cell;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::exchange::{Exchange, ExchangeEnd, SLACK, exchange};
use super::fault;
use crate::measurement::{Direction, Fault, FaultKind, Probe, probe_text};
use crate::protocol::{
    Dialect, MAX_REPLY_LINE, Phase, ProbeMessage, Reply, ReplyCode, Setup, parse_last_reply,
    parse_reply, quote,
};

/// How long a server may take to close after its last reply before we close first. Many wait for us.
const PATIENCE_FOR_CLOSE: Duration = Duration::from_millis(100);

/// What is being waited for, readable from outside the session.
#[derive(Debug)]
pub(super) struct Watch {
    pub deadline: Cell<Instant>,
    pub waited: Cell<Duration>,
    pub phase: Cell<Phase>,
    pub probe: Cell<u32>,
    /// When the probe was sent whose echo has not come.
    pub in_flight: Cell<Option<Instant>>,
}

impl Watch {
    pub fn new(now: Instant) -> Self {
        Self {
            deadline: Cell::new(now),
            waited: Cell::new(Duration::ZERO),
            phase: Cell::new(Phase::Setup),
            probe: Cell::new(0),
            in_flight: Cell::new(None),
        }
    }

    fn expect_within(&self, phase: Phase, now: Instant, time_out: Duration) {
        self.phase.set(phase);
        self.waited.set(time_out);
        self.deadline.set(now + time_out);
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
    close(stream, recorder).await;
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
    send_line(stream, &line, Phase::Setup, recorder).await?;
    let reply = hear_reply(stream, order, Phase::Setup, 0, Vec::new(), recorder).await?;
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
    // The limits of a profile keep both far below what a pointer can count.
    let size = usize::try_from(order.setup.message_size).unwrap_or(usize::MAX - SLACK);
    let time_out = order.time_out + Duration::from_millis(order.setup.server_delay_ms);
    let mut message = ProbeMessage::new(order.dialect, size);
    let mut buffer = vec![0; message.numbered(order.setup.probes).len() + SLACK];
    let mut now = Instant::now();
    for seq in 1..=order.setup.probes {
        watch.probe.set(seq);
        watch.expect_within(Phase::Measurement, now, time_out);
        let bytes = message.numbered(seq);
        let done = exchange(stream, bytes, &mut buffer, &watch.in_flight).await;
        watch.in_flight.set(None);
        let sent_ns = nanoseconds(done.sent.duration_since(order.origin));
        let rtt_ns = nanoseconds(done.done.duration_since(done.sent));
        let received = buffer.get(..done.received).unwrap_or_default();
        let echoed = matches!(done.end, ExchangeEnd::Complete) && message.check(received).is_ok();
        now = done.done;
        recorder.probe(Probe::new(sent_ns, echoed.then_some(rtt_ns)), now);
        if !echoed {
            return Err(failed_probe(stream, order, seq, &message, done, received, recorder).await);
        }
    }
    Ok(())
}

/// Finds out why a probe has no echo: a refusal, another text, a close, a break.
async fn failed_probe(
    stream: &mut TcpStream,
    order: &Order,
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
        ExchangeEnd::Closed if !looks_like_reply => fault::closed_early(phase, seq, received),
        _ if looks_like_reply => {
            let so_far = received.to_vec();
            match hear_reply(stream, order, phase, seq, so_far, recorder).await {
                Ok(reply) if reply.code == ReplyCode::Refused => {
                    let sent = probe_text(seq, order.setup.message_size);
                    fault::refused_by_server(phase, &reply.text, &sent)
                }
                Ok(_) => differs(seq, message, received),
                Err(fault) => fault,
            }
        }
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
    send_line(stream, line, phase, recorder).await?;
    match hear_reply(stream, order, phase, 0, Vec::new(), recorder).await {
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

/// Waits a little for the server to close, as the protocol has it, and closes.
async fn close(stream: &mut TcpStream, recorder: &mut impl Recorder) {
    let phase = Phase::Termination;
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
    recorder.line(phase, Direction::Event, "closed");
}

async fn send_line(
    stream: &mut TcpStream,
    line: &str,
    phase: Phase,
    recorder: &mut impl Recorder,
) -> Result<(), Fault> {
    // The end of line goes out in the same write: some servers read a message with one read.
    let message = format!("{line}\n");
    recorder.line(phase, Direction::Sent, line);
    stream
        .write_all(message.as_bytes())
        .await
        .map_err(|error| fault::broken(phase, 0, &error))
}

/// Reads a reply, of which `so_far` has come already.
async fn hear_reply(
    stream: &mut TcpStream,
    order: &Order,
    phase: Phase,
    probe: u32,
    mut so_far: Vec<u8>,
    recorder: &mut impl Recorder,
) -> Result<Reply, Fault> {
    let found = loop {
        match parse_reply(&so_far, order.dialect, phase, order.strict) {
            Ok(Some((reply, _))) => break Ok(reply),
            Ok(None) => {}
            Err(why) => break Err(why),
        }
        let mut piece = [0; MAX_REPLY_LINE];
        match stream.read(&mut piece).await {
            Ok(0) if so_far.is_empty() => return Err(fault::closed_early(phase, probe, &so_far)),
            Ok(0) => break parse_last_reply(&so_far, order.dialect, phase, order.strict),
            Ok(count) => so_far.extend_from_slice(piece.get(..count).unwrap_or_default()),
            Err(error) => return Err(fault::broken(phase, probe, &error)),
        }
    };
    let shown = found
        .as_ref()
        .map_or_else(|_| quote(&so_far), |reply| reply.text.clone());
    recorder.line(phase, Direction::Received, &shown);
    found.map_err(|why| fault::bad_reply(phase, &why, order.strict))
}

pub(super) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
