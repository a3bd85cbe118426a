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
//! # How it waits
//! A thread that sleeps until a probe comes is woken by the scheduler, and on a fast path that takes
//! longer than the path. So [`ServerConfig::wait`] chooses, for each session:
//!
//! | strategy | between two probes |
//! | --- | --- |
//! | `auto` | asks the socket again and again for about twice as long as this client's probes lately took to come, at most 1 ms, then sleeps; a client whose probes take longer than 0.5 ms is slept for at once |
//! | `spin` | asks again and again until a client in its measurement was silent for a second |
//! | `block` | sleeps at once |
//!
//! However it waits:
//! - Sessions that poll take turns, and between the turns the system is asked for everyone else's
//!   events, so no session waits for another one's client.
//! - Polling stops while more sessions want it than [`ServerConfig::most_polling`], by default the
//!   processors but one: a poller would take the time that somebody's client needs.
//! - Only the wait for a probe is polled, and the last moments of a server delay. Setup, termination
//!   and slow readers are slept for.
//! - Every bound holds as in sleep: the idle time-out, stopping, the memory.
//!
//! | file | what it is |
//! | --- | --- |
//! | `handle` | starting, stopping, asking |
//! | `bind` | taking the address, and why it could not be taken |
//! | `listener` | accepting, and turning away when full |
//! | `caller` | a client before it has a session: turned away, or asked for the access key |
//! | `session` | one connection from its first byte to its last |
//! | `dialogue` | what a session has heard, owes and still has to say |
//! | `owed` | the echoes a session owes and when each is due |
//! | `waiting` | polling or sleeping until something is to be done |
//! | `polling` | asking again at once while probes come quickly |
//! | `presence` | whether a client that is not read from is still there |
//! | `precise_timer` | waiting for less than a millisecond |
//! | `closing` | ending a connection so that the last line arrives |
//! | `manner`, `catalogue` | what it does otherwise than the text, to try clients with |
//! | `budget` | the memory all connections share |
//! | `places` | places for connections, in all and for each address |
//! | `bounds` | how long a session may go on |
//! | `allowance` | how fast a client is read from |
//! | `allow_list` | who is let in |
//! | `reach` | where other machines reach a server on every address |
//! | `log`, `recorder` | what happened, for the window and the transcript |

mod allow_list;
mod allowance;
#[cfg(test)]
mod any_cut;
mod bind;
mod bounds;
mod budget;
mod caller;
mod catalogue;
mod closing;
mod config;
mod dialogue;
mod handle;
mod listener;
mod log;
mod manner;
mod owed;
mod parted;
mod places;
mod polling;
mod precise_timer;
mod presence;
mod reach;
mod recorder;
#[cfg(any(test, fuzzing))]
mod scripted;
mod session;
mod shared;
mod summary;
mod transcript;
mod waiting;
mod wire;

pub use allow_list::{AllowList, AllowListError};
pub use allowance::LEAST_RATE;
pub use bind::StartError;
pub use catalogue::{Act, UnknownAct};
pub use config::{EventHook, ServerConfig, ServerHooks, SessionHook};
pub use handle::Server;
pub use log::{LogEntry, LogRecord, ServerLog};
pub use manner::{Manner, ReplyEnd, Texts, UnknownReplyEnd};
pub use reach::{Reach, reached_at};
#[cfg(fuzzing)]
#[doc(hidden)]
pub use scripted::{Event, Heard, play};
pub use shared::ServerStatus;
pub use summary::{SessionEnd, SessionSummary, Traffic};
pub use transcript::{add_server_side, transcript_lines};
