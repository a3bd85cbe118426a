//! Probes one at a time, for a server that wants something between two of them: a termination, or another
//! connection for each message.
//!
//! What is in between is not measured: the clock of a probe runs from its write to its echo, over a connection that is
//! open by then. The kernel's own counters would have both in one, so they are not kept of such a round.

use std::net::SocketAddr;
use std::time::Instant;

use tokio::net::TcpStream;

use super::connect::connect;
use super::conversation::{Conversation, PATIENCE_FOR_MEMORY, cargoes};
use super::fault;
use super::progress::Place;
use super::run_queue::Waited;
use super::session::{Recorder, ask, explain};
use crate::measurement::{About, Direction, Fault, FaultPhase};
use crate::protocol::{BetweenProbes, Phase, Reply, ReplyCode};

impl Conversation<'_, '_, '_> {
    /// All probes, each with what the server wants before it. Gives the connection over which the termination goes.
    pub async fn probe_in_turn(
        self,
        mut stream: TcpStream,
        address: SocketAddr,
    ) -> Result<TcpStream, Fault> {
        let Self {
            order,
            watch,
            recording,
            ..
        } = self;
        let between = order.between_probes();
        let waited = Waited::until_now();
        for index in 1..=order.setup.probes {
            match between {
                BetweenProbes::Termination if index > 1 => {
                    self.end_and_go_on(&mut stream, index).await?;
                }
                BetweenProbes::Connection => stream = self.another(stream, address, index).await?,
                _ => {}
            }
            watch.expect_within(
                Phase::Measurement,
                Instant::now(),
                PATIENCE_FOR_MEMORY + order.probe_time_out(),
            );
            let known = recording.borrow().style();
            let cargo = cargoes(order, known, 1).await.into_iter();
            let cargo = cargo.map(|cargo| cargo.alone(index)).collect();
            let (streams, measured) = self.measure_over(vec![stream], cargo).await?;
            let Some(back) = streams.into_iter().next() else {
                return Err(fault::stopped(Phase::Measurement.into()));
            };
            stream = back;
            if let Err(failure) = measured {
                let mut pen = self.pen(0);
                return Err(explain(&mut stream, order, failure, watch, &mut pen).await);
            }
            recording.borrow_mut().show_if_due(Place::BetweenRounds);
        }
        recording.borrow_mut().waited(waited);
        if between == BetweenProbes::Connection {
            stream = self.another(stream, address, 0).await?;
        }
        Ok(stream)
    }

    /// A termination after the probe before the `index`th, and its answer.
    async fn end_and_go_on(self, stream: &mut TcpStream, index: u32) -> Result<(), Fault> {
        let (order, watch) = (self.order, self.watch);
        // The answer has its own end below.
        watch.expect_within(Phase::Measurement, Instant::now(), 2 * order.time_out);
        self.expect_behind_the_echo(0);
        let message = order.idiom.termination();
        let line = message.trim_end_matches('\n');
        let asked = self.ask_in_between(stream, index, &message);
        let answered = tokio::time::timeout(order.time_out, asked).await;
        watch.heard.borrow_mut().clear();
        let fault = match answered {
            Ok(Ok(reply)) if reply.code == ReplyCode::Accepted => {
                // To the same it says the same: it need not be waited for whether more of it comes.
                watch.said_before.replace(reply.text.into_bytes());
                return Ok(());
            }
            Ok(Ok(reply)) => fault::refused_by_server(Phase::Termination, &reply.text, line),
            Ok(Err(fault)) => fault,
            Err(_) => fault::no_answer_in_between(line, order.time_out),
        };
        // It is none of the session's end.
        Err(Fault {
            phase: FaultPhase::Measurement,
            ..fault
        })
    }

    /// Asks for what ends the probe before the `index`th. Once is enough to be written down.
    async fn ask_in_between(
        self,
        stream: &mut TcpStream,
        index: u32,
        message: &str,
    ) -> Result<Reply, Fault> {
        let (order, watch) = (self.order, self.watch);
        let phase = Phase::Termination;
        if index > 2 {
            return ask(stream, order, phase, message, watch, &mut Unwritten).await;
        }
        let mut pen = self.pen(0);
        let reply = ask(stream, order, phase, message, watch, &mut pen).await?;
        let text = "the same after each probe that follows";
        pen.line(phase, Direction::Event, text);
        Ok(reply)
    }

    /// Another connection to the same address, for the `index`th probe, or for the termination with 0.
    async fn another(
        self,
        stream: TcpStream,
        address: SocketAddr,
        index: u32,
    ) -> Result<TcpStream, Fault> {
        let (order, watch) = (self.order, self.watch);
        let phase = match index {
            0 => Phase::Termination,
            _ => Phase::Measurement,
        };
        watch.expect_within(phase, Instant::now(), 2 * order.time_out);
        self.leave(stream).await;
        let options = self.recording.borrow().socket_options();
        let host = self.recording.borrow().host();
        let opened = connect(&host, &[address], &options, order.time_out).await;
        let connection = opened.map_err(|fault| fault::takes_no_other(address, &fault))?;
        match index {
            0 | 1 => {
                let text = format!("connected to {address} again");
                self.pen(0).line(phase, Direction::Event, &text);
            }
            2 => {
                let text = "the same before each probe that follows";
                self.pen(0).line(phase, Direction::Event, text);
            }
            _ => {}
        }
        self.keep(&connection.stream);
        Ok(connection.stream)
    }
}

/// Writes nothing down: of what is said after each probe once is enough.
struct Unwritten;

impl Recorder for Unwritten {
    fn line(&mut self, _: Phase, _: Direction, _: &str) {}

    fn remark(&mut self, _: About, _: impl FnOnce() -> String) {}
}
