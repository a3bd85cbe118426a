//! What is known of a point beside its samples, added up over its rounds.

use super::account::{elapsed_ns, held, mean_read, own_work, waited};
use super::{Known, whole_bytes};
use crate::experiment::Profile;
use crate::measurement::delay_unit::waited_ns;
use crate::measurement::numbers::float;
use crate::measurement::units::{count, significant, throughput, time};
use crate::measurement::{Point, SocketSettings, TcpChange, TcpInfo};
use crate::protocol::probes_len;

/// Both figures for the path's round trip are bounds from above: a program had to wake up to see the
/// connection open. One that is this many times longer than the probes took says nothing of the path.
const SLOWER_THAN_PROBES: f64 = 1.2;
/// How near the kernel's delivery rate must be to the rate at which was sent to be its reason.
const SAME_RATE: f64 = 0.3;
/// The kernel counts these times in its own ticks, of 1 to 10 ms: fewer than a few of them are chance.
pub(super) const LEAST_KERNEL_NS: f64 = 20e6;
/// Below this many segments the kernel sees an echo acknowledge its probe, and takes the server's time
/// for the path's.
const LEAST_SEGMENTS: f64 = 4.0;
/// Within this many times the instrument's own round trip (median) a round trip shows the instrument: the other end may
/// wait in a slower way than the one that it was measured with.
pub(super) const FLOORS: f64 = 3.0;
/// An exchange with ends that were asleep takes no more than so many of the instrument's own round trips,
/// whichever state of rest the processors were in when these were measured.
const ASLEEP: f64 = 10.0;
/// Bytes that this computer copies in a second at least, on their way one way: into the kernel and out of
/// it again. Machines that do no better than that are rare.
pub(super) const COPY_RATE: f64 = 2e9;

/// The figures that a cause can rest on. Times in nanoseconds, rates in bytes per second; `None` is
/// what the system does not tell or nobody measured.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a figure of its own, and any may be with any other"
)]
pub(super) struct Seen {
    /// Probes that count.
    pub probes: u64,
    /// The median round-trip time.
    pub rtt_ns: f64,
    /// The server delay, as it was asked for where the server waits that long.
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
    /// The instrument's own round trip, of the smallest probe on this computer: the median, which is what
    /// it takes as a rule, and not the least.
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
    /// Share of the time in which that thread was ready and something else had the processor.
    pub queued: Option<f64>,
    /// Share of the time in which anything on this computer was ready and had no processor.
    pub contended: Option<f64>,
    /// Share of the summed round-trip times that the probes would have taken had each had the median.
    pub by_median: f64,
    /// Whether Nagle's algorithm was on.
    pub nagle: bool,
    /// Our send buffer as the system has it, where one was asked for.
    pub send_buffer: Option<f64>,
    /// Our receive buffer as the system has it, where one was asked for: else it grows.
    pub receive_buffer: Option<f64>,
    /// Bytes that a read gave (mean).
    pub read: Option<f64>,
    /// Bytes of a message, header included.
    pub message: f64,
    /// Bytes of all messages that may be in flight together on a connection.
    pub on_connection: f64,
    /// Bytes of all messages that may be in flight together.
    in_flight: f64,
    /// Segments it needs.
    segments: Option<f64>,
    /// Bytes that a segment carries.
    mss: Option<f64>,
}

/// Probes in flight on a connection, and connections, at most at a time.
fn most_at_a_time(point: &Point) -> (u32, u32) {
    let rounds = point.rounds.iter();
    let both = rounds.map(|round| {
        // No more can be in flight than there are.
        let probes = u32::try_from(round.probes.len()).unwrap_or(u32::MAX);
        (round.depth.min(probes), round.connection)
    });
    both.fold((1, 1), |(depth, lanes), (in_flight, connection)| {
        (depth.max(in_flight), lanes.max(connection))
    })
}

impl Seen {
    pub fn of(point: &Point, profile: &Profile, known: &Known<'_>) -> Option<Self> {
        let statistics = point.statistics?;
        let Known {
            calibration,
            socket,
            ..
        } = *known;
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
        let message = float(probes_len(profile.idiom(), point.spec.message_size, 1));
        let limited: Vec<bool> = changes
            .iter()
            .filter_map(|change| change.after.delivery_app_limited)
            .collect();
        let (depth, lanes) = most_at_a_time(point);
        let mss = after(|tcp| Some(u64::from(tcp.mss))).filter(|mss| *mss > 0.0);
        let asked = &profile.socket;
        let as_set = |asked: Option<u32>, read_back: fn(&SocketSettings) -> u64| {
            let bytes = asked.map(|asked| socket.map_or(u64::from(asked), read_back));
            bytes.filter(|bytes| *bytes > 0).map(float)
        };
        let (queued, contended) = waited(point);
        Some(Self {
            probes: statistics.n,
            queued,
            contended,
            by_median: (rtt_ns / statistics.rtt.mean.max(1.0)).min(1.0),
            nagle: !socket.map_or(asked.nodelay, |socket| socket.nodelay),
            send_buffer: as_set(asked.send_buffer, |socket| socket.send_buffer),
            receive_buffer: as_set(asked.receive_buffer, |socket| socket.receive_buffer),
            read: mean_read(point),
            rtt_ns,
            delay_ns: waited_ns(point.spec.server_delay_ms, rtt_ns, known.without_delay),
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
            loopback: known.loopback,
            floor_ns: calibration
                .map(|calibration| calibration.floor_ns)
                .filter(|floor| *floor > 0.0),
            elapsed_ns: rounds().map(elapsed_ns).sum::<f64>().max(1.0),
            written: rounds()
                .map(|round| {
                    let sent = u32::try_from(round.probes.len()).unwrap_or(u32::MAX);
                    let len = probes_len(profile.idiom(), point.spec.message_size, sent);
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
            on_connection: message * f64::from(depth),
            in_flight: message * f64::from(depth) * f64::from(lanes),
            segments: mss.map(|mss| (message / mss).ceil()),
            mss,
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

    /// What a probe in flight has of the round-trip time: with the queue full of probes, the time from
    /// one echo to the next (Little's law).
    pub fn each_ns(&self) -> f64 {
        self.rtt_ns * self.message / self.in_flight.max(self.message)
    }

    /// Whether the time from one echo to the next is no more than this computer takes for an exchange in
    /// which both ends were asleep.
    pub fn is_each_own(&self) -> bool {
        let exchange = self.each_ns() - 2.0 * self.message * 1e9 / COPY_RATE;
        self.floor_ns
            .is_some_and(|floor| exchange <= ASLEEP * floor)
    }

    /// Whether the kernel saw bytes delivered at the rate at which they were sent, as a path that is
    /// filled has it. One whose other end is slow has bytes delivered as fast as memory, now and then.
    pub fn is_delivered_as_sent(&self) -> bool {
        let sent = self.sent_rate();
        self.delivery_rate
            .is_some_and(|rate| (rate - sent).abs() <= SAME_RATE * sent)
    }

    /// Whether Nagle's algorithm holds back something of each message: its last segment, which is not
    /// full, or all of a short one behind others (RFC 896, RFC 9293 section 3.7.4).
    pub fn may_be_held_by_nagle(&self) -> bool {
        let fills = self.mss.is_some_and(|mss| self.message % mss < 0.5);
        let several = self.segments.is_some_and(|segments| segments >= 2.0);
        let behind_others = self.on_connection > self.message;
        self.nagle && !fills && (several || behind_others)
    }

    /// Everything, in words.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        let text = |value: f64| time(value).to_string();
        let share = |value: f64| format!("{}\u{a0}% of the time", significant(value * 100.0));
        // In a time so short the kernel's ticks may even make more than all of it.
        let is_told = self.elapsed_ns >= LEAST_KERNEL_NS;
        let of_elapsed = |value: Option<f64>| {
            let value = value.filter(|_| is_told)?;
            Some(share((value / self.elapsed_ns).min(1.0)))
        };
        let rate = |value: f64| throughput(value).to_string();
        let app_limited = if self.app_limited {
            ", held down by what was sent"
        } else {
            ""
        };
        let percent = |value: f64| format!("{}\u{a0}%", significant(value * 100.0));
        let figures = [
            ("probes counted", Some(count(self.probes))),
            ("median RTT", Some(text(self.rtt_ns))),
            ("server delay", Some(text(self.delay_ns))),
            ("instrument's own round trip", self.floor_ns.map(text)),
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
                self.held.map(percent),
            ),
            ("our send buffer", self.send_buffer.map(whole_bytes)),
            ("our receive buffer", self.receive_buffer.map(whole_bytes)),
            ("a read gave", self.read.map(whole_bytes)),
            ("Nagle's algorithm", self.nagle.then(|| "on".to_owned())),
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
            ("ready and without a processor", self.queued.map(share)),
            ("any program without a processor", self.contended.map(share)),
            ("median RTT of mean RTT", Some(percent(self.by_median))),
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

fn median(mut values: Vec<u64>) -> Option<f64> {
    values.sort_unstable();
    crate::measurement::percentile(&values, 0.5)
}
