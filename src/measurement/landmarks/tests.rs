//! Landmarks stand where the figures of a run put them, and say why where there are none.

use super::kinds::initial_window_of;
use super::*;
use crate::measurement::model::made::{Made, run};
use crate::measurement::{Calibration, fits};

fn set(made: &Run, kind: LandmarkKind) -> Result<Vec<Landmark>, String> {
    let sets = landmarks(made, &fits(made));
    let kinds: Vec<LandmarkKind> = sets.iter().map(|set| set.kind).collect();
    assert_eq!(kinds, LandmarkKind::ALL);
    sets.into_iter().find(|set| set.kind == kind).unwrap().found
}

fn sizes(found: &[Landmark]) -> Vec<f64> {
    let place = |landmark: &Landmark| match landmark.place {
        Place::MessageSize(size) => size,
        _ => panic!("{landmark:?}"),
    };
    found.iter().map(place).collect()
}

#[test]
fn segments_stand_where_a_message_with_its_header_fills_them() {
    // "m 20 " before the payload of the last of 20 probes, and the end of line behind it.
    let small = run(&Made {
        sizes: vec![1, 1_000, 3_000, 4_400],
        segment: 1_448,
        ..Made::default()
    });
    let found = set(&small, LandmarkKind::Segments).unwrap();
    assert_eq!(sizes(&found), [1_442.0, 2_890.0, 4_338.0]);
    assert_eq!(found[0].label, "1 MSS");
    assert!(
        found[1]
            .explanation
            .contains("2,890 bytes of payload fills 2 segments of 1,448 bytes")
    );
    let large = run(&Made::default());
    let found = set(&large, LandmarkKind::Segments).unwrap();
    assert_eq!(found.len(), 6, "1 to 32, as 45 lines would hide the curve");
    let within = run(&Made {
        sizes: vec![1, 10, 100],
        ..Made::default()
    });
    let why = set(&within, LandmarkKind::Segments).unwrap_err();
    assert_eq!(
        why,
        "every message of this run fits one segment of 1,448 bytes"
    );
    let silent = run(&Made {
        segment: 0,
        ..Made::default()
    });
    for kind in [LandmarkKind::Segments, LandmarkKind::InitialWindow] {
        assert_eq!(set(&silent, kind).unwrap_err(), "the kernel told no MSS");
    }
}

#[test]
fn the_initial_window_is_that_of_the_rfc() {
    // RFC 6928: ten segments, but at most the greater of two segments and 14600 bytes.
    assert_eq!(initial_window_of(1_095), 10_950);
    assert_eq!(initial_window_of(1_448), 14_480);
    assert_eq!(initial_window_of(2_190), 14_600);
    assert_eq!(initial_window_of(8_948), 17_896);
    assert_eq!(initial_window_of(u64::MAX), u64::MAX);
    let found = set(&run(&Made::default()), LandmarkKind::InitialWindow).unwrap();
    assert_eq!(sizes(&found), [14_474.0]);
}

#[test]
fn the_bandwidth_delay_product_is_the_link_rate_times_the_least_round_trip() {
    // 100 µs and 10 ns a byte: a beta of 100 MB/s, a link of 200 MB/s.
    let made = run(&Made::default());
    let found = set(&made, LandmarkKind::BandwidthDelay).unwrap();
    let [product] = sizes(&found)[..] else {
        panic!("{found:?}");
    };
    assert!(
        (product / 16_000.0 - 1.0).abs() < 0.03,
        "80 µs by the kernel: {product}"
    );
    let half = set(&made, LandmarkKind::HalfSize).unwrap();
    assert!((sizes(&half)[0] / 10_000.0 - 1.0).abs() < 0.03, "{half:?}");
    let here = run(&Made {
        loopback: true,
        segment: 65_483,
        ..Made::default()
    });
    let why = set(&here, LandmarkKind::BandwidthDelay).unwrap_err();
    assert!(why.contains("no link"), "{why}");
    let flat = run(&Made {
        ns_per_byte: 0.0,
        ..Made::default()
    });
    for kind in [LandmarkKind::BandwidthDelay, LandmarkKind::HalfSize] {
        let why = set(&flat, kind).unwrap_err();
        assert!(why.contains("no slope to see up to 65,536 bytes"), "{why}");
    }
}

#[test]
fn the_window_bound_is_a_curve_for_each_delay() {
    let made = run(&Made {
        delays_ms: vec![0, 5],
        ..Made::default()
    });
    let found = set(&made, LandmarkKind::WindowBound).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].server_delay_ms, Some(5));
    let Place::ThroughputCurve(curve) = &found[0].place else {
        panic!("{found:?}");
    };
    assert_eq!(curve.len(), 17);
    assert!(curve[0].1 > curve[16].1, "a longer round trip bounds more");
}

#[test]
fn the_floor_is_the_least_of_the_calibration() {
    let mut made = run(&Made::default());
    assert!(set(&made, LandmarkKind::Floor).is_err());
    made.calibration = Some(Calibration {
        floor_ns: 9_000.0,
        floor_min_ns: 7_000,
        ..Calibration::default()
    });
    let found = set(&made, LandmarkKind::Floor).unwrap();
    assert_eq!(found[0].place, Place::RttNs(7_000.0));
}
