//! How a measurement is made: how waiting is done, in which order points are visited, when enough was
//! seen, and what is asked of the sockets.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a program waits for bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaitStrategy {
    /// Asks again and again for as long as the path's own recent round trips take, then sleeps: short
    /// paths are exact, long ones cost no processor time.
    #[default]
    Auto,
    /// Asks again and again: exact, at the cost of a processor.
    Spin,
    /// Sleeps until the system says that there is something: cheap, and what the scheduler takes to
    /// wake the program is measured with the path.
    Block,
}

impl WaitStrategy {
    /// Every strategy, the default first.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Spin, Self::Block];

    /// Its name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Spin => "spin",
            Self::Block => "block",
        }
    }
}

/// The order in which a round visits the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Another order each round, so that a drift of the path becomes noise and not a slope.
    #[default]
    Random,
    /// The profile's own, each round.
    Sequential,
}

impl Order {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::Random, Self::Sequential];

    /// Its name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Sequential => "sequential",
        }
    }
}

/// When received data is acknowledged: `TCP_QUICKACK` (Linux).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QuickAck {
    /// As the kernel does it by itself; where that shows in the figures, one round more with it.
    #[default]
    Auto,
    /// At once.
    On,
    /// As the kernel does it by itself.
    Off,
}

impl QuickAck {
    /// Every choice, the default first.
    pub const ALL: [Self; 3] = [Self::Auto, Self::On, Self::Off];

    /// Its name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

/// A word that names none of the choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of {0}")]
pub struct UnknownChoice(String);

macro_rules! named {
    ($kind:ty) => {
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $kind {
            type Err = UnknownChoice;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.into_iter().find(|choice| choice.name() == text);
                found.ok_or_else(|| UnknownChoice(Self::ALL.map(Self::name).join(", ")))
            }
        }
    };
}

named!(WaitStrategy);
named!(Order);
named!(QuickAck);

/// How many rounds there are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Rounds {
    /// That many for every point.
    Exactly(u32),
    /// As many as each point needs.
    UntilPrecise(Precision),
}

impl Default for Rounds {
    fn default() -> Self {
        Self::UntilPrecise(Precision::default())
    }
}

impl Rounds {
    /// The most rounds a point can have.
    #[must_use]
    pub fn most(self) -> u32 {
        match self {
            Self::Exactly(rounds) => rounds,
            Self::UntilPrecise(precision) => precision.max_rounds,
        }
    }

    /// The least rounds a point has if nothing fails.
    #[must_use]
    pub fn least(self) -> u32 {
        match self {
            Self::Exactly(rounds) => rounds,
            Self::UntilPrecise(precision) => precision.min_rounds,
        }
    }
}

impl fmt::Display for Rounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(rounds) => write!(f, "{rounds}"),
            Self::UntilPrecise(precision) if precision.min_rounds == precision.max_rounds => {
                write!(f, "{}", precision.max_rounds)
            }
            Self::UntilPrecise(precision) => {
                write!(f, "{} to {}", precision.min_rounds, precision.max_rounds)
            }
        }
    }
}

/// When a point is known well enough.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Precision {
    /// The width of the median's 95 % interval, in percent of the median, that is narrow enough.
    pub ci_width_percent: f64,
    /// Rounds before it is looked at for the first time.
    pub min_rounds: u32,
    /// Rounds after which it is given up.
    pub max_rounds: u32,
    /// Seconds of a run after which no round beyond `min_rounds` begins.
    pub time_budget_s: u32,
}

impl Default for Precision {
    fn default() -> Self {
        Self {
            ci_width_percent: 5.0,
            min_rounds: 6,
            max_rounds: 40,
            time_budget_s: 60,
        }
    }
}

/// What is asked of every socket of a run; what the system makes of it is kept with the run.
///
/// Where one is read, every field has to be there, those that may be `None` too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SocketOptions {
    /// `TCP_NODELAY`: send at once, without waiting for earlier bytes to be acknowledged (Nagle).
    pub nodelay: bool,
    /// `SO_SNDBUF` in bytes; `None` leaves it to the system.
    #[serde(deserialize_with = "Option::deserialize")]
    pub send_buffer: Option<u32>,
    /// `SO_RCVBUF` in bytes; `None` leaves it to the system.
    #[serde(deserialize_with = "Option::deserialize")]
    pub receive_buffer: Option<u32>,
    /// `TCP_CONGESTION`: the algorithm's name; `None` leaves it to the system.
    #[serde(deserialize_with = "Option::deserialize")]
    pub congestion_control: Option<String>,
    /// `TCP_QUICKACK`: whether what comes is acknowledged at once.
    pub quick_ack: QuickAck,
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self {
            nodelay: true,
            send_buffer: None,
            receive_buffer: None,
            congestion_control: None,
            quick_ack: QuickAck::Auto,
        }
    }
}
