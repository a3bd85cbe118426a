//! Several sessions on one connection: what is between them.

use std::time::{Duration, Instant};

use super::{Dialogue, rules};
use crate::protocol::{Phase, ReceiveBuffer, Refusal, RefusalReason, Request, RequestParser};
use crate::server::Traffic;
use crate::server::owed::Owed;

/// How long to wait for another setup after the closing reply: some four times what the client took from
/// its last echo to its termination, within these.
const LEAST_LINGER: Duration = Duration::from_millis(20);
const MOST_LINGER: Duration = Duration::from_millis(100);

impl Dialogue {
    /// Begins another session on the same connection, with what has come of it.
    pub(in crate::server) fn begin_anew(&mut self) {
        let now = Instant::now();
        self.parser = RequestParser::new(rules(&self.shared.config));
        self.traffic = Traffic::default();
        self.traffic.received = self.inbox.len() as u64;
        self.setup = None;
        self.owed = Owed::default();
        self.echoed = 0;
        self.held_back = false;
        self.earlier = (0, now);
        self.moved = now;
        self.further = false;
        self.heeded = None;
        self.reply_end = self.shared.config.manner.reply_end.text(false);
    }

    /// Leaves a session that awaits its termination alone for that to come over another connection.
    pub(in crate::server) fn part(&mut self) {
        if !self.parser.is_strict() {
            let fresh = RequestParser::new(rules(&self.shared.config));
            let parser = std::mem::replace(&mut self.parser, fresh);
            self.shared.parted.put(self.address, parser, Instant::now());
        }
    }

    /// Ends a session that was left on another connection, where its termination is what comes first.
    pub(in crate::server) fn end_parted(&mut self) {
        if self.setup.is_some() || self.phase() != Phase::Setup || self.parser.is_strict() {
            return;
        }
        let (first, now) = (self.inbox.unread(), Instant::now());
        let Some(parser) = self.shared.parted.take(self.address, first, now) else {
            return;
        };
        self.parser = parser;
        self.parser.parts_elsewhere();
        self.setup = self.parser.setup();
        let reply_end = self.shared.config.manner.reply_end;
        self.reply_end = reply_end.text(self.parser.ends_in_nothing());
        self.event("ends the session of a connection before".to_owned());
    }

    /// Gives the memory back that no bytes need, between two sessions of a connection.
    pub(in crate::server) fn rest(&mut self) {
        if self.inbox.is_empty() {
            self.inbox = ReceiveBuffer::new();
            self.owed = Owed::default();
            self.memory.resize(0);
        }
    }

    /// Whether another session may follow one that is complete.
    pub(in crate::server) fn may_be_followed(&self) -> bool {
        let config = &self.shared.config;
        !config.strict
            && !config.manner.never_closes
            && !config.manner.resets
            && self.idiom().dialect.has_phases()
    }

    /// How long to wait for another session on the connection.
    pub(in crate::server) fn linger(&self) -> Duration {
        (4 * self.pace).clamp(LEAST_LINGER, MOST_LINGER)
    }

    /// Whether another setup has begun behind the session that is over: `None` while that is open.
    pub(in crate::server) fn goes_on(&mut self) -> Option<bool> {
        let mut next = RequestParser::new(rules(&self.shared.config));
        while let Ok(Some((Request::Stray, count))) = next.next(self.inbox.unread()) {
            self.inbox.consume(count);
        }
        let input = self.inbox.unread();
        match (input, self.at_end) {
            ([], true) => Some(false),
            ([], false) => None,
            // What is not whole at the end will never be.
            (_, true) => Some(next.may_be_setup(input) == Some(true)),
            (_, false) => next.may_be_setup(input),
        }
    }

    /// Makes room for what may come between two sessions, where there is memory.
    pub(in crate::server) fn has_room(&mut self) -> bool {
        let needed = self.inbox.capacity_for_room(None);
        self.memory.resize(needed)
    }

    /// Turns the next session away.
    pub(in crate::server) fn turn_away(&mut self, reason: RefusalReason) {
        self.refuse(Refusal {
            phase: Phase::Setup,
            reason,
        });
    }
}
