//! The profile inside a run document.
//!
//! A profile file must be whole, because someone is going to measure with it; a run was measured, and
//! has to open even if the profile gains fields or loses some. So a field that is not there has its
//! default here, and one that is not known is passed over.

use serde::{Deserialize, Serialize};

use super::run_method::{RoundsDocument, SocketDocument};
use crate::experiment::{Order, Profile, Target, WaitStrategy};
use crate::protocol::{Dialect, MeasurementType, Variant};

#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ProfileDocument {
    version: u32,
    target: TargetDocument,
    measurement_type: MeasurementType,
    message_sizes: Vec<u64>,
    probes: u32,
    server_delays_ms: Vec<u64>,
    rounds: RoundsDocument,
    order: Order,
    seed: Option<u64>,
    warmup: u32,
    depth: u32,
    connections: u32,
    wait: WaitStrategy,
    socket: SocketDocument,
    dialect: Dialect,
    variant: Variant,
    strict: bool,
    timeout_ms: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum TargetDocument {
    Embedded,
    Host { host: String, port: u16 },
}

impl Default for ProfileDocument {
    fn default() -> Self {
        Self::from(&Profile::default())
    }
}

// Both ways name every field, so that a field added to the profile cannot be forgotten here.

impl From<&Profile> for ProfileDocument {
    fn from(profile: &Profile) -> Self {
        let Profile {
            version,
            target,
            measurement_type,
            message_sizes,
            probes,
            server_delays_ms,
            rounds,
            order,
            seed,
            warmup,
            depth,
            connections,
            wait,
            socket,
            dialect,
            variant,
            strict,
            timeout_ms,
        } = profile.clone();
        Self {
            version,
            target: match target {
                Target::Embedded => TargetDocument::Embedded,
                Target::Host { host, port } => TargetDocument::Host { host, port },
            },
            measurement_type,
            message_sizes,
            probes,
            server_delays_ms,
            rounds: rounds.into(),
            order,
            seed,
            warmup,
            depth,
            connections,
            wait,
            socket: socket.into(),
            dialect,
            variant,
            strict,
            timeout_ms,
        }
    }
}

impl From<ProfileDocument> for Profile {
    fn from(document: ProfileDocument) -> Self {
        Self {
            version: document.version,
            target: match document.target {
                TargetDocument::Embedded => Target::Embedded,
                TargetDocument::Host { host, port } => Target::Host { host, port },
            },
            measurement_type: document.measurement_type,
            message_sizes: document.message_sizes,
            probes: document.probes,
            server_delays_ms: document.server_delays_ms,
            rounds: document.rounds.into(),
            order: document.order,
            seed: document.seed,
            depth: document.depth,
            connections: document.connections,
            wait: document.wait,
            socket: document.socket.into(),
            warmup: document.warmup,
            dialect: document.dialect,
            variant: document.variant,
            strict: document.strict,
            timeout_ms: document.timeout_ms,
        }
    }
}
