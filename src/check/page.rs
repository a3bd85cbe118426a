//! What the protocol page promises: every rule that can be checked is, and every check has its rule.

use std::collections::BTreeSet;

use super::rules::{PAGE, rules};
use super::{Described, client_checks, server_checks};
use crate::protocol::{Dialect, MeasurementType, Phase, RawSetup, around_payload};

#[test]
fn every_rule_that_can_be_checked_is_checked_and_no_check_stands_on_anything_else() {
    let rules = rules();
    assert!(rules.len() > 25, "{rules:?}");
    let ids: BTreeSet<_> = rules.iter().map(|rule| &rule.number).collect();
    assert_eq!(ids.len(), rules.len(), "a number is given twice");
    for (whose, checks) in [("server", server_checks()), ("client", client_checks())] {
        let on_page: BTreeSet<&str> = rules
            .iter()
            .filter(|rule| rule.whose.iter().any(|all| all == whose))
            .map(|rule| rule.number.as_str())
            .collect();
        let checked: BTreeSet<&str> = checks.iter().map(|check| check.rule).collect();
        assert_eq!(on_page, checked, "{whose}");
    }
    let words = ["server", "client", "not checked"];
    let mut all = rules.iter().flat_map(|rule| &rule.whose);
    assert!(all.all(|word| words.contains(&word.as_str())));
    let named = |rule: &super::Rule| !rule.heading.is_empty() && !rule.text.contains("**");
    assert!(rules.iter().all(named), "{rules:?}");
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
