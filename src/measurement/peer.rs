//! Results of other tools, converted to this program's definitions.
//!
//! A round trip is the whole round trip, never half of one. A rate is that of payload which was echoed,
//! unless the result says that its payload went one way only. What was converted is said in words, for
//! a legend to say.

use std::fmt;

use super::percentile;

/// A tool whose results can be overlaid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerTool {
    /// `NetPIPE`: round trips and rates over many message sizes.
    NetPipe,
    /// sockperf: every round trip of one message size.
    Sockperf,
    /// iperf3: the rate of bulk data.
    Iperf3,
}

impl fmt::Display for PeerTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NetPipe => "NetPIPE",
            Self::Sockperf => "sockperf",
            Self::Iperf3 => "iperf3",
        })
    }
}

/// What another tool measured.
#[derive(Debug, Clone, PartialEq)]
pub struct PeerResult {
    /// The tool.
    pub tool: PeerTool,
    /// Its version, as far as the file tells it: `3.12`, `3.x`.
    pub tool_version: Option<String>,
    /// What the result is called: the name of its file without the ending.
    pub name: String,
    /// What was converted and how, as one line of a legend that begins with the tool.
    pub conversion: String,
    /// What else a reader should know: sentences.
    pub notes: Vec<String>,
    /// The figures by message size, which is there once and rises.
    pub points: Vec<PeerPoint>,
}

/// What another tool measured with one message size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerPoint {
    /// Bytes handed over with one write, all of them counted.
    pub message_size: u64,
    /// The round trip, where the tool measured one.
    pub rtt_ns: Option<PeerRtt>,
    /// Payload bytes per second, where the tool measured it or a round trip at a time gives it.
    pub throughput_bytes_per_s: Option<f64>,
    /// Where the payload went.
    pub traffic: PeerTraffic,
}

/// Where a payload went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerTraffic {
    /// There and back, as this program's does.
    Echoed,
    /// One way: it was not echoed, so its rate is not that of an echo.
    OneWay,
}

/// Round-trip times as another tool tells them, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerRtt {
    /// The figure that is drawn.
    pub value: f64,
    /// Which figure that is.
    pub figure: PeerFigure,
    /// The 10th percentile of single round trips.
    pub p10: Option<f64>,
    /// The 90th percentile of single round trips.
    pub p90: Option<f64>,
    /// The least of single round trips.
    pub min: Option<f64>,
    /// The greatest of single round trips.
    pub max: Option<f64>,
    /// How many single round trips there were.
    pub n: Option<u64>,
}

/// Which figure of many round trips is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerFigure {
    /// The median of single round trips.
    Median,
    /// The mean of all round trips.
    Mean,
    /// Of a few trials, each the mean of many round trips, the quickest.
    BestMean,
}

impl fmt::Display for PeerFigure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Median => "median",
            Self::Mean => "mean",
            Self::BestMean => "mean of the quickest trial",
        })
    }
}

impl PeerRtt {
    /// Of single round trips in ascending order, in nanoseconds; `None` without any.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "nanoseconds of a round trip stay below 2^53"
    )]
    pub fn of_samples(sorted: &[u64]) -> Option<Self> {
        Some(Self {
            value: percentile(sorted, 0.5)?,
            figure: PeerFigure::Median,
            p10: percentile(sorted, 0.1),
            p90: percentile(sorted, 0.9),
            min: sorted.first().map(|ns| *ns as f64),
            max: sorted.last().map(|ns| *ns as f64),
            n: Some(sorted.len() as u64),
        })
    }

    /// A figure without the round trips it was drawn from.
    #[must_use]
    pub const fn of_figure(value: f64, figure: PeerFigure) -> Self {
        Self {
            value,
            figure,
            p10: None,
            p90: None,
            min: None,
            max: None,
            n: None,
        }
    }
}

impl PeerPoint {
    /// A message that was echoed before the next was sent: its throughput is size / round trip, as
    /// this program's is.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "sizes stay far below 2^53")]
    pub fn stop_and_wait(message_size: u64, rtt: PeerRtt) -> Self {
        let rate = message_size as f64 * 1e9 / rtt.value;
        Self {
            throughput_bytes_per_s: rate.is_finite().then_some(rate),
            ..Self::several_in_flight(message_size, rtt)
        }
    }

    /// Messages that were echoed, with others under way meanwhile: a round trip gives no rate.
    #[must_use]
    pub const fn several_in_flight(message_size: u64, rtt: PeerRtt) -> Self {
        Self {
            message_size,
            rtt_ns: Some(rtt),
            throughput_bytes_per_s: None,
            traffic: PeerTraffic::Echoed,
        }
    }

    /// Bulk data that was not echoed.
    #[must_use]
    pub const fn one_way(message_size: u64, bytes_per_s: f64) -> Self {
        Self {
            message_size,
            rtt_ns: None,
            throughput_bytes_per_s: Some(bytes_per_s),
            traffic: PeerTraffic::OneWay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_have_the_percentiles_of_this_program() {
        // Type 7 of five values: h = 4 * 0.1 = 0.4, so 10 + 0.4 * 10; 4 * 0.9 = 3.6, 40 + 0.6 * 60.
        let rtt = PeerRtt::of_samples(&[10, 20, 30, 40, 100]).unwrap();
        assert_eq!((rtt.value, rtt.figure), (30.0, PeerFigure::Median));
        assert!((rtt.p10.unwrap() - 14.0).abs() < 1e-9);
        assert!((rtt.p90.unwrap() - 76.0).abs() < 1e-9);
        assert_eq!(
            (rtt.min, rtt.max, rtt.n),
            (Some(10.0), Some(100.0), Some(5))
        );
        assert_eq!(PeerRtt::of_samples(&[]), None);
    }

    #[test]
    fn a_message_that_is_waited_for_has_size_by_round_trip_as_throughput() {
        // 1000 bytes in 20 microseconds: 50 MB/s.
        let rtt = PeerRtt::of_figure(20_000.0, PeerFigure::Mean);
        let point = PeerPoint::stop_and_wait(1_000, rtt);
        assert_eq!(point.throughput_bytes_per_s, Some(5e7));
        let instant = PeerRtt::of_figure(0.0, PeerFigure::Mean);
        let point = PeerPoint::stop_and_wait(1_000, instant);
        assert_eq!(point.throughput_bytes_per_s, None);
    }
}
