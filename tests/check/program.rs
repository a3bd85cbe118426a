//! `echograph check` as its user meets it.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Output, Stdio};

use echograph::check::{CheckReport, CheckState, Peer, Verdict};
use echograph::store::{load_check, read_check};

use super::quirky_server::{Quirk, QuirkyServer};
use super::{quirky_client, said};

fn echograph(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_echograph"));
    command
        .args(words)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn output(words: &[&str]) -> Output {
    let output = echograph(words).output().unwrap();
    assert!(!text(&output.stderr).contains("panicked"));
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A child that says where it listens; it is ended when dropped.
struct Listening {
    child: Child,
    address: SocketAddr,
}

impl Listening {
    fn start(words: &[&str]) -> Self {
        let mut child = echograph(words).spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on ").unwrap();
        Self {
            address: address.trim_end().parse().unwrap(),
            child,
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A check whose document goes to standard output.
fn json(address: SocketAddr, words: &[&str]) -> (CheckReport, Option<i32>) {
    let (host, port) = (address.ip().to_string(), address.port().to_string());
    let all = [&["check", &host, &port, "--json", "-"], words].concat();
    let output = output(&all);
    let report = read_check(&*output.stdout).unwrap();
    (report, output.status.code())
}

#[test]
fn the_programs_own_server_passes_in_every_dialect_and_both_ways_of_reading() {
    for (serve, check) in [
        (&[][..], &[][..]),
        (&["--strict"], &["--strict"]),
        (&["--dialect", "bologna"], &["--dialect", "bologna"]),
        (
            &["--dialect", "boston-size-first", "--strict"],
            &["--dialect", "boston-size-first"],
        ),
    ] {
        let serve = [&["serve", "--port", "0", "--quiet"], serve].concat();
        let server = Listening::start(&serve);
        let (report, code) = json(server.address, check);
        assert!(report.is_good(), "{serve:?}: {}", said(&report));
        assert_eq!(report.count(Verdict::NotApplicable), 0);
        assert_eq!(code, Some(0));
        assert_eq!(report.peer, Peer::Server);
    }
}

#[test]
fn the_programs_own_client_passes() {
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("client.json");
    let document = document.to_str().unwrap();
    let words = ["check", "--client", "--port", "0", "--json", document];
    let mut checking = Listening::start(&words);
    let port = checking.address.port().to_string();
    for _ in 0..8 {
        let run = [
            "run",
            "--host",
            "127.0.0.1",
            "--port",
            &port,
            "--sizes",
            "100",
            "--rounds",
            "1",
            "--probes",
            "10",
            "--quiet",
        ];
        output(&run);
    }
    let code = checking.child.wait().unwrap().code();
    let report = load_check(document.as_ref()).unwrap();
    assert!(report.is_good(), "{}", said(&report));
    assert_eq!((report.peer, code), (Peer::Client, Some(0)));
}

#[test]
fn a_table_and_what_failed_with_its_bytes_are_shown() {
    let server = QuirkyServer::start(Quirk::NeverLooksAtNumbers);
    let port = server.address.port().to_string();
    let output = output(&["check", "127.0.0.1", &port]);
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stdout);
    let row = |title: &str| shown.lines().find(|line| line.contains(title)).unwrap();
    assert!(row("number 2 first").ends_with("FAIL"), "{shown}");
    assert!(row("payload too long").ends_with("pass"), "{shown}");
    assert!(shown.contains("404 ERROR: Invalid Measurement Message"));
    assert!(shown.contains("received       m 2 cdefgh"), "{shown}");
    assert!(
        shown.contains("55 passed, 4 failed, 0 not applicable"),
        "{shown}"
    );
}

#[test]
fn a_report_in_html_comes_from_the_check_or_from_its_document() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (json, html, again) = (path("check.json"), path("check.html"), path("again.html"));
    let server = QuirkyServer::start(Quirk::EchoesThePayload);
    let port = server.address.port().to_string();
    let words = [
        "check",
        "localhost",
        &port,
        "--json",
        &json,
        "--html",
        &html,
    ];
    assert_eq!(output(&words).status.code(), Some(1));
    let page = std::fs::read_to_string(&html).unwrap();
    assert!(page.contains("Protocol check of the server at localhost:"));
    assert!(page.contains("echoes of a plain session"));
    assert!(page.contains("leaves out what stands before the payload"));
    let words = ["export", &json, "--html", &again];
    assert_eq!(output(&words).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&again).unwrap(), page);

    let words = ["export", &json, "--html", &again, "--hide-addresses"];
    assert_eq!(output(&words).status.code(), Some(0));
    let hidden = std::fs::read_to_string(&again).unwrap();
    assert!(!hidden.contains("localhost") && !hidden.contains("127.0.0.1"));
    let words = ["export", &json, "--svg", &again];
    let refused = output(&words);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("of a protocol check there is a report"));
}

#[test]
fn a_server_that_is_not_there_is_a_failed_check() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let (report, code) = json(address, &[]);
    assert_eq!(code, Some(1));
    assert_eq!(report.count(Verdict::Fail), 1);
    assert!(report.checks[0].detail.contains("Is the server running"));
}

#[test]
fn wrong_usage_is_told_apart_from_a_failed_check() {
    for words in [
        &["check"][..],
        &["check", "host"],
        &["check", "--client", "host", "7000"],
        &["check", "host", "7000", "--dialect", "echo"],
        &["check", "host", "7000", "--json", "-", "--html", "-"],
    ] {
        assert_eq!(output(words).status.code(), Some(2), "{words:?}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_check_and_what_was_found_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("stopped.json");
    let server = QuirkyServer::start(Quirk::Nothing);
    let port = server.address.port().to_string();
    let words = [
        "check",
        "127.0.0.1",
        &port,
        "--json",
        document.to_str().unwrap(),
    ];
    let mut child = echograph(&words).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The head and some rows.
    for _ in 0..4 {
        lines.next().unwrap().unwrap();
    }
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    while lines.next().is_some() {}
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let report = load_check(&document).unwrap();
    assert_eq!(report.state, CheckState::Stopped);
    assert!(!report.checks.is_empty());
}

#[test]
fn a_pipe_that_is_closed_is_no_panic() {
    let client = Listening::start(&["check", "--client", "--port", "0", "--idle-timeout", "5"]);
    let quirky = quirky_client::QuirkyClient::start(client.address, quirky_client::Quirk::Nothing);
    let mut client = client;
    drop(client.child.stdout.take());
    let stderr = client.child.stderr.take().unwrap();
    let code = client.child.wait().unwrap().code();
    let said = std::io::read_to_string(stderr).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(code, Some(0), "{said}");
    drop(quirky);
}
