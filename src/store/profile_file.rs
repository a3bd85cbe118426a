//! Profiles as RON files, made to be read and edited by people.
//!
//! Every field is there and no other is; what is wrong is said with its line and column. A file that
//! loads can be measured, and only a profile that can be measured is saved.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ron::Options;
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::Deserialize;

use super::profile_error::{PlacedProblem, Position, ProfileFileError};
use super::profile_words::{in_words, name_of};
use super::ron_fields::{end_of, find_field};
use super::write_atomically;
use crate::experiment::{Field, PROFILE_VERSION, Profile};

/// The largest profile file that is read, in bytes.
pub const MAX_PROFILE_BYTES: u64 = 1024 * 1024;

/// Values nest three deep in a profile; beyond this a file is no profile, and must not use up the
/// stack.
const MAX_DEPTH: usize = 32;

/// What a file begins with: what the values cannot say themselves.
const HEADER: &str = "\
// An Echograph profile. Sizes are in bytes; the name of a time ends in its unit.
// rounds: Exactly(10), or UntilPrecise(ci_width_percent: 5.0, min_rounds: 6, max_rounds: 40,
// time_budget_s: 60). order: random or sequential. wait: auto, spin or block.
// None leaves a value to the program or the system; Some(65536) sets it.
";

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
    let text = ron().to_string_pretty(profile, layout)?;
    Ok(format!("{HEADER}{text}\n"))
}

/// Reads the text of a profile file.
///
/// # Errors
/// See [`ProfileFileError`].
pub fn parse_profile(text: &str) -> Result<Profile, ProfileFileError> {
    // Some editors begin a file with a byte order mark, which is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let ron = ron();
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

/// RON as profiles have it: `UntilPrecise(..)` holds its fields without a second pair of brackets.
fn ron() -> Options {
    Options::default()
        .with_recursion_limit(MAX_DEPTH)
        .with_default_extension(Extensions::UNWRAP_VARIANT_NEWTYPES)
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
