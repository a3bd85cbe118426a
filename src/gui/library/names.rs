//! The names that entries come with, and the file names that are made of names.

use std::path::Path;

use super::Entry;
use crate::experiment::Target;
use crate::measurement::Run;

/// Most letters of a name.
pub const MAX_NAME: usize = 60;

/// A run that was measured here: its profile, or where it was measured, and when.
pub(super) fn of_run(run: &Run, profile: Option<&str>) -> String {
    let place = match (&run.profile.target, profile) {
        (_, Some(profile)) => profile.to_owned(),
        (Target::Embedded, None) => "this program".to_owned(),
        (Target::Host { host, port }, None) => format!("{host}:{port}"),
    };
    let started = run
        .started
        .to_zoned(jiff::tz::TimeZone::system())
        .strftime("%H:%M:%S");
    format!("{} {started}", shortened(&place, MAX_NAME - 9))
}

/// What was opened: its file's name without the ending.
pub(super) fn of_file(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let words: Vec<&str> = stem.split(char::is_whitespace).collect();
    shortened(&words.join(" "), MAX_NAME)
}

/// The name, with a number behind it where another entry has it already.
pub(super) fn apart(name: String, entries: &[Entry]) -> String {
    let is_taken = |name: &str| entries.iter().any(|entry| entry.name == name);
    if !is_taken(&name) {
        return name;
    }
    let short = shortened(&name, MAX_NAME - 5);
    let mut numbered = (2_u32..).map(|number| format!("{short} ({number})"));
    numbered.find(|name| !is_taken(name)).unwrap_or(name)
}

/// A file name for what has this name: letters that some system refuses are replaced.
#[must_use]
pub fn file_name(name: &str, ending: &str) -> String {
    let clean = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
        letter if letter.is_control() || letter.is_whitespace() => '-',
        letter => letter,
    };
    let stem: String = name.chars().map(clean).collect();
    let stem = stem.trim_matches(['.', '-']);
    if stem.is_empty() {
        format!("run.{ending}")
    } else {
        format!("{stem}.{ending}")
    }
}

fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(most - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_has_no_letter_that_a_system_refuses() {
        assert_eq!(
            file_name("lab7:7000 12:00:03", "json"),
            "lab7-7000-12-00-03.json"
        );
        assert_eq!(file_name("../../etc/passwd", "json"), "etc-passwd.json");
        assert_eq!(file_name("/", "json"), "run.json");
    }

    #[test]
    fn a_long_name_is_cut_and_says_so() {
        let name = of_file(Path::new(&format!("{}.json", "ü".repeat(200))));
        assert_eq!(name.chars().count(), MAX_NAME);
        assert!(name.ends_with('…'));
        assert_eq!(of_file(Path::new("a\nb.json")), "a b");
    }
}
