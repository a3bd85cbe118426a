//! Bytes that have arrived and not been consumed.

/// Smallest room made for a read, where the message being received does not end sooner.
const LEAST_ROOM: usize = 4 * 1024;
/// Largest room given to a read: a longer one would keep others waiting and gain nothing.
const MOST_ROOM: usize = 256 * 1024;
/// What a buffer may grow to only because reads fill it, without any message needing it.
const MOST_AHEAD: usize = 2 * MOST_ROOM;

/// A receive buffer whose memory follows the bytes that have arrived, never bytes announced: its
/// capacity is at most twice what it has held at once, and never below one small read.
///
/// A read goes behind what is unread. Bytes are moved to the front only where they are few beside what
/// was consumed since, so that a stream of any length is moved far less than once.
#[derive(Debug, Default)]
pub struct ReceiveBuffer {
    /// All of it is initialised; what counts lies between `start` and `end`.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// The capacity that would have taken more, after a read that filled all there was.
    wish: usize,
}

impl ReceiveBuffer {
    /// An empty buffer that has not taken memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes that have arrived and not been consumed.
    #[must_use]
    pub fn unread(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// How many bytes are unread.
    #[must_use]
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether nothing is unread.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Bytes of memory the buffer holds.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Removes `count` bytes from the front.
    pub fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
    }

    /// The capacity the next [`room`](Self::room) will need, for asking a memory budget first.
    #[must_use]
    pub fn capacity_for_room(&self, missing: Option<usize>) -> usize {
        let (len, capacity) = (self.len(), self.bytes.len());
        let wanted = missing.map_or(LEAST_ROOM, |missing| missing.clamp(1, LEAST_ROOM));
        // Where half of it can be had by moving the other half, there is room enough.
        let has_room = capacity - self.end >= wanted || (self.start > 0 && len <= capacity / 2);
        let needed = if has_room {
            capacity
        } else {
            len + growth(len, missing)
        };
        needed.max(self.wish)
    }

    /// Initialised room behind the unread bytes, to read into; [`received`](Self::received) says how
    /// much of it was used. The buffer doubles, but where it is known how many bytes of the message
    /// being received are `missing`, it grows not past its end, unless reads keep filling it.
    pub fn room(&mut self, missing: Option<usize>) -> &mut [u8] {
        let capacity = self.capacity_for_room(missing);
        let grows = capacity > self.bytes.len();
        if grows || self.should_move(missing) {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if grows {
            self.bytes.reserve_exact(capacity - self.bytes.len());
            self.bytes.resize(capacity, 0);
        }
        let until = self.bytes.len().min(self.end + MOST_ROOM);
        self.bytes.get_mut(self.end..until).unwrap_or_default()
    }

    /// Takes note that the first `count` bytes of the room hold what arrived.
    pub fn received(&mut self, count: usize) {
        self.end = (self.end + count).min(self.bytes.len());
        if self.end == self.bytes.len() {
            // There may be more where that came from.
            self.wish = (2 * self.len()).min(MOST_AHEAD).max(self.wish);
        }
    }

    /// Whether what is unread is few enough to be moved for the sake of a larger read, or has to be.
    fn should_move(&self, missing: Option<usize>) -> bool {
        if self.start == 0 {
            return false;
        }
        let capacity = self.bytes.len();
        let spare = capacity - self.end;
        let wanted = missing.map_or(LEAST_ROOM, |missing| missing.clamp(1, LEAST_ROOM));
        spare < wanted || (spare < MOST_ROOM.min(capacity / 2) && self.len() <= self.start / 8)
    }
}

/// How much a buffer that holds `len` bytes grows by.
fn growth(len: usize, missing: Option<usize>) -> usize {
    let doubling = len.max(LEAST_ROOM);
    let missing = missing.unwrap_or(doubling);
    doubling.min(missing.max(LEAST_ROOM))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Has `count` bytes arrive, numbered on from `next`.
    fn arrive(buffer: &mut ReceiveBuffer, count: usize, next: &mut u8) -> usize {
        let room = buffer.room(None);
        let count = count.min(room.len());
        for byte in room.iter_mut().take(count) {
            *byte = *next;
            *next = next.wrapping_add(1);
        }
        buffer.received(count);
        count
    }

    #[test]
    fn bytes_stay_in_order_however_they_are_taken() {
        let mut buffer = ReceiveBuffer::new();
        let (mut written, mut read) = (0_u8, 0_u8);
        for step in 1_usize..2_000 {
            arrive(&mut buffer, step * 37 % 9_000, &mut written);
            let take = buffer.len().min(step * 53 % 7_000);
            for byte in buffer.unread().iter().take(take) {
                assert_eq!(*byte, read);
                read = read.wrapping_add(1);
            }
            buffer.consume(take);
        }
    }

    #[test]
    fn a_stream_that_fills_every_read_gets_larger_reads_up_to_a_bound() {
        let mut buffer = ReceiveBuffer::new();
        let mut next = 0;
        let mut largest = 0;
        for _ in 0..100 {
            let count = arrive(&mut buffer, usize::MAX, &mut next);
            assert!(count > 0);
            largest = largest.max(count);
            buffer.consume(count.saturating_sub(10));
        }
        assert_eq!(largest, MOST_ROOM);
        assert_eq!(buffer.capacity(), MOST_AHEAD);
    }

    #[test]
    fn a_large_message_takes_little_more_than_its_length() {
        let mut buffer = ReceiveBuffer::new();
        let total = 5_000_000;
        while buffer.len() < total {
            let missing = total - buffer.len();
            assert!(buffer.capacity_for_room(Some(missing)) <= 2 * buffer.len() + LEAST_ROOM);
            let count = buffer.room(Some(missing)).len().min(missing);
            assert!(count > 0);
            buffer.received(count);
        }
        assert!(buffer.capacity() <= total + LEAST_ROOM);
    }

    #[test]
    fn a_stream_is_moved_far_less_than_once() {
        let mut buffer = ReceiveBuffer::new();
        let (mut next, mut moved, mut arrived) = (0, 0, 0);
        for step in 0..2_000 {
            let before = buffer.start;
            let kept = buffer.len();
            arrived += arrive(&mut buffer, 200_000, &mut next);
            if before > 0 && buffer.start == 0 {
                moved += kept;
            }
            // A part of a message is always left over.
            let left = 30_000 + step % 7 * 1_000;
            buffer.consume(buffer.len().saturating_sub(left));
        }
        assert!(moved * 4 < arrived, "{moved} of {arrived}");
    }
}
