//! The design of the experiment: the order of the points, how many rounds they get, and what is kept
//! beside the samples.

use std::io;
use std::time::Duration;

use echograph::experiment::{Order, Precision, Rounds};
use echograph::measurement::{Point, PrecisionOutcome, Run};

use crate::support::{FakeServer, Next, Peer, profile, run};

/// The sizes of a run's points in the order in which they were visited, over all rounds.
fn visited(run: &Run) -> Vec<u64> {
    let mut visits: Vec<(u32, u64)> = run
        .points
        .iter()
        .flat_map(|point| {
            let size = point.spec.message_size;
            point.rounds.iter().map(move |round| (round.session, size))
        })
        .collect();
    visits.sort_unstable();
    visits.into_iter().map(|(_, size)| size).collect()
}

#[test]
fn the_random_order_comes_from_the_seed_that_is_kept() {
    let server = FakeServer::honest();
    let random = |seed| {
        run(
            server.addr,
            profile(|p| {
                p.message_sizes = (1..=8).collect();
                p.rounds = Rounds::Exactly(3);
                p.order = Order::Random;
                p.seed = seed;
            }),
        )
    };
    let (one, again) = (random(Some(42)), random(Some(42)));
    assert_eq!(one.seed, 42);
    assert_eq!(visited(&one), visited(&again));
    let drawn = random(None);
    assert_eq!(visited(&drawn), visited(&random(Some(drawn.seed))));

    // The order given in `tests` of the shuffle itself, for the first round of seed 42.
    let first: Vec<u64> = visited(&one).into_iter().take(8).collect();
    assert_eq!(first, [5, 1, 2, 8, 4, 7, 3, 6]);
    let second: Vec<u64> = visited(&one).into_iter().skip(8).take(8).collect();
    assert_ne!(first, second, "each round has an order of its own");
}

#[test]
fn the_sequential_order_is_the_profiles_own() {
    let server = FakeServer::honest();
    let run = run(
        server.addr,
        profile(|p| {
            p.message_sizes = vec![7, 3, 5];
            p.rounds = Rounds::Exactly(2);
        }),
    );
    assert_eq!(visited(&run), [7, 3, 5, 7, 3, 5]);
}

/// Serves a session whose echoes take `think` each.
fn serve_slowly(peer: &mut Peer, probes: u32, think: Duration) -> io::Result<()> {
    peer.ready()?;
    for _ in 0..probes {
        std::thread::sleep(think);
        peer.echo(1)?;
    }
    peer.closing()
}

fn until_precise(change: impl FnOnce(&mut Precision)) -> Rounds {
    let mut precision = Precision::default();
    change(&mut precision);
    Rounds::UntilPrecise(precision)
}

fn only_point(run: &Run) -> &Point {
    assert_eq!(run.points.len(), 1);
    &run.points[0]
}

#[test]
fn a_point_that_is_known_well_enough_gets_no_more_rounds() {
    // Every round takes the same 30 ms: an interval of 100 % is sure to be reached.
    let server = FakeServer::start(|_, peer| {
        serve_slowly(peer, 3, Duration::from_millis(30)).map(|()| Next::Accept)
    });
    let run = run(
        server.addr,
        profile(|p| p.rounds = until_precise(|precision| precision.ci_width_percent = 100.0)),
    );
    assert_eq!(run.error, None);
    let point = only_point(&run);
    assert_eq!(point.outcome, Some(PrecisionOutcome::Reached));
    assert_eq!(point.rounds.len(), 6, "the first look was enough");
}

#[test]
fn a_point_that_stays_wide_gets_the_most_rounds_and_that_is_said() {
    // Every other round takes ten times as long.
    let server = FakeServer::start(|number, peer| {
        let think = if number % 2 == 0 { 40 } else { 4 };
        serve_slowly(peer, 3, Duration::from_millis(think)).map(|()| Next::Accept)
    });
    let run = run(
        server.addr,
        profile(|p| p.rounds = until_precise(|precision| precision.max_rounds = 9)),
    );
    assert_eq!(run.error, None, "not reached is no fault");
    let point = only_point(&run);
    assert_eq!(point.outcome, Some(PrecisionOutcome::NotReachedInRounds));
    assert_eq!(point.rounds.len(), 9);
}

#[test]
fn when_the_time_is_used_up_no_round_beyond_the_least_begins() {
    let server = FakeServer::start(|number, peer| {
        // Two points a round.
        let think = if (number - 1) / 2 % 2 == 0 { 100 } else { 10 };
        serve_slowly(peer, 3, Duration::from_millis(think)).map(|()| Next::Accept)
    });
    let run = run(
        server.addr,
        profile(|p| {
            p.message_sizes = vec![1, 2];
            p.rounds = until_precise(|precision| precision.time_budget_s = 1);
        }),
    );
    for point in &run.points {
        assert_eq!(point.outcome, Some(PrecisionOutcome::NotReachedInTime));
        assert_eq!(point.rounds.len(), 6);
    }
}

#[test]
fn a_point_without_an_echo_is_given_up_at_the_first_look() {
    let server = FakeServer::start(|_, peer| {
        peer.line()?;
        peer.say("404 ERROR: Invalid Connection Setup Message\n")?;
        Ok(Next::Accept)
    });
    let run = run(server.addr, profile(|p| p.rounds = Rounds::default()));
    let point = only_point(&run);
    assert_eq!(point.rounds.len(), 6);
    assert!(point.error.is_some());
    assert_eq!(point.outcome, None);
}

#[test]
fn a_run_keeps_what_the_instrument_the_system_and_the_route_are() {
    let server = FakeServer::honest();
    let run = run(
        server.addr,
        profile(|p| {
            p.socket.nodelay = false;
            p.socket.send_buffer = Some(20_000);
        }),
    );
    let route = run.route.as_ref().unwrap();
    assert!(route.loopback);
    let socket = run.socket.as_ref().unwrap();
    assert!(!socket.nodelay);
    assert!(socket.send_buffer >= 20_000);
    // A machine that is too busy to find its floor says so by having none.
    if let Some(calibration) = run.calibration {
        assert!(calibration.floor_ns > 0.0 && calibration.clock_cost_ns > 0.0);
        assert!(calibration.round_trips >= 50);
    }
    #[cfg(target_os = "linux")]
    for round in &only_point(&run).rounds {
        let tcp = round.tcp.as_ref().unwrap();
        let sent = |info: echograph::measurement::TcpInfo| info.bytes_sent.unwrap();
        let work = round.work.unwrap();
        assert_eq!(sent(tcp.after) - sent(tcp.before), work.bytes_written);
        assert!(tcp.after.peer_window.unwrap() > 0);
    }
}

#[test]
fn what_a_round_took_is_counted_where_it_was_done() {
    let server = FakeServer::honest();
    let run = run(server.addr, profile(|p| p.probes = 50));
    let round = &only_point(&run).rounds[0];
    let work = round.work.unwrap();
    // `m 1 ` to `m 50 `, ten letters and the end of line.
    let bytes = 9 * 15 + 41 * 16;
    assert_eq!((work.bytes_written, work.bytes_read), (bytes, bytes));
    assert_eq!(work.writes, 50);
    let first = round.probes.iter().next().unwrap();
    let last = round.probes.iter().last().unwrap();
    assert_eq!(work.began_ns, first.sent_ns);
    assert_eq!(work.ended_ns, last.sent_ns + last.rtt_ns().unwrap());
    let rtts: u64 = round.probes.iter().map(|p| p.rtt_ns().unwrap()).sum();
    assert_eq!(work.in_flight_ns, rtts, "one in flight at a time");
    assert!(rtts <= work.elapsed_ns());
}
