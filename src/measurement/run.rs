//! A run: one execution of a profile, with everything that was seen.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Calibration, Fault, PointStatistics, Round, Route, SocketSettings, Transcript};
use crate::experiment::{PointSpec, Profile};

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
        }
    }

    /// Works the figures out anew.
    pub fn refresh_statistics(&mut self) {
        let rounds = self.rounds.iter().map(AsRef::as_ref);
        self.statistics = PointStatistics::of(rounds, self.spec.message_size);
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
}

impl Run {
    /// Points that failed.
    pub fn failed_points(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| point.error.is_some())
    }
}
