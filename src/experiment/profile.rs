//! The profile: everything the form holds, and everything a run needs to know.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Order, Rounds, SizeSet, SocketOptions, WaitStrategy, load};
use crate::protocol::{self, BetweenProbes, Dialect, Idiom, MeasurementType, Variant};

/// The version written into profile files.
pub const PROFILE_VERSION: u32 = 1;
/// Largest message size a profile may ask for, in bytes.
pub const MAX_MESSAGE_SIZE: u64 = protocol::DEFAULT_MAX_MESSAGE_SIZE;
/// Most probes a round may announce, warm-up included.
pub const MAX_PROBES: u32 = protocol::DEFAULT_MAX_PROBES;
/// Most probes in flight on a connection.
pub const MAX_DEPTH: u32 = 1_024;
/// Most connections that measure a point at the same time.
pub const MAX_CONNECTIONS: u32 = 64;
/// Largest socket buffer that can be asked for, in bytes.
pub const MAX_BUFFER: u32 = 1 << 30;
/// Most rounds of a run.
pub const MAX_ROUNDS: u32 = 10_000;
/// Most message sizes of a profile.
pub const MAX_SIZES: usize = 1_000;
/// Most server delays of a profile.
pub const MAX_DELAYS: usize = 20;
/// Most connections a run may make: points times rounds times connections at a time.
pub const MAX_VISITS: u64 = 1_000_000;

/// The least rounds that have a 95 % interval of the median.
const LEAST_ROUNDS: u32 = 6;
/// The longest time budget, in seconds: a week.
const MAX_TIME_BUDGET_S: u32 = 7 * 24 * 3_600;

/// Most probes of a run, over all points and rounds: every sample is kept, 16 bytes each.
pub const MAX_RUN_PROBES: u64 = 20_000_000;

/// Where the server is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Target {
    /// The program's own server, started for the run if it is not up.
    #[default]
    Embedded,
    /// A server somewhere.
    Host {
        /// A name, an IPv4 or an IPv6 address.
        host: String,
        /// Its TCP port.
        port: u16,
    },
}

/// What to measure. Where one is read, every field has to be there, `seed` too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The format's version, [`PROFILE_VERSION`].
    pub version: u32,
    /// Where the server is.
    pub target: Target,
    /// What the setup line announces.
    pub measurement_type: MeasurementType,
    /// Payload bytes of a probe, one point each.
    pub message_sizes: Vec<u64>,
    /// Measured probes in each round.
    pub probes: u32,
    /// Server delays in milliseconds, one series each.
    pub server_delays_ms: Vec<u64>,
    /// Visits to each point.
    pub rounds: Rounds,
    /// The order in which a round visits the points.
    pub order: Order,
    /// What the random order is drawn from; `None` takes another one for each run.
    #[serde(deserialize_with = "Option::deserialize")]
    pub seed: Option<u64>,
    /// Probes at the start of each round that are kept but not counted.
    pub warmup: u32,
    /// Probes in flight on a connection; 1 is stop-and-wait.
    pub depth: u32,
    /// Connections that measure a point at the same time.
    pub connections: u32,
    /// How echoes are waited for, by the client and by the embedded server.
    pub wait: WaitStrategy,
    /// What is asked of the sockets.
    pub socket: SocketOptions,
    /// The wording of the protocol.
    pub dialect: Dialect,
    /// What the server wants differently in it.
    pub variant: Variant,
    /// Whether replies must be the dialect's to the letter.
    pub strict: bool,
    /// Time-out in milliseconds, for connecting, and for a reply on top of the server delay.
    pub timeout_ms: u64,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            version: PROFILE_VERSION,
            target: Target::Embedded,
            measurement_type: MeasurementType::Rtt,
            message_sizes: SizeSet::default_for(MeasurementType::Rtt).sizes().to_vec(),
            probes: 20,
            server_delays_ms: vec![0],
            rounds: Rounds::default(),
            order: Order::Random,
            seed: None,
            warmup: 0,
            depth: 1,
            connections: 1,
            wait: WaitStrategy::Auto,
            socket: SocketOptions::default(),
            dialect: Dialect::Boston,
            variant: Variant::default(),
            strict: false,
            timeout_ms: 5_000,
        }
    }
}

/// A field of the profile, for placing what is wrong beside it. In the order of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The format version.
    Version,
    /// The target's host.
    Host,
    /// The target's port.
    Port,
    /// The message sizes.
    MessageSizes,
    /// The probe count.
    Probes,
    /// The server delays.
    ServerDelays,
    /// The rounds.
    Rounds,
    /// The width of the interval at which a point is known well enough.
    CiWidth,
    /// The least rounds.
    MinRounds,
    /// The most rounds.
    MaxRounds,
    /// The time budget.
    TimeBudget,
    /// The seed of the random order.
    Seed,
    /// The warm-up probes.
    Warmup,
    /// The probes in flight.
    Depth,
    /// The connections at a time.
    Connections,
    /// The send buffer.
    SendBuffer,
    /// The receive buffer.
    ReceiveBuffer,
    /// The congestion control.
    CongestionControl,
    /// The first probe's sequence number.
    FirstSeq,
    /// The fewest probes that the server takes.
    LeastProbes,
    /// The time-out.
    Timeout,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "Version",
            Self::Host => "Host",
            Self::Port => "Port",
            Self::MessageSizes => "Message sizes",
            Self::Probes => "Probe count",
            Self::ServerDelays => "Server delay",
            Self::Rounds => "Rounds",
            Self::CiWidth => "Interval width",
            Self::MinRounds => "Least rounds",
            Self::MaxRounds => "Most rounds",
            Self::TimeBudget => "Time budget",
            Self::Seed => "Seed",
            Self::Warmup => "Warm-up",
            Self::Depth => "Probes in flight",
            Self::Connections => "Connections",
            Self::SendBuffer => "Send buffer",
            Self::ReceiveBuffer => "Receive buffer",
            Self::CongestionControl => "Congestion control",
            Self::FirstSeq => "First sequence number",
            Self::LeastProbes => "Least probes",
            Self::Timeout => "Time-out",
        })
    }
}

/// Something in a profile that cannot be measured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Problem {
    /// Where.
    pub field: Field,
    /// Other fields that have a part in it.
    pub with: Vec<Field>,
    /// What, and what would be right.
    pub message: String,
}

impl Problem {
    /// A problem of one field alone.
    #[must_use]
    pub fn new(field: Field, message: String) -> Self {
        Self {
            field,
            with: Vec::new(),
            message,
        }
    }
}

impl Profile {
    /// Probes that the setup line announces: measured and warm-up, and at least as many as the server wants.
    #[must_use]
    pub fn announced_probes(&self) -> u32 {
        self.asked_probes().max(self.variant.least_probes)
    }

    /// Probes of a round that were asked for: measured and warm-up.
    #[must_use]
    pub fn asked_probes(&self) -> u32 {
        self.probes.saturating_add(self.warmup)
    }

    /// Probes at the start of each round that are kept and do not count: what is announced beyond what
    /// is to be measured.
    #[must_use]
    pub fn uncounted_probes(&self) -> u32 {
        self.announced_probes() - self.probes
    }

    /// The dialect as the server speaks it.
    #[must_use]
    pub fn idiom(&self) -> Idiom {
        Idiom {
            dialect: self.dialect,
            variant: self.variant,
        }
    }

    /// Everything that keeps this profile from being measured; empty if it can be.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut say = |field, message: String| problems.push(Problem::new(field, message));
        if self.version != PROFILE_VERSION {
            say(
                Field::Version,
                format!(
                    "{} is not a version this program knows ({PROFILE_VERSION})",
                    self.version
                ),
            );
        }
        if let Target::Host { host, port } = &self.target {
            if let Some(message) = host_problem(host) {
                say(Field::Host, message.to_owned());
            } else if let Some(port) = port_in(host) {
                say(
                    Field::Host,
                    format!("is a name or an address alone: {port} belongs into the port (--port)"),
                );
            }
            if *port == 0 {
                say(Field::Port, "must be 1 to 65535".to_owned());
            }
        }
        for (field, values, most, least, largest) in [
            (
                Field::MessageSizes,
                &self.message_sizes,
                MAX_SIZES,
                1,
                MAX_MESSAGE_SIZE,
            ),
            (
                Field::ServerDelays,
                &self.server_delays_ms,
                MAX_DELAYS,
                0,
                protocol::DEFAULT_MAX_DELAY_MS,
            ),
        ] {
            if values.is_empty() {
                say(field, "needs at least one value".to_owned());
            } else if values.len() > most {
                say(field, format!("has more than {most} values"));
            } else if let Some(value) = values.iter().find(|v| !(least..=largest).contains(*v)) {
                say(field, format!("{value} is outside {least} to {largest}"));
            } else if values
                .iter()
                .enumerate()
                .any(|(at, v)| values.iter().take(at).any(|w| w == v))
            {
                say(field, "has a value twice".to_owned());
            }
        }
        if self.probes == 0 {
            say(Field::Probes, "must be at least 1".to_owned());
        }
        round_problems(self.rounds, &mut say);
        method_problems(self, &mut say);
        if !(100..=3_600_000).contains(&self.timeout_ms) {
            say(Field::Timeout, "must be 0.1 s to 3600 s".to_owned());
        }
        if !self.dialect.has_phases() && self.server_delays_ms.iter().any(|delay| *delay > 0) {
            say(
                Field::ServerDelays,
                "must be 0 in the echo dialect: it has no setup message that could ask for one"
                    .to_owned(),
            );
        }
        if self.variant.first_seq > 1 {
            say(Field::FirstSeq, "must be 0 or 1".to_owned());
        }
        if !(1..=MAX_PROBES).contains(&self.variant.least_probes) {
            say(Field::LeastProbes, format!("must be 1 to {MAX_PROBES}"));
        }
        let is_wrong = |fields: &[Field]| problems.iter().any(|p| fields.contains(&p.field));
        let memory = (!is_wrong(&[Field::MessageSizes, Field::Depth, Field::Connections]))
            .then(|| load::memory(self));
        let fields = [
            Field::MessageSizes,
            Field::ServerDelays,
            Field::Rounds,
            Field::MinRounds,
            Field::MaxRounds,
            Field::Probes,
            Field::Connections,
        ];
        let in_a_round = (!is_wrong(&[Field::Probes])).then(|| load::announced(self));
        let in_a_round = in_a_round.flatten();
        let in_all = (!is_wrong(&fields) && in_a_round.is_none()).then(|| load::in_all(self));
        problems.extend(memory.flatten());
        problems.extend(in_a_round);
        problems.extend(in_all.flatten());
        problems.sort_by_key(|problem| problem.field);
        problems
    }

    pub(super) fn visits(&self) -> u64 {
        let points = self
            .message_sizes
            .len()
            .saturating_mul(self.server_delays_ms.len());
        (points as u64)
            .saturating_mul(u64::from(self.rounds.most()))
            .saturating_mul(u64::from(self.connections))
    }
}

fn round_problems(rounds: Rounds, say: &mut impl FnMut(Field, String)) {
    let count = 1..=MAX_ROUNDS;
    match rounds {
        Rounds::Exactly(rounds) => {
            if !count.contains(&rounds) {
                say(Field::Rounds, format!("must be 1 to {MAX_ROUNDS}"));
            }
        }
        Rounds::UntilPrecise(precision) => {
            if !(0.1..=100.0).contains(&precision.ci_width_percent) {
                say(Field::CiWidth, "must be 0.1 % to 100 %".to_owned());
            }
            if !(LEAST_ROUNDS..=MAX_ROUNDS).contains(&precision.min_rounds) {
                let mut message = format!("must be {LEAST_ROUNDS} to {MAX_ROUNDS}");
                if precision.min_rounds < LEAST_ROUNDS {
                    message.push_str(": fewer have no 95 % interval");
                }
                say(Field::MinRounds, message);
            }
            if !count.contains(&precision.max_rounds) {
                say(Field::MaxRounds, format!("must be 1 to {MAX_ROUNDS}"));
            } else if precision.max_rounds < precision.min_rounds {
                say(
                    Field::MaxRounds,
                    format!("must be at least the {} of the least", precision.min_rounds),
                );
            }
            if !(1..=MAX_TIME_BUDGET_S).contains(&precision.time_budget_s) {
                say(
                    Field::TimeBudget,
                    format!("must be 1 s to {MAX_TIME_BUDGET_S} s"),
                );
            }
        }
    }
}

fn method_problems(profile: &Profile, say: &mut impl FnMut(Field, String)) {
    if profile.variant.between_probes != BetweenProbes::Nothing {
        let why = "must be 1 where something comes between two probes";
        for (field, number) in [
            (Field::Depth, profile.depth),
            (Field::Connections, profile.connections),
        ] {
            if number > 1 {
                say(field, why.to_owned());
            }
        }
    }
    if !(1..=MAX_DEPTH).contains(&profile.depth) {
        say(Field::Depth, format!("must be 1 to {MAX_DEPTH}"));
    }
    if !(1..=MAX_CONNECTIONS).contains(&profile.connections) {
        say(
            Field::Connections,
            format!("must be 1 to {MAX_CONNECTIONS}"),
        );
    }
    for (field, size) in [
        (Field::SendBuffer, profile.socket.send_buffer),
        (Field::ReceiveBuffer, profile.socket.receive_buffer),
    ] {
        if size.is_some_and(|size| !(1..=MAX_BUFFER).contains(&size)) {
            say(field, format!("must be 1 to {MAX_BUFFER} bytes"));
        }
    }
    if let Some(name) = &profile.socket.congestion_control {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if name.is_empty() || name.len() > 15 || !name.chars().all(is_word) {
            say(
                Field::CongestionControl,
                "must be the name of an algorithm, such as cubic or bbr".to_owned(),
            );
        }
    }
}

/// The port that somebody wrote behind a host. An IPv6 address has several colons of its own.
fn port_in(host: &str) -> Option<u16> {
    let (name, port) = host.rsplit_once(':')?;
    let is_address = name.contains(':') && !(name.starts_with('[') && name.ends_with(']'));
    port.parse().ok().filter(|_| !is_address)
}

fn host_problem(host: &str) -> Option<&'static str> {
    if host.trim().is_empty() {
        Some("is empty: write a name or an address, such as localhost or 192.0.2.7")
    } else if host.contains(|c: char| c.is_whitespace() || c.is_control()) {
        Some("must not contain blanks")
    } else if host.contains('/') {
        Some("is a name or an address, without a scheme or a path")
    } else if host.len() > 255 {
        Some("is longer than any name")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Precision;

    fn problem(change: impl FnOnce(&mut Profile)) -> Option<Field> {
        let mut profile = Profile::default();
        change(&mut profile);
        profile.problems().first().map(|problem| problem.field)
    }

    #[test]
    fn the_default_profile_can_be_measured() {
        assert_eq!(Profile::default().problems(), []);
    }

    #[test]
    fn too_few_rounds_for_an_interval_are_said_to_be_that_and_too_many_are_not() {
        let said = |min_rounds| {
            let precision = Precision {
                min_rounds,
                max_rounds: MAX_ROUNDS,
                ..Precision::default()
            };
            let profile = Profile {
                rounds: Rounds::UntilPrecise(precision),
                ..Profile::default()
            };
            let problems = profile.problems().into_iter();
            let mut own = problems.filter(|problem| problem.field == Field::MinRounds);
            own.next().map(|problem| problem.message)
        };
        let range = "must be 6 to 10000";
        assert_eq!(
            said(5),
            Some(format!("{range}: fewer have no 95 % interval"))
        );
        assert_eq!(said(999_999), Some(range.to_owned()));
    }

    #[test]
    fn each_impossible_value_is_said_beside_its_field() {
        let host = |host: &str, port| Target::Host {
            host: host.to_owned(),
            port,
        };
        assert_eq!(problem(|p| p.version = 2), Some(Field::Version));
        assert_eq!(problem(|p| p.target = host("", 1)), Some(Field::Host));
        assert_eq!(problem(|p| p.target = host("a b", 1)), Some(Field::Host));
        assert_eq!(
            problem(|p| p.target = host("http://a", 1)),
            Some(Field::Host)
        );
        for with_port in ["127.0.0.1:80", "lab7:7000", "[::1]:80"] {
            assert_eq!(
                problem(|p| p.target = host(with_port, 1)),
                Some(Field::Host)
            );
        }
        for without in ["::1", "[::1]", "fe80::1%eth0", "2001:db8::80", "lab7"] {
            assert_eq!(problem(|p| p.target = host(without, 1)), None, "{without}");
        }
        assert_eq!(problem(|p| p.target = host("a", 0)), Some(Field::Port));
        assert_eq!(
            problem(|p| p.message_sizes.clear()),
            Some(Field::MessageSizes)
        );
        assert_eq!(
            problem(|p| p.message_sizes = vec![0]),
            Some(Field::MessageSizes)
        );
        assert_eq!(
            problem(|p| p.message_sizes = vec![1, 1]),
            Some(Field::MessageSizes)
        );
        assert_eq!(
            problem(|p| p.message_sizes = vec![MAX_MESSAGE_SIZE + 1]),
            Some(Field::MessageSizes)
        );
        assert_eq!(problem(|p| p.probes = 0), Some(Field::Probes));
        assert_eq!(problem(|p| p.warmup = MAX_PROBES), Some(Field::Warmup));
        assert_eq!(
            problem(|p| p.server_delays_ms.clear()),
            Some(Field::ServerDelays)
        );
        assert_eq!(
            problem(|p| p.rounds = Rounds::Exactly(0)),
            Some(Field::Rounds)
        );
        assert_eq!(
            problem(|p| (p.rounds, p.probes) = (Rounds::Exactly(1_000), 10_000)),
            Some(Field::Probes)
        );
        assert_eq!(problem(|p| p.timeout_ms = 1), Some(Field::Timeout));
        assert_eq!(
            problem(|p| {
                p.dialect = Dialect::Bologna;
                p.probes = 19;
            }),
            Some(Field::Probes)
        );
        assert_eq!(
            problem(|p| {
                p.dialect = Dialect::Echo;
                p.server_delays_ms = vec![5];
            }),
            Some(Field::ServerDelays)
        );
    }
}
