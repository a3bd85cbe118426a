//! What the kernel said of a point's connections, as columns: for each connection of which it said
//! something two rows, `before` the first probe and `after` the last echo.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::run_columns::{Column, place, place_in_words, same_length};
use crate::measurement::{Point, Round, TcpChange, TcpInfo};

/// The `tcp` of a point, to be written.
pub(super) struct TcpOf<'a>(&'a Point);

impl<'a> TcpOf<'a> {
    /// Nothing where the kernel said nothing.
    pub(super) fn of(point: &'a Point) -> Option<Self> {
        let said = point.rounds.iter().any(|round| round.tcp.is_some());
        said.then_some(Self(point))
    }

    fn rows(&self) -> impl Iterator<Item = (&Round, When, &TcpInfo)> {
        self.0.rounds.iter().flat_map(|round| {
            round.tcp.iter().flat_map(move |tcp| {
                [
                    (&**round, When::Before, &tcp.before),
                    (&**round, When::After, &tcp.after),
                ]
            })
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum When {
    Before,
    After,
}

/// Writing and reading name the fields of [`TcpInfo`] once, so that neither can forget one. A column
/// that a document lacks is one that was added later.
macro_rules! tcp {
    ($($field:ident: $kind:ty),+ $(,)?) => {
        impl Serialize for TcpOf<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let names = [$(stringify!($field)),+];
                let mut columns = serializer.serialize_struct("tcp", 3 + names.len())?;
                columns.serialize_field("round", &Column(|| self.rows().map(|r| r.0.number)))?;
                let connection = || self.rows().map(|row| row.0.connection);
                columns.serialize_field("connection", &Column(connection))?;
                columns.serialize_field("when", &Column(|| self.rows().map(|row| row.1)))?;
                $(columns.serialize_field(
                    stringify!($field),
                    &Column(|| self.rows().map(|row| row.2.$field)),
                )?;)+
                columns.end()
            }
        }

        /// The `tcp` of a point, as read.
        #[derive(Debug, Deserialize)]
        pub(super) struct TcpRows {
            round: Vec<u32>,
            connection: Vec<u32>,
            when: Vec<When>,
            $(#[serde(default)] $field: Option<Vec<$kind>>,)+
        }

        impl TcpRows {
            fn check_lengths(&self) -> Result<(), String> {
                same_length(&[
                    ("tcp.round", Some(self.round.len())),
                    ("tcp.connection", Some(self.connection.len())),
                    ("tcp.when", Some(self.when.len())),
                    $((concat!("tcp.", stringify!($field)), self.$field.as_ref().map(Vec::len)),)+
                ])
            }

            fn info(&self, row: usize) -> TcpInfo {
                TcpInfo {
                    $($field: value(self.$field.as_deref(), row),)+
                }
            }
        }
    };
}

tcp! {
    srtt_us: u32,
    rttvar_us: u32,
    min_rtt_us: Option<u32>,
    retransmits: u32,
    cwnd_segments: u32,
    mss: u32,
    pmtu: u32,
    peer_window: Option<u32>,
    bytes_acked: Option<u64>,
    bytes_received: Option<u64>,
    bytes_sent: Option<u64>,
    bytes_retransmitted: Option<u64>,
    segments_out: Option<u32>,
    segments_in: Option<u32>,
    busy_us: Option<u64>,
    receive_window_limited_us: Option<u64>,
    send_buffer_limited_us: Option<u64>,
    delivery_rate: Option<u64>,
    delivery_app_limited: Option<bool>,
}

fn value<T: Copy + Default>(column: Option<&[T]>, row: usize) -> T {
    column
        .and_then(|column| column.get(row))
        .copied()
        .unwrap_or_default()
}

impl TcpRows {
    /// Puts what was said of each connection into its round; `rounds` are in ascending order.
    pub(super) fn put_into(&self, rounds: &mut [Round]) -> Result<(), String> {
        self.check_lengths()?;
        let keys: Vec<_> = self
            .round
            .iter()
            .copied()
            .zip(self.connection.iter().copied())
            .zip(self.when.iter().copied())
            .collect();
        for (row, pair) in (0..).step_by(2).zip(keys.chunks(2)) {
            let [(at, When::Before), (same, When::After)] = pair else {
                return Err(not_a_pair(row));
            };
            if at != same {
                return Err(not_a_pair(row));
            }
            let found = rounds.binary_search_by_key(at, place).ok();
            let Some(round) = found.and_then(|found| rounds.get_mut(found)) else {
                return Err(format!(
                    "row {} of tcp belongs to {}, which is not there",
                    row + 1,
                    place_in_words(*at)
                ));
            };
            round.tcp = Some(Box::new(TcpChange {
                before: self.info(row),
                after: self.info(row + 1),
            }));
        }
        Ok(())
    }
}

fn not_a_pair(row: usize) -> String {
    format!(
        "rows {} and {} of tcp are not the before and after of one connection",
        row + 1,
        row + 2
    )
}
