//! The dialects of the protocol, as one table.
//!
//! The same assignment is set at several schools with other letters, other replies and another order
//! of fields. Everything that differs is a column here; nothing else in the program asks which
//! dialect it speaks.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::heard_setup::dialect_of;
use super::{MeasurementType, Phase};

/// Which wording of the protocol is spoken.
///
/// In files it is its name in quotes: a RON identifier cannot hold the hyphens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "Cow<'_, str>")]
pub enum Dialect {
    /// Boston University CS455/655, the default.
    #[default]
    Boston,
    /// University of Bologna: letters `h`, `m`, `b`, at least 20 probes.
    Bologna,
    /// Boston's words with the size before the probes, and the payload before the sequence number.
    BostonSizeFirst,
    /// No protocol at all (RFC 862): the payload goes out and comes back.
    Echo,
}

/// One row of the dialect table.
pub(super) struct Words {
    pub name: &'static str,
    pub setup: &'static str,
    pub rtt: &'static str,
    pub tput: &'static str,
    pub probe: &'static str,
    pub termination: &'static str,
    pub ready: &'static str,
    pub closing: &'static str,
    pub invalid_setup: &'static str,
    pub invalid_probe: &'static str,
    pub invalid_termination: &'static str,
    /// Setup fields run type, size, probes, delay instead of type, probes, size, delay.
    pub size_before_probes: bool,
    /// The payload stands before the sequence number.
    pub payload_before_seq: bool,
    pub least_probes: u32,
}

const BOSTON: Words = Words {
    name: "boston",
    setup: "s",
    rtt: "rtt",
    tput: "tput",
    probe: "m",
    termination: "t",
    ready: "200 OK: Ready",
    closing: "200 OK: Closing Connection",
    invalid_setup: "404 ERROR: Invalid Connection Setup Message",
    invalid_probe: "404 ERROR: Invalid Measurement Message",
    invalid_termination: "404 ERROR: Invalid Connection Termination Message",
    size_before_probes: false,
    payload_before_seq: false,
    least_probes: 1,
};

const BOLOGNA: Words = Words {
    name: "bologna",
    setup: "h",
    rtt: "rtt",
    tput: "thput",
    probe: "m",
    termination: "b",
    ready: "200 OK - Ready",
    closing: "200 OK - Closing",
    invalid_setup: "404 ERROR - Invalid Hello message",
    invalid_probe: "404 ERROR - Invalid Measurement message",
    invalid_termination: "404 ERROR - Invalid Bye message",
    least_probes: 20,
    ..BOSTON
};

const BOSTON_SIZE_FIRST: Words = Words {
    name: "boston-size-first",
    size_before_probes: true,
    payload_before_seq: true,
    ..BOSTON
};

const ECHO: Words = Words {
    name: "echo",
    ..BOSTON
};

impl Dialect {
    /// Every dialect, in the order shown to users.
    pub const ALL: [Self; 4] = [
        Self::Boston,
        Self::Bologna,
        Self::BostonSizeFirst,
        Self::Echo,
    ];

    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::Boston => &BOSTON,
            Self::Bologna => &BOLOGNA,
            Self::BostonSizeFirst => &BOSTON_SIZE_FIRST,
            Self::Echo => &ECHO,
        }
    }

    /// The name used on the command line and in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.words().name
    }

    /// One line that tells a user what the dialect is.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Boston => "s / m / t, as Boston University CS455/655 sets it",
            Self::Bologna => "h / m / b, as the University of Bologna sets it; at least 20 probes",
            Self::BostonSizeFirst => "s / m / t with size before probes and payload before number",
            Self::Echo => "no setup and no termination: any echo service (RFC 862)",
        }
    }

    /// Whether sessions have a setup and a termination phase. Only `echo` has neither.
    #[must_use]
    pub fn has_phases(self) -> bool {
        self != Self::Echo
    }

    /// The fewest probes a session of this dialect may announce.
    #[must_use]
    pub fn least_probes(self) -> u32 {
        self.words().least_probes
    }

    /// The dialect to refuse a setup in: that of its letter where another one is spoken there.
    #[must_use]
    pub fn of_setup(self, line: &[u8], strict: bool) -> Self {
        dialect_of(line, self, strict).unwrap_or(self)
    }

    /// The termination line without its `\n`.
    #[must_use]
    pub fn termination(self) -> &'static str {
        self.words().termination
    }

    /// The word of a measurement type in a setup line.
    #[must_use]
    pub fn type_word(self, kind: MeasurementType) -> &'static str {
        match kind {
            MeasurementType::Rtt => self.words().rtt,
            MeasurementType::Tput => self.words().tput,
        }
    }

    /// The server's positive reply of a phase, without its `\n`. The measurement phase has none: its
    /// reply is the echo.
    #[must_use]
    pub fn accepted_line(self, phase: Phase) -> &'static str {
        match phase {
            Phase::Setup | Phase::Measurement => self.words().ready,
            Phase::Termination => self.words().closing,
        }
    }

    /// The server's refusal of a phase, without its `\n`.
    #[must_use]
    pub fn refusal_line(self, phase: Phase) -> &'static str {
        match phase {
            Phase::Setup => self.words().invalid_setup,
            Phase::Measurement => self.words().invalid_probe,
            Phase::Termination => self.words().invalid_termination,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A dialect name that is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no dialect is called \"{0}\"; there are boston, bologna, boston-size-first and echo")]
pub struct UnknownDialect(pub String);

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.name() == name)
            .ok_or_else(|| UnknownDialect(name.to_owned()))
    }
}

impl From<Dialect> for &'static str {
    fn from(dialect: Dialect) -> Self {
        dialect.name()
    }
}

impl TryFrom<Cow<'_, str>> for Dialect {
    type Error = UnknownDialect;

    fn try_from(name: Cow<'_, str>) -> Result<Self, Self::Error> {
        name.parse()
    }
}
