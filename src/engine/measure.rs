//! The measurement phase: the lanes of a round, run until every echo is there.
//!
//! Nothing here is asynchronous. The loop asks its sockets in turn; when a turn of all brought nothing
//! it spins or sleeps, as the profile has it. It looks at two things beside the sockets, at every turn:
//! whether somebody rang (then the engine's commands are worked off, and the loop goes on where it was)
//! and, now and then, whether a probe's time is over.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio_util::sync::CancellationToken;

use super::attention::Attention;
use super::lane::{Cargo, Heard, Lane, LaneFault, Turn};
use super::placement::Placement;
use super::readiness::{Interest, Sleeper};
use super::session::nanoseconds;
use crate::experiment::Patience;
use crate::measurement::{Probe, Work};

/// Turns between two looks at the clock while spinning.
const TURNS_A_LOOK: u32 = 16;
/// How long nothing may come before the run is shown as it waits.
pub(super) const STALL: Duration = Duration::from_millis(250);

/// Keeps what is measured.
pub(super) trait Keeper {
    /// A probe is over. Called after the clock was read. Says whether a pause is wanted: then nothing
    /// more is sent until nothing is in flight, and [`pause`](Self::pause) is called.
    fn probe(&mut self, lane: usize, probe: Probe, now: Instant) -> bool;
    /// Nothing is in flight: what takes time can be done now.
    fn pause(&mut self);
    /// Nothing has come for a while.
    fn stalled(&mut self);
    /// A lane is over, and took that.
    fn work(&mut self, lane: usize, work: Work);
    /// A lane is over, and what was heard beside its echoes.
    fn heard(&mut self, lane: usize, heard: Heard);
}

/// Why the measuring ended before the last echo.
pub(super) struct Failure {
    /// Which connection.
    pub lane: usize,
    /// The probe whose echo was due.
    pub seq: u32,
    pub why: FailureKind,
}

pub(super) enum FailureKind {
    Lane(LaneFault),
    /// `came` of the `of` bytes of the echo had come when its time was over.
    TimedOut {
        came: usize,
        of: usize,
    },
    Stopped,
}

/// How the measuring is done.
pub(super) struct Method<'p> {
    /// What is known of the path already; it learns on.
    pub patience: &'p mut Patience,
    /// How long an echo may take.
    pub time_out: Duration,
    /// Times are counted from here.
    pub origin: Instant,
}

/// Sends the cargoes, each over its socket, until every echo is there.
pub(super) async fn measure(
    sockets: &[SockRef<'_>],
    cargoes: Vec<Cargo>,
    method: Method<'_>,
    attention: &Attention,
    stop: &CancellationToken,
    keeper: &mut impl Keeper,
) -> Result<(), Failure> {
    let Method {
        patience,
        time_out,
        origin,
    } = method;
    let lanes = sockets
        .iter()
        .zip(cargoes)
        .map(|(socket, cargo)| Lane::new(socket, cargo, origin))
        .collect();
    let mut round = RoundOfLanes {
        lanes,
        sleeper: Sleeper::new(sockets, attention),
        placement: Placement::new(sockets),
        time_out,
        moved_at: Instant::now(),
        shown: false,
        hold: false,
        in_vain: false,
        looked_at: None,
    };
    let cpu_before = thread_cpu_ns();
    let ended = poll_fn(|cx| round.run(cx, patience, attention, stop, keeper)).await;
    round.finish(cpu_before, keeper);
    ended
}

struct RoundOfLanes<'s> {
    lanes: Vec<Lane<'s>>,
    sleeper: Sleeper<'s>,
    placement: Placement<'s>,
    time_out: Duration,
    /// When something was sent or came last, as far as a clock was read.
    moved_at: Instant,
    /// Whether the standstill was shown.
    shown: bool,
    /// Whether a pause is wanted.
    hold: bool,
    /// Whether all the time to spin was spent since something came.
    in_vain: bool,
    /// When the clock was read last; `None` since a sleep or a pause.
    looked_at: Option<Instant>,
}

impl RoundOfLanes<'_> {
    fn run(
        &mut self,
        cx: &mut Context<'_>,
        patience: &mut Patience,
        attention: &Attention,
        stop: &CancellationToken,
        keeper: &mut impl Keeper,
    ) -> Poll<Result<(), Failure>> {
        if stop.is_cancelled() {
            return Poll::Ready(Err(self.first_due(FailureKind::Stopped)));
        }
        let mut idle_turns = 0_u32;
        loop {
            if attention.is_wanted() {
                attention.heard();
                // The commands are worked off, and then this goes on where it was.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            match self.turn(patience, keeper) {
                Ok(Turn::Moved) => idle_turns = 0,
                Ok(Turn::Done) => return Poll::Ready(Ok(())),
                Ok(_) => {
                    idle_turns = idle_turns.wrapping_add(1);
                    if idle_turns % TURNS_A_LOOK != 1 && patience.asks_at_once() {
                        std::hint::spin_loop();
                    } else if let Err(failure) = self.wait(patience, idle_turns == 1, keeper) {
                        return Poll::Ready(Err(failure));
                    }
                }
                Err(failure) => return Poll::Ready(Err(failure)),
            }
        }
    }

    /// A turn of every lane.
    fn turn(&mut self, patience: &mut Patience, keeper: &mut impl Keeper) -> Result<Turn, Failure> {
        let at_once = patience.asks_at_once();
        let (mut lost_for, mut was_in_vain) = (Duration::ZERO, false);
        let (mut moved, mut all_done) = (false, true);
        for (index, lane) in self.lanes.iter_mut().enumerate() {
            if lane.has_ended() {
                continue;
            }
            lane.may_read |= at_once;
            let (hold, in_vain) = (&mut self.hold, &mut self.in_vain);
            let looked_at = &mut self.looked_at;
            let holding = *hold;
            let turn = lane.turn(holding, &mut |probe, now| {
                if let Some(rtt_ns) = probe.rtt_ns() {
                    was_in_vain |= *in_vain;
                    patience.saw(Duration::from_nanos(rtt_ns), std::mem::take(in_vain));
                }
                if let Some(before) = looked_at.replace(now) {
                    lost_for = lost_for.max(now.saturating_duration_since(before));
                }
                *hold |= keeper.probe(index, probe, now);
            });
            match turn {
                Turn::Moved => (moved, all_done) = (true, false),
                Turn::Idle => all_done = false,
                Turn::Done => moved = true,
                Turn::Failed(fault) => {
                    let (lane, seq) = (index, lane.next_due());
                    let why = FailureKind::Lane(fault);
                    return Err(Failure { lane, seq, why });
                }
            }
        }
        let lost = patience.looked_after(lost_for);
        if !all_done && self.lanes.iter().all(|lane| lane.oldest().is_none()) {
            if (lost || was_in_vain) && self.step_aside() {
                patience.moved();
            }
            if self.hold {
                self.pause(keeper);
                moved = true;
            }
        }
        Ok(match (all_done, moved) {
            (true, _) => Turn::Done,
            (false, true) => Turn::Moved,
            (false, false) => Turn::Idle,
        })
    }

    /// Nothing is in flight, and something came late.
    fn step_aside(&mut self) -> bool {
        let moved = self.placement.step_aside(Instant::now());
        if moved {
            self.looked_at = None;
        }
        moved
    }

    fn pause(&mut self, keeper: &mut impl Keeper) {
        let began = Instant::now();
        keeper.pause();
        let time = began.elapsed();
        for lane in &mut self.lanes {
            lane.paused(time);
        }
        self.hold = false;
        self.looked_at = None;
    }

    /// Nothing came: looks at the clock, and sleeps when the time for spinning is over.
    fn wait(
        &mut self,
        patience: &Patience,
        just_idle: bool,
        keeper: &mut impl Keeper,
    ) -> Result<(), Failure> {
        let now = Instant::now();
        self.looked_at = Some(now);
        if just_idle {
            self.moved_at = now;
            self.shown = false;
        }
        let idle = now.duration_since(self.moved_at);
        if idle >= STALL && !self.shown {
            self.shown = true;
            keeper.stalled();
        }
        let Some(deadline) = self.deadline() else {
            return Ok(());
        };
        let left = deadline.saturating_duration_since(now);
        if left.is_zero() {
            return Err(self.overdue(now));
        }
        let quiet_at = self.lanes.iter().filter_map(Lane::quiet_at).min();
        let left = quiet_at.map_or(left, |at| left.min(at.saturating_duration_since(now)));
        if left.is_zero() {
            return Ok(());
        }
        if patience.budget().is_none_or(|budget| idle < budget) {
            return Ok(());
        }
        self.in_vain = patience.asks_at_once();
        for (index, lane) in self.lanes.iter().enumerate() {
            let going = !lane.has_ended();
            let interest = Interest {
                read: going,
                write: going && lane.wants_to_write(),
            };
            self.sleeper.set(index, interest);
        }
        let longest = if self.shown { left } else { left.min(STALL) };
        self.sleeper.sleep(longest);
        self.looked_at = None;
        for (index, lane) in self.lanes.iter_mut().enumerate() {
            if !lane.has_ended() {
                lane.slept();
                lane.may_read = self.sleeper.is_readable(index);
            }
        }
        Ok(())
    }

    /// When the oldest probe's time is over.
    fn deadline(&self) -> Option<Instant> {
        let oldest = self.lanes.iter().filter_map(Lane::oldest).min()?;
        oldest.checked_add(self.time_out)
    }

    fn overdue(&self, now: Instant) -> Failure {
        let is_over = |lane: &&Lane<'_>| {
            lane.oldest()
                .is_some_and(|sent| now.saturating_duration_since(sent) >= self.time_out)
        };
        let index = self
            .lanes
            .iter()
            .position(|lane| is_over(&lane))
            .unwrap_or(0);
        let (came, of) = self.lanes.get(index).map_or((0, 0), Lane::progress);
        self.failure(index, FailureKind::TimedOut { came, of })
    }

    fn first_due(&self, why: FailureKind) -> Failure {
        let going = self.lanes.iter().position(|lane| !lane.has_ended());
        self.failure(going.unwrap_or(0), why)
    }

    fn failure(&self, lane: usize, why: FailureKind) -> Failure {
        let seq = self.lanes.get(lane).map_or(0, Lane::next_due);
        Failure { lane, seq, why }
    }

    /// Keeps the probes that have no echo, and what all of it took.
    fn finish(&mut self, cpu_before: Option<u64>, keeper: &mut impl Keeper) {
        let now = Instant::now();
        let cpu_ns = thread_cpu_ns()
            .zip(cpu_before)
            .map(|(after, before)| after.saturating_sub(before));
        for (index, lane) in self.lanes.iter_mut().enumerate() {
            lane.abandon(now, &mut |probe| {
                keeper.probe(index, probe, now);
            });
            let work = Work {
                cpu_ns,
                ..lane.work()
            };
            keeper.work(index, work);
            keeper.heard(index, lane.take_heard());
        }
    }
}

/// Processor time of this thread, in nanoseconds.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "not every system tells")]
fn thread_cpu_ns() -> Option<u64> {
    Some(nanoseconds(super::cpu_time::of_thread()))
}

#[cfg(not(unix))]
fn thread_cpu_ns() -> Option<u64> {
    None // Not available here.
}
