//! A point of a run document, to be written: its figures for other programs, and its samples.

use serde::Serialize;

use super::run_columns::SamplesOf;
use super::run_connections::ConnectionsOf;
use super::run_document::NS_PER_MS;
use super::run_tcp::TcpOf;
use crate::measurement::numbers::whole;
use crate::measurement::{
    Fault, Limit, MedianInterval, Outliers, Point, PointStatistics, PrecisionOutcome,
    RttStatistics, Run, Series, Throughput, limit_of,
};
use crate::protocol::MeasurementType;

#[derive(Serialize)]
pub(super) struct PointDocument<'a> {
    #[serde(rename = "type")]
    kind: MeasurementType,
    message_size: u64,
    server_delay_ns: u64,
    rounds: usize,
    probes_sent: u64,
    probes_echoed: u64,
    n: u64,
    rtt_ns: Option<RttDocument>,
    jitter_ns: Option<u64>,
    throughput: Option<ThroughputDocument>,
    outliers: Option<OutliersDocument>,
    first_probe_ns: Option<SeriesDocument>,
    connect_ns: Option<SeriesDocument>,
    window_bound: Option<u64>,
    limit: Option<Limit>,
    precision: Option<PrecisionOutcome>,
    quick_ack_rtt_ns: &'a [u64],
    error: Option<&'a Fault>,
    connections: ConnectionsOf<'a>,
    tcp: Option<TcpOf<'a>>,
    samples: SamplesOf<'a>,
}

#[derive(Serialize)]
struct RttDocument {
    min: u64,
    p10: u64,
    p25: u64,
    p50: u64,
    p75: u64,
    p90: u64,
    p99: u64,
    p999: u64,
    max: u64,
    mean: u64,
    stddev: Option<u64>,
    median_of_rounds: u64,
    median_ci95: Option<[u64; 2]>,
}

#[derive(Serialize)]
struct ThroughputDocument {
    mean: u64,
    median: u64,
    median_of_rounds: u64,
    median_ci95: Option<[u64; 2]>,
    low: u64,
    high: u64,
    pipelined: bool,
}

#[derive(Serialize)]
struct OutliersDocument {
    count: u64,
    low_ns: u64,
    high_ns: u64,
}

#[derive(Serialize)]
struct SeriesDocument {
    n: u64,
    min: u64,
    p50: u64,
    max: u64,
    median_ci95: Option<[u64; 2]>,
}

impl<'a> PointDocument<'a> {
    pub(super) fn of(run: &Run, point: &'a Point) -> Self {
        let spec = point.spec;
        // A run that is written while it goes on may have samples whose figures are not due yet.
        let figures = point.statistics.or_else(|| {
            PointStatistics::of(point.rounds.iter().map(AsRef::as_ref), spec.message_size)
        });
        Self {
            kind: spec.kind,
            message_size: spec.message_size,
            server_delay_ns: spec.server_delay_ms.saturating_mul(NS_PER_MS),
            rounds: point.rounds_done(),
            probes_sent: point.probes_sent(),
            probes_echoed: point.probes_echoed(),
            n: figures.map_or(0, |figures| figures.n),
            rtt_ns: figures.map(|figures| figures.rtt.into()),
            jitter_ns: figures.and_then(|figures| figures.jitter_ns).map(whole),
            throughput: figures.map(|figures| figures.throughput.into()),
            outliers: figures.map(|figures| figures.outliers.into()),
            first_probe_ns: figures.and_then(|figures| Some(figures.first_probe?.into())),
            connect_ns: figures.and_then(|figures| Some(figures.connect?.into())),
            window_bound: figures.and_then(|figures| figures.window_bound).map(whole),
            limit: limit_of(run, point),
            precision: point.outcome,
            quick_ack_rtt_ns: &point.quick_acked,
            error: point.error.as_ref(),
            connections: ConnectionsOf(point),
            tcp: TcpOf::of(point),
            samples: SamplesOf(point),
        }
    }
}

impl From<RttStatistics> for RttDocument {
    fn from(rtt: RttStatistics) -> Self {
        Self {
            min: rtt.min,
            p10: whole(rtt.p10),
            p25: whole(rtt.p25),
            p50: whole(rtt.p50),
            p75: whole(rtt.p75),
            p90: whole(rtt.p90),
            p99: whole(rtt.p99),
            p999: whole(rtt.p999),
            max: rtt.max,
            mean: whole(rtt.mean),
            stddev: rtt.stddev.map(whole),
            median_of_rounds: whole(rtt.median_of_rounds),
            median_ci95: rtt.median_ci95.map(ends),
        }
    }
}

impl From<Throughput> for ThroughputDocument {
    fn from(throughput: Throughput) -> Self {
        Self {
            mean: whole(throughput.mean),
            median: whole(throughput.median),
            median_of_rounds: whole(throughput.median_of_rounds),
            median_ci95: throughput.median_ci95.map(ends),
            low: whole(throughput.low),
            high: whole(throughput.high),
            pipelined: throughput.pipelined,
        }
    }
}

impl From<Outliers> for OutliersDocument {
    fn from(outliers: Outliers) -> Self {
        Self {
            count: outliers.count,
            low_ns: whole(outliers.low_ns),
            high_ns: whole(outliers.high_ns),
        }
    }
}

impl From<Series> for SeriesDocument {
    fn from(series: Series) -> Self {
        Self {
            n: series.n,
            min: series.min_ns,
            p50: whole(series.p50_ns),
            max: series.max_ns,
            median_ci95: series.median_ci95.map(ends),
        }
    }
}

fn ends(interval: MedianInterval) -> [u64; 2] {
    [whole(interval.lo), whole(interval.hi)]
}
