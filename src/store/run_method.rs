//! How many rounds were asked for, and what of the sockets, inside the profile of a run document.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::experiment::{Precision, QuickAck, Rounds, SocketOptions};

/// Written as an object with its `kind`; the first documents have a number in its place.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum RoundsDocument {
    Exactly { rounds: u32 },
    UntilPrecise(PrecisionDocument),
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PrecisionDocument {
    ci_width_percent: f64,
    min_rounds: u32,
    max_rounds: u32,
    time_budget_s: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct SocketDocument {
    nodelay: bool,
    send_buffer: Option<u32>,
    receive_buffer: Option<u32>,
    congestion_control: Option<String>,
    quick_ack: QuickAck,
}

impl<'de> Deserialize<'de> for RoundsDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RoundsVisitor)
    }
}

struct RoundsVisitor;

impl<'de> Visitor<'de> for RoundsVisitor {
    type Value = RoundsDocument;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("rounds: an object with a kind, or a number")
    }

    fn visit_u64<E: serde::de::Error>(self, rounds: u64) -> Result<Self::Value, E> {
        let rounds = u32::try_from(rounds).map_err(|_| E::custom("there are too many rounds"))?;
        Ok(RoundsDocument::Exactly { rounds })
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
        #[derive(Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        enum ByKind {
            Exactly { rounds: u32 },
            UntilPrecise(PrecisionDocument),
        }
        Ok(
            match ByKind::deserialize(MapAccessDeserializer::new(map))? {
                ByKind::Exactly { rounds } => RoundsDocument::Exactly { rounds },
                ByKind::UntilPrecise(precision) => RoundsDocument::UntilPrecise(precision),
            },
        )
    }
}

impl From<Rounds> for RoundsDocument {
    fn from(rounds: Rounds) -> Self {
        match rounds {
            Rounds::Exactly(rounds) => Self::Exactly { rounds },
            Rounds::UntilPrecise(precision) => Self::UntilPrecise(precision.into()),
        }
    }
}

impl From<RoundsDocument> for Rounds {
    fn from(document: RoundsDocument) -> Self {
        match document {
            RoundsDocument::Exactly { rounds } => Self::Exactly(rounds),
            RoundsDocument::UntilPrecise(precision) => Self::UntilPrecise(precision.into()),
        }
    }
}

// Both ways name every field, so that a field added later cannot be forgotten here.

impl From<Precision> for PrecisionDocument {
    fn from(precision: Precision) -> Self {
        let Precision {
            ci_width_percent,
            min_rounds,
            max_rounds,
            time_budget_s,
        } = precision;
        Self {
            ci_width_percent,
            min_rounds,
            max_rounds,
            time_budget_s,
        }
    }
}

impl From<PrecisionDocument> for Precision {
    fn from(document: PrecisionDocument) -> Self {
        Self {
            ci_width_percent: document.ci_width_percent,
            min_rounds: document.min_rounds,
            max_rounds: document.max_rounds,
            time_budget_s: document.time_budget_s,
        }
    }
}

impl Default for PrecisionDocument {
    fn default() -> Self {
        Precision::default().into()
    }
}

impl From<SocketOptions> for SocketDocument {
    fn from(socket: SocketOptions) -> Self {
        let SocketOptions {
            nodelay,
            send_buffer,
            receive_buffer,
            congestion_control,
            quick_ack,
        } = socket;
        Self {
            nodelay,
            send_buffer,
            receive_buffer,
            congestion_control,
            quick_ack,
        }
    }
}

impl From<SocketDocument> for SocketOptions {
    fn from(document: SocketDocument) -> Self {
        Self {
            nodelay: document.nodelay,
            send_buffer: document.send_buffer,
            receive_buffer: document.receive_buffer,
            congestion_control: document.congestion_control,
            quick_ack: document.quick_ack,
        }
    }
}

impl Default for SocketDocument {
    fn default() -> Self {
        SocketOptions::default().into()
    }
}
