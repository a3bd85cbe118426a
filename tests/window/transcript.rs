//! The transcript: both sides of a session, line by line.

use echograph::server::{Server, ServerConfig, ServerHooks};
use egui::accesskit::Role;

use super::harness::{Window, hold_default_port};

/// A row of the copied transcript: phase, the client's time and text, the server's.
type Row = (String, Option<(f64, String)>, Option<(f64, String)>);

/// A window that has measured a message size of 3 in two probes and two rounds.
fn measured() -> Window {
    let mut window = Window::open_for_reading();
    window.type_into("Message sizes", "3");
    window.type_into("Probe count", "2");
    window.exactly("2");
    window.run_to_its_end();
    open_transcript(&mut window);
    window
}

/// Opens the tab; the server writes its last line down a little after the client has heard it.
fn open_transcript(window: &mut Window) {
    window.click_button("Transcript");
    window.wait_until("both sides of the last line", |window| {
        let is_last = |cell: &&String| cell.starts_with("200 OK: Closing");
        let rows = window.rows();
        rows.iter()
            .any(|row| row.iter().filter(is_last).count() == 2)
    });
    window.settle();
}

fn copied_rows(window: &mut Window) -> Vec<Row> {
    window.click_button("Copy table");
    let mut lines = window.copied().lines();
    assert_eq!(
        lines.next(),
        Some("Phase\tTime (ms)\tClient\tTime (ms)\tServer")
    );
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 5, "{line:?}");
            let side = |time: &str, text: &str| {
                (!text.is_empty()).then(|| (time.parse().unwrap_or(f64::NAN), text.to_owned()))
            };
            (
                cells[0].to_owned(),
                side(cells[1], cells[2]),
                side(cells[3], cells[4]),
            )
        })
        .collect()
}

fn texts<'a>(rows: &'a [Row], phase: &str) -> Vec<(Option<&'a str>, Option<&'a str>)> {
    let text = |cell: &'a Option<(f64, String)>| cell.as_ref().map(|(_, text)| text.as_str());
    rows.iter()
        .filter(|(known, _, _)| known == phase)
        .map(|(_, client, server)| (text(client), text(server)))
        .collect()
}

#[test]
fn both_sides_stand_side_by_side_by_phase() {
    let mut window = measured();
    let rows = copied_rows(&mut window);
    let phases: Vec<&str> = rows.iter().map(|(phase, _, _)| phase.as_str()).collect();
    let mut changes = phases.clone();
    changes.dedup();
    assert_eq!(changes, ["CSP", "MP", "CTP"]);

    let both = |text: &'static str| (Some(text), Some(text));
    let setup = texts(&rows, "CSP");
    assert!(setup.contains(&both("s rtt 2 3 0")), "{setup:?}");
    assert!(setup.contains(&both("200 OK: Ready")), "{setup:?}");
    assert!(
        setup
            .iter()
            .any(|(client, _)| client.is_some_and(|text| text.starts_with("connected to"))),
        "{setup:?}"
    );
    assert!(
        setup
            .iter()
            .any(|(_, server)| server.is_some_and(|text| text.starts_with("connection from"))),
        "{setup:?}"
    );
    let probes = texts(&rows, "MP");
    assert!(probes.contains(&both("m 1 abc")), "{probes:?}");
    assert!(probes.contains(&both("m 2 abc")), "{probes:?}");
    assert!(
        probes.iter().any(|(client, server)| {
            client.is_some_and(|text| text.starts_with("echo 2, RTT ")) && *server == Some("echo 2")
        }),
        "{probes:?}"
    );
    let end = texts(&rows, "CTP");
    assert!(end.contains(&both("t")), "{end:?}");
    assert!(end.contains(&both("200 OK: Closing Connection")), "{end:?}");
}

#[test]
fn each_column_runs_forward_in_time() {
    let mut window = measured();
    let rows = copied_rows(&mut window);
    let forward = |times: Vec<f64>| times.windows(2).all(|pair| pair[0] <= pair[1]);
    let client = rows
        .iter()
        .filter_map(|(_, client, _)| Some(client.as_ref()?.0));
    let server = rows
        .iter()
        .filter_map(|(_, _, server)| Some(server.as_ref()?.0));
    assert!(forward(client.collect()), "{rows:#?}");
    assert!(forward(server.collect()), "{rows:#?}");
}

#[test]
fn what_is_copied_is_what_is_shown() {
    let mut window = measured();
    let rows = copied_rows(&mut window);
    let copied: Vec<Vec<String>> = rows
        .iter()
        .map(|(phase, client, server)| {
            let sides = [client, server].into_iter().flatten();
            let cells = sides.flat_map(|(time, text)| [format!("{time:.3}"), text.clone()]);
            std::iter::once(phase.clone()).chain(cells).collect()
        })
        .collect();
    let shown = window.rows();
    let head = shown.iter().position(|row| row[0] == "Phase").unwrap();
    assert_eq!(shown[head + 1..], copied);
}

#[test]
fn the_next_session_is_one_click_away() {
    let mut window = measured();
    let session = |window: &Window| window.value(Role::ComboBox, "Session");
    assert!(
        session(&window).starts_with("Session 1: round 1"),
        "{}",
        session(&window)
    );
    assert!(!window.is_enabled(Role::Button, "Previous"));
    window.click_button("Next");
    assert!(
        session(&window).starts_with("Session 2: round 2"),
        "{}",
        session(&window)
    );
    assert!(!window.is_enabled(Role::Button, "Next"));
    assert!(
        window
            .rows()
            .iter()
            .any(|row| row.iter().any(|cell| cell == "s rtt 2 3 0"))
    );
    window.click_button("Previous");
    assert!(session(&window).starts_with("Session 1"));
}

#[test]
fn long_payloads_are_shortened() {
    let mut window = Window::open_for_reading();
    window.type_into("Message sizes", "64K");
    window.type_into("Probe count", "1");
    window.click_button("1 round");
    window.run_to_its_end();
    open_transcript(&mut window);
    let rows = copied_rows(&mut window);
    let probe = rows.iter().find_map(|(_, client, _)| {
        let text = &client.as_ref()?.1;
        text.starts_with("m 1 ").then(|| text.clone())
    });
    let probe = probe.unwrap();
    assert!(
        probe.contains("65,536 bytes") && probe.len() < 60,
        "{probe}"
    );
}

#[test]
fn a_server_elsewhere_is_not_seen_from_here() {
    let config = ServerConfig {
        port: 0,
        ..ServerConfig::default()
    };
    let server = Server::start(config, ServerHooks::default()).unwrap();
    let mut window = Window::open_for_reading();
    window.click_button("Another host");
    window.type_into("Host", "127.0.0.1");
    window.type_into("Port", &server.local_addr().port().to_string());
    window.type_into("Message sizes", "4");
    window.type_into("Probe count", "1");
    window.click_button("1 round");
    window.run_to_its_end();
    window.click_button("Transcript");
    assert!(window.says("not seen from here"), "{:?}", window.rows());
    assert!(window.says("s rtt 1 4 0"));
    window.click_button("Copy table");
    assert!(window.copied().contains("s rtt 1 4 0"));
    assert!(window.copied().contains("\t\t\t\tnot seen from here\n"));
}

#[test]
fn warm_up_probes_are_marked() {
    let mut window = Window::open_for_reading();
    window.click(Role::DisclosureTriangle, "Advanced");
    window.type_into("Warm-up", "1");
    window.type_into("Message sizes", "4");
    window.type_into("Probe count", "2");
    window.click_button("1 round");
    window.run_to_its_end();
    open_transcript(&mut window);
    let rows = copied_rows(&mut window);
    assert!(texts(&rows, "CSP").contains(&(Some("s rtt 3 4 0"), Some("s rtt 3 4 0"))));
    let marked = texts(&rows, "MP");
    let marked: Vec<_> = marked
        .iter()
        .filter_map(|(client, _)| client.filter(|text| text.contains("warm-up")))
        .collect();
    assert!(
        marked.len() == 1 && marked[0].starts_with("echo 1"),
        "{marked:?}"
    );
}

#[test]
fn the_transcript_is_there_while_the_run_goes_on() {
    let mut window = Window::open_for_reading();
    window.click_button("Transcript");
    window.start_endless_run();
    window.wait_until("both sides of the setup", |window| {
        let is_setup = |cell: &&String| *cell == "s rtt 100 8 20";
        let rows = window.rows();
        rows.iter()
            .any(|row| row.iter().filter(is_setup).count() == 2)
    });
    assert!(window.app().progress().is_some());
    window.click_button("Stop");
    window.wait_until("the end", |window| window.ended().is_some());
    window.settle();
    assert!(window.says("s rtt 100 8 20"));
}

#[test]
fn the_server_is_seen_to_listen_on_the_port_it_found() {
    hold_default_port();
    let mut window = measured();
    let rows = copied_rows(&mut window);
    let destination = &window.ended().unwrap().destination;
    let expected = format!("listening on {destination}");
    let setup = texts(&rows, "CSP");
    let server: Vec<&str> = setup.iter().filter_map(|(_, server)| *server).collect();
    assert_eq!(server[0], expected, "{setup:?}");
}

#[test]
fn what_the_servers_log_has_forgotten_is_not_shown_as_silence() {
    let mut window = Window::open_for_reading();
    // More probes than the server keeps records.
    window.type_into("Message sizes", "1,2,3");
    window.type_into("Probe count", "10000");
    window.exactly("1");
    window.pick("Order", "sequential");
    window.run_to_its_end();
    window.click_button("Transcript");
    assert!(window.says("s rtt 10000 1 0"));
    assert!(window.says("no longer kept"));
}

#[test]
fn a_run_keeps_its_transcript_when_the_server_goes_and_comes_back() {
    let mut window = measured();
    let before = copied_rows(&mut window);
    window.click(Role::CheckBox, "Embedded server");
    window.settle();
    window.click(Role::CheckBox, "Embedded server");
    window.wait_until_still();
    assert_eq!(copied_rows(&mut window), before);
}
