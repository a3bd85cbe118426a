//! What holds for every report.

use std::sync::Arc;

use super::*;
use crate::experiment::{Order, Precision, Profile, Rounds, WaitStrategy};
use crate::measurement::{
    Direction, Environment, Fault, FaultKind, FaultPhase, Point, Probe, Round, Route, RunState,
    Side, Transcript, TranscriptLine, by_hand,
};
use crate::protocol::Phase;

/// A run of one point against `lab7.example.org`, one round of two probes, with everything that can name
/// a machine.
fn run() -> Run {
    let secret = "lab7.example.org (10.1.2.3) over eth7 did not answer";
    let probes = [Probe::new(1_000, Some(20_000)), Probe::new(30_000, None)];
    let round = Round {
        local: "192.168.4.5:40000".parse().ok(),
        ..by_hand::round(1, probes)
    };
    let point = Point {
        error: Some(Fault {
            phase: FaultPhase::Measurement,
            kind: FaultKind::TimedOut,
            message: secret.to_owned(),
        }),
        ..by_hand::point(100, [round])
    };
    let line = |at_ns, direction, text: &str| TranscriptLine {
        at_ns,
        side: Side::Client,
        phase: Phase::Setup,
        direction,
        session: 1,
        text: text.into(),
    };
    let profile = Profile {
        target: Target::Host {
            host: "lab7.example.org".to_owned(),
            port: 7_000,
        },
        message_sizes: vec![100],
        ..Profile::default()
    };
    Run {
        started: "2026-03-01T10:00:00Z".parse().unwrap(),
        state: RunState::Failed,
        error: Some(secret.to_owned()),
        environment: Arc::new(Environment {
            program: "echograph <0.1>".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            ..Environment::default()
        }),
        transcript: Transcript {
            lines: vec![
                line(0, Direction::Event, "connected to 10.1.2.3:7000"),
                line(500, Direction::Sent, "s rtt 20 100 0"),
                line(
                    900,
                    Direction::Received,
                    "404 ERROR: lab7 says <no>\u{1b}[0m",
                ),
            ],
            omitted: 0,
        },
        seed: 7,
        route: Some(Route {
            interface: "eth7".to_owned(),
            ..Route::default()
        }),
        ..by_hand::run(profile, [point])
    }
}

fn report(run: &Run, options: &ReportOptions<'_>) -> String {
    let one = ReportRun {
        run,
        name: "one",
        colour: 0,
    };
    html(&[one], options)
}

#[test]
fn nothing_names_a_machine_once_its_addresses_are_hidden() {
    let run = run();
    let secrets = ["lab7", "example.org", "10.1.2.3", "192.168.4.5", "eth7"];
    let told = report(&run, &ReportOptions::default());
    for secret in secrets {
        assert!(told.contains(secret), "{secret}");
    }
    let hidden = Addresses::of([&run]).hidden(&run);
    let mut written = Vec::new();
    crate::store::write_run(&hidden, &mut written).unwrap();
    let told = report(&hidden, &ReportOptions::default()) + &String::from_utf8(written).unwrap();
    for secret in secrets {
        assert!(!told.contains(secret), "{secret}");
    }
    assert!(told.contains("hidden:7000"));
    // What was measured is as it was.
    assert_eq!(hidden.points[0].statistics, run.points[0].statistics);
    assert_eq!(
        hidden.points[0].rounds[0].probes,
        run.points[0].rounds[0].probes
    );
}

#[test]
fn a_run_over_loopback_stays_one_without_its_addresses() {
    let mut run = run();
    run.route = None;
    let round = Round {
        local: "127.0.0.1:5".parse().ok(),
        ..Round::clone(&run.points[0].rounds[0])
    };
    run.points[0].rounds = vec![Arc::new(round)];
    let limit = |run: &Run| crate::measurement::limit_of(run, &run.points[0]);
    let hidden = Addresses::of([&run]).hidden(&run);
    assert_eq!(limit(&hidden), limit(&run));
    assert!(hidden.route.unwrap().loopback);
}

#[test]
fn what_others_wrote_is_text_and_never_markup() {
    let told = report(
        &run(),
        &ReportOptions {
            title: "<script>alert(1)</script>".to_owned(),
            ..ReportOptions::default()
        },
    );
    assert!(!told.contains("<script") && !told.contains("<no>") && !told.contains("<0.1>"));
    assert!(told.contains("&lt;script&gt;alert(1)"));
    assert!(
        told.contains("says &lt;no&gt;\u{fffd}[0m"),
        "no control characters"
    );
}

#[test]
fn failures_refusals_and_lost_probes_are_told() {
    let told = report(&run(), &ReportOptions::default());
    assert!(told.contains("measurement: lab7.example.org (10.1.2.3) over eth7 did not answer"));
    assert!(told.contains("Refused by the server:"));
    assert!(told.contains("failed, 1 of 2 probes echoed"));
    assert!(
        told.contains("after 20.00\u{a0}µs"),
        "the first probe of the transcript"
    );
    assert!(
        told.contains("2026-03-01 11:00:00 UTC+01:00"),
        "in its own time zone"
    );
}

#[test]
fn what_the_model_says_stands_before_the_method() {
    let told = report(&run(), &ReportOptions::default());
    let at = |text: &str| told.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(at("<h2>Figures</h2>") < at("<h2>Model</h2>"));
    assert!(at("<h2>Model</h2>") < at("<h2>Method</h2>"));
    let [(_, fit)] = &crate::measurement::fits(&run())[..] else {
        panic!("one delay");
    };
    let why = fit
        .as_ref()
        .expect_err("too little for a model")
        .to_string();
    assert!(told.contains(&format!("No model: {why}.")), "{why}");
    assert!(!told.contains("<h2>Comparison</h2>"), "a run alone");
}

#[test]
fn lines_in_which_runs_differ_are_marked() {
    let (one, mut other) = (run(), run());
    other.profile = Arc::new(Profile {
        warmup: 3,
        ..Profile::clone(&one.profile)
    });
    let runs = [&one, &other].map(|run| ReportRun {
        run,
        name: "a run",
        colour: 0,
    });
    let told = html(&runs, &ReportOptions::default());
    // The paragraph about probes is told of each run, what holds for both once.
    assert_eq!(told.matches("sent 20 probes over it").count(), 2);
    assert_eq!(told.matches("Nagle's algorithm was off").count(), 1);
    let differ = told.matches("<tr class=\"differs\">").count();
    assert_eq!(differ, 1, "{told}");
    assert!(
        told.contains(
            "<tr class=\"differs\"><th>Warm-up</th><td>none</td><td>3 probes at the start"
        )
    );
}

#[test]
fn the_method_says_what_the_profile_asks_for() {
    let told = |change: fn(&mut Profile)| {
        let mut run = run();
        change(Arc::make_mut(&mut run.profile));
        method::method(&run).join(" ")
    };
    let usual = told(|_| {});
    for said in [
        "the server at lab7.example.org:7000",
        "message sizes of 100 bytes of payload, without a server delay",
        "6 to 40 rounds, until the 95 % interval of its median was at most 5 %",
        "another random order (seed 7)",
        "sent 20 probes over it, each sent when the echo of the one before was there",
        "Nagle's algorithm was off",
    ] {
        assert!(usual.contains(said), "{said}: {usual}");
    }
    let other = told(|profile| {
        profile.target = Target::Embedded;
        profile.rounds = Rounds::Exactly(1);
        profile.order = Order::Sequential;
        profile.depth = 8;
        profile.connections = 2;
        profile.warmup = 1;
        profile.wait = WaitStrategy::Block;
        profile.server_delays_ms = vec![0, 10];
        profile.message_sizes = (1..=100).collect();
        profile.socket.nodelay = false;
        profile.socket.send_buffer = Some(65_536);
    });
    for said in [
        "its own echo server on the same machine",
        "visited in 1 round, the points in the order of the list",
        "2 new connections at a time and sent 20 probes over each, after 1 probe of warm-up",
        "up to 8 in flight",
        "waited for asleep",
        "at server delays of 0, 10 ms",
        "100 sizes from 1 byte to 100 bytes",
        "Nagle's algorithm was on; of the system was asked: a send buffer of 65,536 bytes.",
        "several probes in flight",
    ] {
        assert!(other.contains(said), "{said}: {other}");
    }
    let budget = told(|profile| {
        profile.rounds = Rounds::UntilPrecise(Precision {
            time_budget_s: 3_600,
            ..Precision::default()
        });
    });
    assert!(budget.contains("or 3,600 s were over"));
}
