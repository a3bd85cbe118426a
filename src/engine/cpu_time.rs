//! Processor time that was spent.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Of this thread.
pub(super) fn of_thread() -> Duration {
    read(ClockId::ThreadCPUTime)
}

/// Of the whole program, as far as the kernel has added it up.
#[cfg(target_os = "linux")]
pub(super) fn of_program() -> Duration {
    read(ClockId::ProcessCPUTime)
}

fn read(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(seconds, nanoseconds)
}
