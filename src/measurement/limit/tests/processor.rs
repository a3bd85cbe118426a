//! Processors that had other work.

use super::*;

/// Probes of 20 µs; in one of twenty a processor was somewhere else for 4 ms.
const SLICED: Made = Made {
    size: 14,
    loopback: true,
    rtt: 20,
    connect: 40,
    min_rtt: Some(5),
    srtt: 30,
    elapsed: 4_400,
    busy: 0,
    cpu: 400,
    slowest: Some(4_000),
    ..PLAIN
};

#[test]
fn a_processor_that_others_had_is_the_cause() {
    let own = Made {
        queued: 2_200,
        ..SLICED
    };
    assert_eq!(
        own.says(),
        "Other work on this computer: the measuring thread was ready to run and waited for a processor \
         in 50.00 % of the time, and few slow probes took most of it: the median round-trip time of \
         20.00 µs is 9.132 % of the mean. The server on this computer may be a part of it."
    );
    let whole_slices = Made {
        rtt: 4_000,
        elapsed: 80_000,
        queued: 30_000,
        slowest: None,
        ..SLICED
    };
    assert_eq!(whole_slices.cause(), Cause::BusyProcessor);
    let the_servers = Made {
        contended: 3_300,
        ..SLICED
    };
    assert_eq!(the_servers.cause(), Cause::BusyProcessor);
    assert!(
        the_servers.says().contains("in 75.00 % of the time"),
        "{}",
        the_servers.says()
    );
    let others = [
        ("it is not known", SLICED),
        (
            "the other end has processors of its own",
            Made {
                loopback: false,
                ..the_servers
            },
        ),
        (
            "all probes were as fast",
            Made {
                slowest: None,
                ..the_servers
            },
        ),
        (
            "moments at each probe, behind the peer",
            Made {
                slowest: None,
                ..own
            },
        ),
    ];
    for (why, made) in others {
        assert_ne!(made.cause(), Cause::BusyProcessor, "{why}: {}", made.says());
    }
}
