//! Samples as CSV, one a row, for spreadsheets and statistics programs.
//!
//! Every probe that was sent is there, warm-up too; `rtt_ns` is empty where the echo never came. Where
//! several connections measured at the same time, a last column says which. Where several runs stand
//! in one file, a first column `run` has the name of each; an apostrophe stands before one that a
//! spreadsheet would take for a formula (OWASP, "CSV Injection").

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use super::run_document::NS_PER_MS;
use super::write_atomically;
use crate::measurement::Run;

const HEADER: [&str; 8] = [
    "type",
    "message_size",
    "server_delay_ns",
    "round",
    "seq",
    "sent_ns",
    "rtt_ns",
    "warmup",
];

/// Writes a run's samples to a file, all or nothing.
///
/// # Errors
/// What the operating system says.
pub fn save_samples(path: &Path, run: &Run) -> io::Result<()> {
    write_atomically(path, |file| write_samples(run, file))
}

/// Writes a run's samples.
///
/// # Errors
/// What the writer says.
pub fn write_samples(run: &Run, writer: impl Write) -> io::Result<()> {
    write_rows(&[(None, run)], writer)
}

/// Writes the samples of several runs, one run after the other, each row with its run's name in a first
/// column `run`.
///
/// # Errors
/// What the writer says.
pub fn write_samples_of_runs(runs: &[(&str, &Run)], writer: impl Write) -> io::Result<()> {
    let names: Vec<_> = runs.iter().map(|(name, _)| harmless(name)).collect();
    let runs: Vec<_> = names
        .iter()
        .zip(runs)
        .map(|(name, (_, run))| (Some(name.as_ref()), *run))
        .collect();
    write_rows(&runs, writer)
}

/// A name that no spreadsheet reckons with: it may be that of a file which a stranger made.
fn harmless(name: &str) -> Cow<'_, str> {
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{name}"))
    } else {
        Cow::Borrowed(name)
    }
}

/// Either all runs have a name or none has.
fn write_rows(runs: &[(Option<&str>, &Run)], writer: impl Write) -> io::Result<()> {
    // A row is a tuple, of which serde knows no field names.
    let mut rows = csv::WriterBuilder::new()
        .has_headers(false)
        .from_writer(writer);
    let points = || runs.iter().flat_map(|(_, run)| &run.points);
    let several = points().any(|point| {
        let mut rounds = point.rounds.iter();
        rounds.any(|round| round.connection > 1)
    });
    let name = runs.iter().any(|(name, _)| name.is_some()).then_some("run");
    let connection = several.then_some("connection");
    rows.write_record(name.iter().chain(&HEADER).chain(&connection))
        .map_err(io_error)?;
    for (name, run) in runs {
        for point in &run.points {
            let spec = point.spec;
            let delay_ns = spec.server_delay_ms.saturating_mul(NS_PER_MS);
            for round in &point.rounds {
                for (seq, warmup, probe) in round.numbered() {
                    rows.serialize((
                        // One that is not there is one field less.
                        name.as_slice(),
                        spec.kind.name(),
                        spec.message_size,
                        delay_ns,
                        round.number,
                        seq,
                        probe.sent_ns,
                        probe.rtt_ns(),
                        warmup,
                        several.then_some(round.connection).as_slice(),
                    ))
                    .map_err(io_error)?;
                }
            }
        }
    }
    rows.flush()
}

/// The error beneath, so that a closed pipe can be told from a full disk.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measurement::{Probe, by_hand};

    #[test]
    fn a_name_that_a_spreadsheet_would_reckon_with_is_text() {
        let round = by_hand::round(1, [Probe::new(0, Some(1_000))]);
        let run = by_hand::run(by_hand::profile(), [by_hand::point(1, [round])]);
        let named = |name: &str| {
            let mut file = Vec::new();
            write_samples_of_runs(&[(name, &run)], &mut file).expect("memory");
            let text = String::from_utf8(file).expect("text");
            let row = text.lines().nth(1).expect("a sample").to_owned();
            row.split(',').next().expect("a name").to_owned()
        };
        for name in ["=1+1", "+1", "-1", "@SUM(A1)"] {
            assert_eq!(named(name), format!("'{name}"));
        }
        assert_eq!(named("lab = 2"), "lab = 2");
    }
}
