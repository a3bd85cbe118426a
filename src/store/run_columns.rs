//! The columns of a point's samples, each as one JSON array, and what all columns have in common.
//!
//! Writing walks over the rounds once a column and allocates nothing; reading puts the columns
//! together again and says what does not fit. A column that was added to the format later may be
//! missing as a whole.

use std::sync::Arc;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::run_connections::Connections;
use super::run_tcp::TcpRows;
use crate::measurement::{Point, Probe, Round};

/// The longest round-trip time: a server delay and the time-out for it are an hour each at most.
const LONGEST_NS: u64 = 24 * 3_600 * 1_000_000_000;

/// The `samples` of a point, to be written.
pub(super) struct SamplesOf<'a>(pub &'a Point);

impl Serialize for SamplesOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let samples = || {
            self.0.rounds.iter().flat_map(|round| {
                round
                    .numbered()
                    .map(move |(seq, warmup, probe)| (round, seq, warmup, probe))
            })
        };
        let mut columns = serializer.serialize_struct("samples", 6)?;
        columns.serialize_field("round", &Column(|| samples().map(|s| s.0.number)))?;
        columns.serialize_field("connection", &Column(|| samples().map(|s| s.0.connection)))?;
        columns.serialize_field("seq", &Column(|| samples().map(|(_, seq, ..)| seq)))?;
        columns.serialize_field("sent_ns", &Column(|| samples().map(|s| s.3.sent_ns)))?;
        columns.serialize_field("rtt_ns", &Column(|| samples().map(|s| s.3.rtt_ns())))?;
        columns.serialize_field("warmup", &Column(|| samples().map(|(.., w, _)| w)))?;
        columns.end()
    }
}

/// An iterator that can be started again, as an array.
pub(super) struct Column<F>(pub F);

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
    connection: Option<Vec<u32>>,
    seq: Vec<u32>,
    sent_ns: Vec<u64>,
    rtt_ns: Vec<Option<u64>>,
    warmup: Vec<bool>,
}

impl Samples {
    /// The rounds that were written: those of `connections`, or, where a document has none of them,
    /// those that the samples show.
    pub(super) fn rounds(
        self,
        connections: Option<Connections>,
        tcp: Option<TcpRows>,
    ) -> Result<Vec<Arc<Round>>, String> {
        same_length(&[
            ("samples.round", Some(self.round.len())),
            ("samples.connection", self.connection.as_ref().map(Vec::len)),
            ("samples.seq", Some(self.seq.len())),
            ("samples.sent_ns", Some(self.sent_ns.len())),
            ("samples.rtt_ns", Some(self.rtt_ns.len())),
            ("samples.warmup", Some(self.warmup.len())),
        ])?;
        let times = self.rtt_ns.iter().flatten();
        if let Some(wrong) = times.copied().find(|rtt| !(1..=LONGEST_NS).contains(rtt)) {
            return Err(format!(
                "samples.rtt_ns has {wrong}: an echo takes 1 ns to 24 hours"
            ));
        }
        let mut rounds = match connections {
            Some(connections) => connections.rounds()?,
            None => self.rounds_seen(),
        };
        if rounds
            .iter()
            .zip(rounds.iter().skip(1))
            .any(|(one, next)| place(one) >= place(next))
        {
            return Err("its rounds are not in ascending order".to_owned());
        }
        if let Some(tcp) = tcp {
            tcp.put_into(&mut rounds)?;
        }
        self.put_into(&mut rounds)?;
        Ok(rounds.into_iter().map(Arc::new).collect())
    }

    fn put_into(&self, rounds: &mut [Round]) -> Result<(), String> {
        let samples = self
            .places()
            .zip(&self.seq)
            .zip(self.sent_ns.iter().zip(&self.rtt_ns))
            .zip(&self.warmup);
        let mut open = rounds.iter_mut().peekable();
        for (sample, (((at, seq), (sent_ns, rtt_ns)), warmup)) in (1_usize..).zip(samples) {
            while open.peek().is_some_and(|round| place(round) < at) {
                open.next();
            }
            let Some(round) = open.peek_mut().filter(|round| place(round) == at) else {
                return Err(format!(
                    "sample {sample} belongs to {}, which is not there",
                    place_in_words(at)
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
        Ok(())
    }

    /// Round and connection of each sample; without the column there was one connection.
    fn places(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let connections = self.connection.as_deref().unwrap_or_default().iter();
        self.round
            .iter()
            .copied()
            .zip(connections.copied().chain(std::iter::repeat(1)))
    }

    fn rounds_seen(&self) -> Vec<Round> {
        let mut rounds: Vec<Round> = Vec::new();
        for (at, warmup) in self.places().zip(&self.warmup) {
            match rounds.last_mut() {
                Some(round) if place(round) == at => round.warmup += u32::from(*warmup),
                _ => rounds.push(Round {
                    number: at.0,
                    connection: at.1,
                    // Which connection of the run it was is not known without `connections`.
                    session: 0,
                    warmup: u32::from(*warmup),
                    ..Round::default()
                }),
            }
        }
        rounds
    }
}

/// Where a round stands among those of its point.
pub(super) fn place(round: &Round) -> (u32, u32) {
    (round.number, round.connection)
}

pub(super) fn place_in_words((round, connection): (u32, u32)) -> String {
    match connection {
        1 => format!("round {round}"),
        _ => format!("connection {connection} of round {round}"),
    }
}

/// Columns that are there are equally long.
pub(super) fn same_length(columns: &[(&str, Option<usize>)]) -> Result<(), String> {
    let there = || {
        columns
            .iter()
            .filter_map(|(name, rows)| Some((name, (*rows)?)))
    };
    for ((one, rows), (other, other_rows)) in there().zip(there().skip(1)) {
        if rows != other_rows {
            return Err(format!(
                "{one} has {rows} values and {other} has {other_rows}; columns are equally long"
            ));
        }
    }
    Ok(())
}
