//! Where a field's name stands in a RON text, for problems that only show once the text is read.

use std::iter;

use super::Position;

/// The place of the first `name:` outside comments and strings.
pub(super) fn find_field(text: &str, name: &str) -> Option<Position> {
    fields(text)
        .find(|(found, _)| *found == name)
        .map(|(_, rest)| position_of(text, rest))
}

/// The field whose value stands at a place: the last `name:` before it.
pub(super) fn field_at(text: &str, at: Position) -> Option<&str> {
    let at = offset_of(text, at);
    fields(text)
        .take_while(|(_, rest)| text.len() - rest.len() <= at)
        .last()
        .map(|(name, _)| name)
}

/// Every `name:` outside comments and strings: the name, and the text from there on.
fn fields(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    iter::from_fn(move || {
        while let Some(first) = rest.chars().next() {
            let here = rest;
            let skipped = match first {
                '/' if here.starts_with("//") => here.find('\n').unwrap_or(here.len()),
                '/' if here.starts_with("/*") => block_comment(here),
                '"' => string(here),
                'r' if raw_string(here).is_some() => raw_string(here).unwrap_or(1),
                first if is_word(first) => here.find(|c| !is_word(c)).unwrap_or(here.len()),
                other => other.len_utf8(),
            };
            let (skipped, after) = here.split_at_checked(skipped)?;
            rest = after;
            if skipped.starts_with(is_word) && after.trim_start().starts_with(':') {
                return Some((skipped, here));
            }
        }
        None
    })
}

/// The place behind a text.
pub(super) fn end_of(text: &str) -> Position {
    let last_line = text.rsplit('\n').next().unwrap_or(text);
    Position {
        line: text.matches('\n').count() + 1,
        column: last_line.chars().count() + 1,
    }
}

/// The next place in the same line that is not blank: RON tells where it began to look for a value.
pub(super) fn past_blanks(text: &str, from: Position) -> Position {
    let line = text
        .split('\n')
        .nth(from.line.saturating_sub(1))
        .unwrap_or_default();
    let rest = || line.chars().skip(from.column.saturating_sub(1));
    let blanks = rest().take_while(|c| c.is_whitespace()).count();
    if rest().count() == blanks {
        from
    } else {
        Position {
            column: from.column + blanks,
            ..from
        }
    }
}

fn position_of(text: &str, rest: &str) -> Position {
    end_of(text.get(..text.len() - rest.len()).unwrap_or_default())
}

/// Where a place is in the text, in bytes; the end of its line if the line is shorter.
fn offset_of(text: &str, at: Position) -> usize {
    let mut lines = text.split_inclusive('\n');
    let skipped: usize = lines
        .by_ref()
        .take(at.line.saturating_sub(1))
        .map(str::len)
        .sum();
    let line = lines.next().unwrap_or_default();
    let column = line.char_indices().nth(at.column.saturating_sub(1));
    skipped + column.map_or(line.len(), |(offset, _)| offset)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a comment at the start of `text`; RON's block comments nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of a quoted string at the start of `text`.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a raw string, such as `r#"..."#`, if one starts `text`.
fn raw_string(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('r')?.trim_start_matches('#');
    let hashes = text.len() - inside.len() - 1;
    let body = inside.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(hashes + 2 + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_only_as_a_field() {
        let text = "// probes: 1\n/* probes: /* probes: */ */ (\n  a: \"probes: \\\" probes:\",\n  \
                    b: r#\"probes: \"probes:\"#, probes_x: 1, é: probes, probes : 20)";
        let at = find_field(text, "probes").unwrap();
        assert_eq!((at.line, at.column), (4, 53));
        assert_eq!(find_field(text, "rounds"), None);
        assert_eq!(field_at(text, at), Some("probes"));
        let before = Position {
            column: at.column - 1,
            ..at
        };
        assert_eq!(field_at(text, before), Some("é"));
        assert_eq!(field_at(text, Position { line: 1, column: 9 }), None);
    }

    #[test]
    fn a_text_that_breaks_off_has_no_field_and_no_panic() {
        for text in ["\"", "\"\\", "r#\"a", "/* /*", "//", "r", "é", ""] {
            assert_eq!(find_field(text, "probes"), None, "{text}");
        }
    }
}
