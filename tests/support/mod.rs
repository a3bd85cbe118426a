//! What tests of the engine share: a server that does what a script says, and a bench that runs a
//! profile and collects what came of it. Everything is a real socket on the loopback interface.

mod bench;
mod fake_server;

pub use bench::{Bench, profile, request, run, said, samples};
pub use fake_server::{FakeServer, Next, Peer};

use std::time::Duration;

/// How long anything that is sure to come is waited for. Only a defect takes as long.
pub const PATIENCE: Duration = Duration::from_mins(1);
