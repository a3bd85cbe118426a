//! The values options take, each refused in words that say what would be right.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::experiment::{MAX_DELAYS, MAX_SIZES, parse_list};

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
    let wrong = || format!("\"{text}\" is not a whole number (K and M may follow one)");
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

pub(super) fn count(text: &str) -> Result<u32, String> {
    u32::try_from(whole(text)?).map_err(|_| format!("{text} is too large"))
}

pub(super) fn at_least_one(text: &str) -> Result<u32, String> {
    match count(text)? {
        0 => Err("it must be at least 1".to_owned()),
        count => Ok(count),
    }
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
        .ok_or_else(|| format!("\"{text}\" is not a number of seconds above 0, such as 5 or 0.5"))
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
    fn what_is_no_value_is_refused() {
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
