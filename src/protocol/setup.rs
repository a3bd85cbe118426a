//! The setup message: what a session is going to measure.

use std::fmt::{self, Write};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::heard_setup::read_setup;
use super::{Dialect, Idiom, Limits, RefusalReason, Rules, Separator};

/// What a session measures. The probes are the same; the word tells the server's owner, and the
/// report, what the figures are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MeasurementType {
    /// Round-trip time.
    #[default]
    Rtt,
    /// Throughput.
    Tput,
}

impl MeasurementType {
    /// The name on the command line and in files: `rtt` or `tput`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rtt => "rtt",
            Self::Tput => "tput",
        }
    }
}

impl fmt::Display for MeasurementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A measurement type that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no measurement type; there are rtt and tput")]
pub struct UnknownMeasurementType(pub String);

impl FromStr for MeasurementType {
    type Err = UnknownMeasurementType;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "rtt" => Ok(Self::Rtt),
            "tput" => Ok(Self::Tput),
            _ => Err(UnknownMeasurementType(name.to_owned())),
        }
    }
}

/// A field of the setup message, for saying which one is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupField {
    /// The measurement type.
    MeasurementType,
    /// The number of probes.
    Probes,
    /// The message size.
    MessageSize,
    /// The server delay.
    ServerDelay,
}

impl fmt::Display for SetupField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MeasurementType => "measurement type",
            Self::Probes => "number of probes",
            Self::MessageSize => "message size",
            Self::ServerDelay => "server delay",
        })
    }
}

/// A setup message's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    /// What is measured.
    pub kind: MeasurementType,
    /// How many probes follow, warm-up included; at least 1.
    pub probes: u32,
    /// Payload bytes of each probe; at least 1.
    pub message_size: u64,
    /// How long the server waits before each echo. A whole number on the wire; milliseconds here.
    pub server_delay_ms: u64,
}

impl Setup {
    /// Reads a setup line of a dialect, without its `\n`.
    ///
    /// # Errors
    /// The first thing in it that the grammar or the limits forbid; a tolerant reading understands what strangers
    /// write as well.
    pub fn parse(
        line: &[u8],
        dialect: Dialect,
        limits: &Limits,
        strict: bool,
    ) -> Result<Self, RefusalReason> {
        let rules = Rules {
            dialect,
            strict,
            limits: *limits,
            ..Rules::default()
        };
        let heard = read_setup(line, &rules)?;
        if heard.idiom.dialect == dialect {
            Ok(heard.setup)
        } else {
            Err(RefusalReason::UnknownLetter)
        }
    }

    /// The setup line without its line end.
    #[must_use]
    pub fn line(&self, idiom: impl Into<Idiom>) -> String {
        let idiom = idiom.into();
        let words = idiom.dialect.words();
        let kind = idiom.dialect.type_word(self.kind);
        let size = idiom.announced_size(self.message_size, self.probes);
        let (first, second) = if idiom.size_before_probes() {
            (size, u64::from(self.probes))
        } else {
            (u64::from(self.probes), size)
        };
        let separator = match idiom.variant.separator {
            Separator::Space => ' ',
            Separator::Tab => '\t',
        };
        let mut line = format!("{}{separator}{kind}", words.setup);
        for number in [first, second, self.server_delay_ms] {
            let least = idiom.least_digits() as usize;
            // Writing to a string cannot fail.
            let _ = write!(line, "{separator}{number:0least$}");
        }
        line
    }

    /// The setup message as it goes out.
    #[must_use]
    pub fn message(&self, idiom: Idiom) -> String {
        let mut line = self.line(idiom);
        line.push_str(idiom.line_end());
        line
    }
}
