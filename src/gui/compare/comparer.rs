//! Comparing runs apart from the window's thread, once for each choice of runs. While a run goes nothing
//! is compared: a processor that ranks rounds would be missing where it is measured.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use egui::Context;

use super::PlotView;
use crate::chart::SourceId;
use crate::measurement::{Comparison, Run, compare_all};

/// A run and its number.
type Numbered = (SourceId, Arc<Run>);

/// How runs compare with a baseline.
#[derive(Debug, Default)]
pub struct Found {
    /// The baseline.
    pub baseline: Option<SourceId>,
    /// Those that were compared with it.
    pub others: Vec<(SourceId, Comparison)>,
}

impl Found {
    /// How a run compares with the baseline.
    #[must_use]
    pub fn of(&self, id: SourceId) -> Option<&Comparison> {
        let mut others = self.others.iter();
        let (_, comparison) = others.find(|(known, _)| *known == id)?;
        Some(comparison)
    }
}

/// Which runs are compared.
#[derive(Debug, Default)]
struct Asked {
    baseline: Option<Numbered>,
    others: Vec<Numbered>,
}

impl Asked {
    fn is_same(&self, other: &Self) -> bool {
        let same =
            |(one, run): &Numbered, (other, of): &Numbered| one == other && Arc::ptr_eq(run, of);
        let baselines = match (&self.baseline, &other.baseline) {
            (Some(one), Some(other)) => same(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        baselines
            && self.others.len() == other.others.len()
            && self
                .others
                .iter()
                .zip(&other.others)
                .all(|(one, other)| same(one, other))
    }
}

/// Compares runs, and remembers what it found.
#[derive(Debug, Default)]
pub struct Comparer {
    /// What the plots show.
    pub(in super::super) view: PlotView,
    asked: Asked,
    found: Arc<Found>,
    working: Option<Receiver<Found>>,
    waits: bool,
}

impl Comparer {
    /// What is known by now of how these runs compare.
    pub fn of(
        &mut self,
        baseline: Option<Numbered>,
        others: Vec<Numbered>,
        is_measuring: bool,
        context: &Context,
    ) -> Arc<Found> {
        let asked = Asked { baseline, others };
        if !self.asked.is_same(&asked) {
            self.asked = asked;
            self.found = Arc::default();
            self.working = None;
            self.waits = self.asked.baseline.is_some() && !self.asked.others.is_empty();
        }
        if self.waits && !is_measuring {
            self.waits = false;
            self.working = self.begin(context);
        }
        if let Some(working) = &self.working {
            match working.try_recv() {
                Ok(found) => {
                    self.found = Arc::new(found);
                    self.working = None;
                }
                Err(TryRecvError::Disconnected) => self.working = None,
                Err(TryRecvError::Empty) => {}
            }
        }
        self.found()
    }

    /// What was found last.
    #[must_use]
    pub fn found(&self) -> Arc<Found> {
        Arc::clone(&self.found)
    }

    /// Whether the comparison waits for the end of the run that goes on.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// `None` where the system gives no thread: then nothing is compared.
    fn begin(&self, context: &Context) -> Option<Receiver<Found>> {
        let (baseline, run) = self.asked.baseline.clone()?;
        let others = self.asked.others.clone();
        let (sender, receiver) = channel();
        let context = context.clone();
        std::thread::Builder::new()
            .name("echograph-compare".to_owned())
            .spawn(move || {
                let runs: Vec<&Run> = others.iter().map(|(_, other)| other.as_ref()).collect();
                let compared = compare_all(&run, &runs);
                let ids = others.iter().map(|(id, _)| *id);
                // A window that compares others by now wants none of it.
                let _ = sender.send(Found {
                    baseline: Some(baseline),
                    others: ids.zip(compared).collect(),
                });
                context.request_repaint();
            })
            .ok()?;
        Some(receiver)
    }
}
