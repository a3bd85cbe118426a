//! One connection's probes: what is sent, what is in flight, what has come back.
//!
//! Nothing here waits. A turn writes what may be written and reads what has come, on the non-blocking
//! socket itself; whoever runs the lanes decides what to do when a turn brought nothing. Between the
//! two clock reads of a probe there is one write and as few reads as the kernel gives the echo in; what
//! came is compared with what was sent after the clock was read.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::session::nanoseconds;
use crate::experiment::READ_AT_ONCE;
use crate::measurement::{Probe, Work};
use crate::protocol::{EchoFault, ProbeMessage};

/// Room behind an echo, so that one that is too long is seen.
const SLACK: usize = 64;
/// Bytes of a wrong echo that are kept for the fault's sentence.
const QUOTED: usize = 4_096;

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

/// Messages and room for their echoes, made before the first clock read.
pub(super) struct Cargo {
    message: ProbeMessage,
    buffer: Vec<u8>,
    flights: VecDeque<Instant>,
    probes: u32,
    depth: usize,
}

impl Cargo {
    /// For `probes` probes, at most `depth` of them in flight.
    pub fn new(mut message: ProbeMessage, probes: u32, depth: u32) -> Self {
        let depth = (depth as usize).max(1);
        let longest = message.numbered(probes).len();
        let room = if depth == 1 {
            longest
        } else {
            longest.saturating_mul(depth).min(READ_AT_ONCE as usize)
        };
        Self {
            message,
            // Not of zeros: those are promised by the kernel and only made when they are touched,
            // which would be inside the first probe.
            buffer: vec![b'-'; room + SLACK],
            flights: VecDeque::with_capacity(depth),
            probes,
            depth,
        }
    }
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
    /// Whether the next turn reads. After one that brought a part of an echo, because the next part
    /// mostly follows while it is read; else whoever runs the lane says when something came.
    pub may_read: bool,
    ended: bool,
}

impl<'s> Lane<'s> {
    pub fn new(socket: &'s SockRef<'s>, cargo: Cargo, origin: Instant) -> Self {
        let due = cargo.message.len_of(1);
        Self {
            socket,
            cargo,
            begun: 0,
            written: 0,
            held: false,
            write_error: None,
            due,
            compared: 0,
            unread: 0,
            changed: None,
            work: Work::default(),
            origin,
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
            && self.begun > 0
    }

    pub fn has_ended(&self) -> bool {
        self.ended
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
                let enough = self.cargo.flights.len() >= self.cargo.depth;
                if hold || enough || self.begun == self.cargo.probes {
                    break;
                }
                self.begun += 1;
                self.cargo.message.numbered(self.begun);
                self.written = 0;
                self.held = false;
                let sent = Instant::now();
                self.count_in_flight(sent);
                if self.begun == 1 {
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

    /// One read, and what it brought. Whether it brought anything.
    fn read(&mut self, whole: &mut impl FnMut(Probe, Instant)) -> Result<bool, LaneFault> {
        if self.cargo.flights.is_empty() {
            return Ok(false);
        }
        let room = self.cargo.buffer.get_mut(self.unread..).unwrap_or_default();
        let count = match (&**self.socket).read(room) {
            Ok(0) => return Err(self.ended_by(None)),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.work.empty_reads += 1;
                return Ok(false);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(false),
            Err(error) => return Err(self.ended_by(Some(error))),
        };
        let is_whole = self.unread + count >= self.due - self.compared;
        let now = is_whole.then(Instant::now);
        self.unread += count;
        self.work.reads += 1;
        self.work.bytes_read += count as u64;
        if self.work.bytes_read > self.work.bytes_written {
            return Err(self.beyond(now, whole));
        }
        match now {
            Some(now) => self.take_in(now, whole)?,
            None if self.cargo.depth > 1 => self.take_part()?,
            None => {
                // An answer that is no echo may be shorter than one: its first byte tells.
                if self.compared == 0 {
                    self.compare(0, 1).map_err(|why| LaneFault::Differs {
                        why,
                        received: self.came(),
                    })?;
                }
            }
        }
        Ok(true)
    }

    /// More came than was sent. What is right of it is taken in first, so that the rest is said of the
    /// probe it came for: the last one, or one that was not sent yet.
    fn beyond(
        &mut self,
        now: Option<Instant>,
        whole: &mut impl FnMut(Probe, Instant),
    ) -> LaneFault {
        let (came, all) = (self.unread, self.came());
        let excess = self.work.bytes_read - self.work.bytes_written;
        let asked = came.saturating_sub(usize::try_from(excess).unwrap_or(came));
        let next = self.begun + 1;
        let end = came.min(asked + self.cargo.message.len_of(next));
        let rest = self.cargo.buffer.get(asked..end).unwrap_or_default();
        let is_next =
            next <= self.cargo.probes && self.cargo.message.check_part(next, 0, rest).is_ok();
        if is_next {
            self.unread = asked;
        }
        let taken = match now {
            Some(now) => self.take_in(now, whole),
            None => self.take_part(),
        };
        match taken {
            Err(fault) => fault,
            Ok(()) if is_next => LaneFault::TooEarly {
                received: self.quoted(asked, came),
            },
            Ok(()) => LaneFault::TooEarly { received: all },
        }
    }

    /// Takes in whole echoes, and the part of one behind them.
    fn take_in(
        &mut self,
        now: Instant,
        whole: &mut impl FnMut(Probe, Instant),
    ) -> Result<(), LaneFault> {
        let mut at = 0;
        while at < self.unread {
            let left = self.due - self.compared;
            let is_last = self.cargo.flights.len() <= 1;
            let end = if is_last {
                self.unread
            } else {
                self.unread.min(at + left)
            };
            if let Err(why) = self.compare(at, end) {
                let received = self.quoted(at, self.unread);
                return Err(LaneFault::Differs { why, received });
            }
            if end - at < left {
                self.compared += end - at;
                break;
            }
            at = end;
            self.compared = 0;
            self.count_in_flight(now);
            let Some(sent) = self.cargo.flights.pop_front() else {
                break;
            };
            self.due = self.cargo.message.len_of(self.next_due());
            let rtt_ns = nanoseconds(now.duration_since(sent));
            self.work.ended_ns = self.since_origin(now);
            whole(Probe::new(self.since_origin(sent), Some(rtt_ns)), now);
        }
        self.unread = 0;
        Ok(())
    }

    /// Takes in a part of an echo, so that the buffer is free for the next.
    fn take_part(&mut self) -> Result<(), LaneFault> {
        self.compare(0, self.unread)
            .map_err(|why| LaneFault::Differs {
                why,
                received: self.came(),
            })?;
        self.compared += self.unread;
        self.unread = 0;
        Ok(())
    }

    /// Compares bytes of the buffer with the rest of the echo that is due.
    fn compare(&self, from: usize, to: usize) -> Result<(), EchoFault> {
        let piece = self.cargo.buffer.get(from..to).unwrap_or_default();
        let seq = self.next_due();
        self.cargo.message.check_part(seq, self.compared, piece)
    }

    fn ended_by(&mut self, error: Option<io::Error>) -> LaneFault {
        // The failed write came first and is the better reason.
        if let Some(error) = self.write_error.take().or(error) {
            return LaneFault::Broken(error);
        }
        let received = self.came();
        match self.compare(0, self.unread) {
            Err(why) => LaneFault::Differs { why, received },
            Ok(()) => LaneFault::Closed { received },
        }
    }

    /// The beginning of what came of the echo that is due. What was compared is as it was sent.
    fn came(&mut self) -> Vec<u8> {
        let seq = self.next_due();
        let mut came: Vec<u8> = {
            let begun = self.begun;
            let message = self.cargo.message.numbered(seq);
            let compared = message.get(..self.compared.min(QUOTED)).unwrap_or_default();
            let compared = compared.to_vec();
            self.cargo.message.numbered(begun);
            compared
        };
        came.extend(self.quoted(0, self.unread));
        came.truncate(QUOTED);
        came
    }

    fn quoted(&self, from: usize, to: usize) -> Vec<u8> {
        let to = to.min(from + QUOTED);
        self.cargo.buffer.get(from..to).unwrap_or_default().to_vec()
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
