//! One visit to a point: its probes as they were sent and came back.

use std::net::SocketAddr;

use super::{Probes, TcpChange};

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

/// What measuring a round took, counted where it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Just before the first write, nanoseconds since the run started.
    pub began_ns: u64,
    /// After the last echo, or when it was known that none comes, nanoseconds since the run started.
    pub ended_ns: u64,
    /// Time between these two in which nothing was sent on purpose, in nanoseconds: the run was shown.
    /// Nothing is in flight then.
    pub paused_ns: u64,
    /// Bytes written, headers included.
    pub bytes_written: u64,
    /// Bytes read.
    pub bytes_read: u64,
    /// Writes that took something.
    pub writes: u64,
    /// Messages that the kernel did not take whole at once: they met a full send buffer.
    pub held_messages: u64,
    /// Reads that gave something.
    pub reads: u64,
    /// Reads that found nothing: the price of spinning.
    pub empty_reads: u64,
    /// Times the program slept.
    pub sleeps: u64,
    /// Probes in flight, summed up over time: probes times nanoseconds.
    pub in_flight_ns: u64,
    /// Bytes among those read that belong to no echo: the end of the reply before the first, or the reply
    /// behind the last.
    pub bytes_beside: Option<u64>,
    /// Processor time of the measuring thread, in nanoseconds.
    pub cpu_ns: Option<u64>,
    /// Time in which the measuring thread was ready to run and something else had the processor, pauses
    /// included, in nanoseconds.
    pub queued_ns: Option<u64>,
    /// Time in which anything on this computer was ready to run and waited for a processor, pauses
    /// included, in nanoseconds.
    pub contended_ns: Option<u64>,
}

impl Work {
    /// Time the measuring took, pauses left out, in nanoseconds.
    #[must_use]
    pub fn elapsed_ns(&self) -> u64 {
        let whole = self.ended_ns.saturating_sub(self.began_ns);
        whole.saturating_sub(self.paused_ns)
    }

    /// The same and what came later in the round: the time between the two is a pause.
    #[must_use]
    pub fn followed_by(self, later: Self) -> Self {
        let both = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        Self {
            began_ns: self.began_ns,
            ended_ns: later.ended_ns,
            paused_ns: self.paused_ns
                + later.paused_ns
                + later.began_ns.saturating_sub(self.ended_ns),
            bytes_written: self.bytes_written + later.bytes_written,
            bytes_read: self.bytes_read + later.bytes_read,
            writes: self.writes + later.writes,
            held_messages: self.held_messages + later.held_messages,
            reads: self.reads + later.reads,
            empty_reads: self.empty_reads + later.empty_reads,
            sleeps: self.sleeps + later.sleeps,
            in_flight_ns: self.in_flight_ns + later.in_flight_ns,
            bytes_beside: both(self.bytes_beside, later.bytes_beside),
            cpu_ns: both(self.cpu_ns, later.cpu_ns),
            queued_ns: both(self.queued_ns, later.queued_ns),
            contended_ns: both(self.contended_ns, later.contended_ns),
        }
    }
}

/// One round over one connection, through setup, probes and termination. Sequence numbers run from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The round's number, from 1.
    pub number: u32,
    /// Which of the connections that measure at the same time, from 1.
    pub connection: u32,
    /// Which connection of the run it was, from 1: transcript lines carry the same number.
    pub session: u32,
    /// How many of its first probes are warm-up: kept and marked, not counted.
    pub warmup: u32,
    /// How many probes could be in flight; 1 is stop-and-wait.
    pub depth: u32,
    /// How long the connection took to open, in nanoseconds.
    pub connect_ns: Option<u64>,
    /// Our end of the connection.
    pub local: Option<SocketAddr>,
    /// The probes, in order of their sequence numbers.
    pub probes: Probes,
    /// What it took; `None` where that was not kept.
    pub work: Option<Work>,
    /// What the kernel says of the connection; `None` where it does not.
    pub tcp: Option<Box<TcpChange>>,
}

impl Default for Round {
    /// A first round of stop-and-wait without probes.
    fn default() -> Self {
        Self {
            number: 1,
            connection: 1,
            session: 0,
            warmup: 0,
            depth: 1,
            connect_ns: None,
            local: None,
            probes: Probes::default(),
            work: None,
            tcp: None,
        }
    }
}

impl Round {
    /// The probes with their sequence number and whether they are warm-up.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, bool, Probe)> + '_ {
        (1_u32..)
            .zip(self.probes.iter())
            .map(|(seq, probe)| (seq, seq <= self.warmup, *probe))
    }

    /// Round-trip times that count: echoed and not warm-up, in nanoseconds, in order.
    pub fn counted_rtts(&self) -> impl Iterator<Item = u64> + '_ {
        self.numbered()
            .filter(|(_, warmup, _)| !warmup)
            .filter_map(|(_, _, probe)| probe.rtt_ns())
    }
}
