//! `NetPIPE`'s `np.out`.
//!
//! Up to version 4 a line has three columns: bytes, Mbit/s, and "the round trip time divided by two" in
//! seconds (D. Turner, README of `NetPIPE`), the quickest of a few trials, each the mean of many round
//! trips. A Mbit is 2^20 bits until version 3 and 10^6 in version 4: which of them, the columns tell, as
//! a rate times its time is the message. Version 5 has five: bytes, mean, least and greatest rate in
//! Gbit/s, and half of the mean round trip in microseconds.
//!
//! Both columns say the same with different precision, so each round trip is taken from the one that
//! says it more precisely, and a line whose columns contradict each other is refused.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::PeerFileError;
use super::lines::{Decimal, Field, Line, Lines, decimal, fixed};
use super::sizes::message_size;
use crate::measurement::{PeerFigure, PeerPoint, PeerResult, PeerRtt, PeerTool};

/// `NetPIPE` writes some hundred lines.
const MAX_ROWS: usize = 100_000;
/// The longest time that is believed, in seconds: a day.
const MAX_TIME_S: f64 = 86_400.0;
/// What doubles lose when `NetPIPE` and this program work with them.
const SLACK: f64 = 1e-9;

/// Reads an `np.out`.
pub(super) fn read_netpipe(
    reader: impl BufRead,
    name: String,
) -> Result<PeerResult, PeerFileError> {
    let mut lines = Lines::new(reader);
    let mut layouts = Layout::ALL.to_vec();
    let mut rows: Vec<Row> = Vec::new();
    while let Some(line) = lines.next()? {
        if line.words().next().is_none() {
            continue;
        }
        let row = Row::read(line, rows.first())?;
        if row.time.value <= 0.0 && row.rate.value <= 0.0 {
            return Err(line.wrong("rate and time are both 0"));
        }
        let of_columns = Layout::ALL
            .iter()
            .find(|layout| layout.columns == row.columns);
        if of_columns.is_some_and(|layout| row.time.value * layout.time > MAX_TIME_S) {
            return Err(line.wrong("the time is longer than a day"));
        }
        layouts.retain(|layout| layout.fits(&row));
        if layouts.is_empty() {
            return Err(line.wrong(
                "the rate and the time do not fit together: rate x time is not the message",
            ));
        }
        if rows.len() == MAX_ROWS {
            return Err(line.wrong(format!("there are more than {MAX_ROWS} lines")));
        }
        rows.push(row);
    }
    let (Some(layout), false) = (layouts.first(), rows.is_empty()) else {
        return Err(PeerFileError::Refused("there is no line in it".to_owned()));
    };
    Ok(layout.result(&rows, name))
}

/// A line: the message, the rate and the time as they stand there.
struct Row {
    size: u64,
    columns: usize,
    rate: Decimal,
    time: Decimal,
    has_workload: bool,
}

impl Row {
    fn read(line: Line<'_>, first: Option<&Self>) -> Result<Self, PeerFileError> {
        // One more than any line has, so that a longer one is not taken for it.
        let words: Vec<Field<'_>> = line.words().take(8).collect();
        let row = match words.as_slice() {
            [size, rate, time] => Self {
                size: message_size(*size)?,
                columns: 3,
                rate: number(*rate)?,
                time: number(*time)?,
                has_workload: false,
            },
            [size, mean, least, greatest, time, workload @ ..]
                if workload.is_empty() || is_workload(workload) =>
            {
                let rate = number(*mean)?;
                if number(*least)?.value > rate.value {
                    return Err(least.wrong("is the least rate and above the mean"));
                }
                if number(*greatest)?.value < rate.value {
                    return Err(greatest.wrong("is the greatest rate and below the mean"));
                }
                Self {
                    size: message_size(*size)?,
                    columns: 5,
                    rate,
                    time: number(*time)?,
                    has_workload: !workload.is_empty(),
                }
            }
            [_, repeats] if fixed(repeats.text, 0).is_some() => {
                return Err(line.wrong(
                    "two columns without a time, as an integrity check (-i) writes them or a line \
                     that breaks off",
                ));
            }
            _ => {
                return Err(line.wrong(
                    "NetPIPE writes 3 columns (bytes, Mbit/s, seconds), or 5 in version 5 (bytes, 3 \
                     rates, microseconds)",
                ));
            }
        };
        if let Some(first) = first {
            if first.columns != row.columns {
                let (now, before) = (row.columns, first.columns);
                return Err(line.wrong(format!(
                    "this line has {now} columns, and the lines before have {before}"
                )));
            }
            if first.time.decimals != row.time.decimals {
                let (now, before) = (row.time.decimals, first.time.decimals);
                return Err(line.wrong(format!(
                    "the time has {now} decimals, and those before have {before}: the file may \
                     break off here"
                )));
            }
        }
        Ok(row)
    }

    #[expect(clippy::cast_precision_loss, reason = "sizes are below 2^31")]
    fn bits(&self) -> f64 {
        self.size as f64 * 8.0
    }
}

/// What a processor did meanwhile: a figure and its unit.
fn is_workload(words: &[Field<'_>]) -> bool {
    matches!(words, [_, unit] if matches!(unit.text, b"GFlops" | b"GB/sec"))
}

fn number(field: Field<'_>) -> Result<Decimal, PeerFileError> {
    decimal(field.text)
        .ok_or_else(|| field.wrong("is not a number with decimals, as NetPIPE writes them"))
}

/// What the columns mean.
#[derive(Clone, Copy)]
struct Layout {
    version: &'static str,
    columns: usize,
    /// Bits per second in one of the rate column.
    rate: f64,
    /// Seconds in one of the time column.
    time: f64,
    figure: PeerFigure,
}

impl Layout {
    const ALL: [Self; 3] = [
        Self {
            version: "3.x",
            columns: 3,
            rate: 1_048_576.0,
            time: 1.0,
            figure: PeerFigure::BestMean,
        },
        Self {
            version: "4.x",
            columns: 3,
            rate: 1e6,
            time: 1.0,
            figure: PeerFigure::BestMean,
        },
        Self {
            version: "5.x",
            columns: 5,
            rate: 1e9,
            time: 1e-6,
            figure: PeerFigure::Mean,
        },
    ];

    /// Whether a row's rate and time can be of the same round trips, as they were rounded.
    fn fits(&self, row: &Row) -> bool {
        let shortest = row.bits() / ((row.rate.value + row.rate.half) * self.rate);
        let slowest = (row.rate.value - row.rate.half) * self.rate;
        let time = |value: f64| value * self.time;
        self.columns == row.columns
            && time(row.time.value + row.time.half) >= shortest * (1.0 - SLACK)
            && (slowest <= 0.0
                || time(row.time.value - row.time.half) <= row.bits() / slowest * (1.0 + SLACK))
    }

    /// The round trip in nanoseconds: twice the time, from the column that says it more precisely.
    fn round_trip_ns(&self, row: &Row) -> f64 {
        let time_is_better = row.time.half * row.rate.value <= row.rate.half * row.time.value;
        let one_way = if time_is_better {
            row.time.value * self.time
        } else {
            row.bits() / (row.rate.value * self.rate)
        };
        2.0 * one_way * 1e9
    }

    fn result(&self, rows: &[Row], name: String) -> PeerResult {
        let mut quickest: BTreeMap<u64, f64> = BTreeMap::new();
        for row in rows {
            let rtt = self.round_trip_ns(row);
            quickest
                .entry(row.size)
                .and_modify(|known| *known = known.min(rtt))
                .or_insert(rtt);
        }
        let mut notes = vec![
            "The file does not say in which mode NetPIPE ran; this is right for ping-pong, its \
             default, and not for -s (one way) or -2 (both ways at once)."
                .to_owned(),
        ];
        if rows.len() >= 8 && rows.iter().all(|row| row.size.is_multiple_of(2)) {
            notes.push(
                "All sizes are even: NetPIPE writes them doubled where it ran with -2.".to_owned(),
            );
        }
        if quickest.len() < rows.len() {
            notes.push("Of a size that is there more than once the quickest counts.".to_owned());
        }
        if rows.iter().any(|row| row.has_workload) {
            notes.push("A workload kept the processor busy meanwhile.".to_owned());
        }
        notes.push(format!("A round trip is the {} here.", self.figure));
        let (tool, version) = (PeerTool::NetPipe, self.version);
        PeerResult {
            tool,
            tool_version: Some(version.to_owned()),
            name,
            conversion: format!(
                "{tool} {version}: RTT = 2 x its time; throughput = size / RTT, half its rate"
            ),
            notes,
            points: quickest
                .into_iter()
                .map(|(size, rtt)| {
                    PeerPoint::stop_and_wait(size, PeerRtt::of_figure(rtt, self.figure))
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PeerResult, String> {
        read_netpipe(text.as_bytes(), "np".to_owned()).map_err(|error| error.to_string())
    }

    fn close(one: f64, other: f64) -> bool {
        (one / other - 1.0).abs() < 1e-6
    }

    #[test]
    fn a_round_trip_is_twice_the_time_and_the_throughput_half_the_rate() {
        // 16384 bytes at 13680.782153 x 2^20 bit/s: 131072 / 14_345_339_826.8 = 9.136904 us one way,
        // which the time column rounds to 9.14; there and back 18.273809 us.
        // 16384 / 18.273809 us = 896.583739 MB/s, half of the 1793.17 MB/s that the rate is.
        let result = read("16384 13680.782153   0.00000914\n").unwrap();
        let point = result.points[0];
        assert!(close(point.rtt_ns.unwrap().value, 18_273.809));
        assert!(close(point.throughput_bytes_per_s.unwrap(), 896_583_739.0));
        assert_eq!(result.tool_version.as_deref(), Some("3.x"));
    }

    #[test]
    fn a_slow_path_is_read_from_the_time_as_its_rate_has_too_few_digits() {
        // 1 byte in 0.1 s: 80 bit/s = 0.0000763 x 2^20, of which the file has 0.000076.
        let result = read("1 0.000076 0.10000000\n").unwrap();
        assert!(close(result.points[0].rtt_ns.unwrap().value, 2e8));
    }

    #[test]
    fn the_columns_tell_what_a_megabit_is() {
        // 1000 bytes, 10 us one way: 8000 bit / 10 us = 800 x 10^6 bit/s.
        let result = read("1000 800.000000 0.00001000\n").unwrap();
        assert_eq!(result.tool_version.as_deref(), Some("4.x"));
        assert!(close(result.points[0].rtt_ns.unwrap().value, 20_000.0));
    }

    #[test]
    fn version_5_has_three_rates_and_microseconds() {
        // 1000 bytes in 10 us: 0.8 Gbit/s; there and back 20 us.
        let text = "     1000     0.800     0.700     0.900   10.00\n";
        let result = read(text).unwrap();
        assert_eq!(result.tool_version.as_deref(), Some("5.x"));
        let rtt = result.points[0].rtt_ns.unwrap();
        assert!(close(rtt.value, 20_000.0));
        assert_eq!(rtt.figure, PeerFigure::Mean);
        // Its extremes are of trials, not of single round trips.
        assert_eq!((rtt.min, rtt.max, rtt.n), (None, None, None));
        let busy = read(&text.replace('\n', "     1.25 GFlops\n")).unwrap();
        assert!(busy.notes.iter().any(|note| note.contains("workload")));
        assert_eq!(
            read(&text.replace("0.700", "0.801")).unwrap_err(),
            "line 1, column 25: \"0.801\" is the least rate and above the mean"
        );
    }

    #[test]
    fn sizes_in_any_order_rise_and_the_quickest_of_a_size_counts() {
        let text = "4 4.544957 0.00000671\n1 1.171996 0.00000651\n4 4.882812 0.00000625\n";
        let result = read(text).unwrap();
        let sizes: Vec<u64> = result
            .points
            .iter()
            .map(|point| point.message_size)
            .collect();
        assert_eq!(sizes, [1, 4]);
        // 32 bit / (4.882812 x 2^20) = 6.25 us one way.
        assert!(close(result.points[1].rtt_ns.unwrap().value, 12_500.0));
        assert!(
            result
                .notes
                .iter()
                .any(|note| note.contains("more than once"))
        );
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        let good = "       1 1.171996   0.00000651\n";
        let said = |bad: &str| read(&format!("{good}{bad}\n")).unwrap_err();
        assert_eq!(
            said("       2 nan   0.00000665"),
            "line 2, column 10: \"nan\" is not a number with decimals, as NetPIPE writes them"
        );
        assert_eq!(
            said("-2 2.295693 0.00000665"),
            "line 2, column 1: \"-2\" is not a whole number of bytes"
        );
        assert_eq!(
            said("0 2.295693 0.00000665"),
            "line 2, column 1: \"0\" is no message size: it is at least 1 byte and at most 2,147,483,647"
        );
        assert!(said("2 2.295693 -0.00000665").contains("column 12: \"-0.00000665\""));
        assert!(said("2 2.295693 0.000006").contains("the time has 6 decimals"));
        assert!(said("2 2.295693").contains("3 columns"));
        assert!(said("2 10").contains("integrity check"));
        assert!(said("2 22.95693 0.00000665").contains("do not fit together"));
        assert!(said("1 0.000000 90000.00000000").contains("longer than a day"));
        assert!(said("1 0.000000 0.00000000").contains("both 0"));
        assert!(said("1 0.800 0.700 0.900 10.00").contains("has 5 columns"));
        assert!(said("99999999999 1.0 1.0").contains("no message size"));
        assert_eq!(read("\n \n").unwrap_err(), "there is no line in it");
    }
}
