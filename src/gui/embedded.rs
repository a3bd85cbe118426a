//! The embedded server as the window holds it: off, on, or failed to start.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::openness::open_to;
use crate::experiment::WaitStrategy;
use crate::protocol::{AccessKey, Dialect};
use crate::server::{
    Act, LogEntry, LogRecord, Reach, Server, ServerConfig, ServerHooks, ServerLog, ServerStatus,
    reached_at,
};

/// The port tried first, and left for another one where it is taken.
const DEFAULT_PORT: u16 = 10_000;
/// How soon the window shows a change at the server.
const SHOW_WITHIN: Duration = Duration::from_millis(100);

/// How long the addresses of this machine are taken to be what they were: a network may come later.
const KNOWN_FOR: Duration = Duration::from_secs(2);

/// The embedded server.
pub struct EmbeddedServer {
    server: Option<Running>,
    /// What the last server said; a run that was measured on it is still being read.
    log: Option<Arc<ServerLog>>,
    /// Its record of having begun to listen, kept because the log forgets its oldest.
    listening: Option<LogRecord>,
    error: Option<String>,
    /// How it behaves.
    act: Act,
    /// What it bears and whom it lets in when it starts.
    limits: ServerConfig,
    context: egui::Context,
    /// Whether what changes at the server asks for a frame.
    announced: Arc<AtomicBool>,
}

struct Running {
    server: Server,
    dialect: Dialect,
    strict: bool,
    /// Whether clients of every address are served.
    is_open: bool,
    access_key: Option<AccessKey>,
    /// Where others reach it, and when this was asked.
    reach: Option<(Instant, Vec<Reach>)>,
}

impl EmbeddedServer {
    /// A server that is off.
    #[must_use]
    pub fn new(context: &egui::Context) -> Self {
        Self {
            server: None,
            log: None,
            listening: None,
            error: None,
            act: Act::default(),
            limits: ServerConfig::default(),
            context: context.clone(),
            announced: Arc::new(AtomicBool::new(true)),
        }
    }

    /// Whether what changes at the server asks for a frame. While a run is measured it must not: the
    /// frame would fall into a round, and those that the engine asks for show the server as well.
    pub fn announce(&self, announced: bool) {
        self.announced.store(announced, Ordering::SeqCst);
    }

    /// Whether it listens.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.server
            .as_ref()
            .is_some_and(|running| !running.server.has_ended())
    }

    /// How it behaves.
    #[must_use]
    pub fn act(&self) -> Act {
        self.act
    }

    /// Has it behave so. One that listens starts anew where it is, which ends its connections.
    ///
    /// # Errors
    /// Why it cannot listen any more.
    pub fn act_as(&mut self, act: Act) -> Result<(), String> {
        self.act = act;
        let Some(address) = self.address() else {
            return Ok(());
        };
        let spoken = self
            .server
            .as_ref()
            .map(|running| (running.dialect, running.strict));
        let (dialect, strict) = spoken.unwrap_or_default();
        let (ip, port) = (address.ip().to_string(), address.port().to_string());
        self.start(&ip, &port, dialect, strict).map(drop)
    }

    /// What it bears and whom it lets in from its next start on.
    pub fn bear(&mut self, limits: ServerConfig) {
        self.limits = limits;
    }

    /// What its clients have to show.
    #[must_use]
    pub fn access_key(&self) -> Option<AccessKey> {
        self.server.as_ref()?.access_key.clone()
    }

    /// Whom it serves besides this machine; `None` where nobody else reaches it.
    #[must_use]
    pub fn open_to(&self) -> Option<&'static str> {
        let running = self.server.as_ref()?;
        let address = running.server.local_addr().ip();
        open_to(address, running.is_open, running.access_key.is_some())
    }

    /// Whether it listens and speaks `dialect`.
    #[must_use]
    pub fn speaks(&self, dialect: Dialect, strict: bool) -> bool {
        self.server.as_ref().is_some_and(|running| {
            let is_it = running.dialect == dialect && running.strict == strict;
            is_it && !running.server.has_ended()
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.server
            .as_ref()
            .filter(|running| !running.server.has_ended())
            .map(|running| running.server.local_addr())
    }

    /// Where clients on other machines reach a server that listens on every address. The system is asked for
    /// them now and then; while a run is measured it is left alone.
    pub fn reached_at(&mut self) -> &[Reach] {
        let may_ask = self.announced.load(Ordering::SeqCst);
        let Some(running) = &mut self.server else {
            return &[];
        };
        let known = running.reach.take().filter(|(at, _)| {
            let is_fresh = at.elapsed() < KNOWN_FOR;
            is_fresh || !may_ask
        });
        let listening = running.server.local_addr();
        let (_, found) = running
            .reach
            .insert(known.unwrap_or_else(|| (Instant::now(), reached_at(listening))));
        found
    }

    /// Where a client on this machine reaches it.
    #[must_use]
    pub fn reachable(&self) -> Option<SocketAddr> {
        self.address().map(|address| {
            let ip = match address.ip() {
                IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
                ip => ip,
            };
            SocketAddr::new(ip, address.port())
        })
    }

    /// Host and port for the form: where it is, or will first be tried.
    #[must_use]
    pub fn address_shown(&self) -> (String, String) {
        self.reachable().map_or_else(
            || (Ipv4Addr::LOCALHOST.to_string(), DEFAULT_PORT.to_string()),
            |address| (address.ip().to_string(), address.port().to_string()),
        )
    }

    /// The port that was wanted, where another program has it.
    #[must_use]
    pub fn port_taken(&self) -> Option<u16> {
        self.server
            .as_ref()
            .and_then(|running| running.server.port_taken())
    }

    /// Its connections.
    #[must_use]
    pub fn status(&self) -> ServerStatus {
        self.server
            .as_ref()
            .map(|running| running.server.status())
            .unwrap_or_default()
    }

    /// What it recorded.
    #[must_use]
    pub fn log(&self) -> Option<&Arc<ServerLog>> {
        self.log.as_ref()
    }

    /// Its record of having begun to listen.
    #[must_use]
    pub fn listening(&self) -> Option<LogRecord> {
        self.listening.clone()
    }

    /// The address was changed: why the old one could not be listened on is of no use any more.
    pub fn forget_error(&mut self) {
        self.error = None;
    }

    /// Why it did not start.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Starts it, or starts it anew where it speaks another dialect. Gives the address at which this
    /// machine reaches it.
    ///
    /// # Errors
    /// Why it cannot listen, in a sentence; it is kept for [`error`](Self::error) too.
    pub fn start(
        &mut self,
        address: &str,
        port: &str,
        dialect: Dialect,
        strict: bool,
    ) -> Result<SocketAddr, String> {
        let listening = self.address();
        self.stop();
        let started = self.listen(address, port, listening, dialect, strict);
        self.error = started.as_ref().err().cloned();
        started
    }

    fn listen(
        &mut self,
        address: &str,
        port: &str,
        listening: Option<SocketAddr>,
        dialect: Dialect,
        strict: bool,
    ) -> Result<SocketAddr, String> {
        let bind = listen_address(address)?;
        // A server that changes its dialect stays where it is.
        let port = match listening {
            Some(address) => address.port(),
            None => listen_port(port)?,
        };
        let config = ServerConfig {
            bind,
            port,
            fall_back: port == DEFAULT_PORT || listening.is_some(),
            dialect,
            strict,
            manner: self.act.manner(),
            ..self.limits.clone()
        };
        let (context, announced) = (self.context.clone(), Arc::clone(&self.announced));
        let hooks = ServerHooks {
            waker: Some(Arc::new(move || {
                if announced.load(Ordering::SeqCst) {
                    context.request_repaint_after(SHOW_WITHIN);
                }
            })),
            on_session: None,
            // The log, which is shown, has it.
            on_event: None,
        };
        let server = Server::start(config, hooks).map_err(|error| error.to_string())?;
        let log = server.log();
        self.listening = log.since(0).0.into_iter().find(|record| {
            matches!(&record.what, LogEntry::Event(text) if text.starts_with("listening on"))
        });
        self.log = Some(log);
        self.server = Some(Running {
            server,
            dialect,
            strict,
            is_open: self.limits.allow.is_open(),
            access_key: self.limits.access_key.clone(),
            reach: None,
        });
        self.reachable()
            .ok_or_else(|| "The server ended at once.".to_owned())
    }

    /// Has sessions that begin from now on wait in this way.
    pub fn set_wait(&self, wait: WaitStrategy) {
        if let Some(running) = &self.server {
            running.server.set_wait(wait);
        }
    }

    /// Ends it.
    pub fn stop(&mut self) {
        self.error = None;
        if let Some(running) = self.server.take() {
            running.server.stop();
        }
    }
}

/// The address to listen on.
///
/// # Errors
/// What is wrong with it.
pub fn listen_address(text: &str) -> Result<IpAddr, String> {
    match text.trim().trim_matches(['[', ']']) {
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        text => text
            .parse()
            .map_err(|_| "must be an address, such as 127.0.0.1, 0.0.0.0 or ::1".to_owned()),
    }
}

/// The port to listen on; 0 is any free one.
///
/// # Errors
/// What is wrong with it.
pub fn listen_port(text: &str) -> Result<u16, String> {
    text.trim()
        .parse()
        .map_err(|_| "must be 0 to 65535".to_owned())
}
