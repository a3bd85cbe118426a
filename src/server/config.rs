//! What the server is told before it starts.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use super::{AllowList, Manner, SessionSummary};
use crate::experiment::WaitStrategy;
use crate::protocol::{AccessKey, Dialect, Limits};

/// What the server listens on, what it speaks and how much it bears.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// The address to listen on. 127.0.0.1 unless asked otherwise: a server nobody else can reach.
    pub bind: IpAddr,
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// Whether a port that is taken is replaced by any free one instead of being an error.
    pub fall_back: bool,
    /// The dialect spoken. A server that is not strict recognises the others by what a client sends and
    /// answers in them, except `echo`.
    pub dialect: Dialect,
    /// Whether messages are read to the letter.
    pub strict: bool,
    /// How it behaves besides the text.
    pub manner: Manner,
    /// What a client may ask for.
    pub limits: Limits,
    /// How a session waits for its next probe.
    pub wait: WaitStrategy,
    /// Sessions that may poll at once; while more want to, none does. The processors but one unless
    /// asked otherwise, so that whoever is polled for has one too; 0 where there is only one.
    pub most_polling: usize,
    /// Whose connections are taken; others are closed at once, without a word.
    pub allow: AllowList,
    /// What a client has to know before its setup is heard; `None` for anyone. Only Echograph asks for one and
    /// knows how to show it.
    pub access_key: Option<AccessKey>,
    /// Connections served at once; further ones are answered with the setup 404.
    pub max_connections: usize,
    /// As many of one address; of an IPv6 client, of the 64 bits of its network.
    pub max_connections_per_address: usize,
    /// Bytes a second that are read from one connection, at least 1024; `None` for as many as come. A client
    /// that sends more is read from more slowly, and finds its path slower than it is.
    pub max_rate: Option<NonZeroU64>,
    /// How long a session may take in all.
    pub session_time: Duration,
    /// How long a client may neither send a byte nor take one that it is owed. The setup line has to
    /// be whole within this time however its bytes come. Waiting for the server delay does not count,
    /// except for a client that has closed its side: it waits no longer than this for its next echo.
    pub idle_timeout: Duration,
    /// How long a client may be silent within a message before that counts as the message's end, or shows
    /// that it is too short. A strict server waits for the rest.
    pub silence: Duration,
    /// Bytes of memory all connections together may hold for messages.
    pub memory_budget: usize,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 10_000,
            fall_back: false,
            dialect: Dialect::default(),
            strict: false,
            manner: Manner::default(),
            wait: WaitStrategy::default(),
            most_polling: spare_processors(),
            limits: Limits::default(),
            allow: AllowList::default(),
            access_key: None,
            max_connections: 256,
            max_connections_per_address: 128,
            max_rate: None,
            session_time: Duration::from_hours(1),
            idle_timeout: Duration::from_mins(1),
            silence: Duration::from_millis(250),
            memory_budget: 512 * 1024 * 1024,
        }
    }
}

/// Processors that this program may use, but one.
fn spare_processors() -> usize {
    std::thread::available_parallelism().map_or(0, |all| all.get() - 1)
}

/// Called with the summary of every session that ends.
pub type SessionHook = Arc<dyn Fn(&SessionSummary) + Send + Sync>;

/// Called with what befell the server, in words.
pub type EventHook = Arc<dyn Fn(&str) + Send + Sync>;

/// What the server calls when something happens.
///
/// Both are called on the server's thread, between two echoes: they must return quickly and must not
/// wait for anything.
#[derive(Clone, Default)]
pub struct ServerHooks {
    /// Something that is shown changed: the connections or the log. Called at most ten times a second.
    pub waker: Option<Arc<dyn Fn() + Send + Sync>>,
    /// A session ended. Not called for connections dropped in a flood beyond the limit.
    pub on_session: Option<SessionHook>,
    /// Something befell the server itself, in words: it is crowded, or cannot accept.
    pub on_event: Option<EventHook>,
}

impl fmt::Debug for ServerHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHooks")
            .field("waker", &self.waker.is_some())
            .field("on_session", &self.on_session.is_some())
            .field("on_event", &self.on_event.is_some())
            .finish()
    }
}
