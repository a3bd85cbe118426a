//! One kind of check over many rounds: how many agree, and which of them is worst.

use crate::measurement::units::count;
use crate::measurement::{Check, Point, Round};

/// What is looked at, one after the other.
#[derive(Debug)]
pub(super) struct Tally {
    name: &'static str,
    /// What one of them is, such as `round`.
    unit: &'static str,
    seen: u64,
    failed: u64,
    not_seen: u64,
    extreme: Option<Extreme>,
}

#[derive(Debug)]
struct Extreme {
    failed: bool,
    badness: f64,
    words: String,
}

impl Tally {
    pub fn new(name: &'static str, unit: &'static str) -> Self {
        Self {
            name,
            unit,
            seen: 0,
            failed: 0,
            not_seen: 0,
            extreme: None,
        }
    }

    /// Takes one. `badness` ranks those that agree, and those that do not, among each other.
    pub fn see(&mut self, agrees: bool, badness: f64, words: impl FnOnce() -> String) {
        self.seen += 1;
        self.failed += u64::from(!agrees);
        let rank = (!agrees, badness);
        let is_worse = self
            .extreme
            .as_ref()
            .is_none_or(|extreme| rank > (extreme.failed, extreme.badness));
        if is_worse {
            self.extreme = Some(Extreme {
                failed: !agrees,
                badness,
                words: words(),
            });
        }
    }

    /// Takes note of one that cannot be looked at.
    pub fn pass_over(&mut self) {
        self.not_seen += 1;
    }

    /// What came of it; `None` where there was nothing to look at.
    pub fn check(self) -> Option<Check> {
        let extreme = self.extreme?;
        let units = if self.seen == 1 { "" } else { "s" };
        let seen = format!("{} {}{units}", count(self.seen), self.unit);
        let verb = |one: &'static str, several, number| if number == 1 { one } else { several };
        // One that agrees is no "worst": nothing is bad about it.
        let (found, which) = if self.failed == 0 {
            let verb = verb("agrees", "agree", self.seen);
            (format!("{seen} {verb}"), "the extreme")
        } else {
            let verb = verb("disagrees", "disagree", self.failed);
            (
                format!("{} of {seen} {verb}", count(self.failed)),
                "the worst",
            )
        };
        let not_seen = match self.not_seen {
            0 => String::new(),
            not_seen => format!(
                ", {} of {} could not be looked at",
                count(not_seen),
                count(self.seen + not_seen)
            ),
        };
        let detail = format!("{found}{not_seen}; {which}: {}.", extreme.words);
        Some(Check {
            name: self.name.to_owned(),
            passed: self.failed == 0,
            detail,
        })
    }
}

/// Which round.
pub(super) fn round_words(point: &Point, round: &Round) -> String {
    let point = point.name();
    let number = round.number;
    match round.connection {
        0 | 1 => format!("{point}, round {number}"),
        connection => format!("{point}, round {number}, connection {connection}"),
    }
}
