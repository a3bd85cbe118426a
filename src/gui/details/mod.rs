//! Everything that is known of a run beside its figures: how it was measured, by what, over which way,
//! and whether it agrees with itself, for the tab and for the clipboard.

mod checks;
mod machine;
mod method;
mod model;
mod tab;

use std::fmt::Write as _;

use crate::gui::analysis::Fits;
use crate::measurement::Run;
use crate::measurement::facts::{self, Fact, NOT_KNOWN};

pub use machine::standing;
pub use tab::{DetailsState, show};

/// What a group of facts is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Whether the run agrees with itself.
    Checks,
    /// What the server does differently from the text.
    Server,
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
            Self::Server => "The server",
            Self::Method => "Method",
            Self::Model => "Model",
            Self::Calibration => "Calibration",
            Self::Path => "Path and sockets",
            Self::Environment => "Environment",
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
        (Topic::Server, facts::server(run)),
        (Topic::Method, method::facts(run)),
        (Topic::Model, model::facts(fits)),
        (Topic::Calibration, machine::calibration(run)),
        (
            Topic::Path,
            [facts::path(run), facts::sockets(run)].concat(),
        ),
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
            let _ = writeln!(text, "{}\t{}", fact.name, fact.told());
        }
    }
    text
}

#[cfg(test)]
mod tests;
