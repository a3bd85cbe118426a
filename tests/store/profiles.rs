//! Profiles as files for people.

use std::fs;

use echograph::experiment::{
    Order, Precision, Profile, QuickAck, Rounds, SocketOptions, Target, WaitStrategy,
};
use echograph::protocol::{
    BetweenProbes, Dialect, Digits, LineEnd, MeasurementType, Separator, SetupOrder, SizeCounts,
    Variant,
};
use echograph::store::{load_profile, parse_profile, profile_text, save_profile};
use proptest::prelude::*;

/// A profile file as it is written.
const PROFILE_1: &str = include_str!("../../assets/golden/profile.ron");

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
            quick_ack: QuickAck::On,
        },
        dialect: Dialect::Bologna,
        variant: Variant {
            first_seq: 0,
            line_end: LineEnd::Nothing,
            separator: Separator::Tab,
            setup_order: SetupOrder::Swapped,
            digits: Digits::Padded,
            size_counts: SizeCounts::Message,
            least_probes: 5,
            between_probes: BetweenProbes::Nothing,
        },
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
    let quick_ack = prop::sample::select(QuickAck::ALL.to_vec());
    (any::<bool>(), buffer(), buffer(), algorithm, quick_ack).prop_map(
        |(nodelay, send_buffer, receive_buffer, congestion_control, quick_ack)| SocketOptions {
            quick_ack,
            nodelay,
            send_buffer,
            receive_buffer,
            congestion_control,
        },
    )
}

fn any_variant() -> impl Strategy<Value = Variant> {
    let words = (
        prop::sample::select(LineEnd::ALL),
        prop::sample::select(Separator::ALL),
        prop::sample::select(SetupOrder::ALL),
        prop::sample::select(Digits::ALL),
        prop::sample::select(SizeCounts::ALL),
        prop::sample::select(BetweenProbes::ALL),
    );
    (0_u32..=1, words, 1_u32..=20).prop_map(|(first_seq, words, least_probes)| {
        let (line_end, separator, setup_order, digits, size_counts, between_probes) = words;
        Variant {
            first_seq,
            line_end,
            separator,
            setup_order,
            digits,
            size_counts,
            least_probes,
            between_probes,
        }
    })
}

/// A name of any characters, or an address; a colon in a name would be a port.
fn any_host() -> impl Strategy<Value = String> {
    prop_oneof![
        "[^\\s\\p{Cc}/:]{1,40}",
        any::<std::net::IpAddr>().prop_map(|address| address.to_string()),
    ]
}

fn any_profile() -> impl Strategy<Value = Profile> {
    let distinct = |values: std::ops::RangeInclusive<u64>, n| {
        prop::collection::hash_set(values, 1..=n).prop_map(|set| set.into_iter().collect())
    };
    let target = prop_oneof![
        Just(Target::Embedded),
        (any_host(), 1_u16..).prop_map(|(host, port)| Target::Host { host, port }),
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
        (any_socket(), any_variant()),
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
                // What comes between two probes wants them one at a time.
                depth: match method.4.1.between_probes {
                    BetweenProbes::Nothing => method.2,
                    _ => 1,
                },
                wait: method.3,
                socket: method.4.0,
                variant: method.4.1,
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

#[expect(clippy::too_many_lines, reason = "a list of everything there is")]
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
             warmup, depth, connections, wait, socket, dialect, variant, strict, timeout_ms",
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
            "line 45, column 13: true or false belongs here",
        ),
        (
            "[0, 10]",
            "10",
            "line 14, column 23: a list such as [1, 100, 1000] belongs here",
        ),
        (
            "bologna",
            "boloña",
            "line 34, column 15: no dialect is called \"boloña\"; there are boston, bologna, \
             boston-size-first and echo",
        ),
        (
            "\"bologna\"",
            "bologna",
            "line 34, column 14: a text in \"quotes\" belongs here",
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
            "line 47, column 1: this cannot be read as a profile: the file ends too early",
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
                     congestion_control: None, quick_ack: auto)";
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
    assert_eq!(single.len(), 33);
    for line in single {
        let name = line.trim().split(':').next().unwrap();
        // Profiles were written without it before it was known that servers differ in that.
        if matches!(name, "setup_order" | "between_probes") {
            let without = PROFILE_1.replace(line, "");
            let read = parse_profile(&without).unwrap().variant;
            let is_text = match name {
                "setup_order" => read.setup_order == SetupOrder::Text,
                _ => read.between_probes == BetweenProbes::Nothing,
            };
            assert!(is_text, "{read:?}");
            continue;
        }
        let said = said_after(&format!("{line}\n"), "");
        let missing = format!(": the field \"{name}\" is missing; write, for example, {name}: ");
        assert!(said.contains(&missing), "{said}");
    }
    assert_eq!(
        said_after("        receive_buffer: None,\n", ""),
        "line 32, column 5: the field \"receive_buffer\" is missing; write, for example, \
         receive_buffer: None"
    );
    let socket = piece("    socket: (", "    dialect");
    assert_eq!(
        said_after(socket, ""),
        "line 40, column 1: the field \"socket\" is missing; write, for example, socket: (nodelay: \
         true, send_buffer: None, receive_buffer: None, congestion_control: None, quick_ack: auto)"
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
