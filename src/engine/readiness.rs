//! Sleeping until a socket has something, somebody rings, or the time is over: one system call.

use std::time::Duration;

use socket2::SockRef;

use super::attention::Attention;

/// What a lane sleeps for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interest {
    /// Bytes, or their end.
    pub read: bool,
    /// Room for bytes.
    pub write: bool,
}

#[cfg(unix)]
pub(super) use unix::{Sleeper, sleep_until_readable};

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::{AsFd, BorrowedFd};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;

    use super::{Attention, Duration, Interest, SockRef};

    /// The sockets of a round, and the bell.
    pub(in super::super) struct Sleeper<'s> {
        sockets: Vec<BorrowedFd<'s>>,
        /// The bell first, then the sockets.
        slots: Vec<PollFd<'s>>,
    }

    impl<'s> Sleeper<'s> {
        pub fn new(sockets: &'s [SockRef<'s>], attention: &'s Attention) -> Self {
            let sockets: Vec<_> = sockets.iter().map(|socket| socket.as_fd()).collect();
            let bell = PollFd::new(attention.ear(), PollFlags::IN);
            let none = |socket: &BorrowedFd<'s>| PollFd::from_borrowed_fd(*socket, PollFlags::IN);
            let slots = std::iter::once(bell)
                .chain(sockets.iter().map(none))
                .collect();
            Self { sockets, slots }
        }

        /// Says what the `lane` waits for.
        pub fn set(&mut self, lane: usize, interest: Interest) {
            let mut flags = PollFlags::empty();
            flags.set(PollFlags::IN, interest.read);
            flags.set(PollFlags::OUT, interest.write);
            if let (Some(slot), Some(socket)) =
                (self.slots.get_mut(lane + 1), self.sockets.get(lane))
            {
                *slot = PollFd::from_borrowed_fd(*socket, flags);
            }
        }

        /// Sleeps. What failed or was interrupted looks like a wake-up: the sockets say the rest.
        pub fn sleep(&mut self, longest: Duration) {
            let _ = sleep_on(&mut self.slots, longest);
        }

        /// Whether the last sleep ended because the `lane` has bytes, their end or an error.
        pub fn is_readable(&self, lane: usize) -> bool {
            let came = PollFlags::IN | PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
            let slot = self.slots.get(lane + 1);
            slot.is_some_and(|slot| slot.revents().intersects(came))
        }
    }

    /// Sleeps until there is something to read, its end or an error, or `longest` is over.
    ///
    /// # Errors
    /// Why the system could not do that. Being interrupted is none.
    pub(in super::super) fn sleep_until_readable(
        socket: &impl AsFd,
        longest: Duration,
    ) -> io::Result<()> {
        match sleep_on(&mut [PollFd::new(socket, PollFlags::IN)], longest) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn sleep_on(slots: &mut [PollFd<'_>], longest: Duration) -> Result<usize, Errno> {
        let time = Timespec {
            tv_sec: longest.as_secs().min(3_600).cast_signed(),
            tv_nsec: longest.subsec_nanos().into(),
        };
        poll(slots, Some(&time))
    }
}

#[cfg(not(unix))]
pub(super) use elsewhere::{Sleeper, sleep_until_readable};

/// Sleeping on sockets is not available here: short naps take its place, so that what is measured with
/// them contains up to one nap.
#[cfg(not(unix))]
mod elsewhere {
    use super::{Attention, Duration, Interest, SockRef};

    const NAP: Duration = Duration::from_micros(100);

    pub(in super::super) struct Sleeper;

    impl Sleeper {
        pub fn new(_: &[SockRef<'_>], _: &Attention) -> Self {
            Self
        }

        pub fn set(&mut self, _: usize, _: Interest) {}

        pub fn sleep(&mut self, longest: Duration) {
            std::thread::sleep(longest.min(NAP));
        }

        pub fn is_readable(&self, _: usize) -> bool {
            true
        }
    }

    pub(in super::super) fn sleep_until_readable<S>(
        _: &S,
        longest: Duration,
    ) -> std::io::Result<()> {
        std::thread::sleep(longest.min(NAP));
        Ok(())
    }
}
