//! What a server does differently from the text of the protocol, as it was met in a run.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::protocol::EchoStyle;

/// Most remarks that are kept of a run; there are fewer things to remark on.
pub const MAX_REMARKS: usize = 32;

/// What a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// How the server wants to be spoken to.
    Variant,
    /// The reply to the setup message.
    Setup,
    /// The echoes.
    Echo,
    /// The end of a session.
    Termination,
    /// What the server delay is counted in.
    Delay,
    /// How many sessions it serves.
    Sessions,
    /// When its bytes are sent and acknowledged.
    Timing,
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Variant => "how it is spoken to",
            Self::Setup => "reply to the setup",
            Self::Echo => "echoes",
            Self::Termination => "termination",
            Self::Delay => "server delay",
            Self::Sessions => "sessions",
            Self::Timing => "timing",
        })
    }
}

/// One thing that a server does differently, in whole sentences that quote its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// What it is about.
    pub about: About,
    /// The sentences.
    pub text: String,
}

/// What was learnt of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Traits {
    /// How it puts its echoes, where it does not send back the messages as they came.
    pub echo: Option<EchoStyle>,
    /// What it does differently. One remark for each thing.
    pub remarks: Vec<Remark>,
}

impl Traits {
    /// Remarks on something, unless that was done before.
    pub fn remark(&mut self, about: About, text: impl FnOnce() -> String) {
        let is_known = self.remarks.iter().any(|known| known.about == about);
        if !is_known && self.remarks.len() < MAX_REMARKS {
            let text = text();
            self.remarks.push(Remark { about, text });
            self.remarks.sort_by_key(|remark| remark.about);
        }
    }

    /// Remarks on something anew.
    pub fn remark_instead(&mut self, about: About, text: String) {
        self.remarks.retain(|known| known.about != about);
        self.remark(about, || text);
    }
}
