//! A check as text for a terminal: a row for each, as it is done; below them what failed, with its bytes,
//! and what was remarked.

use std::fmt::Write;

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
    for checked in &report.checks {
        for remark in &checked.remarks {
            let _ = write!(
                text,
                "\n{}. * {} ({}): {remark}",
                checked.number, checked.title, checked.rule
            );
        }
    }
    text.push_str(&not_tried(report));
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

/// Why checks were not tried, each reason once.
fn not_tried(report: &CheckReport) -> String {
    let mut reasons: Vec<(&str, Vec<usize>)> = Vec::new();
    for checked in of(report, Verdict::NotApplicable) {
        match reasons.iter_mut().find(|(why, _)| *why == checked.detail) {
            Some((_, numbers)) => numbers.push(checked.number),
            None => reasons.push((&checked.detail, vec![checked.number])),
        }
    }
    let mut text = String::new();
    for (why, numbers) in reasons {
        let _ = write!(text, "\n{}. not applicable: {why}", ranges(&numbers));
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

/// What went over the wire, a line each.
fn exchange(checked: &Checked) -> String {
    let several = checked.exchange.iter().any(|line| line.connection > 1);
    let mut text = String::new();
    for line in &checked.exchange {
        let connection = match line.connection {
            0 => "   ".to_owned(),
            number if several => format!("{number:>2} "),
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "   {:>9} ms  {connection}{}",
            line.milliseconds(),
            line.said()
        );
    }
    if checked.lines_omitted > 0 {
        let _ = writeln!(
            text,
            "   ({} lines in the middle are left out)",
            checked.lines_omitted
        );
    }
    text
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
