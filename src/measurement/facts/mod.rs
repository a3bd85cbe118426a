//! What is known of a run beside its figures, in words: what was asked, where the packets went, and what
//! measured. The window, the report and the comparison all say it with these.

mod machine;
mod path;
mod profile;
mod server;

pub use machine::{INSTRUMENT_FLOOR, LOAD, TCP_SETTINGS, calibration, environment, settings};
pub use path::{path, sockets};
pub use profile::{
    MESSAGE_SIZES, ROUNDS, SERVER_DELAY, milliseconds, profile, sizes, sizes_in_short, state,
};

pub use server::server;

/// What stands where something is not known.
pub const NOT_KNOWN: &str = "not known";

/// One thing that is known of a run, or known to be unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about; the same of every run.
    pub name: String,
    /// What is to be compared with another run's; empty where it is not known.
    pub value: String,
    /// What a reader has to know beside it, and what is another in each run by nature. It follows upon
    /// the value without a blank.
    pub detail: String,
    /// Whether something is wrong; the words say so too.
    pub is_wrong: bool,
}

impl Fact {
    /// One that needs no more words.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            detail: String::new(),
            is_wrong: false,
        }
    }

    /// One that says that something is wrong.
    #[must_use]
    pub fn wrong(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            is_wrong: true,
            ..Self::new(name, value)
        }
    }

    /// The same with more words behind its value.
    #[must_use]
    pub fn with(self, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    /// All of it in words.
    #[must_use]
    pub fn told(&self) -> String {
        if self.value.is_empty() {
            NOT_KNOWN.to_owned()
        } else {
            format!("{}{}", self.value, self.detail)
        }
    }
}

/// The facts of several runs beside each other, those of a name in a row, in the order in which the names
/// come first; `None` where a run has none of it.
#[must_use]
pub fn side_by_side(each: &[Vec<Fact>]) -> Vec<(&str, Vec<Option<&Fact>>)> {
    let mut names: Vec<&str> = Vec::new();
    for fact in each.iter().flatten() {
        if !names.contains(&fact.name.as_str()) {
            names.push(&fact.name);
        }
    }
    let row = |name| {
        let of_run = |facts: &Vec<Fact>| facts.iter().position(|fact| fact.name == name);
        let found = each.iter().map(|facts| facts.get(of_run(facts)?));
        (name, found.collect())
    };
    names.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_said_to_be_so_whatever_could_be_added() {
        assert_eq!(Fact::new("Kernel", "").with(", of late").told(), NOT_KNOWN);
        assert_eq!(
            Fact::new("Kernel", "6").with(", of late").told(),
            "6, of late"
        );
    }
}
