//! Runs without the names and addresses in them, for whoever hands a result on.
//!
//! What is known to name a machine or an interface is taken out of every text of a run, and so is
//! everything that reads as an IP address. Figures, settings and the machine's kind stay.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use crate::check::CheckReport;
use crate::experiment::Target;
use crate::measurement::{Round, Route, Run};

/// What stands in place of a name or an address.
const HIDDEN: &str = "hidden";

/// The names of machines and interfaces that some runs know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addresses {
    /// In small letters, the longest first.
    names: Vec<String>,
}

impl Addresses {
    /// Those of some runs.
    #[must_use]
    pub fn of<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Self {
        let mut names = BTreeSet::new();
        for run in runs {
            if let Target::Host { host, .. } = &run.profile.target {
                add_host(&mut names, host);
            }
            add_host(&mut names, host_of(&run.destination));
            if let Some(route) = &run.route {
                names.insert(route.interface.to_lowercase());
            }
        }
        Self::named(names)
    }

    /// These and that of a peer that was checked.
    #[must_use]
    pub fn with_destination(self, destination: &str) -> Self {
        let mut names: BTreeSet<String> = self.names.into_iter().collect();
        add_host(&mut names, host_of(destination));
        Self::named(names)
    }

    fn named(mut names: BTreeSet<String>) -> Self {
        names.remove("");
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Self { names }
    }

    /// A text without them, and without IP addresses.
    #[must_use]
    pub fn hidden_in(&self, text: &str) -> String {
        let text = without_runs_of(text, is_of_v6, hidden_v6);
        let text = without_runs_of(&text, is_of_v4, hidden_v4);
        let names = self.names.iter();
        names.fold(text, |text, name| without_word(&text, name))
    }

    /// A check without them.
    #[must_use]
    pub fn hidden_check(&self, report: &CheckReport) -> CheckReport {
        let mut report = report.clone();
        let hide = |text: &mut String| *text = self.hidden_in(text);
        report.address = hidden_destination(&report.address);
        report.deaths.iter_mut().for_each(hide);
        for checked in &mut report.checks {
            hide(&mut checked.detail);
            checked.remarks.iter_mut().for_each(hide);
            for line in &mut checked.exchange {
                hide(&mut line.text);
            }
        }
        report
    }

    /// A run without them. Figures drawn from it are the same.
    #[must_use]
    pub fn hidden(&self, run: &Run) -> Run {
        let mut run = run.clone();
        let profile = Arc::make_mut(&mut run.profile);
        if let Target::Host { host, .. } = &mut profile.target {
            HIDDEN.clone_into(host);
        }
        if !run.destination.is_empty() {
            run.destination = hidden_destination(&run.destination);
        }
        // That the path was this machine is told by our own address alone in some documents.
        let is_loopback = run.is_loopback();
        match &mut run.route {
            Some(route) => {
                route.interface = String::new();
                route.loopback |= is_loopback;
            }
            None if is_loopback => {
                run.route = Some(Route {
                    loopback: true,
                    ..Route::default()
                });
            }
            None => {}
        }
        for point in &mut run.points {
            for round in &mut point.rounds {
                if round.local.is_some() {
                    let hidden = Round {
                        local: None,
                        ..Round::clone(round)
                    };
                    *round = Arc::new(hidden);
                }
            }
            if let Some(fault) = &mut point.error {
                fault.message = self.hidden_in(&fault.message);
            }
        }
        run.error = run.error.map(|error| self.hidden_in(&error));
        for check in &mut run.checks {
            check.detail = self.hidden_in(&check.detail);
        }
        if let Some(socket) = &mut run.socket {
            for why in &mut socket.refused {
                *why = self.hidden_in(why);
            }
        }
        for line in &mut run.transcript.lines {
            line.text = self.hidden_in(&line.text).into();
        }
        run
    }
}

fn hidden_destination(destination: &str) -> String {
    match destination.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_ok() => format!("{HIDDEN}:{port}"),
        _ => HIDDEN.to_owned(),
    }
}

/// A host's name, what it is called without its domain, and its domain.
fn add_host(names: &mut BTreeSet<String>, host: &str) {
    let host = host.trim_matches(['[', ']', '.']).to_lowercase();
    let is_address = host.parse::<IpAddr>().is_ok();
    if let Some((first, domain)) = host.split_once('.').filter(|_| !is_address) {
        names.insert(first.to_owned());
        if domain.contains('.') {
            names.insert(domain.to_owned());
        }
    }
    // An address may have a zone, which is an interface.
    if let Some((_, zone)) = host.split_once('%') {
        names.insert(zone.to_owned());
    }
    names.insert(host);
}

fn host_of(destination: &str) -> &str {
    match destination.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        _ => destination,
    }
}

fn is_of_v6(letter: char) -> bool {
    letter.is_ascii_hexdigit() || letter == ':' || letter == '.'
}

fn is_of_v4(letter: char) -> bool {
    letter.is_ascii_digit() || letter == '.'
}

fn hidden_v6(part: &str) -> Option<String> {
    // A colon or a full stop may belong to the sentence.
    let ends = [
        part,
        part.trim_end_matches('.'),
        part.trim_end_matches(['.', ':']),
    ];
    let found = ends
        .into_iter()
        .find(|part| part.parse::<Ipv6Addr>().is_ok())?;
    // Two colons alone are more often punctuation than the address of nowhere.
    let is_address = found.chars().any(|letter| letter.is_ascii_hexdigit());
    is_address.then(|| format!("{HIDDEN}{}", part.get(found.len()..).unwrap_or_default()))
}

fn hidden_v4(part: &str) -> Option<String> {
    let found = part.trim_end_matches('.');
    found.parse::<Ipv4Addr>().ok()?;
    Some(format!(
        "{HIDDEN}{}",
        part.get(found.len()..).unwrap_or_default()
    ))
}

/// The text with each longest stretch of such letters replaced by what `hide` makes of it.
fn without_runs_of(
    text: &str,
    is_of: fn(char) -> bool,
    hide: fn(&str) -> Option<String>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_of) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|letter| !is_of(letter)).unwrap_or(from.len());
        let (part, after) = from.split_at(end);
        out.push_str(before);
        match hide(part) {
            Some(hidden) => out.push_str(&hidden),
            None => out.push_str(part),
        }
        rest = after;
    }
    out + rest
}

/// The text without a word, which is given in small letters.
fn without_word(text: &str, word: &str) -> String {
    // A name that is followed by a hyphen, as in that of a file, is still the name.
    let is_of_word = char::is_alphanumeric;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_at_start = !out.chars().next_back().is_some_and(is_of_word);
        let found = length_of(rest, word).filter(|length| {
            let after = rest.get(*length..).unwrap_or_default();
            is_at_start && !after.chars().next().is_some_and(is_of_word)
        });
        let length = if let Some(length) = found {
            out.push_str(HIDDEN);
            length
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

/// How many bytes of the beginning of a text are this word, in whatever letters.
fn length_of(text: &str, word: &str) -> Option<usize> {
    let mut wanted = word.chars();
    let mut length = 0;
    let mut letters = text.chars();
    while !wanted.as_str().is_empty() {
        let letter = letters.next()?;
        for small in letter.to_lowercase() {
            if wanted.next() != Some(small) {
                return None;
            }
        }
        length += letter.len_utf8();
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Addresses {
        Addresses {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn addresses_are_found_wherever_they_stand() {
        let none = names(&[]);
        for (text, hidden) in [
            ("connected to 10.0.0.7:7000.", "connected to hidden:7000."),
            ("from=192.168.1.20", "from=hidden"),
            ("[fe80::1]:80 said no", "[hidden]:80 said no"),
            ("fe80::1: refused", "hidden: refused"),
            ("::ffff:10.0.0.7.", "hidden."),
            ("2001:db8::7 and ::1", "hidden and hidden"),
            (
                "10368 bytes received, 1.5 ms",
                "10368 bytes received, 1.5 ms",
            ),
            ("200 OK: Ready", "200 OK: Ready"),
            ("version 1.2.3", "version 1.2.3"),
            ("a::b::c", "a::b::c"),
        ] {
            assert_eq!(none.hidden_in(text), hidden);
        }
    }

    #[test]
    fn names_are_found_as_words_in_whatever_letters() {
        let of = names(&["lab7.example.org", "eth0", "lab7"]);
        for (text, hidden) in [
            ("LAB7.example.org:80 is down", "hidden:80 is down"),
            ("lab7 and lab77", "hidden and lab77"),
            ("over eth0.", "over hidden."),
            ("(Lab7)", "(hidden)"),
            ("", ""),
        ] {
            assert_eq!(of.hidden_in(text), hidden);
        }
        assert_eq!(
            names(&["straße"]).hidden_in("in der STRASSE, Straße"),
            "in der STRASSE, hidden"
        );
    }

    #[test]
    fn a_host_is_known_with_and_without_its_domain() {
        let mut found = BTreeSet::new();
        add_host(&mut found, "Lab7.cs.Example.org");
        add_host(&mut found, "10.1.2.3");
        add_host(&mut found, "[fe80::1%wlan0]");
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(
            found,
            [
                "10.1.2.3",
                "cs.example.org",
                "fe80::1%wlan0",
                "lab7",
                "lab7.cs.example.org",
                "wlan0"
            ]
        );
    }
}
