//! The access key: shown on each connection to a server that wants it, and said to be missing or wrong.

use echograph::engine::RunRequest;
use echograph::experiment::Profile;
use echograph::measurement::{FaultKind, FaultPhase, Run, RunState};
use echograph::protocol::{AccessKey, Dialect};
use echograph::server::{Server, ServerConfig, ServerHooks};

use crate::support::{Bench, FakeServer, Next, profile, request};

fn server(dialect: Dialect) -> Server {
    let config = ServerConfig {
        port: 0,
        dialect,
        access_key: AccessKey::new("open sesame").ok(),
        ..ServerConfig::default()
    };
    Server::start(config, ServerHooks::default()).expect("a server on a free port")
}

fn run_with(key: Option<&str>, to: std::net::SocketAddr, profile: Profile) -> Run {
    let mut bench = Bench::new();
    let request = RunRequest {
        access_key: key.map(|key| AccessKey::new(key).expect("a key")),
        ..request(&to.ip().to_string(), to.port(), profile)
    };
    bench.engine.run(request).expect("room in the queue");
    Run::clone(&bench.finished())
}

fn assert_not_let_in(run: &Run, says: &str) {
    assert_eq!(run.state, RunState::Failed);
    let fault = run.points[0].error.as_ref().expect("a fault");
    assert_eq!(
        (fault.phase, fault.kind),
        (FaultPhase::Setup, FaultKind::NotLetIn),
        "{fault}"
    );
    assert!(fault.message.contains(says), "{fault}");
}

#[test]
fn a_run_with_the_key_is_measured_in_every_dialect() {
    for dialect in Dialect::ALL {
        for strict in [false, true] {
            let server = server(dialect);
            let run = run_with(
                Some("open sesame"),
                server.local_addr(),
                profile(|p| {
                    p.message_sizes = vec![1, 2000];
                    p.probes = 20;
                    p.connections = 3;
                    p.dialect = dialect;
                    p.strict = strict;
                }),
            );
            assert_eq!(run.state, RunState::Finished, "{dialect}: {:?}", run.error);
            assert_eq!(run.server.remarks, [], "{dialect}");
            for point in &run.points {
                assert_eq!(point.error, None);
                assert_eq!(point.probes_echoed(), 60);
            }
            let said = run
                .transcript
                .lines
                .iter()
                .map(|line| line.text.to_string());
            let said: Vec<_> = said.filter(|text| text.starts_with("k ")).collect();
            assert_eq!(said.len(), 6, "{said:?}");
            assert!(said.iter().all(|text| text == "k (the answer)"), "{said:?}");
        }
    }
}

#[test]
fn a_run_without_the_key_says_that_one_is_wanted_and_tries_nothing_else() {
    let server = server(Dialect::Boston);
    let to = server.local_addr();
    let run = run_with(None, to, profile(|p| p.message_sizes = vec![1, 2, 3]));
    assert_not_let_in(&run, "serves only clients that know its access key");
    assert_eq!(server.status().connections_in_all, 1);
    let run = run_with(Some("open says me"), to, profile(|_| ()));
    assert_not_let_in(&run, "its access key is another one");
    assert_eq!(server.status().connections_in_all, 2);
}

#[test]
fn a_server_that_knows_no_keys_is_said_to() {
    for answer in [
        "",
        "404 ERROR: Invalid Connection Setup Message\n",
        "200 OK: Ready\n",
        "what?\n",
    ] {
        let server = FakeServer::start(move |_, peer| {
            peer.expect("k")?;
            peer.say(answer)?;
            Ok(Next::Accept)
        });
        let run = run_with(Some("open sesame"), server.addr, profile(|_| ()));
        assert_not_let_in(&run, "only Echograph's server asks for");
        assert_not_let_in(&run, answer.trim_end());
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn a_server_that_is_silent_is_not_asked_in_other_ways() {
    let server = FakeServer::start(|_, peer| peer.stall().map(|()| Next::Accept));
    let run = run_with(
        Some("open sesame"),
        server.addr,
        profile(|p| p.timeout_ms = 300),
    );
    assert_not_let_in(&run, "did not answer within 0.3 s");
    assert_eq!(server.connections(), 1);
}

#[test]
fn the_key_is_in_no_document() {
    let server = server(Dialect::Boston);
    let run = run_with(Some("open sesame"), server.local_addr(), profile(|_| ()));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.json");
    echograph::store::save_run(&path, &run).expect("saved");
    let document = std::fs::read_to_string(&path).expect("read");
    assert!(!document.contains("sesame"));
    assert!(!format!("{run:?}").contains("sesame"));
}
