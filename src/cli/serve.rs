//! `echograph serve`: the server in the terminal.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::Duration;

use super::Outcome;
use super::output::{complain, put, say};
use super::serve_args::{MannerArgs, ServeArgs};
use super::signals::Signals;
use crate::protocol::Limits;
use crate::server::{
    Act, Manner, Server, ServerConfig, ServerHooks, SessionSummary, Texts, UnknownAct,
};

/// Lines that may wait for a slow terminal; a server must not wait for one, so what comes beyond is
/// left out.
const WAITING_LINES: usize = 1_024;
/// How long the last lines may take to be written when the server ends.
const LAST_LINES: Duration = Duration::from_millis(200);

/// Serves until Ctrl+C.
pub(super) fn serve(args: &ServeArgs) -> Outcome {
    if args.manner.act_as.as_deref() == Some("list") {
        return list_acts();
    }
    let manner = match manner(&args.manner) {
        Ok(manner) => manner,
        Err(error) => {
            complain(error);
            return Outcome::WrongUsage;
        }
    };
    if let Some(file) = &args.limits.access_key_file {
        file.warn();
    }
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
    let serves_once = manner.serves_once;
    let server = match Server::start(config(args, manner), hooks) {
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
    if serves_once {
        signals.wait_unless(|| server.has_ended());
    } else {
        signals.wait();
    }
    server.stop();
    if let Some(printed) = printed {
        // Ends when the printer has written everything and lets go of its sender.
        let _ = printed.recv_timeout(LAST_LINES);
    }
    Outcome::Done
}

/// Prints the catalogue.
fn list_acts() -> Outcome {
    let all = Act::all();
    let widest = all.iter().map(|act| act.name.len()).max().unwrap_or(0);
    let printed = put(|output| {
        for act in &all {
            writeln!(output, "{:widest$}  {}", act.name, act.description)?;
        }
        Ok(())
    });
    match printed {
        Ok(()) => Outcome::Done,
        Err(error) => {
            complain(format_args!("standard output: {error}"));
            Outcome::Failed
        }
    }
}

/// What the server does otherwise than the text: a server of the catalogue, and what was asked for besides.
fn manner(args: &MannerArgs) -> Result<Manner, UnknownAct> {
    let act: Act = args
        .act_as
        .as_deref()
        .map_or(Ok(Act::default()), str::parse)?;
    let of = act.manner();
    let texts = of.texts;
    Ok(Manner {
        reply_end: args.reply_end.unwrap_or(of.reply_end),
        echo: args.echo.clone().or(of.echo),
        piece: args.echo_pieces.or(of.piece),
        texts: Texts {
            ready: args.ready.clone().or(texts.ready),
            closing: args.closing.clone().or(texts.closing),
            bad_setup: args.bad_setup.clone().or(texts.bad_setup),
            bad_probe: args.bad_probe.clone().or(texts.bad_probe),
            bad_termination: args.bad_termination.clone().or(texts.bad_termination),
        },
        delay_unit: args.delay_unit.unwrap_or(of.delay_unit),
        first_seq: args.first_seq.or(of.first_seq),
        least_probes: args.least_probes.or(of.least_probes),
        sizes: args
            .only_sizes
            .as_ref()
            .map_or(of.sizes, |list| list.0.clone()),
        serves_once: args.once || of.serves_once,
        never_closes: args.no_closing || of.never_closes,
        resets: args.reset || of.resets,
    })
}

fn config(args: &ServeArgs, manner: Manner) -> ServerConfig {
    let limits = &args.limits;
    ServerConfig {
        bind: args.bind,
        port: args.port,
        fall_back: false,
        dialect: args.dialect,
        strict: args.strict,
        manner,
        wait: args.wait,
        limits: Limits {
            max_message_size: limits.max_size,
            max_probes: limits.max_probes,
            max_delay_ms: limits.max_delay,
            ..Limits::default()
        },
        allow: limits.allow.clone().unwrap_or_default(),
        access_key: limits.access_key_file.as_ref().map(|file| file.key.clone()),
        max_connections: limits.max_connections as usize,
        max_connections_per_address: limits.max_connections_per_address as usize,
        max_rate: limits.max_rate,
        session_time: limits.session_time,
        idle_timeout: limits.idle_timeout,
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
    let others = lines.clone();
    // Full or closed: the line is left out, the server goes on.
    let on_session = move |summary: &SessionSummary| {
        let _ = lines.try_send(summary.to_string());
    };
    let on_event = move |event: &str| {
        let _ = others.try_send(event.to_owned());
    };
    let hooks = ServerHooks {
        on_session: Some(Arc::new(on_session)),
        on_event: Some(Arc::new(on_event)),
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
