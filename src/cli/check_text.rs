//! A check as text for a terminal: a row for each, as it is done; below them what failed, with its bytes,
//! and what was remarked.

use std::fmt::Write;

use super::exchange_text::exchange;
use crate::check::{CheckReport, Checked, Verdict};

/// Titles are that wide; a longer one only pushes its own row.
const TITLE: usize = 38;

/// What stands above the rows.
pub(super) fn head() -> String {
    format!("{:>3}  {:<4}  {:<TITLE$}  outcome", "no", "rule", "check")
}

/// The row of a check.
pub(super) fn row(checked: &Checked) -> String {
    let sign = if checked.remarks.is_empty() { "" } else { " *" };
    format!(
        "{:>3}  {:<4}  {:<TITLE$}  {}{sign}",
        checked.number,
        checked.rule,
        checked.title,
        checked.verdict.word()
    )
}

/// The row of several checks that follow one another and were not tried, for one reason.
pub(super) fn row_not_tried(first: usize, last: usize) -> String {
    let checks = if first == last {
        format!("({first}, for the same reason)")
    } else {
        format!("({first} to {last}, for the same reason)")
    };
    let word = Verdict::NotApplicable.word();
    format!("{:>3}  {:<4}  {checks:<TITLE$}  {word}", "…", "")
}

/// What stands below the rows.
pub(super) fn details(report: &CheckReport) -> String {
    let mut text = String::new();
    for checked in of(report, Verdict::Fail) {
        let _ = write!(
            text,
            "\n{}. {} ({}): FAIL\n   sent: {}; expected: {}\n   {}\n",
            checked.number,
            checked.title,
            checked.rule,
            checked.sends,
            checked.expects,
            checked.detail
        );
        text.push_str(&exchange(checked));
    }
    for checked in of(report, Verdict::Pass).filter(|checked| !checked.detail.is_empty()) {
        let _ = write!(
            text,
            "\n{}. {}: {}",
            checked.number, checked.title, checked.detail
        );
    }
    let remarks = report.checks.iter().flat_map(|checked| {
        let remarks = checked.remarks.iter();
        remarks.map(|remark| (remark.as_str(), checked.number))
    });
    text.push_str(&each_once(remarks, "* "));
    let not_tried = of(report, Verdict::NotApplicable);
    let reasons = not_tried.map(|checked| (checked.detail.as_str(), checked.number));
    text.push_str(&each_once(reasons, "not applicable: "));
    for death in &report.deaths {
        let _ = write!(text, "\nThe server was lost by {death}.");
    }
    let _ = write!(
        text,
        "\n\n{}: {}\nThe rules are in docs/PROTOCOL.md.",
        report.address,
        report.summary()
    );
    text.trim_start_matches('\n').to_owned()
}

fn of(report: &CheckReport, verdict: Verdict) -> impl Iterator<Item = &Checked> {
    let checks = report.checks.iter();
    checks.filter(move |checked| checked.verdict == verdict)
}

/// What is said of checks, each thing once with the numbers of all that it is said of.
fn each_once<'t>(said: impl Iterator<Item = (&'t str, usize)>, sign: &str) -> String {
    let mut each: Vec<(&str, Vec<usize>)> = Vec::new();
    for (what, number) in said {
        match each.iter_mut().find(|(known, _)| *known == what) {
            Some((_, numbers)) => numbers.push(number),
            None => each.push((what, vec![number])),
        }
    }
    let mut text = String::new();
    for (what, numbers) in each {
        let _ = write!(text, "\n{}. {sign}{what}", ranges(&numbers));
    }
    text
}

/// Numbers that rise, those that follow one another as a range.
fn ranges(numbers: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    let ranges = ranges.into_iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    });
    ranges.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_follow_one_another_are_a_range() {
        assert_eq!(ranges(&[1, 3, 4, 6, 7, 8, 10]), "1, 3, 4, 6–8, 10");
        assert_eq!(ranges(&[]), "");
    }
}
