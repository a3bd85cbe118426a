//! A server, or a client, put through the rules of `docs/PROTOCOL.md`, one numbered check after another.
//!
//! A check runs on a thread of its own ([`Checking`]), says what it is doing through a channel, can be
//! stopped at any moment, and ends with a [`CheckReport`]. Every wait in it has a limit, and so has the
//! memory that a peer can make it use.
//!
//! | file | what it is |
//! | --- | --- |
//! | `document` | the report: what was checked, and what came of it |
//! | `handle` | the thread: start, events, stop |
//! | `rules` | the rules of the protocol page, by their numbers |
//! | `exchange` | what went over the wire, as text of bounded length |
//! | `wire` | a connection on which no wait is without a limit |
//! | `answer` | a reply: how it ended, and what it says |
//! | `echo` | how a server echoes, learned once |
//! | `server/` | the checks of a server |
//! | `client/` | the checks of a client |

mod answer;

mod client;
mod document;
mod echo;
mod exchange;
mod handle;
mod rules;
mod server;
mod wire;

pub use client::{ClientCheck, client_checks};
pub use document::{
    CHECK_DOCUMENT_FORMAT, CHECK_DOCUMENT_VERSION, CheckReport, CheckState, Checked, Peer, Verdict,
};
pub use exchange::{Event, Line};
pub use handle::{CheckEvent, Checking};
pub use rules::{Rule, rule};
pub use server::{ServerCheck, server_checks};

use std::time::Duration;

/// How long an answer is waited for unless asked otherwise.
pub const DEFAULT_ANSWER_TIME: Duration = Duration::from_secs(2);
/// How long a server that died is waited for unless asked otherwise.
pub const DEFAULT_RETURN_TIME: Duration = Duration::from_secs(10);

/// A check as a list of them shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described {
    /// Its number, from 1.
    pub number: usize,
    /// What is tried.
    pub title: &'static str,
    /// The rule of `docs/PROTOCOL.md` that it stands on.
    pub rule: &'static str,
    /// What is sent, in words.
    pub sends: &'static str,
    /// What has to come, in words.
    pub expects: &'static str,
}

#[cfg(test)]
mod page;
