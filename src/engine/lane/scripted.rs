//! A lane without a network, for tests and for the fuzzer: a script is the server, and says which bytes come,
//! when it is silent and where it ends.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Instant;

use socket2::{Domain, SockRef, Socket, Type};

use super::{Cargo, Lane, Reading, Turn};
use crate::protocol::{EchoStyle, Idiom, ProbeMessage, Returned};

/// What a server does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It sends bytes.
    Bytes(Vec<u8>),
    /// It sends nothing for long enough that what came may be all of an echo.
    Silence,
    /// It closes its side.
    End,
}

/// How the client measures.
#[derive(Debug, Clone)]
pub struct Measuring {
    /// How it speaks.
    pub idiom: Idiom,
    /// The message size.
    pub size: usize,
    /// How many probes it sends.
    pub probes: u32,
    /// How many of them may be in flight.
    pub depth: u32,
    /// How it listens.
    pub ear: Ear,
}

/// How the client listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ear {
    /// To echoes as they were sent, and nothing else.
    Strict,
    /// To echoes of this style, and a closing reply behind them.
    Knowing(EchoStyle),
    /// To whatever the first echo shows.
    Learning,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measured {
    /// Probes whose echo was taken to be whole.
    pub echoes: u32,
    /// Whether that are all.
    pub is_done: bool,
    /// Why it could not go on.
    pub fault: Option<String>,
    /// Bytes that were read.
    pub read: usize,
    /// The style that was learnt.
    pub style: Option<EchoStyle>,
}

/// Measures until every echo is there, the lane fails or the script is over. The server is given everything
/// that was said to it so far.
///
/// # Panics
/// The system has no sockets left, or the lane read what was not sent.
pub fn measure_scripted(
    measuring: &Measuring,
    mut server: impl FnMut(&[u8]) -> Option<Step>,
) -> Measured {
    let (near, far) = Socket::pair(Domain::UNIX, Type::STREAM, None).expect("two sockets");
    near.set_nonblocking(true).expect("a socket that waits not");
    far.set_nonblocking(true).expect("a socket that waits not");
    let near = SockRef::from(&near);
    let mut message = ProbeMessage::new(measuring.idiom, measuring.size);
    let reading = match &measuring.ear {
        Ear::Strict => Reading::Strict,
        Ear::Knowing(style) => {
            message.returns_as(style.clone());
            Reading::Tolerant
        }
        Ear::Learning => Reading::Learning,
    };
    let cargo = Cargo::new(message, measuring.probes, measuring.depth, reading);
    let room = cargo.buffer.len();
    let mut lane = Lane::new(&near, cargo, Instant::now());
    let (mut measured, mut said) = (Measured::default(), Vec::new());
    let mut is_open = true;
    loop {
        goes_on(&mut lane, &far, &mut said, &mut measured);
        assert_eq!(lane.cargo.buffer.len(), room, "the buffer has grown");
        if lane.ended {
            break;
        }
        match server(&said) {
            Some(Step::Bytes(bytes)) if is_open => (&far).write_all(&bytes).expect("there is room"),
            Some(Step::Bytes(_)) => {}
            Some(Step::Silence) => {
                if let Some(learning) = &mut lane.cargo.learning {
                    learning.long_enough();
                }
            }
            Some(Step::End) => is_open &= far.shutdown(Shutdown::Write).is_err(),
            None => break,
        }
    }
    measured.read = usize::try_from(lane.work().bytes_read).expect("in memory");
    measured.style = lane.take_heard().style;
    measured
}

/// The echoes in this style of every message that was said whole.
#[must_use]
pub fn echoes_of(measuring: &Measuring, style: &EchoStyle, said: &[u8]) -> Vec<u8> {
    let mut message = ProbeMessage::new(measuring.idiom, measuring.size);
    let payload = payload_of(measuring);
    let (mut rest, mut echoes) = (said, Vec::new());
    for index in 1..=measuring.probes {
        let Some((one, more)) = rest.split_at_checked(message.numbered(index).len()) else {
            break;
        };
        rest = more;
        let returned = match style.returned() {
            Returned::Message => one.strip_suffix(b"\n").unwrap_or(one),
            Returned::Payload => &payload,
        };
        echoes.extend([style.before(), returned, style.behind()].concat());
    }
    echoes
}

/// The payload of every message.
#[must_use]
pub fn payload_of(measuring: &Measuring) -> Vec<u8> {
    let size = measuring.idiom.payload_len(measuring.size as u64);
    let letters = (b'a'..=b'z').cycle();
    letters
        .take(usize::try_from(size).expect("in memory"))
        .collect()
}

/// Turns until there is nothing left to do.
fn goes_on(lane: &mut Lane, mut far: &Socket, said: &mut Vec<u8>, measured: &mut Measured) {
    let mut piece = [0; 4_096];
    loop {
        lane.may_read = true;
        let turn = lane.turn(false, &mut |_, _| measured.echoes += 1);
        while let Ok(count @ 1..) = far.read(&mut piece) {
            said.extend(piece.iter().take(count));
        }
        // The script says when it has been silent for long enough, and no clock.
        if let Some(learning) = &mut lane.cargo.learning {
            learning.go_on();
        }
        match turn {
            Turn::Moved => {}
            Turn::Idle => return,
            Turn::Done => {
                measured.is_done = true;
                return;
            }
            Turn::Failed(fault) => {
                measured.fault = Some(format!("{fault:?}"));
                return;
            }
        }
    }
}
