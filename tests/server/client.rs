//! A client that does what it is told, right or wrong, and a server made for one test.

use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use echograph::experiment::WaitStrategy;
use echograph::protocol::Dialect;
use echograph::server::{Server, ServerConfig, ServerHooks, SessionSummary};

/// No test waits longer than this for something that has to come; a busy machine takes its time.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub const READY: &str = "200 OK: Ready\n";
pub const CLOSING: &str = "200 OK: Closing Connection\n";
pub const BAD_SETUP: &str = "404 ERROR: Invalid Connection Setup Message\n";
pub const BAD_PROBE: &str = "404 ERROR: Invalid Measurement Message\n";
pub const BAD_TERMINATION: &str = "404 ERROR: Invalid Connection Termination Message\n";

thread_local! {
    static WAIT: Cell<Option<WaitStrategy>> = const { Cell::new(None) };
}

/// Has `scenario` happen with servers that wait in this way, and may poll on any machine.
pub fn with_wait(wait: WaitStrategy, scenario: fn()) {
    WAIT.set(Some(wait));
    scenario();
    WAIT.set(None);
}

/// What a server on a free port is like unless a test says otherwise.
pub fn config() -> ServerConfig {
    let mut config = ServerConfig {
        port: 0,
        ..ServerConfig::default()
    };
    if let Some(wait) = WAIT.get() {
        config.wait = wait;
        config.most_polling = 4;
    }
    config
}

pub fn speaking(dialect: Dialect) -> ServerConfig {
    ServerConfig {
        dialect,
        ..config()
    }
}

pub fn start(config: ServerConfig) -> Server {
    Server::start(config, ServerHooks::default()).expect("a server on a free port")
}

/// A server that keeps the summaries of its sessions.
pub fn start_keeping(config: ServerConfig) -> (Server, Arc<Mutex<Vec<SessionSummary>>>) {
    let kept: Arc<Mutex<Vec<SessionSummary>>> = Arc::default();
    let hooks = ServerHooks {
        waker: None,
        on_session: Some(Arc::new({
            let kept = Arc::clone(&kept);
            move |summary| kept.lock().expect("unpoisoned").push(summary.clone())
        })),
        ..ServerHooks::default()
    };
    (Server::start(config, hooks).expect("a server"), kept)
}

/// Waits until something is so.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let from = Instant::now();
    while !is_so() {
        assert!(from.elapsed() < PATIENCE, "{what} never happened");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub struct Client {
    pub stream: TcpStream,
}

impl Client {
    pub fn connect(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).expect("a connection");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        stream
            .set_write_timeout(Some(PATIENCE))
            .expect("a time-out");
        Self { stream }
    }

    /// A client whose setup has been accepted.
    pub fn set_up(to: SocketAddr, setup: &str) -> Self {
        let mut client = Self::connect(to);
        client.say(setup);
        client.hears(READY);
        client
    }

    pub fn say(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("it takes it");
    }

    /// The next bytes are these.
    pub fn hears(&mut self, bytes: impl AsRef<[u8]>) {
        let wanted = bytes.as_ref();
        let mut got = vec![0; wanted.len()];
        self.stream
            .read_exact(&mut got)
            .unwrap_or_else(|error| panic!("{error} before {:?}", text(wanted)));
        assert_eq!(text(&got), text(wanted));
    }

    /// The server has nothing more to say and closed the connection: with a FIN, since a reset would
    /// be an error here.
    pub fn hears_the_end(&mut self) {
        let mut rest = Vec::new();
        self.stream
            .read_to_end(&mut rest)
            .expect("an end without a reset");
        assert_eq!(text(&rest), text(b""));
    }

    /// Nothing more will be said.
    pub fn stop_talking(&mut self) {
        self.stream.shutdown(Shutdown::Write).expect("a FIN");
    }

    /// Probes `from..=to` with payloads of `size`, one after the other, and the termination.
    pub fn probes_and_closes(&mut self, from: u32, to: u32, size: usize) {
        for seq in from..=to {
            let probe = probe(seq, size);
            self.say(&probe);
            self.hears(&probe);
        }
        self.say("t\n");
        self.hears(CLOSING);
        self.hears_the_end();
    }
}

pub fn probe(seq: u32, size: usize) -> String {
    format!("m {seq} {}\n", "x".repeat(size))
}

/// What failed assertions show; the rest of a long text says nothing.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes)).into_owned()
        + &format!(" ({} bytes, sum {})", bytes.len(), sum(bytes))
}

fn sum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .zip(1_u64..)
        .fold(0, |sum, (byte, at)| sum.wrapping_add(u64::from(*byte) * at))
}
