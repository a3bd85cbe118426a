//! Which variant of the protocol to try next with a server that would not have the one before.
//!
//! What a server does says where it and we part: at the setup, at the first probe, at the last. Each of these has
//! its usual reasons, likeliest first. Texts are not looked at, beyond whether they refuse.

use std::cmp::Reverse;

use crate::measurement::{Fault, FaultKind, FaultPhase};
use crate::protocol::{
    BetweenProbes, Dialect, Digits, Idiom, LineEnd, MeasurementType, Separator, Setup, SetupOrder,
    SizeCounts, Variant,
};

/// The fewest probes that any course asks for.
pub(super) const USUAL_LEAST_PROBES: u32 = 20;

/// What came instead of an echo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Instead {
    /// An answer, or something else.
    Words,
    /// The end of the connection.
    End,
    /// Nothing.
    Silence,
}

/// How far a session came, and how it ended there. A later place is a greater one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Evidence {
    /// What was tried between two probes was not wanted there.
    BetweenProbes,
    /// The setup was not accepted.
    Setup,
    /// The setup was accepted, and the first probe did not come back.
    FirstProbe(Instead),
    /// One probe came back, and the next was refused.
    SecondProbe,
    /// Some probes came back.
    LaterProbe,
    /// All but the last probe came back.
    LastProbe,
}

impl Evidence {
    /// What a fault tells of a session in which so many of its probes were echoed; `None` where it has
    /// nothing to do with how the server was spoken to.
    pub fn of(fault: &Fault, spoken: Idiom, echoed: u64, announced: u32) -> Option<Self> {
        let is_ours = matches!(
            fault.kind,
            FaultKind::Stopped | FaultKind::Unreachable | FaultKind::Refused | FaultKind::NotLetIn
        );
        if is_ours {
            return None;
        }
        match fault.phase {
            FaultPhase::Setup => Some(Self::Setup),
            FaultPhase::Measurement if !had_what_it_wanted(spoken, echoed) => {
                Some(Self::BetweenProbes)
            }
            FaultPhase::Measurement if echoed == 0 => Some(Self::FirstProbe(match fault.kind {
                FaultKind::TimedOut => Instead::Silence,
                FaultKind::ClosedEarly | FaultKind::Reset => Instead::End,
                _ => Instead::Words,
            })),
            FaultPhase::Measurement if echoed == 1 && fault.kind == FaultKind::RefusedByServer => {
                Some(Self::SecondProbe)
            }
            FaultPhase::Measurement if echoed + 1 == u64::from(announced) => Some(Self::LastProbe),
            FaultPhase::Measurement => Some(Self::LaterProbe),
            FaultPhase::Resolve | FaultPhase::Connect | FaultPhase::Termination => None,
        }
    }
}

/// Whether a server took what came between two probes, where anything did.
fn had_what_it_wanted(spoken: Idiom, echoed: u64) -> bool {
    match spoken.variant.between_probes {
        BetweenProbes::Nothing => true,
        BetweenProbes::Termination => echoed > 1,
        BetweenProbes::Connection => echoed > 0,
    }
}

/// What a run asks for that bears on how a server can be spoken to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// Probes of a session.
    pub probes: u32,
    /// Whether they go one at a time, over one connection.
    pub in_turn: bool,
}

/// The variant to try next, after those that were tried; `None` when none is left.
pub(super) fn next(tried: &[(Idiom, Evidence)], run: Asked) -> Option<Idiom> {
    let announced = run.probes;
    // What was found out of another server may have been asked of this one.
    let plain = tried.first().map(|(asked, _)| Idiom::from(asked.dialect));
    let mut furthest: Vec<&(Idiom, Evidence)> = tried.iter().collect();
    // Of those that came equally far the plain ones say more: what a form still has of another server is not to be in
    // every trial.
    let is_odd = |idiom: &Idiom| idiom.variant != Variant::default();
    let asked_is_odd = tried.first().is_some_and(|(asked, _)| is_odd(asked));
    furthest.sort_by_key(|(idiom, evidence)| (Reverse(*evidence), asked_is_odd && is_odd(idiom)));
    let others = furthest
        .into_iter()
        .flat_map(|(idiom, evidence)| alternatives(*idiom, *evidence, announced));
    plain.into_iter().chain(others).find(|idiom| {
        if !run.in_turn && idiom.variant.between_probes != BetweenProbes::Nothing {
            return false;
        }
        let is_pointless = |(known, evidence): &(Idiom, Evidence)| {
            known == idiom
                || (*evidence == Evidence::Setup
                    && setup(*known, announced) == setup(*idiom, announced))
        };
        !tried.iter().any(is_pointless)
    })
}

/// The setup message of an idiom: what did not pass once does not pass with other probes to follow.
fn setup(idiom: Idiom, announced: u32) -> String {
    let setup = Setup {
        kind: MeasurementType::Rtt,
        probes: announced.max(idiom.variant.least_probes),
        // No number of probes.
        message_size: u64::MAX / 2,
        server_delay_ms: 0,
    };
    setup.message(idiom)
}

/// What else a server may want that left off there, likeliest first.
fn alternatives(idiom: Idiom, evidence: Evidence, announced: u32) -> Vec<Idiom> {
    let with = |change: &dyn Fn(&mut Variant)| {
        let mut variant = idiom.variant;
        change(&mut variant);
        Idiom { variant, ..idiom }
    };
    let speaking = |dialect| Idiom { dialect, ..idiom };
    let many = |mut other: Idiom| {
        if announced < USUAL_LEAST_PROBES {
            other.variant.least_probes = USUAL_LEAST_PROBES;
        }
        other
    };
    let others: Vec<Idiom> = match idiom.dialect {
        Dialect::Boston => vec![many(speaking(Dialect::Bologna))],
        Dialect::Bologna | Dialect::BostonSizeFirst => vec![speaking(Dialect::Boston)],
        Dialect::Echo => return Vec::new(),
    };
    let size_first = (idiom.dialect == Dialect::Boston).then(|| speaking(Dialect::BostonSizeFirst));
    let whole_counted = {
        let mut idiom = speaking(Dialect::BostonSizeFirst);
        idiom.variant.size_counts = SizeCounts::Message;
        idiom
    };
    // The other one: what is asked for may count from 0 because another server did.
    let other_first = u32::from(idiom.variant.first_seq == 0);
    let from_other = with(&|variant| variant.first_seq = other_first);
    let bare = with(&|variant| variant.line_end = LineEnd::Nothing);
    let bare_from_other = with(&|variant| {
        variant.first_seq = other_first;
        variant.line_end = LineEnd::Nothing;
    });
    // The same setup as of size first, with Boston's probes.
    let swapped = {
        let mut idiom = speaking(Dialect::Boston);
        idiom.variant.setup_order = SetupOrder::Swapped;
        idiom
    };
    let ended_each = with(&|variant| variant.between_probes = BetweenProbes::Termination);
    let connected_each = with(&|variant| variant.between_probes = BetweenProbes::Connection);
    let tabs = with(&|variant| variant.separator = Separator::Tab);
    let padded = with(&|variant| variant.digits = Digits::Padded);
    let fixed_width = with(&|variant| {
        variant.digits = Digits::Padded;
        variant.size_counts = SizeCounts::PayloadAndLineEnd;
    });
    match evidence {
        Evidence::BetweenProbes => Vec::new(),
        Evidence::Setup => {
            let few = (announced < USUAL_LEAST_PROBES).then(|| many(idiom));
            let more = if idiom.dialect == Dialect::Bologna {
                [bare, padded, tabs]
            } else {
                [tabs, padded, bare]
            };
            others
                .into_iter()
                .chain(few)
                .chain(size_first)
                .chain(more)
                .collect()
        }
        // Before those without line ends: one that waits for a line hears nothing any more after half of one.
        Evidence::FirstProbe(Instead::Silence) => {
            [connected_each, bare, from_other, bare_from_other]
                .into_iter()
                .chain(size_first)
                .chain([swapped, fixed_width])
                .chain(others)
                .collect()
        }
        Evidence::FirstProbe(_) if idiom.dialect == Dialect::Bologna => {
            vec![fixed_width, from_other]
        }
        Evidence::FirstProbe(_) if idiom.dialect == Dialect::BostonSizeFirst => {
            vec![swapped, whole_counted, from_other, bare]
        }
        Evidence::FirstProbe(instead) => [from_other]
            .into_iter()
            .chain((instead == Instead::End).then_some(connected_each))
            .chain(others)
            .chain(size_first)
            .chain([swapped, whole_counted])
            .chain([bare, bare_from_other])
            .collect(),
        Evidence::SecondProbe => [ended_each]
            .into_iter()
            .chain(alternatives(idiom, Evidence::LaterProbe, announced))
            .collect(),
        Evidence::LaterProbe if idiom.dialect == Dialect::Bologna => vec![fixed_width, bare],
        Evidence::LaterProbe => size_first
            .into_iter()
            .chain(others)
            .chain([bare, from_other])
            .collect(),
        Evidence::LastProbe => [from_other, bare_from_other]
            .into_iter()
            .chain(size_first)
            .collect(),
    }
}
