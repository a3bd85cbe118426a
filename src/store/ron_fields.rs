//! Where a field's name stands in a RON text, for problems that only show once the text is read.

use super::Position;

/// The place of the first `name:` outside comments and strings.
pub(super) fn find_field(text: &str, name: &str) -> Option<Position> {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => string(rest),
            'r' if raw_string(rest).is_some() => raw_string(rest).unwrap_or(1),
            first if is_word(first) => {
                let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                let (word_text, after) = rest.split_at(word);
                if word_text == name && after.trim_start().starts_with(':') {
                    return Some(position_of(text, rest));
                }
                word
            }
            other => other.len_utf8(),
        };
        rest = rest.get(skipped..)?;
    }
    None
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
    }

    #[test]
    fn a_text_that_breaks_off_has_no_field_and_no_panic() {
        for text in ["\"", "\"\\", "r#\"a", "/* /*", "//", "r", "é", ""] {
            assert_eq!(find_field(text, "probes"), None, "{text}");
        }
    }
}
