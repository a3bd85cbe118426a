//! How busy the machine is with what is not ours: a link in memory is only as steady as its processors.

use std::fs;

/// The share above which an attempt counts as disturbed.
pub const DISTURBED: f64 = 0.1;

/// Processor time used so far, in clock ticks.
#[derive(Clone, Copy)]
pub struct Ticks {
    all: f64,
    busy: f64,
    own: f64,
}

impl Ticks {
    /// Of all processors, and of this process and the children it has waited for.
    pub fn now() -> Self {
        let machine = numbers("/proc/stat", "cpu ");
        // user, nice, system, idle, waiting for disks, two kinds of interrupts, taken by the host.
        let all: f64 = machine.iter().take(8).sum();
        let idle: f64 = machine.iter().skip(3).take(2).sum();
        // What follows the name in brackets: state, ten numbers, then user, system, and the same of
        // children.
        let own = numbers("/proc/self/stat", ") ");
        Self {
            all,
            busy: all - idle,
            own: own.iter().skip(11).take(4).sum(),
        }
    }

    /// The share of the machine that others used since then.
    pub fn others_since(self) -> f64 {
        let now = Self::now();
        let others = (now.busy - self.busy) - (now.own - self.own);
        others.max(0.0) / (now.all - self.all).max(1.0)
    }
}

/// The numbers after a mark in a file; what is no number counts as nothing.
fn numbers(file: &str, mark: &str) -> Vec<f64> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    let after = first.split_once(mark).map_or("", |(_, after)| after);
    after
        .split_whitespace()
        .map(|word| word.parse().unwrap_or(0.0))
        .collect()
}
