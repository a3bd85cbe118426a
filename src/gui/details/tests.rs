//! What the details say of runs made by hand, and how they are shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::tab::scrolled;
use super::*;
use crate::experiment::{Profile, Rounds};
use crate::gui::test_run::{self, texts};
use crate::measurement::fits;
use crate::measurement::{
    Check, Environment, Fault, FaultKind, FaultPhase, PrecisionOutcome, RunState, SocketSettings,
};

fn run() -> Run {
    let reached = Some(PrecisionOutcome::Reached);
    let not = Some(PrecisionOutcome::NotReachedInRounds);
    let late = Some(PrecisionOutcome::NotReachedInTime);
    let mut run = test_run::run(&[
        (1, 1_000_000, reached),
        (2, 1_000_000, not),
        (3, 1_000_000, late),
    ]);
    run.checks = vec![check("time", true), check("bytes", false)];
    run
}

fn check(name: &str, passed: bool) -> Check {
    Check {
        name: name.to_owned(),
        passed,
        detail: format!("figures of {name}."),
    }
}

/// What is said under a name.
fn value(run: &Run, name: &str) -> String {
    let text = as_text(run, &fits(run));
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name}\t")));
    line.unwrap_or_else(|| panic!("no \"{name}\": {text}"))
        .replace('\u{a0}', " ")
}

#[test]
fn what_disagrees_comes_first_and_is_marked_in_words() {
    let sections = sections(&run(), &fits(&run()));
    assert_eq!(sections[0].topic, Topic::Checks);
    let facts = &sections[0].facts;
    let failed = Fact::wrong("bytes", "FAILED: figures of bytes.");
    assert_eq!(*facts, [failed, Fact::new("time", "figures of time.")]);
}

#[test]
fn the_method_is_told_as_it_was_run() {
    let mut run = run();
    assert_eq!(value(&run, "State"), "finished, 180 of 180 probes echoed");
    assert!(value(&run, "Order").contains("the seed 77"));
    let rounds = value(&run, "Rounds");
    assert!(
        rounds.contains("until precise to 5 %, 6 to 40 rounds, 60 s: the 95 % interval"),
        "{rounds}"
    );
    assert_eq!(value(&run, "Precise"), "1 of 3 points, 6 rounds");
    assert_eq!(
        value(&run, "Not reached, rounds up"),
        "1 of 3 points, 6 rounds: 2 bytes"
    );
    assert_eq!(
        value(&run, "Not reached, time up"),
        "1 of 3 points, 6 rounds: 3 bytes"
    );
    run.profile = Arc::new(Profile {
        rounds: Rounds::Exactly(6),
        depth: 8,
        connections: 3,
        warmup: 2,
        message_sizes: (1..=50).collect(),
        ..(*run.profile).clone()
    });
    for point in &mut run.points {
        point.outcome = None;
    }
    assert_eq!(value(&run, "Rounds"), "exactly 6");
    assert_eq!(value(&run, "Done"), "3 of 3 points, 6 rounds");
    assert_eq!(
        value(&run, "Message sizes"),
        "50 sizes from 1 byte to 50 bytes"
    );
    assert_eq!(value(&run, "Probes in flight"), "8 on each connection");
    assert_eq!(value(&run, "Connections"), "3 at a time");
    assert!(value(&run, "Warm-up").starts_with("2 probes at the start"));
}

#[test]
fn a_point_that_failed_after_good_rounds_is_incomplete_and_not_empty() {
    let mut run = run();
    run.state = RunState::Failed;
    for point in &mut run.points[..2] {
        point.error = Some(Fault {
            phase: FaultPhase::Connect,
            kind: FaultKind::Refused,
            message: "nothing listens there".to_owned(),
        });
    }
    run.points[1].rounds.clear();
    let fault = "connect: nothing listens there";
    assert_eq!(
        value(&run, "Incomplete"),
        format!("1 of 3 points, 6 rounds: 1 byte. {fault}")
    );
    assert_eq!(
        value(&run, "Without an echo"),
        format!("1 of 3 points, 0 rounds: 2 bytes. {fault}")
    );
}

#[test]
fn what_measured_is_told_and_what_is_not_known_is_said_to_be_so() {
    let mut run = run();
    for name in [
        "Program",
        "Kernel",
        "CPU governor",
        "Load",
        "Power",
        "TCP settings (sysctl)",
    ] {
        assert_eq!(value(&run, name), NOT_KNOWN, "{name}");
    }
    run.environment = Arc::new(Environment {
        program: "echograph 9.9".to_owned(),
        kernel: "6.1.0".to_owned(),
        cpus: 2,
        load_average: Some([0.5, 1.0, 2.25]),
        power: "on battery".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        sysctls: BTreeMap::from([("net.ipv4.tcp_rmem".to_owned(), "4096 1 2".to_owned())]),
        ..Environment::default()
    });
    for (name, known) in [
        ("Program", "echograph 9.9"),
        ("Kernel", "6.1.0"),
        ("Processors usable", "2"),
        (
            "Load",
            "0.50, 1.00, 2.25 wanted a processor over 1, 5 and 15 minutes",
        ),
        ("Power", "on battery"),
        ("Time zone", "Europe/Berlin"),
        ("net.ipv4.tcp_rmem", "4096 1 2"),
    ] {
        assert_eq!(value(&run, name), known);
    }
}

#[test]
fn the_instruments_costs_are_told_with_the_points_that_are_near_them() {
    let mut run = test_run::run(&[(1, 6_000, None), (2, 30_000, None), (3, 1_000_000, None)]);
    assert!(value(&run, "Instrument floor").starts_with("10.00 µs, the least"));
    assert_eq!(value(&run, "Median of its round trips"), "12.00 µs");
    assert_eq!(value(&run, "Round trips"), "2,000");
    assert_eq!(value(&run, "Reading the clock"), "21.00 ns");
    assert_eq!(value(&run, "Step of the clock"), "1.000 ns");
    assert_eq!(value(&run, "Asking a socket in vain"), "310.0 ns");
    assert!(value(&run, "Faster than the floor").starts_with("1 of 3 points: "));
    assert!(value(&run, "Near the floor").starts_with("1 of 3 points: "));
    run.calibration = None;
    assert_eq!(value(&run, "Instrument floor"), NOT_KNOWN);
}

#[test]
fn sockets_are_told_as_asked_and_as_set() {
    let mut run = run();
    assert_eq!(value(&run, "Interface"), "eth7");
    assert_eq!(value(&run, "MTU"), "1,500 bytes");
    assert_eq!(value(&run, "Measured"), "192.0.2.1:10000");
    assert_eq!(
        value(&run, "Send buffer"),
        format!("asked: left to the system; {NOT_KNOWN}")
    );
    let mut profile = (*run.profile).clone();
    profile.socket.receive_buffer = Some(1_000);
    run.profile = Arc::new(profile);
    run.socket = Some(SocketSettings {
        nodelay: true,
        send_buffer: 16_384,
        receive_buffer: 2_304,
        congestion_control: "cubic".to_owned(),
        refused: vec!["nosuch: not there".to_owned()],
    });
    for (name, known) in [
        ("Nagle's algorithm", "asked: off; the kernel set off"),
        (
            "Send buffer",
            "asked: left to the system; the kernel set 16,384 bytes",
        ),
        (
            "Receive buffer",
            "asked: 1,000 bytes; the kernel set 2,304 bytes",
        ),
        (
            "Congestion control",
            "asked: left to the system; the kernel set cubic",
        ),
        ("Refused by the system", "nosuch: not there"),
    ] {
        assert_eq!(value(&run, name), known);
    }
}

fn in_a_window(width: f32, height: f32, wanted: Option<Topic>) -> Harness<'static> {
    let sections = sections(&run(), &fits(&run()));
    let mut wanted = wanted;
    test_run::shown(egui::vec2(width, height), move |ui| {
        scrolled(ui, &sections, wanted.take());
    })
}

/// Where a text stands.
fn top(harness: &Harness<'_>, text: &str) -> f32 {
    let labels = harness.query_all_by_role(Role::Label);
    let mut found = labels.filter(|label| label.value().as_deref() == Some(text));
    found.next().expect("the text is there").rect().top()
}

#[test]
fn every_fact_can_be_read_in_one_column_and_in_two() {
    for width in [600.0, 1_200.0] {
        let harness = in_a_window(width, 1_400.0, None);
        let said = texts(&harness);
        for section in sections(&run(), &fits(&run())) {
            assert!(said.iter().any(|text| text == section.topic.title()));
            for fact in section.facts {
                assert!(
                    said.contains(&fact.name) && said.contains(&fact.told()),
                    "{fact:?}"
                );
            }
        }
        let beside = top(&harness, "Calibration") < top(&harness, "Method");
        assert_eq!(beside, width > 1_000.0);
    }
}

#[test]
fn a_topic_that_is_asked_for_is_brought_into_sight() {
    let seen = |wanted| {
        let mut harness = in_a_window(600.0, 200.0, wanted);
        harness.run();
        top(&harness, "Environment")
    };
    assert!(seen(None) > 200.0);
    assert!(seen(Some(Topic::Environment)) < 200.0);
}

#[test]
fn the_keyboard_scrolls_the_details() {
    let mut harness = in_a_window(600.0, 200.0, None);
    harness
        .get_by_role_and_label(Role::ScrollView, "Details of the run")
        .focus();
    harness.run();
    let press = |harness: &mut Harness<'_>, key| {
        for pressed in [true, false] {
            harness.event(Event::Key {
                key,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers: Modifiers::NONE,
            });
            harness.step();
        }
        harness.run();
        top(harness, "Method")
    };
    let at_rest = top(&harness, "Method");
    let after_arrow = press(&mut harness, Key::ArrowDown);
    assert!(after_arrow < at_rest, "{after_arrow} {at_rest}");
    assert!(press(&mut harness, Key::PageDown) < after_arrow);
    let _ = press(&mut harness, Key::End);
    assert!(top(&harness, "Time zone") < 200.0);
    assert!((press(&mut harness, Key::Home) - at_rest).abs() < 1.0);
}
