//! The checks of a server: one after another, one connection at a time, and after each that was no whole
//! session a plain one, so that what a server cannot bear is known by name.
//!
//! | file | what it is |
//! | --- | --- |
//! | `catalogue` | all checks, in their order |
//! | `prober` | connections, messages, what is known of the server |
//! | `conversation` | what is said in a session, and what has to come for it |
//! | `plain` | the plain session, by which a server is learned |
//! | `refusals` | messages that have to be refused |
//! | `sessions` | sessions that have to be served |
//! | `pieces` | messages in pieces, messages glued together |
//! | `clients` | two clients at a time, clients that leave |
//! | `delay` | the server delay and its unit |

mod catalogue;
mod clients;
mod conversation;
mod delay;
mod pieces;
mod plain;
mod prober;
mod refusals;
mod sessions;

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use self::catalogue::{CATALOGUE, Entry, Needs};
use self::prober::{Act, Halt, Prober};
use super::answer::seconds;
use super::exchange::nanoseconds;
use super::handle::Voice;
use super::wire::Stop;
use super::{
    CheckEvent, CheckReport, CheckState, Checked, Checking, DEFAULT_ANSWER_TIME,
    DEFAULT_RETURN_TIME, Described, Peer, Verdict,
};
use crate::experiment::authority;
use crate::protocol::Dialect;

/// How long to let a server be between two tries.
const BREATH: Duration = Duration::from_millis(200);

/// The first checks are judged by one plain session.
const OF_PLAIN: usize = 5;

/// Which server is checked, and how.
#[derive(Debug, Clone)]
pub struct ServerCheck {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The dialect spoken; one with phases.
    pub dialect: Dialect,
    /// Whether what the text leaves open is failed too.
    pub strict: bool,
    /// How long an answer is waited for.
    pub answer_time: Duration,
    /// How long a server that died is waited for: somebody may start it again.
    pub return_time: Duration,
    /// What checks, for the report.
    pub program: String,
}

impl ServerCheck {
    /// A check of a server as it is done unless something else is asked for.
    #[must_use]
    pub fn of(host: &str, port: u16) -> Self {
        Self {
            host: host.to_owned(),
            port,
            dialect: Dialect::default(),
            strict: false,
            answer_time: DEFAULT_ANSWER_TIME,
            return_time: DEFAULT_RETURN_TIME,
            program: String::new(),
        }
    }

    /// Starts the check. `waker` is called after each event.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub fn start(self, waker: Arc<dyn Fn() + Send + Sync>) -> io::Result<Checking> {
        Checking::start(waker, move |voice, stop| self.run(voice, stop))
    }

    /// Where it is, as the report says it.
    #[must_use]
    pub fn address(&self) -> String {
        authority(&self.host, self.port)
    }

    fn run(&self, voice: &Voice, stop: &Stop) -> CheckReport {
        let mut report = CheckReport {
            started: Timestamp::now(),
            program: self.program.clone(),
            state: CheckState::Finished,
            peer: Peer::Server,
            address: self.address(),
            dialect: self.dialect,
            strict: self.strict,
            answer_time_ns: nanoseconds(self.answer_time),
            deaths: Vec::new(),
            checks: Vec::new(),
        };
        let (addresses, nowhere) = self.addresses();
        let prober = Prober::new(
            addresses,
            self.dialect,
            self.answer_time,
            self.return_time,
            stop.clone(),
            voice.clone(),
        );
        let mut run = Run {
            prober,
            strict: self.strict,
            gone: nowhere,
            deaths: Vec::new(),
        };
        for (number, entry) in (1..).zip(CATALOGUE) {
            voice.say(CheckEvent::Began(number));
            let before = run.deaths.len();
            let (checked, is_stopped) = run.check(number, entry);
            for death in run.deaths.iter().skip(before) {
                voice.say(CheckEvent::Lost(death.clone()));
            }
            report.checks.push(checked.clone());
            voice.say(CheckEvent::Done(Box::new(checked)));
            if is_stopped {
                report.state = CheckState::Stopped;
                break;
            }
        }
        report.deaths = run.deaths;
        report
    }

    /// The addresses of the host, or why there is none.
    fn addresses(&self) -> (Vec<SocketAddr>, Option<String>) {
        let host = self.host.trim_matches(['[', ']']);
        match (host, self.port).to_socket_addrs() {
            Ok(addresses) => (addresses.collect(), None),
            Err(error) => {
                let why = format!("the name {} leads to no address: {error}", self.host);
                (Vec::new(), Some(why))
            }
        }
    }
}

/// The checks of a server, as a list of them shows them.
#[must_use]
pub fn server_checks() -> Vec<Described> {
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
struct Run {
    prober: Prober,
    /// Whether what the text leaves open is failed too.
    strict: bool,
    /// Why there is no server any more.
    gone: Option<String>,
    deaths: Vec<String>,
}

impl Run {
    /// One check, and whether it was stopped.
    fn check(&mut self, number: usize, entry: &Entry) -> (Checked, bool) {
        let prober = &mut self.prober;
        prober.exchange.take();
        prober.remarks.clear();
        prober.detail.clear();
        prober.is_tidy = true;
        prober.absences.clear();
        let obstacle = self.obstacle(number, entry);
        let result = match obstacle {
            Some(why) => Err(why),
            None => (entry.act)(&mut self.prober),
        };
        let result = self.judged(number, entry, result);
        let (exchange, lines_omitted) = self.exchange(number);
        let mut is_stopped = false;
        let (verdict, detail) = match result {
            Ok(()) if self.strict && !self.prober.remarks.is_empty() => {
                let remarks = self.prober.remarks.join("; ");
                (Verdict::Fail, format!("Strictly taken: {remarks}."))
            }
            Ok(()) => (Verdict::Pass, self.prober.detail.clone()),
            Err(Halt::Fail(why)) => (Verdict::Fail, why),
            Err(Halt::NotApplicable(why) | Halt::Gone(why)) => (Verdict::NotApplicable, why),
            Err(Halt::Stopped) => {
                is_stopped = true;
                let why = "stopped here: nothing is known but what went over the wire";
                (Verdict::NotApplicable, why.to_owned())
            }
        };
        let rule = self.rule_of(number, entry, verdict);
        let checked = Checked {
            number,
            title: entry.title.to_owned(),
            rule: rule.to_owned(),
            sends: entry.sends.to_owned(),
            expects: entry.expects.to_owned(),
            verdict,
            detail,
            remarks: if verdict == Verdict::Pass {
                std::mem::take(&mut self.prober.remarks)
            } else {
                Vec::new()
            },
            exchange,
            lines_omitted,
        };
        (checked, is_stopped)
    }

    /// The rule that a check stands on: of the plain session's, that which the server was found to have otherwise.
    fn rule_of(&self, number: usize, entry: &Entry, verdict: Verdict) -> &'static str {
        let plain = self.prober.learned.plain.as_ref();
        match plain.and_then(|plain| plain.wants) {
            Some((failed, rule)) if verdict == Verdict::Fail && number == failed => rule,
            _ => entry.rule,
        }
    }

    /// Why a check cannot be tried.
    fn obstacle(&self, number: usize, entry: &Entry) -> Option<Halt> {
        // Where there never was a server, the first check says so.
        if let Some(gone) = self.gone.as_ref().filter(|_| number > 1) {
            let what = if self.prober.was_there() {
                "the server is gone"
            } else {
                "there is no server"
            };
            return Some(Halt::NotApplicable(format!("{what}: {gone}")));
        }
        if let Some(gone) = &self.gone {
            return Some(Halt::Fail(format!("No session could be begun: {gone}.")));
        }
        let plain = self.prober.learned.plain.as_ref()?;
        if entry.needs == Needs::Setup && !plain.takes_setup() {
            let why =
                "a refusal says nothing of a server that takes no valid setup either (check 1)";
            return Some(Halt::NotApplicable(why.to_owned()));
        }
        (entry.needs == Needs::Session && !plain.is_complete).then(|| {
            Halt::NotApplicable(format!(
                "it needs a session, and none could be gone through: {}",
                plain.obstacle()
            ))
        })
    }

    /// What a check came to, together with what came after it.
    fn judged(&mut self, number: usize, entry: &Entry, result: Act) -> Act {
        match &result {
            Err(Halt::Stopped | Halt::NotApplicable(_)) if self.prober.is_tidy => return result,
            Err(Halt::Stopped) => return result,
            Err(Halt::Gone(why)) => {
                self.gone = Some(why.clone());
                return if number == 1 {
                    Err(Halt::Fail(format!(
                        "No session could be begun: {why}. Is the server running, at that address and \
                         port, and does it listen on that interface?"
                    )))
                } else {
                    result
                };
            }
            _ => {}
        }
        if let Some(why) = self.prober.lost.take() {
            self.gone = Some(why);
        }
        if self.gone.is_some() {
            return result;
        }
        if self.prober.learned.ends_after_session && self.prober.absences.is_empty() {
            // Whether it comes back is for the next check to find.
            return result;
        }
        let sent = self.prober.exchange.last_sent();
        let (after, lost) = match self.recover() {
            Err(Halt::Stopped) => return Err(Halt::Stopped),
            Ok(None) => return result,
            Ok(Some(after)) => (after, false),
            Err(Halt::Gone(why) | Halt::Fail(why) | Halt::NotApplicable(why)) => (why, true),
        };
        let what = match sent {
            Some(sent) => format!("The last that was sent to it: {sent}."),
            None => "Nothing had been sent to it.".to_owned(),
        };
        let death = format!("check {number} ({}): {after}", entry.title);
        self.deaths.push(death);
        if lost {
            self.gone = Some(format!("check {number} ended it"));
        }
        let before = match result {
            Ok(()) => String::new(),
            Err(Halt::Fail(why)) => format!("{why} "),
            Err(other) => return Err(other),
        };
        Err(Halt::Fail(format!(
            "{before}Expected the next session to be served (G7); {after}. {what} Look at what happens to \
             the server's loop when this comes: an exception that nobody catches, a read that returns 0 \
             bytes and is tried again for ever, an exit."
        )))
    }

    /// Whether the server still serves a plain session. `Some` says that it did not, and does again.
    fn recover(&mut self) -> Result<Option<String>, Halt> {
        let prober = &mut self.prober;
        if !prober
            .learned
            .plain
            .as_ref()
            .is_some_and(|plain| plain.is_complete)
        {
            return Ok(None);
        }
        if prober.is_tidy && prober.absences.is_empty() {
            return Ok(None);
        }
        prober.exchange.note("afterwards: a plain session");
        let began = Instant::now();
        let mut first = None;
        while !prober.is_tidy {
            let session = prober.usual();
            match prober.session(&session) {
                Ok(_) => break,
                Err(Halt::Fail(why)) => {
                    if began.elapsed() >= prober.return_time {
                        return Err(Halt::Gone(format!(
                            "for {} it served none ({})",
                            seconds(prober.return_time),
                            why.trim_end_matches('.')
                        )));
                    }
                    first.get_or_insert(why);
                    prober.stop.sleep(BREATH)?;
                }
                Err(Halt::Gone(why)) => {
                    return Err(Halt::Gone(format!(
                        "the server is dead: {why}, and for {} nobody started it again",
                        seconds(prober.return_time)
                    )));
                }
                Err(other) => return Err(other),
            }
        }
        let absent: Duration = prober.absences.iter().sum();
        if absent > Duration::ZERO {
            return Ok(Some(format!(
                "the server died, and was there again after {}",
                seconds(absent)
            )));
        }
        Ok(first.map(|why| {
            let why = why.trim_end_matches('.');
            format!("for {} it served none ({why})", seconds(began.elapsed()))
        }))
    }

    /// What went over the wire: the plain session's for the checks that look at it.
    fn exchange(&mut self, number: usize) -> (Vec<super::Line>, u64) {
        let own = self.prober.exchange.take();
        match &self.prober.learned.plain {
            Some(plain) if number <= OF_PLAIN && own.0.is_empty() => plain.exchange.clone(),
            _ => own,
        }
    }
}
