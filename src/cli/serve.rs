//! `echograph serve`: the server in the terminal.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::Duration;

use super::Outcome;
use super::args::ServeArgs;
use super::output::{complain, put, say};
use super::signals::Signals;
use crate::protocol::Limits;
use crate::server::{Server, ServerConfig, ServerHooks, SessionSummary};

/// Lines that may wait for a slow terminal; a server must not wait for one, so what comes beyond is
/// left out.
const WAITING_LINES: usize = 1_024;
/// How long the last lines may take to be written when the server ends.
const LAST_LINES: Duration = Duration::from_millis(200);

/// Serves until Ctrl+C.
pub(super) fn serve(args: &ServeArgs) -> Outcome {
    // Before anyone is told that the server listens: whoever waits for that line may end it at once.
    let mut signals = match Signals::catch() {
        Ok(signals) => signals,
        Err(error) => {
            complain(format_args!("the server cannot be told to end: {error}"));
            return Outcome::Failed;
        }
    };
    let (hooks, printed) = if args.quiet {
        (ServerHooks::default(), None)
    } else {
        let (hooks, printed) = printing_hooks();
        (hooks, Some(printed))
    };
    let server = match Server::start(config(args), hooks) {
        Ok(server) => server,
        Err(error) => {
            complain(error);
            return Outcome::Failed;
        }
    };
    let address = server.local_addr();
    if let Err(error) = put(|output| writeln!(output, "listening on {address}")) {
        complain(format_args!("standard output: {error}"));
    }
    signals.wait();
    server.stop();
    if let Some(printed) = printed {
        // Ends when the printer has written everything and lets go of its sender.
        let _ = printed.recv_timeout(LAST_LINES);
    }
    Outcome::Done
}

fn config(args: &ServeArgs) -> ServerConfig {
    ServerConfig {
        bind: args.bind,
        port: args.port,
        fall_back: false,
        dialect: args.dialect,
        strict: args.strict,
        wait: args.wait,
        limits: Limits {
            max_message_size: args.max_size,
            max_probes: args.max_probes,
            max_delay_ms: args.max_delay,
            ..Limits::default()
        },
        max_connections: args.max_connections as usize,
        idle_timeout: args.idle_timeout,
        ..ServerConfig::default()
    }
}

/// Hooks that have a line printed for each session, and a channel that closes when the last one is.
fn printing_hooks() -> (ServerHooks, Receiver<()>) {
    let (lines, waiting) = mpsc::sync_channel::<String>(WAITING_LINES);
    let (done, printed) = mpsc::sync_channel(0);
    let started = thread::Builder::new()
        .name("echograph-sessions".to_owned())
        .spawn(move || print_lines(&waiting, done));
    if let Err(error) = started {
        complain(format_args!("sessions will not be shown: {error}"));
    }
    let on_session = move |summary: &SessionSummary| {
        // Full or closed: the line is left out, the server goes on.
        let _ = lines.try_send(summary.to_string());
    };
    let hooks = ServerHooks {
        on_session: Some(Arc::new(on_session)),
        ..ServerHooks::default()
    };
    (hooks, printed)
}

fn print_lines(waiting: &Receiver<String>, done: SyncSender<()>) {
    for line in waiting {
        say(line);
    }
    drop(done);
}
