//! The checks of a client: we listen, it comes, and each time it comes something else is tried.
//!
//! | file | what it is |
//! | --- | --- |
//! | `catalogue` | all checks, and the session in which each is made |
//! | `sitting` | one session: the client's messages, and what we say |
//! | `plain` | the plain session |
//! | `faults` | sessions in which the server does something unusual |

mod catalogue;
mod faults;
mod plain;
mod sitting;

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use self::catalogue::{CATALOGUE, Session};
use self::faults::Found;
use self::sitting::{Heard, Sitting};
use super::exchange::{Exchange, Line, nanoseconds};
use super::handle::Voice;
use super::wire::{Stop, Stopped, Wire};
use super::{
    CheckEvent, CheckReport, CheckState, Checked, Checking, DEFAULT_ANSWER_TIME, Described, Peer,
    Verdict,
};
use crate::protocol::Dialect;

/// A client that makes its next connection by itself does so within that time.
const BY_ITSELF: Duration = Duration::from_millis(700);
/// How often a client is looked for.
const LOOK: Duration = Duration::from_millis(5);
/// Connections without a byte that are passed over.
const MOST_EMPTY: usize = 5;

/// How a client is checked.
#[derive(Debug, Clone)]
pub struct ClientCheck {
    /// Where to listen.
    pub bind: IpAddr,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The dialect spoken; one with phases.
    pub dialect: Dialect,
    /// Whether what the text leaves open is failed too.
    pub strict: bool,
    /// How long a message is waited for.
    pub answer_time: Duration,
    /// How long the client is waited for.
    pub idle_time: Duration,
    /// What checks, for the report.
    pub program: String,
}

impl Default for ClientCheck {
    fn default() -> Self {
        Self {
            bind: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            dialect: Dialect::default(),
            strict: false,
            answer_time: DEFAULT_ANSWER_TIME,
            idle_time: Duration::from_mins(1),
            program: String::new(),
        }
    }
}

impl ClientCheck {
    /// Starts listening; the client can come as soon as this returns. `waker` is called after each event.
    ///
    /// # Errors
    /// The address cannot be listened on, or the system has no thread.
    pub fn start(self, waker: Arc<dyn Fn() + Send + Sync>) -> io::Result<(Checking, SocketAddr)> {
        let listener = TcpListener::bind((self.bind, self.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let checking = Checking::start(waker, move |voice, stop| {
            Run {
                check: &self,
                listener,
                address,
                voice,
                stop,
                carried: None,
                absent: None,
                checks: Vec::new(),
            }
            .report()
        })?;
        Ok((checking, address))
    }
}

/// The checks of a client, as a list of them shows them.
#[must_use]
pub fn client_checks() -> Vec<Described> {
    let entries = (1..).zip(CATALOGUE);
    entries
        .map(|(number, entry)| Described {
            number,
            title: entry.title,
            rule: entry.rule,
            sends: entry.sends,
            expects: entry.expects,
        })
        .collect()
}

/// The checks under way.
struct Run<'a> {
    check: &'a ClientCheck,
    listener: TcpListener,
    address: SocketAddr,
    voice: &'a Voice,
    stop: &'a Stop,
    /// A connection on which the client goes on with another session.
    carried: Option<Wire>,
    /// Why there are no more sessions.
    absent: Option<String>,
    checks: Vec<Checked>,
}

impl Run<'_> {
    fn report(mut self) -> CheckReport {
        let started = Timestamp::now();
        let mut state = CheckState::Finished;
        for (nth, session) in (1..).zip(Session::ALL) {
            if self.session(nth, session) == Err(Stopped) {
                state = CheckState::Stopped;
                break;
            }
        }
        let check = self.check;
        CheckReport {
            started,
            program: check.program.clone(),
            state,
            peer: Peer::Client,
            address: self.address.to_string(),
            dialect: check.dialect,
            strict: check.strict,
            answer_time_ns: nanoseconds(check.answer_time),
            deaths: Vec::new(),
            checks: self.checks,
        }
    }

    /// One session, and the checks that are made in it.
    fn session(&mut self, nth: usize, session: Session) -> Result<(), Stopped> {
        let exchange = Exchange::default();
        if let Some(first) = numbers(session).next() {
            self.voice.say(CheckEvent::Began(first));
        }
        let come = if self.absent.is_none() {
            self.client(nth, session, &exchange)?
        } else {
            None
        };
        let results = if let Some((sitting, first)) = come {
            self.judged(session, sitting, &first)?
        } else {
            let why = self.absent.clone().unwrap_or_default();
            numbers(session)
                .map(|_| Found::NotApplicable(why.clone()))
                .collect()
        };
        let (lines, omitted) = exchange.take();
        for (number, result) in numbers(session).zip(results) {
            let checked = self.checked(number, result, &lines, omitted);
            self.checks.push(checked.clone());
            self.voice.say(CheckEvent::Done(Box::new(checked)));
        }
        Ok(())
    }

    fn judged(
        &mut self,
        session: Session,
        mut sitting: Sitting,
        first: &Heard,
    ) -> Result<Vec<Found>, Stopped> {
        let (results, goes_on) = if session == Session::Plain {
            let plain = plain::plain_session(&mut sitting, first)?;
            if plain.setup.is_none() {
                let why = "its setup message could not be understood (check 1)";
                self.absent = Some(why.to_owned());
            }
            let results = plain.found.into_iter().map(|found| match found {
                Some(Ok(remarks)) => Found::Pass(remarks),
                Some(Err(why)) => Found::Fail(why),
                None => Found::NotApplicable("the session ended before it".to_owned()),
            });
            (results.collect(), plain.goes_on)
        } else {
            let (found, goes_on) = faults::session(&mut sitting, session, first)?;
            (vec![found], goes_on)
        };
        if goes_on {
            self.carried = Some(sitting.wire);
        } else {
            sitting.wire.close();
        }
        Ok(results)
    }

    fn checked(&self, number: usize, result: Found, lines: &[Line], omitted: u64) -> Checked {
        let (verdict, detail, remarks) = match result {
            Found::Pass(remarks) if self.check.strict && !remarks.is_empty() => {
                let detail = format!("Strictly taken: {}.", remarks.join("; "));
                (Verdict::Fail, detail, Vec::new())
            }
            Found::Pass(remarks) => (Verdict::Pass, String::new(), remarks),
            Found::Fail(why) => (Verdict::Fail, why, Vec::new()),
            Found::NotApplicable(why) => (Verdict::NotApplicable, why, Vec::new()),
        };
        let entry = CATALOGUE.get(number - 1);
        let text = |of: fn(&catalogue::Entry) -> &'static str| entry.map_or("", of).to_owned();
        Checked {
            number,
            title: text(|entry| entry.title),
            rule: text(|entry| entry.rule),
            sends: text(|entry| entry.sends),
            expects: text(|entry| entry.expects),
            verdict,
            detail,
            remarks,
            exchange: lines.to_vec(),
            lines_omitted: omitted,
        }
    }

    /// The client's next session, with its first message.
    fn client(
        &mut self,
        nth: usize,
        session: Session,
        exchange: &Exchange,
    ) -> Result<Option<(Sitting, Heard)>, Stopped> {
        for _ in 0..MOST_EMPTY {
            let wire = match self.carried.take() {
                Some(mut wire) => {
                    wire.goes_on_in(exchange);
                    wire
                }
                None => match self.connection(nth, session, exchange)? {
                    Some(wire) => wire,
                    None => return Ok(None),
                },
            };
            let mut sitting = Sitting {
                wire,
                dialect: self.check.dialect,
                limit: self.check.answer_time,
            };
            let first = sitting.first()?;
            // One that only looked whether somebody listens is not the client yet.
            if !matches!(first, Heard::Ended(_)) {
                return Ok(Some((sitting, first)));
            }
        }
        self.absent = Some("the client connects and sends nothing".to_owned());
        Ok(None)
    }

    /// Waits for a connection; says what to do if none comes by itself.
    fn connection(
        &mut self,
        nth: usize,
        session: Session,
        exchange: &Exchange,
    ) -> Result<Option<Wire>, Stopped> {
        let began = Instant::now();
        let mut said = false;
        loop {
            self.stop.look()?;
            match self.listener.accept() {
                Ok((stream, peer)) => {
                    match Wire::accepted(stream, peer, exchange, self.stop) {
                        Ok(wire) => return Ok(Some(wire)),
                        // It was gone at once.
                        Err(_) => continue,
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // A client that left before it was taken; nothing of ours.
                Err(_) => self.stop.sleep(LOOK)?,
            }
            if !said && (nth == 1 || began.elapsed() >= BY_ITSELF) {
                said = true;
                let again = if nth == 1 { "" } else { " again" };
                let all = Session::ALL.len();
                self.voice.say(CheckEvent::Says(format!(
                    "Start your client{again}: session {nth} of {all}, {}.",
                    session.name()
                )));
            }
            if began.elapsed() >= self.check.idle_time {
                let again = if nth == 1 { "" } else { " again" };
                self.absent = Some(format!(
                    "the client did not come{again} within {}",
                    super::answer::seconds(self.check.idle_time)
                ));
                return Ok(None);
            }
            self.stop.sleep(LOOK)?;
        }
    }
}

/// The numbers of the checks that are made in a session.
fn numbers(session: Session) -> impl Iterator<Item = usize> {
    let entries = (1..).zip(CATALOGUE);
    entries
        .filter(move |(_, entry)| entry.session == session)
        .map(|(number, _)| number)
}
