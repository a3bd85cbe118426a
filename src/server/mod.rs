//! The echo server: embedded in the window, or alone in a terminal.
//!
//! It runs on a thread and a runtime of its own, so it never waits for the engine or the window and
//! they never wait for it. What it promises:
//!
//! - Any number of clients at once up to a limit; one that stalls, vanishes or floods costs only its
//!   own connection.
//! - An echo never leaves before its server delay is over, and on an idle core at most 1 ms after.
//! - Memory follows bytes that have arrived, under one budget for all connections.
//! - Every refusal is the protocol's 404 line, and the line arrives.
//!
//! | file | what it is |
//! | --- | --- |
//! | `handle` | starting, stopping, asking |
//! | `bind` | taking the address, and why it could not be taken |
//! | `listener` | accepting, and turning away when full |
//! | `session` | one connection from its first byte to its last |
//! | `dialogue` | what a session has heard, owes and still has to say |
//! | `owed` | the echoes a session owes and when each is due |
//! | `presence` | whether a client that is not read from is still there |
//! | `precise_timer` | waiting for less than a millisecond |
//! | `closing` | ending a connection so that the last line arrives |
//! | `budget` | the memory all connections share |
//! | `log`, `recorder` | what happened, for the window and the transcript |

mod bind;
mod budget;
mod closing;
mod config;
mod dialogue;
mod handle;
mod listener;
mod log;
mod owed;
mod precise_timer;
mod presence;
mod recorder;
mod session;
mod shared;
mod summary;
mod transcript;

pub use bind::StartError;
pub use config::{ServerConfig, ServerHooks, SessionHook};
pub use handle::Server;
pub use log::{LogEntry, LogRecord, ServerLog};
pub use shared::ServerStatus;
pub use summary::{SessionEnd, SessionSummary};
pub use transcript::transcript_lines;
