//! Run documents for the window to open: figures made by hand, written by the program's own writer.

use std::path::{Path, PathBuf};

use echograph::experiment::Profile;
use echograph::measurement::{Point, Probe, Run, by_hand};
use echograph::store::save_run;

use super::harness::Window;

/// Message sizes of the documents.
pub const SIZES: [u64; 3] = [100, 400, 1_000];

/// A run document with ten rounds of each size, whose round trips take about so long.
pub fn document(window: &Window, name: &str, rtt_ns: u64) -> PathBuf {
    written(&window.path(name), &run(rtt_ns, 10))
}

/// The same with as many rounds.
pub fn document_with_rounds(window: &Window, name: &str, rtt_ns: u64, rounds: u32) -> PathBuf {
    written(&window.path(name), &run(rtt_ns, rounds))
}

/// A file that comes with the program.
pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("assets/golden")
        .join(name)
}

fn written(path: &Path, run: &Run) -> PathBuf {
    save_run(path, run).unwrap();
    path.to_owned()
}

fn run(rtt_ns: u64, rounds: u32) -> Run {
    let profile = Profile {
        message_sizes: SIZES.to_vec(),
        ..by_hand::profile()
    };
    by_hand::run(profile, SIZES.map(|size| point(size, rtt_ns, rounds)))
}

/// Rounds of one run lie a thousandth apart, in an order that no two sizes share.
fn point(size: u64, rtt_ns: u64, rounds: u32) -> Point {
    let round = |number| {
        let away = (u64::from(number) * 7 + size) % 11;
        let rtt = rtt_ns + size + away * rtt_ns / 1_000;
        let probes = (0..5).map(|at| Probe::new(at * 1_000_000, Some(rtt + at)));
        by_hand::round(number, probes)
    };
    by_hand::point(size, (1..=rounds).map(round))
}
