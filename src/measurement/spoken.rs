//! How a session was spoken, and in which style its echoes came: what its bytes are counted by.

use crate::protocol::{EchoStyle, Idiom, echoes_len, probes_len};

/// The words of a session, beyond what was asked for in its setup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The dialect as the server wanted it.
    pub idiom: Idiom,
    /// How the server put its echoes.
    pub echo: EchoStyle,
    /// Whether the closing reply may come unasked, as of a stranger that is not held to the text.
    pub may_close_unasked: bool,
}

impl Spoken {
    /// An idiom whose echoes are the messages as they were sent.
    #[must_use]
    pub fn new(idiom: Idiom) -> Self {
        Self {
            idiom,
            echo: EchoStyle::whole(idiom),
            may_close_unasked: false,
        }
    }

    /// Whether echoes are the messages as they were sent.
    #[must_use]
    pub fn echoes_messages(&self) -> bool {
        self.echo == EchoStyle::whole(self.idiom)
    }

    /// Bytes of the first `probes` messages of a session.
    #[must_use]
    pub fn sent(&self, message_size: u64, probes: u32) -> u64 {
        probes_len(self.idiom, message_size, probes)
    }

    /// Bytes of their echoes, up to the last one that is needed.
    #[must_use]
    pub fn echoed(&self, message_size: u64, probes: u32) -> u64 {
        echoes_len(self.idiom, &self.echo, message_size, probes)
    }
}
