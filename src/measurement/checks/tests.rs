//! A run that agrees with itself, and each way in which it can cease to.

use std::sync::Arc;

use super::*;
use crate::experiment::Plan;
use crate::measurement::{Probe, TcpChange, Work};
use crate::protocol::{Dialect, probes_len};

/// Everything as the text has it.
fn as_asked() -> Spoken {
    Spoken::new(Dialect::Boston.into())
}

const PROBES: u32 = 12;
const RTT: u64 = 10_000;
const BETWEEN: u64 = 500;

/// Two rounds of 12 probes of 100 bytes, 2 of them warm-up.
fn measured(depth: u32, connections: u32) -> (Profile, Point) {
    let profile = Profile {
        message_sizes: vec![100],
        probes: PROBES - 2,
        warmup: 2,
        depth,
        connections,
        ..Profile::default()
    };
    let mut point = Point::new(Plan::new(&profile).points()[0]);
    for number in 1..=2 {
        for connection in 1..=connections {
            let began = u64::from(number) * 1_000_000;
            point
                .rounds
                .push(Arc::new(round(number, connection, depth, began)));
        }
    }
    point.refresh_statistics();
    (profile, point)
}

fn round(number: u32, connection: u32, depth: u32, began: u64) -> Round {
    // Stop-and-wait takes turns; with more in flight a new one goes out as soon as one comes back.
    let turn = if depth == 1 {
        RTT + BETWEEN
    } else {
        RTT / u64::from(depth)
    };
    let probes: Vec<Probe> = (0..u64::from(PROBES))
        .map(|nth| Probe::new(began + nth * turn, Some(RTT)))
        .collect();
    let bytes = probes_len(Dialect::Boston, 100, PROBES);
    let mut tcp = TcpChange::default();
    (tcp.before.bytes_acked, tcp.after.bytes_acked) = (Some(16), Some(16 + bytes));
    (tcp.before.bytes_received, tcp.after.bytes_received) = (Some(14), Some(14 + bytes));
    let session = number * 10 + connection;
    Round {
        number,
        connection,
        session,
        warmup: 2,
        depth,
        local: Some(([127, 0, 0, 1], u16::try_from(40_000 + session).unwrap()).into()),
        work: Some(Work {
            began_ns: began,
            ended_ns: began + u64::from(PROBES - 1) * turn + RTT,
            bytes_written: bytes,
            bytes_read: bytes,
            in_flight_ns: u64::from(PROBES) * RTT,
            ..Work::default()
        }),
        probes: probes.into(),
        tcp: Some(Box::new(tcp)),
        ..Round::default()
    }
}

const ALL: [&str; 6] = [
    "sum of round-trip times within elapsed time",
    "probes in flight at a time",
    "every probe accounted for",
    "mean RTT x rate = mean in flight",
    "bytes written and read are those of the probes",
    "bytes by the kernel's count",
];

/// The checks that fail when the last round is changed.
fn failing(depth: u32, change: impl FnOnce(&mut Round)) -> Vec<String> {
    let (profile, mut point) = measured(depth, 1);
    change(Arc::make_mut(point.rounds.last_mut().unwrap()));
    point.refresh_statistics();
    names_of_failed(&check_points(&[point], &profile, &as_asked()))
}

fn names_of_failed(checks: &[Check]) -> Vec<String> {
    let failed = checks.iter().filter(|check| !check.passed);
    failed.map(|check| check.name.clone()).collect()
}

fn work(round: &mut Round) -> &mut Work {
    round.work.as_mut().unwrap()
}

fn edit(round: &mut Round, change: impl FnOnce(&mut Vec<Probe>)) {
    let mut probes: Vec<Probe> = round.probes.iter().copied().collect();
    change(&mut probes);
    round.probes = probes.into();
}

#[test]
fn a_run_that_agrees_with_itself_passes_every_check() {
    for (depth, connections) in [(1, 1), (4, 1), (4, 3), (1, 3)] {
        let (profile, point) = measured(depth, connections);
        let checks = check_points(&[point], &profile, &as_asked());
        assert_eq!(names_of_failed(&checks), [""; 0], "{depth} {connections}");
        let names: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
        let skipped = usize::from(depth > 1);
        assert_eq!(names, ALL[skipped..], "{depth} {connections}");
    }
}

#[test]
fn what_a_check_rests_on_is_said() {
    let (profile, point) = measured(1, 1);
    let checks = check_points(&[point], &profile, &as_asked());
    let details: Vec<&str> = checks.iter().map(|check| check.detail.as_str()).collect();
    let expected = [
        "2 rounds agree; the extreme: 100 bytes, round 1: 120.0 µs of round trips in 125.5 µs, \
         4.382 % between them.",
        "2 rounds agree; the extreme: 100 bytes, round 1: 1 in flight, 1 could be.",
        "1 point agrees; the extreme: 100 bytes: 20 counted, 4 warm-up and 0 without echo, of 24 sent, \
         at most 12 of 12 on a connection.",
        "1 point agrees; the extreme: 100 bytes: 10.00 µs x 95,620 probes/s = 0.9562, counted 0.9562 on \
         each connection; at most 0.9562 of the depth.",
        "2 rounds agree; the extreme: 100 bytes, round 1: 1,263 bytes written of 1,263 bytes, \
         1,263 bytes read of 1,263 bytes.",
        "2 rounds agree; the extreme: 100 bytes, round 1: 1,263 bytes acknowledged of 1,263 bytes \
         written, 1,263 bytes received and 1,263 bytes read.",
    ];
    for (found, expected) in details.iter().zip(expected) {
        assert_eq!(found.replace('\u{a0}', " "), expected);
    }
}

#[test]
fn round_trips_longer_than_their_round_are_found() {
    // Ended too early: the sum fails, the last probe lies outside, more is in flight than can be.
    let failed = failing(1, |round| work(round).ended_ns -= 6_000);
    assert_eq!(failed, [ALL[0], ALL[1]]);
    // A pause is no time in which probes can be in flight.
    let failed = failing(1, |round| work(round).paused_ns = 6_000);
    assert_eq!(failed, [ALL[0]]);
}

#[test]
fn the_worst_round_is_named() {
    let (profile, mut point) = measured(1, 3);
    let bad = Arc::make_mut(&mut point.rounds[4]);
    work(bad).bytes_read += 7;
    let checks = check_points(&[point], &profile, &as_asked());
    let check = checks.iter().find(|check| check.name == ALL[4]).unwrap();
    assert!(!check.passed);
    assert_eq!(
        check.detail,
        "1 of 6 rounds disagrees; the worst: 100 bytes, round 2, connection 2: 1,263 bytes written \
         of 1,263 bytes, 1,270 bytes read of 1,263 bytes."
    );
}

#[test]
fn probes_that_overlap_are_found() {
    for depth in [1, 4] {
        let failed = failing(depth, |round| {
            edit(round, |probes| {
                // One goes out before there is room for it.
                let early = probes[5].sent_ns - BETWEEN.max(10) * 2;
                probes[5] = Probe::new(early, Some(RTT + 2 * BETWEEN));
            });
        });
        assert!(failed.contains(&ALL[1].to_owned()), "{depth} {failed:?}");
    }
}

#[test]
fn echoes_and_probes_out_of_order_are_found() {
    let failed = failing(4, |round| {
        edit(round, |probes| {
            probes[5] = Probe::new(probes[5].sent_ns, Some(RTT - 5_000));
            probes[6] = Probe::new(probes[6].sent_ns, Some(RTT + 5_000));
        });
    });
    assert_eq!(failed, [ALL[1]], "an echo overtakes");
    let failed = failing(4, |round| edit(round, |probes| probes.swap(4, 5)));
    assert_eq!(failed, [ALL[1]], "a probe is sent before the one before it");
    let failed = failing(4, |round| work(round).began_ns += 10);
    assert_eq!(failed, [ALL[1]], "a probe is sent before its round");
}

#[test]
fn a_probe_that_no_figure_knows_is_found() {
    let (profile, mut point) = measured(1, 1);
    let statistics = point.statistics;
    let last = Arc::make_mut(point.rounds.last_mut().unwrap());
    edit(last, |probes| {
        probes.pop();
    });
    point.statistics = statistics;
    let failed = names_of_failed(&check_points(&[point], &profile, &as_asked()));
    assert!(failed.contains(&ALL[2].to_owned()), "{failed:?}");
}

#[test]
fn more_probes_than_were_announced_are_found() {
    let (profile, point) = measured(1, 1);
    let less = Profile {
        probes: profile.probes - 1,
        ..profile
    };
    let failed = names_of_failed(&check_points(&[point], &less, &as_asked()));
    assert_eq!(failed, [ALL[2]]);
}

#[test]
fn littles_law_finds_times_that_are_not_those_in_flight() {
    let by = |percent: u64| {
        move |round: &mut Round| {
            let work = work(round);
            work.in_flight_ns += work.in_flight_ns * percent / 100;
        }
    };
    assert_eq!(failing(4, by(3)), [ALL[3]]);
    assert_eq!(
        failing(4, by(1)),
        [""; 0],
        "half a percent over both rounds"
    );
    // On one connection the sum is right, and more than its depth was in flight all the same.
    let (profile, mut point) = measured(1, 2);
    for (place, sign) in [(0, 1), (1, -1)] {
        let work = work(Arc::make_mut(&mut point.rounds[place]));
        work.in_flight_ns = work.in_flight_ns.saturating_add_signed(sign * 20_000);
    }
    assert_eq!(
        names_of_failed(&check_points(&[point], &profile, &as_asked())),
        [ALL[3]]
    );
}

#[test]
fn bytes_that_are_not_those_of_the_probes_are_found() {
    // The kernel agrees with the engine, and both are wrong.
    let failed = failing(1, |round| {
        work(round).bytes_written -= 1;
        let tcp = round.tcp.as_mut().unwrap();
        tcp.after.bytes_acked = tcp.after.bytes_acked.map(|bytes| bytes - 1);
    });
    assert_eq!(failed, [ALL[4]]);
}

#[test]
fn bytes_that_the_kernel_counts_otherwise_are_found() {
    let acked = failing(1, |round| {
        let tcp = round.tcp.as_mut().unwrap();
        tcp.after.bytes_acked = tcp.after.bytes_acked.map(|bytes| bytes - 100);
    });
    assert_eq!(acked, [ALL[5]]);
    let received = |more: u64| {
        failing(1, move |round| {
            let tcp = round.tcp.as_mut().unwrap();
            tcp.after.bytes_received = tcp.after.bytes_received.map(|bytes| bytes + more);
        })
    };
    assert_eq!(
        received(1),
        [""; 0],
        "the end of the stream is no contradiction"
    );
    assert_eq!(received(2), [ALL[5]]);
}

/// Takes the echo of the last probe away, as when a round was stopped.
fn cut_off(round: &mut Round) {
    edit(round, |probes| {
        let last = probes.last_mut().unwrap();
        *last = Probe::new(last.sent_ns, None);
    });
    let work = work(round);
    work.ended_ns += 5_000;
    work.in_flight_ns += 5_000;
    // A part of the last probe went out, and a refusal came.
    work.bytes_written -= 30;
    work.bytes_read = probes_len(Dialect::Boston, 100, PROBES - 1) + 39;
    let tcp = round.tcp.as_mut().unwrap();
    tcp.after.bytes_acked = tcp.after.bytes_acked.map(|bytes| bytes - 60);
}

#[test]
fn a_round_that_was_cut_off_is_no_contradiction() {
    for depth in [1, 4] {
        assert_eq!(failing(depth, cut_off), [""; 0]);
    }
    // But what was echoed was written and read.
    let failed = failing(1, |round| {
        cut_off(round);
        work(round).bytes_read -= 40;
    });
    assert_eq!(failed, [ALL[4]]);
    let failed = failing(1, |round| {
        cut_off(round);
        work(round).bytes_written += 31;
    });
    assert_eq!(failed, [ALL[4]]);
}

#[test]
fn what_was_not_kept_is_not_looked_at() {
    let (profile, mut point) = measured(1, 1);
    for round in &mut point.rounds {
        let round = Arc::make_mut(round);
        (round.work, round.tcp) = (None, None);
    }
    let checks = check_points(&[point], &profile, &as_asked());
    let names: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(names, [ALL[1], ALL[2]]);
    assert_eq!(check_points(&[], &profile, &as_asked()), []);
}

#[test]
fn bytes_at_the_server_are_compared_connection_by_connection() {
    let (_, point) = measured(1, 2);
    let bytes = probes_len(Dialect::Boston, 100, PROBES);
    let points = [point];
    let found = |probes_received, echoes_sent| {
        bytes::at_server(&points, &as_asked(), |round| {
            (round.session != 11).then_some(BytesAtServer {
                probes_received,
                echoes_sent,
            })
        })
    };
    let check = found(bytes, bytes).unwrap();
    assert!(check.passed);
    assert!(
        check
            .detail
            .starts_with("3 connections agree, 1 of 4 could not be looked at; "),
        "{}",
        check.detail
    );
    assert!(!found(bytes - 1, bytes).unwrap().passed);
    assert!(!found(bytes, bytes + 1).unwrap().passed);
    let nothing = bytes::at_server(&points, &as_asked(), |_| None);
    assert_eq!(nothing, None);
}

#[test]
fn an_address_that_was_used_again_stands_for_its_last_use() {
    let (_, mut point) = measured(1, 1);
    let address = point.rounds[0].local;
    let last = Arc::make_mut(&mut point.rounds[1]);
    last.local = address;
    let mut asked = Vec::new();
    let _ = bytes::at_server(&[point], &as_asked(), |round| {
        asked.push(round.session);
        None
    });
    assert_eq!(asked, [21]);
}
