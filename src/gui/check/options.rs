//! What is chosen in the check view.

use serde::{Deserialize, Serialize};

use crate::check::Peer;

/// What is remembered of the view from one start to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckOptions {
    /// Whose rules are checked.
    pub peer: Peer,
    /// The address that is listened on for a client.
    pub listen_address: String,
    /// The port that is listened on for a client.
    pub listen_port: String,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            peer: Peer::Server,
            listen_address: "127.0.0.1".to_owned(),
            listen_port: "10000".to_owned(),
        }
    }
}
