//! A run of many samples, made up: the same each time, with the tail and the losses of a real one.

use std::sync::Arc;

use echograph::engine::RunProgress;
use echograph::experiment::{Profile, Rounds};
use echograph::measurement::{PointFigures, Probe, Probes, Round, Run, RunState, Work, by_hand};

use crate::FRAMES;

/// The message sizes; the samples are spread over them but for half of them, which are the selected one's.
const SIZES: [u64; 6] = [1, 100, 200, 400, 800, 1_000];
/// The selected point.
pub const SELECTED: usize = 2;

/// A run that grows: each picture has some more probes of the selected point, as the engine's have.
pub struct Growing {
    run: Run,
    figures: PointFigures,
    /// The probes of the selected point that come one picture after the other.
    rest: std::vec::IntoIter<Probe>,
    a_picture: usize,
    a_round: usize,
    open: Round,
    shown: u32,
}

impl Growing {
    /// Half of all samples are the selected point's; a tenth of these come in the pictures.
    pub fn new(per_point: u32, rounds: u32) -> Self {
        let profile = Profile {
            message_sizes: SIZES.to_vec(),
            rounds: Rounds::Exactly(rounds),
            probes: per_point / rounds,
            ..by_hand::profile()
        };
        let mut run = Run {
            state: RunState::Running,
            ..by_hand::run(profile, [])
        };
        let mut figures = PointFigures::new(SIZES[SELECTED]);
        let mut rest = Vec::new();
        let mut open = Round::default();
        let a_round = (per_point / rounds).max(1) as usize;
        for (place, size) in SIZES.into_iter().enumerate() {
            let mut rounds = Vec::new();
            let is_selected = place == SELECTED;
            let probes = if is_selected {
                5 * per_point
            } else {
                per_point
            };
            let mut all: Vec<Probe> = probes_of(place as u64, probes);
            if is_selected {
                rest = all.split_off(all.len() - all.len() / 10);
            }
            let pieces = if is_selected { 5 * a_round } else { a_round };
            for (number, probes) in (1..).zip(all.chunks(pieces)) {
                let round = Round {
                    warmup: 1,
                    work: work_of(probes.first(), probes.last()),
                    ..by_hand::round(number, probes.iter().copied())
                };
                if is_selected {
                    figures.feed(&round);
                    open = Round {
                        number: number + 1,
                        session: number + 1,
                        probes: Probes::with_room_for(rest.len()),
                        ..Round::default()
                    };
                }
                rounds.push(round);
            }
            run.points.push(by_hand::point(size, rounds));
        }
        Self {
            run,
            figures,
            a_picture: (rest.len() / FRAMES as usize).max(1),
            a_round: 5 * a_round,
            rest: rest.into_iter(),
            open,
            shown: 0,
        }
    }

    /// The run as it stands at picture `number`.
    pub fn picture(&mut self, number: u32) -> RunProgress {
        while self.shown < number {
            self.shown += 1;
            for probe in self.rest.by_ref().take(self.a_picture) {
                self.open.probes.push(probe);
                if self.open.probes.len() >= self.a_round {
                    let next = Round {
                        number: self.open.number + 1,
                        session: self.open.session + 1,
                        ..Round::default()
                    };
                    let mut full = std::mem::replace(&mut self.open, next);
                    let first = full.probes.iter().next();
                    let last = full.probes.iter_from(full.probes.len() - 1).next();
                    full.work = work_of(first, last);
                    self.figures.feed(&full);
                    self.run.points[SELECTED].rounds.push(Arc::new(full));
                }
            }
        }
        self.figures.feed(&self.open);
        let mut run = self.run.clone();
        let point = &mut run.points[SELECTED];
        point.rounds.push(Arc::new(self.open.clone()));
        point.statistics = self.figures.statistics();
        RunProgress {
            run: Arc::new(run),
            visits_done: u64::from(number),
            visits_total: u64::from(FRAMES),
            probes_done: u64::from(number),
            probes_total: u64::from(FRAMES),
            time_left: None,
            point: SELECTED,
            round: self.open.number,
            trial: None,
        }
    }
}

/// What the engine counts of a round that is over.
fn work_of(first: Option<&Probe>, last: Option<&Probe>) -> Option<Work> {
    let (first, last) = (first?, last?);
    Some(Work {
        began_ns: first.sent_ns,
        ended_ns: last.sent_ns + 100_000,
        ..Work::default()
    })
}

/// Probes whose round-trip times have a long tail, some without an echo.
fn probes_of(seed: u64, probes: u32) -> Vec<Probe> {
    let mut state = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    (0..u64::from(probes))
        .map(|at| {
            // Xorshift, G. Marsaglia, 2003: the same run every time.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let bulk = 60_000 + state % 8_000;
            let tail = if state.is_multiple_of(1_009) {
                state % 3_000_000
            } else {
                0
            };
            let is_lost = state.is_multiple_of(20_011);
            Probe::new(at * 100_000, (!is_lost).then_some(bulk + tail))
        })
        .collect()
}
