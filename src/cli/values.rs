//! The values options take, each refused in words that say what would be right.

use std::fs::File;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr};
use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Duration;

use super::output::say;
use crate::experiment::{MAX_DELAYS, MAX_SIZES, parse_list};
use crate::protocol::AccessKey;
use crate::server::LEAST_RATE;

/// A key is far shorter.
const MOST_OF_KEY_FILE: u64 = 4096;

/// A list option's values. A type of its own, because to clap a `Vec` is an option given repeatedly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List(pub Vec<u64>);

pub(super) fn sizes(text: &str) -> Result<List, String> {
    list(text, MAX_SIZES)
}

pub(super) fn delays(text: &str) -> Result<List, String> {
    list(text, MAX_DELAYS)
}

fn list(text: &str, most: usize) -> Result<List, String> {
    parse_list(text, most)
        .map(List)
        .map_err(|error| format!("the list {error}"))
}

/// A whole number, which K or M may follow: a list of one value.
pub(super) fn whole(text: &str) -> Result<u64, String> {
    let wrong = || format!("\"{text}\" is not a whole number from 0 on (K and M may follow one)");
    if text.contains([',', '.']) {
        return Err(wrong());
    }
    match parse_list(text, 1).as_deref() {
        Ok([value]) => Ok(*value),
        _ => Err(wrong()),
    }
}

pub(super) fn size(text: &str) -> Result<u64, String> {
    match whole(text)? {
        0 => Err("it must be at least 1".to_owned()),
        size => Ok(size),
    }
}

/// Bytes a second.
pub(super) fn rate(text: &str) -> Result<NonZeroU64, String> {
    NonZeroU64::new(whole(text)?)
        .filter(|rate| rate.get() >= LEAST_RATE)
        .ok_or_else(|| format!("it must be at least {LEAST_RATE}"))
}

pub(super) fn count(text: &str) -> Result<u32, String> {
    u32::try_from(whole(text)?).map_err(|_| format!("{text} is too large"))
}

pub(super) fn at_least_one(text: &str) -> Result<u32, String> {
    match count(text)? {
        0 => Err("it must be at least 1".to_owned()),
        count => Ok(count),
    }
}

/// Bytes at a time.
pub(super) fn pieces(text: &str) -> Result<NonZeroUsize, String> {
    let bytes = usize::try_from(size(text)?)
        .ok()
        .and_then(NonZeroUsize::new);
    bytes.ok_or_else(|| format!("{text} is too large"))
}

/// A value, or the word that leaves it to the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OrSystem<T> {
    Given(T),
    System,
}

impl<T> OrSystem<T> {
    pub(super) fn given(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::System => None,
        }
    }
}

pub(super) fn buffer(text: &str) -> Result<OrSystem<u32>, String> {
    if text == "system" {
        return Ok(OrSystem::System);
    }
    let size =
        at_least_one(text).map_err(|error| format!("{error}; system leaves it to the system"))?;
    Ok(OrSystem::Given(size))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "which names there are is for the profile to say"
)]
pub(super) fn algorithm(text: &str) -> Result<OrSystem<String>, String> {
    Ok(match text {
        "system" => OrSystem::System,
        name => OrSystem::Given(name.to_owned()),
    })
}

/// What the random order is drawn from, if it is given. A type of its own, because to clap an `Option`
/// is an option that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seed(pub Option<u64>);

pub(super) fn seed(text: &str) -> Result<Seed, String> {
    if text == "any" {
        return Ok(Seed(None));
    }
    text.parse()
        .map(|seed| Seed(Some(seed)))
        .map_err(|_| format!("\"{text}\" is neither a whole number nor any"))
}

pub(super) fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("on or off belongs here".to_owned()),
    }
}

/// A number of percent, with or without the sign.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim_end();
    number
        .parse()
        .ok()
        .filter(|percent: &f64| percent.is_finite())
        .ok_or_else(|| format!("\"{text}\" is not a number of percent, such as 5 or 2.5"))
}

pub(super) fn port(text: &str) -> Result<u16, String> {
    match any_port(text) {
        Ok(0) | Err(_) => Err("a port is a number from 1 to 65535".to_owned()),
        port => port,
    }
}

pub(super) fn any_port(text: &str) -> Result<u16, String> {
    text.parse()
        .map_err(|_| "a port is a number from 0 to 65535".to_owned())
}

/// Seconds, with a fraction if need be.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| *duration >= Duration::from_millis(1))
        .ok_or_else(|| {
            format!("\"{text}\" is not a number of seconds from 0.001 on, such as 5 or 0.5")
        })
}

/// An access key and where it came from.
#[derive(Debug, Clone)]
pub(super) struct KeyFile {
    pub key: AccessKey,
    /// The file, where other users of this machine can read it.
    pub open_to_others: Option<String>,
}

impl KeyFile {
    /// Says so where the key is no secret.
    pub(super) fn warn(&self) {
        if let Some(path) = &self.open_to_others {
            say(format_args!(
                "warning: every user of this machine can read the access key in {path} (chmod 600 ends that)"
            ));
        }
    }
}

/// The access key in the first line of a file.
pub(super) fn access_key(path: &str) -> Result<KeyFile, String> {
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| {
        let is_open = is_open_to_others(&file);
        file.take(MOST_OF_KEY_FILE).read_to_end(&mut text)?;
        Ok(is_open)
    });
    let is_open = read.map_err(|error| format!("{path} cannot be read: {error}"))?;
    let text = String::from_utf8(text).map_err(|_| format!("{path} is no text"))?;
    let key = text.lines().next().unwrap_or_default();
    let key =
        AccessKey::new(key).map_err(|error| format!("{error}; {path} has another first line"))?;
    Ok(KeyFile {
        key,
        open_to_others: is_open.then(|| path.to_owned()),
    })
}

/// Whether every user of this machine can read a file. What is no file, such as a pipe, is nobody else's.
fn is_open_to_others(file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        let read_by_others = 0o004;
        let about = file.metadata();
        about.is_ok_and(|about| about.is_file() && about.permissions().mode() & read_by_others != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file; // Not told here.
        false
    }
}

pub(super) fn address(text: &str) -> Result<IpAddr, String> {
    if text == "localhost" {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    text.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .map_err(|_| {
            "an address of this machine belongs here, such as 127.0.0.1, 0.0.0.0 or ::1".to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(whole("64K"), Ok(65_536));
        assert_eq!(size("1"), Ok(1));
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(address("[::1]"), Ok("::1".parse().unwrap()));
        assert_eq!(sizes("1..4:x2"), Ok(List(vec![1, 2, 4])));
        assert_eq!(any_port("0"), Ok(0));
    }

    #[test]
    fn a_value_can_be_left_to_the_system_again() {
        assert_eq!(buffer("64K"), Ok(OrSystem::Given(65_536)));
        assert_eq!(buffer("system"), Ok(OrSystem::System));
        assert_eq!(algorithm("system"), Ok(OrSystem::System));
        assert_eq!(algorithm("bbr"), Ok(OrSystem::Given("bbr".to_owned())));
        assert_eq!(seed("7"), Ok(Seed(Some(7))));
        assert_eq!(seed("any"), Ok(Seed(None)));
        assert_eq!(seed("18446744073709551615"), Ok(Seed(Some(u64::MAX))));
        assert_eq!((on_or_off("on"), on_or_off("off")), (Ok(true), Ok(false)));
        for text in ["2.5", "2.5%", "2.5 %"] {
            assert_eq!(percent(text), Ok(2.5));
        }
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for text in ["", "%", "nan", "inf", "wide", "5 percent"] {
            assert!(percent(text).is_err(), "{text}");
        }
        for text in ["", "-1", "x", "1.5", "18446744073709551616"] {
            assert!(seed(text).is_err(), "{text}");
        }
        assert!(on_or_off("true").is_err());
        assert!(buffer("0").is_err() && buffer("8G").is_err() && buffer("4096M").is_err());
        for text in [
            "",
            "-1",
            "1,2",
            "1..3:1",
            "1.5",
            "x",
            "99999999999999999999",
        ] {
            assert!(whole(text).is_err(), "{text}");
        }
        for text in ["", "0", "-1", "nan", "inf", "1e99", "five"] {
            assert!(seconds(text).is_err(), "{text}");
        }
        assert!(size("0").is_err());
        assert!(count("4294967296").is_err());
        assert!(port("0").is_err() && port("65536").is_err());
        assert!(address("example.org").is_err());
    }
}
