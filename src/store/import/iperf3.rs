//! iperf3's JSON: one document (`-J`), or one event a line (`--json-stream`).
//!
//! iperf3 sends bulk data one way and echoes nothing. Its rate is taken as it is, from the bytes that
//! arrived and their time (`end.sum_received`), and is marked as one way: halving it would claim an echo
//! that nobody measured. An echoed byte crosses twice, so with one message at a time a path of that rate
//! echoes at most half of it; the legend says so. The round-trip times in the document are the kernel's
//! own of a loaded connection, not those of messages, and are not taken. The message size is the length
//! of its writes (`-l`, `start.test_start.blksize`).
//!
//! With `--bidir` data goes both ways at once, in streams of their own: the slower way counts, as no
//! echo could come back faster (field names: `ESnet`, iperf3, `src/iperf_api.c`).

use std::io::BufRead;

use serde::Deserialize;
use serde_json::Value;

use super::super::Position;
use super::PeerFileError;
use super::sizes::MAX_SIZE;
use crate::measurement::units::{count, throughput};
use crate::measurement::{PeerPoint, PeerResult, PeerTool};

/// The longest message of iperf3 that is quoted, in characters.
const MAX_QUOTED: usize = 120;

/// Reads a document.
pub(super) fn read_iperf3(
    mut reader: impl BufRead,
    name: String,
) -> Result<PeerResult, PeerFileError> {
    skip_mark(&mut reader)?;
    let document: Document =
        serde_json::from_reader(reader).map_err(|error| in_words(error, "a document"))?;
    document.result(name)
}

/// Reads events, of which the first and the last say what is needed.
pub(super) fn read_iperf3_events(
    mut reader: impl BufRead,
    name: String,
) -> Result<PeerResult, PeerFileError> {
    skip_mark(&mut reader)?;
    let mut document = Document::default();
    for event in serde_json::Deserializer::from_reader(reader).into_iter::<Event>() {
        let event = event.map_err(|error| in_words(error, "an event"))?;
        match event.event.as_str() {
            "start" => document.start = part(event.data, "the event start")?,
            "end" => document.end = part(event.data, "the event end")?,
            "error" => document.error = part(event.data, "the event error")?,
            _ => {}
        }
    }
    document.result(name)
}

/// Some editors begin a file with a byte order mark, which is no part of the text.
fn skip_mark(reader: &mut impl BufRead) -> Result<(), PeerFileError> {
    if reader.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        reader.consume(3);
    }
    Ok(())
}

fn part<T: for<'de> Deserialize<'de>>(
    data: Value,
    field: &'static str,
) -> Result<Option<T>, PeerFileError> {
    serde_json::from_value(data).map_err(|error| PeerFileError::Field {
        field,
        why: format!("cannot be read: {error}"),
    })
}

fn in_words(error: serde_json::Error, whole: &str) -> PeerFileError {
    let at = Position {
        line: error.line(),
        column: error.column(),
    };
    if error.is_io() {
        return PeerFileError::Io(error.into());
    }
    let text = error.to_string();
    // The position is a field of its own here.
    let why = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(why, _)| why);
    PeerFileError::Wrong {
        at,
        why: if error.is_eof() {
            format!("the file ends here, in the middle of {whole}")
        } else if error.is_syntax() {
            format!("this is not JSON: {why}")
        } else {
            why.to_owned()
        },
    }
}

#[derive(Deserialize)]
struct Event {
    event: String,
    #[serde(default)]
    data: Value,
}

#[derive(Default, Deserialize)]
struct Document {
    start: Option<Start>,
    end: Option<End>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Start {
    version: Option<String>,
    test_start: Option<TestStart>,
}

#[derive(Deserialize)]
struct TestStart {
    protocol: Option<String>,
    num_streams: Option<u64>,
    blksize: Option<u64>,
    reverse: Option<u64>,
}

#[derive(Deserialize)]
struct End {
    #[serde(rename = "sum_sent")]
    sent: Option<Sum>,
    #[serde(rename = "sum_received")]
    received: Option<Sum>,
    #[serde(rename = "sum_sent_bidir_reverse")]
    sent_back: Option<Sum>,
    #[serde(rename = "sum_received_bidir_reverse")]
    received_back: Option<Sum>,
}

#[derive(Deserialize)]
struct Sum {
    bytes: Option<f64>,
    seconds: Option<f64>,
}

fn missing(field: &'static str) -> PeerFileError {
    PeerFileError::Field {
        field,
        why: "is missing".to_owned(),
    }
}

impl Document {
    fn result(self, name: String) -> Result<PeerResult, PeerFileError> {
        let start = self.start.as_ref();
        let test = start.and_then(|start| start.test_start.as_ref());
        let (Some(test), Some(end)) = (test, &self.end) else {
            // A test that never began says why, and says nothing else.
            return Err(match (&self.error, start, test) {
                (Some(error), ..) => failed(error),
                (None, None, _) => missing("start"),
                (None, Some(_), None) => missing("start.test_start"),
                (None, Some(_), Some(_)) => missing("end"),
            });
        };
        match test.protocol.as_deref() {
            Some("TCP") => {}
            None => return Err(missing("start.test_start.protocol")),
            Some(other) => {
                let other = if other == "UDP" {
                    "UDP"
                } else {
                    "another protocol"
                };
                return Err(PeerFileError::Refused(format!(
                    "it is of {other} (start.test_start.protocol), and only TCP can be held against \
                     what Echograph measures"
                )));
            }
        }
        let size = match test.blksize {
            Some(size @ 1..=MAX_SIZE) => size,
            None => return Err(missing("start.test_start.blksize")),
            Some(size) => {
                return Err(PeerFileError::Field {
                    field: "start.test_start.blksize",
                    why: format!(
                        "is {size}; it is at least 1 byte and at most {}",
                        count(MAX_SIZE)
                    ),
                });
            }
        };
        let mut notes = Vec::new();
        let (rate, is_both_ways) = match end.rate(&mut notes) {
            Ok(rates) => rates,
            Err(error) => return Err(self.error.as_deref().map_or(error, failed)),
        };
        if let Some(error) = &self.error {
            notes.push(format!(
                "The test did not end as planned: {}.",
                quoted(error)
            ));
        }
        if test.reverse.is_some_and(|reverse| reverse != 0) {
            notes.push("The server sent (-R).".to_owned());
        }
        if let Some(streams @ 2..) = test.num_streams {
            notes.push(format!("The sum of {streams} connections at a time (-P)."));
        }
        let version = start.and_then(|start| version_in(start.version.as_deref()?));
        let tool = PeerTool::Iperf3;
        let title = match &version {
            Some(version) => format!("{tool} {version}"),
            None => tool.to_string(),
        };
        let traffic = if is_both_ways {
            "both ways at once, the slower one, nothing echoed"
        } else {
            "one way, payload not echoed (an echoed byte crosses twice: one message at a time gets at \
             most half)"
        };
        Ok(PeerResult {
            tool,
            tool_version: version,
            name,
            conversion: format!("{title}: {traffic}"),
            notes,
            points: vec![PeerPoint::one_way(size, rate)],
        })
    }
}

impl End {
    /// The rate that counts in bytes per second, and whether data went both ways.
    fn rate(&self, notes: &mut Vec<String>) -> Result<(f64, bool), PeerFileError> {
        let forward = arrived(
            (self.received.as_ref(), "end.sum_received"),
            (self.sent.as_ref(), "end.sum_sent"),
            notes,
        )?;
        let is_both_ways = self.received_back.is_some() || self.sent_back.is_some();
        if !is_both_ways {
            return Ok((forward, false));
        }
        let back = arrived(
            (
                self.received_back.as_ref(),
                "end.sum_received_bidir_reverse",
            ),
            (self.sent_back.as_ref(), "end.sum_sent_bidir_reverse"),
            notes,
        )?;
        notes.push(format!(
            "There {}, back {} at the same time (--bidir).",
            throughput(forward),
            throughput(back)
        ));
        Ok((forward.min(back), true))
    }
}

/// The rate at which bytes arrived. The side that only sent may not know; then, and this is noted, the
/// rate at which they were sent.
fn arrived(
    (received, received_name): (Option<&Sum>, &'static str),
    (sent, sent_name): (Option<&Sum>, &'static str),
    notes: &mut Vec<String>,
) -> Result<f64, PeerFileError> {
    let error = match received {
        Some(sum) => match sum.rate(received_name) {
            Ok(rate) => return Ok(rate),
            Err(error) => error,
        },
        None => missing(received_name),
    };
    let is_known = received.is_none_or(|sum| sum.bytes == Some(0.0));
    match sent.map(|sum| sum.rate(sent_name)) {
        Some(Ok(rate)) if is_known => {
            notes.push("What was sent is counted, as what arrived is not known here.".to_owned());
            Ok(rate)
        }
        _ => Err(error),
    }
}

impl Sum {
    fn rate(&self, field: &'static str) -> Result<f64, PeerFileError> {
        let wrong = |why: String| PeerFileError::Field { field, why };
        let bytes = self
            .bytes
            .ok_or_else(|| wrong("has no field bytes".to_owned()))?;
        let seconds = self
            .seconds
            .ok_or_else(|| wrong("has no field seconds".to_owned()))?;
        let rate = bytes / seconds;
        if bytes > 0.0 && seconds > 0.0 && rate.is_finite() && rate > 0.0 {
            Ok(rate)
        } else {
            Err(wrong(format!(
                "says {bytes} bytes in {seconds} seconds, which is no rate"
            )))
        }
    }
}

fn failed(error: &str) -> PeerFileError {
    PeerFileError::Refused(format!("iperf3 had no result: {}", quoted(error)))
}

fn quoted(error: &str) -> String {
    let text: String = error.chars().take(MAX_QUOTED).collect();
    format!("\"{}\"", text.escape_debug())
}

/// `3.12` of `iperf 3.12`.
fn version_in(text: &str) -> Option<String> {
    let version = text.strip_prefix("iperf ")?;
    let is_short = (1..=16).contains(&version.len());
    let is_plain = version.bytes().all(|byte| byte.is_ascii_graphic());
    (is_short && is_plain).then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measurement::PeerTraffic;

    fn document(end: &str) -> String {
        format!(
            r#"{{"start": {{"version": "iperf 3.12", "test_start": {{"protocol": "TCP",
                "num_streams": 1, "blksize": 4096, "reverse": 0}}}}, "intervals": [], "end": {{{end}}}}}"#
        )
    }

    /// 250,000,000 bytes in 2 s are 125 MB/s.
    const RECEIVED: &str = r#""sum_sent": {"bytes": 260000000, "seconds": 2},
        "sum_received": {"bytes": 250000000, "seconds": 2.0, "bits_per_second": 1e9}"#;

    fn read(text: &str) -> Result<PeerResult, String> {
        read_iperf3(text.as_bytes(), "bulk".to_owned()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_rate_is_what_arrived_and_is_not_halved_but_marked() {
        let result = read(&document(RECEIVED)).unwrap();
        let point = result.points[0];
        assert_eq!(point.throughput_bytes_per_s, Some(125_000_000.0));
        assert_eq!((point.message_size, point.rtt_ns), (4096, None));
        assert_eq!(point.traffic, PeerTraffic::OneWay);
        assert_eq!(
            result.conversion,
            "iperf3 3.12: one way, payload not echoed (an echoed byte crosses twice: one message at \
             a time gets at most half)"
        );
        assert!(result.notes.is_empty(), "{:?}", result.notes);
    }

    #[test]
    fn of_both_ways_the_slower_one_counts() {
        let both = format!(
            r#"{RECEIVED}, "sum_received_bidir_reverse": {{"bytes": 100000000, "seconds": 2}}"#
        );
        let result = read(&document(&both)).unwrap();
        assert_eq!(result.points[0].throughput_bytes_per_s, Some(50_000_000.0));
        assert_eq!(
            result.conversion,
            "iperf3 3.12: both ways at once, the slower one, nothing echoed"
        );
        assert!(result.notes[0].contains("--bidir"), "{:?}", result.notes);
    }

    #[test]
    fn a_sender_that_does_not_know_what_arrived_counts_what_it_sent() {
        let text = document(RECEIVED).replace("250000000", "0");
        let result = read(&text).unwrap();
        assert_eq!(result.points[0].throughput_bytes_per_s, Some(130_000_000.0));
        assert!(result.notes[0].contains("What was sent is counted"));
    }

    #[test]
    fn streams_direction_and_an_early_end_are_noted() {
        let text = document(RECEIVED)
            .replace("\"num_streams\": 1", "\"num_streams\": 4")
            .replace("\"reverse\": 0", "\"reverse\": 1")
            .replace("\"intervals\"", "\"error\": \"interrupt\", \"intervals\"");
        assert_eq!(
            read(&text).unwrap().notes,
            [
                "The test did not end as planned: \"interrupt\".",
                "The server sent (-R).",
                "The sum of 4 connections at a time (-P).",
            ]
        );
    }

    #[test]
    fn events_say_the_same_as_the_document() {
        let whole = document(RECEIVED).replace('\n', " ");
        let value: Value = serde_json::from_str(&whole).unwrap();
        let event = |name: &str| format!("{{\"event\":\"{name}\",\"data\":{}}}\n", value[name]);
        let text = [event("start"), event("intervals"), event("end")].concat();
        let events = read_iperf3_events(text.as_bytes(), "bulk".to_owned()).unwrap();
        assert_eq!(events, read(&whole).unwrap());
        let cut = &text[..text.len() - 9];
        let error = read_iperf3_events(cut.as_bytes(), String::new()).unwrap_err();
        assert!(
            error.to_string().contains("in the middle of an event"),
            "{error}"
        );
        let unended = event("start");
        let error = read_iperf3_events(unended.as_bytes(), String::new()).unwrap_err();
        assert_eq!(error.to_string(), "end is missing");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let good = document(RECEIVED);
        let said = |from: &str, to: &str| {
            assert!(good.contains(from), "{from}");
            read(&good.replacen(from, to, 1)).unwrap_err()
        };
        assert_eq!(
            said("\"TCP\"", "\"UDP\""),
            "it is of UDP (start.test_start.protocol), and only TCP can be held against what \
             Echograph measures"
        );
        assert!(said("\"TCP\"", "\"SCTP\"").contains("another protocol"));
        assert_eq!(
            said("\"blksize\"", "\"size\""),
            "start.test_start.blksize is missing"
        );
        assert!(said("4096", "0").starts_with("start.test_start.blksize is 0; "));
        let negative = said("4096", "-1");
        assert!(negative.starts_with("line 2, column ") && negative.contains("invalid value"));
        assert!(said("4096", "NaN").contains("this is not JSON"));
        assert_eq!(
            said("\"test_start\"", "\"x\""),
            "start.test_start is missing"
        );
        assert_eq!(said("\"start\"", "\"x\""), "start is missing");
        assert_eq!(said("\"end\"", "\"x\""), "end is missing");
        assert_eq!(
            said("250000000, \"seconds\": 2.0", "250000000, \"seconds\": 0"),
            "end.sum_received says 250000000 bytes in 0 seconds, which is no rate"
        );
        assert!(said("250000000", "-1").contains("says -1 bytes"));
        assert!(said("250000000", "1e999").contains("out of range"));
        assert!(said("250000000", "null").contains("has no field bytes"));
        let refused = r#"{"start": {"version": "iperf 3.12"}, "intervals": [], "end": {},
            "error": "unable to connect"}"#;
        assert_eq!(
            read(refused).unwrap_err(),
            "iperf3 had no result: \"unable to connect\""
        );
    }
}
