//! What a file is, by its first bytes, and by its name only where these say nothing.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::super::RUN_DOCUMENT_FORMAT;
use super::OpenError;
use super::sockperf::{PARAMETERS, TABLE};
use crate::check::CHECK_DOCUMENT_FORMAT;
use crate::measurement::PeerTool;

/// As much of a file is looked at, in bytes.
pub(super) const HEAD_BYTES: u64 = 256 * 1024;
/// As many of its lines.
const HEAD_LINES: usize = 200;

/// As much of it is looked at for what a tool shows on the screen.
const SCREEN_BYTES: usize = 4 * 1024;

/// What a file seems to be; whether it is good is its reader's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Profile,
    Run,
    Check,
    Peer(Format),
}

/// A format of another tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    NetPipe,
    Sockperf,
    Iperf3,
    Iperf3Events,
}

impl Format {
    pub fn tool(self) -> PeerTool {
        match self {
            Self::NetPipe => PeerTool::NetPipe,
            Self::Sockperf => PeerTool::Sockperf,
            Self::Iperf3 | Self::Iperf3Events => PeerTool::Iperf3,
        }
    }
}

/// What the file is that begins with `head`.
pub(super) fn kind_of(head: &[u8], path: &Path) -> Result<Kind, OpenError> {
    let unknown = |what| OpenError::Unknown { what };
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let begin = text.trim_ascii_start();
    if begin.is_empty() {
        return Err(OpenError::Empty);
    }
    if begin.starts_with(b"{") {
        return json_kind(begin);
    }
    if begins_like_a_profile(begin) {
        return Ok(Kind::Profile);
    }
    if let Some(kind) = text_kind(begin) {
        return Ok(kind);
    }
    if let Some(what) = near_miss(head, begin) {
        return Err(unknown(what));
    }
    let ending = path
        .extension()
        .map(OsStr::to_ascii_lowercase)
        .unwrap_or_default();
    match ending.to_str() {
        Some("ron") => Ok(Kind::Profile),
        Some("json") => Ok(Kind::Run),
        _ if head.contains(&0) => Err(unknown("this is not text")),
        _ => Err(unknown("this looks like nothing that Echograph knows")),
    }
}

fn begins_like_a_profile(begin: &[u8]) -> bool {
    let mut rest = begin;
    // What stands before a profile, such as what a saved one begins with.
    while rest.starts_with(b"//") {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return false;
        };
        rest = rest.get(end..).unwrap_or_default().trim_ascii_start();
    }
    let beginnings: [&[u8]; 4] = [b"(", b"/*", b"#![", b"Profile"];
    beginnings
        .iter()
        .any(|beginning| rest.starts_with(beginning))
}

fn text_kind(text: &[u8]) -> Option<Kind> {
    let lines = || text.split(|byte| *byte == b'\n').take(HEAD_LINES);
    let of_sockperf = [PARAMETERS, TABLE, "sockperf: "];
    if lines().any(|line| {
        of_sockperf
            .iter()
            .any(|known| line.starts_with(known.as_bytes()))
    }) {
        return Some(Kind::Peer(Format::Sockperf));
    }
    // One good line in the first few: the first may be the damaged one.
    let mut filled = lines().filter(|line| !line.trim_ascii().is_empty());
    filled
        .by_ref()
        .take(5)
        .any(is_netpipe_line)
        .then_some(Kind::Peer(Format::NetPipe))
}

/// Bytes, then numbers with decimals.
fn is_netpipe_line(line: &[u8]) -> bool {
    let mut words = line
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let is_number = |word: &[u8]| {
        word.first().is_some_and(u8::is_ascii_digit)
            && word
                .iter()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'e'))
    };
    let size = words.next().unwrap_or_default();
    let others: Vec<&[u8]> = words.take(8).collect();
    !size.is_empty()
        && size.iter().all(u8::is_ascii_digit)
        && (1..=6).contains(&others.len())
        && others.iter().take(2).all(|word| is_number(word))
}

/// What people open by mistake, and what they should open.
fn near_miss(head: &[u8], begin: &[u8]) -> Option<&'static str> {
    let starts_with = |known: &str| begin.starts_with(known.as_bytes());
    let has = |known: &str| {
        let first = begin.get(..SCREEN_BYTES).unwrap_or(begin);
        memchr::memmem::find(first, known.as_bytes()).is_some()
    };
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        Some("this is text in UTF-16, as PowerShell's > writes it: save it as UTF-8")
    } else if starts_with("type,message_size,") {
        Some("these are the samples of a run as CSV, which are not read back: open its JSON")
    } else if has("Connecting to host") || has("Server listening on") || has("[ ID] Interval") {
        Some("this is what iperf3 shows on the screen, without -J")
    } else if has("Now starting the main loop") || has(" times -->") {
        Some("this is what NetPIPE shows on the screen: open its np.out")
    } else if starts_with("[") {
        Some("this is neither a run nor a result: those that are JSON begin with {")
    } else {
        None
    }
}

/// Whose document this is. One that breaks off before it tells is taken for a run, which says where.
fn json_kind(text: &[u8]) -> Result<Kind, OpenError> {
    let mut kind = None;
    let whole = Keys(&mut kind).deserialize(&mut serde_json::Deserializer::from_slice(text));
    match (kind, whole) {
        (Some(kind), _) => Ok(kind),
        (None, Err(_)) => Ok(Kind::Run),
        (None, Ok(())) => Err(OpenError::Unknown {
            what: "this is JSON, but neither a run of Echograph, which says format \
                   \"echograph-run\", nor a result of iperf3",
        }),
    }
}

/// Looks at a document's own fields until one tells.
struct Keys<'a>(&'a mut Option<Kind>);

impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(key) = fields.next_key::<String>()? {
            *self.0 = match key.as_str() {
                "format" => match fields.next_value::<Value>()?.as_str() {
                    Some(RUN_DOCUMENT_FORMAT) => Some(Kind::Run),
                    Some(CHECK_DOCUMENT_FORMAT) => Some(Kind::Check),
                    _ => None,
                },
                "start" | "intervals" | "end" => Some(Kind::Peer(Format::Iperf3)),
                "event" => Some(Kind::Peer(Format::Iperf3Events)),
                _ => {
                    fields.next_value::<IgnoredAny>()?;
                    None
                }
            };
            if self.0.is_some() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Result<Kind, String> {
        kind_of(text.as_bytes(), Path::new("file.txt")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_is_what_it_begins_like_whatever_its_name() {
        assert_eq!(
            kind("\u{feff}// a comment\r\n\r\n(version: 1)"),
            Ok(Kind::Profile)
        );
        assert_eq!(
            kind(" { \"points\": [], \"format\": \"echograph-run\""),
            Ok(Kind::Run)
        );
        assert_eq!(
            kind("{\"format\": \"echograph-check\", \"version\": 1"),
            Ok(Kind::Check)
        );
        assert_eq!(
            kind("{\"end\": {}, \"start\": {}}"),
            Ok(Kind::Peer(Format::Iperf3))
        );
        assert_eq!(
            kind("{\"event\":\"start\""),
            Ok(Kind::Peer(Format::Iperf3Events))
        );
        assert_eq!(
            kind("\r\n  1 1.17 0.0000065\r\n"),
            Ok(Kind::Peer(Format::NetPipe))
        );
        assert_eq!(
            kind("nan 1.17 0.0000065\n2 1.17 0.0000065\n"),
            Ok(Kind::Peer(Format::NetPipe))
        );
        assert_eq!(
            kind("packet, txTime(sec), rxTime(sec)\n"),
            Ok(Kind::Peer(Format::Sockperf))
        );
        assert_eq!(kind("{\"points\": ["), Ok(Kind::Run));
    }

    #[test]
    fn a_name_helps_where_the_beginning_says_nothing() {
        let named = |name: &str| kind_of(b"anything", Path::new(name));
        assert_eq!(named("a.RON").unwrap(), Kind::Profile);
        assert_eq!(named("a.json").unwrap(), Kind::Run);
        assert!(named("a.out").is_err() && named("a").is_err());
    }

    #[test]
    fn what_is_nothing_known_is_told_what_can_be_opened() {
        for text in [
            "Dear reader,",
            "// only a comment",
            "\0\u{1}\u{2}",
            "{\"name\": 1}",
            "[1, 2]",
            "Connecting to host 127.0.0.1, port 5201",
            "  0:       1 bytes  12979 times -->      1.17 Mbps",
            "type,message_size,server_delay_ns\n",
            "1,2,3\n",
            " \r\n",
        ] {
            let error = kind(text).unwrap_err();
            assert!(error.ends_with("and iperf3's JSON (-J)"), "{text}: {error}");
        }
        let wide = kind_of(b"\xff\xfe{\0\"\0", Path::new("a.json")).unwrap_err();
        assert!(wide.to_string().contains("PowerShell"));
    }
}
