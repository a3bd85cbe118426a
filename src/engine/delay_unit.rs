//! What a server counts the server delay in, found out once all was measured.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::executor::Execution;
use super::fault::{self, seconds};
use super::trial::median_rtt;
use super::visit::Current;
use crate::experiment::{PointSpec, Visit};
use crate::measurement::units::time;
use crate::measurement::{About, Direction, Fault, FaultKind, FaultPhase, Point, delay_unit};
use crate::protocol::Phase;

impl Execution<'_> {
    /// Whether a session that ended like that asked for a delay that is longer than it was meant: of a server that
    /// answers without one, no echo came in time.
    pub(super) fn look_for_long_delay(&mut self, echoed: bool, spec: &PointSpec, fault: &Fault) {
        let is_late = (fault.phase, fault.kind) == (FaultPhase::Measurement, FaultKind::TimedOut);
        if echoed || !is_late || spec.server_delay_ms == 0 || self.speech.is_of_the_text() {
            return;
        }
        self.refresh_statistics();
        let points = self.run.points.iter();
        let measured = points.filter(|point| point.statistics.is_some());
        if measured.clone().any(|point| point.spec.server_delay_ms > 0) {
            return;
        }
        let mut plain = measured.filter(|point| point.spec.server_delay_ms == 0);
        let without = plain.find_map(|point| Some(point.statistics.as_ref()?.rtt.p50));
        if let Some(without) = without {
            self.remark_long_delay(spec.server_delay_ms, without);
        }
    }

    /// No echo came in time with that delay, and the median RTT without one is `without`, in nanoseconds.
    pub(super) fn remark_long_delay(&mut self, delay: u64, without: f64) {
        self.long_delay = Some(delay);
        let waited = seconds(self.time_out() + Duration::from_millis(delay));
        let without = time(without);
        self.run.server.remark_instead(
            About::Delay,
            format!(
                "With a server delay of {delay} no echo came within {waited}, without one the median RTT was \
                 {without}: this server's delay unit is longer than a millisecond, most likely seconds. Ask for \
                 1, and for a longer time-out."
            ),
        );
    }

    /// Passes over a point with a delay where such a delay turned out to be longer than any time-out. Says whether
    /// it did.
    pub(super) fn passes_over(&mut self, visit: Visit, spec: &PointSpec) -> bool {
        let Some(delay) = self.long_delay.filter(|_| spec.server_delay_ms > 0) else {
            return false;
        };
        self.fail(
            visit.point,
            fault::delay_not_tried(spec.server_delay_ms, delay),
        );
        self.visit_over(visit, Instant::now());
        true
    }

    /// Finds out, of a server that is not known, what it counts the server delay in. Where nothing was
    /// measured without a delay, one session more is.
    pub(super) async fn find_delay_unit(
        &mut self,
        addresses: &mut [SocketAddr],
        stop: &CancellationToken,
    ) {
        self.refresh_statistics();
        if self.speech.is_of_the_text() {
            return;
        }
        let points = &self.run.points;
        let is_asked_for =
            |point: &&Point| point.statistics.is_some() && point.spec.server_delay_ms > 0;
        let Some(spec) = points.iter().find(is_asked_for).map(|point| point.spec) else {
            return;
        };
        let mut without = None;
        if points.iter().all(|point| point.spec.server_delay_ms > 0) {
            let text = "one session more, without a server delay, to find out its unit";
            self.line(self.sessions + 1, Phase::Setup, Direction::Event, text);
            let spec = PointSpec {
                server_delay_ms: 0,
                ..spec
            };
            without = self.session_beside(spec, addresses, stop).await;
        }
        if let Some(sentence) = delay_unit(&self.run.points, without) {
            self.run.server.remark_instead(About::Delay, sentence);
        }
    }

    /// The median RTT of a session that is no round of the run.
    async fn session_beside(
        &mut self,
        spec: PointSpec,
        addresses: &mut [SocketAddr],
        stop: &CancellationToken,
    ) -> Option<f64> {
        let mut current = Current::beside(Visit { round: 1, point: 0 });
        let terms = self.terms(&spec).of_one_connection();
        let opened = self.open_all(&terms, &mut current, addresses, stop).await;
        let connections = opened.ok()?;
        match self.session(&terms, connections, &mut current, stop).await {
            Ok(()) => median_rtt(&current, spec.message_size),
            Err(fault) => {
                self.ended_with(current.session(0), &fault);
                None
            }
        }
    }
}
