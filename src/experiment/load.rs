//! What the fields of a profile come to together, and how much of that can be measured.
//!
//! A limit that several fields reach together is said of all of them: whoever shows it names those that
//! its user chose. The first is the one that went furthest beyond what it usually is.

use super::profile::{MAX_PROBES, MAX_RUN_PROBES, MAX_VISITS};
use super::{Field, Problem, Profile, Rounds};

/// Most bytes that the messages of all connections and the room for their echoes may take together.
const MAX_BYTES_HELD: u64 = 256 << 20;
/// Most bytes that are read at once, and so most room for echoes, while a connection has several probes in
/// flight: more would not stay in the cache until they are compared.
pub(crate) const READ_AT_ONCE: u32 = 256 << 10;

/// What is too much of a run. Needs fields that are right each by itself.
pub(super) fn in_all(profile: &Profile) -> Option<Problem> {
    connections_in_all(profile).or_else(|| probes_in_all(profile))
}

/// What is wrong with the probes of a round together.
pub(super) fn announced(profile: &Profile) -> Option<Problem> {
    let probes = profile.announced_probes();
    let least = profile.dialect.least_probes();
    let with_warmup = match profile.warmup {
        0 => String::new(),
        _ => ", warm-up included".to_owned(),
    };
    let fields = [Field::Probes, Field::Warmup].map(|field| (field, beyond_usual(profile, field)));
    if probes > MAX_PROBES {
        return Some(said_of(
            &fields,
            format!("a round has {probes} probes{with_warmup}; at most {MAX_PROBES}"),
        ));
    }
    (probes < least).then(|| Problem {
        field: Field::Probes,
        with: vec![Field::Warmup],
        message: format!(
            "must be at least {least} in the {} dialect",
            profile.dialect
        ),
    })
}

fn connections_in_all(profile: &Profile) -> Option<Problem> {
    let visits = profile.visits();
    let fields = factors(profile).map(|field| (field, beyond_usual(profile, field)));
    (visits > MAX_VISITS).then(|| {
        let message = format!(
            "{} make {visits} connections in all; at most {MAX_VISITS}",
            spelled(profile)
        );
        said_of(&fields, message)
    })
}

fn probes_in_all(profile: &Profile) -> Option<Problem> {
    let announced = profile.announced_probes();
    let probes = profile.visits().saturating_mul(announced.into());
    let fields = factors(profile).into_iter();
    let fields: Vec<_> = fields
        .chain([Field::Probes, Field::Warmup])
        .map(|field| (field, beyond_usual(profile, field)))
        .collect();
    (probes > MAX_RUN_PROBES).then(|| {
        let message = format!(
            "{}, of {} each, make {probes} probes in all; at most {MAX_RUN_PROBES}",
            spelled(profile),
            many(announced.into(), "probe")
        );
        said_of(&fields, message)
    })
}

/// What the client holds of messages at a time: for each connection one message, made before its first
/// probe, and room for what comes back.
pub(super) fn memory(profile: &Profile) -> Option<Problem> {
    let largest = profile.message_sizes.iter().max().copied().unwrap_or(0);
    let room = if profile.depth <= 1 {
        largest
    } else {
        largest
            .saturating_mul(profile.depth.into())
            .min(READ_AT_ONCE.into())
    };
    let held = largest
        .saturating_add(room)
        .saturating_mul(profile.connections.into());
    (held > MAX_BYTES_HELD).then(|| Problem {
        field: Field::Connections,
        with: vec![Field::MessageSizes],
        message: format!(
            "{} hold {} MiB, each a message of {largest} bytes and room for its echo; at most {} MiB",
            many(profile.connections.into(), "connection"),
            held.div_ceil(1 << 20),
            MAX_BYTES_HELD >> 20
        ),
    })
}

/// What the connections of a run are multiplied from.
fn factors(profile: &Profile) -> [Field; 4] {
    let rounds = match profile.rounds {
        Rounds::Exactly(_) => Field::Rounds,
        Rounds::UntilPrecise(_) => Field::MaxRounds,
    };
    [
        rounds,
        Field::MessageSizes,
        Field::ServerDelays,
        Field::Connections,
    ]
}

fn spelled(profile: &Profile) -> String {
    format!(
        "{}, {}, {} and {} at a time",
        many(profile.message_sizes.len() as u64, "size"),
        many(profile.server_delays_ms.len() as u64, "delay"),
        many(profile.rounds.most().into(), "round"),
        many(profile.connections.into(), "connection"),
    )
}

fn many(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// How many times what it usually is a field asks for.
fn beyond_usual(profile: &Profile, field: Field) -> f64 {
    let usual = Profile::default();
    let asked = |profile: &Profile| -> u32 {
        let length = |values: &[u64]| u32::try_from(values.len()).unwrap_or(u32::MAX);
        match field {
            Field::MessageSizes => length(&profile.message_sizes),
            Field::ServerDelays => length(&profile.server_delays_ms),
            Field::Rounds | Field::MaxRounds => profile.rounds.most(),
            Field::Connections => profile.connections,
            Field::Probes => profile.probes,
            Field::Warmup => profile.warmup,
            _ => 0,
        }
    };
    // There is no warm-up usually: it is as large as the probes that it stands before.
    let usually = match field {
        Field::Warmup => usual.probes,
        _ => asked(&usual),
    };
    f64::from(asked(profile)) / f64::from(usually.max(1))
}

/// A problem of several fields, the one that went furthest first.
fn said_of(fields: &[(Field, f64)], message: String) -> Problem {
    let mut fields = fields.to_vec();
    fields.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let mut fields = fields.into_iter().map(|(field, _)| field);
    Problem {
        field: fields.next().unwrap_or(Field::Rounds),
        with: fields.collect(),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(change: impl FnOnce(&mut Profile)) -> Option<(Field, String)> {
        let mut profile = Profile::default();
        change(&mut profile);
        let problems = profile.problems();
        assert!(problems.len() <= 1, "{problems:?}");
        let problem = problems.into_iter().next()?;
        Some((problem.field, problem.message))
    }

    #[test]
    fn what_fields_come_to_together_is_said_of_the_one_that_went_furthest() {
        let field = |change: fn(&mut Profile)| problem(change).unwrap().0;
        assert_eq!(field(|p| p.warmup = MAX_PROBES), Field::Warmup);
        assert_eq!(field(|p| p.probes = MAX_PROBES + 1), Field::Probes);
        assert_eq!(
            field(|p| (p.connections, p.rounds) = (64, Rounds::Exactly(10_000))),
            Field::Rounds
        );
        assert_eq!(
            field(|p| {
                p.message_sizes = (1..=500).collect();
                p.connections = 64;
            }),
            Field::MessageSizes
        );
        assert_eq!(
            field(|p| (p.connections, p.warmup) = (64, 1_500)),
            Field::Warmup
        );
        assert_eq!(
            field(|p| (p.connections, p.probes) = (64, 1_400)),
            Field::Probes
        );
        let (_, message) = problem(|p| p.warmup = 999_000).unwrap();
        assert_eq!(
            message,
            "6 sizes, 1 delay, 40 rounds and 1 connection at a time, of 999020 probes each, make \
             239764800 probes in all; at most 20000000"
        );
    }

    const MIB: u64 = 1 << 20;

    #[test]
    fn connections_hold_a_message_and_room_for_its_echo() {
        let held = |connections, size, depth| {
            problem(|p| {
                (p.connections, p.message_sizes, p.depth) = (connections, vec![1, size], depth);
            })
        };
        assert_eq!(held(64, 2 * MIB, 1), None);
        assert_eq!(
            held(64, 2 * MIB + 1, 1).unwrap(),
            (
                Field::Connections,
                "64 connections hold 257 MiB, each a message of 2097153 bytes and room for its echo; at \
                 most 256 MiB"
                    .to_owned()
            )
        );
        // Several in flight are read piece by piece.
        assert_eq!(held(64, 3 * MIB, 2), None);
        assert_eq!(held(64, 4 * MIB, 2).unwrap().0, Field::Connections);
        assert_eq!(held(1, 64 * MIB, 1), None);
        assert_eq!(held(2, 64 * MIB, 1), None);
        assert_eq!(held(3, 64 * MIB, 1).unwrap().0, Field::Connections);
    }
}
