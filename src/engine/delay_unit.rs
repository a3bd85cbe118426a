//! What a server counts the server delay in, found out once all was measured.

use std::net::SocketAddr;

use tokio_util::sync::CancellationToken;

use super::executor::Execution;
use super::trial::median_rtt;
use super::visit::Current;
use crate::experiment::{PointSpec, Visit};
use crate::measurement::{About, Direction, Point, delay_unit};
use crate::protocol::Phase;

impl Execution<'_> {
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
