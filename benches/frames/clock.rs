//! Processor time, which other programs on the machine do not lengthen.

use std::time::Duration;

/// What this thread has used.
#[cfg(target_os = "linux")]
pub fn of_thread() -> Duration {
    of(rustix::time::ClockId::ThreadCPUTime)
}

/// What all threads of the program have used, those of the graphics driver among them.
#[cfg(target_os = "linux")]
pub fn of_program() -> Duration {
    of(rustix::time::ClockId::ProcessCPUTime)
}

#[cfg(target_os = "linux")]
fn of(clock: rustix::time::ClockId) -> Duration {
    let time = rustix::time::clock_gettime(clock);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// Elsewhere the time that passes, which is as much on a machine that does nothing else.
#[cfg(not(target_os = "linux"))]
pub fn of_thread() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;

    static BEGAN: OnceLock<Instant> = OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed()
}

/// As [`of_thread`]: a driver's threads are not seen.
#[cfg(not(target_os = "linux"))]
pub fn of_program() -> Duration {
    of_thread()
}
