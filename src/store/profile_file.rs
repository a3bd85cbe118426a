//! Profiles as RON files, made to be read and edited by people.
//!
//! Every field is there and no other is; what is wrong is said with its line and column. A file that
//! loads can be measured, and only a profile that can be measured is saved.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ron::Options;
use ron::error::{Error as RonError, SpannedError};
use ron::ser::PrettyConfig;
use serde::Deserialize;

use super::profile_error::{PlacedProblem, Position, ProfileFileError};
use super::ron_fields::{end_of, find_field, past_blanks};
use super::write_atomically;
use crate::experiment::{Field, PROFILE_VERSION, Profile};

/// The largest profile file that is read, in bytes.
pub const MAX_PROFILE_BYTES: u64 = 1024 * 1024;

/// Values nest three deep in a profile; beyond this a file is no profile, and must not use up the
/// stack.
const MAX_DEPTH: usize = 32;

const HEADER: &str = "// An Echograph profile. Sizes are payload bytes, times are milliseconds.\n";

/// Reads a profile file.
///
/// # Errors
/// See [`ProfileFileError`].
pub fn load_profile(path: &Path) -> Result<Profile, ProfileFileError> {
    let file = File::open(path)?;
    if file.metadata()?.len() > MAX_PROFILE_BYTES {
        return Err(ProfileFileError::TooLarge);
    }
    // A pipe has no length to ask for, and a file may grow.
    let mut bytes = Vec::new();
    file.take(MAX_PROFILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_PROFILE_BYTES {
        return Err(ProfileFileError::TooLarge);
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => parse_profile(text),
        Err(error) => {
            let text = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let at = end_of(&String::from_utf8_lossy(text));
            Err(ProfileFileError::NotText { at })
        }
    }
}

/// Writes a profile file, all or nothing.
///
/// # Errors
/// What the operating system says, or the problems of a profile that could not be loaded again.
pub fn save_profile(path: &Path, profile: &Profile) -> Result<(), ProfileFileError> {
    check(profile, |_| None)?;
    let text = profile_text(profile)?;
    write_atomically(path, |file| file.write_all(text.as_bytes()))?;
    Ok(())
}

/// A profile as the text of its file.
///
/// # Errors
/// When RON has no words for it, which no profile is known to bring about.
pub fn profile_text(profile: &Profile) -> Result<String, ron::Error> {
    let layout = PrettyConfig::new().new_line("\n").compact_arrays(true);
    let text = ron::ser::to_string_pretty(profile, layout)?;
    Ok(format!("{HEADER}{text}\n"))
}

/// Reads the text of a profile file.
///
/// # Errors
/// See [`ProfileFileError`].
pub fn parse_profile(text: &str) -> Result<Profile, ProfileFileError> {
    // Some editors begin a file with a byte order mark, which is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let ron = Options::default().with_recursion_limit(MAX_DEPTH);
    // The version first: what a later version added is not an unknown field but a later version.
    if let Ok(VersionOnly { version }) = ron.from_str(text)
        && version != PROFILE_VERSION
    {
        let at = find_field(text, "version").unwrap_or(Position { line: 1, column: 1 });
        return Err(ProfileFileError::UnknownVersion { at, version });
    }
    let profile = ron.from_str(text).map_err(|error| in_words(text, error))?;
    check(&profile, |field| find_field(text, name_of(field)))?;
    Ok(profile)
}

#[derive(Deserialize)]
#[serde(rename = "Profile")]
struct VersionOnly {
    version: u32,
}

fn check(
    profile: &Profile,
    place: impl Fn(Field) -> Option<Position>,
) -> Result<(), ProfileFileError> {
    let problems: Vec<PlacedProblem> = profile
        .problems()
        .into_iter()
        .map(|problem| PlacedProblem {
            at: place(problem.field),
            problem,
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ProfileFileError::Problems(problems))
    }
}

/// A field's name in the file.
fn name_of(field: Field) -> &'static str {
    match field {
        Field::Version => "version",
        Field::Host => "host",
        Field::Port => "port",
        Field::MessageSizes => "message_sizes",
        Field::Probes => "probes",
        Field::ServerDelays => "server_delays_ms",
        Field::Rounds => "rounds",
        Field::CiWidth => "ci_width_percent",
        Field::MinRounds => "min_rounds",
        Field::MaxRounds => "max_rounds",
        Field::TimeBudget => "time_budget_s",
        Field::Seed => "seed",
        Field::Depth => "depth",
        Field::Connections => "connections",
        Field::SendBuffer => "send_buffer",
        Field::ReceiveBuffer => "receive_buffer",
        Field::CongestionControl => "congestion_control",
        Field::Warmup => "warmup",
        Field::Timeout => "timeout_ms",
    }
}

/// RON's error as a sentence for someone who edits a profile, not for someone who writes Rust.
fn in_words(text: &str, error: SpannedError) -> ProfileFileError {
    use ProfileFileError as E;
    let place = |position: ron::error::Position| Position {
        line: position.line,
        column: position.col,
    };
    let (start, at) = (
        past_blanks(text, place(error.span.start)),
        place(error.span.end),
    );
    let wrong = |why: String| E::WrongValue { at: start, why };
    match error.code {
        RonError::ExpectedNamedStructLike("Profile")
        | RonError::ExpectedDifferentStructName {
            expected: "Profile",
            ..
        } => E::NotAProfile { at: start },
        RonError::ExpectedStructLike => {
            wrong("( belongs here, as in Host(host: \"localhost\", port: 10000)".to_owned())
        }
        RonError::Eof => E::Syntax {
            at,
            why: "the file ends too early".to_owned(),
        },
        RonError::NoSuchStructField {
            expected, found, ..
        } => E::UnknownField {
            at: find_field(text, &found).unwrap_or(start),
            field: found,
            known: expected.join(", "),
        },
        RonError::MissingStructField { field, .. } => E::MissingField {
            at,
            field: field.to_owned(),
        },
        RonError::DuplicateStructField { field, .. } => E::RepeatedField {
            at: start,
            field: field.to_owned(),
        },
        RonError::NoSuchEnumVariant {
            expected, found, ..
        } => wrong(format!(
            "\"{found}\" is no value here; there are {}",
            expected.join(", ")
        )),
        RonError::ExpectedInteger | RonError::InvalidIntegerDigit { .. } => {
            wrong("a whole number belongs here".to_owned())
        }
        RonError::IntegerOutOfBounds => {
            wrong("this number is negative or too large for its field".to_owned())
        }
        RonError::ExpectedIdentifier => {
            wrong("a name without quotes belongs here, such as rtt or Embedded".to_owned())
        }
        RonError::Message(why) => wrong(why),
        RonError::ExpectedBoolean => wrong("true or false belongs here".to_owned()),
        RonError::ExpectedString => wrong("a text in \"quotes\" belongs here".to_owned()),
        RonError::ExpectedArray => wrong("a list such as [1, 100, 1000] belongs here".to_owned()),
        RonError::InvalidValueForType { expected, found } => {
            wrong(format!("{expected} belongs here, and there is {found}"))
        }
        RonError::ExpectedComma => E::Syntax {
            at: start,
            why: "a comma or the end of the list or of the profile belongs here".to_owned(),
        },
        RonError::ExceededRecursionLimit => E::Syntax {
            at: start,
            why: "values lie deeper in each other than in any profile".to_owned(),
        },
        other => E::Syntax {
            at: start,
            why: lower_first(&other.to_string()),
        },
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}
