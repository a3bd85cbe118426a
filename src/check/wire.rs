//! A connection on which no wait is without a limit, and no peer can fill the memory.
//!
//! Sockets are the system's own, blocking, asked in slices so short that a stop is heard at once. What
//! happens is written down in the exchange.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::exchange::{Event, Exchange};

/// Longest wait between two looks at the stop flag.
const SLICE: Duration = Duration::from_millis(20);
/// Longest wait while there is something to send and the peer may be sending too.
const WHILE_SENDING: Duration = Duration::from_millis(1);
/// A peer that takes a little at a time is given so many limits in all.
const MOST_LIMITS: u32 = 10;
/// Bytes of a peer that are kept unread; one that sends more is not read any further.
const MOST_UNREAD: usize = 4 * 1024 * 1024;

/// The check was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stopped;

/// How the peer's stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// As it should.
    Stream,
    /// With a reset.
    Reset,
}

/// What a wait for bytes came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    Bytes,
    Ended(End),
    Nothing,
}

/// Whether the check is to go on.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop(pub Arc<AtomicBool>);

impl Stop {
    pub(super) fn look(&self) -> Result<(), Stopped> {
        if self.0.load(Ordering::Relaxed) {
            Err(Stopped)
        } else {
            Ok(())
        }
    }

    /// Lets time pass.
    pub(super) fn sleep(&self, time: Duration) -> Result<(), Stopped> {
        let until = Instant::now() + time;
        loop {
            self.look()?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(SLICE));
        }
    }
}

/// One connection.
pub(super) struct Wire {
    stream: TcpStream,
    inbox: Vec<u8>,
    end: Option<End>,
    number: u32,
    exchange: Exchange,
    stop: Stop,
    closed: bool,
    /// Whether the peer's port is to be free again as soon as both sides have closed.
    frees_port: bool,
}

impl Wire {
    /// Connects.
    pub(super) fn connect(
        address: SocketAddr,
        limit: Duration,
        exchange: &Exchange,
        stop: &Stop,
    ) -> io::Result<Self> {
        match TcpStream::connect_timeout(&address, limit) {
            Ok(stream) => Ok(Self::new(stream, exchange.connection(), exchange, stop)),
            Err(error) => {
                exchange.not_connected(words_of(&error));
                Err(error)
            }
        }
    }

    /// Takes a connection that a client made.
    pub(super) fn accepted(
        stream: TcpStream,
        peer: SocketAddr,
        exchange: &Exchange,
        stop: &Stop,
    ) -> io::Result<Self> {
        stream.set_nonblocking(false)?;
        let number = exchange.connection();
        exchange.event(number, Event::Note, format!("from {peer}"));
        Ok(Self::new(stream, number, exchange, stop))
    }

    fn new(stream: TcpStream, number: u32, exchange: &Exchange, stop: &Stop) -> Self {
        // Where the system refuses it, pieces may travel together, and nothing else is different.
        let _ = stream.set_nodelay(true);
        exchange.event(number, Event::Connected, "");
        Self {
            stream,
            inbox: Vec::new(),
            end: None,
            number,
            exchange: exchange.clone(),
            stop: stop.clone(),
            closed: false,
            frees_port: false,
        }
    }

    /// A server that closes first keeps its port for a minute (TIME-WAIT), unless it is closed to with a reset. One
    /// that died of a message and is started anew needs it before.
    pub(super) fn free_port(&mut self) {
        self.frees_port = true;
    }

    /// Bytes that came and were not taken.
    pub(super) fn unread(&self) -> &[u8] {
        &self.inbox
    }

    /// Takes the first `count` of them.
    pub(super) fn take(&mut self, count: usize) -> Vec<u8> {
        let rest = self.inbox.split_off(count.min(self.inbox.len()));
        std::mem::replace(&mut self.inbox, rest)
    }

    /// Puts back what was taken last.
    pub(super) fn put_back(&mut self, bytes: &[u8]) {
        self.inbox.splice(0..0, bytes.iter().copied());
    }

    /// How the peer ended its stream, if it did.
    pub(super) fn end(&self) -> Option<End> {
        self.end
    }

    /// From now on the same connection is written down in another exchange.
    pub(super) fn goes_on_in(&mut self, exchange: &Exchange) {
        self.exchange = exchange.clone();
        self.number = exchange.connection();
        exchange.event(self.number, Event::Note, "the connection goes on");
    }

    /// Sends it all, reading what comes meanwhile; `false` if the peer does not take it in time.
    pub(super) fn send(&mut self, bytes: &[u8], limit: Duration) -> Result<bool, Stopped> {
        self.exchange.bytes(self.number, Event::Sent, bytes);
        let mut left = bytes;
        let mut until = Instant::now() + limit;
        let last = Instant::now() + limit * MOST_LIMITS;
        while !left.is_empty() {
            self.stop.look()?;
            match self.write_some(left) {
                Ok(count) => {
                    left = left.get(count..).unwrap_or_default();
                    until = Instant::now() + limit;
                    if left.is_empty() || Instant::now() < last {
                        continue;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => {
                    // What came before the peer broke off is still to be heard.
                    while self.end.is_none() && self.more(WHILE_SENDING)? == Came::Bytes {}
                    self.ended(End::Reset);
                    return Ok(false);
                }
            }
            if Instant::now() >= until.min(last) {
                return Ok(false);
            }
            let before = self.inbox.len();
            if self.end.is_none() && before < MOST_UNREAD {
                self.more(WHILE_SENDING)?;
            } else {
                std::thread::sleep(WHILE_SENDING);
            }
        }
        Ok(true)
    }

    fn write_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_nonblocking(true)?;
        let written = match self.stream.write(bytes) {
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(0),
            written => written,
        };
        self.stream.set_nonblocking(false)?;
        written
    }

    /// Waits for more bytes, at most so long.
    pub(super) fn more(&mut self, limit: Duration) -> Result<Came, Stopped> {
        let until = Instant::now() + limit;
        loop {
            if let Some(end) = self.end {
                return Ok(Came::Ended(end));
            }
            self.stop.look()?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Came::Nothing);
            }
            if self.inbox.len() >= MOST_UNREAD {
                return Ok(Came::Nothing);
            }
            let mut room = [0; 16 * 1024];
            let wait = left.clamp(Duration::from_millis(1), SLICE);
            let read = self
                .stream
                .set_read_timeout(Some(wait))
                .and_then(|()| self.stream.read(&mut room));
            match read {
                Ok(0) => return Ok(self.ended(End::Stream)),
                Ok(count) => {
                    let came = room.get(..count).unwrap_or_default();
                    self.exchange.bytes(self.number, Event::Received, came);
                    self.inbox.extend_from_slice(came);
                    return Ok(Came::Bytes);
                }
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                    ) => {}
                Err(_) => return Ok(self.ended(End::Reset)),
            }
        }
    }

    fn ended(&mut self, end: End) -> Came {
        if self.end.is_none() {
            self.end = Some(end);
            let event = match end {
                End::Stream => Event::EndOfStream,
                End::Reset => Event::Reset,
            };
            self.exchange.event(self.number, event, "");
        }
        Came::Ended(self.end.unwrap_or(end))
    }

    /// Waits until `enough` says so of what came, as long as something comes within each `limit`, and
    /// `most` in all.
    pub(super) fn until(
        &mut self,
        limit: Duration,
        most: Duration,
        mut enough: impl FnMut(&[u8]) -> bool,
    ) -> Result<Came, Stopped> {
        let until = Instant::now() + most;
        loop {
            if enough(&self.inbox) {
                return Ok(Came::Bytes);
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.more(limit.min(left))? {
                Came::Bytes => {}
                Came::Nothing => {
                    self.silence(limit.min(left));
                    return Ok(Came::Nothing);
                }
                ended @ Came::Ended(_) => return Ok(ended),
            }
        }
    }

    /// Reads until the peer ends its stream, at most so long; what comes until then is left unread.
    pub(super) fn until_end(&mut self, limit: Duration) -> Result<Option<End>, Stopped> {
        self.until(limit, limit * 2, |_| false)?;
        Ok(self.end)
    }

    /// Writes down that nothing came for that long.
    pub(super) fn silence(&self, time: Duration) {
        let text = format!("for {} ms", time.as_millis());
        self.exchange.event(self.number, Event::Silence, text);
    }

    /// Ends our stream; we go on reading.
    pub(super) fn end_stream(&mut self) {
        self.exchange.event(self.number, Event::EndedStream, "");
        // Where the peer is gone already, there is nothing to end.
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Closes as a program does that is done.
    pub(super) fn close(self) {
        drop(self);
    }

    /// Closes with a reset, as a program does that was ended.
    pub(super) fn reset(mut self) {
        self.closed = true;
        let event = match socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)) {
            Ok(()) => Event::ClosedWithReset,
            Err(_) => Event::Closed,
        };
        self.exchange.event(self.number, event, "");
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.closed {
            return;
        }
        let now = Some(Duration::ZERO);
        if self.frees_port
            && self.end == Some(End::Stream)
            && socket2::SockRef::from(&self.stream).set_linger(now).is_ok()
        {
            let how = "with a reset, which frees the port of who closed first";
            self.exchange.event(self.number, Event::Closed, how);
        } else {
            self.exchange.event(self.number, Event::Closed, "");
        }
    }
}

/// What a failed connection came to, in words.
pub(super) fn words_of(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => "refused: nobody listens there".to_owned(),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => "no answer to the connection".to_owned(),
        ErrorKind::ConnectionReset => "reset".to_owned(),
        _ => error.to_string(),
    }
}
