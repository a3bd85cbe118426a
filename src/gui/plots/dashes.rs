//! Dashed lines, as far as they are seen. A line may go far beyond a plot that is zoomed in, and its dashes
//! would be made all along it: by the million.

use egui::{Painter, Pos2, Rect, Shape, Stroke};

use super::screen::{frame, on_screen, spot};

/// Draws a line of dashes through these places, within what the painter shows.
pub fn dashed(painter: &Painter, places: &[Pos2], stroke: Stroke, dash: f32, gap: f32) {
    let seen = painter.clip_rect().expand(stroke.width);
    for piece in pieces(places, seen) {
        painter.extend(Shape::dashed_line(&piece, stroke, dash, gap));
    }
}

/// What of a line lies within a rectangle.
fn pieces(places: &[Pos2], within: Rect) -> Vec<Vec<Pos2>> {
    let mut pieces: Vec<Vec<Pos2>> = Vec::new();
    for pair in places.windows(2) {
        let [from, to] = pair else { continue };
        let Some((begin, end)) = part(*from, *to, within) else {
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&begin) => piece.push(end),
            _ => pieces.push(vec![begin, end]),
        }
    }
    pieces
}

/// What of a stretch lies within a rectangle; nothing of one that has no end.
fn part(from: Pos2, to: Pos2, within: Rect) -> Option<(Pos2, Pos2)> {
    if !(from.is_finite() && to.is_finite()) {
        return None;
    }
    let (begin, end) = frame(within).part_of_line(spot(from), spot(to))?;
    Some((on_screen(begin), on_screen(end)))
}

#[cfg(test)]
mod tests {
    use egui::pos2;
    use proptest::prelude::*;

    use super::*;

    const WITHIN: Rect = Rect {
        min: pos2(100.0, 50.0),
        max: pos2(300.0, 200.0),
    };

    #[test]
    fn a_line_that_leaves_and_returns_is_two_pieces() {
        let line = [
            (120.0, 100.0),
            (200.0, 100.0),
            (200.0, 400.0),
            (250.0, 400.0),
            (250.0, 60.0),
        ];
        let line: Vec<Pos2> = line.into_iter().map(Pos2::from).collect();
        let rounded = |piece: Vec<Pos2>| piece.into_iter().map(Pos2::round).collect::<Vec<_>>();
        let pieces_of = |line: &[Pos2]| pieces(line, WITHIN).into_iter().map(rounded);
        assert_eq!(
            pieces_of(&line).collect::<Vec<_>>(),
            [
                vec![pos2(120.0, 100.0), pos2(200.0, 100.0), pos2(200.0, 200.0)],
                vec![pos2(250.0, 200.0), pos2(250.0, 60.0)],
            ]
        );
        assert!(pieces(&[pos2(0.0, 0.0), pos2(90.0, 400.0)], WITHIN).is_empty());
    }

    proptest! {
        #[test]
        fn what_is_seen_is_as_long_as_the_rectangle_at_most(
            places in prop::collection::vec((-1e7..1e7_f32, -1e7..1e7_f32), 0..20),
        ) {
            let places: Vec<Pos2> = places.into_iter().map(Pos2::from).collect();
            for piece in pieces(&places, WITHIN) {
                for pair in piece.windows(2) {
                    prop_assert!(pair[0].distance(pair[1]) < 260.0);
                }
                for at in piece {
                    // Far away a step of a single-precision number is wide.
                    prop_assert!(WITHIN.expand(2.0).contains(at), "{at:?}");
                }
            }
        }
    }
}
