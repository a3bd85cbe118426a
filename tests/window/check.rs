//! The check view: from the form, live, stopped, of a client, written and opened again.

use std::net::SocketAddr;

use echograph::check::{CheckReport, CheckState, Verdict};
use echograph::store::load_check;
use egui::Key;
use egui::accesskit::Role;

use super::harness::Window;

#[expect(dead_code, reason = "some of its faults are for other tests")]
#[path = "../check/quirky_client.rs"]
mod quirky_client;
#[expect(dead_code, reason = "some of its faults are for other tests")]
#[path = "../check/quirky_server.rs"]
mod quirky_server;

use quirky_client::QuirkyClient;
use quirky_server::{Quirk, QuirkyServer};

/// A window whose form names a server.
fn pointed_at(address: SocketAddr) -> Window {
    let mut window = Window::open();
    window.click_button("Another host");
    window.type_into("Host", &address.ip().to_string());
    window.type_into("Port", &address.port().to_string());
    window
}

fn wait_for_the_end(window: &mut Window) -> CheckReport {
    window.wait_until("the end of the check", |window| !window.app().is_checking());
    window.settle();
    CheckReport::clone(window.app().shown_check().expect("a report"))
}

/// The rows of the table as they are copied, without their heads.
fn copied_table(window: &mut Window) -> Vec<Vec<String>> {
    window.click_button("Copy table");
    let lines = window.copied().lines().skip(1);
    let cells = lines.map(|line| line.split('\t').map(str::to_owned).collect());
    cells.collect()
}

/// The names of the rows, as they are read aloud.
fn rows(window: &Window) -> Vec<String> {
    let mut rows = window.labels(Role::RadioButton);
    rows.retain(|name| name.starts_with("Check "));
    rows
}

fn stopped_early() -> (Window, QuirkyServer) {
    let server = QuirkyServer::start(Quirk::NeverAnswers);
    let mut window = pointed_at(server.address);
    window.click_button("Check server");
    window.wait_until("a check under way", |window| window.says("under way"));
    window.press(Key::Escape);
    let report = wait_for_the_end(&mut window);
    assert_eq!(report.state, CheckState::Stopped);
    (window, server)
}

#[test]
fn the_programs_own_server_passes_every_check_from_the_form() {
    let mut window = Window::open();
    window.click_button("Check server");
    assert!(window.app().is_checking());
    assert!(!window.can_run());
    assert!(window.under_run().contains("check goes on"));
    let all = rows(&window).len();
    assert!(all > 30);
    window.wait_until("a row that passed", |window| {
        rows(window)[0].ends_with(", pass")
    });
    let report = wait_for_the_end(&mut window);
    assert!(report.is_good(), "{}", report.summary());
    assert!(window.says("0 failed,"));
    let rows = copied_table(&mut window);
    assert_eq!(rows.len(), all);
    assert!(rows.iter().all(|row| row[3] == "pass"), "{rows:?}");
    window.wait_until_still();
    assert!(window.can_run());
}

#[test]
fn a_failed_check_shows_its_bytes_and_its_rule() {
    let server = QuirkyServer::start(Quirk::NeverLooksAtNumbers);
    let mut window = pointed_at(server.address);
    window.click_button("Check server");
    let report = wait_for_the_end(&mut window);
    let failed = report.count(Verdict::Fail);
    assert!(failed > 0);
    let first = report
        .checks
        .iter()
        .find(|row| row.verdict == Verdict::Fail);
    let first = first.unwrap();
    // The first that was failed is shown without a click.
    assert!(window.says(&format!("{}. {}", first.number, first.title)));
    assert!(window.says(&first.detail));
    assert!(window.says("M2: Numbers count 1, 2, 3"));
    let sent = first
        .exchange
        .iter()
        .find(|line| line.text.starts_with("m 2"));
    let sent = format!("\"{}\"", sent.unwrap().text);
    assert!(window.says(&sent), "{:?}", window.texts());

    window.click_button(&format!("Failed {failed}"));
    assert_eq!(rows(&window).len(), failed);
    assert_eq!(copied_table(&mut window).len(), failed);
    window.click_button(&format!("All {}", report.checks.len()));
    let passed = report
        .checks
        .iter()
        .find(|row| row.verdict == Verdict::Pass);
    let passed = passed.unwrap();
    let name = format!("Check {}: {}, pass", passed.number, passed.title);
    window.click(Role::RadioButton, &name);
    assert!(window.is_on(Role::RadioButton, &name));
    window.click_button("Copy check");
    let copied = window.copied().to_owned();
    assert!(
        copied.contains(&passed.title) && copied.contains("s rtt 20"),
        "{copied}"
    );
    assert!(copied.contains(&format!("Rule {}:", passed.rule)));
}

#[test]
fn a_server_that_died_is_said_to_have_died_and_of_what() {
    let server = QuirkyServer::start(Quirk::DiesOfASplitSetup);
    let mut window = pointed_at(server.address);
    window.click_button("Check server");
    window.wait_until("the word", |window| {
        window.says("The server was lost by check")
    });
    let report = wait_for_the_end(&mut window);
    let said = format!("The server was lost by {}.", report.deaths[0]);
    assert!(window.says(&said));
    assert!(window.says("\"s rtt 20\", then \" 100 0\\n\""));
}

#[test]
fn escape_ends_a_check_and_keeps_what_was_found() {
    let (mut window, _server) = stopped_early();
    assert!(window.says("Stopped:"));
    assert!(window.says("not yet"));
    assert!(window.has(Role::Button, "Start again"));
    assert!(window.can_run());
    window.wait_until_still();
    // A click on the open tab brings the plots back.
    window.click_button("Check");
    assert!(!window.has(Role::Button, "Start again"));
}

#[test]
fn while_a_run_goes_no_check_can_begin() {
    let mut window = Window::open();
    window.start_endless_run();
    assert!(!window.is_enabled(Role::Button, "Check server"));
    window.press_ctrl(Key::K);
    assert!(!window.app().is_checking());
    assert!(window.says("A run goes on."), "{:?}", window.texts());
    window.click_button("Stop");
    window.wait_until("the end", |window| window.ended().is_some());
    window.settle();
    assert!(window.is_enabled(Role::Button, "Check server"));
}

#[test]
fn a_form_that_names_no_server_says_why_there_is_no_check() {
    let mut window = Window::open();
    window.click_button("Another host");
    window.type_into("Port", "x");
    assert!(!window.is_enabled(Role::Button, "Check server"));
    window.click_button("Check");
    assert!(!window.is_enabled(Role::Button, "Start check"));
    assert!(
        window.rows()[0].iter().any(|text| text.contains("Port")),
        "{:?}",
        window.rows()
    );
    // Sizes and rounds are nothing to a check.
    window.type_into("Port", "9");
    window.type_into("Message sizes", "x");
    assert!(!window.can_run());
    assert!(window.is_enabled(Role::Button, "Check server"));
}

#[test]
fn a_client_is_told_where_to_connect_and_is_checked() {
    let mut window = Window::open();
    window.click_button("Check");
    window.click_button("A client");
    window.type_into("Port for the client", "0");
    window.click_button("Start check");
    window.wait_until("where to connect", |window| {
        window.says("Start your client: session 1 of 8")
    });
    assert!(window.says("The client should do this: a valid setup"));
    let texts = window.texts();
    let address = texts.iter().find_map(|text| {
        let (_, address) = text.split_once("It connects to ")?;
        address.trim_end_matches('.').parse().ok()
    });
    let _client = QuirkyClient::start(address.unwrap(), quirky_client::Quirk::Nothing);
    let report = wait_for_the_end(&mut window);
    assert!(report.is_good(), "{}", report.summary());
    assert!(window.says("0 failed,"));
    // Next time the same is chosen.
    let window = window.restart();
    assert_eq!(window.field("Port for the client"), "0");
}

#[test]
fn a_check_is_written_and_opened_again() {
    let (mut window, _server) = stopped_early();
    let file = window.path("check.json");
    window.click_button("Save check…");
    window.give_path(&file, "Save");
    window.wait_until("the document", |window| window.says("Saved to "));
    let report = window.app().shown_check().unwrap();
    assert_eq!(load_check(&file).unwrap(), **report);
    let page = window.path("check.html");
    window.click_button("Save page…");
    window.give_path(&page, "Save");
    window.wait_until("the page", |_| page.exists());
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("Protocol check of the server"));
    let before = rows(&window);

    let mut other = Window::open_with_files(std::slice::from_ref(&file));
    assert!(other.says("(from check.json)"), "{:?}", other.texts());
    assert_eq!(rows(&other), before);
    other.drop_files(&[file.clone(), file]);
    assert!(other.says("one protocol check is shown at a time"));
    other.wait_until_still();
}

#[test]
fn the_lab_report_of_a_run_has_the_check_that_is_shown_where_it_is_wanted() {
    let (mut window, _server) = stopped_early();
    window.click_button("This program");
    window.type_into("Message sizes", "8");
    window.type_into("Probe count", "2");
    window.click_button("1 round");
    window.run_to_its_end();
    for (name, is_wanted) in [("with.html", true), ("without.html", false)] {
        let path = window.path(name);
        window.press_ctrl(Key::E);
        window.click(Role::RadioButton, "Lab report (HTML)");
        if !is_wanted {
            window.click(Role::CheckBox, "With the protocol check");
        }
        window.click_button("Save…");
        window.give_path(&path, "Save");
        window.wait_until("the report", |_| path.exists());
        let page = std::fs::read_to_string(path).unwrap();
        assert_eq!(page.contains("Protocol check"), is_wanted);
        window.settle();
    }
}
