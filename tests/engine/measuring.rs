//! What a run that goes well looks like.

use echograph::measurement::{Run, RunState};
use echograph::protocol::Dialect;

use crate::support::{Bench, FakeServer, Next, profile, run, said, samples};

fn assert_all_measured(run: &Run) {
    assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
    assert_eq!(run.error, None);
    let probes = run.profile.announced_probes() as usize;
    for point in &run.points {
        assert_eq!(point.error, None);
        assert_eq!(point.rounds.len(), run.profile.rounds.most() as usize);
        for round in &point.rounds {
            assert_eq!(round.probes.len(), probes);
            assert!(round.probes.iter().all(|probe| probe.rtt_ns().is_some()));
        }
    }
}

#[test]
fn a_run_visits_every_point_in_every_round_and_keeps_every_sample() {
    let server = FakeServer::honest();
    let run = run(
        server.addr,
        profile(|p| {
            p.message_sizes = vec![1, 100, 1000];
            p.probes = 5;
            p.warmup = 2;
            p.rounds = echograph::experiment::Rounds::Exactly(4);
        }),
    );
    assert_all_measured(&run);
    assert_eq!(server.connections(), 12);
    assert_eq!(run.destination, server.addr.to_string());
    for (at, point) in run.points.iter().enumerate() {
        assert_eq!(point.probes_sent(), 4 * 7);
        assert_eq!(point.probes_echoed(), 4 * 7);
        assert_eq!(point.statistics.map(|s| s.n), Some(4 * 5));
        let numbers: Vec<_> = point.rounds.iter().map(|r| (r.number, r.session)).collect();
        let first = u32::try_from(at).unwrap() + 1;
        assert_eq!(
            numbers,
            [(1, first), (2, first + 3), (3, first + 6), (4, first + 9)]
        );
        for round in &point.rounds {
            assert!(round.connect_ns.is_some());
            assert!(
                round
                    .local
                    .is_some_and(|local| local.ip() == server.addr.ip())
            );
            let marks: Vec<_> = round.numbered().map(|(seq, warm, _)| (seq, warm)).collect();
            assert_eq!(marks[..3], [(1, true), (2, true), (3, false)]);
        }
    }
}

#[test]
fn probes_are_sent_one_after_the_other_as_seen_by_one_clock() {
    let server = FakeServer::honest();
    let run = run(
        server.addr,
        profile(|p| {
            p.message_sizes = vec![1, 2];
            p.rounds = echograph::experiment::Rounds::Exactly(3);
            p.probes = 10;
        }),
    );
    assert_all_measured(&run);
    let mut rounds: Vec<_> = run.points.iter().flat_map(|point| &point.rounds).collect();
    rounds.sort_by_key(|round| round.session);
    let probes = rounds.iter().flat_map(|round| round.probes.iter());
    let mut free_from = 0;
    for probe in probes {
        assert!(probe.sent_ns >= free_from, "sent before the last echo came");
        free_from = probe.sent_ns + probe.rtt_ns().unwrap();
    }
    assert!(run.transcript.lines.is_sorted_by_key(|line| line.at_ns));
}

#[test]
fn the_transcript_says_what_was_said_and_heard_in_which_phase() {
    let server = FakeServer::honest();
    let run = run(server.addr, profile(|p| p.server_delays_ms = vec![7]));
    assert_all_measured(&run);
    assert_eq!(
        said(&run, 1),
        [
            format!("CSP * connected to {}", server.addr),
            "CSP > s rtt 3 10 7".to_owned(),
            "CSP < 200 OK: Ready".to_owned(),
            "CTP > t".to_owned(),
            "CTP < 200 OK: Closing Connection".to_owned(),
            "CTP * end of data".to_owned(),
            "CTP * closed".to_owned(),
        ]
    );
}

#[test]
fn bologna_is_spoken_with_its_own_letters() {
    let server = FakeServer::honest();
    let run = run(
        server.addr,
        profile(|p| {
            p.dialect = Dialect::Bologna;
            p.strict = true;
            p.measurement_type = echograph::protocol::MeasurementType::Tput;
            p.probes = 20;
        }),
    );
    assert_all_measured(&run);
    let lines = said(&run, 1);
    assert!(
        lines.contains(&"CSP > h thput 20 10 0".to_owned()),
        "{lines:?}"
    );
    assert!(lines.contains(&"CTP > b".to_owned()), "{lines:?}");
}

#[test]
fn size_first_puts_the_size_before_the_probes_and_the_payload_before_the_number() {
    let server = FakeServer::start(|_, peer| {
        peer.expect("s rtt 4 2 0")?;
        peer.say("200 OK: Ready\n")?;
        for probe in ["m abcd 1", "m abcd 2"] {
            peer.expect(probe)?;
            peer.say(format!("{probe}\n"))?;
        }
        peer.closing().map(|()| Next::Accept)
    });
    let run = run(
        server.addr,
        profile(|p| {
            p.dialect = Dialect::BostonSizeFirst;
            p.message_sizes = vec![4];
            p.probes = 2;
        }),
    );
    assert_all_measured(&run);
}

#[test]
fn an_echo_service_gets_the_payload_alone() {
    let server = FakeServer::start(|_, peer| {
        for _ in 0..3 {
            let payload = peer.bytes(4)?;
            assert_eq!(payload, b"abcd");
            peer.say(payload)?;
        }
        // Such a service closes after its client.
        assert!(peer.one_read().is_err(), "nothing else is sent");
        Ok(Next::Accept)
    });
    let run = run(
        server.addr,
        profile(|p| {
            p.dialect = Dialect::Echo;
            p.message_sizes = vec![4];
            p.rounds = echograph::experiment::Rounds::Exactly(3);
        }),
    );
    assert_all_measured(&run);
    let lines = said(&run, 1);
    assert!(lines.iter().all(|line| line.contains('*')), "{lines:?}");
}

#[test]
fn names_and_addresses_of_both_families_are_understood() {
    let server = FakeServer::honest();
    for host in ["127.0.0.1", "localhost"] {
        let mut bench = Bench::new();
        bench.start_at(host, server.addr.port(), profile(|_| {}));
        let run = bench.finished();
        assert_all_measured(&run);
        assert_eq!(run.destination, format!("{host}:{}", server.addr.port()));
    }
}

#[test]
fn ipv6_is_understood_with_and_without_brackets() {
    let server = FakeServer::start_at("[::1]:0", |_, peer| peer.serve().map(|()| Next::Accept));
    let server = match server {
        Ok(server) => server,
        Err(error) => return println!("skipped: this machine has no ::1 ({error})"),
    };
    for host in ["::1", "[::1]"] {
        let mut bench = Bench::new();
        bench.start_at(host, server.addr.port(), profile(|_| {}));
        let run = bench.finished();
        assert_all_measured(&run);
        assert_eq!(run.destination, format!("[::1]:{}", server.addr.port()));
    }
}

const LARGE: usize = 4 << 20;

#[test]
fn a_large_message_that_is_echoed_as_it_comes_blocks_nobody() {
    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        for seq in 1..=2 {
            peer.echo_bytes(format!("m {seq} ").len() + LARGE + 1)?;
        }
        peer.closing().map(|()| Next::Accept)
    });
    let run = run(
        server.addr,
        profile(|p| {
            p.message_sizes = vec![LARGE as u64];
            p.probes = 2;
        }),
    );
    assert_all_measured(&run);
}

#[test]
fn a_large_message_that_is_echoed_when_all_has_come_is_measured_as_well() {
    let server = FakeServer::honest();
    let run = run(
        server.addr,
        profile(|p| {
            p.message_sizes = vec![LARGE as u64];
            p.probes = 2;
        }),
    );
    assert_all_measured(&run);
}

#[test]
fn an_echo_may_come_byte_by_byte_or_in_pieces() {
    for piece in [1, 7, 64] {
        let server = FakeServer::start(move |_, peer| {
            peer.line()?;
            peer.say_in_pieces("200 OK: Ready\n", piece)?;
            for _ in 0..3 {
                let message = peer.message()?;
                peer.say_in_pieces(message, piece)?;
            }
            peer.expect("t")?;
            peer.say_in_pieces("200 OK: Closing Connection\n", piece)?;
            Ok(Next::Accept)
        });
        let run = run(
            server.addr,
            profile(|p| {
                p.message_sizes = vec![100];
                p.strict = true;
            }),
        );
        assert_all_measured(&run);
    }
}

#[test]
fn each_message_is_one_write() {
    let server = FakeServer::start(|_, peer| {
        assert_eq!(peer.one_read()?, b"s rtt 3 1000 0\n");
        peer.say("200 OK: Ready\n")?;
        for seq in 1..=3 {
            // One write of this size is one segment, and one read.
            let message = peer.one_read()?;
            assert_eq!(message.len(), format!("m {seq} ").len() + 1000 + 1);
            peer.say(message)?;
        }
        assert_eq!(peer.one_read()?, b"t\n");
        peer.say("200 OK: Closing Connection\n")?;
        Ok(Next::Accept)
    });
    let run = run(server.addr, profile(|p| p.message_sizes = vec![1000]));
    assert_all_measured(&run);
    assert_eq!(samples(&run.points[0]).len(), 3);
}

#[test]
fn the_round_trip_time_contains_what_the_server_waits() {
    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        for _ in 0..3 {
            let message = peer.message()?;
            std::thread::sleep(std::time::Duration::from_millis(20));
            peer.say(message)?;
        }
        peer.closing().map(|()| Next::Accept)
    });
    let run = run(server.addr, profile(|p| p.server_delays_ms = vec![20]));
    assert_all_measured(&run);
    for probe in samples(&run.points[0]) {
        assert!(probe.rtt_ns().unwrap() >= 20_000_000);
    }
}

#[test]
fn a_stalled_round_is_shown_as_it_waits() {
    let server = FakeServer::start(|_, peer| {
        peer.ready()?;
        peer.echo(1)?;
        peer.stall().map(|()| Next::Accept)
    });
    let bench = Bench::new();
    bench.start(server.addr, profile(|_| {}));
    let shown = bench.until("the probe that came back", |snapshot| {
        let current = snapshot.current.as_ref();
        current.is_some_and(|current| current.run.points[0].probes_echoed() == 1)
    });
    let run = &shown.current.as_ref().unwrap().run;
    let lines: Vec<&str> = run
        .transcript
        .lines
        .iter()
        .map(|line| &*line.text)
        .collect();
    assert!(lines.contains(&"200 OK: Ready"), "{lines:?}");
}
