//! A client before it has a session: turned away, or asked for the access key first.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::closing::{close, leave, tell};
use super::places::Place;
use super::recorder::Recorder;
use super::session;
use super::shared::{Shared, Slot};
use super::summary::in_words;
use super::{LogEntry, SessionEnd, SessionSummary, Traffic};
use crate::protocol::{
    ACCESS_DENIED, ACCESS_GRANTED, ACCESS_KEY_REQUIRED, ACCESS_REQUEST, AccessKey, Challenge,
    Dialect, Idiom, Liberties, MAX_ACCESS_LINE, Phase, Refusal, RefusalReason, challenge_line,
    quote,
};

/// How long a client that is turned away has for its setup line.
const TURN_AWAY_TIME: Duration = Duration::from_secs(2);
/// How long a client waits that does not know the key: whoever tries keys shall not try many.
const DENIAL_TIME: Duration = Duration::from_secs(1);

/// A client that has no session yet.
pub(super) struct Caller {
    stream: TcpStream,
    connection: u64,
    peer: SocketAddr,
    shared: Arc<Shared>,
    came: Instant,
    recorder: Recorder,
    traffic: Traffic,
}

impl Caller {
    /// Writes down that it has come.
    pub(super) fn new(
        stream: TcpStream,
        connection: u64,
        peer: SocketAddr,
        shared: Arc<Shared>,
    ) -> Self {
        let mut caller = Self {
            recorder: Recorder::new(Arc::clone(&shared), connection, peer),
            stream,
            connection,
            peer,
            shared,
            came: Instant::now(),
            traffic: Traffic::default(),
        };
        caller.note(LogEntry::Event(format!("connection from {peer}")));
        caller
    }

    /// Closes the connection of a client that is not to be let in, without a word.
    pub(super) fn shut_out(mut self) {
        let end = SessionEnd::NotLetIn;
        self.note(LogEntry::Event(end.to_string()));
        self.note(LogEntry::Event("closed".to_owned()));
        self.is_over(end);
        close(self.stream);
    }

    /// Answers a connection over a limit with the setup 404, once its setup line has come.
    pub(super) async fn turn_away(
        mut self,
        reason: RefusalReason,
        slot: Slot,
        stop: CancellationToken,
    ) {
        let dialect = self.shared.config.dialect;
        let mut said = Ok(Vec::new());
        if dialect.has_phases() {
            said = self.first_line(TURN_AWAY_TIME, &stop).await;
        }
        match said {
            Ok(line) => {
                let dialect = dialect.of_setup(line.trim_ascii_start(), self.shared.config.strict);
                self.refuse(reason, dialect);
            }
            Err(end) => {
                self.note(LogEntry::Event(end.to_string()));
                self.is_over(end);
            }
        }
        drop(slot);
        self.leave(&stop).await;
    }

    /// Serves the client if it shows that it knows the key.
    pub(super) async fn serve_with_key(
        mut self,
        key: AccessKey,
        place: Place,
        stop: CancellationToken,
    ) {
        match self.ask_for(&key, &stop).await {
            Ok(true) => {
                let Self {
                    stream,
                    connection,
                    peer,
                    shared,
                    ..
                } = self;
                return session::run(stream, connection, peer, shared, place, stop).await;
            }
            Ok(false) => {
                self.shared.turned_away.fetch_add(1, Ordering::Relaxed);
            }
            Err(end) => {
                self.note(LogEntry::Event(end.to_string()));
                self.is_over(end);
            }
        }
        drop(place);
        let serves_once = self.shared.config.manner.serves_once;
        self.leave(&stop).await;
        if serves_once {
            stop.cancel();
        }
    }

    /// Whether the client has shown the key. One that has not was refused.
    async fn ask_for(
        &mut self,
        key: &AccessKey,
        stop: &CancellationToken,
    ) -> Result<bool, SessionEnd> {
        let patience = self.shared.config.idle_timeout;
        let line = self.first_line(patience, stop).await?;
        if line.trim_ascii() != ACCESS_REQUEST.as_bytes() {
            let dialect = self.shared.config.dialect;
            self.refuse_in_words(RefusalReason::NoAccessKey, dialect, ACCESS_KEY_REQUIRED);
            return Ok(false);
        }
        let mut challenge = Challenge::default();
        if let Err(error) = getrandom::fill(&mut challenge) {
            // A challenge that could be foreseen would be none.
            return Err(SessionEnd::Reset(format!(
                "the system gives no random bytes: {error}"
            )));
        }
        self.say(&challenge_line(&challenge), "200 OK: Challenge")
            .await?;
        let line = self.next_line(MAX_ACCESS_LINE, patience, stop).await?;
        self.note(LogEntry::Received("k (the answer)".to_owned()));
        if key.is_shown_by(line.strip_suffix(b"\n").unwrap_or(&line), &challenge) {
            self.say(ACCESS_GRANTED, ACCESS_GRANTED).await?;
            return Ok(true);
        }
        tokio::select! {
            () = stop.cancelled() => return Err(SessionEnd::Stopped),
            () = sleep(DENIAL_TIME) => {}
        }
        let dialect = self.shared.config.dialect;
        self.refuse_in_words(RefusalReason::WrongAccessKey, dialect, ACCESS_DENIED);
        Ok(false)
    }

    /// The first line, written down; what there is of it when the time is over.
    async fn first_line(
        &mut self,
        patience: Duration,
        stop: &CancellationToken,
    ) -> Result<Vec<u8>, SessionEnd> {
        let longest = self.shared.config.limits.max_setup_line.min(4096);
        let line = self.next_line(longest, patience, stop).await?;
        if !line.is_empty() {
            self.note(LogEntry::Received(quote(line.trim_ascii_end())));
        }
        Ok(line)
    }

    async fn next_line(
        &mut self,
        longest: usize,
        patience: Duration,
        stop: &CancellationToken,
    ) -> Result<Vec<u8>, SessionEnd> {
        let mut line = Vec::new();
        let came = tokio::select! {
            () = stop.cancelled() => return Err(SessionEnd::Stopped),
            came = timeout(patience, read_line(&mut self.stream, &mut line, longest)) => came,
        };
        self.traffic.received += line.len() as u64;
        match came {
            Ok(Err(error)) => Err(SessionEnd::Reset(in_words(&error))),
            Ok(Ok(())) | Err(_) => Ok(line),
        }
    }

    /// Says a line, and writes it down as `shown`.
    async fn say(&mut self, line: &str, shown: &str) -> Result<(), SessionEnd> {
        let bytes = format!("{line}\n");
        // A line fits into the room that every socket has.
        let said = self.stream.write_all(bytes.as_bytes()).await;
        said.map_err(|error| SessionEnd::Reset(in_words(&error)))?;
        self.traffic.sent += bytes.len() as u64;
        self.note(LogEntry::Sent(shown.to_owned()));
        Ok(())
    }

    /// Refuses the setup in the words of a dialect, or in those chosen for it.
    fn refuse(&mut self, reason: RefusalReason, dialect: Dialect) {
        let shared = Arc::clone(&self.shared);
        let chosen = shared.config.manner.texts.refusal(Phase::Setup);
        let words = chosen.unwrap_or(dialect.refusal_line(Phase::Setup));
        self.refuse_in_words(reason, dialect, words);
    }

    fn refuse_in_words(&mut self, reason: RefusalReason, dialect: Dialect, words: &str) {
        let phase = Phase::Setup;
        let end = SessionEnd::Refused(Refusal { phase, reason });
        self.note(LogEntry::Event(end.to_string()));
        if dialect.has_phases() {
            let reply_end = self.shared.config.manner.reply_end.text(false);
            let reply = format!("{words}{reply_end}");
            if let Ok(count) = self.stream.try_write(reply.as_bytes()) {
                self.traffic.sent += count as u64;
                self.note(LogEntry::Sent(words.to_owned()));
            }
        }
        self.is_over(end);
    }

    fn note(&mut self, what: LogEntry) {
        self.recorder.note(Phase::Setup, what);
    }

    fn is_over(&mut self, end: SessionEnd) {
        self.note(LogEntry::Bytes(self.traffic));
        let summary = SessionSummary {
            connection: self.connection,
            peer: self.peer,
            setup: None,
            idiom: Idiom::from(self.shared.config.dialect),
            liberties: Liberties::default(),
            server_delay: Duration::ZERO,
            probes_echoed: 0,
            traffic: self.traffic,
            duration: self.came.elapsed(),
            end,
        };
        tell(&self.shared, &summary);
    }

    async fn leave(self, stop: &CancellationToken) {
        let Self {
            stream,
            shared,
            recorder,
            ..
        } = self;
        leave(stream, &shared, recorder, Phase::Setup, false, stop).await;
    }
}

/// Reads until the end of a line, of the stream, or of what is borne.
async fn read_line(
    stream: &mut TcpStream,
    line: &mut Vec<u8>,
    longest: usize,
) -> std::io::Result<()> {
    let mut piece = [0; 256];
    while line.len() < longest && !line.contains(&b'\n') {
        let count = stream.read(&mut piece).await?;
        if count == 0 {
            break;
        }
        line.extend(piece.iter().take(count));
    }
    Ok(())
}
