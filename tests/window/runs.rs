//! Runs from the window: started, watched, stopped, failed.

use echograph::experiment::Target;
use echograph::measurement::RunState;
use echograph::measurement::units::time;
use echograph::server::{Server, ServerConfig, ServerHooks};
use egui::accesskit::Role;

use super::harness::{ClosedPort, Window};

#[test]
fn ten_rounds_of_the_assignments_sizes_are_two_clicks_away() {
    let mut window = Window::open();
    assert!(window.painted().iter().any(|text| text == "Press Run."));
    window.click_button("10 rounds");
    let run = window.run_to_its_end();
    assert_eq!(
        (run.state, run.error.as_deref()),
        (RunState::Finished, None)
    );
    assert_eq!(run.profile.target, Target::Embedded);
    for (point, size) in run.points.iter().zip([1, 100, 200, 400, 800, 1000]) {
        assert_eq!(point.spec.message_size, size);
        assert_eq!(point.probes_echoed(), 200);
    }
    assert!(window.says("Finished: 1,200 echoes"));
    assert!(
        window
            .app()
            .notice()
            .is_none_or(|notice| !notice.text.contains("failed"))
    );
}

#[test]
fn run_works_at_once_on_the_first_start() {
    let mut window = Window::open();
    let run = window.run_to_its_end();
    assert_eq!(
        (run.state, run.error.as_deref()),
        (RunState::Finished, None)
    );
    for point in &run.points {
        let rounds = u32::try_from(point.rounds.len()).unwrap();
        let asked = run.profile.rounds;
        assert!((asked.least()..=asked.most()).contains(&rounds), "{rounds}");
        assert_eq!(point.probes_echoed(), u64::from(rounds) * 20);
    }
}

#[test]
fn the_form_is_filled_and_measured_on_a_server_elsewhere() {
    let config = ServerConfig {
        port: 0,
        ..ServerConfig::default()
    };
    let server = Server::start(config, ServerHooks::default()).unwrap();
    let mut window = Window::open();
    window.click_button("Another host");
    window.type_into("Host", "127.0.0.1");
    window.type_into("Port", &server.local_addr().port().to_string());
    window.pick("Measurement type", "Throughput (tput)");
    window.type_into("Message sizes", "2K,64");
    window.type_into("Probe count", "3");
    window.type_into("Server delay (ms)", "1,0");
    window.exactly("2");
    let run = window.run_to_its_end();
    assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
    assert_eq!(run.destination, server.local_addr().to_string());
    let points: Vec<_> = run
        .points
        .iter()
        .map(|point| {
            (
                point.spec.message_size,
                point.spec.server_delay_ms,
                point.probes_echoed(),
            )
        })
        .collect();
    assert_eq!(points.len(), 4);
    for expected in [(2048, 1, 6), (2048, 0, 6), (64, 1, 6), (64, 0, 6)] {
        assert!(points.contains(&expected), "{expected:?} of {points:?}");
    }
    // The embedded server was not needed and stays off.
    assert!(!window.is_on(Role::CheckBox, "Embedded server"));
    assert_eq!(server.status().connections_in_all, 8);
}

#[test]
fn the_plots_name_their_figures_and_their_units() {
    let mut window = Window::open();
    for name in ["Round-trip time", "Throughput"] {
        assert!(window.texts().iter().any(|text| text == name));
    }
    window.type_into("Server delay (ms)", "0,2");
    window.type_into("Probe count", "3");
    window.click_button("1 round");
    window.run_to_its_end();
    let painted = window.painted();
    let paints = |text: &str| painted.iter().any(|known| known == text);
    assert!(paints("Message size (bytes)"), "{painted:?}");
    assert!(
        painted.iter().any(|text| text.starts_with("RTT (")),
        "{painted:?}"
    );
    assert!(
        painted.iter().any(|text| text.starts_with("Throughput (")),
        "{painted:?}"
    );
    // A curve for each server delay, each with its name.
    assert!(
        paints("delay 0\u{a0}ms") && paints("delay 2\u{a0}ms"),
        "{painted:?}"
    );
    assert!(!paints("Press Run."), "{painted:?}");
}

#[test]
fn a_run_that_goes_on_says_how_far_it_is() {
    let mut window = Window::open();
    window.start_endless_run();
    assert!(window.says("Measuring: round"), "{:?}", window.texts());
    assert!(window.is_enabled(Role::Button, "Stop"));
    assert!(window.under_run().starts_with("Waits its turn"));
    window.wait_until("a first row of figures", |window| {
        let shown = window.app().shown();
        shown.is_some_and(|run| run.points.iter().any(|point| point.statistics.is_some()))
    });
    assert_eq!(window.app().shown().unwrap().state, RunState::Running);
    window.click_button("Stop");
    window.wait_until("the end", |window| window.ended().is_some());
}

#[test]
fn stop_keeps_what_was_measured() {
    let mut window = Window::open();
    window.start_endless_run();
    let before = window.app().progress().unwrap().probes_done;
    window.click_button("Stop");
    window.wait_until("the stopped run", |window| window.ended().is_some());
    window.settle();
    let run = window.ended().unwrap();
    assert_eq!(run.state, RunState::Stopped);
    let echoed = run.points[0].probes_echoed();
    let counted = run.points[0].statistics.as_ref().unwrap().n;
    assert!(
        echoed >= before && counted == echoed,
        "{before} {counted} {echoed}"
    );
    let noun = if echoed == 1 { "echo" } else { "echoes" };
    assert!(
        window.says(&format!("Stopped: {echoed} {noun}")),
        "{:?}",
        window.texts()
    );
    assert!(!window.is_enabled(Role::Button, "Stop"));
    assert!(window.can_run());
}

#[test]
fn a_run_on_a_closed_port_fails_with_a_sentence() {
    let closed = ClosedPort::new();
    let mut window = Window::open();
    window.click_button("Another host");
    window.type_into("Host", "127.0.0.1");
    window.type_into("Port", &closed.port().to_string());
    window.type_into("Message sizes", "5");
    window.click_button("1 round");
    let run = window.run_to_its_end();
    assert_eq!(run.state, RunState::Failed);
    let sentence = run.error.clone().unwrap();
    assert!(sentence.contains(&closed.port().to_string()), "{sentence}");
    assert!(window.says(&sentence), "{sentence}: {:#?}", window.texts());
    assert!(window.says("Failed: 0 echoes"));
    assert!(
        window
            .painted()
            .iter()
            .any(|text| text == "No echo was measured.")
    );
    window.click_button("Dismiss");
    assert!(window.app().notice().is_none());
    // The next run that works takes the state of the failed one away.
    window.click_button("This program");
    assert_eq!(window.run_to_its_end().state, RunState::Finished);
    assert!(!window.says("Failed"));
}

#[test]
fn a_name_that_nobody_knows_is_said_where_it_failed() {
    let mut window = Window::open();
    window.click_button("Another host");
    window.type_into("Host", "no-such-host.invalid");
    window.type_into("Port", "10000");
    window.click_button("1 round");
    let run = window.run_to_its_end();
    assert_eq!(run.state, RunState::Failed);
    assert!(window.says("no-such-host.invalid"), "{:?}", window.texts());
    assert_eq!(window.app().shown().unwrap().id, run.id);
}

#[test]
fn a_run_that_is_to_be_precise_says_how_far_it_is() {
    let mut window = Window::open();
    window.type_into("Message sizes", "8");
    window.type_into("Server delay (ms)", "20");
    window.type_into("Probe count", "100");
    window.until_precise();
    window.type_into("Most rounds", "300");
    window.type_into("Least rounds", "300");
    window.click_button("Run");
    window.wait_until("the first round", |window| {
        let progress = window.app().progress();
        progress.is_some_and(|progress| progress.probes_done > 0)
    });
    let said = "Measuring: round 1, at most 300, 8 bytes; 0 of 1 point precise";
    assert!(window.says(said), "{:?}", window.texts());
    window.click_button("Stop");
    window.wait_until("the end", |window| window.ended().is_some());
    window.settle();
    assert!(window.says("0 of 1 point precise"), "{:?}", window.texts());
}

#[test]
fn a_run_over_loopback_says_so_once_and_shows_the_instruments_floor() {
    let mut window = Window::open();
    window.type_into("Message sizes", "8,80");
    window.type_into("Probe count", "4");
    window.exactly("2");
    let run = window.run_to_its_end();
    let floor = run
        .calibration
        .expect("a run measures its instrument first");
    let texts = window.texts();
    let about = |part: &str| texts.iter().filter(|text| text.contains(part)).count();
    assert_eq!(about("loopback"), 1, "{texts:?}");
    assert_eq!(about("near floor"), 0, "{texts:?}");
    assert!(texts.iter().any(|text| text == "2 rounds"), "{texts:?}");
    let painted = window.painted();
    let label = format!("instrument floor {}", time(floor.least_ns()));
    assert!(painted.contains(&label), "{label}: {painted:?}");
    window.click_button("Show");
    window.hover(Role::CheckBox, "instrument floor");
    assert!(
        window.says("the least round trip of the smallest probe"),
        "{:?}",
        window.texts()
    );
}

#[test]
fn the_details_of_a_run_are_one_click_away_and_can_be_copied() {
    let mut window = Window::open();
    window.type_into("Message sizes", "8,80");
    window.type_into("Probe count", "4");
    window.exactly("2");
    let run = window.run_to_its_end();
    window.click(Role::Link, "2 rounds");
    assert!(window.is_on(Role::Button, "Details"));
    let texts = window.texts();
    let environment = &run.environment;
    for known in [&environment.program, &environment.kernel, &environment.os] {
        assert!(texts.contains(known), "{known}: {texts:?}");
    }
    let seed = run.seed.to_string();
    assert!(window.says(&seed), "{seed}: {texts:?}");
    for check in &run.checks {
        assert!(texts.contains(&check.name), "{}: {texts:?}", check.name);
        assert!(texts.contains(&check.detail), "{}: {texts:?}", check.detail);
        assert!(!check.detail.ends_with(".."), "{}", check.detail);
    }
    window.click_button("Copy details");
    let copied = window.copied();
    for line in [
        format!("Kernel\t{}\n", environment.kernel),
        format!("Measured\tthe embedded server at {}\n", run.destination),
        "Rounds\texactly 2\n".to_owned(),
    ] {
        assert!(copied.contains(&line), "{line}: {copied}");
    }
    window.click_button("Details");
    assert!(!window.has(Role::Button, "Copy details"), "folded away");
}
