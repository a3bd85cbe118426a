//! How a session is written down: its lines, its probes, and what is shown of them meanwhile.

use std::cell::RefCell;
use std::convert::Infallible;
use std::time::Instant;

use super::executor::{Execution, cpus};
use super::lane::Heard;
use super::measure::{Keeper, STALL};
use super::picture::LONGEST_FRAME;
use super::progress::Place;
use super::run_queue::Waited;
use super::session::{Recorder, nanoseconds};
use super::visit::Current;
use crate::experiment::{Patience, SocketOptions};
use crate::measurement::{About, Direction, Probe, Work};
use crate::protocol::{EchoStyle, Phase};

/// Probes that take this long, in nanoseconds, are worth a picture between two of them.
const SLOW_PROBE_NS: u64 = 5_000_000;
/// A probe that takes this many times the longest frame is under way still when that is over.
const FRAMES_A_PROBE: u32 = 2;

/// Records a session into the run.
pub(super) struct Recording<'r, 'a> {
    pub execution: &'r mut Execution<'a>,
    pub current: &'r mut Current,
    /// Lines and probes written down.
    news: u64,
    /// What was heard beside the echoes of each connection.
    heard: Vec<Heard>,
}

impl<'r, 'a> Recording<'r, 'a> {
    pub fn new(execution: &'r mut Execution<'a>, current: &'r mut Current) -> Self {
        Self {
            execution,
            current,
            news: 0,
            heard: Vec::new(),
        }
    }

    /// What is known of waiting for this point.
    pub fn patience(&self) -> Patience {
        let execution = &self.execution;
        let known = execution.patience.get(self.current.visit.point);
        known.map_or_else(
            || Patience::new(execution.profile().wait, cpus()),
            Patience::clone,
        )
    }

    /// Takes note of it.
    pub fn learnt(&mut self, patience: Patience) {
        if let Some(place) = self.execution.patience.get_mut(self.current.visit.point) {
            *place = patience;
        }
    }

    /// In which style the server puts its echoes, as far as it is known.
    pub fn style(&self) -> Option<EchoStyle> {
        let known = self.execution.speech.echo.as_ref();
        known.or(self.current.echo.as_ref()).cloned()
    }

    /// Where the run measures.
    pub fn host(&self) -> String {
        self.execution.host.clone()
    }

    /// With which options its connections are opened.
    pub fn socket_options(&self) -> SocketOptions {
        self.execution.profile().socket.clone()
    }

    /// Shows the run, where that was long enough ago. Nothing is in flight.
    pub fn show_if_due(&mut self, place: Place) {
        if self.execution.pace.is_due(Instant::now(), place) {
            self.execution
                .show((self.current.visit, Some(&*self.current)));
        }
    }

    /// Puts what was waited for a processor since then into the rounds.
    pub fn waited(&mut self, since: Waited) {
        let now = Waited::until_now();
        let rounds = self.current.rounds.iter_mut();
        for work in rounds.filter_map(|round| round.work.as_mut()) {
            now.put_into(since, work);
        }
    }

    /// What was heard beside the echoes of a connection.
    pub fn heard(&mut self, lane: usize) -> Heard {
        let heard = self.heard.get_mut(lane);
        heard.map(std::mem::take).unwrap_or_default()
    }

    fn publish(&mut self) {
        let now = Some((self.current.visit, Some(&*self.current)));
        self.execution.publish(now);
    }

    pub fn line(&mut self, lane: usize, phase: Phase, direction: Direction, text: &str) {
        self.news += 1;
        let session = self.current.session(lane);
        self.execution.line(session, phase, direction, text);
    }
}

impl Keeper for &RefCell<Recording<'_, '_>> {
    fn probe(&mut self, lane: usize, probe: Probe, now: Instant) -> bool {
        let mut recording = self.borrow_mut();
        recording.news += 1;
        if let Some(round) = recording.current.rounds.get_mut(lane) {
            round.probes.push(probe);
        }
        let is_below = |least| probe.rtt_ns().is_some_and(|rtt_ns| rtt_ns < least);
        recording.execution.frames_show = is_below(nanoseconds(LONGEST_FRAME * FRAMES_A_PROBE));
        let place = if is_below(SLOW_PROBE_NS) {
            Place::AmongQuickProbes
        } else {
            Place::AmongSlowProbes
        };
        recording.execution.pace.is_due(now, place)
    }

    fn pause(&mut self) {
        let mut recording = self.borrow_mut();
        let Recording {
            execution, current, ..
        } = &mut *recording;
        execution.show((current.visit, Some(current)));
    }

    fn stalled(&mut self) {
        self.borrow_mut().publish();
    }

    fn work(&mut self, lane: usize, work: Work) {
        if let Some(round) = self.borrow_mut().current.rounds.get_mut(lane) {
            round.work = Some(match round.work {
                Some(before) => before.followed_by(work),
                None => work,
            });
        }
    }

    fn heard(&mut self, lane: usize, mut heard: Heard) {
        let mut recording = self.borrow_mut();
        if let Some(style) = heard.style.take() {
            recording.current.echo.get_or_insert(style);
        }
        let places = &mut recording.heard;
        places.resize_with(places.len().max(lane + 1), Heard::default);
        if let Some(place) = places.get_mut(lane) {
            *place = heard;
        }
    }
}

/// Writes down what is said over one connection.
pub(super) struct Pen<'p, 'r, 'a> {
    pub recording: &'p RefCell<Recording<'r, 'a>>,
    pub lane: usize,
}

impl Recorder for Pen<'_, '_, '_> {
    fn line(&mut self, phase: Phase, direction: Direction, text: &str) {
        self.recording
            .borrow_mut()
            .line(self.lane, phase, direction, text);
    }

    fn remark(&mut self, about: About, text: impl FnOnce() -> String) {
        let mut recording = self.recording.borrow_mut();
        recording.execution.run.server.remark(about, text);
    }
}

/// Shows the run while a server keeps it waiting: pictures are otherwise taken when something has
/// come. Where probes go back and forth it only looks at a number, now and then.
pub(super) async fn show_stalls(recording: &RefCell<Recording<'_, '_>>) -> Infallible {
    let (mut seen, mut shown) = (0, None);
    loop {
        tokio::time::sleep(STALL).await;
        let mut recording = recording.borrow_mut();
        if recording.news == seen && shown != Some(seen) {
            recording.publish();
            shown = Some(seen);
        }
        seen = recording.news;
    }
}
