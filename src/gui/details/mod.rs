//! Everything that is known of a run beside its figures: how it was measured, by what, over which way,
//! and whether it agrees with itself. Its words are made here, once, for the tab and for the clipboard.

mod checks;
mod machine;
mod method;
mod model;
mod path;
mod tab;

use std::fmt::Write as _;

use crate::gui::analysis::Fits;
use crate::measurement::Run;

pub use machine::standing;
pub use tab::{DetailsState, show};

/// What stands where something is not known.
const NOT_KNOWN: &str = "not available here";

/// What a group of facts is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Whether the run agrees with itself.
    Checks,
    /// How it was measured.
    Method,
    /// What model of the path the points support.
    Model,
    /// What the instrument costs.
    Calibration,
    /// Where the packets went, and the sockets.
    Path,
    /// The program and the machine.
    Environment,
}

impl Topic {
    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Checks => "Self-checks",
            Self::Method => "Method",
            Self::Model => "Model",
            Self::Calibration => "Calibration",
            Self::Path => "Path and sockets",
            Self::Environment => "Environment",
        }
    }
}

/// One thing that is known, or known to be unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fact {
    name: String,
    value: String,
    /// Whether something is wrong; the value says so in words.
    is_wrong: bool,
}

impl Fact {
    fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            is_wrong: false,
        }
    }

    /// A fact that may not be known; nothing in it stands for that.
    fn known(name: impl Into<String>, value: impl Into<String>) -> Self {
        let value = value.into();
        let value = if value.is_empty() {
            NOT_KNOWN.to_owned()
        } else {
            value
        };
        Self::new(name, value)
    }

    fn wrong(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            is_wrong: true,
            ..Self::new(name, value)
        }
    }
}

/// A group of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    topic: Topic,
    facts: Vec<Fact>,
}

/// Everything, by topic. What may be wrong comes first.
fn sections(run: &Run, fits: &Fits) -> Vec<Section> {
    [
        (Topic::Checks, checks::facts(run)),
        (Topic::Method, method::facts(run)),
        (Topic::Model, model::facts(fits)),
        (Topic::Calibration, machine::calibration(run)),
        (Topic::Path, path::facts(run)),
        (Topic::Environment, machine::environment(&run.environment)),
    ]
    .map(|(topic, facts)| Section { topic, facts })
    .into()
}

/// All of it as text, with a TAB between a name and what is known of it.
#[must_use]
pub fn as_text(run: &Run, fits: &Fits) -> String {
    let mut text = String::new();
    for section in sections(run, fits) {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{}", section.topic.title());
        for fact in section.facts {
            let _ = writeln!(text, "{}\t{}", fact.name, fact.value);
        }
    }
    text
}

#[cfg(test)]
mod tests;
