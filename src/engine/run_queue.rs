//! Time in which something was ready to run and had no processor, as the kernel adds it up.
//!
//! Asked before a round and after it: two small files, read into room on the stack. Kernels are built
//! without either, and other systems have neither; then nothing is said.

use crate::measurement::Work;

/// Both sums at one moment, in nanoseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Waited {
    /// Of this thread.
    thread: Option<u64>,
    /// In which anything on this computer waited.
    any: Option<u64>,
}

impl Waited {
    /// Until now. To be asked on the thread that it is about.
    pub fn until_now() -> Self {
        Self {
            thread: read("/proc/thread-self/schedstat", queued_ns),
            any: read("/proc/pressure/cpu", contended_ns),
        }
    }

    /// Puts what was waited since then into the account of a round.
    pub fn put_into(self, since: Self, work: &mut Work) {
        let between = |now: Option<u64>, then: Option<u64>| now?.checked_sub(then?);
        work.queued_ns = between(self.thread, since.thread);
        work.contended_ns = between(self.any, since.any);
    }
}

#[cfg(target_os = "linux")]
fn read(path: &str, figure: fn(&str) -> Option<u64>) -> Option<u64> {
    use std::fs::File;
    use std::io::Read;

    let mut text = [0; 256];
    let length = File::open(path).ok()?.read(&mut text).ok()?;
    figure(std::str::from_utf8(text.get(..length)?).ok()?)
}

/// Not available here.
#[cfg(not(target_os = "linux"))]
fn read(_: &str, _: fn(&str) -> Option<u64>) -> Option<u64> {
    None
}

/// The second of three numbers: time on a processor, time waiting for one, slices (the kernel's
/// `sched-stats`).
fn queued_ns(text: &str) -> Option<u64> {
    text.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Microseconds behind `total=` in the line that begins with `some` (the kernel's `psi`).
fn contended_ns(text: &str) -> Option<u64> {
    let some = text.lines().find_map(|line| line.strip_prefix("some "))?;
    let total = some
        .split_ascii_whitespace()
        .find_map(|word| word.strip_prefix("total="))?;
    total.parse::<u64>().ok()?.checked_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_is_read_from_its_own_place_or_not_at_all() {
        assert_eq!(queued_ns("650186 2631453 2\n"), Some(2_631_453));
        let pressure = "some avg10=3.53 avg60=1.12 avg300=1.28 total=5667\n\
                        full avg10=0.00 avg60=0.00 avg300=0.00 total=9\n";
        assert_eq!(contended_ns(pressure), Some(5_667_000));
        for nonsense in ["", "some", "some total=", "full total=9", "1", "a b c"] {
            assert_eq!(queued_ns(nonsense).or(contended_ns(nonsense)), None);
        }
    }

    #[test]
    fn a_round_has_what_was_waited_between_its_ends() {
        let waited = |thread, any| Waited { thread, any };
        let mut work = Work::default();
        waited(Some(700), Some(90)).put_into(waited(Some(200), None), &mut work);
        assert_eq!((work.queued_ns, work.contended_ns), (Some(500), None));
        // Two looks, one after the other.
        let first = Waited::until_now();
        Waited::until_now().put_into(first, &mut work);
        assert_eq!(work.queued_ns.is_some(), first.thread.is_some());
        assert_eq!(work.contended_ns.is_some(), first.any.is_some());
    }
}
