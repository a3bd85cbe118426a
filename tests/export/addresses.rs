//! What is to be hidden is in none of the forms.

use std::process::{Command, Stdio};

use crate::bench::Bench;

#[test]
fn no_form_tells_an_address_that_is_to_be_hidden() {
    let bench = Bench::new();
    // A server of our own behind a name, so that there is a host to hide.
    let mut server = Command::new(env!("CARGO_BIN_EXE_echograph"))
        .args(["serve", "--port", "0", "--quiet"])
        .stdout(Stdio::piped())
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(server.stdout.take().unwrap()),
        &mut line,
    )
    .unwrap();
    let port = line.trim().rsplit(':').next().unwrap().to_owned();
    let words = [
        "--host",
        "LocalHost",
        "--port",
        &port,
        "--sizes",
        "1,100",
        "--rounds",
        "2",
        "--probes",
        "2",
    ];
    bench.measured("localhost-run.json", &words);
    server.kill().unwrap();
    server.wait().unwrap();
    let words = [
        "run",
        "--quiet",
        "--json",
        "failed.json",
        "--host",
        "127.0.0.1",
        "--port",
        &port,
        "--sizes",
        "1",
        "--rounds",
        "1",
    ];
    assert_eq!(bench.echograph(&words).status.code(), Some(1));

    let mut everything = String::new();
    for (document, title) in [
        ("localhost-run.json", "to LOCALHOST"),
        ("failed.json", "to 127.0.0.1"),
    ] {
        let all = |hide: &[&str]| {
            let words = [
                document, "--svg", "a.svg", "--html", "a.html", "--csv", "a.csv", "--json",
                "a.json", "--title", title,
            ];
            bench.export(&[&words[..], hide].concat());
            ["a.svg", "a.html", "a.csv", "a.json"]
                .map(|name| bench.text(name))
                .concat()
                .to_lowercase()
        };
        everything += &all(&[]);
        let hidden = all(&["--hide-addresses"]);
        for secret in ["127.0.0.1", "localhost", "\"interface\": \"lo\"", ">lo<"] {
            let at = hidden.find(secret);
            assert_eq!(
                at.map(|at| &hidden[at.saturating_sub(60)..(at + 60).min(hidden.len())]),
                None,
                "{document}"
            );
        }
    }
    for secret in ["127.0.0.1", "localhost", ">lo<"] {
        assert!(everything.contains(secret), "{secret} is told otherwise");
    }
    // What is left is a document still.
    bench.export(&["a.json", "--svg", "again.svg"]);
}
