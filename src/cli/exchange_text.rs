//! What went over the wire in a check, as lines for a terminal: what went as it should is counted, what did not
//! is shown, and so are its beginning and its end.

use std::fmt::Write;

use crate::check::{Checked, Event, Line};

/// Rows that are shown of the beginning, and of the end.
const FIRST: usize = 12;
const LAST: usize = 24;
/// Right echoes that follow one another are counted from so many on.
const COUNTED_FROM: usize = 3;

/// A row of the terminal.
enum Row<'c> {
    Line(&'c Line),
    /// So many more messages came back as they had been sent.
    CameBack(usize),
}

/// All of it.
pub(super) fn exchange(checked: &Checked) -> String {
    let rows = rows(&checked.exchange);
    let several = checked.exchange.iter().any(|line| line.connection > 1);
    let behind = rows.len().saturating_sub(LAST).max(FIRST);
    let mut left_out = checked.lines_omitted;
    let mut text = String::new();
    for (nth, row) in rows.iter().enumerate() {
        if (FIRST..behind).contains(&nth) {
            left_out += 1;
            continue;
        }
        if nth >= behind && left_out > 0 {
            say_left_out(&mut text, left_out);
            left_out = 0;
        }
        // Writing to a string cannot fail.
        let _ = match row {
            Row::Line(line) => writeln!(text, "{}", row_of(line, several)),
            Row::CameBack(count) => writeln!(
                text,
                "   {:>12}  ({count} more messages came back as they were sent)",
                ""
            ),
        };
    }
    if left_out > 0 {
        say_left_out(&mut text, left_out);
    }
    text
}

fn say_left_out(text: &mut String, lines: u64) {
    let _ = writeln!(
        text,
        "   {:>12}  ({lines} lines in the middle are left out)",
        ""
    );
}

fn row_of(line: &Line, several: bool) -> String {
    let connection = match line.connection {
        0 => "   ".to_owned(),
        number if several => format!("{number:>2} "),
        _ => String::new(),
    };
    let (at, said) = (line.milliseconds(), line.said());
    format!("   {at:>9} ms  {connection}{said}")
}

/// The lines, with right echoes that follow one another as a number.
fn rows(lines: &[Line]) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut left = lines;
    while let Some((line, behind)) = left.split_first() {
        let pairs = right_echoes(left);
        if pairs >= COUNTED_FROM {
            // The first one is an example.
            let (example, rest) = left.split_at(2);
            rows.extend(example.iter().map(Row::Line));
            rows.push(Row::CameBack(pairs - 1));
            left = rest.get(2 * (pairs - 1)..).unwrap_or_default();
        } else {
            rows.push(Row::Line(line));
            left = behind;
        }
    }
    rows
}

/// How many messages that came back as they were sent stand at the front.
fn right_echoes(lines: &[Line]) -> usize {
    let is_right = |pair: &&[Line]| match pair {
        [sent, received] => {
            (sent.event, received.event) == (Event::Sent, Event::Received)
                && (sent.connection, sent.bytes) == (received.connection, received.bytes)
                && sent.text == received.text
        }
        _ => false,
    };
    lines.chunks(2).take_while(is_right).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(event: Event, text: &str) -> Line {
        Line {
            at_ns: 0,
            connection: 1,
            event,
            text: text.to_owned(),
            bytes: text.len() as u64,
            pieces: 1,
        }
    }

    fn echoes(count: usize) -> Vec<Line> {
        let both = |nth| {
            let probe = format!("m {nth} a");
            [line(Event::Sent, &probe), line(Event::Received, &probe)]
        };
        (1..=count).flat_map(both).collect()
    }

    #[test]
    fn right_echoes_are_counted_and_a_wrong_one_is_seen() {
        let mut lines = vec![line(Event::Sent, "s"), line(Event::Received, "200")];
        lines.extend(echoes(20));
        lines.push(line(Event::Sent, "m 21 a"));
        lines.push(line(Event::Received, "m 21 b"));
        lines.extend(echoes(2));
        let shown: Vec<String> = rows(&lines)
            .iter()
            .map(|row| match row {
                Row::Line(line) => line.text.clone(),
                Row::CameBack(count) => format!("{count} more"),
            })
            .collect();
        let expected = [
            "s", "200", "m 1 a", "m 1 a", "19 more", "m 21 a", "m 21 b", "m 1 a", "m 1 a", "m 2 a",
            "m 2 a",
        ];
        assert_eq!(shown, expected);
    }
}
