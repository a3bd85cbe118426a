//! The first echo of a server that is not known: when each part of it came, so that the clock can be
//! stopped afterwards at the last byte that was needed, once it is known which that was.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long nothing may follow before what came is taken to be all of the echo. Longer than a delayed
/// acknowledgement holds up its second part.
const SILENCE_ENDS_AN_ECHO: Duration = Duration::from_millis(200);
/// The same where the message has come back as it was: what is put behind it mostly comes with it.
const SILENCE_BEHIND_A_MESSAGE: Duration = Duration::from_millis(50);
/// Reads that are kept: more than an echo can have bytes behind the last one that is needed.
const MOST_READS: usize = 256;

/// When the bytes of an echo came.
#[derive(Debug)]
pub(super) struct FirstEcho {
    /// How many bytes had come, and when.
    reads: VecDeque<(usize, Instant)>,
    /// When it is taken to be over.
    quiet_at: Option<Instant>,
}

impl FirstEcho {
    /// Nothing has come yet.
    pub fn new() -> Self {
        Self {
            // Made now: nothing may be between two clock reads.
            reads: VecDeque::with_capacity(MOST_READS),
            quiet_at: None,
        }
    }

    /// `total` bytes have come by now; `is_message` if they are the message as it was sent.
    pub fn came(&mut self, total: usize, now: Instant, is_message: bool) {
        if self.reads.len() == MOST_READS {
            self.reads.pop_front();
        }
        self.reads.push_back((total, now));
        let silence = if is_message {
            SILENCE_BEHIND_A_MESSAGE
        } else {
            SILENCE_ENDS_AN_ECHO
        };
        self.quiet_at = now.checked_add(silence);
    }

    /// When nothing will have followed for long enough; `None` while nothing has come.
    pub fn quiet_at(&self) -> Option<Instant> {
        self.quiet_at
    }

    /// It is not an echo yet: goes on with what comes next.
    pub fn go_on(&mut self) {
        self.quiet_at = None;
    }

    /// Nothing has followed for long enough, by a clock that nobody waited for.
    #[cfg(all(unix, any(test, fuzzing)))]
    pub fn long_enough(&mut self) {
        if let Some((_, came)) = self.reads.back() {
            self.quiet_at = Some(*came);
        }
    }

    /// When that many bytes had come.
    pub fn time_of(&self, bytes: usize) -> Option<Instant> {
        let mut reads = self.reads.iter();
        reads.find(|(total, _)| *total >= bytes).map(|(_, at)| *at)
    }
}
