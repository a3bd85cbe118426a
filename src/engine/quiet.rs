//! Waiting until the rest of this program is quiet: until the window has drawn.
//!
//! Quiet is when no other thread runs and the others have used next to no processor time since the
//! look before. It takes both. A running thread's time is added to the program's only when it stops or
//! the kernel's tick comes round, up to 10 ms later, so that the time alone says quiet while a frame is
//! being drawn; and a thread that works for a moment every now and then may sleep whenever it is looked
//! at. What other programs draw (the display server) is not seen from here: it is given a moment.

use std::time::Duration;

/// Returns when two looks in a row found the rest of the program quiet, when `longest` is over, or when
/// `stop` says so, which is asked at every look. Tells how long that took. Sleeps between the looks;
/// where the system does not tell what threads do, it returns at once.
#[cfg(target_os = "linux")]
pub(super) fn wait_until_quiet(longest: Duration, stop: &dyn Fn() -> bool) -> Duration {
    use std::time::Instant;

    /// Time between two looks.
    const PAUSE: Duration = Duration::from_millis(1);
    const LOOKS_IN_A_ROW: u32 = 2;
    /// What a display server may take to show what was drawn.
    const SETTLING: Duration = Duration::from_millis(8);

    let began = Instant::now();
    let Some(mut last) = linux::Look::now() else {
        return Duration::ZERO;
    };
    let mut quiet = 0;
    while quiet < LOOKS_IN_A_ROW && !stop() {
        let left = longest.saturating_sub(began.elapsed());
        if left.is_zero() {
            break;
        }
        std::thread::sleep(PAUSE.min(left));
        let Some(look) = linux::Look::now() else {
            break;
        };
        quiet = if look.is_quiet_since(&last) {
            quiet + 1
        } else {
            0
        };
        last = look;
    }
    // Whoever drew has handed the picture to the display server, which is another program.
    let drew = began.elapsed() > PAUSE * (LOOKS_IN_A_ROW + 1);
    if drew && !stop() {
        std::thread::sleep(SETTLING.min(longest.saturating_sub(began.elapsed())));
    }
    began.elapsed()
}

/// Not available here.
#[cfg(not(target_os = "linux"))]
pub(super) fn wait_until_quiet(_: Duration, _: &dyn Fn() -> bool) -> Duration {
    Duration::ZERO
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::Path;
    use std::time::{Duration, Instant};
    use std::{fs, io};

    use crate::engine::cpu_time;

    /// The others may use one part in so many of a processor and are quiet still.
    const QUIET_PART: u32 = 20;

    /// What the other threads of this program do, and have done.
    #[derive(Debug)]
    pub(super) struct Look {
        at: Instant,
        /// Processor time of the other threads, as far as the kernel has added it up.
        used: Duration,
        /// Whether one of them runs now.
        running: bool,
    }

    impl Look {
        /// `None` where the system does not tell.
        pub(super) fn now() -> Option<Self> {
            Some(Self {
                at: Instant::now(),
                used: cpu_time::of_program().saturating_sub(cpu_time::of_thread()),
                running: another_runs().ok()?,
            })
        }

        pub(super) fn is_quiet_since(&self, last: &Self) -> bool {
            let used = self.used.saturating_sub(last.used);
            let passed = self.at.saturating_duration_since(last.at);
            !self.running && used < passed / QUIET_PART
        }
    }

    /// Whether a thread of this program other than the calling one runs, or could if it had a processor.
    fn another_runs() -> io::Result<bool> {
        let own = fs::read_link("/proc/thread-self")?;
        for thread in fs::read_dir("/proc/self/task")? {
            let thread = thread?;
            if own.file_name() == Some(&thread.file_name()) {
                continue;
            }
            // A thread that has ended since is quiet.
            if state(&thread.path()).is_ok_and(is_running) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn state(thread: &Path) -> io::Result<u8> {
        let text = fs::read(thread.join("stat"))?;
        state_in(&text).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// The state's letter, in proc(5)'s `stat`: it follows the thread's name, which stands in brackets
    /// and may hold anything, brackets too.
    fn state_in(stat: &[u8]) -> Option<u8> {
        let name_ends = stat.iter().rposition(|byte| *byte == b')')?;
        stat.get(name_ends + 2).copied()
    }

    fn is_running(state: u8) -> bool {
        state == b'R'
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_thread_s_state_is_found_whatever_its_name_is() {
            assert_eq!(state_in(b"17 (worker) R 1 2 3"), Some(b'R'));
            assert_eq!(state_in(b"17 (R) S (x) S 1 2"), Some(b'S'));
            assert_eq!(state_in(b"17 (a) b) D 1"), Some(b'D'));
            assert_eq!(state_in(b"17 (cut"), None);
            assert_eq!(state_in(b"17 (cut)"), None);
        }

        #[test]
        fn a_look_is_quiet_when_nobody_runs_and_hardly_anything_was_done() {
            let at = Instant::now();
            let look = |ms: u64, used_us: u64, running| Look {
                at: at + Duration::from_millis(ms),
                used: Duration::from_micros(used_us),
                running,
            };
            let before = look(0, 1_000, false);
            assert!(look(1, 1_000, false).is_quiet_since(&before));
            assert!(look(1, 1_049, false).is_quiet_since(&before));
            assert!(!look(1, 1_050, false).is_quiet_since(&before), "5 %");
            assert!(
                !look(1, 1_000, true).is_quiet_since(&before),
                "not yet added"
            );
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::cell::Cell;
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    /// Longer than the busiest machine needs.
    const AMPLE: Duration = Duration::from_mins(1);

    /// Other tests run beside this one in the same program and are busy, so what is about the whole
    /// program is tried in one of its own: this same test, alone.
    const ALONE: &str = "ECHOGRAPH_TEST_ALONE";

    #[test]
    fn it_waits_for_a_busy_thread_and_not_for_a_sleeping_one() {
        if std::env::var_os(ALONE).is_none() {
            let name =
                "engine::quiet::tests::it_waits_for_a_busy_thread_and_not_for_a_sleeping_one";
            let program = std::env::current_exe().unwrap();
            let alone = Command::new(program)
                .args([name, "--exact", "--nocapture", "--test-threads=1"])
                .env(ALONE, "1")
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&alone.stdout);
            assert!(alone.status.success(), "{told}");
            assert!(told.contains("1 passed"), "{told}");
            return;
        }
        let looks = Cell::new(0);
        let count = || {
            looks.set(looks.get() + 1);
            false
        };
        // The test's own main thread sleeps.
        assert!(wait_until_quiet(AMPLE, &count) < AMPLE);

        let busy = AtomicBool::new(true);
        let ends_when_told = || {
            while busy.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        };
        thread::scope(|scope| {
            scope.spawn(ends_when_told);
            let longest = Duration::from_millis(60);
            assert!(wait_until_quiet(longest, &|| false) >= longest);

            looks.set(0);
            let until_quiet = || {
                count();
                if looks.get() == 10 {
                    busy.store(false, Ordering::Relaxed);
                }
                false
            };
            assert!(wait_until_quiet(AMPLE, &until_quiet) < AMPLE);
            assert!(looks.get() >= 10, "{}", looks.get());
        });
    }

    #[test]
    fn stop_and_no_time_at_all_end_it_at_once() {
        let asked = Cell::new(0);
        wait_until_quiet(AMPLE, &|| {
            asked.set(asked.get() + 1);
            true
        });
        assert_eq!(asked.get(), 1);
        let asked = Cell::new(0);
        wait_until_quiet(Duration::ZERO, &|| {
            asked.set(asked.get() + 1);
            false
        });
        assert_eq!(asked.get(), 1);
    }
}
