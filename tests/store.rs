//! Files: what is written is read back, and what cannot be read is answered with a sentence.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use echograph::experiment::{
    Order, PointSpec, Precision, Profile, Rounds, SocketOptions, Target, WaitStrategy,
};
use echograph::measurement::{
    Direction, Environment, Fault, FaultKind, FaultPhase, Point, Probe, Round, Run, RunId,
    RunState, Side, Transcript, TranscriptLine,
};
use echograph::protocol::{Dialect, MeasurementType, Phase};
use echograph::store::{
    RunDocumentError, check_writable, load_profile, parse_profile, profile_text, read_run,
    save_profile, save_run, write_atomically, write_run, write_samples,
};
use proptest::prelude::*;

/// A profile file as it is written.
const PROFILE_1: &str = r#"// An Echograph profile. Sizes are in bytes; the name of a time ends in its unit.
// rounds: Exactly(10), or UntilPrecise(ci_width_percent: 5.0, min_rounds: 6, max_rounds: 40,
// time_budget_s: 60). order: random or sequential. wait: auto, spin or block.
// None leaves a value to the program or the system; Some(65536) sets it.
(
    version: 1,
    target: Host(
        host: "192.0.2.7",
        port: 7000,
    ),
    measurement_type: tput,
    message_sizes: [1024, 2048],
    probes: 30,
    server_delays_ms: [0, 10],
    rounds: UntilPrecise(
        ci_width_percent: 2.5,
        min_rounds: 9,
        max_rounds: 20,
        time_budget_s: 120,
    ),
    order: sequential,
    seed: Some(7),
    warmup: 2,
    depth: 8,
    connections: 2,
    wait: block,
    socket: (
        nodelay: false,
        send_buffer: Some(65536),
        receive_buffer: None,
        congestion_control: Some("cubic"),
    ),
    dialect: "bologna",
    strict: true,
    timeout_ms: 2500,
)
"#;

fn golden_profile() -> Profile {
    Profile {
        target: Target::Host {
            host: "192.0.2.7".to_owned(),
            port: 7000,
        },
        measurement_type: MeasurementType::Tput,
        message_sizes: vec![1024, 2048],
        probes: 30,
        server_delays_ms: vec![0, 10],
        rounds: Rounds::UntilPrecise(Precision {
            ci_width_percent: 2.5,
            min_rounds: 9,
            max_rounds: 20,
            time_budget_s: 120,
        }),
        order: Order::Sequential,
        seed: Some(7),
        warmup: 2,
        depth: 8,
        connections: 2,
        wait: WaitStrategy::Block,
        socket: SocketOptions {
            nodelay: false,
            send_buffer: Some(65_536),
            receive_buffer: None,
            congestion_control: Some("cubic".to_owned()),
        },
        dialect: Dialect::Bologna,
        strict: true,
        timeout_ms: 2500,
        ..Profile::default()
    }
}

#[test]
fn a_profile_of_version_1_loads_and_is_written_the_same() {
    assert_eq!(parse_profile(PROFILE_1).unwrap(), golden_profile());
    assert_eq!(profile_text(&golden_profile()).unwrap(), PROFILE_1);
}

fn any_rounds() -> impl Strategy<Value = Rounds> {
    // With the rest at its most, still within what a run may send in all.
    prop_oneof![
        (1_u32..=30).prop_map(Rounds::Exactly),
        (0.1..=100.0, 6_u32..=30, 1_u32..=604_800)
            .prop_flat_map(|(ci_width_percent, max_rounds, time_budget_s)| {
                (6..=max_rounds).prop_map(move |min_rounds| Precision {
                    ci_width_percent,
                    min_rounds,
                    max_rounds,
                    time_budget_s,
                })
            })
            .prop_map(Rounds::UntilPrecise),
    ]
}

fn any_socket() -> impl Strategy<Value = SocketOptions> {
    let buffer = || prop::option::of(1_u32..=1 << 30);
    let algorithm = prop::option::of("[a-z0-9_-]{1,15}");
    (any::<bool>(), buffer(), buffer(), algorithm).prop_map(
        |(nodelay, send_buffer, receive_buffer, congestion_control)| SocketOptions {
            nodelay,
            send_buffer,
            receive_buffer,
            congestion_control,
        },
    )
}

fn any_profile() -> impl Strategy<Value = Profile> {
    let distinct = |values: std::ops::RangeInclusive<u64>, n| {
        prop::collection::hash_set(values, 1..=n).prop_map(|set| set.into_iter().collect())
    };
    let target = prop_oneof![
        Just(Target::Embedded),
        ("[^\\s\\p{Cc}/]{1,40}", 1_u16..).prop_map(|(host, port)| Target::Host { host, port }),
    ];
    let plan = (
        distinct(1..=16 * 1024 * 1024, 50),
        20_u32..=1_000,
        any_rounds(),
        0_u32..=1_000,
    );
    let kinds = (
        prop::sample::select(vec![MeasurementType::Rtt, MeasurementType::Tput]),
        prop::sample::select(Dialect::ALL.to_vec()),
        distinct(0..=1_000, 5),
    );
    let method = (
        prop::sample::select(Order::ALL.to_vec()),
        any::<Option<u64>>(),
        1_u32..=1_024,
        prop::sample::select(WaitStrategy::ALL.to_vec()),
        any_socket(),
    );
    let replies = (any::<bool>(), 100_u64..=3_600_000);
    (target, plan, kinds, method, replies).prop_map(
        |(target, plan, (measurement_type, dialect, delays), method, (strict, timeout_ms))| {
            Profile {
                target,
                measurement_type,
                message_sizes: plan.0,
                probes: plan.1,
                server_delays_ms: if dialect.has_phases() {
                    delays
                } else {
                    vec![0]
                },
                rounds: plan.2,
                warmup: plan.3,
                order: method.0,
                seed: method.1,
                depth: method.2,
                wait: method.3,
                socket: method.4,
                dialect,
                strict,
                timeout_ms,
                ..Profile::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_profile_saved_is_the_profile_loaded(profile in any_profile()) {
        prop_assert_eq!(profile.problems(), []);
        let text = profile_text(&profile).unwrap();
        prop_assert_eq!(parse_profile(&text).unwrap(), profile);
    }

    #[test]
    fn no_text_makes_reading_a_profile_panic(text in "\\PC{0,200}", cut in any::<prop::sample::Index>()) {
        drop(parse_profile(&text));
        // A profile with something put into it gets further than noise.
        let at = cut.index(PROFILE_1.len());
        drop(parse_profile(&format!("{}{text}{}", &PROFILE_1[..at], &PROFILE_1[at..])));
        drop(parse_profile(&PROFILE_1[..at]));
    }
}

/// The piece of the golden profile from one text up to another.
fn piece(from: &str, up_to: &str) -> &'static str {
    let start = PROFILE_1.find(from).unwrap();
    &PROFILE_1[start..PROFILE_1.find(up_to).unwrap()]
}

#[test]
fn what_is_wrong_with_a_profile_is_said_with_its_place() {
    let rounds = piece("UntilPrecise(\n", ",\n    order");
    let target = piece("Host(\n", ",\n    measurement");
    for (from, to, message) in [
        (
            "probes: 30",
            "probs: 30",
            "line 13, column 5: there is no field \"probs\"; the fields are version, target, \
             measurement_type, message_sizes, probes, server_delays_ms, rounds, order, seed, \
             warmup, depth, connections, wait, socket, dialect, strict, timeout_ms",
        ),
        (
            "percent: 2.5",
            "per_cent: 2.5",
            "line 16, column 9: there is no field \"ci_width_per_cent\"; the fields are \
             ci_width_percent, min_rounds, max_rounds, time_budget_s",
        ),
        (
            "seed: Some(7)",
            "seed: Some(7), seed: None",
            "line 22, column 20: the field \"seed\" is there twice",
        ),
        (
            "probes: 30",
            "probes: many",
            "line 13, column 13: a whole number belongs here",
        ),
        (
            "port: 7000",
            "port: 70000",
            "line 9, column 15: this number is negative or too large for its field",
        ),
        (
            "Some(7)",
            "Some(-7)",
            "line 22, column 17: this number is negative or too large for its field",
        ),
        (
            "Some(7)",
            "Some(7",
            "line 22, column 18: this cannot be read as a profile: a closing ) belongs here",
        ),
        (
            "strict: true",
            "strict: 1",
            "line 34, column 13: true or false belongs here",
        ),
        (
            "[0, 10]",
            "10",
            "line 14, column 23: a list such as [1, 100, 1000] belongs here",
        ),
        (
            "bologna",
            "boloña",
            "line 33, column 15: no dialect is called \"boloña\"; there are boston, bologna, \
             boston-size-first and echo",
        ),
        (
            "\"bologna\"",
            "bologna",
            "line 33, column 14: a text in \"quotes\" belongs here",
        ),
        (
            "\"cubic\"",
            "cubic",
            "line 31, column 34: a text in \"quotes\" belongs here",
        ),
        (
            rounds,
            "Exactly(ten)",
            "line 15, column 21: a whole number belongs here",
        ),
        (
            target,
            "Hose(host: \"localhost\")",
            "line 7, column 13: \"Hose\" is no value here: Embedded or Host(host: \"localhost\", \
             port: 10000) belongs here",
        ),
        (
            "version: 1",
            "version: 7, something_new: [1]",
            "line 6, column 5: the profile has version 7; this program knows version 1. A newer \
             Echograph may open it",
        ),
        (
            "timeout_ms: 2500,\n)",
            "timeout_ms: 2500,",
            "line 36, column 1: this cannot be read as a profile: the file ends too early",
        ),
        (
            "\n(",
            "\n[",
            "line 5, column 1: this is not a profile, which begins with ( and ends with )",
        ),
    ] {
        assert_eq!(said_after(from, to), message);
    }
    // Each field at its own place, although the text itself is sound.
    let wrong = PROFILE_1
        .replace("probes: 30", "probes: 3")
        .replace("[1024, 2048]", "[1024, 0]")
        .replace("max_rounds: 20", "max_rounds: 8")
        .replace("depth: 8", "depth: 0")
        .replace("\"cubic\"", "\"c u b i c\"");
    assert_eq!(
        parse_profile(&wrong).unwrap_err().to_string(),
        "line 12, column 5: Message sizes: 0 is outside 1 to 67108864\n\
         line 13, column 5: Probe count: must be at least 20 in the bologna dialect\n\
         line 18, column 9: Most rounds: must be at least the 9 of the least\n\
         line 24, column 5: Probes in flight: must be 1 to 1024\n\
         line 31, column 9: Congestion control: must be the name of an algorithm, such as cubic \
         or bbr"
    );
}

fn said_after(from: &str, to: &str) -> String {
    assert!(PROFILE_1.contains(from), "{from}");
    let text = PROFILE_1.replacen(from, to, 1);
    parse_profile(&text).unwrap_err().to_string()
}

#[test]
fn a_value_of_another_kind_is_answered_with_what_to_write() {
    let rounds = piece("UntilPrecise(\n", ",\n    order");
    let socket = piece("(\n        nodelay", ",\n    dialect");
    let rounds_are = "Exactly(10) or UntilPrecise(ci_width_percent: 5.0, min_rounds: 6, \
                      max_rounds: 40, time_budget_s: 60)";
    let socket_is = "something like (nodelay: true, send_buffer: None, receive_buffer: None, \
                     congestion_control: None)";
    for (from, to, place, belongs) in [
        (rounds, "10", "15, column 13", rounds_are),
        (rounds, "Exactly", "15, column 20", rounds_are),
        (rounds, "UntilPrecise(5.0)", "15, column 26", rounds_are),
        ("tput", "\"tput\"", "11, column 23", "rtt or tput"),
        ("2.5", "\"5 %\"", "16, column 27", "something like 5.0"),
        ("2.5", "Some(5)", "16, column 27", "something like 5.0"),
        ("sequential,", "1,", "21, column 12", "random or sequential"),
        (
            "block,",
            "\"block\",",
            "26, column 11",
            "auto, spin or block",
        ),
        ("Some(7)", "7", "22, column 11", "None or Some(7)"),
        (
            "send_buffer: Some(65536)",
            "send_buffer: 65536",
            "29, column 22",
            "None or Some(65536)",
        ),
        (
            "Some(\"cubic\")",
            "\"cubic\"",
            "31, column 29",
            "None or Some(\"cubic\")",
        ),
        (socket, "None", "27, column 13", socket_is),
        (socket, "[]", "27, column 13", socket_is),
    ] {
        // What the header says is no value.
        let header = PROFILE_1.find("\n(").unwrap();
        let text = PROFILE_1[header..].replacen(from, to, 1);
        let text = format!("{}{text}", &PROFILE_1[..header]);
        assert_eq!(
            parse_profile(&text).unwrap_err().to_string(),
            format!("line {place}: {belongs} belongs here")
        );
    }
    assert_eq!(
        said_after("wait: block", "wait: sleep"),
        "line 26, column 11: \"sleep\" is no value here: auto, spin or block belongs here"
    );
    for width in ["NaN", "inf", "-inf", "-1.0", "1e999", "0", "1e-320"] {
        assert_eq!(
            said_after("percent: 2.5", &format!("percent: {width}")),
            "line 16, column 9: Interval width: must be 0.1 % to 100 %"
        );
    }
}

#[test]
fn every_field_of_a_profile_has_to_be_there_and_one_that_is_not_is_shown() {
    let lines: Vec<&str> = PROFILE_1.lines().collect();
    let single = lines.iter().filter(|line| line.contains(": "));
    let single: Vec<_> = single
        .filter(|line| !line.starts_with("//") && line.ends_with(','))
        .collect();
    assert_eq!(single.len(), 24);
    for line in single {
        let name = line.trim().split(':').next().unwrap();
        let said = said_after(&format!("{line}\n"), "");
        let missing = format!(": the field \"{name}\" is missing; write, for example, {name}: ");
        assert!(said.contains(&missing), "{said}");
    }
    assert_eq!(
        said_after("        receive_buffer: None,\n", ""),
        "line 31, column 5: the field \"receive_buffer\" is missing; write, for example, \
         receive_buffer: None"
    );
    let socket = piece("    socket: (", "    dialect");
    assert_eq!(
        said_after(socket, ""),
        "line 30, column 1: the field \"socket\" is missing; write, for example, socket: (nodelay: \
         true, send_buffer: None, receive_buffer: None, congestion_control: None)"
    );
}

#[test]
fn what_a_missing_field_is_shown_as_can_be_read() {
    // Written down as the sentences say, field after field, a profile comes out of an empty one.
    let mut text = "(\n)".to_owned();
    let profile = loop {
        match parse_profile(&text) {
            Ok(profile) => break profile,
            Err(error) => {
                let said = error.to_string();
                let (_, field) = said.split_once("write, for example, ").expect(&said);
                text = text.replace("\n)", &format!("\n{field},\n)"));
            }
        }
    };
    assert_eq!(profile.socket, SocketOptions::default());
    assert_eq!(profile.target, Target::Embedded);
}

#[test]
fn hostile_profiles_are_answered_and_never_panic() {
    let deep = "(".repeat(100_000);
    assert!(parse_profile(&deep).is_err());
    let deep_field = format!("(version: 1, target: {}", "[".repeat(100_000));
    assert!(parse_profile(&deep_field).is_err());
    // As many fields as a file can hold, and something wrong behind them.
    let many = format!("(version: 1, {} rounds: 10", "a: 1,\n".repeat(100_000));
    assert!(parse_profile(&many).is_err());
    for text in [
        "",
        "()",
        "42",
        "{\"a\": 1}",
        "Profile",
        "\u{feff}",
        "/*",
        "(version: 1e999)",
    ] {
        let said = parse_profile(text).unwrap_err().to_string();
        assert!(said.starts_with("line 1, column "), "{text}: {said}");
    }
}

#[test]
fn files_that_are_no_profile_are_answered_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let said = |name: &str, bytes: Option<&[u8]>| {
        let path = folder.path().join(name);
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).unwrap();
        }
        load_profile(&path).unwrap_err().to_string()
    };
    assert_eq!(
        said("none", None),
        "the file does not exist, or its folder does not"
    );
    assert_eq!(
        said("latin1", Some(b"// gr\xfcn\n(")),
        "line 1, column 6: this is not text (UTF-8), so it is not a profile"
    );
    assert_eq!(
        said("large", Some(&vec![b' '; 1024 * 1024 + 1])),
        "the file is larger than 1024 KiB, which no profile is"
    );
    assert_eq!(
        load_profile(folder.path()).unwrap_err().to_string(),
        "the file is a folder, not a file"
    );
}

#[test]
fn a_profile_is_saved_and_loaded_and_one_that_cannot_be_measured_is_not_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("class.ron");
    save_profile(&path, &golden_profile()).unwrap();
    assert_eq!(load_profile(&path).unwrap(), golden_profile());
    let broken = Profile {
        probes: 0,
        ..golden_profile()
    };
    let error = save_profile(&path, &broken).unwrap_err();
    assert_eq!(error.to_string(), "Probe count: must be at least 1");
    assert_eq!(load_profile(&path).unwrap(), golden_profile());
}

#[test]
fn a_write_that_fails_leaves_the_old_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    fs::write(&path, "old").unwrap();
    let error = write_atomically(&path, |file| {
        file.write_all(b"half of the new one")?;
        Err(io::Error::other("no more"))
    });
    assert_eq!(error.unwrap_err().to_string(), "no more");
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let nowhere = folder.path().join("gone").join("run.json");
    let kind = |result: io::Result<()>| result.unwrap_err().kind();
    let write = |path: &std::path::Path| write_atomically(path, |_| Ok(()));
    assert_eq!(kind(write(&nowhere)), io::ErrorKind::NotFound);
    assert_eq!(kind(check_writable(&nowhere)), io::ErrorKind::NotFound);
    assert_eq!(kind(write(folder.path())), io::ErrorKind::IsADirectory);
    assert_eq!(
        kind(check_writable(folder.path())),
        io::ErrorKind::IsADirectory
    );
    let inside_a_file = path.join("run.json");
    assert_eq!(
        kind(check_writable(&inside_a_file)),
        io::ErrorKind::NotADirectory
    );
    check_writable(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_replaced_file_keeps_its_permissions_and_a_link_keeps_its_target() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link");
    symlink("file", &link).unwrap();
    write_atomically(&link, |file| file.write_all(b"new")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    assert_eq!(mode(&file), 0o640);

    let dangling = folder.path().join("dangling");
    symlink("made", &dangling).unwrap();
    write_atomically(&dangling, |file| file.write_all(b"made")).unwrap();
    assert_eq!(
        fs::read_to_string(folder.path().join("made")).unwrap(),
        "made"
    );
    // As open as any other new file of this user, not closed like a temporary one.
    let plain = folder.path().join("plain");
    fs::write(&plain, "").unwrap();
    assert_eq!(mode(&folder.path().join("made")), mode(&plain));

    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let error = write_atomically(&file, |file| file.write_all(b"newer")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);

    let ring = folder.path().join("ring");
    symlink("ring", &ring).unwrap();
    assert!(write_atomically(&ring, |_| Ok(())).is_err());
    write_atomically("/dev/null".as_ref(), |file| file.write_all(b"gone")).unwrap();
    assert!(!fs::symlink_metadata("/dev/null").unwrap().is_file());
}

/// The run document as it was first published. Documents like this one exist: it must load for ever.
const RUN_1: &str = r#"{
  "format": "echograph-run",
  "version": 1,
  "started": "2026-03-01T12:00:00.5Z",
  "state": "stopped",
  "error": "stopped after 2 of 3 rounds",
  "destination": "192.0.2.7:7000",
  "profile": {
    "version": 1,
    "target": {"kind": "host","host": "192.0.2.7","port": 7000},
    "measurement_type": "tput",
    "message_sizes": [1024,2048],
    "probes": 30,
    "server_delays_ms": [0,10],
    "rounds": 3,
    "warmup": 2,
    "dialect": "bologna",
    "strict": true,
    "timeout_ms": 2500
  },
  "environment": {
    "program": "echograph 0.1.0",
    "os": "Debian GNU/Linux 12 (bookworm)",
    "kernel": "6.1.0",
    "architecture": "x86_64",
    "cpu_model": "A processor",
    "cpus": 2
  },
  "transcript_omitted": 3,
  "transcript": [
    {"at_ns": -5,"side": "server","phase": "setup","direction": "event","session": 0,"text": "listening"},
    {"at_ns": 7,"side": "client","phase": "setup","direction": "sent","session": 1,"text": "h thput 4 1024 10"}
  ],
  "points": [
    {"type": "tput","message_size": 1024,"server_delay_ns": 10000000,"rounds": 2,"probes_sent": 5,"probes_echoed": 4,"n": 2,"rtt_ns": {"min": 1000,"p50": 2000,"p90": 2800,"p99": 2980,"max": 3000,"mean": 2000,"stddev": 1414,"median_ci95": null},"jitter_ns": 2000,"throughput": {"mean": 512000000,"median": 512000000},"error": null,"connections": {"round": [1,2],"session": [1,3],"warmup": [2,2],"connect_ns": [900,null],"local": ["192.0.2.1:40000",null]},"samples": {"round": [1,1,1,1,2],"seq": [1,2,3,4,1],"sent_ns": [10,20,30,40,50],"rtt_ns": [9000,8000,1000,3000,null],"warmup": [true,true,false,false,true]}},
    {"type": "tput","message_size": 2048,"server_delay_ns": 10000000,"rounds": 0,"probes_sent": 0,"probes_echoed": 0,"n": 0,"rtt_ns": null,"jitter_ns": null,"throughput": null,"error": {"phase": "connect","kind": "refused","message": "Nothing listens there."},"connections": {"round": [],"session": [],"warmup": [],"connect_ns": [],"local": []},"samples": {"round": [],"seq": [],"sent_ns": [],"rtt_ns": [],"warmup": []}}
  ],
  "fit": null
}
"#;

fn golden_run() -> Run {
    let probes = |probes: &[(u64, Option<u64>)]| {
        probes
            .iter()
            .map(|(sent_ns, rtt_ns)| Probe::new(*sent_ns, *rtt_ns))
            .collect()
    };
    let spec = |message_size| PointSpec {
        kind: MeasurementType::Tput,
        message_size,
        server_delay_ms: 10,
    };
    let mut measured = Point::new(spec(1024));
    measured.rounds = vec![
        Arc::new(Round {
            number: 1,
            session: 1,
            warmup: 2,
            connect_ns: Some(900),
            local: Some(SocketAddr::from(([192, 0, 2, 1], 40_000))),
            probes: probes(&[
                (10, Some(9_000)),
                (20, Some(8_000)),
                (30, Some(1_000)),
                (40, Some(3_000)),
            ]),
            ..Round::default()
        }),
        Arc::new(Round {
            number: 2,
            session: 3,
            warmup: 2,
            connect_ns: None,
            local: None,
            probes: probes(&[(50, None)]),
            ..Round::default()
        }),
    ];
    measured.refresh_statistics();
    let mut refused = Point::new(spec(2048));
    refused.error = Some(Fault {
        phase: FaultPhase::Connect,
        kind: FaultKind::Refused,
        message: "Nothing listens there.".to_owned(),
    });
    let line = |at_ns, side, direction, session, text: &str| TranscriptLine {
        at_ns,
        side,
        phase: Phase::Setup,
        direction,
        session,
        text: text.into(),
    };
    Run {
        seed: 0,
        calibration: None,
        socket: None,
        route: None,
        checks: Vec::new(),
        id: RunId(5),
        started: "2026-03-01T12:00:00.5Z".parse().unwrap(),
        origin: Instant::now(),
        state: RunState::Stopped,
        error: Some("stopped after 2 of 3 rounds".to_owned()),
        profile: Arc::new(golden_profile()),
        destination: "192.0.2.7:7000".to_owned(),
        environment: Arc::new(Environment {
            program: "echograph 0.1.0".to_owned(),
            os: "Debian GNU/Linux 12 (bookworm)".to_owned(),
            kernel: "6.1.0".to_owned(),
            architecture: "x86_64".to_owned(),
            cpu_model: "A processor".to_owned(),
            cpus: 2,
        }),
        points: vec![measured, refused],
        transcript: Transcript {
            lines: vec![
                line(-5, Side::Server, Direction::Event, 0, "listening"),
                line(7, Side::Client, Direction::Sent, 1, "h thput 4 1024 10"),
            ],
            omitted: 3,
        },
    }
}

fn document(run: &Run) -> String {
    let mut bytes = Vec::new();
    write_run(run, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn read(text: &str) -> Result<Run, RunDocumentError> {
    read_run(text.as_bytes())
}

/// Two runs are the same in everything that outlives the process.
fn assert_same(one: &Run, other: &Run) {
    assert_eq!(document(one), document(other));
    for (one, other) in one.points.iter().zip(&other.points) {
        assert_eq!(one.rounds, other.rounds);
        assert_eq!(one.statistics, other.statistics);
        assert_eq!((one.spec, &one.error), (other.spec, &other.error));
    }
    assert_eq!(one.transcript, other.transcript);
    assert_eq!(one.profile, other.profile);
    assert_eq!(one.environment, other.environment);
    assert_eq!((one.state, one.started), (other.state, other.started));
}

#[test]
fn a_run_document_of_version_1_loads_and_is_written_the_same() {
    assert_eq!(document(&golden_run()), RUN_1);
    assert_same(&read(RUN_1).unwrap(), &golden_run());
}

#[test]
fn a_run_that_is_going_on_is_written_as_interrupted() {
    let mut run = golden_run();
    run.state = RunState::Running;
    let text = document(&run);
    assert!(text.contains("\"state\": \"interrupted\""));
    assert_eq!(read(&text).unwrap().state, RunState::Interrupted);
}

#[test]
fn figures_come_from_the_samples_whatever_a_document_claims() {
    let text = RUN_1.replace("\"p50\": 2000", "\"p50\": 1");
    assert_same(&read(&text).unwrap(), &golden_run());
}

#[test]
fn a_document_may_have_fields_that_were_added_later_and_lack_those_added_before() {
    let newer = RUN_1
        .replace(
            "\"version\": 1,",
            "\"version\": 1, \"colour\": {\"a\": [1]},",
        )
        .replace(
            "\"message_size\": 1024,",
            "\"message_size\": 1024, \"depth\": 4,",
        )
        .replace("\"cpus\": 2", "\"cpus\": 2, \"clock\": \"tsc\"");
    assert_same(&read(&newer).unwrap(), &golden_run());

    let mut lines: Vec<String> = RUN_1.lines().map(str::to_owned).collect();
    lines.retain(|line| !line.contains("destination") && !line.contains("transcript_omitted"));
    let mut older = lines.join("\n");
    while let Some(start) = older.find("\"connections\"") {
        let end = older[start..].find("},").unwrap();
        older.replace_range(start..start + end + 2, "");
    }
    let run = read(&older).unwrap();
    assert_eq!(run.destination, "");
    let probes = |run: &Run| -> Vec<Vec<Probe>> {
        let rounds = run.points[0].rounds.iter();
        rounds
            .map(|round| round.probes.iter().copied().collect())
            .collect()
    };
    assert_eq!(probes(&run), probes(&golden_run()));
    assert_eq!(run.points[0].statistics, golden_run().points[0].statistics);
}

#[test]
fn every_document_that_breaks_off_is_said_to_break_off() {
    for length in 0..RUN_1.trim_end().len() {
        match read(&RUN_1[..length]) {
            Err(RunDocumentError::BreaksOff { .. }) => {}
            // A lone minus is no number yet, and read as a wrong one.
            Err(RunDocumentError::NotJson { .. }) if RUN_1[..length].ends_with('-') => {}
            other => panic!("{length}: {other:?}"),
        }
    }
    let cut = &RUN_1[..RUN_1.find("\"kernel\"").unwrap()];
    assert_eq!(
        read(cut).unwrap_err().to_string(),
        "line 24, column 4: the file ends here, in the middle of the document"
    );
}

#[test]
fn what_is_wrong_with_a_document_is_said_with_its_place() {
    let said = |from: &str, to: &str| {
        assert!(RUN_1.contains(from), "{from}");
        read(&RUN_1.replacen(from, to, 1)).unwrap_err().to_string()
    };
    assert_eq!(
        said("[10,20,", "[NaN,20,"),
        "line 35, column 519: this is not JSON: expected value"
    );
    assert_eq!(
        said("echograph-run", "something"),
        "this is not a run of Echograph: it does not say format \"echograph-run\""
    );
    assert_eq!(
        read("[1, 2]").unwrap_err().to_string(),
        "this is not a run of Echograph: it does not say format \"echograph-run\""
    );
    assert_eq!(
        said("\"version\": 1,", "\"version\": 2,"),
        "the run has document version 2; this program knows version 1. A newer Echograph may \
         open it"
    );
    assert!(said("\"state\"", "\"status\"").ends_with("missing field `state`"));
    assert!(said("\"stopped\"", "\"running\"").starts_with("line 5, column 20: unknown variant"));
    assert!(said("[9000,", "[-1,").contains("integer `-1`"));
    assert!(said("[9000,", "[1.5,").contains("floating point"));
    let columns = "columns are equally long";
    assert_eq!(
        said("\"seq\": [1,2,3,4,1]", "\"seq\": [1,2,3,4]"),
        format!("point 1: samples.round has 5 values and samples.seq has 4; {columns}")
    );
    assert_eq!(
        said("true,false,false,true]", "true,false,false]"),
        format!("point 1: samples.rtt_ns has 5 values and samples.warmup has 4; {columns}")
    );
    assert_eq!(
        said("\"warmup\": [2,2]", "\"warmup\": [2]"),
        format!(
            "point 1: connections.session has 2 values and connections.warmup has 1; {columns}"
        )
    );
    assert_eq!(
        said("\"round\": [1,2]", "\"round\": [2,1]"),
        "point 1: its rounds are not in ascending order"
    );
    assert_eq!(
        said("\"round\": [1,1,1,1,2]", "\"round\": [1,1,1,1,3]"),
        "point 1: sample 5 belongs to round 3, which is not there"
    );
    assert_eq!(
        said("\"seq\": [1,2,3", "\"seq\": [1,2,4"),
        "point 1: sample 3 is number 4 of its round, where 3 was due"
    );
    assert_eq!(
        said("[true,true,", "[true,false,"),
        "point 1: sample 2 is not marked as warm-up, and its round has 2 of it"
    );
    assert_eq!(
        said("\"message_size\": 1024", "\"message_size\": 0"),
        "point 1: its message size is 0, and a probe carries at least one byte"
    );
    assert_eq!(
        said("10000000", "10000001"),
        "point 1: its server delay is not a whole number of milliseconds"
    );
    let deep = RUN_1.replacen("null", &"[".repeat(100_000), 1);
    assert!(read(&deep).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_run_written_is_the_run_read(
        warmup in 0_u32..5,
        rounds in prop::collection::vec(
            prop::collection::vec((any::<u64>(), prop::option::of(0..u64::MAX)), 0..8),
            0..8,
        ),
    ) {
        let mut run = golden_run();
        let point = &mut run.points[0];
        point.rounds = (1..)
            .zip(&rounds)
            .map(|(number, probes)| Arc::new(Round {
                number: number * 3,
                session: number,
                warmup,
                connect_ns: None,
                local: None,
                probes: probes.iter().map(|(sent, rtt)| Probe::new(*sent, *rtt)).collect(),
                ..Round::default()
            }))
            .collect();
        point.refresh_statistics();
        assert_same(&read(&document(&run)).unwrap(), &run);
    }

    #[test]
    fn no_change_of_a_byte_makes_reading_a_run_panic(
        at in 0..RUN_1.len(),
        byte in any::<u8>(),
    ) {
        let mut bytes = RUN_1.as_bytes().to_vec();
        bytes[at] = byte;
        drop(read_run(bytes.as_slice()));
    }
}

#[test]
fn samples_are_one_row_each() {
    let mut bytes = Vec::new();
    write_samples(&golden_run(), &mut bytes).unwrap();
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "type,message_size,server_delay_ns,round,seq,sent_ns,rtt_ns,warmup\n\
         tput,1024,10000000,1,1,10,9000,true\n\
         tput,1024,10000000,1,2,20,8000,true\n\
         tput,1024,10000000,1,3,30,1000,false\n\
         tput,1024,10000000,1,4,40,3000,false\n\
         tput,1024,10000000,2,1,50,,true\n"
    );
}

#[test]
fn a_run_of_a_million_samples_is_saved_and_loaded() {
    let mut run = golden_run();
    let point = &mut run.points[0];
    point.rounds = (1..=1_000)
        .map(|number| {
            Arc::new(Round {
                number,
                session: number,
                warmup: 0,
                connect_ns: None,
                local: None,
                probes: (0..1_000).map(|n| Probe::new(n, Some(n + 1))).collect(),
                ..Round::default()
            })
        })
        .collect();
    point.refresh_statistics();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    save_run(&path, &run).unwrap();
    let read = echograph::store::load_run(&path).unwrap();
    assert_eq!(read.points[0].rounds, run.points[0].rounds);
}

#[test]
fn the_environment_is_that_of_this_program_and_machine() {
    let environment = echograph::store::capture();
    assert_eq!(environment.program, "echograph 0.1.0");
    assert_eq!(environment.architecture, std::env::consts::ARCH);
    assert!(environment.cpus >= 1);
    assert!(!environment.os.is_empty());
    if cfg!(target_os = "linux") {
        assert!(!environment.kernel.is_empty());
    }
}
