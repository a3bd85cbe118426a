//! The options of `run`, as their help says them: one for each field of a profile, and where the
//! results go.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::{self, OrSystem};
use crate::experiment::{Order, QuickAck, WaitStrategy};
use crate::protocol::{
    BetweenProbes, Dialect, Digits, LineEnd, MeasurementType, Separator, SetupOrder, SizeCounts,
};

/// Measures once and prints a table.
///
/// Without --host and --port, and without a profile that names a host, the program's own server is
/// started and measured.
#[derive(Debug, Args)]
#[command(after_help = RUN_NOTES, allow_negative_numbers = true)]
pub(super) struct RunArgs {
    /// The profile to start from; each option overrides its field.
    #[arg(value_name = "PROFILE.ron")]
    pub profile: Option<PathBuf>,
    #[command(flatten)]
    pub what: WhatArgs,
    #[command(flatten)]
    pub variant: VariantArgs,
    #[command(flatten)]
    pub rounds: RoundsArgs,
    #[command(flatten)]
    pub how: HowArgs,
    #[command(flatten)]
    pub socket: SocketArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

// No docs on these: clap would print them as those of the command.

#[derive(Debug, Args)]
#[command(next_help_heading = "What is measured")]
pub(super) struct WhatArgs {
    /// The server's name or address [with --port alone: 127.0.0.1].
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// The server's TCP port [with --host alone: 10000].
    #[arg(long, value_name = "PORT", value_parser = values::port)]
    pub port: Option<u16>,
    /// What the setup message announces: rtt or tput [rtt].
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<MeasurementType>,
    /// Message sizes: payload bytes of a probe [the assignment's sizes for the type].
    #[arg(long, value_name = "LIST", value_parser = values::sizes)]
    pub sizes: Option<values::List>,
    /// Measured probes in each round [20].
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub probes: Option<u32>,
    /// Server delays in milliseconds, one series each [0].
    #[arg(long, value_name = "LIST", value_parser = values::delays)]
    pub delay: Option<values::List>,
    /// The wording of the protocol: boston, bologna, boston-size-first or echo [boston].
    #[arg(long, value_name = "NAME")]
    pub dialect: Option<Dialect>,
    /// Want the dialect's replies and echoes to the letter, and try nothing else.
    #[arg(long)]
    pub strict: bool,
    /// A file whose first line is the access key that the server wants, where Echograph runs it with one.
    #[arg(long, value_name = "FILE", value_parser = values::access_key)]
    pub access_key_file: Option<values::KeyFile>,
    /// Time-out in seconds, for connecting, and for a reply on top of the server delay [5].
    #[arg(long, value_name = "S", value_parser = values::seconds)]
    pub timeout: Option<Duration>,
}

#[derive(Debug, Args)]
#[command(
    next_help_heading = "What the server wants differently (found out by itself unless --strict)"
)]
pub(super) struct VariantArgs {
    /// The sequence number of a session's first probe: 0 or 1 [1].
    #[arg(long, value_name = "0|1", value_parser = clap::value_parser!(u32).range(0..=1))]
    pub first_seq: Option<u32>,
    /// What ends a message: newline or nothing [newline].
    #[arg(long, value_name = "END")]
    pub line_end: Option<LineEnd>,
    /// What stands between the fields of the setup message: space or tab [space].
    #[arg(long, value_name = "WHAT")]
    pub separator: Option<Separator>,
    /// Probes and message size in the setup message: as the dialect's text has them (text), or the other way
    /// round (swapped) [text].
    #[arg(long, value_name = "ORDER")]
    pub setup_order: Option<SetupOrder>,
    /// Numbers as short as they are (plain), or filled up to five digits (padded) [plain].
    #[arg(long, value_name = "HOW")]
    pub digits: Option<Digits>,
    /// What the message size counts: payload, payload-and-line-end or message [payload].
    #[arg(long, value_name = "WHAT")]
    pub size_counts: Option<SizeCounts>,
    /// The fewest probes that the server takes; what is more than was asked for is warm-up [1].
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub least_probes: Option<u32>,
    /// What comes between two probes: nothing, termination (one after each probe) or connection (each message has one
    /// of its own) [nothing].
    #[arg(long, value_name = "WHAT")]
    pub between_probes: Option<BetweenProbes>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Rounds (each visits every point once)")]
pub(super) struct RoundsArgs {
    /// Exactly that many rounds, however precise the figures are.
    #[arg(
        long, value_name = "N", value_parser = values::count,
        conflicts_with_all = ["ci_width", "min_rounds", "max_rounds", "time_budget"]
    )]
    pub rounds: Option<u32>,
    /// Go on until the median's 95 % interval is at most that wide, in percent of the median [5].
    #[arg(long, value_name = "PCT", value_parser = values::percent)]
    pub ci_width: Option<f64>,
    /// Rounds before the interval is looked at for the first time, at least 6 [6].
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub min_rounds: Option<u32>,
    /// Rounds after which a point is given up and marked [40].
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub max_rounds: Option<u32>,
    /// Seconds after which no more rounds than the least begin [60].
    #[arg(long, value_name = "S", value_parser = values::count)]
    pub time_budget: Option<u32>,
    /// Order of the points: random, anew each round, turns a drift of the path into noise; sequential
    /// is the profile's own [random].
    #[arg(long, value_name = "ORDER")]
    pub order: Option<Order>,
    /// What the random order is drawn from: a number repeats a run's order; any takes a new one [any].
    #[arg(long, value_name = "N|any", value_parser = values::seed)]
    pub seed: Option<values::Seed>,
    /// Probes at the start of each round that are kept but not counted [0].
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub warmup: Option<u32>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How probes are sent and waited for")]
pub(super) struct HowArgs {
    /// Wait for echoes by asking again and again (spin: exact, costs a processor), asleep (block: the
    /// wake-up is measured too), or first one and then the other (auto) [auto].
    #[arg(long, value_name = "HOW")]
    pub wait: Option<WaitStrategy>,
    /// Probes in flight on a connection; with 1 each waits for the echo of the last [1].
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub depth: Option<u32>,
    /// Connections that measure a point at the same time, each with a message and room for its echo,
    /// 256 MiB in all at most [1].
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub connections: Option<u32>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What is asked of the sockets (what the system made of it is kept)")]
pub(super) struct SocketArgs {
    /// `TCP_NODELAY`: on sends at once; off lets small messages wait for acknowledgements (Nagle) [on].
    #[arg(long, value_name = "on|off", value_parser = values::on_or_off)]
    pub nodelay: Option<bool>,
    /// `SO_SNDBUF`, the send buffer: bytes, or system to leave it to the system [system].
    #[arg(long, value_name = "SIZE", value_parser = values::buffer)]
    pub sndbuf: Option<OrSystem<u32>>,
    /// `SO_RCVBUF`, the receive buffer, which bounds the window: bytes, or system [system].
    #[arg(long, value_name = "SIZE", value_parser = values::buffer)]
    pub rcvbuf: Option<OrSystem<u32>>,
    /// `TCP_CONGESTION`: the algorithm, such as cubic, reno or bbr, or system [system].
    #[arg(long, value_name = "NAME", value_parser = values::algorithm)]
    pub congestion: Option<OrSystem<String>>,
    /// `TCP_QUICKACK`: acknowledge what comes at once (on), as the kernel does (off), or off with one round more
    /// where a delayed acknowledgement shows in the figures (auto) [auto].
    #[arg(long, value_name = "WHEN")]
    pub quickack: Option<QuickAck>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Where the results go")]
pub(super) struct OutputArgs {
    /// Write the run as JSON, to FILE or (-) to standard output.
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Write the samples as CSV, to FILE or (-) to standard output.
    #[arg(long, value_name = "FILE|-")]
    pub csv: Option<PathBuf>,
    /// Print nothing but errors and what --json - or --csv - asks for.
    #[arg(long)]
    pub quiet: bool,
}

const RUN_NOTES: &str = "\
LIST: 1,100,1K, ranges 1..1000:100 (steps of 100) and 1..64K:x2 (doubling); K is 1024, M is 1024K.
Where JSON or CSV goes to standard output, the table goes to standard error.
Ctrl+C stops the run; what was measured is written all the same. A second one ends at once.
Exit code: 0 done, 1 a point failed or the run was stopped, 2 wrong usage.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;
    use crate::experiment::{LIST_HELP, Precision, Profile, Rounds};

    /// What the help of an option says.
    fn help_of(option: &str) -> String {
        let cli = Cli::command();
        let run = cli.find_subcommand("run").unwrap();
        let option = run
            .get_arguments()
            .find(|argument| argument.get_long() == Some(option));
        option.unwrap().get_help().unwrap().to_string()
    }

    #[test]
    fn the_readme_names_every_option() {
        let readme = include_str!("../../README.md");
        let cli = Cli::command();
        let run = cli.find_subcommand("run").unwrap();
        for option in run.get_arguments().filter_map(clap::Arg::get_long) {
            let named = readme.contains(&format!("`--{option}"));
            assert!(named || option == "help", "--{option}");
        }
    }

    #[test]
    fn help_names_the_values_that_hold_without_an_option() {
        assert!(RUN_NOTES.contains("1..64K:x2") && LIST_HELP.contains("1..64K:x2"));
        let Profile {
            probes,
            rounds,
            order,
            seed,
            warmup,
            depth,
            connections,
            wait,
            socket,
            timeout_ms,
            ..
        } = Profile::default();
        let Rounds::UntilPrecise(Precision {
            ci_width_percent,
            min_rounds,
            max_rounds,
            time_budget_s,
        }) = rounds
        else {
            panic!("{rounds:?}");
        };
        assert_eq!((seed, socket.nodelay), (None, true));
        assert_eq!((socket.send_buffer, socket.receive_buffer), (None, None));
        assert_eq!(socket.congestion_control, None);
        for (option, value) in [
            ("probes", probes.to_string()),
            ("ci-width", ci_width_percent.to_string()),
            ("min-rounds", min_rounds.to_string()),
            ("max-rounds", max_rounds.to_string()),
            ("time-budget", time_budget_s.to_string()),
            ("order", order.to_string()),
            ("seed", "any".to_owned()),
            ("warmup", warmup.to_string()),
            ("wait", wait.to_string()),
            ("depth", depth.to_string()),
            ("connections", connections.to_string()),
            ("nodelay", "on".to_owned()),
            ("sndbuf", "system".to_owned()),
            ("rcvbuf", "system".to_owned()),
            ("congestion", "system".to_owned()),
            ("quickack", socket.quick_ack.to_string()),
            ("timeout", (timeout_ms / 1_000).to_string()),
        ] {
            let help = help_of(option);
            assert!(help.ends_with(&format!("[{value}]")), "--{option}: {help}");
        }
    }
}
