//! What is said of a session when it is over.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::protocol::{Idiom, Liberties, Phase, Refusal, Setup};

/// A session that is over. Its `Display` is one line for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSummary {
    /// Which connection of this server, from 1.
    pub connection: u64,
    /// The client's address.
    pub peer: SocketAddr,
    /// What it set up, if it came that far. The `echo` dialect has no setup.
    pub setup: Option<Setup>,
    /// How it spoke, as far as that became known.
    pub idiom: Idiom,
    /// What it did otherwise beside that, which changes nothing of what it says.
    pub liberties: Liberties,
    /// The server delay it asked for, fractions of a millisecond included.
    pub server_delay: Duration,
    /// Echoes written whole; pieces of data in the `echo` dialect.
    pub probes_echoed: u64,
    /// Bytes of the connection, as this end counted them.
    pub traffic: Traffic,
    /// From the accepted connection to the last reply.
    pub duration: Duration,
    /// How it ended.
    pub end: SessionEnd,
}

/// Bytes of a connection that the server took from the system and gave to it, counted until the last
/// reply: what a client sends after it is read and thrown away, and not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Bytes received in all.
    pub received: u64,
    /// Bytes sent in all.
    pub sent: u64,
    /// Of the bytes received, those of whole probes, from their letter to their `\n`.
    pub probes_received: u64,
    /// Of the bytes sent, those of echoes.
    pub echoes_sent: u64,
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (received, sent) = (self.received, self.sent);
        let bytes = plural(received, "byte");
        write!(f, "{received} {bytes} received, {sent} sent")
    }
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionEnd {
    /// With its termination; in the `echo` dialect with the end of the client's data.
    Complete,
    /// All was echoed, and then another setup came instead of the termination.
    Continued,
    /// The client closed between two messages.
    ClientLeft(Phase),
    /// A message was refused.
    Refused(Refusal),
    /// Nothing moved for too long.
    Idle(Phase),
    /// It took longer than a session may.
    TooLong(Phase),
    /// Its address is in none of the networks that are let in.
    NotLetIn,
    /// The connection broke; the reason in words.
    Reset(String),
    /// The server was stopped.
    Stopped,
}

impl fmt::Display for SessionEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete => f.write_str("complete"),
            Self::Continued => f.write_str("complete, and another setup followed"),
            Self::ClientLeft(phase) => write!(f, "the client left during {}", phase.name()),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Idle(phase) => write!(f, "the client stalled during {}", phase.name()),
            Self::TooLong(phase) => {
                write!(
                    f,
                    "the session took too long, and was ended during {}",
                    phase.name()
                )
            }
            Self::NotLetIn => f.write_str("not let in: its address is in no network that is"),
            Self::Reset(reason) => write!(f, "the connection broke: {reason}"),
            Self::Stopped => f.write_str("the server was stopped"),
        }
    }
}

impl SessionSummary {
    /// Whether the client left with the ready reply: many compare it to the letter.
    fn left_unasked(&self) -> bool {
        let has_left = self.end == SessionEnd::ClientLeft(Phase::Measurement);
        has_left && self.probes_echoed == 0 && self.setup.is_some()
    }
}

impl fmt::Display for SessionSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.peer)?;
        if let Some(setup) = self.setup {
            let (probes, size) = (u64::from(setup.probes), setup.message_size);
            write!(
                f,
                "{}, {probes} {} of {size} {}, delay {} ms",
                setup.kind,
                plural(probes, "probe"),
                plural(size, "byte"),
                milliseconds(self.server_delay)
            )?;
            if self.idiom != Idiom::default() {
                write!(f, ", {}", self.idiom.differences(Idiom::default()))?;
            }
            if !self.liberties.is_empty() {
                write!(f, ", {}", self.liberties)?;
            }
            f.write_str(": ")?;
            if self.probes_echoed != probes {
                write!(f, "{} echoed, ", self.probes_echoed)?;
            }
        } else if self.probes_echoed > 0 {
            let pieces = self.probes_echoed;
            write!(f, "{pieces} {} of data echoed: ", plural(pieces, "piece"))?;
        }
        let ms = self.duration.as_secs_f64() * 1e3;
        write!(f, "{}, {ms:.1} ms", self.end)?;
        if self.left_unasked() {
            f.write_str(" (it may want the ready reply in other words, or with another end)")?;
        }
        Ok(())
    }
}

/// In milliseconds, with no more digits than there are.
fn milliseconds(time: Duration) -> String {
    let text = format!("{:.6}", time.as_secs_f64() * 1e3);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn plural(count: u64, word: &str) -> String {
    format!("{word}{}", if count == 1 { "" } else { "s" })
}

/// What the system said about a connection, in words.
pub(super) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionReset => "reset by the client".to_owned(),
        io::ErrorKind::BrokenPipe => "the client has closed it".to_owned(),
        io::ErrorKind::TimedOut => "the client can no longer be reached".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{MeasurementType, RefusalReason};

    fn summary(probes_echoed: u64, end: SessionEnd) -> SessionSummary {
        SessionSummary {
            connection: 1,
            peer: SocketAddr::from(([127, 0, 0, 1], 5012)),
            setup: Some(Setup {
                kind: MeasurementType::Rtt,
                probes: 20,
                message_size: 100,
                server_delay_ms: 0,
            }),
            idiom: Idiom::default(),
            liberties: Liberties::default(),
            server_delay: Duration::ZERO,
            probes_echoed,
            traffic: Traffic::default(),
            duration: Duration::from_micros(1_900),
            end,
        }
    }

    #[test]
    fn a_session_is_one_line() {
        assert_eq!(
            summary(20, SessionEnd::Complete).to_string(),
            "127.0.0.1:5012: rtt, 20 probes of 100 bytes, delay 0 ms: complete, 1.9 ms"
        );
        let refusal = Refusal {
            phase: Phase::Measurement,
            reason: RefusalReason::WrongSequence { expected: 4 },
        };
        assert_eq!(
            summary(3, SessionEnd::Refused(refusal)).to_string(),
            "127.0.0.1:5012: rtt, 20 probes of 100 bytes, delay 0 ms: 3 echoed, measurement refused: \
             the sequence number is not 4, 1.9 ms"
        );
    }

    #[test]
    fn a_session_without_a_setup_says_what_there_was() {
        let mut left = summary(0, SessionEnd::ClientLeft(Phase::Setup));
        left.setup = None;
        assert_eq!(
            left.to_string(),
            "127.0.0.1:5012: the client left during connection setup, 1.9 ms"
        );
        let left = summary(0, SessionEnd::ClientLeft(Phase::Measurement));
        assert!(left.to_string().ends_with(
            "0 echoed, the client left during measurement, 1.9 ms (it may want the ready reply in other words, or with \
             another end)"
        ));
        let mut echo = summary(1, SessionEnd::Complete);
        echo.setup = None;
        assert_eq!(
            echo.to_string(),
            "127.0.0.1:5012: 1 piece of data echoed: complete, 1.9 ms"
        );
    }
}
