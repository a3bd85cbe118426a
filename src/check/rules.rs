//! The rules of the protocol page, by their numbers, as text without its marks.

use std::sync::OnceLock;

/// The page.
pub(super) const PAGE: &str = include_str!("../../docs/PROTOCOL.md");

/// A rule of the protocol page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its number, such as S3.
    pub number: String,
    /// Whose programs can be checked against it.
    pub whose: Vec<String>,
    /// What it asks, in a sentence.
    pub heading: String,
    /// What else there is to say of it.
    pub text: String,
}

/// The rule of that number.
#[must_use]
pub fn rule(number: &str) -> Option<&'static Rule> {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    let rules = RULES.get_or_init(rules);
    rules.iter().find(|rule| rule.number == number)
}

/// All of them, in the order of the page.
pub(super) fn rules() -> Vec<Rule> {
    let mut items: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in PAGE.lines() {
        if let Some(begun) = line.strip_prefix("- **") {
            items.push(begun.to_owned());
            is_open = true;
        } else if line.starts_with("  ")
            && let Some(item) = items.last_mut().filter(|_| is_open)
        {
            item.push(' ');
            item.push_str(line.trim());
        } else {
            is_open = false;
        }
    }
    items.iter().filter_map(|item| read(item)).collect()
}

/// `S3** (server) **What it asks.** What else there is to say.`
fn read(item: &str) -> Option<Rule> {
    let (number, rest) = item.split_once("** (")?;
    let (whose, rest) = rest.split_once(')')?;
    let rest = rest.trim_start().strip_prefix("**")?;
    let (heading, text) = rest.split_once("**")?;
    // What goes on in the same sentence belongs to it.
    let (more, text) = if heading.ends_with(['.', ':']) {
        ("", text)
    } else {
        text.split_once(". ").unwrap_or((text, ""))
    };
    let heading = format!("{heading}{more}");
    Some(Rule {
        number: number.to_owned(),
        whose: whose.split(", ").map(str::to_owned).collect(),
        heading: plain(heading.trim_end_matches('.')),
        text: plain(text.trim_start_matches(['.', ' '])),
    })
}

/// Without the marks of the page.
fn plain(text: &str) -> String {
    text.trim().replace(['*', '`'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_found_with_its_text_by_its_number() {
        let found = rule("S2").expect("a rule");
        assert_eq!(found.heading, "The type is rtt or tput");
        assert_eq!(
            found.text,
            "It says what the figures are for; the session is the same."
        );
        let goes_on = rule("S1").expect("a rule");
        assert!(goes_on.heading.ends_with("without a sign"), "{goes_on:?}");
        assert_eq!(goes_on.text, "");
        assert_eq!(rule("X9"), None);
    }
}
