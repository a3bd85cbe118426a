//! How the landmarks of each kind are found.

use super::{Landmark, LandmarkKind, Place, message_len, segment_size};
use crate::measurement::numbers::{float, whole};
use crate::measurement::units::{bytes, throughput, time};
use crate::measurement::{Fit, NoFit, Point, Run};

type Found = Result<Vec<Landmark>, String>;

/// Up to so many segments each is shown; of more, those that are a power of two.
const EACH: u64 = 10;

/// What is said where the kernel told nothing of the segments.
const NO_MSS: &str = "the kernel told no MSS";

/// Message sizes whose messages fill 1, 2, ... segments.
pub(super) fn segments(run: &Run) -> Found {
    let segment = segment_size(&all(run)).ok_or(NO_MSS)?;
    let largest = largest_size(run);
    let header = message_len(&run.profile, 0);
    let most = largest.saturating_add(header) / segment;
    let counts: Vec<u64> = if most <= EACH {
        (1..=most).collect()
    } else {
        (0..u64::BITS)
            .map(|power| 1 << power)
            .take_while(|count| *count <= most)
            .collect()
    };
    let found: Vec<Landmark> = counts
        .into_iter()
        .filter_map(|count| {
            let payload = (count * segment).checked_sub(header).filter(|n| *n > 0)?;
            let segments = match count {
                1 => "one segment".to_owned(),
                count => format!("{count} segments"),
            };
            Some(Landmark {
                kind: LandmarkKind::Segments,
                server_delay_ms: None,
                place: Place::MessageSize(float(payload)),
                label: format!("{count} MSS"),
                explanation: format!(
                    "A message with {} of payload fills {segments} of {} (the MSS that the kernel \
                     reports, TCP_INFO; RFC 9293, 3.7.1), {} of its header included. One byte more \
                     takes another segment.",
                    bytes(payload),
                    bytes(segment),
                    bytes(header)
                ),
            })
        })
        .collect();
    if found.is_empty() {
        return Err(format!(
            "every message of this run fits one segment of {}",
            bytes(segment)
        ));
    }
    Ok(found)
}

/// The message size that a new connection may send before the first acknowledgement.
pub(super) fn initial_window(run: &Run) -> Found {
    let segment = segment_size(&all(run)).ok_or(NO_MSS)?;
    let window = initial_window_of(segment);
    let payload = window.saturating_sub(message_len(&run.profile, 0));
    if payload == 0 || payload > largest_size(run) {
        return Err(format!(
            "every message of this run fits the initial window of {}",
            bytes(window)
        ));
    }
    Ok(vec![Landmark {
        kind: LandmarkKind::InitialWindow,
        server_delay_ms: None,
        place: Place::MessageSize(float(payload)),
        label: "initial window".to_owned(),
        explanation: format!(
            "A new connection may have {} under way before the first acknowledgement: min(10 MSS, \
             max(2 MSS, 14600)), RFC 6928. The cold first probe of a connection with more than {} of \
             payload takes at least one more round trip; later probes find a window that has grown.",
            bytes(window),
            bytes(payload)
        ),
    }])
}

/// RFC 6928, equation 1.
pub(super) fn initial_window_of(segment: u64) -> u64 {
    let two = segment.saturating_mul(2).max(14_600);
    segment.saturating_mul(10).min(two)
}

/// What one connection could carry one way, by the receive window of the peer.
pub(super) fn window_bound(run: &Run) -> Found {
    let delays = run.profile.server_delays_ms.iter();
    let found: Vec<Landmark> = delays
        .filter_map(|delay_ms| {
            let mut curve: Vec<(u64, f64)> = of_delay(run, *delay_ms)
                .filter_map(|point| {
                    Some((point.spec.message_size, point.statistics?.window_bound?))
                })
                .collect();
            curve.sort_by_key(|(size, _)| *size);
            let rates = || curve.iter().map(|(_, rate)| *rate);
            let (least, most) = (rates().reduce(f64::min)?, rates().reduce(f64::max)?);
            Some(Landmark {
                kind: LandmarkKind::WindowBound,
                server_delay_ms: Some(*delay_ms),
                explanation: format!(
                    "The receive window that the peer announced / median RTT, {} to {}: more a \
                     connection cannot carry one way (RFC 7323, 1.1), however fast the path. It is a \
                     bound and nothing that was measured; with one probe in flight the throughput is \
                     message size / RTT.",
                    throughput(least),
                    throughput(most)
                ),
                place: Place::ThroughputCurve(curve),
                label: "window / RTT".to_owned(),
            })
        })
        .collect();
    some_or(found, || {
        "the kernel told no receive window of the peer".to_owned()
    })
}

/// Link rate by the model times the least round trip.
pub(super) fn bandwidth_delay(run: &Run, fits: &[(u64, Result<Fit, NoFit>)]) -> Found {
    let mut why = "nothing was measured".to_owned();
    let mut found = Vec::new();
    for (delay_ms, fit) in fits {
        let fit = match fit {
            Ok(fit) => fit,
            Err(refusal) => {
                why = format!("it takes the rate of the path: {refusal}");
                continue;
            }
        };
        let Some(link) = fit.link_rate() else {
            "loopback has no link that could be filled".clone_into(&mut why);
            continue;
        };
        let Some((rtt_ns, whose)) = least_round_trip(run, *delay_ms) else {
            continue;
        };
        let product = link.value * rtt_ns / 1e9;
        found.push(Landmark {
            kind: LandmarkKind::BandwidthDelay,
            server_delay_ms: Some(*delay_ms),
            place: Place::MessageSize(product),
            label: "bandwidth-delay product".to_owned(),
            explanation: format!(
                "{} are under way when the path is full (RFC 7323, 1.1): {}, the link rate that the \
                 model gives (2 * beta), times {}, {whose}. A message of this size takes as long to be \
                 put on the link as to go there and back. Where alpha is that round trip alone, it is \
                 twice n_1/2.",
                bytes(whole(product)),
                throughput(link.value),
                time(rtt_ns)
            ),
        });
    }
    some_or(found, || why)
}

/// The least round trip of the path at a server delay, in nanoseconds, and who saw it.
fn least_round_trip(run: &Run, delay_ms: u64) -> Option<(f64, &'static str)> {
    // The kernel's is of a segment and its acknowledgement, and has no server delay where the
    // acknowledgement did not wait for the echo. With a delay both may hold it, and the lesser is taken.
    let rounds = of_delay(run, delay_ms).flat_map(|point| &point.rounds);
    let kernel = rounds
        .filter_map(|round| round.tcp.as_ref()?.after.min_rtt_us)
        .filter(|us| *us > 0)
        .min()
        .map(|us| {
            (
                f64::from(us) * 1e3,
                "the least round trip that the kernel saw",
            )
        });
    let asked_ns = float(delay_ms) * 1e6;
    let measured = of_delay(run, delay_ms)
        .filter_map(|point| Some(float(point.statistics?.rtt.min) - asked_ns))
        .filter(|least| *least > 0.0)
        .reduce(f64::min)
        .map(|least| (least, "the least RTT without the server delay"));
    kernel
        .into_iter()
        .chain(measured)
        .reduce(|one, other| if other.0 < one.0 { other } else { one })
}

/// `n_1/2` of each fit.
pub(super) fn half_size(fits: &[(u64, Result<Fit, NoFit>)]) -> Found {
    let found: Vec<Landmark> = fits
        .iter()
        .filter_map(|(delay_ms, fit)| {
            let half = fit.as_ref().ok()?.half_size;
            Some(Landmark {
                kind: LandmarkKind::HalfSize,
                server_delay_ms: Some(*delay_ms),
                place: Place::MessageSize(half.value),
                label: "n_1/2".to_owned(),
                explanation: format!(
                    "With messages of {} (95 %: {} to {}) half of beta is reached: n_1/2 = alpha * \
                     beta (R. W. Hockney, Parallel Computing 20, 1994). Smaller messages are ruled by \
                     latency, larger ones by rate.",
                    bytes(whole(half.value)),
                    bytes(whole(half.lo)),
                    bytes(whole(half.hi))
                ),
            })
        })
        .collect();
    some_or(found, || {
        let refusal = fits.iter().find_map(|(_, fit)| fit.as_ref().err());
        refusal.map_or_else(|| "nothing was measured".to_owned(), ToString::to_string)
    })
}

/// The least round trip of the instrument itself.
pub(super) fn floor(run: &Run) -> Found {
    let floor = run
        .calibration
        .ok_or("the instrument floor of this run is not known")?;
    Ok(vec![Landmark {
        kind: LandmarkKind::Floor,
        server_delay_ms: None,
        place: Place::RttNs(floor.least_ns()),
        label: format!("instrument floor {}", time(floor.least_ns())),
        explanation: format!(
            "{}: the least round trip of the smallest probe over this computer's own loopback, measured \
             before and after the run. Of an RTT within ten times of it the instrument is a tenth and more. \
             Where an RTT is below it, the machine was slower when it was calibrated than in the run, and \
             the floor is no bound for that run (docs/METHOD.md).",
            time(floor.least_ns())
        ),
    }])
}

fn some_or(found: Vec<Landmark>, why: impl FnOnce() -> String) -> Found {
    if found.is_empty() {
        Err(why())
    } else {
        Ok(found)
    }
}

fn all(run: &Run) -> Vec<&Point> {
    run.points.iter().collect()
}

fn of_delay(run: &Run, delay_ms: u64) -> impl Iterator<Item = &Point> {
    let points = run.points.iter();
    points.filter(move |point| point.spec.server_delay_ms == delay_ms)
}

/// The largest message size that was measured.
fn largest_size(run: &Run) -> u64 {
    let measured = run.points.iter().filter(|point| !point.rounds.is_empty());
    let sizes = measured.map(|point| point.spec.message_size);
    sizes.max().unwrap_or_default()
}
