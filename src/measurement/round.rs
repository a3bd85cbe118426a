//! One visit to a point: its probes as they were sent and came back.

use std::net::SocketAddr;

/// One probe, 16 bytes, so that a million of them stay small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// When it was sent, nanoseconds since the run started.
    pub sent_ns: u64,
    rtt_ns: u64,
}

/// A round-trip time no echo can have: it stands for an echo that never came.
const NO_ECHO: u64 = u64::MAX;

impl Probe {
    /// A probe sent at `sent_ns` whose echo took `rtt_ns`, or never came.
    #[must_use]
    pub fn new(sent_ns: u64, rtt_ns: Option<u64>) -> Self {
        Self {
            sent_ns,
            rtt_ns: rtt_ns.unwrap_or(NO_ECHO),
        }
    }

    /// Round-trip time in nanoseconds, or `None` if the echo never came.
    #[must_use]
    pub fn rtt_ns(&self) -> Option<u64> {
        (self.rtt_ns != NO_ECHO).then_some(self.rtt_ns)
    }
}

/// One round: a connection through setup, probes and termination. Sequence numbers run from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The round's number, from 1.
    pub number: u32,
    /// Which connection of the run it was, from 1: transcript lines carry the same number.
    pub session: u32,
    /// How many of its first probes are warm-up: kept and marked, not counted.
    pub warmup: u32,
    /// How long the connection took to open, in nanoseconds.
    pub connect_ns: Option<u64>,
    /// Our end of the connection.
    pub local: Option<SocketAddr>,
    /// The probes, in order of their sequence numbers.
    pub probes: Vec<Probe>,
}

impl Round {
    /// The probes with their sequence number and whether they are warm-up.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, bool, Probe)> + '_ {
        (1_u32..)
            .zip(&self.probes)
            .map(|(seq, probe)| (seq, seq <= self.warmup, *probe))
    }

    /// Round-trip times that count: echoed and not warm-up, in nanoseconds, in order.
    pub fn counted_rtts(&self) -> impl Iterator<Item = u64> + '_ {
        self.numbered()
            .filter(|(_, warmup, _)| !warmup)
            .filter_map(|(_, _, probe)| probe.rtt_ns())
    }
}
