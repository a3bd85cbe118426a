//! Comparing: which echoes are whole in what came, and what is wrong with one that is not.

use std::io;
use std::time::Instant;

use super::{Lane, LaneFault};
use crate::engine::session::nanoseconds;
use crate::measurement::Probe;
use crate::protocol::{EchoFault, is_left_over};

/// Bytes of a wrong echo that are kept for the fault's sentence.
const QUOTED: usize = 4_096;

impl Lane<'_> {
    /// What came is not what was sent; said of the byte at `at`.
    pub(super) fn differs(&mut self, at: usize) -> LaneFault {
        let len = self.due;
        let why = if at < len {
            EchoFault::Differs { at, len }
        } else {
            EchoFault::TooLong { len }
        };
        let received = self.came();
        LaneFault::Differs { why, received }
    }

    /// More came than was sent. What is right of it is taken in first, so that the rest is said of the
    /// probe it came for: the last one, or one that was not sent yet.
    pub(super) fn beyond(
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
    pub(super) fn take_in(
        &mut self,
        now: Instant,
        whole: &mut impl FnMut(Probe, Instant),
    ) -> Result<(), LaneFault> {
        let mut at = 0;
        while at < self.unread {
            if self.cargo.flights.is_empty() {
                self.take_rest(at)?;
                break;
            }
            self.pass_over_stray(at);
            let left = self.due - self.compared;
            // Behind the last echo due nothing may stand, unless echoes have something behind them.
            let is_last = self.cargo.flights.len() <= 1 && !self.may_bring_more();
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
            self.due = self.cargo.message.echo_len(self.next_due());
            let rtt_ns = nanoseconds(now.duration_since(sent));
            self.work.ended_ns = self.since_origin(now);
            whole(Probe::new(self.since_origin(sent), Some(rtt_ns)), now);
        }
        self.unread = 0;
        Ok(())
    }

    /// Takes in what stands behind the last echo that was due: what the server puts behind each, line ends and NULs,
    /// or its closing reply, unasked.
    fn take_rest(&mut self, at: usize) -> Result<(), LaneFault> {
        let rest = self.cargo.buffer.get(at..self.unread).unwrap_or_default();
        let behind = self.cargo.message.echo_rest();
        if behind.starts_with(rest) {
            self.compared = rest.len();
            return Ok(());
        }
        let (reply, behind_len) = match rest.strip_prefix(behind) {
            Some(reply) => (reply, behind.len()),
            None => (rest, 0),
        };
        let first = reply.iter().find(|byte| !is_left_over(&[**byte]));
        let is_last = self.begun == self.cargo.probes;
        let may_stand_there = first.is_none_or(|byte| is_last && byte.is_ascii_digit());
        if self.cargo.is_tolerant && may_stand_there {
            let len = reply.len();
            if is_last {
                self.left_over = reply.to_vec();
            }
            self.compared = behind_len;
            self.note_beside(len);
            return Ok(());
        }
        let len = self.due;
        let received = self.quoted(at, self.unread);
        Err(LaneFault::Differs {
            why: EchoFault::TooLong { len },
            received,
        })
    }

    /// Takes note of bytes that belong to no echo.
    pub(super) fn note_beside(&mut self, count: usize) {
        let beside = self.work.bytes_beside.get_or_insert_default();
        *beside += count as u64;
    }

    /// Takes in a part of an echo, so that the buffer is free for the next.
    pub(super) fn take_part(&mut self) -> Result<(), LaneFault> {
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
    pub(super) fn compare(&self, from: usize, to: usize) -> Result<(), EchoFault> {
        let piece = self.cargo.buffer.get(from..to).unwrap_or_default();
        let seq = self.next_due();
        self.cargo.message.check_part(seq, self.compared, piece)
    }

    pub(super) fn ended_by(&mut self, error: Option<io::Error>) -> LaneFault {
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

    /// The beginning of what came of the echo that is due. What was compared is as it should be.
    pub(super) fn came(&self) -> Vec<u8> {
        let compared = self.compared.min(QUOTED);
        let mut came = self.cargo.message.echo_begin(self.next_due(), compared);
        came.extend(self.quoted(0, self.unread));
        came.truncate(QUOTED);
        came
    }

    fn quoted(&self, from: usize, to: usize) -> Vec<u8> {
        let to = to.min(from + QUOTED);
        self.cargo.buffer.get(from..to).unwrap_or_default().to_vec()
    }
}
