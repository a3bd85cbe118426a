//! Made-up points, one for each cause, with the figures that such a path shows.

mod processor;
mod sockets;

use std::sync::Arc;

use super::*;
use crate::experiment::{Plan, SocketOptions};
use crate::measurement::run::stayed_here;
use crate::measurement::{Probe, Round, SocketSettings, TcpChange, Work};
use crate::protocol::probes_len;

/// A point as it would be seen; times in microseconds.
#[derive(Debug, Clone, Copy)]
struct Made {
    size: u64,
    delay_ms: u64,
    depth: u32,
    /// Whether it stayed on this computer.
    loopback: bool,
    rtt: u64,
    connect: u64,
    min_rtt: Option<u32>,
    srtt: u32,
    busy: u64,
    window_full: u64,
    buffer_full: u64,
    window: u32,
    /// Bytes per second.
    delivery_rate: u64,
    app_limited: bool,
    cpu: u64,
    empty_reads: u64,
    elapsed: u64,
    /// Messages of a round that met a full send buffer.
    held: u64,
    cwnd_segments: u32,
    /// What was asked of the sockets, and granted.
    nagle: bool,
    send_buffer: Option<u32>,
    receive_buffer: Option<u32>,
    /// Reads of a round that gave something.
    reads: u64,
    /// Of a round: the thread had no processor, and anything had none.
    queued: u64,
    contended: u64,
    /// One probe of twenty takes this long instead.
    slowest: Option<u64>,
    probes: u64,
}

/// Twenty probes of 1,000 bytes over a path of which nothing stands out: 40 ms.
const PLAIN: Made = Made {
    size: 1_000,
    delay_ms: 0,
    depth: 1,
    loopback: false,
    rtt: 2_000,
    connect: 800,
    min_rtt: Some(700),
    srtt: 1_900,
    busy: 40_000,
    window_full: 0,
    buffer_full: 0,
    window: 65_536,
    delivery_rate: 1_000_000,
    app_limited: true,
    cpu: 2_000,
    empty_reads: 0,
    elapsed: 40_000,
    held: 0,
    cwnd_segments: 10,
    nagle: false,
    send_buffer: None,
    receive_buffer: None,
    reads: 20,
    queued: 0,
    contended: 0,
    slowest: None,
    probes: 20,
};

const CALIBRATION: Calibration = Calibration {
    clock_cost_ns: 25.0,
    clock_resolution_ns: 1,
    empty_read_ns: 500.0,
    floor_ns: 10_000.0,
    floor_min_ns: 9_000,
    round_trips: 1_000,
};

/// What limited a point whose sockets nobody asked about.
fn limit_of(point: &Point, profile: &Profile, calibration: Option<&Calibration>) -> Option<Limit> {
    let known = Known {
        calibration,
        loopback: stayed_here(&point.rounds),
        ..Known::default()
    };
    limit(point, profile, &known)
}

impl Made {
    fn point(&self) -> (Point, Profile) {
        let profile = Profile {
            message_sizes: vec![self.size],
            server_delays_ms: vec![self.delay_ms],
            depth: self.depth,
            socket: SocketOptions {
                nodelay: !self.nagle,
                send_buffer: self.send_buffer,
                receive_buffer: self.receive_buffer,
                ..SocketOptions::default()
            },
            ..Profile::default()
        };
        let mut point = Point::new(Plan::new(&profile).points()[0]);
        let local = if self.loopback {
            "[::ffff:127.0.0.1]:40000"
        } else {
            "192.0.2.1:40000"
        };
        let before = TcpChange::default();
        let mut tcp = before;
        for (info, times) in [(&mut tcp.before, 0), (&mut tcp.after, 1)] {
            info.busy_us = Some(7 + times * self.busy);
            info.receive_window_limited_us = Some(times * self.window_full);
            info.send_buffer_limited_us = Some(times * self.buffer_full);
        }
        tcp.after.srtt_us = self.srtt;
        tcp.after.min_rtt_us = self.min_rtt;
        tcp.after.mss = 1_448;
        tcp.after.cwnd_segments = self.cwnd_segments;
        tcp.after.peer_window = Some(self.window);
        tcp.after.delivery_rate = Some(self.delivery_rate);
        tcp.after.delivery_app_limited = Some(self.app_limited);
        for number in 1..=2 {
            let began = u64::from(number) * 1_000_000_000;
            let probes = (0..self.probes).map(|nth| {
                let sent = began + nth * self.elapsed * 1_000 / self.probes;
                let rtt = self.slowest.filter(|_| nth == 7).unwrap_or(self.rtt);
                Probe::new(sent, Some(rtt * 1_000))
            });
            point.rounds.push(Arc::new(Round {
                number,
                depth: self.depth,
                connect_ns: Some(self.connect * 1_000),
                local: local.parse().ok(),
                probes: probes.collect(),
                tcp: Some(Box::new(tcp)),
                work: Some(Work {
                    began_ns: began,
                    ended_ns: began + self.elapsed * 1_000,
                    bytes_written: probes_len(profile.dialect, self.size, 20),
                    bytes_read: probes_len(profile.dialect, self.size, 20),
                    reads: self.reads,
                    queued_ns: Some(self.queued * 1_000),
                    contended_ns: Some(self.contended * 1_000),
                    cpu_ns: Some(self.cpu * 1_000),
                    empty_reads: self.empty_reads,
                    held_messages: self.held,
                    ..Work::default()
                }),
                ..Round::default()
            }));
        }
        point.refresh_statistics();
        (point, profile)
    }

    fn limit(&self) -> Limit {
        let (point, profile) = self.point();
        limit_of(&point, &profile, Some(&CALIBRATION)).unwrap()
    }

    fn cause(&self) -> Cause {
        self.limit().cause
    }

    fn says(&self) -> String {
        self.limit().sentence.replace('\u{a0}', " ")
    }
}

#[test]
fn a_server_that_does_not_wait_as_it_was_asked_to_has_no_delay_for_a_cause() {
    let ignores = Made {
        delay_ms: 20,
        rtt: 100,
        ..PLAIN
    };
    assert_ne!(ignores.cause(), Cause::ServerDelay);
    assert!(!ignores.says().contains("elay"), "{}", ignores.says());
}

#[test]
fn what_a_server_waits_is_what_it_was_asked_for_or_what_was_measured() {
    use crate::measurement::delay_unit::waited_ns;
    let is = |asked, with, without, waited: f64| {
        let found = waited_ns(asked, with, without);
        assert!((found - waited).abs() < 1.0, "{found} and not {waited}");
    };
    is(0, 1e6, None, 0.0);
    is(2, 2.1e6, None, 2e6);
    is(2, 2.1e6, Some(1e5), 2e6);
    // In seconds, in microseconds, not at all.
    is(2, 2.1e9, Some(1e5), 2.0999e9);
    is(200, 3e5, Some(1e5), 2e5);
    is(200, 3e5, None, 0.0);
    is(200, 1.1e5, Some(1e5), 1e4);
    is(200, 9e4, Some(1e5), 0.0);
    // A path whose own time changes by more.
    is(1, 5.5e7, Some(5e7), 1e6);
}

#[test]
fn a_server_that_was_asked_to_wait_is_the_cause() {
    let made = Made {
        delay_ms: 20,
        rtt: 21_000,
        elapsed: 420_000,
        ..PLAIN
    };
    assert_eq!(made.cause(), Cause::ServerDelay);
    assert_eq!(
        made.says(),
        "The server delay: 20.00 ms are 95.24 % of the median round-trip time of 21.00 ms."
    );
    let little = Made {
        delay_ms: 1,
        rtt: 2_100,
        ..PLAIN
    };
    assert_ne!(little.cause(), Cause::ServerDelay);
}

/// 64 KiB through a window of 4 KiB, 16 round trips of 1 ms each way.
const SMALL_WINDOW: Made = Made {
    size: 65_536,
    rtt: 18_000,
    connect: 1_000,
    min_rtt: Some(1_000),
    srtt: 1_050,
    busy: 340_000,
    window_full: 300_000,
    window: 4_096,
    delivery_rate: 4_000_000,
    elapsed: 360_000,
    ..PLAIN
};

#[test]
fn a_small_receive_window_is_the_cause() {
    assert_eq!(SMALL_WINDOW.cause(), Cause::ReceiveWindow);
    assert_eq!(
        SMALL_WINDOW.says(),
        "The server's receive window of 4,096 bytes: it was full in 88.24 % of the time in which \
         bytes were to be sent."
    );
    let seldom_full = Made {
        window_full: 100_000,
        ..SMALL_WINDOW
    };
    assert_ne!(seldom_full.cause(), Cause::ReceiveWindow);
}

#[test]
fn a_few_ticks_of_the_kernels_clock_are_no_evidence() {
    let chance = Made {
        busy: 12_000,
        window_full: 8_000,
        window: 4_096,
        elapsed: 36_000,
        ..SMALL_WINDOW
    };
    assert_ne!(chance.cause(), Cause::ReceiveWindow);
}

#[test]
fn a_window_closed_by_a_server_that_does_not_read_is_the_servers() {
    // 2.6 MB in 0.6 s, acknowledged in 0.1 ms each: 437 bytes under way, where 64 KiB might be.
    let made = Made {
        depth: 8,
        rtt: 120_000,
        srtt: 100,
        min_rtt: Some(50),
        window: 65_536,
        ..SMALL_WINDOW
    };
    assert_eq!(made.cause(), Cause::Server);
    assert!(made.says().contains("did not read"), "{}", made.says());
}

#[test]
fn a_window_full_of_bytes_that_stand_in_a_queue_is_the_paths() {
    let made = Made {
        depth: 8,
        rtt: 120_000,
        srtt: 60_000,
        min_rtt: Some(200),
        window: 131_072,
        ..SMALL_WINDOW
    };
    assert_eq!(made.cause(), Cause::PathRate);
    assert_eq!(
        made.says(),
        "The rate of the path: bytes stand in a queue, 60.00 ms until they are acknowledged where \
         an empty path takes 200.0 µs."
    );
}

#[test]
fn a_small_send_buffer_is_the_cause() {
    let made = Made {
        window_full: 0,
        buffer_full: 250_000,
        window: 65_536,
        ..SMALL_WINDOW
    };
    assert_eq!(made.cause(), Cause::SendBuffer);
    assert!(
        made.says().starts_with("Our send buffer"),
        "{}",
        made.says()
    );
}

#[test]
fn a_send_buffer_is_the_cause_where_messages_meet_it_full_and_the_windows_do_not() {
    // 16 KiB under way on a path of 4 ms, where both windows have room for twice that.
    let made = Made {
        size: 16_384,
        depth: 8,
        rtt: 8_250,
        connect: 4_100,
        min_rtt: Some(4_000),
        srtt: 4_080,
        busy: 80_000,
        window: 153_600,
        elapsed: 81_000,
        held: 19,
        cwnd_segments: 24,
        ..PLAIN
    };
    assert_eq!(made.cause(), Cause::SendBuffer);
    assert!(
        made.says().contains("95.00 % of the messages"),
        "{}",
        made.says()
    );
    let few = Made { held: 3, ..made };
    assert_ne!(few.cause(), Cause::SendBuffer);
    let tight = Made {
        cwnd_segments: 11,
        ..made
    };
    assert_ne!(
        tight.cause(),
        Cause::SendBuffer,
        "the congestion window is as full"
    );
    let narrow = Made {
        window: 16_384,
        ..made
    };
    assert_ne!(
        narrow.cause(),
        Cause::SendBuffer,
        "so is the receive window"
    );
}

#[test]
fn few_probes_are_no_evidence_and_their_number_is_said() {
    let slow = Made {
        rtt: 8_000,
        connect: 100,
        min_rtt: Some(90),
        ..PLAIN
    };
    // Two rounds of as many.
    let few = Made { probes: 9, ..slow };
    assert_eq!(few.cause(), Cause::NotKnown);
    assert_eq!(
        few.says(),
        "Not known: 18 probes are too few to tell, it takes 20."
    );
    assert_eq!(Made { probes: 10, ..slow }.cause(), Cause::Server);
    let asked_for = Made { delay_ms: 7, ..few };
    assert_eq!(asked_for.cause(), Cause::ServerDelay);
}

#[test]
fn a_slow_path_is_the_cause_of_long_stop_and_wait() {
    // 32 KiB at 10 Mbit/s: 26 ms each way on a path whose round trip is 0.1 ms.
    let made = Made {
        size: 32_768,
        rtt: 53_000,
        connect: 150,
        min_rtt: Some(100),
        srtt: 20_000,
        delivery_rate: 1_240_000,
        busy: 600_000,
        elapsed: 1_060_000,
        ..PLAIN
    };
    assert_eq!(made.cause(), Cause::PathRate);
    assert_eq!(
        made.says(),
        "The rate of the path: at the 9.920 Mbit/s that the kernel saw, a message takes 52.66 ms \
         there and back, of a median round-trip time of 53.00 ms."
    );
    // The same rate says nothing of a message that one segment holds: its echo acknowledges it.
    let short = Made {
        size: 1_000,
        rtt: 5_000,
        delivery_rate: 200_000,
        ..made
    };
    assert_eq!(short.cause(), Cause::Server);
}

#[test]
fn a_filled_path_is_the_cause_of_pipelined_throughput() {
    let filled = Made {
        size: 32_768,
        depth: 8,
        rtt: 210_000,
        connect: 150,
        min_rtt: Some(100),
        srtt: 100_000,
        delivery_rate: 1_250_000,
        app_limited: false,
        busy: 520_000,
        elapsed: 530_000,
        ..PLAIN
    };
    assert_eq!(filled.cause(), Cause::PathRate);
    assert!(
        filled.says().contains("98.11 % of the time"),
        "{}",
        filled.says()
    );
    let held_down = Made {
        app_limited: true,
        ..filled
    };
    assert_eq!(held_down.cause(), Cause::NotKnown);
    let faster = Made {
        delivery_rate: 5_000_000,
        ..filled
    };
    assert_eq!(
        faster.cause(),
        Cause::NotKnown,
        "delivered faster than sent"
    );
}

#[test]
fn a_long_path_is_the_cause() {
    let made = Made {
        rtt: 30_500,
        connect: 31_000,
        min_rtt: Some(30_000),
        elapsed: 610_000,
        ..PLAIN
    };
    assert_eq!(made.cause(), Cause::PathRoundTrip);
    assert_eq!(
        made.says(),
        "The round trip of the path: it takes 30.00 ms however little is sent, of a median \
         round-trip time of 30.50 ms."
    );
    let pipelined = Made { depth: 2, ..made };
    assert!(pipelined.says().contains("with more probes in flight"));
    let by_connecting = |connect| Made {
        min_rtt: None,
        connect,
        ..made
    };
    assert_eq!(by_connecting(31_000).cause(), Cause::PathRoundTrip);
    let slow_to_open = by_connecting(60_000);
    assert_eq!(slow_to_open.cause(), Cause::NotKnown, "probes are faster");
}

#[test]
fn a_slow_server_is_the_cause() {
    let made = Made {
        rtt: 8_000,
        connect: 100,
        min_rtt: Some(90),
        srtt: 8_000,
        ..PLAIN
    };
    assert_eq!(made.cause(), Cause::Server);
    assert_eq!(
        made.says(),
        "The server: 7.910 ms of the median round-trip time of 8.000 ms are neither the 90.00 µs \
         that the path takes nor sending the bytes."
    );
    let and_delay = Made {
        delay_ms: 3,
        ..made
    };
    assert!(and_delay.says().contains("its delay of 3.000 ms"));
}

#[test]
fn a_server_that_thinks_is_named_on_loopback_too() {
    let thinks = Made {
        loopback: true,
        rtt: 5_060,
        connect: 40,
        min_rtt: Some(3),
        srtt: 40,
        delivery_rate: 2_000_000_000,
        ..PLAIN
    };
    for size in [14, 1_000, 65_536] {
        let made = Made { size, ..thinks };
        assert_eq!(made.cause(), Cause::Server, "{size} bytes: {}", made.says());
    }
}

/// Acknowledged at once and echoed late, with several in flight.
const SLOW_IN_PIPELINE: Made = Made {
    depth: 4,
    rtt: 8_000,
    connect: 100,
    min_rtt: Some(90),
    srtt: 120,
    busy: 1_000,
    ..PLAIN
};

#[test]
fn a_slow_server_in_a_pipeline_is_named_when_this_side_had_nothing_to_do() {
    assert_eq!(SLOW_IN_PIPELINE.cause(), Cause::Server);
    assert_eq!(
        SLOW_IN_PIPELINE.says(),
        "The server: what was sent was acknowledged and its echoes did not come. Bytes were under way \
         in 2.500 % of the time, and this computer worked in 5.000 % of it."
    );
    let others = [
        (
            "bytes were under way",
            Made {
                busy: 13_000,
                ..SLOW_IN_PIPELINE
            },
        ),
        (
            "this side worked",
            Made {
                cpu: 22_000,
                ..SLOW_IN_PIPELINE
            },
        ),
        (
            "it may stand in the path",
            Made {
                srtt: 7_000,
                ..SLOW_IN_PIPELINE
            },
        ),
        (
            "too short for the kernel's clock",
            Made {
                busy: 100,
                elapsed: 4_000,
                cpu: 200,
                ..SLOW_IN_PIPELINE
            },
        ),
    ];
    for (why, made) in others {
        assert_eq!(made.cause(), Cause::NotKnown, "{why}");
    }
    let (mut point, profile) = SLOW_IN_PIPELINE.point();
    for round in &mut point.rounds {
        let work = Arc::make_mut(round).work.as_mut().unwrap();
        work.cpu_ns = None;
    }
    let unknown = limit_of(&point, &profile, Some(&CALIBRATION)).unwrap();
    assert_eq!(unknown.cause, Cause::NotKnown, "nobody knows what it did");
}

#[test]
fn a_slow_server_in_a_pipeline_is_named_where_there_is_no_path() {
    // One echo every 5 ms, and the kernel acknowledges late: where bytes would stand, were there a path.
    let made = Made {
        size: 100,
        depth: 8,
        loopback: true,
        rtt: 41_500,
        srtt: 38_000,
        busy: 102_000,
        delivery_rate: 2_000_000_000,
        cpu: 2_000,
        elapsed: 104_000,
        ..SLOW_IN_PIPELINE
    };
    assert_eq!(made.cause(), Cause::Server);
    assert_eq!(
        made.says(),
        "The server: an echo came every 5.188 ms, while the measuring thread worked in 1.923 % of the \
         time; on this computer there is no path where bytes could wait."
    );
    let large = Made {
        size: 65_536,
        window_full: 30_000,
        busy: 40_000,
        srtt: 1_700,
        min_rtt: Some(4),
        window: 560_000,
        ..made
    };
    assert_eq!(large.cause(), Cause::Server, "{}", large.says());
    let of_a_link = Made {
        loopback: false,
        ..made
    };
    assert_ne!(of_a_link.cause(), Cause::Server, "a path may hold them");
    let quick = Made { rtt: 790, ..made };
    assert_eq!(quick.cause(), Cause::NotKnown, "{}", quick.says());
    let busy_here = Made {
        cpu: 60_000,
        ..made
    };
    assert_eq!(busy_here.cause(), Cause::NotKnown);
}

/// 64 KiB, eight at a time, at 38 Gbit/s both ways together.
const FAST_PIPELINE: Made = Made {
    size: 65_536,
    depth: 8,
    loopback: true,
    rtt: 221,
    connect: 60,
    min_rtt: Some(3),
    srtt: 40,
    busy: 26_000,
    delivery_rate: 2_400_000_000,
    cpu: 24_000,
    ..PLAIN
};

#[test]
fn the_queue_of_a_pipeline_is_not_laid_to_the_server() {
    assert_eq!(FAST_PIPELINE.cause(), Cause::NotKnown);
    assert_eq!(
        FAST_PIPELINE.says(),
        "Not known: the median round-trip time of 221.0 µs holds the queue of the probes in flight, \
         and no figure beside it stands out."
    );
    let works = Made {
        cpu: 30_000,
        ..FAST_PIPELINE
    };
    assert_eq!(works.cause(), Cause::ThisComputer);
    let waits = Made {
        delay_ms: 1,
        rtt: 1_900,
        ..FAST_PIPELINE
    };
    assert_eq!(waits.cause(), Cause::ServerDelay);
}

#[test]
fn several_connections_with_one_probe_each_are_a_pipeline_too() {
    let made = Made {
        depth: 1,
        rtt: 8_000,
        busy: 30_000,
        ..SLOW_IN_PIPELINE
    };
    let (mut point, profile) = made.point();
    assert_eq!(made.cause(), Cause::Server);
    let second = Arc::new(Round {
        connection: 2,
        ..point.rounds[0].as_ref().clone()
    });
    point.rounds.insert(1, second);
    point.refresh_statistics();
    let limit = limit_of(&point, &profile, Some(&CALIBRATION)).unwrap();
    assert_eq!(limit.cause, Cause::NotKnown);
}

#[test]
fn a_window_closed_while_this_side_worked_may_be_its_own_doing() {
    let closed = Made {
        depth: 8,
        rtt: 120_000,
        srtt: 100,
        min_rtt: Some(50),
        window: 65_536,
        cpu: 200_000,
        ..SMALL_WINDOW
    };
    assert_eq!(closed.cause(), Cause::NotKnown, "{}", closed.says());
}

#[test]
fn what_this_computer_takes_itself_is_no_path() {
    // A window full of bytes that the other program, on the same processors, has not copied yet.
    let queued = Made {
        busy: 36_000,
        window_full: 30_000,
        window: 65_536,
        srtt: 40,
        ..FAST_PIPELINE
    };
    assert_eq!(queued.cause(), Cause::NotKnown, "{}", queued.says());
    let of_a_link = Made {
        loopback: false,
        ..queued
    };
    assert_eq!(of_a_link.cause(), Cause::PathRate);
    // As fast as it can be copied.
    let filled = Made {
        busy: 38_000,
        app_limited: false,
        delivery_rate: 32_800_000,
        ..FAST_PIPELINE
    };
    assert_eq!(filled.cause(), Cause::NotKnown);
    let of_a_link = Made {
        loopback: false,
        ..filled
    };
    assert_eq!(of_a_link.cause(), Cause::PathRate);
    // Two small ones at a time: what the kernel takes for the path is its own time.
    let small = Made {
        size: 14,
        depth: 2,
        loopback: true,
        rtt: 24,
        connect: 40,
        min_rtt: Some(14),
        ..PLAIN
    };
    assert_eq!(small.cause(), Cause::NotKnown, "{}", small.says());
    let of_a_link = Made {
        loopback: false,
        ..small
    };
    assert_eq!(of_a_link.cause(), Cause::PathRoundTrip);
    // The same over an address of this computer that is none of the loopback network.
    let known = Known {
        calibration: Some(&CALIBRATION),
        loopback: true,
        ..Known::default()
    };
    let (point, profile) = of_a_link.point();
    let limit = limit(&point, &profile, &known).unwrap();
    assert_eq!(limit.cause, small.cause(), "{}", limit.sentence);
}

/// One small probe at a time that never leaves this computer.
const LOOPBACK: Made = Made {
    size: 14,
    loopback: true,
    rtt: 17,
    connect: 40,
    min_rtt: Some(3),
    srtt: 12,
    busy: 0,
    ..PLAIN
};

#[test]
fn a_round_trip_as_short_as_the_instruments_floor_shows_this_computer() {
    assert_eq!(LOOPBACK.cause(), Cause::ThisComputer);
    assert_eq!(
        LOOPBACK.says(),
        "This computer: the median round-trip time of 17.00 µs is at most 3 times the instrument's own \
         round trip of 10.00 µs; what is seen is the processor, the kernel and waking up, not a path."
    );
    let with_rtt = |rtt| Made { rtt, ..LOOPBACK };
    assert_eq!(with_rtt(30).cause(), Cause::ThisComputer);
    assert_eq!(with_rtt(31).cause(), Cause::Server);
    // The kernel takes the echo of a short message for its acknowledgement.
    let echo_acknowledges = Made {
        min_rtt: Some(12),
        ..LOOPBACK
    };
    assert_eq!(echo_acknowledges.cause(), Cause::ThisComputer);
    let (point, profile) = LOOPBACK.point();
    for unknown in [None, Some(&Calibration::default())] {
        let limit = limit_of(&point, &profile, unknown).unwrap();
        assert_ne!(limit.cause, Cause::ThisComputer, "without a floor");
    }
}

#[test]
fn copying_large_messages_is_this_computers_time() {
    let large = Made {
        size: 65_536,
        rtt: 80,
        delivery_rate: 1_000_000_000,
        ..LOOPBACK
    };
    assert_eq!(large.cause(), Cause::ThisComputer);
    let says = large.says();
    assert!(
        says.contains("round trip of 10.00 µs plus the 65.5") && says.contains("copying"),
        "{says}"
    );
    // Longer than that, and the kernel's rate is still no path's.
    let longer = Made {
        rtt: 100,
        delivery_rate: 2_000_000_000,
        ..large
    };
    assert_eq!(longer.cause(), Cause::NotKnown);
    let of_a_link = Made {
        loopback: false,
        ..longer
    };
    assert_eq!(of_a_link.cause(), Cause::PathRate);
}

#[test]
fn a_server_delay_is_left_out_before_the_floor_is_looked_at() {
    let slow = Calibration {
        floor_ns: 400_000.0,
        ..CALIBRATION
    };
    let made = Made {
        delay_ms: 1,
        rtt: 2_100,
        ..LOOPBACK
    };
    let (point, profile) = made.point();
    let limit = limit_of(&point, &profile, Some(&slow)).unwrap();
    assert_eq!(limit.cause, Cause::ThisComputer);
    assert_eq!(
        limit.sentence.replace('\u{a0}', " "),
        "This computer: what the server delay leaves of the median round-trip time of 2.100 ms, \
         1.100 ms, is at most 3 times the instrument's own round trip of 400.0 µs; what is seen is \
         the processor, the kernel and waking up, not a path."
    );
}

#[test]
fn a_near_path_that_the_kernel_saw_is_named_before_the_floor() {
    // Waiting in the kernel's way the floor is high; the path of another computer is longer than the rest.
    let made = Made {
        rtt: 25,
        connect: 40,
        min_rtt: Some(18),
        ..PLAIN
    };
    assert_eq!(made.cause(), Cause::PathRoundTrip);
    let nearer = Made {
        min_rtt: Some(8),
        ..made
    };
    assert_eq!(nearer.cause(), Cause::ThisComputer);
}

#[test]
fn a_processor_that_works_all_the_time_is_the_cause() {
    let made = Made {
        rtt: 60,
        connect: 50,
        min_rtt: Some(20),
        elapsed: 600,
        cpu: 560,
        empty_reads: 100,
        busy: 0,
        ..PLAIN
    };
    assert_eq!(made.cause(), Cause::ThisComputer);
    assert_eq!(
        made.says(),
        "This computer: its processor worked on the probes in 85.00 % of the time, waiting not \
         counted."
    );
    let spinning = Made {
        empty_reads: 1_000,
        ..made
    };
    assert_ne!(spinning.cause(), Cause::ThisComputer, "it only waited");
    let (point, profile) = made.point();
    let unknown = limit_of(&point, &profile, None).unwrap();
    assert_ne!(
        unknown.cause,
        Cause::ThisComputer,
        "nobody knows what it did"
    );
}

#[test]
fn pauses_and_several_connections_are_no_work() {
    let made = Made {
        rtt: 30,
        elapsed: 600,
        cpu: 560,
        busy: 0,
        ..PLAIN
    };
    let (mut point, profile) = made.point();
    let own = |point: &Point| {
        let figures = limit_of(point, &profile, Some(&CALIBRATION))
            .unwrap()
            .evidence;
        let own = figures.into_iter().find(|(name, _)| *name == "own work");
        own.unwrap().1.replace('\u{a0}', " ")
    };
    assert_eq!(own(&point), "93.33 % of the time");
    // The same thread measured over both: its time counts once.
    let second = Arc::new(Round {
        connection: 2,
        ..point.rounds[0].as_ref().clone()
    });
    point.rounds.insert(1, second);
    assert_eq!(own(&point), "93.33 % of the time");
    for round in &mut point.rounds {
        let work = Arc::make_mut(round).work.as_mut().unwrap();
        work.paused_ns = 300_000;
    }
    assert_eq!(own(&point), "86.67 % of the time");
}

#[test]
fn where_nothing_dominates_that_is_said_with_all_figures() {
    let limit = PLAIN.limit();
    assert_eq!(limit.cause, Cause::Server, "65 % are left");
    let even = Made {
        rtt: 2_000,
        connect: 900,
        min_rtt: Some(900),
        delay_ms: 0,
        size: 16_384,
        delivery_rate: 13_000_000,
        ..PLAIN
    };
    let limit = even.limit();
    assert_eq!(limit.cause, Cause::NotKnown);
    assert_eq!(
        limit.sentence.replace('\u{a0}', " "),
        "Not known: no cause makes up half of the median round-trip time of 2.000 ms."
    );
    let figures: Vec<String> = limit
        .evidence
        .iter()
        .map(|(name, figure)| format!("{name}: {figure}").replace('\u{a0}', " "))
        .collect();
    assert_eq!(
        figures,
        [
            "probes counted: 40",
            "median RTT: 2.000 ms",
            "server delay: 0 ns",
            "instrument's own round trip: 10.00 µs",
            "copying what is in flight, at most: 16.39 µs",
            "least round trip of the path: 900.0 µs",
            "smoothed round trip of segments: 1.900 ms",
            "bytes under way: 100.0 % of the time",
            "receive window full: 0 % of the time",
            "send buffer full: 0 % of the time",
            "receive window: 65,536 bytes",
            "congestion window: 14,480 bytes",
            "messages that met a full send buffer: 0 %",
            "a read gave: 16,390 bytes",
            "delivery rate: 104.0 Mbit/s, held down by what was sent",
            "sent on each connection: 65.56 Mbit/s",
            "transfer there and back: 721.4 µs",
            "segments of a message: 12",
            "own work: 5.000 % of the time",
            "ready and without a processor: 0 % of the time",
            "any program without a processor: 0 % of the time",
            "median RTT of mean RTT: 100.0 %",
        ]
    );
}

#[test]
fn without_a_word_from_the_kernel_only_the_delay_can_be_told() {
    let bare = |made: &Made| {
        let (mut point, profile) = made.point();
        for round in &mut point.rounds {
            let round = Arc::make_mut(round);
            (round.tcp, round.work, round.connect_ns) = (None, None, None);
        }
        point.refresh_statistics();
        limit_of(&point, &profile, None).unwrap()
    };
    assert_eq!(bare(&PLAIN).cause, Cause::NotKnown);
    let delayed = Made {
        delay_ms: 2,
        ..PLAIN
    };
    assert_eq!(bare(&delayed).cause, Cause::ServerDelay);
    let names: Vec<&str> = bare(&PLAIN)
        .evidence
        .iter()
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(
        names,
        [
            "probes counted",
            "median RTT",
            "server delay",
            "sent on each connection",
            "median RTT of mean RTT",
        ]
    );
    let (mut point, profile) = PLAIN.point();
    point.rounds.clear();
    point.refresh_statistics();
    assert_eq!(limit_of(&point, &profile, None), None);
}
