//! `echograph run`: one run in the terminal.
//!
//! Whatever becomes of the run, what was measured is written, and written before it is shown.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Outcome;
use super::output::{complain, put, say};
use super::progress::Progress;
use super::report::report;
use super::request::{Destination, Destinations, destinations, profile};
use super::run_args::RunArgs;
use super::signals::Signals;
use crate::engine::{Engine, EngineError, EngineEvent, RunRequest};
use crate::experiment::{Profile, Target};
use crate::measurement::{Run, RunState};
use crate::server::{Server, ServerConfig, ServerHooks, StartError, add_server_side};
use crate::store;

/// How often progress is shown, and Ctrl+C looked at.
const TICK: Duration = Duration::from_millis(100);

/// Why there is no run to write.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error("the embedded server did not start: {0}")]
    Server(#[from] StartError),
    #[error("the measuring could not begin: {0}")]
    Start(#[from] io::Error),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Measures what the arguments ask for.
pub(super) fn run(args: &RunArgs) -> Outcome {
    let asked = profile(args).and_then(|profile| Ok((profile, destinations(args)?)));
    let (profile, destinations) = match asked {
        Ok(asked) => asked,
        Err(error) => {
            complain(error);
            return Outcome::WrongUsage;
        }
    };
    if let Some(file) = &args.what.access_key_file {
        file.warn();
    }
    match measure(profile, args) {
        Ok(run) => deliver(&run, &destinations, args.output.quiet),
        Err(error) => {
            complain(error);
            Outcome::Failed
        }
    }
}

fn measure(profile: Profile, args: &RunArgs) -> Result<Run, RunError> {
    let quiet = args.output.quiet;
    let stop = Signals::catch().and_then(Signals::into_stop_flag)?;
    let (server, host, port) = match &profile.target {
        Target::Embedded => {
            let server = start_server(&profile, quiet)?;
            let address = server.local_addr();
            (Some(server), address.ip().to_string(), address.port())
        }
        Target::Host { host, port } => (None, host.clone(), *port),
    };
    let request = RunRequest {
        profile: Arc::new(profile),
        host,
        port,
        // The program's own server, begun for this run alone, wants none.
        access_key: args
            .what
            .access_key_file
            .as_ref()
            .filter(|_| server.is_none())
            .map(|file| file.key.clone()),
        environment: Arc::new(store::capture()),
        resumes: None,
    };
    let mut run = Arc::unwrap_or_clone(follow(request, &stop, quiet)?);
    if let Some(server) = server {
        // A server that has stopped has seen everything there was to see.
        let log = server.log();
        server.stop();
        let (records, _) = log.since(0);
        add_server_side(&mut run, &records);
    }
    Ok(run)
}

fn start_server(profile: &Profile, quiet: bool) -> Result<Server, StartError> {
    let config = ServerConfig {
        bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
        fall_back: true,
        dialect: profile.dialect,
        strict: profile.strict,
        wait: profile.wait,
        ..ServerConfig::default()
    };
    let server = Server::start(config, ServerHooks::default())?;
    if let Some(taken) = server.port_taken()
        && !quiet
    {
        say(format_args!(
            "Port {taken} is taken by another program; the embedded server listens on {}.",
            server.local_addr()
        ));
    }
    Ok(server)
}

/// Has the engine measure and shows how far it is; `stop` ends it early.
fn follow(request: RunRequest, stop: &AtomicBool, quiet: bool) -> Result<Arc<Run>, RunError> {
    let (engine, mut events) = Engine::start(Arc::new(|_| {}))?;
    let id = engine.run(request)?;
    let progress = Progress::start(quiet);
    let (mut stopping, mut trial) = (false, None);
    loop {
        let asked = Instant::now();
        match events.next_timeout(TICK) {
            Some(EngineEvent::Finished(run)) => {
                progress.clear();
                return Ok(run);
            }
            // An engine that is there lets the time pass.
            None if asked.elapsed() < TICK / 2 => return Err(EngineError::Gone.into()),
            Some(_) | None => {}
        }
        if let Some(current) = &engine.snapshot().current {
            progress.show(current);
            if current.trial != trial && !quiet {
                if let Some(trial) = &current.trial {
                    progress.say(&trial.to_string());
                }
                trial.clone_from(&current.trial);
            }
        }
        if stop.load(Ordering::Relaxed) && !stopping {
            stopping = true;
            if !quiet {
                progress.say("Stopping; what was measured is kept. Ctrl+C again ends at once.");
            }
            engine.stop(id);
        }
    }
}

/// Writes what was asked for, then shows the table.
fn deliver(run: &Run, destinations: &Destinations, quiet: bool) -> Outcome {
    let mut outcome = match run.state {
        RunState::Finished => Outcome::Done,
        _ => Outcome::Failed,
    };
    let mut check = |name: &str, written: io::Result<()>| {
        if let Err(error) = written {
            complain(format_args!("{name} {}", store::io_words(&error)));
            outcome = Outcome::Failed;
        }
    };
    let mut output_taken = false;
    let mut write = |destination: &Option<Destination>, save: Save, write: Print| match destination
    {
        None => {}
        Some(Destination::File(path)) => check(&path.display().to_string(), save(path, run)),
        Some(Destination::StandardOutput) => {
            output_taken = true;
            check("standard output", put(|output| write(run, output)));
        }
    };
    write(&destinations.json, store::save_run, |run, output| {
        store::write_run(run, output)
    });
    write(&destinations.csv, store::save_samples, |run, output| {
        store::write_samples(run, output)
    });
    if quiet {
        if let Some(error) = &run.error {
            complain(error);
        }
    } else if output_taken {
        say(report(run));
    } else {
        check(
            "standard output",
            put(|output| writeln!(output, "{}", report(run))),
        );
    }
    outcome
}

type Save = fn(&Path, &Run) -> io::Result<()>;
type Print = fn(&Run, &mut dyn Write) -> io::Result<()>;
