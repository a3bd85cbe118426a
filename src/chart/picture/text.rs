//! The fonts of pictures, how wide a text is in them, and text that a picture can hold.

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use super::mark::Weight;

/// Roboto Regular, as a TrueType file.
pub static ROBOTO_REGULAR: &[u8] = include_bytes!("../../../assets/fonts/Roboto-Regular.ttf");
/// Roboto Medium, as a TrueType file.
pub static ROBOTO_MEDIUM: &[u8] = include_bytes!("../../../assets/fonts/Roboto-Medium.ttf");

/// What stands for a letter that a font lacks, for its width: nothing is wider than it is high.
const UNKNOWN: f64 = 1.0;
/// From a line's middle down to its base line, as a share of the height of the font.
const MIDDLE: f64 = 0.355;

/// How wide a text is, its letters one behind the other. Pairs that are drawn closer together make it
/// a little narrower.
pub(super) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let data = match weight {
        Weight::Regular => ROBOTO_REGULAR,
        Weight::Medium => ROBOTO_MEDIUM,
    };
    let Ok(font) = FontRef::new(data) else {
        return text.chars().map(|_| UNKNOWN * size).sum();
    };
    // In ems, so that no rounding to pixels comes in.
    let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
    let letters = font.charmap();
    let ems: f64 = text
        .chars()
        .map(|letter| {
            let found = letters.map(letter);
            found
                .and_then(|glyph| metrics.advance_width(glyph))
                .map_or(UNKNOWN, f64::from)
        })
        .sum();
    ems * size
}

/// Where the base line of a text stands whose middle is at `y`.
pub(super) fn base_line(y: f64, size: f64) -> f64 {
    y + MIDDLE * size
}

/// The text, cut where it is longer than `room`, which an ellipsis then tells.
pub(super) fn fitted(text: &str, room: f64, size: f64, weight: Weight) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().take(2_000).collect();
    loop {
        let short: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
        if kept.is_empty() || width(&short, size, weight) <= room {
            return short;
        }
        kept.pop();
    }
}

/// The text without what XML cannot hold, or what changes the way other text runs.
pub(super) fn clean(text: &str) -> String {
    let is_harmful = |letter: char| {
        letter.is_control()
            || matches!(letter,
                '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
                    | '\u{fffe}' | '\u{ffff}')
    };
    let replaced = |letter| {
        if is_harmful(letter) {
            '\u{fffd}'
        } else {
            letter
        }
    };
    text.chars().map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_as_wide_as_the_font_says() {
        // Roboto's digits are all 1150 of 2048 units wide.
        let digits = width("0123456789", 10.0, Weight::Regular);
        assert!(
            (digits - 10.0 * 10.0 * 1150.0 / 2048.0).abs() < 0.5,
            "{digits}"
        );
        assert!(width("Median", 12.0, Weight::Medium) > width("Median", 12.0, Weight::Regular));
        for letter in ["µ", "–", "…", "é", "\u{a0}", "\u{fffd}"] {
            let wide = width(letter, 10.0, Weight::Regular);
            assert!(wide > 0.0 && wide <= 11.0, "{letter} {wide}");
        }
    }

    #[test]
    fn a_text_without_room_ends_in_an_ellipsis() {
        assert_eq!(fitted("short", 100.0, 10.0, Weight::Regular), "short");
        let short = fitted("quite a long name", 50.0, 10.0, Weight::Regular);
        assert!(
            short.ends_with('…') && short.starts_with("quite"),
            "{short}"
        );
        assert!(width(&short, 10.0, Weight::Regular) <= 50.0);
        assert_eq!(fitted("name", 0.0, 10.0, Weight::Regular), "…");
    }

    #[test]
    fn what_no_picture_can_hold_is_replaced() {
        assert_eq!(
            clean("a\u{0}b\u{1b}[31m\n\u{202e}c\u{ffff}"),
            "a\u{fffd}b\u{fffd}[31m\u{fffd}\u{fffd}c\u{fffd}"
        );
        assert_eq!(clean("<µ & 日本>"), "<µ & 日本>");
    }
}
