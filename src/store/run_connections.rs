//! The columns of a point's connections: a row for each connection of each round, with what
//! measuring over it took.

use std::net::SocketAddr;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::run_columns::{Column, same_length};
use crate::measurement::{Point, Round, Work};

/// The `connections` of a point, to be written.
pub(super) struct ConnectionsOf<'a>(pub &'a Point);

/// A column as read that was added to the format after its first version.
type Added<T> = Option<Vec<T>>;

/// Writing and reading name the fields of [`Work`] once, so that neither can forget one. A round
/// whose work was not kept has null in all of them.
macro_rules! connections {
    ($($work:ident),+; or nothing: $($maybe:ident),+) => {
        impl Serialize for ConnectionsOf<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let rounds = || self.0.rounds.iter();
                let mut columns = serializer.serialize_struct(
                    "connections",
                    7 + [$(stringify!($work)),+].len() + [$(stringify!($maybe)),+].len(),
                )?;
                columns.serialize_field("round", &Column(|| rounds().map(|r| r.number)))?;
                columns.serialize_field("connection", &Column(|| rounds().map(|r| r.connection)))?;
                columns.serialize_field("session", &Column(|| rounds().map(|r| r.session)))?;
                columns.serialize_field("warmup", &Column(|| rounds().map(|r| r.warmup)))?;
                columns.serialize_field("depth", &Column(|| rounds().map(|r| r.depth)))?;
                columns.serialize_field("connect_ns", &Column(|| rounds().map(|r| r.connect_ns)))?;
                columns.serialize_field("local", &Column(|| rounds().map(|r| r.local)))?;
                let work = || rounds().map(|round| round.work);
                $(columns.serialize_field(
                    stringify!($work),
                    &Column(|| work().map(|work| work.map(|work| work.$work))),
                )?;)+
                $(columns.serialize_field(
                    stringify!($maybe),
                    &Column(|| work().map(|work| work?.$maybe)),
                )?;)+
                columns.end()
            }
        }

        /// The `connections` of a point, as read.
        #[derive(Debug, Deserialize)]
        pub(super) struct Connections {
            round: Vec<u32>,
            connection: Added<u32>,
            session: Vec<u32>,
            warmup: Vec<u32>,
            depth: Added<u32>,
            connect_ns: Vec<Option<u64>>,
            local: Vec<Option<SocketAddr>>,
            $($work: Added<Option<u64>>,)+
            $($maybe: Added<Option<u64>>,)+
        }

        impl Connections {
            fn check_lengths(&self) -> Result<(), String> {
                same_length(&[
                    ("connections.round", Some(self.round.len())),
                    ("connections.connection", self.connection.as_ref().map(Vec::len)),
                    ("connections.session", Some(self.session.len())),
                    ("connections.warmup", Some(self.warmup.len())),
                    ("connections.depth", self.depth.as_ref().map(Vec::len)),
                    ("connections.connect_ns", Some(self.connect_ns.len())),
                    ("connections.local", Some(self.local.len())),
                    $((
                        concat!("connections.", stringify!($work)),
                        self.$work.as_ref().map(Vec::len),
                    ),)+
                    $((
                        concat!("connections.", stringify!($maybe)),
                        self.$maybe.as_ref().map(Vec::len),
                    ),)+
                ])
            }

            /// The work of a row: all of it or none.
            fn work(&self, row: usize) -> Result<Option<Work>, String> {
                // A column that is not there is one that was added later.
                let at = |column: &Added<Option<u64>>| match column {
                    Some(column) => column.get(row).copied().flatten(),
                    None => Some(0),
                };
                let there = |column: &Added<Option<u64>>| {
                    column.as_ref().and_then(|column| *column.get(row)?)
                };
                let mut any = [$(there(&self.$work),)+ $(there(&self.$maybe)),+]
                    .into_iter()
                    .flatten();
                if any.next().is_none() {
                    return Ok(None);
                }
                Ok(Some(Work {
                    $($work: at(&self.$work).ok_or_else(|| {
                        format!(
                            "value {} of connections.{} is null, and other figures of the same \
                             connection are not",
                            row + 1,
                            stringify!($work)
                        )
                    })?,)+
                    $($maybe: there(&self.$maybe),)+
                }))
            }
        }
    };
}

connections!(
    began_ns,
    ended_ns,
    paused_ns,
    bytes_written,
    bytes_read,
    writes,
    held_messages,
    reads,
    empty_reads,
    sleeps,
    in_flight_ns;
    or nothing: bytes_beside, cpu_ns, queued_ns, contended_ns
);

impl Connections {
    /// The rounds without their probes.
    pub(super) fn rounds(self) -> Result<Vec<Round>, String> {
        self.check_lengths()?;
        let from_one = |name: &str, column: &Added<u32>, row: usize| match column
            .as_ref()
            .and_then(|column| column.get(row))
        {
            Some(0) => Err(format!(
                "value {} of connections.{name} is 0; it counts from 1",
                row + 1
            )),
            Some(value) => Ok(*value),
            None => Ok(1),
        };
        let columns = self
            .round
            .iter()
            .zip(&self.session)
            .zip(&self.warmup)
            .zip(self.connect_ns.iter().zip(&self.local));
        (0..)
            .zip(columns)
            .map(
                |(row, (((number, session), warmup), (connect_ns, local)))| {
                    Ok(Round {
                        number: *number,
                        connection: from_one("connection", &self.connection, row)?,
                        session: *session,
                        warmup: *warmup,
                        depth: from_one("depth", &self.depth, row)?,
                        connect_ns: *connect_ns,
                        local: *local,
                        work: self.work(row)?,
                        ..Round::default()
                    })
                },
            )
            .collect()
    }
}
