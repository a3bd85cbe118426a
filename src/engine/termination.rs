//! The end of a session: the termination, its answer or none, and closing.

use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::executor::Execution;
use super::fault;
use super::session::{Order, Recorder, SILENCE_ENDS_A_REPLY, Watch, ask, hear_reply};
use crate::measurement::{About, Direction, Fault, FaultKind};
use crate::protocol::{LineEnd, Phase, Reply, ReplyCode, quote};

/// How long a server may take to answer the termination before our side is closed, which is what some wait
/// for; and how long where that was in vain before.
const PATIENCE_FOR_LAST_REPLY: Duration = Duration::from_secs(1);
const PATIENCE_IN_VAIN: Duration = Duration::from_millis(200);
/// How long a server may take to close after its last reply before our side is closed. Its end comes with the
/// reply, or right behind.
const PATIENCE_TO_BE_FIRST: Duration = Duration::from_millis(10);
/// How long it may take from then on. Many wait for us.
const PATIENCE_FOR_CLOSE: Duration = Duration::from_millis(100);

/// How a session ended, where its probes were measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Termination {
    /// The server said so.
    Answered,
    /// The server closed, or said nothing. All was measured.
    InSilence,
    /// The server said that it is no end. All was measured.
    Refused,
}

/// Says that it is done and hears the server's answer. A tolerant client takes an end without one for an
/// end, and a refusal too: everything was measured, and how the server takes leave changes no figure.
pub(super) async fn terminate(
    stream: &mut TcpStream,
    order: &Order,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Result<Termination, Fault> {
    let phase = Phase::Termination;
    watch.expect_within(phase, Instant::now(), order.time_out);
    let message = if order.parting.letter_alone {
        order.idiom.dialect.termination().to_owned()
    } else {
        order.idiom.termination()
    };
    let line = message.trim_end_matches('\n');
    let mut was_silent = false;
    let answer = if order.strict {
        ask(stream, order, phase, &message, watch, recorder).await
    } else {
        let patience = if order.parting.in_silence {
            PATIENCE_IN_VAIN
        } else {
            PATIENCE_FOR_LAST_REPLY
        };
        let ended = ask_for_the_end(stream, order, &message, patience, watch, recorder).await;
        was_silent = ended.was_silent;
        let Some(answer) = ended.answer else {
            recorder.line(phase, Direction::Event, "no reply to the termination");
            recorder.remark(About::Termination, || {
                let silence = fault::seconds(2 * patience);
                format!("It left \"{line}\" without an answer for {silence}. All was measured.")
            });
            return Ok(Termination::InSilence);
        };
        answer
    };
    match answer {
        Ok(reply) if reply.code == ReplyCode::Accepted => Ok(Termination::Answered),
        Ok(reply) => {
            let fault = fault::refused_by_server(phase, &reply.text, line);
            forgive(fault, order, recorder)
        }
        Err(fault) if fault.kind == FaultKind::BadReply => forgive(fault, order, recorder),
        // The server has closed, which is what was asked of it.
        Err(fault)
            if !order.strict && matches!(fault.kind, FaultKind::ClosedEarly | FaultKind::Reset) =>
        {
            recorder.line(phase, Direction::Event, "the server closed without a reply");
            recorder.remark(About::Termination, || {
                let how = match fault.kind {
                    FaultKind::Reset => "reset the connection",
                    _ => "closed",
                };
                if was_silent {
                    format!(
                        "It left \"{line}\" without an answer, and {how} once our side was closed. All was measured."
                    )
                } else {
                    format!("It {how} after \"{line}\" without an answer. All was measured.")
                }
            });
            // One that was silent will be so again.
            Ok(if was_silent {
                Termination::InSilence
            } else {
                Termination::Answered
            })
        }
        Err(fault) => Err(fault),
    }
}

impl Execution<'_> {
    /// A session ended like that: the next one may be ended in another way.
    pub(super) fn took_leave(&mut self, order: &Order, how: Termination) {
        let is_bare = order.idiom.variant.line_end == LineEnd::Nothing;
        if how == Termination::Answered && order.parting.letter_alone {
            let letter = order.idiom.dialect.termination();
            let text = format!("It wants \"{letter}\" alone: to \"{letter} \" it gave no answer.");
            self.run.server.remark_instead(About::Termination, text);
        }
        self.speech.ended(how, is_bare);
    }
}

/// What the server said against the end is remarked on; to a strict client it is a fault.
fn forgive(
    fault: Fault,
    order: &Order,
    recorder: &mut impl Recorder,
) -> Result<Termination, Fault> {
    if order.strict {
        return Err(fault);
    }
    recorder.line(Phase::Termination, Direction::Event, &fault.message);
    recorder.remark(About::Termination, || {
        format!("{} All was measured.", fault.message)
    });
    Ok(Termination::Refused)
}

/// What a termination came to.
struct Ended {
    /// `None` where nothing came.
    answer: Option<Result<Reply, Fault>>,
    /// Whether nothing came until our side was closed.
    was_silent: bool,
}

/// Says that it is done, and says it once more by closing our side where nothing comes: some answer only when
/// nothing more can follow.
async fn ask_for_the_end(
    stream: &mut TcpStream,
    order: &Order,
    message: &str,
    patience: Duration,
    watch: &Watch,
    recorder: &mut impl Recorder,
) -> Ended {
    let phase = Phase::Termination;
    // There is an end to this that is no fault: the watch must not find one before.
    let both = 2 * patience + SILENCE_ENDS_A_REPLY;
    watch.expect_within(phase, Instant::now(), order.time_out.max(2 * both));
    let first = ask(stream, order, phase, message, watch, recorder);
    if let Ok(answer) = tokio::time::timeout(patience, first).await {
        return Ended {
            answer: Some(answer),
            was_silent: false,
        };
    }
    let mut ended = Ended {
        answer: None,
        was_silent: true,
    };
    if stream.shutdown().await.is_err() {
        return ended;
    }
    recorder.line(phase, Direction::Event, "no reply yet; closed our side");
    let second = hear_reply(stream, order, phase, "", watch, recorder);
    ended.answer = tokio::time::timeout(patience, second).await.ok();
    if ended.answer.is_none() {
        watch.heard.borrow_mut().clear();
    }
    ended
}

/// Waits a little for the server to close, as the protocol has it, and closes. An echo service closes
/// after its client.
///
/// Whoever closes first keeps its address for a minute (TIME-WAIT, RFC 9293, 3.6.1). A server that ends after a
/// session and is started anew could not listen on its port for so long, unless it sets `SO_REUSEADDR`, which most
/// do not. So one that has closed is answered with a reset: everything was heard on both sides, and the kernel
/// forgets the connection.
pub(super) async fn close(
    stream: &mut TcpStream,
    order: &Order,
    watch: &Watch,
    recorder: &mut impl Recorder,
) {
    let phase = Phase::Termination;
    // Everything that had a deadline has come.
    let patience = PATIENCE_TO_BE_FIRST + PATIENCE_FOR_CLOSE;
    watch.expect_within(phase, Instant::now(), order.time_out + patience);
    if order.idiom.dialect.has_phases() {
        if order.parting.may_close_first
            && rest(stream, PATIENCE_TO_BE_FIRST, recorder).await == Rest::End
        {
            let now = Some(Duration::ZERO);
            let event = match SockRef::from(&*stream).set_linger(now) {
                Ok(()) => "closed, with a reset: the server's port is free at once",
                Err(_) => "closed",
            };
            recorder.line(phase, Direction::Event, event);
            return;
        }
        // Nothing more is to be said: a server that would take another session, or waits for us, need not wait.
        let _ = stream.shutdown().await;
        rest(stream, PATIENCE_FOR_CLOSE, recorder).await;
    }
    recorder.line(phase, Direction::Event, "closed");
}

/// What comes behind the last reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    End,
    Other,
}

async fn rest(stream: &mut TcpStream, patience: Duration, recorder: &mut impl Recorder) -> Rest {
    let phase = Phase::Termination;
    let mut rest = [0; 64];
    match tokio::time::timeout(patience, stream.read(&mut rest)).await {
        Ok(Ok(0)) => {
            recorder.line(phase, Direction::Event, "end of data");
            return Rest::End;
        }
        Ok(Ok(count)) => {
            let more = quote(rest.get(..count).unwrap_or_default());
            recorder.line(phase, Direction::Received, &more);
        }
        Ok(Err(error)) => recorder.line(phase, Direction::Event, &error.to_string()),
        Err(_) => {}
    }
    Rest::Other
}
