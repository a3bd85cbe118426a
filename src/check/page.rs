//! What the protocol page promises: every rule that can be checked is, and every check has its rule.

use std::collections::BTreeSet;

use super::{Described, client_checks, server_checks};
use crate::protocol::{Dialect, MeasurementType, Phase, RawSetup, around_payload};

const PAGE: &str = include_str!("../../docs/PROTOCOL.md");

/// The rules of the page, each with whose programs can be checked against it.
fn rules() -> Vec<(&'static str, Vec<&'static str>)> {
    let lines = PAGE.lines().filter_map(|line| line.strip_prefix("- **"));
    let rules = lines.filter_map(|line| {
        let (id, rest) = line.split_once("** (")?;
        let (whose, _) = rest.split_once(')')?;
        Some((id, whose.split(", ").collect()))
    });
    rules.collect()
}

#[test]
fn every_rule_that_can_be_checked_is_checked_and_no_check_stands_on_anything_else() {
    let rules = rules();
    assert!(rules.len() > 25, "{rules:?}");
    let ids: BTreeSet<_> = rules.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), rules.len(), "a number is given twice");
    for (whose, checks) in [("server", server_checks()), ("client", client_checks())] {
        let on_page: BTreeSet<&str> = rules
            .iter()
            .filter(|(_, all)| all.contains(&whose))
            .map(|(id, _)| *id)
            .collect();
        let checked: BTreeSet<&str> = checks.iter().map(|check| check.rule).collect();
        assert_eq!(on_page, checked, "{whose}");
    }
    let words = ["server", "client", "not checked"];
    let mut all = rules.iter().flat_map(|(_, whose)| whose);
    assert!(all.all(|word| words.contains(word)));
}

#[test]
fn checks_are_numbered_from_one_and_named_once() {
    for checks in [server_checks(), client_checks()] {
        let numbers = checks.iter().map(|check| check.number);
        assert!(numbers.eq(1..=checks.len()));
        let titles: BTreeSet<_> = checks.iter().map(|check: &Described| check.title).collect();
        assert_eq!(titles.len(), checks.len());
    }
}

#[test]
fn the_page_has_the_words_of_the_dialects() {
    for dialect in [Dialect::Boston, Dialect::Bologna, Dialect::BostonSizeFirst] {
        let setup = RawSetup {
            kind: "<type>",
            probes: "<probes>",
            size: "<size>",
            delay: "<delay>",
        };
        let (before, behind) = around_payload(dialect, "<number>");
        let probe = format!("{before}<payload>{}", behind.trim_end());
        let mut words = vec![
            setup.line(dialect),
            probe,
            dialect.termination().to_owned(),
            dialect.type_word(MeasurementType::Tput).to_owned(),
            dialect.accepted_line(Phase::Setup).to_owned(),
            dialect.accepted_line(Phase::Termination).to_owned(),
        ];
        for phase in [Phase::Setup, Phase::Measurement, Phase::Termination] {
            words.push(dialect.refusal_line(phase).to_owned());
        }
        let table: String = PAGE.lines().filter(|line| line.starts_with('|')).collect();
        for word in words {
            assert!(table.contains(&format!("`{word}`")), "{dialect}: {word}");
        }
    }
}
