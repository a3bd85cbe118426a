//! The form: a profile as it is being typed, every field as text until it can be read.

use serde::{Deserialize, Serialize};

use super::form_text::{
    buffer, buffer_text, milliseconds, or_nothing, percent, port, seconds, seed, whole, word,
};
use crate::experiment::{
    Field, MAX_DELAYS, MAX_SIZES, Order, Precision, Problem, Profile, QuickAck, Rounds, SizeSet,
    SocketOptions, Target, WaitStrategy, format_list, parse_list,
};
use crate::protocol::{Dialect, Idiom, MeasurementType, Variant};

/// The rounds that stand in the form where a profile asks for precision instead.
const USUAL_ROUNDS: u32 = 10;

/// What the form holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the form, and any may be on with any other"
)]
pub struct Form {
    /// Whether the target is the program's own server.
    pub embedded: bool,
    /// Host, used when not embedded.
    pub host: String,
    /// Port, used when not embedded.
    pub port: String,
    /// Measurement type.
    pub kind: MeasurementType,
    /// Message sizes, as a list.
    pub sizes: String,
    /// Probe count.
    pub probes: String,
    /// Server delays in milliseconds, as a list.
    pub delays: String,
    /// Whether points go on until they are precise; a number of rounds otherwise. A form kept by a
    /// version that knew nothing else asks for its number.
    #[serde(default)]
    pub until_precise: bool,
    /// Rounds, used when they are counted.
    pub rounds: String,
    /// Width of the interval that is precise, in percent of the median.
    pub ci_width: String,
    /// The least rounds of a point that is to be precise.
    pub min_rounds: String,
    /// Its most rounds.
    pub max_rounds: String,
    /// The time budget in seconds.
    pub time_budget_s: String,
    /// The order of the points in a round.
    pub order: Order,
    /// What a random order is drawn from; empty takes another each run.
    pub seed: String,
    /// Warm-up probes.
    pub warmup: String,
    /// How echoes are waited for.
    pub wait: WaitStrategy,
    /// Probes in flight on a connection.
    pub depth: String,
    /// Connections at a time.
    pub connections: String,
    /// `TCP_NODELAY`.
    pub nodelay: bool,
    /// `TCP_QUICKACK`.
    pub quick_ack: QuickAck,
    /// Send buffer in bytes; empty leaves it to the system.
    pub send_buffer: String,
    /// Receive buffer in bytes; empty leaves it to the system.
    pub receive_buffer: String,
    /// Congestion control; empty leaves it to the system.
    pub congestion_control: String,
    /// Dialect.
    pub dialect: Dialect,
    /// What the server wants differently in it, but for the least probes.
    pub variant: Variant,
    /// The fewest probes that the server takes.
    pub least_probes: String,
    /// Strict replies.
    pub strict: bool,
    /// Time-out in seconds.
    pub timeout_s: String,
}

impl Default for Form {
    fn default() -> Self {
        Self::of(&Profile::default())
    }
}

impl Form {
    /// The form that shows `profile`.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        let (embedded, host, port) = match &profile.target {
            Target::Embedded => (true, "127.0.0.1".to_owned(), "10000".to_owned()),
            Target::Host { host, port } => (false, host.clone(), port.to_string()),
        };
        let (until_precise, rounds, precision) = match profile.rounds {
            Rounds::Exactly(rounds) => (false, rounds, Precision::default()),
            Rounds::UntilPrecise(precision) => (true, USUAL_ROUNDS, precision),
        };
        let socket = &profile.socket;
        Self {
            embedded,
            host,
            port,
            kind: profile.measurement_type,
            sizes: format_list(&profile.message_sizes),
            probes: profile.probes.to_string(),
            delays: profile
                .server_delays_ms
                .iter()
                .map(u64::to_string)
                .collect::<Vec<_>>()
                .join(","),
            until_precise,
            rounds: rounds.to_string(),
            ci_width: precision.ci_width_percent.to_string(),
            min_rounds: precision.min_rounds.to_string(),
            max_rounds: precision.max_rounds.to_string(),
            time_budget_s: precision.time_budget_s.to_string(),
            order: profile.order,
            seed: profile
                .seed
                .map_or_else(String::new, |seed| seed.to_string()),
            warmup: profile.warmup.to_string(),
            wait: profile.wait,
            depth: profile.depth.to_string(),
            connections: profile.connections.to_string(),
            nodelay: socket.nodelay,
            quick_ack: socket.quick_ack,
            send_buffer: buffer_text(socket.send_buffer),
            receive_buffer: buffer_text(socket.receive_buffer),
            congestion_control: socket.congestion_control.clone().unwrap_or_default(),
            dialect: profile.dialect,
            variant: Variant {
                least_probes: 1,
                ..profile.variant
            },
            least_probes: profile.variant.least_probes.to_string(),
            strict: profile.strict,
            timeout_s: seconds(profile.timeout_ms),
        }
    }

    /// Takes over how a server is spoken to.
    pub fn speak(&mut self, idiom: Idiom) {
        self.dialect = idiom.dialect;
        self.variant = Variant {
            least_probes: 1,
            ..idiom.variant
        };
        self.least_probes = idiom.variant.least_probes.to_string();
    }

    /// The profile that the form says.
    ///
    /// # Errors
    /// Everything in it that cannot be read or measured, in the order of the form.
    pub fn profile(&self) -> Result<Profile, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut profile = Profile {
            measurement_type: self.kind,
            order: self.order,
            wait: self.wait,
            dialect: self.dialect,
            variant: self.variant,
            strict: self.strict,
            ..Profile::default()
        };
        if !self.embedded {
            profile.target = Target::Host {
                host: self.host.trim().to_owned(),
                port: read(&mut problems, Field::Port, || port(&self.port)).unwrap_or(1),
            };
        }
        let list = |text: &str, most| parse_list(text, most).map_err(|error| error.to_string());
        if let Some(sizes) = read(&mut problems, Field::MessageSizes, || {
            list(&self.sizes, MAX_SIZES)
        }) {
            profile.message_sizes = sizes;
        }
        if let Some(probes) = read(&mut problems, Field::Probes, || whole(&self.probes)) {
            profile.probes = probes;
        }
        if let Some(delays) = read(&mut problems, Field::ServerDelays, || {
            list(&self.delays, MAX_DELAYS)
        }) {
            profile.server_delays_ms = delays;
        }
        profile.rounds = self.read_rounds(&mut problems);
        self.read_method(&mut problems, &mut profile);
        for problem in profile.problems() {
            // A field that cannot even be read holds its default here: one reason is enough.
            if problems.iter().all(|known| known.field != problem.field) {
                problems.push(problem);
            }
        }
        if problems.is_empty() {
            Ok(profile)
        } else {
            Err(problems)
        }
    }

    fn read_rounds(&self, problems: &mut Vec<Problem>) -> Rounds {
        if !self.until_precise {
            let rounds = read(problems, Field::Rounds, || whole(&self.rounds));
            return Rounds::Exactly(rounds.unwrap_or(USUAL_ROUNDS));
        }
        let mut precision = Precision::default();
        for (field, text, value) in [
            (
                Field::MinRounds,
                &self.min_rounds,
                &mut precision.min_rounds,
            ),
            (
                Field::MaxRounds,
                &self.max_rounds,
                &mut precision.max_rounds,
            ),
            (
                Field::TimeBudget,
                &self.time_budget_s,
                &mut precision.time_budget_s,
            ),
        ] {
            if let Some(read) = read(problems, field, || whole(text)) {
                *value = read;
            }
        }
        if let Some(width) = read(problems, Field::CiWidth, || percent(&self.ci_width)) {
            precision.ci_width_percent = width;
        }
        Rounds::UntilPrecise(precision)
    }

    fn read_method(&self, problems: &mut Vec<Problem>, profile: &mut Profile) {
        profile.seed = read(problems, Field::Seed, || seed(&self.seed)).flatten();
        for (field, text, value) in [
            (Field::Warmup, &self.warmup, &mut profile.warmup),
            (
                Field::LeastProbes,
                &self.least_probes,
                &mut profile.variant.least_probes,
            ),
            (Field::Depth, &self.depth, &mut profile.depth),
            (
                Field::Connections,
                &self.connections,
                &mut profile.connections,
            ),
        ] {
            if let Some(read) = read(problems, field, || whole(text)) {
                *value = read;
            }
        }
        let send_buffer = read(problems, Field::SendBuffer, || {
            or_nothing(&self.send_buffer, buffer)
        });
        let receive_buffer = read(problems, Field::ReceiveBuffer, || {
            or_nothing(&self.receive_buffer, buffer)
        });
        profile.socket = SocketOptions {
            nodelay: self.nodelay,
            quick_ack: self.quick_ack,
            send_buffer: send_buffer.flatten(),
            receive_buffer: receive_buffer.flatten(),
            congestion_control: word(&self.congestion_control),
        };
        if let Some(time_out) = read(problems, Field::Timeout, || milliseconds(&self.timeout_s)) {
            profile.timeout_ms = time_out;
        }
    }

    /// Takes a number of rounds.
    pub fn set_rounds(&mut self, rounds: u32) {
        self.until_precise = false;
        self.rounds = rounds.to_string();
    }

    /// Whether it asks for this number of rounds.
    #[must_use]
    pub fn has_rounds(&self, rounds: u32) -> bool {
        !self.until_precise && whole(&self.rounds) == Ok(rounds)
    }

    /// Changes the measurement type. Where the sizes are a set of the assignment, they become the set
    /// of the new type; sizes of the user's own stay.
    pub fn set_kind(&mut self, kind: MeasurementType) {
        let is_a_set = parse_list(&self.sizes, MAX_SIZES)
            .is_ok_and(|sizes| SizeSet::ALL.iter().any(|set| set.sizes() == sizes));
        if kind != self.kind && is_a_set {
            self.set_sizes(SizeSet::default_for(kind));
        }
        self.kind = kind;
    }

    /// Takes one of the assignment's sets.
    pub fn set_sizes(&mut self, set: SizeSet) {
        self.sizes = format_list(set.sizes());
    }
}

fn read<T>(
    problems: &mut Vec<Problem>,
    field: Field,
    value: impl FnOnce() -> Result<T, String>,
) -> Option<T> {
    value()
        .map_err(|message| problems.push(Problem::new(field, message)))
        .ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::experiment::{MAX_BUFFER, MAX_CONNECTIONS, MAX_DEPTH};

    fn any_rounds() -> impl Strategy<Value = Rounds> {
        prop_oneof![
            (1_u32..=50).prop_map(Rounds::Exactly),
            (0.1_f64..=100.0, 6_u32..=40, 0_u32..=40, 1_u32..=604_800).prop_map(
                |(ci_width_percent, min_rounds, more, time_budget_s)| {
                    Rounds::UntilPrecise(Precision {
                        ci_width_percent,
                        min_rounds,
                        max_rounds: min_rounds + more,
                        time_budget_s,
                    })
                }
            ),
        ]
    }

    fn any_socket() -> impl Strategy<Value = SocketOptions> {
        let buffer = || {
            proptest::option::of(prop_oneof![
                1..=MAX_BUFFER,
                (1_u32..=1024).prop_map(|k| k * 1024),
                (1_u32..=1024).prop_map(|m| m * 1024 * 1024),
            ])
        };
        let name = proptest::option::of("[a-zA-Z0-9_-]{1,15}");
        let quick_ack = proptest::sample::select(QuickAck::ALL.as_slice());
        (any::<bool>(), quick_ack, buffer(), buffer(), name).prop_map(
            |(nodelay, quick_ack, send_buffer, receive_buffer, congestion_control)| SocketOptions {
                nodelay,
                send_buffer,
                receive_buffer,
                congestion_control,
                quick_ack,
            },
        )
    }

    fn any_variant() -> impl Strategy<Value = Variant> {
        use crate::protocol::{BetweenProbes, Digits, LineEnd, Separator, SetupOrder, SizeCounts};
        use proptest::sample::select;
        let words = (
            select(LineEnd::ALL),
            select(Separator::ALL),
            select(SetupOrder::ALL),
            select(Digits::ALL),
            select(SizeCounts::ALL),
            select(BetweenProbes::ALL),
        );
        (0_u32..=1, words, 1_u32..=100).prop_map(|(first_seq, words, least_probes)| {
            let (line_end, separator, setup_order, digits, size_counts, between_probes) = words;
            Variant {
                first_seq,
                line_end,
                separator,
                setup_order,
                digits,
                size_counts,
                least_probes,
                between_probes,
            }
        })
    }

    fn any_profile() -> impl Strategy<Value = Profile> {
        let target = prop_oneof![
            Just(Target::Embedded),
            ("[a-z0-9.:-]{1,40}", 1_u16..).prop_map(|(host, port)| Target::Host { host, port }),
        ];
        let what = (
            target,
            any::<bool>(),
            proptest::collection::hash_set(1_u64..=100_000, 1..6),
            20_u32..=100,
            proptest::collection::hash_set(0_u64..=5_000, 1..4),
        );
        let how = (
            any_rounds(),
            proptest::sample::select(Order::ALL.to_vec()),
            proptest::option::of(any::<u64>()),
            0_u32..=10,
            1..=MAX_DEPTH,
            1..=MAX_CONNECTIONS.min(8),
            proptest::sample::select(WaitStrategy::ALL.to_vec()),
        );
        let wire = (
            any_socket(),
            proptest::sample::select(vec![
                Dialect::Boston,
                Dialect::Bologna,
                Dialect::BostonSizeFirst,
            ]),
            any::<bool>(),
            100_u64..=3_600_000,
            any_variant(),
        );
        (what, how, wire).prop_map(|(what, how, wire)| {
            let is_plain = wire.4.between_probes == crate::protocol::BetweenProbes::Nothing;
            Profile {
                target: what.0,
                measurement_type: if what.1 {
                    MeasurementType::Tput
                } else {
                    MeasurementType::Rtt
                },
                message_sizes: what.2.into_iter().collect(),
                probes: what.3,
                server_delays_ms: what.4.into_iter().collect(),
                rounds: how.0,
                order: how.1,
                seed: how.2,
                warmup: how.3,
                // What comes between two probes wants them one at a time.
                depth: if is_plain { how.4 } else { 1 },
                connections: if is_plain { how.5 } else { 1 },
                wait: how.6,
                socket: wire.0,
                dialect: wire.1,
                variant: wire.4,
                strict: wire.2,
                timeout_ms: wire.3,
                ..Profile::default()
            }
        })
    }

    proptest! {
        #[test]
        fn every_profile_shown_is_read_back(profile in any_profile()) {
            prop_assume!(profile.problems().is_empty());
            let form = Form::of(&profile);
            prop_assert_eq!(form.profile(), Ok(profile));
            let kept = ron::to_string(&form).expect("a form is text");
            prop_assert_eq!(ron::from_str(&kept), Ok(form));
        }
    }

    #[test]
    fn the_first_form_is_the_default_profile() {
        assert_eq!(Form::default().profile(), Ok(Profile::default()));
    }

    #[test]
    fn a_form_kept_before_there_was_a_choice_keeps_its_number_of_rounds() {
        let form: Form = ron::from_str("(probes: \"7\", rounds: \"3\", warmup: \"1\")")
            .expect("an old form is a form");
        let profile = form.profile().expect("it can be measured");
        assert_eq!(profile.rounds, Rounds::Exactly(3));
        assert_eq!((profile.probes, profile.warmup), (7, 1));
        assert_eq!(profile.socket, SocketOptions::default());
    }

    #[test]
    fn each_field_that_cannot_be_read_is_named_once() {
        let broken = |until_precise| Form {
            embedded: false,
            host: " ".to_owned(),
            port: "99999".to_owned(),
            sizes: "1,,2".to_owned(),
            probes: "many".to_owned(),
            delays: "-1".to_owned(),
            until_precise,
            rounds: "0".to_owned(),
            ci_width: "wide".to_owned(),
            min_rounds: "2".to_owned(),
            max_rounds: "0".to_owned(),
            time_budget_s: String::new(),
            seed: "x".to_owned(),
            warmup: String::new(),
            least_probes: "none".to_owned(),
            depth: "0".to_owned(),
            connections: "1000".to_owned(),
            send_buffer: "64Q".to_owned(),
            receive_buffer: "1,2".to_owned(),
            congestion_control: "no such".to_owned(),
            timeout_s: "NaN".to_owned(),
            ..Form::default()
        };
        for (until_precise, expected) in [(false, 15), (true, 18)] {
            let problems = broken(until_precise).profile().unwrap_err();
            let mut fields: Vec<Field> = Vec::new();
            for problem in &problems {
                assert!(!fields.contains(&problem.field), "{problem}");
                fields.push(problem.field);
            }
            assert_eq!(fields.len(), expected, "{problems:#?}");
        }
    }

    #[test]
    fn buffers_are_bytes_with_k_and_m_or_the_systems_own() {
        let mut form = Form {
            send_buffer: " 64k".to_owned(),
            receive_buffer: "2M".to_owned(),
            ..Form::default()
        };
        let socket = form.profile().expect("it can be measured").socket;
        assert_eq!(socket.send_buffer, Some(65_536));
        assert_eq!(socket.receive_buffer, Some(2_097_152));
        assert_eq!(socket.congestion_control, None);
        form.send_buffer = " ".to_owned();
        let socket = form.profile().expect("it can be measured").socket;
        assert_eq!(socket.send_buffer, None);
    }

    #[test]
    fn the_type_brings_its_sizes_unless_they_are_the_users_own() {
        let mut form = Form::default();
        form.set_kind(MeasurementType::Tput);
        assert_eq!(form.sizes, "1K,2K,4K,8K,16K,32K");
        form.set_kind(MeasurementType::Rtt);
        assert_eq!(form.sizes, "1,100,200,400,800,1000");
        form.sizes = "5,6".to_owned();
        form.set_kind(MeasurementType::Tput);
        assert_eq!(form.sizes, "5,6");
    }
}
