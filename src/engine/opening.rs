//! The connections of a round: opened one after the other, and waited for while a server is away.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::connect::{Connection, connect};
use super::executor::{End, Execution};
use super::fault;
use super::route::route;
use super::session::nanoseconds;
use super::terms::Terms;
use super::trial::RETURN_AFTER_A_TRIAL;
use super::visit::Current;
use crate::experiment::Visit;
use crate::measurement::{Direction, Fault, FaultKind, Probes, Round};
use crate::protocol::Phase;

/// A server that closes a session may need a moment before it takes the next one.
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);
/// How long the return of a server is awaited that was there before: some end after a session and are
/// started anew, and a Java machine takes its time for that.
const RETURN: Duration = Duration::from_secs(3);
/// How long a server may take to be there again before it is said to be gone.
const SAID_TO_BE_GONE: Duration = Duration::from_secs(1);
/// Connections in a row that time out before the server is called gone.
const TIME_OUTS_UNTIL_GONE: u32 = 2;
/// Why a connection was not opened.
pub(super) enum NotOpened {
    Stopped,
    Fault(Fault),
}

impl Execution<'_> {
    /// Opens the connections of a round, one after the other.
    pub(super) async fn open_all(
        &mut self,
        terms: &Terms,
        current: &mut Current,
        addresses: &mut [SocketAddr],
        stop: &CancellationToken,
    ) -> Result<Vec<Connection>, NotOpened> {
        let mut connections = Vec::new();
        for lane in 0..terms.connections {
            self.sessions += 1;
            let opened = tokio::select! {
                biased;
                () = stop.cancelled() => return Err(NotOpened::Stopped),
                opened = self.open(addresses) => opened,
            };
            let connection = opened.map_err(NotOpened::Fault)?;
            self.opened += 1;
            self.time_outs = 0;
            // All rounds are to measure the same path, so the address that was taken stays first.
            if let Some(taken) = addresses.iter().position(|a| *a == connection.address)
                && let Some(up_to_taken) = addresses.get_mut(..=taken)
            {
                up_to_taken.rotate_right(1);
            }
            self.look_at_the_first(&connection);
            let round = self.begin(terms, current.visit, lane + 1, &connection);
            current.rounds.push(round);
            connections.push(connection);
        }
        Ok(connections)
    }

    /// Of the first connection of a run, what the system made of it.
    fn look_at_the_first(&mut self, connection: &Connection) {
        if self.run.socket.is_some() {
            return;
        }
        self.run.socket = Some(connection.settings(&self.profile().socket));
        if let Ok(local) = connection.stream.local_addr() {
            self.run.route = Some(route(local, connection.address));
        }
    }

    fn begin(&self, terms: &Terms, visit: Visit, connection: u32, opened: &Connection) -> Round {
        Round {
            number: visit.round,
            connection,
            session: self.sessions,
            warmup: self.profile().uncounted_probes(),
            depth: terms.depth,
            connect_ns: Some(nanoseconds(opened.took)),
            local: opened.stream.local_addr().ok(),
            // Room for every probe now: it must not be made between two of them.
            probes: Probes::with_room_for(terms.setup.probes as usize),
            work: None,
            tcp: None,
        }
    }

    /// Opens a connection. The return of a server that was there before is awaited for a while.
    async fn open(&mut self, addresses: &[SocketAddr]) -> Result<Connection, Fault> {
        let began = Instant::now();
        let patience = match &self.trial {
            Some(_) => RETURN_AFTER_A_TRIAL,
            None if self.opened > 0 => RETURN,
            None => Duration::ZERO,
        };
        let mut is_said = false;
        loop {
            let options = &self.profile().socket;
            let opened = connect(&self.host, addresses, options, self.time_out()).await;
            // One that ends while a connection is opened resets it.
            let is_gone = matches!(
                &opened,
                Err(fault) if matches!(fault.kind, FaultKind::Refused | FaultKind::Reset)
            );
            if !is_gone || began.elapsed() >= patience {
                if let Some(trial) = &mut self.trial {
                    trial.awaits_server = false;
                }
                return opened;
            }
            if !is_said && began.elapsed() >= SAID_TO_BE_GONE {
                is_said = true;
                let text = format!(
                    "the server is gone; its return is awaited for {} s",
                    patience.as_secs()
                );
                self.line(self.sessions, Phase::Setup, Direction::Event, &text);
                if let Some(trial) = &mut self.trial {
                    trial.awaits_server = true;
                    self.publish(None);
                }
            }
            tokio::time::sleep(RECONNECT_PAUSE).await;
        }
    }

    /// Without a connection no point can be measured: the run ends, unless the path may only have
    /// been slow this once.
    pub(super) fn not_opened(&mut self, visit: Visit, fault: Fault) -> Result<(), End> {
        let session = self.sessions;
        self.line(session, Phase::Setup, Direction::Event, &fault.message);
        // A server that was never there, or one that may be there still and cannot be reached.
        if self.opened == 0 || fault.kind == FaultKind::Unreachable {
            return Err(End::Gone(fault));
        }
        if let Some(delay) = self.long_delay {
            return Err(End::Gone(fault::still_delays(delay, &fault)));
        }
        if fault.kind == FaultKind::TimedOut {
            self.time_outs += 1;
            if self.time_outs < TIME_OUTS_UNTIL_GONE {
                self.forecast.failed(visit.point, self.time_out());
                let fault = fault::server_gone(self.opened, self.served, &fault);
                self.fail(visit.point, fault);
                self.visit_over(visit, Instant::now());
                return Ok(());
            }
        }
        Err(End::Gone(match &self.trial {
            Some(trial) => fault::gone_while_trying(&trial.differs, &fault),
            None => fault::server_gone(self.opened, self.served, &fault),
        }))
    }
}
