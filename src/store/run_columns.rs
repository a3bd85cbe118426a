//! The columns of a point: a sample's fields, and a connection's, each as one JSON array.
//!
//! Writing walks over the rounds once a column and allocates nothing; reading puts the columns
//! together again and says what does not fit.

use std::net::SocketAddr;
use std::sync::Arc;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use crate::measurement::{Point, Probe, Round};

/// The `samples` of a point, to be written.
pub(super) struct SamplesOf<'a>(pub &'a Point);

impl Serialize for SamplesOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let samples = || {
            self.0.rounds.iter().flat_map(|round| {
                round
                    .numbered()
                    .map(|(seq, warmup, probe)| (round.number, seq, warmup, probe))
            })
        };
        let mut columns = serializer.serialize_struct("samples", 5)?;
        columns.serialize_field("round", &Column(|| samples().map(|(round, ..)| round)))?;
        columns.serialize_field("seq", &Column(|| samples().map(|(_, seq, ..)| seq)))?;
        columns.serialize_field("sent_ns", &Column(|| samples().map(|s| s.3.sent_ns)))?;
        columns.serialize_field("rtt_ns", &Column(|| samples().map(|s| s.3.rtt_ns())))?;
        columns.serialize_field("warmup", &Column(|| samples().map(|(.., w, _)| w)))?;
        columns.end()
    }
}

/// The `connections` of a point, to be written.
pub(super) struct ConnectionsOf<'a>(pub &'a Point);

impl Serialize for ConnectionsOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rounds = || self.0.rounds.iter();
        let mut columns = serializer.serialize_struct("connections", 5)?;
        columns.serialize_field("round", &Column(|| rounds().map(|r| r.number)))?;
        columns.serialize_field("session", &Column(|| rounds().map(|r| r.session)))?;
        columns.serialize_field("warmup", &Column(|| rounds().map(|r| r.warmup)))?;
        columns.serialize_field("connect_ns", &Column(|| rounds().map(|r| r.connect_ns)))?;
        columns.serialize_field("local", &Column(|| rounds().map(|r| r.local)))?;
        columns.end()
    }
}

/// An iterator that can be started again, as an array.
struct Column<F>(F);

impl<F, I> Serialize for Column<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// The `samples` of a point, as read.
#[derive(Debug, Deserialize)]
pub(super) struct Samples {
    round: Vec<u32>,
    seq: Vec<u32>,
    sent_ns: Vec<u64>,
    rtt_ns: Vec<Option<u64>>,
    warmup: Vec<bool>,
}

/// The `connections` of a point, as read.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Connections {
    round: Vec<u32>,
    session: Vec<u32>,
    warmup: Vec<u32>,
    connect_ns: Vec<Option<u64>>,
    local: Vec<Option<SocketAddr>>,
}

impl Connections {
    /// The rounds without their probes.
    fn rounds(self) -> Result<Vec<Round>, String> {
        same_length(&[
            ("connections.round", self.round.len()),
            ("connections.session", self.session.len()),
            ("connections.warmup", self.warmup.len()),
            ("connections.connect_ns", self.connect_ns.len()),
            ("connections.local", self.local.len()),
        ])?;
        let columns = self
            .round
            .into_iter()
            .zip(self.session)
            .zip(self.warmup)
            .zip(self.connect_ns.into_iter().zip(self.local));
        Ok(columns
            .map(|(((number, session), warmup), (connect_ns, local))| Round {
                number,
                session,
                warmup,
                connect_ns,
                local,
                ..Round::default()
            })
            .collect())
    }
}

impl Samples {
    /// The rounds that were written: those of `connections`, or, where a document has none of them,
    /// those that the samples show.
    pub(super) fn rounds(
        self,
        connections: Option<Connections>,
    ) -> Result<Vec<Arc<Round>>, String> {
        same_length(&[
            ("samples.round", self.round.len()),
            ("samples.seq", self.seq.len()),
            ("samples.sent_ns", self.sent_ns.len()),
            ("samples.rtt_ns", self.rtt_ns.len()),
            ("samples.warmup", self.warmup.len()),
        ])?;
        let mut rounds = match connections {
            Some(connections) => connections.rounds()?,
            None => self.rounds_seen(),
        };
        if rounds
            .iter()
            .zip(rounds.iter().skip(1))
            .any(|(one, next)| one.number >= next.number)
        {
            return Err("its rounds are not in ascending order".to_owned());
        }
        let samples = self
            .round
            .iter()
            .zip(&self.seq)
            .zip(self.sent_ns.iter().zip(&self.rtt_ns))
            .zip(&self.warmup);
        let mut open = rounds.iter_mut().peekable();
        for (sample, (((number, seq), (sent_ns, rtt_ns)), warmup)) in (1_usize..).zip(samples) {
            while open.peek().is_some_and(|round| round.number < *number) {
                open.next();
            }
            let Some(round) = open.peek_mut().filter(|round| round.number == *number) else {
                return Err(format!(
                    "sample {sample} belongs to round {number}, which is not there"
                ));
            };
            if round.probes.len() + 1 != *seq as usize {
                return Err(format!(
                    "sample {sample} is number {seq} of its round, where {} was due",
                    round.probes.len() + 1
                ));
            }
            if (*seq <= round.warmup) != *warmup {
                let marked = if *warmup { "marked" } else { "not marked" };
                return Err(format!(
                    "sample {sample} is {marked} as warm-up, and its round has {} of it",
                    round.warmup
                ));
            }
            round.probes.push(Probe::new(*sent_ns, *rtt_ns));
        }
        Ok(rounds.into_iter().map(Arc::new).collect())
    }

    fn rounds_seen(&self) -> Vec<Round> {
        let mut rounds: Vec<Round> = Vec::new();
        for (number, warmup) in self.round.iter().zip(&self.warmup) {
            match rounds.last_mut() {
                Some(round) if round.number == *number => round.warmup += u32::from(*warmup),
                _ => rounds.push(Round {
                    number: *number,
                    // Which connection it was is not known without `connections`.
                    session: 0,
                    warmup: u32::from(*warmup),
                    ..Round::default()
                }),
            }
        }
        rounds
    }
}

fn same_length(columns: &[(&str, usize)]) -> Result<(), String> {
    for ((one, length), (other, other_length)) in columns.iter().zip(columns.iter().skip(1)) {
        if length != other_length {
            return Err(format!(
                "{one} has {length} values and {other} has {other_length}; columns are equally long"
            ));
        }
    }
    Ok(())
}
