//! Results of other tools: what they wrote on a real machine is read and converted, and what is damaged
//! is answered with a sentence. The files were written by `NetPIPE` 3.7.2, sockperf 3.7 and iperf3 3.12 on
//! loopback; sockperf's were cut down to their first messages.

use std::fmt::Write;
use std::path::Path;

use echograph::measurement::{PeerFigure, PeerPoint, PeerResult, PeerTool, PeerTraffic};
use echograph::store::{OpenError, Opened, open_any};
use proptest::prelude::*;
use tempfile::TempDir;

const NETPIPE: &str = include_str!("../../assets/golden/peers/netpipe-3.out");
const SOCKPERF: &str = include_str!("../../assets/golden/peers/sockperf.csv");
const SOCKPERF_RTT: &str = include_str!("../../assets/golden/peers/sockperf-full-rtt.csv");
const SOCKPERF_LOAD: &str = include_str!("../../assets/golden/peers/sockperf-under-load.csv");
const IPERF3: &str = include_str!("../../assets/golden/peers/iperf3.json");
const IPERF3_PARALLEL: &str = include_str!("../../assets/golden/peers/iperf3-parallel.json");
const IPERF3_REVERSE: &str = include_str!("../../assets/golden/peers/iperf3-reverse.json");
const IPERF3_BIDIR: &str = include_str!("../../assets/golden/peers/iperf3-bidir.json");
const IPERF3_UDP: &str = include_str!("../../assets/golden/peers/iperf3-udp.json");
const IPERF3_REFUSED: &str = include_str!("../../assets/golden/peers/iperf3-refused.json");

const READABLE: [&str; 8] = [
    NETPIPE,
    SOCKPERF,
    SOCKPERF_RTT,
    SOCKPERF_LOAD,
    IPERF3,
    IPERF3_PARALLEL,
    IPERF3_REVERSE,
    IPERF3_BIDIR,
];

/// A folder with one file, whose name says nothing.
struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&self, bytes: &[u8]) -> Result<Opened, OpenError> {
        let path = self.0.path().join("from a tool.txt");
        std::fs::write(&path, bytes).unwrap();
        open_any(&path)
    }

    fn read(&self, text: &str) -> Result<PeerResult, String> {
        match self.open(text.as_bytes()) {
            Ok(Opened::Peer(result)) => Ok(result),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn read(text: &str) -> PeerResult {
    Bench::new().read(text).unwrap()
}

fn only(text: &str) -> PeerPoint {
    let result = read(text);
    assert_eq!(result.points.len(), 1, "{result:?}");
    result.points[0]
}

fn close(one: f64, other: f64) -> bool {
    (one / other - 1.0).abs() < 1e-9
}

#[test]
fn netpipe_writes_half_of_the_round_trip() {
    let result = read(NETPIPE);
    assert_eq!((result.tool, result.points.len()), (PeerTool::NetPipe, 82));
    assert_eq!(result.tool_version.as_deref(), Some("3.x"));
    assert_eq!(result.name, "from a tool");
    assert_eq!(
        result.conversion,
        "NetPIPE 3.x: RTT = 2 x its time; throughput = size / RTT, half its rate"
    );
    // "1 1.171996 0.00000651": 2 x 8 bit / (1.171996 x 2^20 bit/s) = 13019.489028 ns, 2 x 6.51 us.
    let first = result.points[0];
    let rtt = first.rtt_ns.unwrap();
    assert!(close(rtt.value, 13_019.489_027_692_927), "{rtt:?}");
    assert_eq!((rtt.figure, rtt.n), (PeerFigure::BestMean, None));
    // "16384 13680.782153 0.00000914": 18273.808997 ns, and 16384 bytes in that time.
    let large = result
        .points
        .iter()
        .find(|point| point.message_size == 16_384);
    let large = large.unwrap();
    assert!(close(large.rtt_ns.unwrap().value, 18_273.808_997_475_964));
    let rate = large.throughput_bytes_per_s.unwrap();
    assert!(close(rate, 16_384.0 / 18_273.808_997_475_964e-9), "{rate}");
    assert_eq!(large.traffic, PeerTraffic::Echoed);
}

#[test]
fn sockperf_logs_both_times_and_prints_half_of_what_is_between() {
    // Worked out by another program from the two times of the 200 lines.
    let point = only(SOCKPERF);
    let rtt = point.rtt_ns.unwrap();
    assert_eq!((point.message_size, rtt.n), (64, Some(200)));
    assert_eq!((rtt.min, rtt.max), (Some(12_058.0), Some(35_793.0)));
    assert_eq!((rtt.value, rtt.figure), (12_834.0, PeerFigure::Median));
    assert!(close(rtt.p10.unwrap(), 12_277.1) && close(rtt.p90.unwrap(), 13_431.0));
    let rate = point.throughput_bytes_per_s.unwrap();
    assert!(close(rate, 4_986_753.934_860_527), "{rate}");

    let whole = only(SOCKPERF_RTT).rtt_ns.unwrap();
    assert_eq!((whole.value, whole.n), (13_045.0, Some(40)));
    // Of five messages one was answered: round trips, but no rate.
    let load = only(SOCKPERF_LOAD);
    assert!(close(load.rtt_ns.unwrap().value, 43_645.0));
    assert_eq!(load.throughput_bytes_per_s, None);
}

#[test]
fn iperf3_sends_one_way_and_is_marked_as_that() {
    let rate = |text: &str| {
        let point = only(text);
        assert_eq!((point.traffic, point.rtt_ns), (PeerTraffic::OneWay, None));
        (point.message_size, point.throughput_bytes_per_s.unwrap())
    };
    // Bytes / seconds of end.sum_received.
    assert_eq!(rate(IPERF3), (4_096, 726_089_728.0 / 1.003_821));
    assert_eq!(rate(IPERF3_PARALLEL), (4_096, 1_386_897_408.0 / 2.000_185));
    assert_eq!(rate(IPERF3_REVERSE), (8_192, 1_046_904_832.0 / 1.000_511));
    // There 992215040 bytes, back 829423616 in the same time: the lesser.
    assert_eq!(rate(IPERF3_BIDIR), (131_072, 829_423_616.0 / 1.008_296));
    assert_eq!(read(IPERF3).tool_version.as_deref(), Some("3.12"));
    assert!(read(IPERF3).conversion.contains("not echoed"));
    assert!(read(IPERF3_REVERSE).notes.concat().contains("-R"));
    assert!(
        read(IPERF3_PARALLEL)
            .notes
            .concat()
            .contains("2 connections")
    );
    assert_eq!(
        read(IPERF3_BIDIR).notes,
        ["There 7,872\u{a0}Mbit/s, back 6,581\u{a0}Mbit/s at the same time (--bidir)."]
    );
}

#[test]
fn what_cannot_be_held_against_an_echo_is_refused_in_words() {
    let bench = Bench::new();
    assert_eq!(
        bench.read(IPERF3_UDP).unwrap_err(),
        "iperf3's result cannot be read: it is of UDP (start.test_start.protocol), and only TCP can \
         be held against what Echograph measures"
    );
    assert_eq!(
        bench.read(IPERF3_REFUSED).unwrap_err(),
        "iperf3's result cannot be read: iperf3 had no result: \"unable to connect to server: \
         Connection refused\""
    );
}

#[test]
fn lines_may_end_as_on_any_system_and_begin_with_a_mark() {
    for text in READABLE {
        let plain = read(text);
        assert_eq!(read(&text.replace('\n', "\r\n")), plain);
        assert_eq!(read(&format!("\u{feff}{text}")), plain);
        assert_eq!(read(text.trim_end()), plain);
    }
}

#[test]
fn a_result_that_breaks_off_is_not_taken_for_a_whole_one() {
    let bench = Bench::new();
    for text in [IPERF3, SOCKPERF_LOAD] {
        for length in 1..text.trim_end().len() {
            assert!(bench.read(&text[..length]).is_err(), "{length}");
        }
    }
    let lines: Vec<&str> = SOCKPERF.split_inclusive('\n').collect();
    // A rule alone is nobody's.
    for count in 2..lines.len() {
        let error = bench.read(&lines[..count].concat()).unwrap_err();
        assert!(error.contains("line "), "{error}");
    }
    assert_eq!(
        bench.read(&lines[..30].concat()).unwrap_err(),
        "sockperf's result cannot be read: line 30, column 1: the file breaks off in the table, \
         which a line of dashes ends"
    );
}

#[test]
fn np_out_that_breaks_off_has_no_wrong_point() {
    // It has no end of its own: what is whole counts, and half a line is none.
    let (bench, whole) = (Bench::new(), read(NETPIPE));
    for length in 1..NETPIPE.len() {
        if let Ok(part) = bench.read(&NETPIPE[..length]) {
            let known = &whole.points[..part.points.len()];
            for (part, known) in part.points.iter().zip(known) {
                assert_eq!(part.message_size, known.message_size);
                let (part, known) = (part.rtt_ns.unwrap(), known.rtt_ns.unwrap());
                assert!((part.value / known.value - 1.0).abs() < 1e-6, "{length}");
            }
        }
    }
}

#[test]
fn what_is_damaged_says_where() {
    let bench = Bench::new();
    let said = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        bench.read(&text.replace(from, to)).unwrap_err()
    };
    assert_eq!(
        said(NETPIPE, "54.208163", "-54.20816"),
        "NetPIPE's result cannot be read: line 18, column 10: \"-54.20816\" is not a number with \
         decimals, as NetPIPE writes them"
    );
    assert!(said(NETPIPE, "54.208163", "54208163.0").contains("line 18, column 1: the rate and"));
    assert_eq!(
        said(SOCKPERF, "\n7, ", "\n8, "),
        "sockperf's result cannot be read: line 29, column 1: \"8\" stands where message 7 belongs"
    );
    assert_eq!(
        said(IPERF3, "\"bytes\":\t0,", "\"bytes\":\tNaN,"),
        "iperf3's result cannot be read: line 32, column 13: this is not JSON: expected value"
    );
    assert!(said(IPERF3, "\"blksize\":\t4096", "\"blksize\":\t4.5").contains("line 29, column "));
    assert_eq!(
        said(IPERF3, "\"bytes\":\t726089728", "\"bytes\":\t-726089728"),
        "iperf3's result cannot be read: end.sum_received says -726089728 bytes in 1.003821 \
         seconds, which is no rate"
    );
}

#[test]
fn everything_that_can_be_opened_is_recognised_under_a_strange_name() {
    let bench = Bench::new();
    let opened = |text: &str| bench.open(text.as_bytes()).unwrap();
    let profile = include_str!("../../assets/golden/profile.ron");
    assert!(matches!(opened(profile), Opened::Profile(_)));
    for run in [super::golden::RUN_1, super::golden::RUN_2] {
        assert!(matches!(opened(run), Opened::Run(_)));
    }
    let error = bench
        .open(b"{\"format\": \"other\"}")
        .unwrap_err()
        .to_string();
    assert!(error.contains("neither a run of Echograph"), "{error}");
    assert!(matches!(bench.open(b""), Err(OpenError::Empty)));
    assert!(matches!(
        bench.open(&[0x7f, b'E', b'L', b'F', 0, 1, 2]),
        Err(OpenError::Unknown { .. })
    ));
    // What a file's own reader says about it is passed on.
    let error = bench.open(b"(version: 1,").unwrap_err().to_string();
    assert!(error.starts_with("line 1, column "), "{error}");
    let cut = &super::golden::RUN_1[..400];
    let error = bench.open(cut.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("in the middle of the document"), "{error}");
}

#[test]
fn a_folder_or_no_file_at_all_is_said_to_be_that() {
    let folder = tempfile::tempdir().unwrap();
    let said = |path: &Path| open_any(path).unwrap_err().to_string();
    assert_eq!(said(folder.path()), "the file is a folder, not a file");
    assert_eq!(
        said(&folder.path().join("none")),
        "the file does not exist, or its folder does not"
    );
}

/// Opening a pipe waits for a writer, which may never come.
#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("np.out");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for path in [pipe.as_path(), Path::new("/dev/zero")] {
        let error = open_any(path).unwrap_err();
        assert!(matches!(error, OpenError::Special), "{error}");
    }
}

/// What `NetPIPE` 3 prints for a message that takes so long one way.
fn netpipe_line(size: u64, one_way_s: f64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "small sizes")]
    let rate = size as f64 * 8.0 / (one_way_s * 1024.0 * 1024.0);
    format!("{size:8} {rate:.6} {one_way_s:12.8}\n")
}

proptest! {
    #[test]
    fn any_np_out_gives_its_times_back_as_precisely_as_it_has_them(
        times in prop::collection::btree_map(1_u64..1 << 24, -6.0_f64..2.0, 1..20),
    ) {
        let text: String = times
            .iter()
            .map(|(size, power)| netpipe_line(*size, 10.0_f64.powf(*power)))
            .collect();
        let result = read(&text);
        prop_assert_eq!(result.points.len(), times.len());
        for (point, (size, power)) in result.points.iter().zip(&times) {
            let one_way = 10.0_f64.powf(*power);
            #[expect(clippy::cast_precision_loss, reason = "small sizes")]
            let rate = *size as f64 * 8.0 / (one_way * 1024.0 * 1024.0);
            let error = (point.rtt_ns.unwrap().value / (2e9 * one_way) - 1.0).abs();
            prop_assert_eq!(point.message_size, *size);
            // Half of the last decimal of the better column, which is taken by its printed value.
            prop_assert!(error <= (5e-9 / one_way).min(5e-7 / rate) * 1.1 + 1e-12, "{error}");
        }
    }

    #[test]
    fn any_full_log_gives_its_round_trips_back(
        // Up to four months after the machine started, where a double still has nanoseconds.
        start in 0_u64..10_000_000_000_000_000,
        probes in prop::collection::vec((0_u64..2_000_000_000, 0_u64..10_000_000), 1..50),
        is_whole in any::<bool>(),
    ) {
        let (name, scale) = if is_whole { ("rtt", 1e6) } else { ("latency", 5e5) };
        let mut text = format!(
            "test was performed using the following parameters: --msg-size=100\n\
             packet, txTime(sec), rxTime(sec), {name}(usec)\n"
        );
        let mut now = start;
        #[expect(clippy::cast_precision_loss, reason = "as sockperf does")]
        let seconds = |ns: u64| ns as f64 / 1000.0 / 1000.0 / 1000.0;
        for (number, (rtt, pause)) in probes.iter().enumerate() {
            let (sent, received) = (seconds(now), seconds(now + rtt));
            let printed = (received - sent) * scale;
            writeln!(text, "{number}, {sent:.9}, {received:.9}, {printed:.3}").unwrap();
            now += rtt + pause + 10;
        }
        text += &"-".repeat(30);
        let rtt = only(&text).rtt_ns.unwrap();
        #[expect(clippy::cast_precision_loss, reason = "seconds")]
        let expected = |rtt: Option<&u64>| *rtt.unwrap() as f64;
        let rtts = || probes.iter().map(|(rtt, _)| rtt);
        prop_assert_eq!(rtt.n, Some(probes.len() as u64));
        prop_assert!((rtt.min.unwrap() - expected(rtts().min())).abs() <= 8.0);
        prop_assert!((rtt.max.unwrap() - expected(rtts().max())).abs() <= 8.0);
    }

    #[test]
    fn whatever_is_damaged_is_read_or_answered_with_a_sentence(
        which in 0..READABLE.len(),
        place in any::<prop::sample::Index>(),
        length in 0_usize..20,
        instead in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..20),
            "[-0-9.,eNnaif \t\r\n\"{}]{0,20}".prop_map(String::into_bytes),
        ],
    ) {
        let mut bytes = READABLE[which].as_bytes().to_vec();
        let begin = place.index(bytes.len());
        let end = (begin + length).min(bytes.len());
        bytes.splice(begin..end, instead);
        match Bench::new().open(&bytes) {
            Ok(Opened::Peer(result)) => {
                prop_assert!(!result.points.is_empty());
                for point in result.points {
                    prop_assert!(point.message_size > 0);
                    let rtt = point.rtt_ns.map(|rtt| rtt.value);
                    for figure in [rtt, point.throughput_bytes_per_s].into_iter().flatten() {
                        prop_assert!(figure.is_finite() && figure >= 0.0, "{figure}");
                    }
                }
            }
            Ok(other) => prop_assert!(false, "{other:?}"),
            Err(error) => prop_assert_eq!(error.to_string().lines().count(), 1),
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Err(error) = Bench::new().open(&bytes) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
