//! What was set at this end of the connection.

use super::*;

/// 64 KiB through a send buffer of 8 KiB on this computer, whose other end acknowledges late.
const SMALL_SEND_BUFFER: Made = Made {
    size: 65_536,
    loopback: true,
    rtt: 43_800,
    connect: 40,
    min_rtt: Some(6),
    srtt: 20_000,
    busy: 870_000,
    window: 720_000,
    delivery_rate: 4_000_000_000,
    cpu: 6_000,
    elapsed: 876_000,
    held: 20,
    cwnd_segments: 800,
    send_buffer: Some(8_192),
    ..PLAIN
};

#[test]
fn a_send_buffer_set_small_is_the_cause_on_loopback_too() {
    assert_eq!(
        SMALL_SEND_BUFFER.says(),
        "Our send buffer of 8,192 bytes: 100.0 % of the messages met it full, and each waited until the \
         server's end had acknowledged what was in it, which took 20.00 ms (smoothed); bytes were under \
         way in 99.32 % of the time."
    );
    assert_eq!(SMALL_SEND_BUFFER.cause(), Cause::SendBuffer);
    let others = [
        ("nobody set it", SMALL_SEND_BUFFER.send_buffer(None)),
        (
            "a message fits",
            SMALL_SEND_BUFFER.send_buffer(Some(80_000)),
        ),
        (
            "few messages met it full",
            Made {
                held: 3,
                ..SMALL_SEND_BUFFER
            },
        ),
        (
            "all was acknowledged",
            Made {
                busy: 80_000,
                ..SMALL_SEND_BUFFER
            },
        ),
        (
            "somebody made a slow path",
            Made {
                delivery_rate: 1_500_000,
                ..SMALL_SEND_BUFFER
            },
        ),
        (
            "the server's window has no more room",
            Made {
                window: 8_192,
                ..SMALL_SEND_BUFFER
            },
        ),
    ];
    for (why, made) in others {
        assert_ne!(made.cause(), Cause::SendBuffer, "{why}: {}", made.says());
    }
}

impl Made {
    fn send_buffer(self, bytes: Option<u32>) -> Self {
        Self {
            send_buffer: bytes,
            ..self
        }
    }
}

/// Eight times 64 KiB at a time into a receive buffer of 8 KiB: 128 fillings of 38 µs.
const SMALL_RECEIVE_BUFFER: Made = Made {
    size: 65_536,
    depth: 8,
    loopback: true,
    rtt: 4_900,
    connect: 40,
    min_rtt: Some(6),
    srtt: 35,
    busy: 600,
    window: 1_400_000,
    delivery_rate: 4_000_000_000,
    cpu: 9_000,
    elapsed: 12_500,
    receive_buffer: Some(8_192),
    reads: 320,
    ..PLAIN
};

#[test]
fn a_receive_buffer_set_small_is_the_cause() {
    assert_eq!(
        SMALL_RECEIVE_BUFFER.says(),
        "Our receive buffer of 8,192 bytes: what is in flight fills it 128.0 times over, a read found \
         4,096 bytes in it, and a filling took 38.28 µs."
    );
    assert_eq!(SMALL_RECEIVE_BUFFER.cause(), Cause::ReceiveBuffer);
    let others = [
        (
            "nobody set it",
            Made {
                receive_buffer: None,
                ..SMALL_RECEIVE_BUFFER
            },
        ),
        (
            "the server dribbles",
            Made {
                rtt: 49_000,
                ..SMALL_RECEIVE_BUFFER
            },
        ),
        (
            "what is in flight fits",
            Made {
                receive_buffer: Some(2_000_000),
                ..SMALL_RECEIVE_BUFFER
            },
        ),
        (
            "reads found more than it holds",
            Made {
                reads: 20,
                ..SMALL_RECEIVE_BUFFER
            },
        ),
    ];
    for (why, made) in others {
        assert_ne!(made.cause(), Cause::ReceiveBuffer, "{why}: {}", made.says());
    }
    // Over a path of 20 ms, a filling each round trip; and one of which the path itself is slow.
    let over_a_path = Made {
        loopback: false,
        rtt: 2_700_000,
        connect: 21_000,
        min_rtt: Some(20_000),
        ..SMALL_RECEIVE_BUFFER
    };
    assert_eq!(over_a_path.cause(), Cause::ReceiveBuffer);
    let slow = Made {
        rtt: 5_400_000,
        ..over_a_path
    };
    assert_ne!(slow.cause(), Cause::ReceiveBuffer);
}

#[test]
fn what_the_system_made_of_a_buffer_counts_and_not_what_was_asked() {
    let (point, profile) = SMALL_RECEIVE_BUFFER.point();
    let granted = SocketSettings {
        receive_buffer: 2_000_000,
        nodelay: true,
        ..SocketSettings::default()
    };
    let known = Known {
        calibration: Some(&CALIBRATION),
        socket: Some(&granted),
        loopback: SMALL_RECEIVE_BUFFER.loopback,
        without_delay: None,
    };
    let limit = limit(&point, &profile, &known).unwrap();
    assert_ne!(limit.cause, Cause::ReceiveBuffer);
    let is_it = |(name, figure): &(&str, String)| {
        *name == "our receive buffer" && figure.contains("2,000,000")
    };
    assert!(limit.evidence.iter().any(is_it), "{:?}", limit.evidence);
}

/// Small messages, eight in flight, one and then seven at a time to a server that answers after 10 ms.
const HELD_BY_NAGLE: Made = Made {
    size: 100,
    depth: 8,
    loopback: true,
    rtt: 20_400,
    connect: 40,
    min_rtt: Some(5),
    srtt: 8_600,
    busy: 60_000,
    cwnd_segments: 400,
    elapsed: 60_000,
    nagle: true,
    ..PLAIN
};

#[test]
fn messages_held_back_by_nagles_algorithm_say_so() {
    assert_eq!(HELD_BY_NAGLE.cause(), Cause::Nagle);
    assert_eq!(
        HELD_BY_NAGLE.says(),
        "Nagle's algorithm (TCP_NODELAY is off): a message is held back until the bytes before it are \
         acknowledged, which takes 8.600 ms (smoothed), of a median round-trip time of 20.40 ms."
    );
    // The last of three segments, over a path of 10 ms.
    let end = Made {
        size: 4_000,
        depth: 1,
        loopback: false,
        rtt: 20_300,
        connect: 10_200,
        min_rtt: Some(10_000),
        srtt: 10_100,
        cwnd_segments: 10,
        ..HELD_BY_NAGLE
    };
    assert!(
        end.says().contains("the end of a message"),
        "{}",
        end.says()
    );
    let others = [
        (
            "it is off",
            Made {
                nagle: false,
                ..HELD_BY_NAGLE
            },
        ),
        (
            "one short message at a time",
            Made {
                depth: 1,
                ..HELD_BY_NAGLE
            },
        ),
        (
            "acknowledged soon",
            Made {
                srtt: 2_000,
                ..HELD_BY_NAGLE
            },
        ),
        ("too soon back to have waited", Made { rtt: 10_300, ..end }),
        // 1,448 bytes with the header.
        (
            "a whole segment",
            Made {
                size: 1_448 - 5,
                ..end
            },
        ),
        (
            "no room in the congestion window",
            Made {
                cwnd_segments: 2,
                ..end
            },
        ),
    ];
    for (why, made) in others {
        assert_ne!(made.cause(), Cause::Nagle, "{why}: {}", made.says());
    }
}
