//! How the server of a run is spoken to, and what has been learnt of it.

use super::termination::Termination;
use super::variants::{self, Asked, Evidence};
use crate::measurement::Fault;
use crate::protocol::{EchoStyle, Idiom, SetupOrder};

/// Variants that are tried in a run, at most.
pub(super) const MOST_TRIALS: usize = 8;

/// How the letter of a termination without a line end goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum BareEnd {
    /// With a blank behind it: who reads what one read gives splits at blanks.
    #[default]
    WithBlank,
    /// Alone: with a blank it found no answer, or a refusal.
    Alone,
    /// With a blank again: alone it fared no better.
    Either,
}

/// What is known of how a server lets a session end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parting {
    /// Whether it has left a termination without an answer before.
    pub in_silence: bool,
    /// Whether a termination without a line end is its letter, and no blank behind it.
    pub letter_alone: bool,
    /// Whether it may close first, and want its port back.
    pub may_close_first: bool,
}

/// What is known of how a server speaks.
#[derive(Debug)]
pub(super) struct Speech {
    /// How it puts its echoes; `None` until the first one has shown it.
    pub echo: Option<EchoStyle>,
    /// Whether it has left a termination without an answer.
    ends_in_silence: bool,
    /// What ends a session where nothing ends a line.
    bare_end: BareEnd,
    /// Whether a session went well.
    is_settled: bool,
    /// Whether nothing has to be found out of it.
    is_of_the_text: bool,
    /// What the profile asked for.
    asked: Idiom,
    /// What was tried, and how far each came.
    tried: Vec<(Idiom, Evidence)>,
    /// The same in words: what was different in a trial, and how it ended.
    in_vain: Vec<String>,
}

impl Speech {
    /// Of a server of which nothing is known.
    pub fn of_a_stranger(asked: Idiom) -> Self {
        Self {
            echo: None,
            ends_in_silence: false,
            bare_end: BareEnd::default(),
            is_settled: false,
            is_of_the_text: false,
            asked,
            tried: Vec::new(),
            in_vain: Vec::new(),
        }
    }

    /// Of a server that keeps to the text, or has to.
    pub fn of_the_text(asked: Idiom) -> Self {
        Self {
            echo: Some(EchoStyle::whole(asked)),
            is_settled: true,
            is_of_the_text: true,
            ..Self::of_a_stranger(asked)
        }
    }

    /// What the profile asked for.
    pub fn asked(&self) -> Idiom {
        self.asked
    }

    /// A session went well, with echoes in that style.
    pub fn went_well(&mut self, echo: Option<EchoStyle>) {
        self.is_settled = true;
        self.echo = self.echo.take().or(echo);
    }

    /// How the next session is to be ended.
    pub fn parting(&self) -> Parting {
        Parting {
            in_silence: self.ends_in_silence,
            letter_alone: self.bare_end == BareEnd::Alone,
            may_close_first: !self.is_of_the_text,
        }
    }

    /// A session ended like that, in lines that end or are `bare`.
    pub fn ended(&mut self, how: Termination, bare: bool) {
        match (how, self.bare_end) {
            (Termination::Answered, _) => {}
            (_, BareEnd::WithBlank) if bare => self.bare_end = BareEnd::Alone,
            (_, BareEnd::Alone) if bare => self.bare_end = BareEnd::Either,
            (Termination::InSilence, _) => self.ends_in_silence = true,
            (Termination::Refused, _) => {}
        }
    }

    /// Whether it is known to keep to the text, or has to.
    pub fn is_of_the_text(&self) -> bool {
        self.is_of_the_text
    }

    /// Whether nothing is known of the server yet.
    pub fn is_new(&self) -> bool {
        !self.is_settled && self.tried.is_empty()
    }

    /// A session in `spoken` ended there, and the same is tried once more. Gives that trial's number, from 1.
    pub fn saw(&mut self, spoken: Idiom, evidence: Evidence) -> usize {
        self.tried.push((spoken, evidence));
        self.tried.len()
    }

    /// A session in `spoken` ended there. Gives what to try next, with its number from 1; nothing where
    /// sessions went well before, since then it is not how the server was spoken to.
    pub fn went_wrong(
        &mut self,
        spoken: Idiom,
        evidence: Evidence,
        run: Asked,
    ) -> Option<(usize, Idiom)> {
        if self.is_settled || self.tried.len() > MOST_TRIALS {
            return None;
        }
        self.tried.push((spoken, evidence));
        let next = variants::next(&self.tried, run);
        let next = next.filter(|_| self.tried.len() <= MOST_TRIALS);
        next.map(|idiom| (self.tried.len(), idiom))
    }

    /// Sessions went well in `spoken`, as the profile asks, and one ended after as many echoes as its message has
    /// bytes: the server may take the size for the number of probes, and have been left in time until now. Gives that
    /// trial, once.
    pub fn went_wrong_late(&mut self, spoken: Idiom, evidence: Evidence) -> Option<(usize, Idiom)> {
        let is_known = self.is_settled && !self.is_of_the_text && spoken == self.asked;
        let is_text = spoken.variant.setup_order == SetupOrder::Text;
        if !is_known || !is_text || evidence == Evidence::Setup || !self.tried.is_empty() {
            return None;
        }
        self.tried.push((spoken, evidence));
        let mut swapped = spoken;
        swapped.variant.setup_order = SetupOrder::Swapped;
        Some((self.tried.len(), swapped))
    }

    /// A trial with that difference was in vain.
    pub fn was_in_vain(&mut self, differs: &str, fault: &Fault) {
        let (phase, kind) = (fault.phase, fault.kind);
        self.in_vain.push(format!("{differs} ({phase}: {kind})"));
    }

    /// The trials that were in vain, in words; nothing where there were none.
    pub fn in_vain(&self) -> Option<String> {
        (!self.in_vain.is_empty()).then(|| self.in_vain.join("; "))
    }

    /// No variant went well: what the profile asked for is spoken, and nothing more is tried.
    pub fn gave_up(&mut self) {
        self.is_settled = true;
    }
}
