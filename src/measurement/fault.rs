//! What went wrong at a point: where, what, and what to try.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::protocol::Phase;

/// Where a session failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultPhase {
    /// Looking the host's name up.
    Resolve,
    /// Connecting.
    Connect,
    /// Connection setup.
    Setup,
    /// Measurement.
    Measurement,
    /// Connection termination.
    Termination,
}

impl From<Phase> for FaultPhase {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Setup => Self::Setup,
            Phase::Measurement => Self::Measurement,
            Phase::Termination => Self::Termination,
        }
    }
}

impl fmt::Display for FaultPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "name look-up",
            Self::Connect => "connect",
            Self::Setup => "connection setup",
            Self::Measurement => "measurement",
            Self::Termination => "connection termination",
        })
    }
}

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The host's name has no address.
    NameNotFound,
    /// Nothing listens there.
    Refused,
    /// There is no way there.
    Unreachable,
    /// Nothing came in time.
    TimedOut,
    /// The peer closed before it was done.
    ClosedEarly,
    /// The peer reset the connection.
    Reset,
    /// What came back is not what was sent.
    EchoDiffers,
    /// The server answered 404.
    RefusedByServer,
    /// The server wants an access key, or another one, or none.
    NotLetIn,
    /// The server answered something else.
    BadReply,
    /// The run was stopped.
    Stopped,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NameNotFound => "name not found",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed out",
            Self::ClosedEarly => "closed early",
            Self::Reset => "reset",
            Self::EchoDiffers => "echo differs",
            Self::RefusedByServer => "server said 404",
            Self::NotLetIn => "not let in",
            Self::BadReply => "bad reply",
            Self::Stopped => "stopped",
        })
    }
}

/// A failure, in words for the person who has to do something about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{phase}: {message}")]
pub struct Fault {
    /// Where.
    pub phase: FaultPhase,
    /// What.
    pub kind: FaultKind,
    /// What happened and what to try, in whole sentences.
    pub message: String,
}
