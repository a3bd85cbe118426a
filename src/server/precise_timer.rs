//! Waiting until an instant: never less, and no more than a fraction of a millisecond longer.
//!
//! The runtime's own timers are whole milliseconds, rounded up. Linux has a timer that wakes the same
//! poll as the sockets do, to the microsecond. Elsewhere the last two milliseconds are spent asking
//! the clock, which takes one core but is never late.

use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

/// Room for the runtime's rounding when it does the coarse part of the waiting.
const COARSE: Duration = Duration::from_millis(2);

/// A timer that is opened when it is first waited for.
#[derive(Debug, Default)]
pub(super) struct PreciseTimer {
    #[cfg(target_os = "linux")]
    fine: Fine,
}

impl PreciseTimer {
    /// Returns at `due` or very shortly after. Being dropped half-way and called again loses nothing.
    /// The last `asking` of the time is spent asking the clock, which is never late and takes one core;
    /// others have their turns in between.
    pub(super) async fn until(&mut self, due: Instant, asking: Duration) {
        #[cfg(target_os = "linux")]
        if let Some(near) = due.checked_sub(asking)
            && self.fine.until(near).await.is_ok()
        {
            return ask_until(due).await;
        }
        let _ = asking;
        if let Some(near) = due.checked_sub(COARSE) {
            tokio::time::sleep_until(near.into()).await;
        }
        ask_until(due).await;
    }
}

async fn ask_until(due: Instant) {
    poll_fn(|context| {
        if Instant::now() >= due {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(target_os = "linux")]
use linux::Fine;

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::time::{Duration, Instant};

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// A longer wait is cut into pieces of this length, so that no number overflows the system's.
    const LONGEST: Duration = Duration::from_hours(1);

    #[derive(Debug, Default)]
    pub(super) struct Fine {
        timer: Option<AsyncFd<OwnedFd>>,
        /// What the timer is set to, so that waiting on after an interruption makes no system call.
        set_for: Option<Instant>,
    }

    impl Fine {
        /// Fails where the system gives no timer, for want of file descriptors.
        pub(super) async fn until(&mut self, due: Instant) -> io::Result<()> {
            loop {
                // The clock has the last word: whatever woke us, before `due` we go on waiting.
                let left = due.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    self.set_for = None;
                    return Ok(());
                }
                let timer = match &self.timer {
                    Some(timer) => timer,
                    None => self.timer.insert(open()?),
                };
                if self.set_for != Some(due) {
                    set(timer, left.min(LONGEST))?;
                    self.set_for = Some(due);
                }
                let mut ready = timer.readable().await?;
                let mut expirations = [0_u8; 8];
                if let Ok(read) = ready.try_io(|timer| {
                    rustix::io::read(timer, &mut expirations).map_err(io::Error::from)
                }) {
                    read?;
                    self.set_for = None;
                }
            }
        }
    }

    #[expect(
        deprecated,
        reason = "its successor is unsafe, because a type may lie about its descriptor; OwnedFd does not"
    )]
    fn open() -> io::Result<AsyncFd<OwnedFd>> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let fd = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        AsyncFd::with_interest(fd, Interest::READABLE)
    }

    fn set(timer: &AsyncFd<OwnedFd>, left: Duration) -> io::Result<()> {
        let value = Itimerspec {
            it_interval: Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            },
            it_value: Timespec {
                tv_sec: left.as_secs().cast_signed(),
                tv_nsec: left.subsec_nanos().into(),
            },
        };
        timerfd_settime(timer, TimerfdTimerFlags::empty(), &value)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_in(waiting: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(waiting);
    }

    #[test]
    fn it_never_returns_early() {
        wait_in(async {
            let mut timer = PreciseTimer::default();
            for us in [0, 1, 50, 400, 999, 1001, 2500, 7300] {
                let due = Instant::now() + Duration::from_micros(us);
                timer.until(due, Duration::ZERO).await;
                assert!(Instant::now() >= due, "{us} µs");
            }
        });
    }

    #[test]
    fn an_interrupted_wait_can_be_taken_up_again_or_replaced() {
        wait_in(async {
            let mut timer = PreciseTimer::default();
            let far = Instant::now() + Duration::from_mins(10);
            let brief = Duration::from_millis(3);
            assert!(
                tokio::time::timeout(brief, timer.until(far, Duration::ZERO))
                    .await
                    .is_err(),
                "waits for the far one"
            );
            let near = Instant::now() + Duration::from_millis(5);
            timer.until(near, brief).await;
            assert!(Instant::now() >= near);
        });
    }
}
