//! A run: one execution of a profile, with everything that was seen.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::units::{bytes, count};
use super::{
    Calibration, Fault, PointStatistics, Round, Route, SocketSettings, Spoken, Traits, Transcript,
};
use crate::experiment::{PointSpec, Profile, Target};

/// A run's number within this process; every event and picture of a run carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub u64);

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// It is going on.
    Running,
    /// Every point was measured in every round.
    Finished,
    /// It was stopped; what was measured is there.
    Stopped,
    /// A point failed; what was measured is there.
    Failed,
    /// It was cut off.
    Interrupted,
}

impl RunState {
    /// In a word or two, for the middle of a line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "going on",
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// The machine and the program that measured. What is not known is empty.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Environment {
    /// The program and its version.
    pub program: String,
    /// The commit it was built from; empty if it was not built in a checkout.
    pub commit: String,
    /// The operating system's name, such as `Debian GNU/Linux 12 (bookworm)`.
    pub os: String,
    /// The kernel's release.
    pub kernel: String,
    /// The processor architecture.
    pub architecture: String,
    /// The processor's model.
    pub cpu_model: String,
    /// Logical processors this process may use.
    pub cpus: u32,
    /// What decides the processor's clock, such as `performance` or `powersave`.
    pub cpu_governor: String,
    /// What the program runs inside, if it can tell: the hypervisor's name, or `virtual machine`.
    pub virtualization: String,
    /// What the kernel takes its time from, such as `tsc`.
    pub clock_source: String,
    /// Processes that wanted a processor, averaged over the last 1, 5 and 15 minutes.
    pub load_average: Option<[f64; 3]>,
    /// Where the power comes from: `on mains` or `on battery`.
    pub power: String,
    /// The time zone's IANA name, such as `Europe/Berlin`.
    pub time_zone: String,
    /// The system's settings of TCP and its buffers, by their sysctl names.
    pub sysctls: BTreeMap<String, String>,
}

/// One point and all that was measured of it.
#[derive(Debug, Clone)]
pub struct Point {
    /// Which point.
    pub spec: PointSpec,
    /// Its rounds, in order. Once here, a round is never changed.
    pub rounds: Vec<Arc<Round>>,
    /// The figures drawn from them.
    pub statistics: Option<PointStatistics>,
    /// Its first error.
    pub error: Option<Fault>,
    /// Whether it is known well enough; `None` where a number of rounds was asked for instead, and
    /// while it is not decided.
    pub outcome: Option<PrecisionOutcome>,
    /// Round-trip times of one round more in which what came was acknowledged at once, in nanoseconds; empty
    /// where there was no reason for one.
    pub quick_acked: Vec<u64>,
}

/// How a point's stop rule ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrecisionOutcome {
    /// The interval is as narrow as was asked for.
    Reached,
    /// It was not after the most rounds.
    NotReachedInRounds,
    /// It was not when the time was used up.
    NotReachedInTime,
}

/// One way in which a run can contradict itself, looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was compared, such as `bytes counted at both ends`.
    pub name: String,
    /// Whether it agrees.
    pub passed: bool,
    /// The figures it rests on, in one sentence.
    pub detail: String,
}

impl Point {
    /// A point that has not been measured.
    #[must_use]
    pub fn new(spec: PointSpec) -> Self {
        Self {
            spec,
            rounds: Vec::new(),
            statistics: None,
            error: None,
            outcome: None,
            quick_acked: Vec::new(),
        }
    }

    /// Works the figures out anew.
    pub fn refresh_statistics(&mut self) {
        let rounds = self.rounds.iter().map(AsRef::as_ref);
        self.statistics = PointStatistics::of(rounds, self.spec.message_size);
    }

    /// What it is called: its message size, and its server delay where there is one.
    #[must_use]
    pub fn name(&self) -> String {
        let size = bytes(self.spec.message_size);
        match self.spec.server_delay_ms {
            0 => size,
            delay => format!("{size} at {} ms", count(delay)),
        }
    }

    /// Rounds that are over, or begun; each may have had several connections.
    #[must_use]
    pub fn rounds_done(&self) -> usize {
        let mut numbers: Vec<u32> = self.rounds.iter().map(|round| round.number).collect();
        numbers.dedup();
        numbers.len()
    }

    /// The width of the median's interval in percent of the median.
    #[must_use]
    pub fn interval_width_percent(&self) -> Option<f64> {
        self.statistics.as_ref()?.rtt.interval_width_percent()
    }

    /// Probes sent, over all rounds, warm-up included.
    #[must_use]
    pub fn probes_sent(&self) -> u64 {
        self.rounds
            .iter()
            .map(|round| round.probes.len() as u64)
            .sum()
    }

    /// Probes whose echo came back, over all rounds, warm-up included.
    #[must_use]
    pub fn probes_echoed(&self) -> u64 {
        let echoed = |round: &Arc<Round>| {
            round
                .probes
                .iter()
                .filter(|probe| probe.rtt_ns().is_some())
                .count() as u64
        };
        self.rounds.iter().map(echoed).sum()
    }
}

/// One execution of a profile.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its number within this process.
    pub id: RunId,
    /// When it started, by the wall clock.
    pub started: Timestamp,
    /// When it started, by the monotonic clock: `sent_ns` and transcript times count from here.
    pub origin: Instant,
    /// How it stands.
    pub state: RunState,
    /// In one sentence, why it is not finished.
    pub error: Option<String>,
    /// What was asked.
    pub profile: Arc<Profile>,
    /// The address that was measured, as `host:port`.
    pub destination: String,
    /// What measured it.
    pub environment: Arc<Environment>,
    /// Its points, in the profile's order.
    pub points: Vec<Point>,
    /// What was said on the wire.
    pub transcript: Transcript,
    /// What the random order of the points was drawn from.
    pub seed: u64,
    /// What the instrument itself costs; `None` where that was not measured.
    pub calibration: Option<Calibration>,
    /// What the system made of the socket options; `None` before the first connection.
    pub socket: Option<SocketSettings>,
    /// Where the packets left this machine; `None` before the first connection.
    pub route: Option<Route>,
    /// Whether the run agrees with itself.
    pub checks: Vec<Check>,
    /// What was learnt of the server.
    pub server: Traits,
}

impl Run {
    /// What was said to the server, and in which style its echoes came.
    #[must_use]
    pub fn spoken(&self) -> Spoken {
        let mut spoken = Spoken::new(self.profile.idiom());
        if let Some(echo) = &self.server.echo {
            spoken.echo = echo.clone();
        }
        spoken.may_close_unasked = self.profile.target != Target::Embedded && !self.profile.strict;
        spoken
    }

    /// Points that failed.
    pub fn failed_points(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| point.error.is_some())
    }

    /// What failed, each sentence once with the points it befell.
    #[must_use]
    pub fn failures(&self) -> Vec<(Vec<&Point>, String)> {
        let mut failures: Vec<(Vec<&Point>, String)> = Vec::new();
        for point in &self.points {
            let Some(fault) = &point.error else {
                continue;
            };
            let told = fault.to_string();
            match failures.iter_mut().find(|(_, known)| *known == told) {
                Some((points, _)) => points.push(point),
                None => failures.push((vec![point], told)),
            }
        }
        failures
    }

    /// Whether its packets never left this machine. Where the system did not say so, its own addresses
    /// do; before there is a connection, that it measures the embedded server.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match &self.route {
            Some(route) if route.loopback => true,
            None if self.profile.target == Target::Embedded => true,
            _ => stayed_here(self.points.iter().flat_map(|point| &point.rounds)),
        }
    }
}

/// Whether every connection that is known came from a loopback address.
pub(super) fn stayed_here<'a>(rounds: impl IntoIterator<Item = &'a Arc<Round>>) -> bool {
    let rounds = rounds.into_iter();
    let mut addresses = rounds
        .filter_map(|round| Some(round.local?.ip().to_canonical()))
        .peekable();
    addresses.peek().is_some() && addresses.all(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::super::by_hand;
    use super::*;
    use crate::measurement::{FaultKind, FaultPhase};

    fn from(address: &str) -> Point {
        let round = Round {
            local: address.parse().ok(),
            ..by_hand::round(1, [])
        };
        by_hand::point(1, [round])
    }

    #[test]
    fn a_run_is_over_loopback_where_anything_that_is_known_of_it_says_so() {
        let over = |profile, address, loopback: Option<bool>| {
            let run = Run {
                route: loopback.map(|loopback| Route {
                    loopback,
                    ..Route::default()
                }),
                ..by_hand::run(profile, [from(address)])
            };
            run.is_loopback()
        };
        let elsewhere = by_hand::profile;
        assert!(!over(elsewhere(), "", None), "nothing is known");
        assert!(!over(elsewhere(), "192.0.2.7:5", None));
        assert!(!over(elsewhere(), "192.0.2.7:5", Some(false)));
        assert!(over(elsewhere(), "192.0.2.7:5", Some(true)), "its own");
        assert!(over(elsewhere(), "[::ffff:127.0.0.1]:5", None));
        assert!(over(Profile::default(), "", None), "the embedded server");
    }

    #[test]
    fn a_failure_is_told_once_with_all_points_it_befell() {
        let failed = |size, message: &str| Point {
            error: Some(Fault {
                phase: FaultPhase::Connect,
                kind: FaultKind::Refused,
                message: message.to_owned(),
            }),
            ..by_hand::point(size, [])
        };
        let points = [
            failed(1, "nobody"),
            by_hand::point(2, []),
            failed(3, "full"),
            failed(4, "nobody"),
        ];
        let run = by_hand::run(by_hand::profile(), points);
        let told = run.failures();
        let told: Vec<(Vec<String>, &str)> = told
            .iter()
            .map(|(points, why)| {
                let names = points.iter().map(|point| point.name());
                (names.collect(), why.as_str())
            })
            .collect();
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                (names(&["1 byte", "4 bytes"]), "connect: nobody"),
                (names(&["3 bytes"]), "connect: full"),
            ]
        );
    }
}
