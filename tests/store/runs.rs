//! Runs as documents: what is written is read back equal.

use std::sync::Arc;

use echograph::experiment::PointSpec;
use echograph::measurement::{Point, Probe, Round, Run, RunState, TcpChange, TcpInfo, Work};
use echograph::store::{load_run, save_run, write_samples};
use proptest::prelude::*;

use super::golden::{RUN_1, RUN_2, assert_same, document, first_run, full_run, read};

#[test]
fn the_first_documents_load() {
    assert_same(&read(RUN_1).unwrap(), &first_run());
}

#[test]
fn a_document_is_written_as_it_is_kept_and_read_back() {
    assert_eq!(document(&full_run()), RUN_2);
    assert_same(&read(RUN_2).unwrap(), &full_run());
}

#[test]
fn what_the_first_documents_have_is_still_there_under_its_name() {
    let now: serde_json::Value = serde_json::from_str(&document(&first_run())).unwrap();
    let then: serde_json::Value = serde_json::from_str(RUN_1).unwrap();
    assert_has(&now, &then, "");
}

/// Every field of `then` is in `now` with its value. Only the rounds a profile asks for were a number
/// once and are an object now.
fn assert_has(now: &serde_json::Value, then: &serde_json::Value, path: &str) {
    use serde_json::Value::{Array, Object};
    match (now, then) {
        (Object(now), Object(then)) => {
            for (name, value) in then {
                let path = format!("{path}/{name}");
                let has = now.get(name).unwrap_or_else(|| panic!("{path} is gone"));
                assert_has(has, value, &path);
            }
        }
        (Array(now), Array(then)) => {
            assert_eq!(now.len(), then.len(), "{path}");
            for (now, then) in now.iter().zip(then) {
                assert_has(now, then, path);
            }
        }
        _ if path == "/profile/rounds" => {
            assert_eq!(*now, serde_json::json!({"kind": "exactly", "rounds": then}));
        }
        // It was kept free for what is there now.
        _ if path == "/fit" && then.is_null() => {}
        _ => assert_eq!(now, then, "{path}"),
    }
}

#[test]
fn a_run_that_is_going_on_is_written_as_interrupted() {
    let mut run = first_run();
    run.state = RunState::Running;
    let text = document(&run);
    assert!(text.contains("\"state\": \"interrupted\""));
    assert_eq!(read(&text).unwrap().state, RunState::Interrupted);
}

#[test]
fn a_document_says_the_model_of_each_delay_or_why_there_is_none() {
    // 100 µs and 10 ns a byte, at no delay; a single size at another.
    let mut run = first_run();
    let mut points = Vec::new();
    for (delay, sizes) in [(0, &[1_024_u64, 8_192, 65_536][..]), (10, &[1_024])] {
        for size in sizes {
            let mut point = Point::new(PointSpec {
                message_size: *size,
                server_delay_ms: delay,
                ..run.points[0].spec
            });
            let rtt = 100_000 + 10 * size + delay * 1_000_000;
            point.rounds = (1..=6)
                .map(|number| {
                    Arc::new(Round {
                        number,
                        probes: [Probe::new(0, Some(rtt))].into_iter().collect(),
                        ..Round::default()
                    })
                })
                .collect();
            point.refresh_statistics();
            points.push(point);
        }
    }
    run.points = points;
    let text = document(&run);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let fit = &value["fit"];
    assert_eq!(fit["model"], "T(n) = alpha + n / beta");
    let delay = &fit["delays"][0];
    let exactly = |value: u64| serde_json::json!({"value": value, "lo": value, "hi": value});
    assert_eq!(delay["server_delay_ns"], 0);
    assert_eq!(delay["alpha_ns"], exactly(100_000));
    assert_eq!(delay["beta_bytes_per_s"], exactly(100_000_000));
    assert_eq!(delay["half_size_bytes"], exactly(10_000));
    assert_eq!(delay["resamples"], 1_000);
    assert_eq!(delay["error"], serde_json::Value::Null);
    assert_eq!(delay["residuals"][2]["message_size"], 65_536);
    assert_eq!(delay["residuals"][2]["measured_ns"], 755_360);
    assert_eq!(delay["residuals"][2]["difference_ns"], 0);
    let other = &fit["delays"][1];
    assert_eq!(other["alpha_ns"], serde_json::Value::Null);
    let why = other["error"].as_str().unwrap();
    assert!(why.starts_with("1 message size cannot show"), "{why}");
    // Whatever a document claims: what is opened has the model of its samples.
    let claimed = text.replace("\"value\": 100000,", "\"value\": 1,");
    assert_ne!(claimed, text);
    assert_eq!(document(&read(&claimed).unwrap()), text);
    run.points.clear();
    assert!(document(&run).contains("\"fit\": null"));
}

#[test]
fn figures_come_from_the_samples_whatever_a_document_claims() {
    let text = RUN_1.replace("\"p50\": 2000", "\"p50\": 1");
    assert_same(&read(&text).unwrap(), &first_run());
}

#[test]
fn a_document_may_have_fields_that_were_added_later_and_lack_those_added_before() {
    let newer = RUN_1
        .replace(
            "\"version\": 1,",
            "\"version\": 1, \"colour\": {\"a\": [1]},",
        )
        .replace(
            "\"message_size\": 1024,",
            "\"message_size\": 1024, \"colour\": 4,",
        )
        .replace("\"cpus\": 2", "\"cpus\": 2, \"colour\": \"red\"");
    assert_same(&read(&newer).unwrap(), &first_run());

    let mut lines: Vec<String> = RUN_1.lines().map(str::to_owned).collect();
    lines.retain(|line| !line.contains("destination") && !line.contains("transcript_omitted"));
    let mut older = lines.join("\n");
    while let Some(start) = older.find("\"connections\"") {
        let end = older[start..].find("},").unwrap();
        older.replace_range(start..start + end + 2, "");
    }
    let run = read(&older).unwrap();
    assert_eq!(run.destination, "");
    let probes = |run: &Run| -> Vec<Vec<Probe>> {
        let rounds = run.points[0].rounds.iter();
        rounds
            .map(|round| round.probes.iter().copied().collect())
            .collect()
    };
    assert_eq!(probes(&run), probes(&first_run()));
    // How long connecting took is a column of what is gone.
    let mut figures = first_run().points[0].statistics;
    if let Some(figures) = &mut figures {
        figures.connect = None;
    }
    assert_eq!(run.points[0].statistics, figures);
}

#[test]
fn samples_are_one_row_each() {
    let mut bytes = Vec::new();
    write_samples(&first_run(), &mut bytes).unwrap();
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "type,message_size,server_delay_ns,round,seq,sent_ns,rtt_ns,warmup\n\
         tput,1024,10000000,1,1,10,9000,true\n\
         tput,1024,10000000,1,2,20,8000,true\n\
         tput,1024,10000000,1,3,30,1000,false\n\
         tput,1024,10000000,1,4,40,3000,false\n\
         tput,1024,10000000,2,1,50,,true\n"
    );
}

#[test]
fn samples_say_their_connection_where_there_are_several() {
    let mut bytes = Vec::new();
    write_samples(&full_run(), &mut bytes).unwrap();
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "type,message_size,server_delay_ns,round,seq,sent_ns,rtt_ns,warmup,connection\n\
         tput,1024,10000000,1,1,10,9000,true,1\n\
         tput,1024,10000000,1,2,20,8000,true,1\n\
         tput,1024,10000000,1,3,30,1000,false,1\n\
         tput,1024,10000000,1,4,40,3000,false,1\n\
         tput,1024,10000000,1,1,60,2000,false,2\n\
         tput,1024,10000000,2,1,50,,true,1\n\
         tput,1024,10000000,2,1,60,2000,false,2\n"
    );
}

#[test]
fn a_run_of_a_million_samples_is_saved_and_loaded() {
    let mut run = first_run();
    let point = &mut run.points[0];
    point.rounds = (1..=1_000)
        .map(|number| {
            Arc::new(Round {
                number,
                session: number,
                warmup: 0,
                connect_ns: None,
                local: None,
                probes: (0..1_000).map(|n| Probe::new(n, Some(n + 1))).collect(),
                ..Round::default()
            })
        })
        .collect();
    point.refresh_statistics();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    save_run(&path, &run).unwrap();
    let read = load_run(&path).unwrap();
    assert_eq!(read.points[0].rounds, run.points[0].rounds);
}

#[test]
fn a_calibration_that_is_no_number_does_not_spoil_the_document() {
    let mut run = full_run();
    if let Some(calibration) = &mut run.calibration {
        calibration.floor_ns = f64::NAN;
    }
    let read = read(&document(&run)).unwrap();
    assert_eq!(read.calibration, None);
    assert_eq!(read.points.len(), 2);
}

#[test]
fn a_column_that_was_added_later_may_be_missing_as_a_whole() {
    let mut document: serde_json::Value = serde_json::from_str(RUN_2).unwrap();
    let point = &mut document["points"][0];
    for (columns, name) in [
        ("connections", "paused_ns"),
        ("connections", "cpu_ns"),
        ("connections", "queued_ns"),
        ("connections", "contended_ns"),
        ("connections", "depth"),
        ("tcp", "busy_us"),
        ("tcp", "cwnd_segments"),
    ] {
        let columns = point[columns].as_object_mut().unwrap();
        assert!(columns.remove(name).is_some());
    }
    let run = read(&document.to_string()).unwrap();
    let [first, .., last] = run.points[0].rounds.as_slice() else {
        panic!("{:?}", run.points[0]);
    };
    let (work, tcp) = (first.work.unwrap(), first.tcp.as_ref().unwrap());
    assert_eq!(
        (work.ended_ns, work.paused_ns, work.cpu_ns),
        (9_000, 0, None)
    );
    assert_eq!((tcp.after.busy_us, tcp.after.cwnd_segments), (None, 0));
    assert_eq!((tcp.after.mss, first.depth), (1_448, 1));
    assert_eq!(last.work, Some(Work::default()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_run_written_is_the_run_read(
        warmup in 0_u32..5,
        rounds in prop::collection::vec(any_round(), 0..8),
    ) {
        let mut run = full_run();
        let point = &mut run.points[0];
        point.rounds = (1_u32..)
            .zip(rounds)
            .map(|(nth, round)| Arc::new(Round {
                // One round in three is over two connections.
                number: nth - u32::from(nth % 3 == 0),
                connection: 1 + u32::from(nth % 3 == 0),
                session: nth,
                warmup,
                ..round
            }))
            .collect();
        point.refresh_statistics();
        let read = read(&document(&run)).unwrap();
        assert_same(&read, &run);
        // A run that was read is written and read as well as one that was measured.
        assert_same(&super::golden::read(&document(&read)).unwrap(), &run);
    }

    #[test]
    fn calibration_is_kept_to_the_last_bit(floor in any::<f64>(), clock in any::<f64>()) {
        prop_assume!(floor.is_finite() && clock.is_finite());
        let mut run = full_run();
        if let Some(calibration) = &mut run.calibration {
            (calibration.floor_ns, calibration.clock_cost_ns) = (floor, clock);
        }
        assert_same(&read(&document(&run)).unwrap(), &run);
    }
}

fn any_round() -> impl Strategy<Value = Round> {
    let probes = prop::collection::vec(
        (any::<u64>(), prop::option::of(1..86_400_000_000_000_u64)),
        0..8,
    );
    let work = any::<Option<([u64; 9], Option<u64>)>>();
    let tcp = any::<Option<([u32; 3], [Option<u64>; 3], Option<bool>)>>();
    (probes, 1_u32.., any::<Option<u64>>(), work, tcp).prop_map(
        |(probes, depth, connect_ns, work, tcp)| Round {
            depth,
            connect_ns,
            probes: probes
                .iter()
                .map(|(sent, rtt)| Probe::new(*sent, *rtt))
                .collect(),
            work: work.map(|(figures, cpu_ns)| {
                let [
                    began_ns,
                    ended_ns,
                    bytes_written,
                    bytes_read,
                    writes,
                    reads,
                    ..,
                ] = figures;
                let [.., empty_reads, sleeps, in_flight_ns] = figures;
                Work {
                    began_ns,
                    ended_ns,
                    paused_ns: began_ns ^ 1,
                    bytes_written,
                    bytes_read,
                    writes,
                    held_messages: writes ^ reads,
                    reads,
                    empty_reads,
                    sleeps,
                    in_flight_ns,
                    bytes_beside: cpu_ns.map(|ns| ns ^ 2),
                    cpu_ns,
                    queued_ns: cpu_ns.map(|ns| ns ^ 1),
                    contended_ns: Some(sleeps),
                }
            }),
            tcp: tcp.map(
                |([srtt_us, mss, retransmits], [acked, busy_us, rate], limited)| {
                    let after = TcpInfo {
                        srtt_us,
                        mss,
                        retransmits,
                        bytes_acked: acked,
                        busy_us,
                        delivery_rate: rate,
                        delivery_app_limited: limited,
                        ..TcpInfo::default()
                    };
                    Box::new(TcpChange {
                        before: TcpInfo::default(),
                        after,
                    })
                },
            ),
            ..Round::default()
        },
    )
}
