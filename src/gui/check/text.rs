//! The check as text for the clipboard.

use std::fmt::Write;

use super::sheet::{Row, Sheet, Stage};
use crate::check::{Checked, Verdict, rule};

/// The word of a row for how far it has come.
pub fn outcome(row: &Row) -> &'static str {
    match &row.stage {
        Stage::NotYet => "not yet",
        Stage::UnderWay => "under way",
        Stage::Done(checked) => match checked.verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "FAIL",
            Verdict::NotApplicable => "not applicable",
        },
    }
}

/// The table with TABs between its cells.
pub fn table<'a>(rows: impl IntoIterator<Item = &'a Row>) -> String {
    let mut text = "No.\tRule\tCheck\tOutcome\tWhat there is to say\n".to_owned();
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}",
            row.number,
            row.rule,
            row.title,
            outcome(row),
            row.told().replace(['\t', '\n'], " ")
        );
    }
    text
}

/// One check with everything about it.
pub fn one(sheet: &Sheet, row: &Row) -> String {
    let mut text = format!(
        "{}\n{}. {} ({}): {}\nsent: {}; expected: {}\n",
        sheet.subject(),
        row.number,
        row.title,
        row.rule,
        outcome(row),
        row.sends,
        row.expects
    );
    if let Some(checked) = row.checked() {
        if !row.told().is_empty() {
            let _ = writeln!(text, "{}", row.told());
        }
        exchange(&mut text, checked);
    }
    if let Some(rule) = rule(&row.rule) {
        let _ = writeln!(
            text,
            "Rule {}: {}. {}",
            rule.number, rule.heading, rule.text
        );
    }
    text
}

fn exchange(text: &mut String, checked: &Checked) {
    for line in &checked.exchange {
        let connection = match line.connection {
            0 => String::new(),
            number => number.to_string(),
        };
        let _ = writeln!(
            text,
            "{} ms\t{connection}\t{}",
            line.milliseconds(),
            line.said()
        );
    }
    if checked.lines_omitted > 0 {
        let _ = writeln!(text, "{}", left_out(checked));
    }
}

/// That lines are missing.
pub fn left_out(checked: &Checked) -> String {
    format!(
        "{} lines in the middle are left out.",
        checked.lines_omitted
    )
}
