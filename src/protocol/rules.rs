//! What a server takes: the dialect of its words, its limits, and what it demands beyond the text.

use std::fmt;
use std::str::FromStr;

use super::{Dialect, Limits};

/// What one unit of the setup's delay field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DelayUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds, as the text has it.
    #[default]
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds.
    Nanoseconds,
    /// The field is read and nothing is waited.
    Ignored,
}

impl DelayUnit {
    /// Every unit, from the longest.
    pub const ALL: [Self; 5] = [
        Self::Seconds,
        Self::Milliseconds,
        Self::Microseconds,
        Self::Nanoseconds,
        Self::Ignored,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Microseconds => "us",
            Self::Nanoseconds => "ns",
            Self::Ignored => "ignored",
        }
    }

    fn nanoseconds(self) -> u128 {
        match self {
            Self::Seconds => 1_000_000_000,
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1_000,
            Self::Nanoseconds => 1,
            Self::Ignored => 0,
        }
    }

    /// How many nanoseconds that many billionths of the unit are; `None` beyond what can be waited.
    pub(super) fn in_nanoseconds(self, billionths: u128) -> Option<u64> {
        let nanoseconds = billionths.checked_mul(self.nanoseconds())? / 1_000_000_000;
        u64::try_from(nanoseconds).ok()
    }
}

impl fmt::Display for DelayUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name of no unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no delay unit; there are s, ms, us, ns and ignored")]
pub struct UnknownDelayUnit(String);

impl FromStr for DelayUnit {
    type Err = UnknownDelayUnit;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|unit| unit.name() == name)
            .ok_or_else(|| UnknownDelayUnit(name.to_owned()))
    }
}

/// What a server takes. The default is what the text has, read with tolerance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// The dialect spoken. A tolerant server recognises the others too, except `echo`, and takes this one
    /// where the client leaves it open.
    pub dialect: Dialect,
    /// Whether messages are taken to the letter only.
    pub strict: bool,
    /// What a client may ask for.
    pub limits: Limits,
    /// What one unit of the delay field is.
    pub delay_unit: DelayUnit,
    /// The first sequence number there may be; a tolerant server that demands none takes 1 and 0.
    pub first_seq: Option<u32>,
    /// The fewest probes, where that is not the dialect's.
    pub least_probes: Option<u32>,
    /// The message sizes there may be; empty for any.
    pub sizes: Vec<u64>,
}

impl From<Dialect> for Rules {
    fn from(dialect: Dialect) -> Self {
        Self {
            dialect,
            ..Self::default()
        }
    }
}
