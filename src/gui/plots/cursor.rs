//! The cursor that the plots share: where the pointer is among the message sizes, and the dot it means, are
//! shown in each of them.

use egui::{Context, FontId, Id, Painter, Pos2, Rect, Stroke, Ui, pos2, vec2};
use egui_plot::PlotTransform;

use super::super::theme::text_size;
use super::hover::{self, DotKey};
use super::paint::{MARKER, Pen, Places};
use crate::chart::Chart;
use crate::measurement::numbers::whole;
use crate::measurement::units::bytes;

/// Room about the letters.
const ABOUT: f32 = 3.0;

/// Where the pointer is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cursor {
    /// The plot that it is in.
    plot: Id,
    /// The place on the axis of sizes, which the plots share.
    size: f64,
    /// The dot that it means.
    dot: Option<DotKey>,
}

/// Takes note of the pointer in a plot, where it is in it; and of its leaving.
pub fn note(
    ui: &Ui,
    plot: Id,
    transform: &PlotTransform,
    mouse: Option<Pos2>,
    dot: Option<DotKey>,
) {
    let last = Cursor::last(ui.ctx());
    let now = match mouse {
        Some(at) => Some(Cursor {
            plot,
            size: transform.value_from_position(at).x,
            dot,
        }),
        None => last.filter(|cursor| cursor.plot != plot),
    };
    if now == last {
        return;
    }
    ui.data_mut(|data| match now {
        Some(cursor) => {
            data.insert_temp(Cursor::id(), cursor);
        }
        None => data.remove::<Cursor>(Cursor::id()),
    });
    // The plots that were drawn before this one do not know it yet.
    ui.ctx().request_repaint();
}

impl Cursor {
    fn id() -> Id {
        Id::unique("cursor among message sizes")
    }

    fn last(context: &Context) -> Option<Self> {
        context.data(|data| data.get_temp(Self::id()))
    }

    /// The cursor, if a plot has its size in sight.
    pub fn seen(ui: &Ui, places: Places<'_>) -> Option<Self> {
        let is_seen = |cursor: &Self| places.frame().x_range().contains(places.x_of(cursor.size));
        Self::last(ui.ctx()).filter(is_seen)
    }

    /// Draws its line, with a ring about the dot that is meant in another plot.
    pub fn show(
        &self,
        painter: &Painter,
        plot: Id,
        chart: &Chart,
        places: Places<'_>,
        pen: Pen<'_>,
    ) {
        let stroke = Stroke::new(pen.weight, pen.palette.faint);
        painter.vline(places.x_of(self.size), places.frame().y_range(), stroke);
        if self.plot != plot
            && let Some((_, dot)) = self.dot.and_then(|key| hover::find(chart, key))
            && let Some(at) = places.of(dot, dot.median)
        {
            let stroke = Stroke::new(1.5 * pen.weight, pen.palette.text);
            painter.circle_stroke(at, 1.8 * MARKER * pen.weight, stroke);
        }
    }

    /// Says at its foot, over everything else, which size it stands at.
    pub fn say_size(&self, painter: &Painter, chart: &Chart, places: Places<'_>, pen: Pen<'_>) {
        let (frame, x) = (places.frame(), places.x_of(self.size));
        let font = FontId::proportional(text_size::SMALL * pen.weight.sqrt());
        let text = bytes(whole(chart.size_axis.scale.value(self.size)));
        let galley = painter.layout_no_wrap(text, font, pen.palette.text);
        let room = galley.size() + vec2(2.0 * ABOUT, 0.0);
        // On its other side where the plot ends.
        let left = if x + room.x <= frame.right() {
            x + 1.0
        } else {
            x - 1.0 - room.x
        };
        let place = Rect::from_min_size(pos2(left, frame.bottom() - room.y), room);
        painter.rect_filled(place, 2.0, pen.palette.canvas.gamma_multiply(0.88));
        painter.galley(place.min + vec2(ABOUT, 0.0), galley, pen.palette.text);
    }
}
