//! What is worked out of a run that has ended, apart from the window's thread: the model, and the
//! landmarks that rest on it. While a run goes there are landmarks alone: a processor that fits a line
//! would be missing where it is measured.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use egui::Context;

use crate::measurement::{Fit, LandmarkSet, NoFit, Run, RunState, fits, landmarks};

/// The model of each server delay, or why there is none.
pub type Fits = Vec<(u64, Result<Fit, NoFit>)>;

/// Rounds that are looked through in no time.
const FEW_ROUNDS: usize = 100;

/// Whether what rests on all rounds of a run that goes on is worth being worked out anew: with thousands of
/// rounds that costs more than all else of a frame, and one more of them changes nothing that can be seen.
#[must_use]
pub fn is_much_more(before: usize, now: usize) -> bool {
    now < FEW_ROUNDS || now.saturating_sub(before) > before / 100
}

/// What was worked out of a run.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The models; none while the run goes.
    pub fits: Fits,
    /// The landmarks.
    pub landmarks: Vec<LandmarkSet>,
}

/// Works it out once for each run that is shown.
#[derive(Debug, Default)]
pub struct Analyst {
    of: Option<Arc<Run>>,
    found: Arc<Analysis>,
    /// The rounds on which it rests.
    rounds: usize,
    working: Option<Receiver<Analysis>>,
}

impl Analyst {
    /// What is known of a run by now. More of it is worked out meanwhile, and a frame asked for then.
    pub fn of(&mut self, run: &Arc<Run>, context: &Context) -> Arc<Analysis> {
        let is_same = self
            .of
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(known, run));
        let rounds = run.points.iter().map(|point| point.rounds.len()).sum();
        let goes_on = run.state == RunState::Running
            && self.of.as_ref().is_some_and(|known| known.id == run.id);
        if !is_same && (!goes_on || is_much_more(self.rounds, rounds)) {
            self.of = Some(Arc::clone(run));
            self.rounds = rounds;
            self.found = Arc::new(Analysis {
                fits: Vec::new(),
                landmarks: landmarks(run, &[]),
            });
            self.working = (run.state != RunState::Running)
                .then(|| begin(run, context))
                .flatten();
        }
        if let Some(working) = &self.working {
            match working.try_recv() {
                Ok(analysis) => {
                    self.found = Arc::new(analysis);
                    self.working = None;
                }
                Err(TryRecvError::Disconnected) => self.working = None,
                Err(TryRecvError::Empty) => {}
            }
        }
        Arc::clone(&self.found)
    }
}

/// `None` where the system gives no thread: then there is no model.
fn begin(run: &Arc<Run>, context: &Context) -> Option<Receiver<Analysis>> {
    let (sender, receiver) = channel();
    let (run, context) = (Arc::clone(run), context.clone());
    std::thread::Builder::new()
        .name("echograph-analysis".to_owned())
        .spawn(move || {
            let fits = fits(&run);
            let landmarks = landmarks(&run, &fits);
            // A window that shows another run by now wants none of it.
            let _ = sender.send(Analysis { fits, landmarks });
            context.request_repaint();
        })
        .ok()?;
    Some(receiver)
}
