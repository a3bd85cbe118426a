//! Bytes that have arrived and not been consumed.

/// Smallest room made for a read.
const LEAST_ROOM: usize = 4 * 1024;

/// A receive buffer whose memory follows the bytes that have arrived, never bytes announced: its
/// capacity is at most twice what it has held at once, and never below one small read.
#[derive(Debug, Default)]
pub struct ReceiveBuffer {
    bytes: Vec<u8>,
    start: usize,
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
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// How many bytes are unread.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// Whether nothing is unread.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory the buffer holds.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Removes `count` bytes from the front.
    pub fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.bytes.len());
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
        }
    }

    /// The capacity the next [`room`](Self::room) will need, for asking a memory budget first.
    #[must_use]
    pub fn capacity_for_room(&self, message: Option<usize>) -> usize {
        let len = self.len();
        if self.bytes.len() < self.bytes.capacity() || len + LEAST_ROOM <= self.bytes.capacity() {
            self.bytes.capacity()
        } else {
            len + growth(len, message)
        }
    }

    /// The buffer with spare capacity behind its bytes, to read into. It doubles, but where the length
    /// of the `message` being received is known, not past its end.
    pub fn room(&mut self, message: Option<usize>) -> &mut Vec<u8> {
        if self.bytes.len() == self.bytes.capacity() {
            // Moving what is left to the front is cheaper than growing past consumed bytes.
            self.bytes.drain(..self.start);
            self.start = 0;
            let len = self.bytes.len();
            if len + LEAST_ROOM > self.bytes.capacity() {
                self.bytes.reserve_exact(growth(len, message));
            }
        }
        &mut self.bytes
    }
}

/// How much a buffer that holds `len` bytes grows by.
fn growth(len: usize, message: Option<usize>) -> usize {
    let doubling = len.max(LEAST_ROOM);
    let missing = message.map_or(doubling, |total| total.saturating_sub(len));
    doubling.min(missing.max(LEAST_ROOM))
}
