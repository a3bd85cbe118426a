//! Two run documents as they are kept: one as first published, one with everything there is now.

use std::net::SocketAddr;
use std::sync::Arc;

use echograph::experiment::{
    Order, PointSpec, Precision, Profile, QuickAck, Rounds, SocketOptions, Target, WaitStrategy,
};
use echograph::measurement::{
    About, Calibration, Check, Direction, Environment, Fault, FaultKind, FaultPhase, Point,
    PrecisionOutcome, Probe, Remark, Round, Route, Run, RunId, RunState, Side, SocketSettings,
    TcpChange, TcpInfo, Traits, Transcript, TranscriptLine, Work, by_hand,
};
use echograph::protocol::{
    BetweenProbes, Dialect, Digits, LineEnd, MeasurementType, Phase, Separator, SetupOrder,
    SizeCounts, Variant,
};
use echograph::store::{RunDocumentError, read_run, write_run};

/// The run document as it was first published. Documents like this one exist: it must load for ever.
pub const RUN_1: &str = include_str!("../../assets/golden/run-first.json");

fn first_profile() -> Profile {
    Profile {
        target: Target::Host {
            host: "192.0.2.7".to_owned(),
            port: 7000,
        },
        measurement_type: MeasurementType::Tput,
        message_sizes: vec![1024, 2048],
        probes: 30,
        server_delays_ms: vec![0, 10],
        rounds: Rounds::Exactly(3),
        warmup: 2,
        dialect: Dialect::Bologna,
        strict: true,
        timeout_ms: 2500,
        ..Profile::default()
    }
}

/// The run of [`RUN_1`].
pub fn first_run() -> Run {
    let probes = |probes: &[(u64, Option<u64>)]| {
        probes
            .iter()
            .map(|(sent_ns, rtt_ns)| Probe::new(*sent_ns, *rtt_ns))
            .collect()
    };
    let spec = |message_size| PointSpec {
        kind: MeasurementType::Tput,
        message_size,
        server_delay_ms: 10,
    };
    let mut measured = Point::new(spec(1024));
    measured.rounds = vec![
        Arc::new(Round {
            number: 1,
            session: 1,
            warmup: 2,
            connect_ns: Some(900),
            local: Some(SocketAddr::from(([192, 0, 2, 1], 40_000))),
            probes: probes(&[
                (10, Some(9_000)),
                (20, Some(8_000)),
                (30, Some(1_000)),
                (40, Some(3_000)),
            ]),
            ..Round::default()
        }),
        Arc::new(Round {
            number: 2,
            session: 3,
            warmup: 2,
            connect_ns: None,
            local: None,
            probes: probes(&[(50, None)]),
            ..Round::default()
        }),
    ];
    measured.refresh_statistics();
    let mut refused = Point::new(spec(2048));
    refused.error = Some(Fault {
        phase: FaultPhase::Connect,
        kind: FaultKind::Refused,
        message: "Nothing listens there.".to_owned(),
    });
    let line = |at_ns, side, direction, session, text: &str| TranscriptLine {
        at_ns,
        side,
        phase: Phase::Setup,
        direction,
        session,
        text: text.into(),
    };
    Run {
        seed: 0,
        id: RunId(5),
        started: "2026-03-01T12:00:00.5Z".parse().unwrap(),
        state: RunState::Stopped,
        error: Some("stopped after 2 of 3 rounds".to_owned()),
        environment: Arc::new(Environment {
            program: "echograph 0.1.0".to_owned(),
            os: "Debian GNU/Linux 12 (bookworm)".to_owned(),
            kernel: "6.1.0".to_owned(),
            architecture: "x86_64".to_owned(),
            cpu_model: "A processor".to_owned(),
            cpus: 2,
            ..Environment::default()
        }),
        transcript: Transcript {
            lines: vec![
                line(-5, Side::Server, Direction::Event, 0, "listening"),
                line(7, Side::Client, Direction::Sent, 1, "h thput 4 1024 10"),
            ],
            omitted: 3,
        },
        ..by_hand::run(first_profile(), [measured, refused])
    }
}

/// The run document as it is written now.
pub const RUN_2: &str = include_str!("../../assets/golden/run-now.json");

/// The run of [`RUN_2`]: the first one, over two connections at a time, and all that is known of it.
#[expect(clippy::too_many_lines, reason = "a list of everything there is")]
pub fn full_run() -> Run {
    let mut run = first_run();
    run.seed = u64::MAX;
    run.profile = Arc::new(Profile {
        rounds: Rounds::UntilPrecise(Precision {
            ci_width_percent: 2.3,
            min_rounds: 6,
            max_rounds: 9,
            time_budget_s: 30,
        }),
        order: Order::Sequential,
        seed: Some(u64::MAX),
        depth: 4,
        connections: 2,
        wait: WaitStrategy::Block,
        socket: SocketOptions {
            nodelay: false,
            send_buffer: Some(65_536),
            receive_buffer: None,
            congestion_control: Some("cubic".to_owned()),
            quick_ack: QuickAck::Off,
        },
        variant: Variant {
            first_seq: 0,
            line_end: LineEnd::Nothing,
            separator: Separator::Tab,
            setup_order: SetupOrder::Swapped,
            digits: Digits::Padded,
            size_counts: SizeCounts::PayloadAndLineEnd,
            least_probes: 4,
            between_probes: BetweenProbes::Nothing,
        },
        ..first_profile()
    });
    run.route = Some(Route {
        interface: "eth0".to_owned(),
        mtu: Some(1_500),
        loopback: false,
    });
    run.socket = Some(SocketSettings {
        nodelay: false,
        send_buffer: 131_072,
        receive_buffer: 131_072,
        congestion_control: "cubic".to_owned(),
        refused: vec!["No.".to_owned()],
    });
    run.calibration = Some(Calibration {
        // No sum of powers of two: a document keeps it to the last bit.
        clock_cost_ns: 23.1,
        clock_resolution_ns: 1,
        empty_read_ns: 310.7,
        floor_ns: 5_100.3,
        floor_min_ns: 4_900,
        round_trips: 2_000,
    });
    run.checks = vec![Check {
        name: "bytes counted at both ends".to_owned(),
        passed: false,
        detail: "40 here, 41 there.".to_owned(),
    }];
    run.server = Traits {
        echo: Some("100 Continue: {payload}\\n".parse().unwrap()),
        remarks: vec![
            Remark {
                about: About::Echo,
                text: "The payload alone.".to_owned(),
            },
            Remark {
                about: About::Timing,
                text: "44 ms.".to_owned(),
            },
        ],
    };
    let mut point = run.points.remove(0);
    let other = |number, connection, session| {
        Arc::new(Round {
            number,
            connection,
            session,
            depth: 4,
            probes: [Probe::new(60, Some(2_000))].into_iter().collect(),
            ..Round::default()
        })
    };
    let mut first = Arc::unwrap_or_clone(point.rounds.remove(0));
    let second = point.rounds.remove(0);
    first.depth = 4;
    first.work = Some(Work {
        began_ns: 5,
        ended_ns: 9_000,
        paused_ns: 70,
        bytes_written: 4_120,
        bytes_read: 4_121,
        writes: 4,
        held_messages: 3,
        reads: 5,
        empty_reads: 90,
        sleeps: 1,
        in_flight_ns: 21_000,
        bytes_beside: Some(1),
        cpu_ns: Some(8_800),
        queued_ns: Some(120),
        contended_ns: Some(340),
    });
    let before = TcpInfo {
        srtt_us: 90,
        rttvar_us: 45,
        mss: 1_448,
        pmtu: 1_500,
        cwnd_segments: 10,
        peer_window: Some(65_536),
        ..TcpInfo::default()
    };
    first.tcp = Some(Box::new(TcpChange {
        before,
        after: TcpInfo {
            min_rtt_us: Some(60),
            retransmits: 2,
            bytes_acked: Some(4_120),
            bytes_received: Some(4_121),
            bytes_sent: Some(5_000),
            bytes_retransmitted: Some(880),
            segments_out: Some(5),
            segments_in: Some(6),
            busy_us: Some(700),
            receive_window_limited_us: Some(3),
            send_buffer_limited_us: Some(4),
            delivery_rate: Some(1_000_000),
            delivery_app_limited: Some(true),
            ..before
        },
    }));
    let third = Arc::new(Round {
        work: Some(Work::default()),
        ..Round::clone(&other(2, 2, 4))
    });
    point.rounds = vec![Arc::new(first), other(1, 2, 2), second, third];
    point.outcome = Some(PrecisionOutcome::NotReachedInTime);
    point.quick_acked = vec![900, 1_000];
    point.refresh_statistics();
    run.points.insert(0, point);
    run.environment = Arc::new(Environment {
        commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        cpu_governor: "performance".to_owned(),
        virtualization: "kvm".to_owned(),
        clock_source: "tsc".to_owned(),
        load_average: Some([0.1, 1.25, 12.0]),
        power: "on mains".to_owned(),
        time_zone: "Europe/Rome".to_owned(),
        sysctls: [("net.ipv4.tcp_sack".to_owned(), "1".to_owned())].into(),
        ..Environment::clone(&run.environment)
    });
    run
}

pub fn document(run: &Run) -> String {
    let mut bytes = Vec::new();
    write_run(run, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

pub fn read(text: &str) -> Result<Run, RunDocumentError> {
    read_run(text.as_bytes())
}

/// Two runs are the same in everything that outlives the process.
pub fn assert_same(one: &Run, other: &Run) {
    assert_eq!(document(one), document(other));
    for (one, other) in one.points.iter().zip(&other.points) {
        assert_eq!(one.rounds, other.rounds);
        assert_eq!(one.statistics, other.statistics);
        assert_eq!((one.spec, &one.error), (other.spec, &other.error));
        assert_eq!(one.outcome, other.outcome);
        assert_eq!(one.quick_acked, other.quick_acked);
    }
    assert_eq!(one.transcript, other.transcript);
    assert_eq!(one.profile, other.profile);
    assert_eq!(one.environment, other.environment);
    assert_eq!(one.server, other.server);
    assert_eq!((one.state, one.started), (other.state, other.started));
    assert_eq!((one.seed, &one.route), (other.seed, &other.route));
    assert_eq!(
        (&one.socket, one.calibration),
        (&other.socket, other.calibration)
    );
    assert_eq!(
        (&one.destination, &one.checks),
        (&other.destination, &other.checks)
    );
}
