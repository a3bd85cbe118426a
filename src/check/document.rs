//! The report of a check: what was tried, what came of it, and the bytes that show it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::exchange::Line;
use crate::protocol::Dialect;

/// What a check document says it is.
pub const CHECK_DOCUMENT_FORMAT: &str = "echograph-check";
/// The version of check documents.
pub const CHECK_DOCUMENT_VERSION: u64 = 1;

/// Whose rules were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Peer {
    /// A server that we connected to.
    Server,
    /// A client that connected to us.
    Client,
}

/// How far a check came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckState {
    /// To its end.
    Finished,
    /// It was stopped; what it had found is there.
    Stopped,
}

/// What came of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The peer did what the rule asks.
    Pass,
    /// It did not.
    Fail,
    /// It could not be tried.
    NotApplicable,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::NotApplicable => "n/a",
        }
    }
}

/// One check and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Its number, from 1.
    pub number: usize,
    /// What is tried.
    pub title: String,
    /// The rule of `docs/PROTOCOL.md` that it stands on.
    pub rule: String,
    /// What is sent, in words.
    pub sends: String,
    /// What has to come, in words.
    pub expects: String,
    /// What came of it.
    pub verdict: Verdict,
    /// Of a fail, what was expected, what came, and what to look at; of a check that was not tried, why.
    pub detail: String,
    /// What is unusual and allowed.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// What went over the wire.
    pub exchange: Vec<Line>,
    /// Lines left out of it, in its middle.
    #[serde(default)]
    pub lines_omitted: u64,
}

/// All that a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// When it began.
    pub started: Timestamp,
    /// The program that checked.
    pub program: String,
    /// How far it came.
    pub state: CheckState,
    /// Whose rules were checked.
    pub peer: Peer,
    /// Of a server, where it is; of a client, where it had to connect.
    pub address: String,
    /// The dialect spoken.
    pub dialect: Dialect,
    /// Whether what the text leaves open was failed too.
    pub strict: bool,
    /// How long an answer was waited for, in nanoseconds.
    pub answer_time_ns: u64,
    /// How often the server was gone: by which check, and what was sent to it last.
    #[serde(default)]
    pub deaths: Vec<String>,
    /// The checks, by their numbers.
    pub checks: Vec<Checked>,
}

impl CheckReport {
    /// How many checks came to that.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        let checks = self.checks.iter();
        checks.filter(|check| check.verdict == verdict).count()
    }

    /// Whether every check that could be tried was passed, and none was cut off.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.state == CheckState::Finished
            && self.count(Verdict::Fail) == 0
            && self.count(Verdict::Pass) > 0
    }

    /// All of it in one sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        let (passed, failed, not_tried) = (
            self.count(Verdict::Pass),
            self.count(Verdict::Fail),
            self.count(Verdict::NotApplicable),
        );
        let remarked = self.checks.iter();
        let remarked = remarked.filter(|check| !check.remarks.is_empty()).count();
        let remarked = match remarked {
            0 => String::new(),
            some => format!(", {some} with a remark"),
        };
        let stopped = match self.state {
            CheckState::Finished => "",
            CheckState::Stopped => " The check was stopped before its end.",
        };
        format!("{passed} passed, {failed} failed, {not_tried} not applicable{remarked}.{stopped}")
    }
}
