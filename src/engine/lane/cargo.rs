//! What a session carries: its message, and room for the echoes, made before the first clock read.

use std::collections::VecDeque;
use std::time::Instant;

use crate::engine::first_echo::FirstEcho;
use crate::experiment::READ_AT_ONCE;
use crate::protocol::{EchoStyle, MAX_AROUND_ECHO, ProbeMessage};

/// Room behind an echo, so that one that is too long is seen, and before one that has something around it.
const SLACK: usize = 4 * MAX_AROUND_ECHO;

/// How echoes are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Reading {
    /// As the message says that it comes back, and nothing behind the last one.
    Strict,
    /// As the message says; behind the last one the closing reply may follow unasked.
    Tolerant,
    /// The first echo shows in which style they come.
    Learning,
}

/// What was heard beside the echoes.
#[derive(Debug, Default)]
pub(in crate::engine) struct Heard {
    /// The style of the echoes, if the first one showed it and another one had it too.
    pub style: Option<EchoStyle>,
    /// What came behind the last echo, and is none of it.
    pub left_over: Vec<u8>,
    /// What the server puts behind its echoes, as far as it has not come behind the last.
    pub rest_due: Vec<u8>,
}

/// Messages and room for their echoes, made before the first clock read.
pub(in crate::engine) struct Cargo {
    pub(super) message: ProbeMessage,
    pub(super) buffer: Vec<u8>,
    pub(super) flights: VecDeque<Instant>,
    /// The first and the last of its probes, counted from 1 in their session.
    pub(super) first: u32,
    pub(super) probes: u32,
    pub(super) depth: usize,
    /// Whether replies of the server may stand around the echoes, and what they leave over.
    pub(super) is_tolerant: bool,
    /// Whether what comes is acknowledged at once.
    pub(super) quick_ack: bool,
    pub(super) learning: Option<FirstEcho>,
}

impl Cargo {
    /// For `probes` probes, at most `depth` of them in flight.
    pub fn new(message: ProbeMessage, probes: u32, depth: u32, reading: Reading) -> Self {
        let depth = (depth as usize).max(1);
        let is_tolerant = reading != Reading::Strict && message.has_phases();
        let longest = message.len_of(probes).max(message.echo_len(probes));
        let room = if depth == 1 {
            longest
        } else {
            longest.saturating_mul(depth).min(READ_AT_ONCE as usize)
        };
        Self {
            message,
            // Not of zeros: those are promised by the kernel and only made when they are touched,
            // which would be inside the first probe.
            buffer: vec![b'-'; room + SLACK],
            flights: VecDeque::with_capacity(depth),
            first: 1,
            probes,
            depth,
            is_tolerant,
            quick_ack: false,
            learning: (reading == Reading::Learning).then(FirstEcho::new),
        }
    }

    /// Of its probes the `index`th alone.
    pub fn alone(mut self, index: u32) -> Self {
        (self.first, self.probes) = (index, index);
        self
    }

    /// Has what comes acknowledged at once.
    pub fn with_quick_ack(mut self) -> Self {
        self.quick_ack = true;
        self
    }
}
