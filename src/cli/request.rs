//! A profile out of a file and options, or what is wrong with them.

use std::io;
use std::path::{Path, PathBuf};

use super::run_args::{HowArgs, RoundsArgs, RunArgs, SocketArgs, VariantArgs, WhatArgs};
use super::values::OrSystem;
use crate::experiment::{
    Field, Precision, Problem, Profile, Rounds, SizeSet, SocketOptions, Target,
};
use crate::protocol::Variant;
use crate::store::{ProfileFileError, check_writable, io_words, load_profile};

const DEFAULT_HOST: &str = "127.0.0.1";
const DEFAULT_PORT: u16 = 10_000;

/// Where a result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Destination {
    StandardOutput,
    File(PathBuf),
}

/// Where the results go that were asked for.
#[derive(Debug)]
pub(super) struct Destinations {
    pub json: Option<Destination>,
    pub csv: Option<Destination>,
}

/// Arguments that each make sense and together do not, or a profile that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum UsageError {
    #[error("{}: {error}", path.display())]
    Profile {
        path: PathBuf,
        error: ProfileFileError,
    },
    #[error("{0}")]
    Problems(String),
    #[error("--json and --csv cannot both go to {0}")]
    SameDestination(String),
    #[error("{option}: {} is the profile itself, which would be lost; write another name", path.display())]
    ProfileItself { option: &'static str, path: PathBuf },
    #[error("{option}: {} {}", path.display(), io_words(error))]
    NotWritable {
        option: &'static str,
        path: PathBuf,
        error: io::Error,
    },
}

/// The profile that the arguments ask for.
pub(super) fn profile(args: &RunArgs) -> Result<Profile, UsageError> {
    let mut profile = match &args.profile {
        Some(path) => load_profile(path).map_err(|error| UsageError::Profile {
            path: path.clone(),
            error,
        })?,
        None => Profile::default(),
    };
    override_fields(&mut profile, args);
    let problems = profile.problems();
    if problems.is_empty() {
        Ok(profile)
    } else {
        Err(UsageError::Problems(sentences(&problems, args)))
    }
}

fn override_fields(profile: &mut Profile, args: &RunArgs) {
    override_what(profile, &args.what, args.profile.is_some());
    override_variant(&mut profile.variant, &args.variant);
    override_rounds(profile, &args.rounds);
    let HowArgs {
        wait,
        depth,
        connections,
    } = args.how;
    set(&mut profile.wait, wait);
    set(&mut profile.depth, depth);
    set(&mut profile.connections, connections);
    override_socket(&mut profile.socket, &args.socket);
}

fn override_what(profile: &mut Profile, args: &WhatArgs, has_file: bool) {
    if args.host.is_some() || args.port.is_some() {
        let (host, port) = match &profile.target {
            Target::Host { host, port } => (host.clone(), *port),
            Target::Embedded => (DEFAULT_HOST.to_owned(), DEFAULT_PORT),
        };
        profile.target = Target::Host {
            host: args.host.clone().unwrap_or(host),
            port: args.port.unwrap_or(port),
        };
    }
    if let Some(kind) = args.kind {
        profile.measurement_type = kind;
        // A profile's sizes were chosen; the default ones only stand for the type.
        if !has_file {
            profile.message_sizes = SizeSet::default_for(kind).sizes().to_vec();
        }
    }
    set(
        &mut profile.message_sizes,
        args.sizes.as_ref().map(|list| list.0.clone()),
    );
    set(
        &mut profile.server_delays_ms,
        args.delay.as_ref().map(|list| list.0.clone()),
    );
    set(&mut profile.probes, args.probes);
    set(&mut profile.dialect, args.dialect);
    profile.strict |= args.strict;
    let timeout_ms = args
        .timeout
        .map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
    set(&mut profile.timeout_ms, timeout_ms);
}

fn override_variant(variant: &mut Variant, args: &VariantArgs) {
    let VariantArgs {
        first_seq,
        line_end,
        separator,
        setup_order,
        digits,
        size_counts,
        least_probes,
        between_probes,
    } = *args;
    set(&mut variant.first_seq, first_seq);
    set(&mut variant.line_end, line_end);
    set(&mut variant.separator, separator);
    set(&mut variant.setup_order, setup_order);
    set(&mut variant.digits, digits);
    set(&mut variant.size_counts, size_counts);
    set(&mut variant.least_probes, least_probes);
    set(&mut variant.between_probes, between_probes);
}

/// A number of rounds switches the stop rule off; anything the rule has switches it on, with the
/// profile's own values for the rest if it had it.
fn override_rounds(profile: &mut Profile, args: &RoundsArgs) {
    let RoundsArgs {
        rounds,
        ci_width,
        min_rounds,
        max_rounds,
        time_budget,
        order,
        seed,
        warmup,
    } = *args;
    let has_rule =
        ci_width.is_some() || min_rounds.is_some() || max_rounds.is_some() || time_budget.is_some();
    if let Some(rounds) = rounds {
        profile.rounds = Rounds::Exactly(rounds);
    } else if has_rule {
        let mut precision = match profile.rounds {
            Rounds::UntilPrecise(precision) => precision,
            Rounds::Exactly(_) => Precision::default(),
        };
        set(&mut precision.ci_width_percent, ci_width);
        set(&mut precision.min_rounds, min_rounds);
        set(&mut precision.max_rounds, max_rounds);
        set(&mut precision.time_budget_s, time_budget);
        profile.rounds = Rounds::UntilPrecise(precision);
    }
    set(&mut profile.order, order);
    set(&mut profile.seed, seed.map(|seed| seed.0));
    set(&mut profile.warmup, warmup);
}

fn override_socket(socket: &mut SocketOptions, args: &SocketArgs) {
    set(&mut socket.nodelay, args.nodelay);
    set(
        &mut socket.send_buffer,
        args.sndbuf.clone().map(OrSystem::given),
    );
    set(
        &mut socket.receive_buffer,
        args.rcvbuf.clone().map(OrSystem::given),
    );
    set(
        &mut socket.congestion_control,
        args.congestion.clone().map(OrSystem::given),
    );
    set(&mut socket.quick_ack, args.quickack);
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// The destinations that the arguments ask for, if they can be written as far as that is known now:
/// nobody wants to learn it after an hour of measuring.
pub(super) fn destinations(args: &RunArgs) -> Result<Destinations, UsageError> {
    for (option, path) in [("--json", &args.output.json), ("--csv", &args.output.csv)] {
        if let (Some(path), Some(profile)) = (path, &args.profile)
            && is_same_file(path, profile)
        {
            let path = path.clone();
            return Err(UsageError::ProfileItself { option, path });
        }
    }
    let destinations = Destinations {
        json: destination("--json", args.output.json.as_deref())?,
        csv: destination("--csv", args.output.csv.as_deref())?,
    };
    match (&destinations.json, &destinations.csv) {
        (Some(Destination::StandardOutput), Some(Destination::StandardOutput)) => {
            Err(UsageError::SameDestination("standard output".to_owned()))
        }
        (Some(Destination::File(json)), Some(Destination::File(csv))) if json == csv => {
            Err(UsageError::SameDestination(json.display().to_string()))
        }
        _ => Ok(destinations),
    }
}

pub(super) fn destination(
    option: &'static str,
    path: Option<&Path>,
) -> Result<Option<Destination>, UsageError> {
    match path {
        None => Ok(None),
        // By its other name it is not to be replaced by a file, or mixed with the table.
        Some(path)
            if ["-", "/dev/stdout"]
                .iter()
                .any(|name| path == Path::new(name)) =>
        {
            Ok(Some(Destination::StandardOutput))
        }
        Some(path) => match check_writable(path) {
            Ok(()) => Ok(Some(Destination::File(path.to_owned()))),
            Err(error) => Err(UsageError::NotWritable {
                option,
                path: path.to_owned(),
                error,
            }),
        },
    }
}

/// Whether two names lead to the same file that is there, and can be replaced.
pub(super) fn is_same_file(one: &Path, other: &Path) -> bool {
    let file = |path: &Path| path.canonicalize().ok().filter(|path| path.is_file());
    file(one).is_some_and(|one| file(other) == Some(one))
}

fn sentences(problems: &[Problem], args: &RunArgs) -> String {
    let texts: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}: {}", options_of(problem, args), problem.message))
        .collect();
    texts.join("\nerror: ")
}

/// The options that a problem came with. Where several fields have a part in it, those that were given:
/// nobody can change one that was not.
fn options_of(problem: &Problem, args: &RunArgs) -> String {
    let fields = || std::iter::once(&problem.field).chain(&problem.with);
    let given: Vec<&str> = fields()
        .filter(|field| problem.with.is_empty() || is_given(**field, args))
        .map(|field| option_of(*field))
        .collect();
    if given.is_empty() {
        option_of(problem.field).to_owned()
    } else {
        given.join(", ")
    }
}

/// Whether the option was given, of a field that may have a part in something.
fn is_given(field: Field, args: &RunArgs) -> bool {
    match field {
        Field::MessageSizes => args.what.sizes.is_some(),
        Field::Probes => args.what.probes.is_some(),
        Field::ServerDelays => args.what.delay.is_some(),
        Field::Rounds => args.rounds.rounds.is_some(),
        Field::MaxRounds => args.rounds.max_rounds.is_some(),
        Field::Warmup => args.rounds.warmup.is_some(),
        Field::Connections => args.how.connections.is_some(),
        _ => false,
    }
}

/// The option of a field. A profile that was loaded has no problems, so what is wrong came with an
/// option.
fn option_of(field: Field) -> &'static str {
    match field {
        Field::Version => "version",
        Field::Host => "--host",
        Field::Port => "--port",
        Field::MessageSizes => "--sizes",
        Field::Probes => "--probes",
        Field::ServerDelays => "--delay",
        Field::Rounds => "--rounds",
        Field::CiWidth => "--ci-width",
        Field::MinRounds => "--min-rounds",
        Field::MaxRounds => "--max-rounds",
        Field::TimeBudget => "--time-budget",
        Field::Seed => "--seed",
        Field::Depth => "--depth",
        Field::Connections => "--connections",
        Field::SendBuffer => "--sndbuf",
        Field::ReceiveBuffer => "--rcvbuf",
        Field::CongestionControl => "--congestion",
        Field::FirstSeq => "--first-seq",
        Field::LeastProbes => "--least-probes",
        Field::Warmup => "--warmup",
        Field::Timeout => "--timeout",
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command};
    use crate::experiment::{Order, PROFILE_VERSION, QuickAck, WaitStrategy};
    use crate::protocol::{
        BetweenProbes, Digits, LineEnd, MeasurementType, Separator, SetupOrder, SizeCounts,
    };
    use crate::store::save_profile;

    fn asked(options: &[&str]) -> Result<Profile, UsageError> {
        let words = ["echograph", "run"].iter().chain(options);
        match Cli::try_parse_from(words).unwrap().command {
            Some(Command::Run(args)) => profile(&args),
            other => panic!("{other:?}"),
        }
    }

    fn host(host: &str, port: u16) -> Target {
        Target::Host {
            host: host.to_owned(),
            port,
        }
    }

    #[test]
    fn without_options_the_default_profile_is_measured() {
        assert_eq!(asked(&[]).unwrap(), Profile::default());
    }

    #[test]
    fn host_or_port_alone_selects_a_host() {
        assert_eq!(asked(&["--host", "a"]).unwrap().target, host("a", 10_000));
        assert_eq!(
            asked(&["--port", "7"]).unwrap().target,
            host("127.0.0.1", 7)
        );
    }

    #[test]
    fn every_option_overrides_its_field() {
        let profile = asked(&[
            "--type=tput",
            "--sizes=1K,3",
            "--probes=5",
            "--delay=0,7",
            "--ci-width=2.5",
            "--min-rounds=7",
            "--max-rounds=70",
            "--time-budget=700",
            "--order=sequential",
            "--seed=77",
            "--warmup=1",
            "--depth=8",
            "--connections=4",
            "--wait=spin",
            "--nodelay=off",
            "--sndbuf=64K",
            "--rcvbuf=1M",
            "--congestion=reno",
            "--dialect=boston-size-first",
            "--strict",
            "--quickack=on",
            "--first-seq=0",
            "--line-end=nothing",
            "--separator=tab",
            "--setup-order=swapped",
            "--digits=padded",
            "--size-counts=message",
            "--least-probes=6",
            "--between-probes=nothing",
            "--timeout=2.5",
            "--host=a",
            "--port=9",
        ])
        .unwrap();
        // Every field by its name, so that one without an option does not go unseen.
        let expected = Profile {
            version: PROFILE_VERSION,
            target: host("a", 9),
            measurement_type: MeasurementType::Tput,
            message_sizes: vec![1024, 3],
            probes: 5,
            server_delays_ms: vec![0, 7],
            rounds: Rounds::UntilPrecise(Precision {
                ci_width_percent: 2.5,
                min_rounds: 7,
                max_rounds: 70,
                time_budget_s: 700,
            }),
            order: Order::Sequential,
            seed: Some(77),
            warmup: 1,
            depth: 8,
            connections: 4,
            wait: WaitStrategy::Spin,
            socket: SocketOptions {
                nodelay: false,
                send_buffer: Some(65_536),
                receive_buffer: Some(1_048_576),
                congestion_control: Some("reno".to_owned()),
                quick_ack: QuickAck::On,
            },
            dialect: crate::protocol::Dialect::BostonSizeFirst,
            variant: Variant {
                first_seq: 0,
                line_end: LineEnd::Nothing,
                separator: Separator::Tab,
                setup_order: SetupOrder::Swapped,
                digits: Digits::Padded,
                size_counts: SizeCounts::Message,
                least_probes: 6,
                between_probes: BetweenProbes::Nothing,
            },
            strict: true,
            timeout_ms: 2_500,
        };
        assert_eq!(profile, expected);
        // It wants what the options above ask for otherwise.
        let other = asked(&["--between-probes=connection"]).unwrap();
        assert_eq!(other.variant.between_probes, BetweenProbes::Connection);
        assert_eq!(
            asked(&["--rounds", "2"]).unwrap().rounds,
            Rounds::Exactly(2)
        );
    }

    #[test]
    fn options_undo_what_a_profile_has_chosen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.ron");
        let saved = Profile {
            seed: Some(5),
            rounds: Rounds::Exactly(4),
            socket: SocketOptions {
                nodelay: false,
                send_buffer: Some(1),
                receive_buffer: Some(2),
                congestion_control: Some("reno".to_owned()),
                quick_ack: QuickAck::Off,
            },
            ..Profile::default()
        };
        save_profile(&path, &saved).unwrap();
        let path = path.to_str().unwrap();
        assert_eq!(asked(&[path]).unwrap(), saved);
        let options = [
            path,
            "--nodelay",
            "on",
            "--sndbuf",
            "system",
            "--rcvbuf",
            "system",
            "--congestion",
            "system",
            "--quickack",
            "auto",
            "--seed",
            "any",
            "--max-rounds",
            "50",
        ];
        let undone = Profile {
            rounds: Rounds::UntilPrecise(Precision {
                max_rounds: 50,
                ..Precision::default()
            }),
            ..Profile::default()
        };
        assert_eq!(asked(&options).unwrap(), undone);
    }

    #[test]
    fn the_stop_rule_keeps_of_a_profile_what_no_option_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.ron");
        let precision = Precision {
            ci_width_percent: 1.0,
            min_rounds: 9,
            max_rounds: 90,
            time_budget_s: 600,
        };
        let saved = Profile {
            rounds: Rounds::UntilPrecise(precision),
            ..Profile::default()
        };
        save_profile(&path, &saved).unwrap();
        let rounds = asked(&[path.to_str().unwrap(), "--min-rounds", "12"])
            .unwrap()
            .rounds;
        let expected = Precision {
            min_rounds: 12,
            ..precision
        };
        assert_eq!(rounds, Rounds::UntilPrecise(expected));
    }

    #[test]
    fn a_type_brings_its_sizes_unless_a_profile_has_chosen_some() {
        let tput = SizeSet::TputBinary.sizes();
        assert_eq!(asked(&["--type", "tput"]).unwrap().message_sizes, tput);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.ron");
        let saved = Profile {
            target: host("b", 99),
            message_sizes: vec![5],
            ..Profile::default()
        };
        save_profile(&path, &saved).unwrap();
        let path = path.to_str().unwrap();
        let profile = asked(&[path, "--type", "tput", "--port", "7"]).unwrap();
        assert_eq!(profile.message_sizes, [5]);
        assert_eq!(profile.target, host("b", 7));
    }

    #[test]
    fn a_value_that_cannot_be_measured_names_its_option() {
        let said = |options: &[&str]| asked(options).unwrap_err().to_string();
        assert_eq!(said(&["--probes", "0"]), "--probes: must be at least 1");
        assert!(said(&["--dialect", "echo", "--delay", "5"]).starts_with("--delay: must be 0"));
        for (options, named) in [
            (
                &["--warmup", "1000000"][..],
                "--warmup: a round has 1000020",
            ),
            (
                &["--warmup=900000", "--probes=900000"],
                "--probes, --warmup: a",
            ),
            (
                &["--connections=64", "--sizes=64M"],
                "--connections, --sizes: 64",
            ),
            (
                &["--connections=64", "--probes=2000"],
                "--probes, --connections: 6",
            ),
            (
                &["--connections=64", "--max-rounds=10000"],
                "--max-rounds, --conn",
            ),
            (
                &["--dialect=bologna", "--warmup=1", "--probes=3"],
                "--probes, --warmup: must",
            ),
            (
                &["--host", "a:80"],
                "--host: is a name or an address alone: 80 belongs",
            ),
        ] {
            assert!(said(options).starts_with(named), "{}", said(options));
        }
        assert_eq!(
            said(&["--max-rounds", "5"]),
            "--max-rounds: must be at least the 6 of the least"
        );
        assert_eq!(
            said(&["--congestion", "no such thing"]),
            "--congestion: must be the name of an algorithm, such as cubic or bbr"
        );
        assert_eq!(
            said(&["--rounds", "0", "--timeout", "0.01"]),
            "--rounds: must be 1 to 10000\nerror: --timeout: must be 0.1 s to 3600 s"
        );
    }
}
