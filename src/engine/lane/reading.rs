//! Reading: what a read brought, and how the first echo of a server that is not known is heard out.

use std::io::{self, Read};
use std::time::Instant;

use super::{Lane, LaneFault};
use crate::engine::quick_ack::acknowledge_at_once;
use crate::engine::session::nanoseconds;
use crate::measurement::Probe;
use crate::protocol::{
    Dialect, MAX_AROUND_ECHO, Phase, ReplyCode, Returned, is_left_over, parse_last_reply,
};

/// A message of so many bytes stands in no reply by chance.
const LONG_ENOUGH: usize = 8;

impl Lane<'_> {
    /// One read, and what it brought. Whether it brought anything.
    pub(super) fn read(
        &mut self,
        whole: &mut impl FnMut(Probe, Instant),
    ) -> Result<bool, LaneFault> {
        if self.cargo.flights.is_empty() {
            return Ok(false);
        }
        let room = self.cargo.buffer.get_mut(self.unread..).unwrap_or_default();
        if room.is_empty() {
            // More than any echo of it has.
            return Err(self.differs(self.due));
        }
        if self.cargo.quick_ack {
            // The kernel goes back to its own way by itself, so it is asked before each read.
            acknowledge_at_once(self.socket);
        }
        let count = match (&**self.socket).read(room) {
            // Nothing will follow: what came is all there is.
            Ok(0) if self.is_heard_out() => {
                self.settle(whole)?;
                // What is no echo by now will not become one.
                return match self.cargo.learning {
                    Some(_) => Err(self.ended_by(None)),
                    None => Ok(true),
                };
            }
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
        let now = (is_whole || self.cargo.learning.is_some()).then(Instant::now);
        self.unread += count;
        self.work.reads += 1;
        self.work.bytes_read += count as u64;
        if let (Some(learning), Some(now)) = (&mut self.cargo.learning, now) {
            let came = self.cargo.buffer.get(..self.unread).unwrap_or_default();
            let is_message = came.len() == self.due && came == self.cargo.message.message();
            learning.came(self.unread, now, is_message);
            // Whatever stands around an echo, the message is in it, and has to have been sent.
            let around = 2 * MAX_AROUND_ECHO as u64;
            if self.work.bytes_read > self.work.bytes_written + around {
                let received = self.came();
                return Err(LaneFault::TooEarly { received });
            }
            return Ok(true);
        }
        self.pass_over_stray(0);
        let beside = self.work.bytes_beside.unwrap_or_default();
        let is_more = self.work.bytes_read > self.work.bytes_written + beside;
        if is_more && !self.may_bring_more() && !self.has_strays_between() {
            return Err(self.beyond(now, whole));
        }
        match now {
            Some(now) => self.take_in(now, whole)?,
            None if self.cargo.depth > 1 => self.take_part()?,
            None => {
                // An answer that is no echo may be shorter than one: its first byte tells, which may stand behind
                // what the echo before left.
                let first = 1 + self.cargo.message.echo_rest().len();
                if self.compared < first && self.unread > 0 {
                    let end = self.unread.min(first - self.compared);
                    self.compare(0, end).map_err(|why| LaneFault::Differs {
                        why,
                        received: self.came(),
                    })?;
                }
            }
        }
        Ok(true)
    }

    /// Whether more may come than was sent: echoes with something around them, or a closing reply that
    /// was not asked for.
    pub(super) fn may_bring_more(&self) -> bool {
        !self.cargo.message.echo_rest().is_empty()
            || self.cargo.message.echo_len(1) != self.cargo.message.len_of(1)
            || (self.cargo.is_tolerant && self.begun == self.cargo.probes)
            || self.work.bytes_beside.is_some()
    }

    /// Takes out line ends and NULs that stand at `at`, where an echo should begin with something else: they belong
    /// to what came before, however late they come.
    pub(super) fn pass_over_stray(&mut self, at: usize) {
        let came = self.cargo.buffer.get(at..self.unread).unwrap_or_default();
        if self.compared > 0
            || !self.cargo.is_tolerant
            || !came.first().is_some_and(|byte| is_left_over(&[*byte]))
            || self.compare(at, at + 1).is_ok()
        {
            return;
        }
        let is_stray = |byte: &&u8| is_left_over(&[**byte]);
        let count = came.iter().take_while(is_stray).count();
        self.cargo.buffer.copy_within(at + count..self.unread, at);
        self.unread -= count;
        self.note_beside(count);
    }

    /// Whether line ends or NULs have come behind the one that ends an echo. Comparing shows where they are.
    fn has_strays_between(&self) -> bool {
        let came = self.cargo.buffer.get(..self.unread).unwrap_or_default();
        self.cargo.is_tolerant && came.windows(2).any(is_left_over)
    }

    /// Whether a first echo is being heard whose style is not known, and some of it came.
    fn is_heard_out(&self) -> bool {
        self.cargo.learning.is_some() && self.unread > 0
    }

    /// Takes what came of the first echo for all of it, when nothing has followed for long enough. Says
    /// whether it did.
    pub(super) fn look_for_silence(
        &mut self,
        whole: &mut impl FnMut(Probe, Instant),
    ) -> Result<bool, LaneFault> {
        let is_quiet = self.quiet_at().is_some_and(|at| Instant::now() >= at);
        if is_quiet {
            self.settle(whole)?;
        }
        Ok(is_quiet)
    }

    /// Finds the style of the first echo in what came of it. Where it is no echo and no answer either, it
    /// may become one.
    fn settle(&mut self, whole: &mut impl FnMut(Probe, Instant)) -> Result<(), LaneFault> {
        let Some(mut learning) = self.cargo.learning.take() else {
            return Ok(());
        };
        let came = self.cargo.buffer.get(..self.unread).unwrap_or_default();
        let is_answer = |came: &[u8]| {
            // Which dialect says it does not matter where nothing is strict.
            parse_last_reply(came, Dialect::default(), Phase::Measurement, false).is_ok()
        };
        let is_refusal = |came: &[u8]| {
            let reply = parse_last_reply(came, Dialect::default(), Phase::Measurement, false);
            reply.is_ok_and(|reply| reply.code == ReplyCode::Refused)
        };
        let style = self.cargo.message.style_of(self.begun, came);
        let payload_len = self.cargo.message.len_of(self.begun);
        let Some((style, stray)) = style.filter(|(style, stray)| {
            let echo = came.get(*stray..).unwrap_or_default();
            // A refusal may quote what it refuses. What accepts and has the message in it is an echo in words
            // of its own, unless the message is so short that any words have it.
            let is_found = style.returned() == Returned::Message && payload_len >= LONG_ENOUGH;
            !is_answer(echo) || (is_found && !is_refusal(echo))
        }) else {
            // As much as was sent, and something else.
            if is_answer(came) || came.len() >= self.due {
                let at = self.cargo.message.check(came).err().map(|why| why.at());
                return Err(self.differs(at.unwrap_or_default()));
            }
            learning.go_on();
            self.cargo.learning = Some(learning);
            return Ok(());
        };
        self.cargo.message.returns_as(style.clone());
        let needed = stray + self.cargo.message.echo_len(self.begun);
        let at = learning.time_of(needed);
        let (Some(at), Some(sent)) = (at, self.cargo.flights.pop_front()) else {
            return Err(self.differs(0));
        };
        self.learnt = Some(style);
        self.note_beside(stray);
        // What is behind the bytes that were needed is the beginning of what comes before the next echo.
        self.compared = self.unread.saturating_sub(needed);
        self.unread = 0;
        self.due = self.cargo.message.echo_len(self.next_due());
        self.work.in_flight_ns += nanoseconds(at.duration_since(sent));
        if self.begun < self.cargo.probes {
            // Behind the last echo nothing is measured any more.
            self.work.paused_ns += nanoseconds(at.elapsed());
        }
        self.changed = None;
        self.work.ended_ns = self.since_origin(at);
        let rtt_ns = nanoseconds(at.duration_since(sent));
        whole(Probe::new(self.since_origin(sent), Some(rtt_ns)), at);
        Ok(())
    }
}
