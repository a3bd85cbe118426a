//! `echograph check`: a server, or a client, put through the rules of the protocol.
//!
//! Rows are shown as the checks are done. Whatever becomes of the check, what was found is written.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use super::Outcome;
use super::check_args::CheckArgs;
use super::check_text::{details, head, row, row_not_tried};
use super::output::{complain, put, say};
use super::request::{Destination, UsageError, destination};
use super::signals::Signals;
use crate::check::{CheckEvent, CheckReport, Checked, Checking, ClientCheck, ServerCheck, Verdict};
use crate::report::{self, ReportOptions};
use crate::store;

/// How often Ctrl+C is looked at.
const TICK: Duration = Duration::from_millis(100);

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
enum CheckError {
    #[error("the check could not begin: {}", store::io_words(.0))]
    Start(#[from] io::Error),
    #[error("the check ended without a result")]
    Gone,
}

/// Where the results go.
struct Destinations {
    json: Option<Destination>,
    html: Option<Destination>,
}

/// Checks what the arguments name.
pub(super) fn check(args: &CheckArgs) -> Outcome {
    let destinations = match destinations(args) {
        Ok(destinations) => destinations,
        Err(error) => {
            complain(error);
            return Outcome::WrongUsage;
        }
    };
    // Standard output carries a document alone.
    let taken = [&destinations.json, &destinations.html]
        .into_iter()
        .any(|place| *place == Some(Destination::StandardOutput));
    let show: fn(&str) = match (args.quiet, taken) {
        (true, _) => |_| {},
        (false, true) => |text| say(text),
        (false, false) => |text| {
            // A pipe that was closed wants no more, and what else there is to write goes on.
            let _ = put(|output| writeln!(output, "{text}"));
        },
    };
    match follow(args, show) {
        Ok(report) => deliver(&report, &destinations, show),
        Err(error) => {
            complain(error);
            Outcome::Failed
        }
    }
}

fn destinations(args: &CheckArgs) -> Result<Destinations, UsageError> {
    let destinations = Destinations {
        json: destination("--json", args.json.as_deref())?,
        html: destination("--html", args.html.as_deref())?,
    };
    if destinations.json.is_some() && destinations.json == destinations.html {
        let place = match destinations.json {
            Some(Destination::File(path)) => path.display().to_string(),
            _ => "standard output".to_owned(),
        };
        return Err(UsageError::Problems(format!(
            "--json and --html cannot both go to {place}"
        )));
    }
    Ok(destinations)
}

/// Starts the check and shows what comes of it, until it is done.
fn follow(args: &CheckArgs, show: fn(&str)) -> Result<Box<CheckReport>, CheckError> {
    let stop = Signals::catch().and_then(Signals::into_stop_flag)?;
    let checking = start(args, show)?;
    show(&head());
    let mut stopping = false;
    let mut rows = Rows::default();
    loop {
        match checking.next_timeout(TICK) {
            Ok(CheckEvent::Finished(report)) => {
                rows.end(show);
                return Ok(report);
            }
            Ok(CheckEvent::Done(checked)) => rows.next(&checked, show),
            Ok(CheckEvent::Says(what)) => {
                if !args.quiet {
                    say(what);
                }
            }
            // Told below the rows.
            Ok(CheckEvent::Began(_) | CheckEvent::Lost(_)) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(CheckError::Gone),
        }
        stop_if_asked(&stop, &checking, &mut stopping, args.quiet);
    }
}

/// The rows as they come. Many that were not tried for one reason are one.
#[derive(Default)]
struct Rows {
    /// Why the last one was not tried.
    reason: Option<String>,
    /// Those behind it that were not tried for the same reason: the first, the last.
    held: Option<(usize, usize)>,
}

impl Rows {
    fn next(&mut self, checked: &Checked, show: fn(&str)) {
        let reason = (checked.verdict == Verdict::NotApplicable).then(|| checked.detail.clone());
        if reason.is_some() && reason == self.reason {
            let first = self.held.map_or(checked.number, |(first, _)| first);
            self.held = Some((first, checked.number));
            return;
        }
        self.end(show);
        self.reason = reason;
        show(&row(checked));
    }

    fn end(&mut self, show: fn(&str)) {
        if let Some((first, last)) = self.held.take() {
            show(&row_not_tried(first, last));
        }
    }
}

fn start(args: &CheckArgs, show: fn(&str)) -> io::Result<Checking> {
    let waker = Arc::new(|| {});
    let program = store::capture().program;
    if args.client {
        let check = ClientCheck {
            bind: args.bind,
            port: args.port,
            dialect: args.dialect,
            strict: args.strict,
            answer_time: args.timeout,
            idle_time: args.idle_timeout,
            program,
        };
        let (checking, address) = check.start(waker)?;
        show(&format!("listening on {address}"));
        return Ok(checking);
    }
    let host = args.host.clone().unwrap_or_default();
    let check = ServerCheck {
        dialect: args.dialect,
        strict: args.strict,
        answer_time: args.timeout,
        program,
        ..ServerCheck::of(&host, args.server_port.unwrap_or_default())
    };
    check.start(waker)
}

fn stop_if_asked(stop: &AtomicBool, checking: &Checking, stopping: &mut bool, quiet: bool) {
    if stop.load(Ordering::Relaxed) && !*stopping {
        *stopping = true;
        if !quiet {
            say("Stopping; what was found is kept. Ctrl+C again ends at once.");
        }
        checking.stop();
    }
}

/// Writes what was asked for, and shows the rest.
fn deliver(report: &CheckReport, destinations: &Destinations, show: fn(&str)) -> Outcome {
    let mut outcome = if report.is_good() {
        Outcome::Done
    } else {
        Outcome::Failed
    };
    let page = || report::html(&[], &ReportOptions::of_checks(std::slice::from_ref(report)));
    let mut write = |place: &Option<Destination>,
                     write: &dyn Fn(&mut dyn Write) -> io::Result<()>| {
        let (name, written) = match place {
            None => return,
            Some(Destination::StandardOutput) => ("standard output".to_owned(), put(write)),
            Some(Destination::File(path)) => (
                path.display().to_string(),
                store::write_atomically(path, write),
            ),
        };
        if let Err(error) = written {
            complain(format_args!("{name} {}", store::io_words(&error)));
            outcome = Outcome::Failed;
        }
    };
    write(&destinations.json, &|output| {
        store::write_check(report, output)
    });
    write(&destinations.html, &|output| {
        output.write_all(page().as_bytes())
    });
    show(&format!("\n{}", details(report)));
    outcome
}
