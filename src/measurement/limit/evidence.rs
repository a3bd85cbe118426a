//! What is known of a point beside its samples, added up over its rounds.

use super::whole_bytes;
use crate::experiment::Profile;
use crate::measurement::units::{significant, throughput, time};
use crate::measurement::{Calibration, Point, Round, TcpChange, TcpInfo};
use crate::protocol::probes_len;

/// Both figures for the path's round trip are bounds from above: a program had to wake up to see the
/// connection open. One that is this many times longer than the probes took says nothing of the path.
const SLOWER_THAN_PROBES: f64 = 1.2;
/// The kernel counts these times in its own ticks, of 1 to 10 ms: fewer than a few of them are chance.
pub(super) const LEAST_KERNEL_NS: f64 = 20e6;
/// Below this many segments the kernel sees an echo acknowledge its probe, and takes the server's time
/// for the path's.
const LEAST_SEGMENTS: f64 = 4.0;
/// Within this many times the instrument's own floor a round trip shows the instrument: the other end may
/// wait in a slower way than the one that the floor was measured with.
pub(super) const FLOORS: f64 = 3.0;
/// Bytes that this computer copies in a second at least, on their way one way: into the kernel and out of
/// it again. Machines that do no better than that are rare.
pub(super) const COPY_RATE: f64 = 2e9;

/// The figures that a cause can rest on. Times in nanoseconds, rates in bytes per second; `None` is
/// what the system does not tell or nobody measured.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// The median round-trip time.
    pub rtt_ns: f64,
    /// The server delay that was asked for.
    pub delay_ns: f64,
    /// The path's own round trip: the least that the kernel saw, of a segment and its
    /// acknowledgement or of opening a connection. No program of the server has a part in it.
    pub path_ns: Option<f64>,
    /// The kernel's smoothed round-trip time at the end of the rounds (median).
    pub srtt_ns: Option<f64>,
    /// Whether several probes were in flight.
    pub pipelined: bool,
    /// Whether the connections stayed on this computer.
    pub loopback: bool,
    /// The instrument's own floor: the round trip of the smallest probe on this computer.
    pub floor_ns: Option<f64>,
    /// Time of measuring, summed up over the connections.
    pub elapsed_ns: f64,
    /// Bytes written in that time.
    pub written: f64,
    /// Of that time, as the kernel has it: bytes were under way or waited to be.
    pub busy_ns: Option<f64>,
    /// Of that: the peer's receive window was full.
    pub window_full_ns: Option<f64>,
    /// Share of the messages that met a full send buffer.
    pub held: Option<f64>,
    /// The congestion window (median), in bytes.
    pub congestion_window: Option<f64>,
    /// Of that: our send buffer was full.
    pub buffer_full_ns: Option<f64>,
    /// The peer's receive window (median), in bytes.
    pub window: Option<f64>,
    /// The kernel's delivery rate (median).
    pub delivery_rate: Option<f64>,
    /// Whether most of these rates were held down by what was sent.
    pub app_limited: bool,
    /// Share of the time in which the measuring thread worked, polling in vain left out.
    pub own_work: Option<f64>,
    /// Bytes of a message, header included.
    message: f64,
    /// Bytes of all messages that may be in flight together.
    in_flight: f64,
    /// Segments it needs.
    segments: Option<f64>,
}

impl Seen {
    pub fn of(point: &Point, profile: &Profile, calibration: Option<&Calibration>) -> Option<Self> {
        let statistics = point.statistics?;
        let rounds = || point.rounds.iter().map(AsRef::as_ref);
        let changes: Vec<&TcpChange> = rounds().filter_map(|round| round.tcp.as_deref()).collect();
        let after = |figure: fn(&TcpInfo) -> Option<u64>| {
            let values = changes.iter().filter_map(|change| figure(&change.after));
            median(values.collect())
        };
        let us = |value: f64| value * 1e3;
        let summed = |figure: fn(&TcpInfo) -> Option<u64>| {
            let of =
                |change: &&TcpChange| figure(&change.after)?.checked_sub(figure(&change.before)?);
            let mut all = changes.iter().map(of);
            let sum = all.try_fold(0_u64, |sum, one| Some(sum.saturating_add(one?)));
            // Without a change nothing was summed up.
            sum.filter(|_| !changes.is_empty())
                .map(|sum| us(float(sum)))
        };
        let least_rtt = changes.iter().filter_map(|change| change.after.min_rtt_us);
        let least_rtt = least_rtt
            .filter(|us| *us > 0)
            .min()
            .map(|least| us(f64::from(least)));
        let connect = statistics.connect.map(|connect| float(connect.min_ns));
        let rtt_ns = statistics.rtt.p50.max(1.0);
        let message = float(probes_len(profile.dialect, point.spec.message_size, 1));
        let limited: Vec<bool> = changes
            .iter()
            .filter_map(|change| change.after.delivery_app_limited)
            .collect();
        // No more can be in flight than there are.
        let in_flight = |round: &Round| {
            let probes = u32::try_from(round.probes.len()).unwrap_or(u32::MAX);
            round.depth.min(probes)
        };
        let depth = rounds().map(in_flight).max().unwrap_or(1).max(1);
        let lanes = rounds()
            .map(|round| round.connection)
            .max()
            .unwrap_or(1)
            .max(1);
        let mss = after(|tcp| Some(u64::from(tcp.mss))).filter(|mss| *mss > 0.0);
        Some(Self {
            rtt_ns,
            delay_ns: float(point.spec.server_delay_ms) * 1e6,
            path_ns: [least_rtt, connect]
                .into_iter()
                .flatten()
                .reduce(f64::min)
                .filter(|path| *path <= SLOWER_THAN_PROBES * rtt_ns)
                .map(|path| path.min(rtt_ns)),
            srtt_ns: after(|tcp| Some(u64::from(tcp.srtt_us)))
                .filter(|srtt| *srtt > 0.0)
                .map(us),
            pipelined: statistics.throughput.pipelined,
            loopback: !point.rounds.is_empty()
                && rounds().all(|round| {
                    round
                        .local
                        .is_some_and(|local| local.ip().to_canonical().is_loopback())
                }),
            floor_ns: calibration
                .map(|calibration| calibration.floor_ns)
                .filter(|floor| *floor > 0.0),
            elapsed_ns: rounds().map(elapsed_ns).sum::<f64>().max(1.0),
            written: rounds()
                .map(|round| {
                    let sent = u32::try_from(round.probes.len()).unwrap_or(u32::MAX);
                    let len = probes_len(profile.dialect, point.spec.message_size, sent);
                    float(round.work.map_or(len, |work| work.bytes_written))
                })
                .sum(),
            busy_ns: summed(|tcp| tcp.busy_us),
            window_full_ns: summed(|tcp| tcp.receive_window_limited_us),
            buffer_full_ns: summed(|tcp| tcp.send_buffer_limited_us),
            window: after(|tcp| tcp.peer_window.map(u64::from)),
            congestion_window: after(|tcp| {
                Some(u64::from(tcp.cwnd_segments).saturating_mul(tcp.mss.into()))
            })
            .filter(|window| *window > 0.0),
            held: held(point),
            delivery_rate: after(|tcp| tcp.delivery_rate).filter(|rate| *rate > 0.0),
            app_limited: limited.iter().filter(|is| **is).count() * 2 > limited.len(),
            own_work: own_work(point, calibration),
            message,
            in_flight: message * f64::from(depth) * f64::from(lanes),
            segments: mss.map(|mss| (message / mss).ceil()),
        })
    }

    /// Bytes sent and not yet acknowledged, on average: the rate times the time until they are.
    pub fn under_way(&self) -> Option<f64> {
        Some(self.sent_rate() * self.srtt_ns? / 1e9)
    }

    /// What copying all bytes in flight takes this computer, there and back.
    pub fn copying_ns(&self) -> f64 {
        2.0 * self.in_flight * 1e9 / COPY_RATE
    }

    /// Whether a time is so short that the instrument's own floor explains it.
    pub fn is_near_floor(&self, ns: f64) -> bool {
        self.floor_ns.is_some_and(|floor| ns <= FLOORS * floor)
    }

    /// Whether a time is so short that the floor explains it, together with copying what is in flight.
    pub fn is_own(&self, ns: f64) -> bool {
        self.is_near_floor(ns - self.copying_ns())
    }

    /// The share of the time in which bytes were under way; `None` where it was too short for the
    /// kernel's clock.
    pub fn busy(&self) -> Option<f64> {
        self.busy_ns
            .filter(|_| self.elapsed_ns >= LEAST_KERNEL_NS)
            .map(|busy| (busy / self.elapsed_ns).min(1.0))
    }

    /// The rate at which a connection sent.
    pub fn sent_rate(&self) -> f64 {
        self.written * 1e9 / self.elapsed_ns
    }

    /// What a message and its echo take on the path beside its round trip, at the kernel's delivery
    /// rate. That rate is of a message and the wait for its acknowledgement, a round trip of the path
    /// longer than the bytes take (N. Cardwell and others, "BBR: Congestion-Based Congestion Control",
    /// *ACM Queue* 14, 2016). `None` for messages of a few segments, whose echo is their
    /// acknowledgement.
    pub fn transfer_ns(&self) -> Option<f64> {
        self.segments
            .filter(|segments| *segments >= LEAST_SEGMENTS)?;
        let one_way = self.message * 1e9 / self.delivery_rate?;
        Some(2.0 * (one_way - self.path_ns.unwrap_or_default()).max(0.0))
    }

    /// Everything, in words.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        let text = |value: f64| time(value).to_string();
        let share = |value: f64| format!("{}\u{a0}% of the time", significant(value * 100.0));
        let of_elapsed = |value: Option<f64>| value.map(|value| share(value / self.elapsed_ns));
        let rate = |value: f64| throughput(value).to_string();
        let app_limited = if self.app_limited {
            ", held down by what was sent"
        } else {
            ""
        };
        let figures = [
            ("median RTT", Some(text(self.rtt_ns))),
            ("server delay", Some(text(self.delay_ns))),
            ("instrument's own floor", self.floor_ns.map(text)),
            (
                "copying what is in flight, at most",
                self.floor_ns.map(|_| text(self.copying_ns())),
            ),
            ("least round trip of the path", self.path_ns.map(text)),
            ("smoothed round trip of segments", self.srtt_ns.map(text)),
            ("bytes under way", of_elapsed(self.busy_ns)),
            ("receive window full", of_elapsed(self.window_full_ns)),
            ("send buffer full", of_elapsed(self.buffer_full_ns)),
            ("receive window", self.window.map(whole_bytes)),
            ("congestion window", self.congestion_window.map(whole_bytes)),
            (
                "messages that met a full send buffer",
                self.held
                    .map(|held| format!("{}\u{a0}%", significant(held * 100.0))),
            ),
            (
                "delivery rate",
                self.delivery_rate
                    .map(|value| format!("{}{app_limited}", rate(value))),
            ),
            ("sent on each connection", Some(rate(self.sent_rate()))),
            ("transfer there and back", self.transfer_ns().map(text)),
            (
                "segments of a message",
                self.segments.map(significant_whole),
            ),
            ("own work", self.own_work.map(share)),
        ];
        figures
            .into_iter()
            .filter_map(|(name, figure)| Some((name, figure?)))
            .collect()
    }
}

fn significant_whole(value: f64) -> String {
    format!("{value:.0}")
}

/// How long a round measured.
fn elapsed_ns(round: &Round) -> f64 {
    if let Some(work) = round.work {
        return float(work.elapsed_ns());
    }
    let began = round.probes.iter().map(|probe| probe.sent_ns).min();
    let echoes = round.probes.iter().filter_map(|probe| {
        let rtt = probe.rtt_ns()?;
        Some(probe.sent_ns.saturating_add(rtt))
    });
    match (began, echoes.max()) {
        (Some(began), Some(ended)) => float(ended.saturating_sub(began)),
        _ => 0.0,
    }
}

/// The share of the time in which the measuring thread worked. One thread measures all connections of
/// a round: its processor time is the same in each of them, and its pauses too.
fn own_work(point: &Point, calibration: Option<&Calibration>) -> Option<f64> {
    let (mut worked, mut elapsed) = (0.0, 0.0);
    let mut rounds = point.rounds.iter().peekable();
    while let Some(first) = rounds.next() {
        let (mut cpu, mut paused, mut empty_reads) = (0_u64, 0_u64, 0_u64);
        let (mut began, mut ended) = (u64::MAX, 0);
        let mut next = Some(first);
        while let Some(round) = next {
            let work = round.work?;
            cpu = cpu.max(work.cpu_ns?);
            paused = paused.max(work.paused_ns);
            empty_reads = empty_reads.saturating_add(work.empty_reads);
            began = began.min(work.began_ns);
            ended = ended.max(work.ended_ns);
            next = rounds.next_if(|other| other.number == first.number);
        }
        let vain = match calibration {
            Some(calibration) => float(empty_reads) * calibration.empty_read_ns,
            None if empty_reads == 0 => 0.0,
            // Nobody knows how much of it was waiting.
            None => return None,
        };
        worked += (float(cpu) - vain - float(paused)).max(0.0);
        elapsed += float(ended.saturating_sub(began).saturating_sub(paused));
    }
    (elapsed > 0.0).then(|| (worked / elapsed).min(1.0))
}

/// The share of the messages that the kernel did not take whole at once.
fn held(point: &Point) -> Option<f64> {
    let (mut held, mut sent) = (0_u64, 0_u64);
    for round in &point.rounds {
        held = round.work?.held_messages.saturating_add(held);
        sent += round.probes.len() as u64;
    }
    (sent > 0).then(|| float(held) / float(sent))
}

fn median(mut values: Vec<u64>) -> Option<f64> {
    values.sort_unstable();
    crate::measurement::percentile(&values, 0.5)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "for shares and for words, where the last digit does not matter"
)]
fn float(value: u64) -> f64 {
    value as f64
}
