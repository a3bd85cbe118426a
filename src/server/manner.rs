//! How a server behaves besides the text: what a stranger's server may do differently.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use crate::protocol::{DelayUnit, EchoStyle, Phase};

/// What ends a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReplyEnd {
    /// `\n`, or nothing to a client whose setup ended in nothing.
    #[default]
    AsTheClient,
    /// `\n`.
    Newline,
    /// Nothing.
    Nothing,
    /// A NUL, as a C program may send with its string.
    Nul,
    /// `\r\n`.
    CrLf,
}

impl ReplyEnd {
    /// Every end.
    pub const ALL: [Self; 5] = [
        Self::AsTheClient,
        Self::Newline,
        Self::Nothing,
        Self::Nul,
        Self::CrLf,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AsTheClient => "auto",
            Self::Newline => "newline",
            Self::Nothing => "nothing",
            Self::Nul => "nul",
            Self::CrLf => "crlf",
        }
    }

    /// The bytes behind a reply to a client whose setup ended in nothing, or did not.
    pub(super) fn text(self, client_ends_in_nothing: bool) -> &'static str {
        match self {
            Self::AsTheClient if client_ends_in_nothing => "",
            Self::AsTheClient | Self::Newline => "\n",
            Self::Nothing => "",
            Self::Nul => "\0",
            Self::CrLf => "\r\n",
        }
    }
}

impl fmt::Display for ReplyEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name of no reply end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" ends no reply; there are auto, newline, nothing, nul and crlf")]
pub struct UnknownReplyEnd(String);

impl FromStr for ReplyEnd {
    type Err = UnknownReplyEnd;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|end| end.name() == name)
            .ok_or_else(|| UnknownReplyEnd(name.to_owned()))
    }
}

/// Replies in other words than the dialect's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Texts {
    /// The answer to a setup.
    pub ready: Option<String>,
    /// The answer to a termination.
    pub closing: Option<String>,
    /// The refusal of a setup.
    pub bad_setup: Option<String>,
    /// The refusal of a probe.
    pub bad_probe: Option<String>,
    /// The refusal of a termination.
    pub bad_termination: Option<String>,
}

impl Texts {
    pub(super) fn accepted(&self, phase: Phase) -> Option<&str> {
        match phase {
            Phase::Setup | Phase::Measurement => self.ready.as_deref(),
            Phase::Termination => self.closing.as_deref(),
        }
    }

    pub(super) fn refusal(&self, phase: Phase) -> Option<&str> {
        match phase {
            Phase::Setup => self.bad_setup.as_deref(),
            Phase::Measurement => self.bad_probe.as_deref(),
            Phase::Termination => self.bad_termination.as_deref(),
        }
    }
}

/// How a server behaves. The default is the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manner {
    /// What ends a reply.
    pub reply_end: ReplyEnd,
    /// What comes back for a probe, where that is not the message as it came.
    pub echo: Option<EchoStyle>,
    /// Most bytes of an echo in one write.
    pub piece: Option<NonZeroUsize>,
    /// Replies in other words.
    pub texts: Texts,
    /// What one unit of the delay field is.
    pub delay_unit: DelayUnit,
    /// The first sequence number, where only one will do.
    pub first_seq: Option<u32>,
    /// The fewest probes, where that is not the dialect's.
    pub least_probes: Option<u32>,
    /// The message sizes there may be; empty for any.
    pub sizes: Vec<u64>,
    /// Whether the server ends after its first connection.
    pub serves_once: bool,
    /// Whether a termination is never answered: the client has to close first.
    pub never_closes: bool,
    /// Whether the connection is reset behind the closing reply.
    pub resets: bool,
}
