//! Runs made for tests: a line, noise with heavy tails, outliers, rounds that drift, a disturbed point.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes and times of tests are whole numbers far below 2^52"
)]

use std::sync::Arc;

use crate::experiment::{Plan, Profile, SplitMix64};
use crate::measurement::by_hand;
use crate::measurement::{Point, Probe, Round, Route, Run, TcpChange, TcpInfo};

/// What a run is made of.
#[derive(Clone)]
pub struct Made {
    pub sizes: Vec<u64>,
    pub delays_ms: Vec<u64>,
    pub alpha_ns: f64,
    pub ns_per_byte: f64,
    /// Scale of the noise of a probe (Laplace), as a share of its time.
    pub noise: f64,
    /// Share of the probes that take two to twelve times as long.
    pub outliers: f64,
    /// Scale of what a whole round has in common, over all points.
    pub drift: f64,
    /// Sizes whose probes take so many times as long.
    pub disturbed: Vec<(u64, f64)>,
    pub rounds: u32,
    pub depth: u32,
    pub segment: u32,
    pub loopback: bool,
    pub seed: u64,
}

impl Default for Made {
    /// 1 B to 64 KiB, doubling, over a path of 100 µs and 100 MB/s of payload echoed.
    fn default() -> Self {
        Self {
            sizes: (0..17).map(|power| 1 << power).collect(),
            delays_ms: vec![0],
            alpha_ns: 100_000.0,
            ns_per_byte: 10.0,
            noise: 0.02,
            outliers: 0.0,
            drift: 0.0,
            disturbed: Vec::new(),
            rounds: 12,
            depth: 1,
            segment: 1_448,
            loopback: false,
            seed: 7,
        }
    }
}

impl Made {
    /// By how much outliers, all of which are late, raise the median of the probes.
    pub fn median_factor(&self) -> f64 {
        // The median of all is this quantile of those that are not late.
        let rank = 0.5 / (1.0 - self.outliers);
        1.0 - self.noise * (2.0 * (1.0 - rank)).ln()
    }
}

struct Noise(SplitMix64);

impl Noise {
    fn share(&mut self) -> f64 {
        (self.0.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30)
    }

    fn laplace(&mut self) -> f64 {
        let share = self.share() - 0.5;
        -share.signum() * (1.0 - 2.0 * share.abs()).ln()
    }
}

/// The run.
pub fn run(made: &Made) -> Run {
    let profile = Profile {
        message_sizes: made.sizes.clone(),
        server_delays_ms: made.delays_ms.clone(),
        depth: made.depth,
        ..by_hand::profile()
    };
    let mut noise = Noise(SplitMix64::new(made.seed));
    let mut points: Vec<Point> = Plan::new(&profile)
        .points()
        .iter()
        .map(|spec| Point::new(*spec))
        .collect();
    let info = TcpInfo {
        mss: made.segment,
        min_rtt_us: Some(80),
        peer_window: Some(65_536),
        ..TcpInfo::default()
    };
    for number in 1..=made.rounds {
        let drift = 1.0 + made.drift * noise.laplace();
        for point in &mut points {
            let size = point.spec.message_size;
            let path = made.alpha_ns + made.ns_per_byte * size as f64;
            let disturbed = made.disturbed.iter().find(|(at, _)| *at == size);
            let factor = drift * disturbed.map_or(1.0, |(_, factor)| *factor);
            let probes = (0..profile.probes).map(|_| {
                let late = if noise.share() < made.outliers {
                    2.0 + 10.0 * noise.share()
                } else {
                    1.0 + made.noise * noise.laplace()
                };
                let rtt = path * factor * late + point.spec.server_delay_ms as f64 * 1e6;
                Probe::new(0, Some(rtt.round() as u64))
            });
            point.rounds.push(Arc::new(Round {
                depth: made.depth,
                tcp: (made.segment > 0).then(|| {
                    Box::new(TcpChange {
                        before: info,
                        after: info,
                    })
                }),
                ..by_hand::round(number, probes)
            }));
        }
    }
    points.iter_mut().for_each(Point::refresh_statistics);
    Run {
        route: Some(Route {
            loopback: made.loopback,
            ..Route::default()
        }),
        ..by_hand::run(profile, points)
    }
}
