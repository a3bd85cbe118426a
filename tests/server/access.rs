//! The access key: who shows it is served, and nobody else.

use std::io::{BufRead, BufReader};

use echograph::protocol::{AccessKey, Challenge, RefusalReason, read_challenge};
use echograph::server::{LogEntry, ServerConfig, SessionEnd};

use super::client::{Client, config, eventually, start_keeping};

const REQUIRED: &str = "404 ERROR: Access Key Required\n";
const DENIED: &str = "404 ERROR: Access Denied\n";
const GRANTED: &str = "200 OK: Access Granted\n";

fn key(text: &str) -> AccessKey {
    AccessKey::new(text).expect("a key")
}

fn with_key() -> ServerConfig {
    ServerConfig {
        access_key: Some(key("open sesame")),
        ..config()
    }
}

fn challenged(client: &mut Client) -> Challenge {
    client.say("k\n");
    let mut line = String::new();
    // Nothing follows the line until we answer, so no byte is lost in the reader.
    BufReader::new(&client.stream)
        .read_line(&mut line)
        .expect("a line");
    read_challenge(&line).unwrap_or_else(|| panic!("{line:?}"))
}

#[test]
fn a_client_that_shows_the_key_is_served_as_any_other() {
    let (server, _) = start_keeping(with_key());
    let mut client = Client::connect(server.local_addr());
    let challenge = challenged(&mut client);
    client.say(key("open sesame").answer(&challenge, &[9; 16]));
    client.hears(GRANTED);
    client.say("s rtt 3 10 0\n");
    client.hears("200 OK: Ready\n");
    client.probes_and_closes(1, 3, 10);
    eventually("the session", || server.status().sessions_complete == 1);
    assert_eq!(server.status().turned_away, 0);
}

#[test]
fn a_client_without_the_key_hears_that_there_is_one() {
    let (server, sessions) = start_keeping(with_key());
    for first in ["s rtt 1 1 0\n", "t\n", "kk\n", "k 1 2\n", "\n"] {
        let mut client = Client::connect(server.local_addr());
        client.say(first);
        client.hears(REQUIRED);
        client.hears_the_end();
    }
    eventually("all are accounted for", || {
        sessions.lock().expect("unpoisoned").len() == 5
    });
    assert_eq!(server.status().turned_away, 5);
    assert_eq!(server.status().sessions_complete, 0);
}

#[test]
fn another_key_an_old_answer_and_no_answer_are_denied() {
    let (server, sessions) = start_keeping(with_key());
    let to = server.local_addr();
    let mut first = Client::connect(to);
    let challenge = challenged(&mut first);
    let answer = key("open sesame").answer(&challenge, &[9; 16]);
    let mut replaying = Client::connect(to);
    assert_ne!(
        challenged(&mut replaying),
        challenge,
        "no challenge comes twice"
    );
    replaying.say(&answer);
    let mut guessing = Client::connect(to);
    let guessed = challenged(&mut guessing);
    guessing.say(key("open says me").answer(&guessed, &[9; 16]));
    let mut bold = Client::connect(to);
    challenged(&mut bold);
    bold.say("s rtt 1 1 0\n");
    for mut client in [replaying, guessing, bold] {
        client.hears(DENIED);
        client.hears_the_end();
    }
    first.say(&answer);
    first.hears(GRANTED);
    eventually("the reasons", || {
        let sessions = sessions.lock().expect("unpoisoned");
        let is_wrong = |end: &SessionEnd| matches!(end, SessionEnd::Refused(refusal) if refusal.reason == RefusalReason::WrongAccessKey);
        sessions
            .iter()
            .filter(|summary| is_wrong(&summary.end))
            .count()
            == 3
    });
}

#[test]
fn the_log_has_nothing_that_the_key_could_be_guessed_from() {
    let (server, _) = start_keeping(with_key());
    let mut client = Client::connect(server.local_addr());
    let challenge = challenged(&mut client);
    let answer = key("open sesame").answer(&challenge, &[9; 16]);
    client.say(&answer);
    client.hears(GRANTED);
    client.say("s rtt 1 1 0\n");
    client.hears("200 OK: Ready\n");
    client.probes_and_closes(1, 1, 1);
    eventually("the session", || server.status().sessions_complete == 1);
    let (records, _) = server.log().since(0);
    let code = answer.split_whitespace().next_back().expect("a code");
    for record in &records {
        if let LogEntry::Received(text) | LogEntry::Sent(text) | LogEntry::Event(text) =
            &record.what
        {
            assert!(!text.contains(code.get(..16).expect("digits")), "{text}");
        }
    }
    let beginnings = records.iter().filter(|record| {
        matches!(&record.what, LogEntry::Event(text) if text.starts_with("connection from"))
    });
    assert_eq!(beginnings.count(), 1);
}
