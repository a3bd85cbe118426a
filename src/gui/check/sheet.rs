//! A check as it is shown: a row for each check from the first moment on, filled in as they are done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::check::{
    CheckEvent, CheckReport, CheckState, Checked, Described, Peer, Verdict, client_checks,
    server_checks,
};
use crate::protocol::Dialect;

/// How far a row has come.
#[derive(Debug, Clone)]
pub enum Stage {
    /// It waits for those before it.
    NotYet,
    /// It is being tried.
    UnderWay,
    /// It is done.
    Done(Box<Checked>),
}

/// One check.
#[derive(Debug, Clone)]
pub struct Row {
    pub number: usize,
    pub title: String,
    pub rule: String,
    pub sends: String,
    pub expects: String,
    pub stage: Stage,
}

impl Row {
    fn waiting(check: &Described) -> Self {
        Self {
            number: check.number,
            title: check.title.to_owned(),
            rule: check.rule.to_owned(),
            sends: check.sends.to_owned(),
            expects: check.expects.to_owned(),
            stage: Stage::NotYet,
        }
    }

    fn done(checked: Checked) -> Self {
        Self {
            number: checked.number,
            title: checked.title.clone(),
            rule: checked.rule.clone(),
            sends: checked.sends.clone(),
            expects: checked.expects.clone(),
            stage: Stage::Done(Box::new(checked)),
        }
    }

    /// What came of it.
    pub fn checked(&self) -> Option<&Checked> {
        match &self.stage {
            Stage::Done(checked) => Some(checked),
            Stage::NotYet | Stage::UnderWay => None,
        }
    }

    pub fn verdict(&self) -> Option<Verdict> {
        self.checked().map(|checked| checked.verdict)
    }

    /// What there is to say of it, in a line.
    pub fn told(&self) -> String {
        let Some(checked) = self.checked() else {
            return String::new();
        };
        let remarks = checked.remarks.iter();
        let remarks = remarks.map(|remark| format!("Remark: {remark}."));
        let mut told: Vec<String> = vec![checked.detail.clone()];
        told.extend(remarks);
        told.retain(|text| !text.is_empty());
        told.join(" ")
    }
}

/// All checks of a peer.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub peer: Peer,
    /// Of a server, where it is; of a client, where it has to connect.
    pub address: String,
    pub dialect: Dialect,
    pub strict: bool,
    pub rows: Vec<Row>,
    /// By what the server was lost.
    pub deaths: Vec<String>,
    /// What the user should do now.
    pub says: Option<String>,
    /// All that was found, once it is.
    pub report: Option<Arc<CheckReport>>,
    /// The file it was read from.
    pub file: Option<String>,
    began: Instant,
    took: Option<Duration>,
}

impl Sheet {
    /// A check that begins now.
    pub fn begun(peer: Peer, address: String, dialect: Dialect, strict: bool) -> Self {
        Self {
            peer,
            address,
            dialect,
            strict,
            rows: catalogue(peer).iter().map(Row::waiting).collect(),
            deaths: Vec::new(),
            says: None,
            report: None,
            file: None,
            began: Instant::now(),
            took: None,
        }
    }

    /// A check that was read from a file.
    pub fn of_document(report: CheckReport, file: String) -> Self {
        let mut rows: Vec<Row> = report.checks.iter().cloned().map(Row::done).collect();
        if report.state == CheckState::Stopped {
            let last = rows.last().map_or(0, |row| row.number);
            let all = catalogue(report.peer);
            let rest = all.iter().filter(|check| check.number > last);
            rows.extend(rest.map(Row::waiting));
        }
        Self {
            rows,
            deaths: report.deaths.clone(),
            file: Some(file),
            ..Self::begun(
                report.peer,
                report.address.clone(),
                report.dialect,
                report.strict,
            )
        }
        .with(report)
    }

    fn with(mut self, report: CheckReport) -> Self {
        self.report = Some(Arc::new(report));
        self
    }

    /// Takes in what the check says.
    pub fn take(&mut self, event: CheckEvent) {
        match event {
            CheckEvent::Began(number) => {
                if let Some(row) = self.rows.iter_mut().find(|row| row.number == number) {
                    row.stage = Stage::UnderWay;
                }
            }
            CheckEvent::Done(checked) => {
                self.says = None;
                let number = checked.number;
                if let Some(row) = self.rows.iter_mut().find(|row| row.number == number) {
                    *row = Row::done(*checked);
                }
            }
            CheckEvent::Lost(death) => self.deaths.push(death),
            CheckEvent::Says(what) => self.says = Some(what),
            CheckEvent::Finished(report) => {
                for row in &mut self.rows {
                    if matches!(row.stage, Stage::UnderWay) {
                        row.stage = Stage::NotYet;
                    }
                }
                self.says = None;
                self.deaths.clone_from(&report.deaths);
                self.report = Some(Arc::from(report));
                self.took = Some(self.began.elapsed());
            }
        }
    }

    /// How long it goes or went; nothing is known of one from a file.
    pub fn elapsed(&self) -> Option<Duration> {
        match (self.took, &self.report) {
            (Some(took), _) => Some(took),
            (None, None) => Some(self.began.elapsed()),
            (None, Some(_)) => None,
        }
    }

    pub fn count(&self, verdict: Verdict) -> usize {
        let verdicts = self.rows.iter().filter_map(Row::verdict);
        verdicts.filter(|known| *known == verdict).count()
    }

    /// How many found something to remark on.
    pub fn remarked(&self) -> usize {
        let checked = self.rows.iter().filter_map(Row::checked);
        checked
            .filter(|checked| !checked.remarks.is_empty())
            .count()
    }

    /// How many are done.
    pub fn done(&self) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| row.checked().is_some()).count()
    }

    pub fn row(&self, number: usize) -> Option<&Row> {
        self.rows.iter().find(|row| row.number == number)
    }

    /// The number of the check under way.
    pub fn under_way(&self) -> Option<usize> {
        let mut rows = self.rows.iter();
        let row = rows.find(|row| matches!(row.stage, Stage::UnderWay))?;
        Some(row.number)
    }

    /// Whose rules, in words.
    pub fn subject(&self) -> String {
        match self.peer {
            Peer::Server => format!("Server {}", self.address),
            Peer::Client => format!("Client that connects to {}", self.address),
        }
    }
}

fn catalogue(peer: Peer) -> Vec<Described> {
    match peer {
        Peer::Server => server_checks(),
        Peer::Client => client_checks(),
    }
}
