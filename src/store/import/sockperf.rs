//! sockperf's full log (`--full-log`).
//!
//! Its head has the options, its table a line for each message that was answered: number, when it was
//! sent and when its answer was received, in seconds, and (from version 3.6) the latency that sockperf
//! prints: half of the time between, or all of it with `--full-rtt` (Mellanox, sockperf,
//! `src/client.cpp`, `dumpFullLog`). The round trips are taken from the two times, exactly; what is
//! printed must agree with them.
//!
//! A message of `--msg-size` bytes has sockperf's own header of 14 bytes in it (`src/message.h`); all
//! of it crosses there and back, so all of it is the message size here.

use std::io::BufRead;

use super::PeerFileError;
use super::lines::{Field, Line, Lines, fixed};
use super::sizes::message_size;
use crate::measurement::units::bytes;
use crate::measurement::{PeerPoint, PeerResult, PeerRtt, PeerTool};

/// Round trips that are read: 80 MB of them.
const MAX_SAMPLES: usize = 10_000_000;
/// The head has some twenty lines, and more where it was written to the screen too.
const MAX_HEAD_LINES: usize = 1_000;
/// What doubles of seconds may lose, and rounding to microseconds, in nanoseconds.
const TOLERANCE_NS: u64 = 10;
/// sockperf's own header within a message.
const HEADER_BYTES: u64 = 14;
/// Stands before the head, before the table and behind it.
const RULE: &[u8] = b"------------------------------";

pub(super) const PARAMETERS: &str = "test was performed using the following parameters:";
pub(super) const TABLE: &str = "packet, txTime(sec), rxTime(sec)";
const VERSION: &str = "== version #";

/// Reads a full log.
pub(super) fn read_sockperf(
    reader: impl BufRead,
    name: String,
) -> Result<PeerResult, PeerFileError> {
    let mut lines = Lines::new(reader);
    let head = Head::read(&mut lines)?;
    let table = Table::read(&mut lines, head.printed)?;
    Ok(head.result(table, name))
}

/// What the latency column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Printed {
    Nothing,
    Half,
    Whole,
}

struct Head {
    version: Option<String>,
    message_size: u64,
    burst: u64,
    reply_every: u64,
    printed: Printed,
}

#[derive(Default)]
struct Options {
    message_size: Option<u64>,
    burst: Option<u64>,
    reply_every: Option<u64>,
}

impl Options {
    fn read(line: Line<'_>) -> Result<Self, PeerFileError> {
        let mut options = Self::default();
        for word in line.words() {
            let value = |name: &str| word.after(name.as_bytes());
            let count = |field: Field<'_>| match fixed(field.text, 0) {
                Some(count) if count > 0 => Ok(count),
                _ => Err(field.wrong("is not a number of messages")),
            };
            if let Some(size) = value("--msg-size=") {
                options.message_size = Some(message_size(size)?);
            } else if let Some(burst) = value("--burst=") {
                options.burst = Some(count(burst)?);
            } else if let Some(every) = value("--reply-every=") {
                options.reply_every = Some(count(every)?);
            }
        }
        Ok(options)
    }
}

impl Head {
    fn read<R: BufRead>(lines: &mut Lines<R>) -> Result<Self, PeerFileError> {
        let mut version = None;
        let mut options: Option<Options> = None;
        for _ in 0..MAX_HEAD_LINES {
            let Some(line) = lines.next()? else {
                return Err(PeerFileError::Wrong {
                    at: lines.position(),
                    why: format!(
                        "the file ends without the table that begins with \"{TABLE}\"; sockperf \
                         writes it with --full-log FILE, if messages were answered"
                    ),
                });
            };
            if let Some(found) = version_in(line.text) {
                version = Some(found);
            } else if line.text.starts_with(PARAMETERS.as_bytes()) {
                options = Some(Options::read(line)?);
            } else if line.text.starts_with(b"packet,") {
                let printed = columns(line)?;
                let Some(Options {
                    message_size: Some(message_size),
                    burst,
                    reply_every,
                }) = options
                else {
                    return Err(line.wrong(format!(
                        "before this table a line \"{PARAMETERS}\" with --msg-size is missing"
                    )));
                };
                return Ok(Self {
                    version,
                    message_size,
                    // Both are 1 where they are not said: the head of a number of messages to send.
                    burst: burst.unwrap_or(1),
                    reply_every: reply_every.unwrap_or(1),
                    printed,
                });
            }
        }
        Err(PeerFileError::Wrong {
            at: lines.position(),
            why: format!("no table that begins with \"{TABLE}\" stands up to here"),
        })
    }

    fn result(self, table: Table, name: String) -> PeerResult {
        let size = self.message_size;
        let is_one_at_a_time = self.burst == 1 && self.reply_every == 1 && !table.overlaps;
        let points = table
            .rtt()
            .into_iter()
            .map(|rtt| {
                if is_one_at_a_time {
                    PeerPoint::stop_and_wait(size, rtt)
                } else {
                    PeerPoint::several_in_flight(size, rtt)
                }
            })
            .collect();
        let printed = match self.printed {
            Printed::Half => ", 2 x its printed latency",
            Printed::Whole | Printed::Nothing => "",
        };
        let tool = PeerTool::Sockperf;
        let title = match &self.version {
            Some(version) => format!("{tool} {version}"),
            None => tool.to_string(),
        };
        let mut notes = vec![
            format!(
                "Its messages of {} have {HEADER_BYTES} bytes of its own header in them; all are \
                 echoed and counted.",
                bytes(size)
            ),
            "The log does not say whether it is of TCP (--tcp) or UDP, nor whether sizes varied \
             (--range)."
                .to_owned(),
        ];
        if !is_one_at_a_time {
            notes.push(
                "Several messages were under way at a time: a round trip gives no throughput."
                    .to_owned(),
            );
        }
        PeerResult {
            tool,
            tool_version: self.version,
            name,
            conversion: format!("{title}: RTT = rxTime - txTime{printed}"),
            notes,
            points,
        }
    }
}

/// `3.7` of `== version #3.7-no.git ==`.
fn version_in(line: &[u8]) -> Option<String> {
    let line = str::from_utf8(line).ok()?;
    let (_, version) = line.split_once(VERSION)?;
    let end = version
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(version.len());
    let version = version.get(..end)?;
    (1..=16)
        .contains(&version.len())
        .then(|| version.to_owned())
}

fn columns(line: Line<'_>) -> Result<Printed, PeerFileError> {
    let names: Vec<&[u8]> = line.cells().take(5).map(|cell| cell.text).collect();
    match names.as_slice() {
        [b"packet", b"txTime(sec)", b"rxTime(sec)"] => Ok(Printed::Nothing),
        [b"packet", b"txTime(sec)", b"rxTime(sec)", b"latency(usec)"] => Ok(Printed::Half),
        [b"packet", b"txTime(sec)", b"rxTime(sec)", b"rtt(usec)"] => Ok(Printed::Whole),
        _ => Err(line.wrong(format!(
            "these are not the columns that are known: \"{TABLE}\" and latency(usec) or rtt(usec)"
        ))),
    }
}

/// Every round trip.
struct Table {
    rtts_ns: Vec<u64>,
    /// Whether a message was sent before the answer to the one before it had come.
    overlaps: bool,
}

impl Table {
    fn read<R: BufRead>(lines: &mut Lines<R>, printed: Printed) -> Result<Self, PeerFileError> {
        let mut table = Self {
            rtts_ns: Vec::new(),
            overlaps: false,
        };
        let mut before = Message::default();
        loop {
            let Some(line) = lines.next()? else {
                return Err(PeerFileError::Wrong {
                    at: lines.position(),
                    why: "the file breaks off in the table, which a line of dashes ends".to_owned(),
                });
            };
            if line.text.trim_ascii() == RULE {
                break;
            }
            let number = table.rtts_ns.len();
            if number == MAX_SAMPLES {
                return Err(line.wrong(format!("there are more than {MAX_SAMPLES} messages")));
            }
            let message = Message::read(line, number, printed)?;
            if message.sent_ns < before.sent_ns {
                return Err(line.wrong("this message was sent before the one above it"));
            }
            table.overlaps |= message.sent_ns < before.received_ns;
            table.rtts_ns.push(message.received_ns - message.sent_ns);
            before = message;
        }
        if table.rtts_ns.is_empty() {
            return Err(PeerFileError::Wrong {
                at: lines.position(),
                why: "the table ends here and has no message".to_owned(),
            });
        }
        while let Some(line) = lines.next()? {
            if line.text.starts_with(b"packet,") {
                return Err(line.wrong(
                    "a second table begins here, of another server; a log of one server is read",
                ));
            }
        }
        Ok(table)
    }

    fn rtt(mut self) -> Option<PeerRtt> {
        self.rtts_ns.sort_unstable();
        PeerRtt::of_samples(&self.rtts_ns)
    }
}

/// One line of the table; received no earlier than sent.
#[derive(Default)]
struct Message {
    sent_ns: u64,
    received_ns: u64,
}

impl Message {
    fn read(line: Line<'_>, number: usize, printed: Printed) -> Result<Self, PeerFileError> {
        let mut cells = line.cells();
        let (Some(packet), Some(sent), Some(received)) = (cells.next(), cells.next(), cells.next())
        else {
            return Err(line.wrong("a message has a number, a time sent and a time received here"));
        };
        if fixed(packet.text, 0) != Some(number as u64) {
            return Err(packet.wrong(&format!("stands where message {number} belongs")));
        }
        let seconds = |cell: Field<'_>| {
            fixed(cell.text, 9)
                .ok_or_else(|| cell.wrong("is not a time in seconds of at most 9 decimals"))
        };
        let message = Self {
            sent_ns: seconds(sent)?,
            received_ns: seconds(received)?,
        };
        let Some(rtt) = message.received_ns.checked_sub(message.sent_ns) else {
            return Err(received.wrong("is a time received before the message was sent"));
        };
        let part = match printed {
            Printed::Nothing => None,
            Printed::Half => Some(2),
            Printed::Whole => Some(1),
        };
        if let Some(parts) = part {
            let Some(latency) = cells.next() else {
                return Err(line.wrong("the last column is missing here"));
            };
            let agrees = fixed(latency.text, 3)
                .and_then(|ns| ns.checked_mul(parts))
                .is_some_and(|ns| ns.abs_diff(rtt) <= TOLERANCE_NS);
            if !agrees {
                return Err(latency.wrong(match printed {
                    Printed::Half => "is not half of the time between, in microseconds",
                    Printed::Nothing | Printed::Whole => "is not the time between, in microseconds",
                }));
            }
        }
        match cells.next() {
            None => Ok(message),
            Some(cell) => Err(cell.wrong("is one column too many")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measurement::PeerTraffic;

    const LOG: &str = "------------------------------
test was performed using the following parameters: --mps=600000 --burst=1 --reply-every=1 --msg-size=64 --time=1
------------------------------
sockperf: [Total Run] RunTime=1.001 sec
------------------------------
packet, txTime(sec), rxTime(sec), latency(usec)
0, 2.417848247, 2.417884040, 17.897
1, 2.417884070, 2.417897561, 6.746
2, 2.417897581, 2.417909769, 6.094
------------------------------
";

    fn read(text: &str) -> Result<PeerResult, String> {
        read_sockperf(text.as_bytes(), "log".to_owned()).map_err(|error| error.to_string())
    }

    #[test]
    fn round_trips_are_the_time_between_and_twice_the_latency() {
        let result = read(LOG).unwrap();
        // 884040 - 848247 = 35793, 897561 - 884070 = 13491, 909769 - 897581 = 12188.
        let point = result.points[0];
        let rtt = point.rtt_ns.unwrap();
        assert_eq!(
            (rtt.min, rtt.value, rtt.max),
            (Some(12_188.0), 13_491.0, Some(35_793.0))
        );
        // Type 7, h = 2 * 0.1: 12188 + 0.2 * 1303; h = 1.8: 13491 + 0.8 * 22302.
        assert!((rtt.p10.unwrap() - 12_448.6).abs() < 1e-6);
        assert!((rtt.p90.unwrap() - 31_332.6).abs() < 1e-6);
        assert_eq!((point.message_size, rtt.n), (64, Some(3)));
        // 64 bytes / 13491 ns.
        assert!((point.throughput_bytes_per_s.unwrap() - 4_743_903.343).abs() < 1e-3);
        assert_eq!(point.traffic, PeerTraffic::Echoed);
        assert_eq!(
            result.conversion,
            "sockperf: RTT = rxTime - txTime, 2 x its printed latency"
        );
        assert_eq!(result.tool_version, None);
    }

    #[test]
    fn a_full_round_trip_is_not_doubled() {
        let text = LOG
            .replace("latency(usec)", "rtt(usec)")
            .replace("17.897", "35.793")
            .replace("6.746", "13.491")
            .replace("6.094", "12.188");
        let result = read(&text).unwrap();
        assert_eq!(result.points, read(LOG).unwrap().points);
        assert_eq!(result.conversion, "sockperf: RTT = rxTime - txTime");
    }

    #[test]
    fn messages_that_overlap_have_no_throughput() {
        let overlapping = LOG.replace("1, 2.417884070", "1, 2.417884039");
        let overlapping = overlapping.replace("6.746", "6.761");
        for text in [
            LOG.replace("burst=1", "burst=3"),
            LOG.replace("every=1", "every=5"),
            overlapping,
        ] {
            let point = read(&text).unwrap().points[0];
            assert_eq!(point.throughput_bytes_per_s, None, "{text}");
            assert!(point.rtt_ns.is_some());
        }
    }

    #[test]
    fn the_version_is_that_of_the_screen_where_both_went_to_one_file() {
        let banner = "sockperf: \u{1b}[2;35m== version #3.7-no.git == \u{1b}[0m\n";
        let result = read(&format!("{banner}{LOG}")).unwrap();
        assert_eq!(result.tool_version.as_deref(), Some("3.7"));
        assert!(result.conversion.starts_with("sockperf 3.7: "));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let said = |from: &str, to: &str| {
            assert!(LOG.contains(from), "{from}");
            read(&LOG.replacen(from, to, 1)).unwrap_err()
        };
        assert_eq!(
            said("2.417897561", "nan"),
            "line 8, column 17: \"nan\" is not a time in seconds of at most 9 decimals"
        );
        assert_eq!(
            said("2.417897561", "2.417884069"),
            "line 8, column 17: \"2.417884069\" is a time received before the message was sent"
        );
        assert_eq!(
            said("6.746", "13.491"),
            "line 8, column 30: \"13.491\" is not half of the time between, in microseconds"
        );
        assert_eq!(
            said("1, 2.41", "2, 2.41"),
            "line 8, column 1: \"2\" stands where message 1 belongs"
        );
        assert!(said("--msg-size=64", "").contains("--msg-size is missing"));
        assert!(
            said("--msg-size=64", "--msg-size=-4").contains("column 102: \"-4\" is not a whole")
        );
        assert!(said("--burst=1", "--burst=0").contains("not a number of messages"));
        assert!(said(", latency(usec)", ", bytes").contains("not the columns"));
        assert!(said(", 6.746", "").contains("last column is missing"));
        assert!(said(", 6.746", ", 6.746, 1").contains("\"1\" is one column too many"));
        assert!(said("2.417897561", "99999999999999999999.0").contains("is not a time"));
        // 1 behind 2: times run backwards.
        let backwards = LOG.replace(
            "2, 2.417897581, 2.417909769, 6.094",
            "2, 2.417884060, 2.417884080, 0.010",
        );
        assert!(
            read(&backwards)
                .unwrap_err()
                .contains("sent before the one above")
        );
        let (head, table) = LOG.split_at(LOG.find("packet,").unwrap());
        assert!(read(head).unwrap_err().contains("--full-log"));
        assert!(
            read(&format!("{LOG}{table}"))
                .unwrap_err()
                .contains("line 11, column 1: a second table")
        );
        let empty =
            format!("{head}packet, txTime(sec), rxTime(sec)\n------------------------------\n");
        assert!(read(&empty).unwrap_err().contains("has no message"));
    }

    #[test]
    fn a_log_that_breaks_off_anywhere_is_refused() {
        for length in 0..LOG.trim_end().len() {
            assert!(read(&LOG[..length]).is_err(), "{length}");
        }
        assert!(read(LOG.trim_end()).is_ok());
    }
}
