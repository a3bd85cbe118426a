//! The command line: one file a command, and what they share.
//!
//! Exit codes: 0 done; 1 a point failed or the run was stopped, or what was asked for could not be
//! done; 2 wrong usage. Standard output carries what was asked for, standard error everything else,
//! and neither being closed is a reason to panic.
//!
//! | file | what it is |
//! | --- | --- |
//! | `args`, `run_args`, `values` | the options, and the values they take |
//! | `request` | a profile out of a file and options, or what is wrong with them |
//! | `run`, `progress` | the `run` command, its progress |
//! | `report`, `table`, `notes` | a run as text: all of it, its table, the lines below |
//! | `export`, `export_args` | the `export` command, its options |
//! | `serve` | the `serve` command |
//! | `check`, `check_args`, `check_text` | the `check` command, its options, what it found as text |
//! | `window` | no command: the window |
//! | `signals`, `output` | Ctrl+C; the two streams |
//! | `open_files` | whether the system lets the program work at all |

mod args;
mod check;
mod check_args;
mod check_text;
mod exchange_text;
mod export;
mod export_args;
mod notes;
mod open_files;
mod output;
mod progress;
mod report;
mod request;
mod run;
mod run_args;
mod serve;
mod serve_args;
mod signals;
mod table;
mod values;
#[cfg(feature = "window")]
mod window;
#[cfg(not(feature = "window"))]
#[path = "no_window.rs"]
mod window;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    Failed,
    WrongUsage,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Done => 0,
            Outcome::Failed => 1,
            Outcome::WrongUsage => 2,
        })
    }
}

/// The program, from its arguments to its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let outcome = match Cli::try_parse() {
        Ok(_) if !open_files::are_enough() => {
            output::complain(open_files::TOO_FEW);
            Outcome::Failed
        }
        Ok(Cli { command, files }) => match command {
            None => window::open(files),
            Some(Command::Run(args)) => run::run(&args),
            Some(Command::Export(args)) => export::export(&args),
            Some(Command::Serve(args)) => serve::serve(&args),
            Some(Command::Check(args)) => check::check(&args),
            Some(Command::Screenshots { folder }) => window::screenshots(&folder),
        },
        Err(error) => {
            // Help asked for goes to standard output, a complaint to standard error; if nobody
            // listens there, there is nobody to tell.
            let _ = error.print();
            if error.use_stderr() {
                Outcome::WrongUsage
            } else {
                Outcome::Done
            }
        }
    };
    outcome.into()
}
