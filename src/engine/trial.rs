//! Trials: how a server wants to be spoken to is found out, one variant of the protocol after the other.
//!
//! Each has a connection of its own, asks for no server delay and waits a short time only. A trial that goes
//! well counts as the round it was made for, where that asked for nothing else; what is spoken from then on
//! stands in the run's profile.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::executor::Execution;
use super::speech::MOST_TRIALS;
use super::terms::Terms;
use super::variants::{Asked, Evidence, USUAL_LEAST_PROBES};
use super::visit::Current;
use crate::experiment::{Plan, PointSpec};
use crate::measurement::units::bytes;
use crate::measurement::{
    About, Direction, Fault, FaultKind, FaultPhase, PointStatistics, Traits, probe_text,
};
use crate::protocol::{EchoStyle, Idiom, LineEnd, Phase};

/// How long a server may take for each answer in a trial.
pub(super) const STALL_OF_A_TRIAL: Duration = Duration::from_secs(2);
/// How long the return of a server is awaited that is gone after a trial.
pub(super) const RETURN_AFTER_A_TRIAL: Duration = Duration::from_secs(10);

/// A variant that is being tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are at most.
    pub most: u32,
    /// What is different in it from what the profile asks for.
    pub differs: String,
    /// Whether the server is gone, and its return is awaited.
    pub awaits_server: bool,
}

/// In words, for whoever waits.
impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            number,
            most,
            differs,
            awaits_server,
        } = self;
        if *awaits_server {
            let seconds = RETURN_AFTER_A_TRIAL.as_secs();
            return write!(
                f,
                "The server is gone; its return is awaited for {seconds} s"
            );
        }
        write!(
            f,
            "Trying how the server wants it ({number} of at most {most}): {differs}"
        )
    }
}

/// What was measured before the first trial, and how it ended.
pub(super) struct Before {
    pub current: Current,
    pub fault: Fault,
    /// What had been seen of the server by then.
    pub server: Traits,
}

impl Before {
    /// Whether the server may have had no time, and nothing against how it was spoken to.
    pub fn may_have_been_busy(&self) -> bool {
        (self.fault.phase, self.fault.kind) == (FaultPhase::Setup, FaultKind::TimedOut)
    }
}

/// A variant that worked where what was asked for had found no answer, while that is tried once more.
pub(super) struct Found {
    idiom: Idiom,
    terms: Terms,
    current: Current,
    server: Traits,
}

/// The median RTT of what was just measured, in nanoseconds.
pub(super) fn median_rtt(current: &Current, message_size: u64) -> Option<f64> {
    let statistics = PointStatistics::of(current.rounds.iter(), message_size)?;
    Some(statistics.rtt.p50)
}

impl Execution<'_> {
    /// Chooses what to try after a session that ended with `fault`, and speaks that from now on. Says whether
    /// there is anything.
    pub(super) fn next_trial(
        &mut self,
        current: &Current,
        spec: &PointSpec,
        fault: &Fault,
    ) -> bool {
        let spoken = self.profile().idiom();
        if let Some(trial) = &self.trial {
            self.speech.was_in_vain(&trial.differs, fault);
        }
        // A second connection at a time that is not served says nothing about how it was spoken to.
        if current.is_beside_another(fault.phase) {
            return false;
        }
        let rounds = current.rounds.iter();
        let echoed = rounds.flat_map(|round| round.probes.iter());
        let echoed = echoed.filter(|probe| probe.rtt_ns().is_some()).count() as u64;
        let announced = self.profile().announced_probes();
        let Some(evidence) = Evidence::of(fault, spoken, echoed, announced) else {
            return false;
        };
        let milder = match self.milder.take() {
            None if self.speech.is_new() => self.milder_than(spec, fault, evidence),
            // It is still busy with the delay that it was asked for before.
            Some(_) if (fault.phase, fault.kind) == (FaultPhase::Setup, FaultKind::TimedOut) => {
                return false;
            }
            _ => None,
        };
        let (number, idiom, differs) = if let Some((spec, differs)) = milder {
            self.milder = Some(spec);
            (self.speech.saw(spoken, evidence), spoken, differs)
        } else {
            let profile = self.profile();
            let asked = Asked {
                probes: profile.asked_probes(),
                in_turn: profile.depth == 1 && profile.connections == 1,
            };
            // The last one may have come with the closing reply, and count for none.
            let ended_by_size = echoed.abs_diff(spec.message_size) <= 1
                && spec.message_size < announced.into()
                && echoed <= spec.message_size;
            let late = ended_by_size.then(|| self.speech.went_wrong_late(spoken, evidence));
            let next = late
                .flatten()
                .or_else(|| self.speech.went_wrong(spoken, evidence, asked));
            let Some((number, idiom)) = next else {
                return false;
            };
            (number, idiom, idiom.differences(self.speech.asked()))
        };
        self.ended_with(current.session(0), fault);
        self.adopt(idiom);
        // What another variant brings back is not known.
        self.speech.echo = None;
        self.run.server = Traits::default();
        let line = self.plan.setup(&self.spec_of_trial(spec)).line(idiom);
        let text = format!("trying ({number} of at most {MOST_TRIALS}): {differs}: {line}");
        self.line(self.sessions, Phase::Setup, Direction::Event, &text);
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        self.trial = Some(Trial {
            number: count(number),
            most: count(MOST_TRIALS),
            differs,
            awaits_server: false,
        });
        true
    }

    /// What asks less of a server that ended a first session like that, and speaks the same: it may mind
    /// what it was asked for, and not how.
    fn milder_than(
        &self,
        spec: &PointSpec,
        fault: &Fault,
        evidence: Evidence,
    ) -> Option<(PointSpec, String)> {
        let sizes = self.plan.points().iter().map(|point| point.message_size);
        let smallest = sizes.min().filter(|size| *size < spec.message_size);
        match (fault.phase, fault.kind) {
            (FaultPhase::Setup, FaultKind::RefusedByServer) => {
                let message_size = smallest?;
                let differs = format!("a message size of {}", bytes(message_size));
                let spec = PointSpec {
                    message_size,
                    ..*spec
                };
                Some((spec, differs))
            }
            (FaultPhase::Measurement, FaultKind::TimedOut) if spec.server_delay_ms > 0 => {
                Some((*spec, "no server delay".to_owned()))
            }
            // Echoes came until then: it may have been this once.
            (FaultPhase::Measurement, _) if evidence == Evidence::LaterProbe => {
                Some((*spec, "nothing, the same once more".to_owned()))
            }
            _ => None,
        }
    }

    /// What is measured in a trial: no trial asks for a delay.
    pub(super) fn spec_of_trial(&self, spec: &PointSpec) -> PointSpec {
        PointSpec {
            server_delay_ms: 0,
            ..self.milder.unwrap_or(*spec)
        }
    }

    /// What the profile asked for works, where it asks for less: the variant is right, and the server minds
    /// what this point wants.
    pub(super) fn milder_went_well(&mut self, current: &Current, spec: &PointSpec, fault: &Fault) {
        self.trial = None;
        self.milder = None;
        let Some(without) = median_rtt(current, spec.message_size) else {
            return;
        };
        let was_late = (fault.phase, fault.kind) == (FaultPhase::Measurement, FaultKind::TimedOut);
        if was_late && spec.server_delay_ms > 0 {
            self.remark_long_delay(spec.server_delay_ms, without);
        }
    }

    /// The variant that was tried last went well: it is spoken from now on.
    pub(super) fn trial_went_well(&mut self, spec: &PointSpec, before: &Fault) {
        self.trial = None;
        let idiom = self.profile().idiom();
        let setup = self.plan.setup(spec).line(idiom);
        let probe = probe_text(idiom, 1, spec.message_size);
        let differs = idiom.differences(self.speech.asked());
        let termination = idiom.termination();
        let termination = termination.trim_end_matches('\n');
        let why = &before.message;
        let in_vain = self.speech.in_vain();
        let in_vain =
            in_vain.map_or_else(String::new, |tried| format!(" In vain before: {tried}."));
        self.run.server.remark_instead(
            About::Variant,
            format!(
                "Spoken to as the profile asked, it did not go on: {why} What works: {differs} (\"{setup}\", \
                 \"{probe}\", \"{termination}\").{in_vain}"
            ),
        );
    }

    /// A variant works where the server had said nothing before. It may only have been busy then: it is asked once
    /// more as the profile has it.
    pub(super) fn try_as_asked(&mut self, terms: Terms, current: Current) -> Found {
        let found = Found {
            idiom: self.profile().idiom(),
            terms,
            current,
            server: std::mem::take(&mut self.run.server),
        };
        self.adopt(self.speech.asked());
        let differs = "as asked, once more: it may only have been busy";
        self.line(
            self.sessions,
            Phase::Setup,
            Direction::Event,
            &format!("trying {differs}"),
        );
        if let Some(trial) = &mut self.trial {
            differs.clone_into(&mut trial.differs);
        }
        found
    }

    /// The variant was needed: it is spoken again. Gives what was measured with it, where that is what the point
    /// asks for.
    pub(super) fn take_up(
        &mut self,
        found: Found,
        spec: &PointSpec,
        before: &Fault,
    ) -> Option<Current> {
        let Found {
            idiom,
            terms,
            mut current,
            server,
        } = found;
        self.adopt(idiom);
        self.run.server = server;
        self.went_well(spec, current.echo.take());
        self.trial_went_well(spec, before);
        let is_the_same = terms.ask_the_same_as(&self.terms(spec));
        is_the_same.then_some(current)
    }

    /// The server takes what was asked for, now that it has the time.
    pub(super) fn was_only_busy(
        &mut self,
        spec: &PointSpec,
        echo: Option<EchoStyle>,
        before: &Fault,
    ) {
        self.trial = None;
        self.went_well(spec, echo);
        let why = &before.message;
        self.run.server.remark(About::Setup, || {
            format!("{why} A little later it took the same: it was busy then.")
        });
    }

    /// A session went well: in which style its echoes came is known from now on.
    pub(super) fn went_well(&mut self, spec: &PointSpec, echo: Option<EchoStyle>) {
        self.speech.went_well(echo);
        let idiom = self.profile().idiom();
        let Some(style) = self.speech.echo.as_ref() else {
            return;
        };
        if *style == EchoStyle::whole(idiom) || self.run.server.echo.is_some() {
            return;
        }
        self.run.server.echo = Some(style.clone());
        let sent = probe_text(idiom, 1, spec.message_size);
        let behind = match idiom.variant.line_end {
            LineEnd::Newline => "\\n",
            LineEnd::Nothing => "",
        };
        let text = format!(
            "For \"{sent}{behind}\" it sends {style}; the text has the whole message back. An echo is \
             whole when the last byte of what was sent is there."
        );
        self.run.server.remark(About::Echo, || text);
    }

    /// No variant went well: what the profile asked for is spoken again, and what was met in the trials is
    /// forgotten. Gives what was measured before them, and how it ended.
    pub(super) fn trials_are_over(&mut self, before: Before) -> (Current, Fault) {
        self.trial = None;
        self.speech.gave_up();
        self.adopt(self.speech.asked());
        self.run.server = before.server;
        if let Some(tried) = self.speech.in_vain() {
            let mut text = format!(
                "It was spoken to in other ways too, each on a connection of its own, and none went better: {tried}."
            );
            if self.profile().asked_probes() < USUAL_LEAST_PROBES {
                let more = format!(
                    " Some servers want {USUAL_LEAST_PROBES} probes beside anything else: ask for as many."
                );
                text.push_str(&more);
            }
            self.run.server.remark_instead(About::Variant, text);
        }
        (before.current, before.fault)
    }

    fn adopt(&mut self, idiom: Idiom) {
        let profile = Arc::make_mut(&mut self.run.profile);
        profile.dialect = idiom.dialect;
        profile.variant = idiom.variant;
        self.plan = Plan::new(&self.run.profile);
    }
}
