//! One connection's probes: what is sent, what is in flight, what has come back.
//!
//! Nothing here waits. A turn writes what may be written and reads what has come, on the non-blocking
//! socket itself; whoever runs the lanes decides what to do when a turn brought nothing. Between the
//! two clock reads of a probe there is one write and as few reads as the kernel gives the echo in; what
//! came is compared with what was sent after the clock was read.

#[cfg(all(unix, test))]
mod any_server;
mod cargo;
mod echoes;
mod reading;
#[cfg(all(unix, any(test, fuzzing)))]
mod scripted;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::session::nanoseconds;
use crate::measurement::{Probe, Work};
use crate::protocol::{EchoFault, EchoStyle};

pub(super) use cargo::{Cargo, Heard, Reading};
#[cfg(all(unix, fuzzing))]
pub use scripted::{Ear, Measured, Measuring, Step, echoes_of, measure_scripted, payload_of};

/// What a turn came to.
pub(super) enum Turn {
    /// Something was sent or came.
    Moved,
    /// There was nothing to do.
    Idle,
    /// Every echo is there.
    Done,
    /// The lane cannot go on.
    Failed(LaneFault),
}

/// Why a lane cannot go on. `received` is what came of the echo that was due, as far as it is kept.
#[derive(Debug)]
pub(super) enum LaneFault {
    /// What came is not what was sent.
    Differs { why: EchoFault, received: Vec<u8> },
    /// More came than had been sent until then.
    TooEarly { received: Vec<u8> },
    /// The peer closed.
    Closed { received: Vec<u8> },
    /// The connection broke.
    Broken(io::Error),
}

/// A connection in its measurement phase.
pub(super) struct Lane<'s> {
    socket: &'s SockRef<'s>,
    cargo: Cargo,
    /// Number of the message that was begun last.
    begun: u32,
    /// Its bytes that the kernel has not taken yet begin here; at its end when it took all.
    written: usize,
    /// Whether it was not taken whole at once.
    held: bool,
    write_error: Option<io::Error>,
    /// Length of the echo that is due.
    due: usize,
    /// Bytes of it that were compared.
    compared: usize,
    /// Bytes at the front of the buffer that were not compared yet.
    unread: usize,
    /// When the number in flight changed last.
    changed: Option<Instant>,
    work: Work,
    origin: Instant,
    /// The style of the echoes, where the first one showed it.
    learnt: Option<EchoStyle>,
    /// What came behind the last echo.
    left_over: Vec<u8>,
    /// Whether the next turn reads. After one that brought a part of an echo, because the next part
    /// mostly follows while it is read; else whoever runs the lane says when something came.
    pub may_read: bool,
    ended: bool,
}

impl<'s> Lane<'s> {
    pub fn new(socket: &'s SockRef<'s>, cargo: Cargo, origin: Instant) -> Self {
        let due = cargo.message.echo_len(cargo.first);
        Self {
            socket,
            begun: cargo.first.saturating_sub(1),
            written: 0,
            cargo,
            held: false,
            write_error: None,
            due,
            compared: 0,
            unread: 0,
            changed: None,
            work: Work::default(),
            origin,
            learnt: None,
            left_over: Vec::new(),
            may_read: false,
            ended: false,
        }
    }

    /// Number of the probe whose echo is due next.
    pub fn next_due(&self) -> u32 {
        let in_flight = u32::try_from(self.cargo.flights.len()).unwrap_or(u32::MAX);
        self.begun - in_flight + 1
    }

    /// When the probe whose echo is due was sent; `None` when none is in flight.
    pub fn oldest(&self) -> Option<Instant> {
        self.cargo.flights.front().copied()
    }

    /// Bytes that came of the echo that is due, and how many it has.
    pub fn progress(&self) -> (usize, usize) {
        (self.compared + self.unread, self.due)
    }

    /// Whether the kernel took only a part of the last message.
    pub fn wants_to_write(&self) -> bool {
        self.write_error.is_none()
            && self.written < self.cargo.message.message().len()
            && self.begun >= self.cargo.first
    }

    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// When what came of the first echo will be taken to be all of it, while its style is not known.
    pub fn quiet_at(&self) -> Option<Instant> {
        self.cargo.learning.as_ref()?.quiet_at()
    }

    /// What was heard beside the echoes, once the last is there.
    pub fn take_heard(&mut self) -> Heard {
        let rest = self.cargo.message.echo_rest();
        Heard {
            style: self.learnt.take().filter(|_| self.begun > 1),
            left_over: std::mem::take(&mut self.left_over),
            rest_due: rest.get(self.compared..).unwrap_or_default().to_vec(),
        }
    }

    /// What it took so far.
    pub fn work(&self) -> Work {
        self.work
    }

    /// Takes note of a sleep.
    pub fn slept(&mut self) {
        self.work.sleeps += 1;
    }

    /// Takes note of a pause in which nothing was in flight. One behind the last echo does not count.
    pub fn paused(&mut self, time: Duration) {
        if !self.ended {
            self.work.paused_ns += nanoseconds(time);
        }
    }

    /// Writes and reads as far as that goes without waiting; begins no probe while `hold`. Each echo
    /// that is whole is given to `whole`, after the clock was read for it.
    pub fn turn(&mut self, hold: bool, whole: &mut impl FnMut(Probe, Instant)) -> Turn {
        let mut moved = self.write(hold);
        if self.may_read {
            match self.read(whole) {
                Ok(came) => {
                    self.may_read = came && self.compared + self.unread > 0;
                    moved |= came;
                }
                Err(fault) => {
                    self.ended = true;
                    return Turn::Failed(fault);
                }
            }
        }
        if self.quiet_at().is_some() && !self.may_read {
            match self.look_for_silence(whole) {
                Ok(settled) => moved |= settled,
                Err(fault) => {
                    self.ended = true;
                    return Turn::Failed(fault);
                }
            }
        }
        if self.begun == self.cargo.probes && self.cargo.flights.is_empty() {
            self.ended = true;
            return Turn::Done;
        }
        if moved { Turn::Moved } else { Turn::Idle }
    }

    /// Ends the lane: gives every probe in flight, which has no echo.
    pub fn abandon(&mut self, now: Instant, unanswered: &mut impl FnMut(Probe)) {
        self.ended = true;
        if !self.cargo.flights.is_empty() {
            self.count_in_flight(now);
            self.work.ended_ns = self.since_origin(now);
        }
        while let Some(sent) = self.cargo.flights.pop_front() {
            unanswered(Probe::new(self.since_origin(sent), None));
        }
    }

    /// One write a message, and as many messages as may be in flight. Whether anything was taken.
    fn write(&mut self, hold: bool) -> bool {
        let mut moved = false;
        while self.write_error.is_none() {
            if !self.wants_to_write() {
                let one_at_a_time = self.cargo.learning.is_some() && self.begun >= self.cargo.first;
                let enough = one_at_a_time || self.cargo.flights.len() >= self.cargo.depth;
                if hold || enough || self.begun == self.cargo.probes {
                    break;
                }
                self.begun += 1;
                self.cargo.message.numbered(self.begun);
                self.written = 0;
                self.held = false;
                let sent = Instant::now();
                self.count_in_flight(sent);
                if self.begun == self.cargo.first {
                    self.work.began_ns = self.since_origin(sent);
                }
                self.cargo.flights.push_back(sent);
            }
            let message = self.cargo.message.message();
            let rest = message.get(self.written..).unwrap_or_default();
            match (&**self.socket).write(rest) {
                Ok(count) => {
                    moved = true;
                    self.written += count;
                    self.work.writes += 1;
                    self.work.bytes_written += count as u64;
                    if count < rest.len() {
                        self.hold_message();
                        // Both ends could wait for each other for ever if nothing were read now.
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.hold_message();
                    break;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A server that refuses a message may close while it is still being written; its
                // reason can then be read and says more than the failed write.
                Err(error) => self.write_error = Some(error),
            }
        }
        moved
    }

    fn hold_message(&mut self) {
        self.work.held_messages += u64::from(!std::mem::replace(&mut self.held, true));
    }

    fn count_in_flight(&mut self, now: Instant) {
        if let Some(changed) = self.changed.replace(now) {
            let time = nanoseconds(now.duration_since(changed));
            self.work.in_flight_ns += time * self.cargo.flights.len() as u64;
        }
    }

    fn since_origin(&self, instant: Instant) -> u64 {
        nanoseconds(instant.duration_since(self.origin))
    }
}
