//! The echoes a session owes, in order, and when each is due.
//!
//! The bytes stay where they were read, at the front of the receive buffer; this is only the list of
//! where one message ends and the next begins, so an echo is never copied.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::LogEntry;

/// Echoes owed at once before reading waits: their bytes may be few, their number is memory too.
const MOST: usize = 4096;
/// Echoes that go out in one write.
const MOST_IN_ONE_WRITE: usize = 64;

#[derive(Debug)]
struct Echo {
    seq: u32,
    message_size: u64,
    /// Bytes of other words before it that are not yet written.
    before: usize,
    /// Bytes of the receive buffer before it that are not echoed.
    head: usize,
    /// Bytes not yet written.
    left: usize,
    /// Bytes of other words behind it that are not yet written.
    behind: usize,
    /// Bytes behind it in the receive buffer that are not echoed.
    gap: usize,
    received: Instant,
    /// When its first write had returned.
    begun: Option<Instant>,
}

/// What of a message is echoed, and how much of other words stands around it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Parts {
    pub(super) before: usize,
    /// Bytes of the receive buffer that are passed over.
    pub(super) head: usize,
    pub(super) body: usize,
    pub(super) behind: usize,
    /// Bytes of the receive buffer behind the body that are passed over.
    pub(super) gap: usize,
}

#[derive(Debug, Default)]
pub(super) struct Owed {
    echoes: VecDeque<Echo>,
    bytes: usize,
    delay: Duration,
}

impl Owed {
    /// Sets the server delay of echoes from now on.
    pub(super) fn set_delay(&mut self, delay: Duration) {
        self.delay = delay;
    }

    /// Bytes owed: that many at the front of the receive buffer are waiting to be written.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Echoes owed.
    pub(super) fn count(&self) -> u64 {
        self.echoes.len() as u64
    }

    pub(super) fn is_empty(&self) -> bool {
        self.echoes.is_empty()
    }

    /// Whether no more may be owed for now.
    pub(super) fn is_full(&self) -> bool {
        self.echoes.len() >= MOST
    }

    /// Whether the first echo has been written in part.
    pub(super) fn is_begun(&self) -> bool {
        self.echoes.front().is_some_and(|echo| echo.begun.is_some())
    }

    /// Bytes of memory the list takes.
    pub(super) fn capacity(&self) -> usize {
        self.echoes.capacity() * size_of::<Echo>()
    }

    /// Owes the next `len` bytes of the receive buffer, which were whole at `received`.
    pub(super) fn push(&mut self, seq: u32, message_size: u64, len: usize, received: Instant) {
        let body = Parts {
            body: len,
            ..Parts::default()
        };
        self.push_parts(seq, message_size, body, received);
    }

    /// The same for an echo that is not the message as it came.
    pub(super) fn push_parts(
        &mut self,
        seq: u32,
        message_size: u64,
        parts: Parts,
        received: Instant,
    ) {
        self.bytes += parts.head + parts.body + parts.gap;
        self.echoes.push_back(Echo {
            seq,
            message_size,
            before: parts.before,
            head: parts.head,
            left: parts.body,
            behind: parts.behind,
            gap: parts.gap,
            received,
            begun: None,
        });
    }

    /// Takes note that the next `count` bytes of the receive buffer are not echoed. Only while echoes are
    /// owed.
    pub(super) fn pass_over(&mut self, count: usize) {
        if let Some(last) = self.echoes.back_mut() {
            last.gap += count;
            self.bytes += count;
        }
    }

    /// When the first echo is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.echoes.front().map(|echo| self.due(echo))
    }

    /// Bytes at the front that may be written now. Without a delay no clock is read.
    pub(super) fn due_bytes(&self) -> usize {
        let mut sum = 0;
        let now = (!self.delay.is_zero()).then(Instant::now);
        for echo in self.echoes.iter().take(MOST_IN_ONE_WRITE) {
            if now.is_some_and(|now| self.due(echo) > now) {
                break;
            }
            sum += echo.left;
            if echo.gap > 0 {
                break;
            }
        }
        sum
    }

    /// What is left to write of the first echo, if it is due.
    pub(super) fn due_parts(&self) -> Option<Parts> {
        let first = self.echoes.front()?;
        if !self.delay.is_zero() && self.due(first) > Instant::now() {
            return None;
        }
        Some(Parts {
            before: first.before,
            head: first.head,
            body: first.left,
            behind: first.behind,
            gap: first.gap,
        })
    }

    /// Takes note that `count` bytes were written, and gives every echo that became whole to `whole`.
    /// Gives the bytes of the receive buffer that are done with.
    pub(super) fn written(
        &mut self,
        count: usize,
        at: Instant,
        mut whole: impl FnMut(LogEntry),
    ) -> usize {
        let mut done = 0;
        let mut count = count;
        while let Some(echo) = self.echoes.front_mut() {
            if count == 0 {
                break;
            }
            let begun = *echo.begun.get_or_insert(at);
            let before = echo.before.min(count);
            let body = echo.left.min(count - before);
            let behind = echo.behind.min(count - before - body);
            done += std::mem::take(&mut echo.head) + body;
            echo.before -= before;
            echo.left -= body;
            echo.behind -= behind;
            count -= before + body + behind;
            if echo.before + echo.left + echo.behind == 0 {
                whole(LogEntry::Probe {
                    seq: echo.seq,
                    message_size: echo.message_size,
                    received: echo.received,
                    echoed: begun,
                });
                done += echo.gap;
                self.echoes.pop_front();
            }
        }
        self.bytes = self.bytes.saturating_sub(done);
        done
    }

    fn due(&self, echo: &Echo) -> Instant {
        after(echo.received, self.delay)
    }
}

/// `delay` after `from`; a century where the clock cannot count that far.
pub(super) fn after(from: Instant, delay: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_hours(100 * 365 * 24);
    from.checked_add(delay.min(CENTURY)).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seqs(owed: &mut Owed, count: usize) -> Vec<u32> {
        let mut whole = Vec::new();
        owed.written(count, Instant::now(), |entry| {
            if let LogEntry::Probe { seq, .. } = entry {
                whole.push(seq);
            }
        });
        whole
    }

    #[test]
    fn echoes_written_in_parts_become_whole_in_order() {
        let mut owed = Owed::default();
        let now = Instant::now();
        for seq in 1..=3 {
            owed.push(seq, 5, 10, now);
        }
        assert_eq!(owed.due_bytes(), 30);
        assert_eq!(seqs(&mut owed, 9), Vec::<u32>::new());
        assert!(owed.is_begun());
        assert_eq!(seqs(&mut owed, 15), [1, 2]);
        assert_eq!(owed.bytes(), 6);
        assert_eq!(seqs(&mut owed, 6), [3]);
        assert!(owed.is_empty());
    }

    #[test]
    fn each_echo_is_due_a_delay_after_its_own_arrival() {
        let mut owed = Owed::default();
        owed.set_delay(Duration::from_mins(1));
        let now = Instant::now();
        let Some(long_ago) = now.checked_sub(Duration::from_secs(61)) else {
            return; // The machine started a minute ago.
        };
        owed.push(1, 5, 10, long_ago);
        owed.push(2, 5, 10, now);
        assert_eq!(owed.due_bytes(), 10);
        assert_eq!(owed.next_due(), Some(long_ago + Duration::from_mins(1)));
        assert_eq!(seqs(&mut owed, 10), [1]);
        assert_eq!(owed.due_bytes(), 0);
        assert_eq!(owed.next_due(), Some(now + Duration::from_mins(1)));
    }
}
