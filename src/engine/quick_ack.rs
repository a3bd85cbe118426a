//! Acknowledging at once what comes: what the kernel is asked, and the one round more that shows whether it
//! was a delayed acknowledgement that was measured.

use std::net::SocketAddr;

use socket2::SockRef;
use tokio_util::sync::CancellationToken;

use super::executor::Execution;
use super::visit::Current;
use crate::experiment::{QuickAck, Visit};
use crate::measurement::{About, Direction, Round, delayed_ack_lesson, may_be_delayed_ack};
use crate::protocol::Phase;

/// Has the kernel acknowledge at once what has come and what comes next.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn acknowledge_at_once(socket: &SockRef<'_>) {
    // Nothing is lost where it will not: the kernel's own way is the way without it.
    let _ = socket.set_tcp_quickack(true);
}

/// Not available here.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn acknowledge_at_once(_: &SockRef<'_>) {}

impl Execution<'_> {
    /// Measures the points once more whose RTTs look like those of a delayed acknowledgement, with what comes
    /// acknowledged at once.
    pub(super) async fn look_for_delayed_acks(
        &mut self,
        addresses: &mut [SocketAddr],
        stop: &CancellationToken,
    ) {
        let is_possible = cfg!(any(target_os = "linux", target_os = "android"));
        if !is_possible || self.profile().socket.quick_ack != QuickAck::Auto {
            return;
        }
        self.refresh_statistics();
        let suspects: Vec<usize> = (0..)
            .zip(&self.run.points)
            .filter(|(_, point)| may_be_delayed_ack(point))
            .map(|(index, _)| index)
            .collect();
        for index in suspects {
            let rtts = self.measure_acknowledged(index, addresses, stop).await;
            if let Some(point) = self.run.points.get_mut(index) {
                point.quick_acked = rtts;
            }
        }
        if let Some(lesson) = delayed_ack_lesson(&self.run.points) {
            self.run.server.remark_instead(About::Timing, lesson);
        }
    }

    async fn measure_acknowledged(
        &mut self,
        index: usize,
        addresses: &mut [SocketAddr],
        stop: &CancellationToken,
    ) -> Vec<u64> {
        let Some(spec) = self.plan.points().get(index).copied() else {
            return Vec::new();
        };
        let text = "one round more, with acknowledgements at once: this looks like a delayed one";
        self.line(self.sessions + 1, Phase::Setup, Direction::Event, text);
        let mut current = Current::beside(Visit {
            round: self.plan.rounds().most(),
            point: index,
        });
        let terms = self.terms(&spec).with_quick_ack();
        let Ok(connections) = self.open_all(&terms, &mut current, addresses, stop).await else {
            return Vec::new();
        };
        match self.session(&terms, connections, &mut current, stop).await {
            Ok(()) => current
                .rounds
                .iter()
                .flat_map(Round::counted_rtts)
                .collect(),
            Err(fault) => {
                self.ended_with(current.session(0), &fault);
                Vec::new()
            }
        }
    }
}
