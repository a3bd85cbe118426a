//! Why a profile file cannot be used: one sentence each, with line and column where there is one.

use std::fmt;
use std::io;

use super::io_words;
use super::profile_file::MAX_PROFILE_BYTES;
use crate::experiment::{PROFILE_VERSION, Problem};

/// A place in a text file, both counted from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A problem of a profile and where its field stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedProblem {
    /// Where, if the profile came from a text.
    pub at: Option<Position>,
    /// What.
    pub problem: Problem,
}

impl fmt::Display for PlacedProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{at}: {}", self.problem),
            None => self.problem.fmt(f),
        }
    }
}

/// Why a profile file cannot be used. The sentences leave the file's name to whoever shows them.
#[derive(Debug, thiserror::Error)]
pub enum ProfileFileError {
    /// The operating system would not have it.
    #[error("the file {}", io_words(.0))]
    Io(#[from] io::Error),
    /// No profile is that large.
    #[error("the file is larger than {} KiB, which no profile is", MAX_PROFILE_BYTES / 1024)]
    TooLarge,
    /// It is not text.
    #[error("{at}: this is not text (UTF-8), so it is not a profile")]
    NotText {
        /// The first byte that is no text.
        at: Position,
    },
    /// It is something else.
    #[error("{at}: this is not a profile, which begins with ( and ends with )")]
    NotAProfile {
        /// Where that shows.
        at: Position,
    },
    /// The text breaks off or has something where it does not belong.
    #[error("{at}: this cannot be read as a profile: {why}")]
    Syntax {
        /// Where.
        at: Position,
        /// What is wrong.
        why: String,
    },
    /// A field that profiles do not have.
    #[error("{at}: there is no field \"{field}\"; the fields are {known}")]
    UnknownField {
        /// Where.
        at: Position,
        /// Its name.
        field: String,
        /// The names that would be right there.
        known: String,
    },
    /// A field that every profile has.
    #[error("{at}: the field \"{field}\" is missing; write, for example, {example}")]
    MissingField {
        /// Where the fields end.
        at: Position,
        /// Its name.
        field: String,
        /// How it could be written.
        example: String,
    },
    /// A field that is there twice.
    #[error("{at}: the field \"{field}\" is there twice")]
    RepeatedField {
        /// Where for the second time.
        at: Position,
        /// Its name.
        field: String,
    },
    /// A value of another type than its field's.
    #[error("{at}: {why}")]
    WrongValue {
        /// Where.
        at: Position,
        /// What is there and what should be.
        why: String,
    },
    /// It was written by a program that knows more.
    #[error(
        "{at}: the profile has version {version}; this program knows version {PROFILE_VERSION}. \
         A newer Echograph may open it"
    )]
    UnknownVersion {
        /// Where.
        at: Position,
        /// The version.
        version: u32,
    },
    /// It can be read, but not measured.
    #[error("{}", sentences(.0))]
    Problems(Vec<PlacedProblem>),
    /// It could not be put into words.
    #[error("the profile cannot be written: {0}")]
    Unwritable(#[from] ron::Error),
}

fn sentences(problems: &[PlacedProblem]) -> String {
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    texts.join("\n")
}
