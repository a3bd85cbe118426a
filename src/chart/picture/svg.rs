//! A picture as SVG 1.1: plain shapes and text, which every program that shows SVG knows.
//!
//! Each point of a curve is a `g` of class `dot` with its figures in base units as `data-` attributes
//! (size in bytes; median and the rest in the `data-unit` of its plot), and with a `title`, which
//! browsers show where the pointer rests. Each tick is a `g` of class `tick` with the value it stands at.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesText, Event};

use super::Picture;
use super::mark::{Anchor, Frame, Group, Mark, Spot, Stroke, Weight};
use crate::chart::{Marker, Rgb};

/// The fonts asked for: this program's, and where they are not installed, ones of like width.
const FONTS: &str = "Roboto, 'Helvetica Neue', Helvetica, Arial, sans-serif";

/// The element `svg` with everything in it.
pub(super) fn write(picture: &Picture) -> String {
    let mut writer = Writer::new(Vec::new());
    // Memory takes whatever is written to it.
    let _ = root(&mut writer, picture);
    let mut text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    text.push('\n');
    text
}

type Out = Writer<Vec<u8>>;

fn root(out: &mut Out, picture: &Picture) -> io::Result<()> {
    let (width, height) = (number(picture.width), number(picture.height));
    out.create_element("svg")
        .with_attributes([
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("width", width.as_str()),
            ("height", height.as_str()),
            ("viewBox", format!("0 0 {width} {height}").as_str()),
            ("font-family", FONTS),
            ("role", "img"),
            ("aria-label", picture.description.as_str()),
        ])
        .write_inner_content(|out| {
            new_line(out)?;
            out.create_element("rect")
                .with_attributes([
                    ("width", width.as_str()),
                    ("height", height.as_str()),
                    ("fill", colour(picture.theme.colours().ground).as_str()),
                ])
                .write_empty()?;
            marks(out, &picture.marks)
        })?;
    Ok(())
}

fn marks(out: &mut Out, marks: &[Mark]) -> io::Result<()> {
    for one in marks {
        new_line(out)?;
        mark(out, one)?;
    }
    new_line(out)
}

fn new_line(out: &mut Out) -> io::Result<()> {
    out.write_event(Event::Text(BytesText::from_escaped("\n")))
}

fn mark(out: &mut Out, mark: &Mark) -> io::Result<()> {
    match mark {
        Mark::Line { spots, stroke } => line(out, spots, stroke),
        Mark::Area {
            spots,
            fill,
            opacity,
        } => {
            let mut attributes = vec![("points", points(spots)), ("fill", colour(*fill))];
            see_through(&mut attributes, "fill-opacity", *opacity);
            empty(out, "polygon", &attributes)
        }
        Mark::Sign {
            at,
            marker,
            radius,
            fill,
            rim,
        } => sign(out, *at, *marker, *radius, *fill, rim),
        Mark::Text { .. } => text(out, mark),
        Mark::Group(group) => self::group(out, group),
    }
}

fn empty(out: &mut Out, name: &str, attributes: &[(&str, String)]) -> io::Result<()> {
    let attributes = attributes
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    out.create_element(name)
        .with_attributes(attributes)
        .write_empty()?;
    Ok(())
}

fn group(out: &mut Out, group: &Group) -> io::Result<()> {
    let mut attributes = vec![("class", group.class.to_owned())];
    attributes.extend(group.facts.iter().cloned());
    if let Some((id, frame)) = &group.clip {
        clip_path(out, id, *frame)?;
        attributes.push(("clip-path", format!("url(#{id})")));
    }
    let attributes = attributes
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    out.create_element("g")
        .with_attributes(attributes)
        .write_inner_content(|out| {
            if let Some(tip) = &group.tip {
                out.create_element("title")
                    .write_text_content(BytesText::new(tip))?;
            }
            marks(out, &group.marks)
        })?;
    Ok(())
}

fn clip_path(out: &mut Out, id: &str, frame: Frame) -> io::Result<()> {
    out.create_element("clipPath")
        .with_attribute(("id", id))
        .write_inner_content(|out| {
            let sides = [
                ("x", number(frame.left)),
                ("y", number(frame.top)),
                ("width", number(frame.width)),
                ("height", number(frame.height)),
            ];
            empty(out, "rect", &sides)
        })?;
    new_line(out)
}

fn line(out: &mut Out, spots: &[Spot], stroke: &Stroke) -> io::Result<()> {
    let (name, mut attributes) = match spots {
        [from, to] => (
            "line",
            vec![
                ("x1", number(from.x)),
                ("y1", number(from.y)),
                ("x2", number(to.x)),
                ("y2", number(to.y)),
            ],
        ),
        spots => (
            "polyline",
            vec![
                ("points", points(spots)),
                ("fill", "none".to_owned()),
                ("stroke-linejoin", "round".to_owned()),
            ],
        ),
    };
    stroke_attributes(&mut attributes, stroke);
    empty(out, name, &attributes)
}

fn stroke_attributes(attributes: &mut Vec<(&'static str, String)>, stroke: &Stroke) {
    attributes.push(("stroke", colour(stroke.colour)));
    attributes.push(("stroke-width", number(stroke.width)));
    see_through(attributes, "stroke-opacity", stroke.opacity);
    if !stroke.dashes.is_empty() {
        let lengths: Vec<String> = stroke.dashes.iter().map(|length| number(*length)).collect();
        attributes.push(("stroke-dasharray", lengths.join(" ")));
    }
    if stroke.is_round {
        attributes.push(("stroke-linecap", "round".to_owned()));
    }
}

fn see_through(attributes: &mut Vec<(&'static str, String)>, name: &'static str, opacity: f64) {
    if opacity < 1.0 {
        attributes.push((name, number(opacity)));
    }
}

/// Shapes of about the same area, so that none looks more important.
fn sign(
    out: &mut Out,
    at: Spot,
    marker: Marker,
    radius: f64,
    fill: Rgb,
    rim: &Stroke,
) -> io::Result<()> {
    let corner = |(x, y): (f64, f64)| Spot {
        x: at.x + x * radius,
        y: at.y + y * radius,
    };
    let corners: &[(f64, f64)] = match marker {
        Marker::Circle => &[],
        Marker::Square => &[(-0.89, -0.89), (0.89, -0.89), (0.89, 0.89), (-0.89, 0.89)],
        Marker::Up => &[(0.0, -1.4), (1.25, 0.78), (-1.25, 0.78)],
        Marker::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
        Marker::Down => &[(0.0, 1.4), (1.25, -0.78), (-1.25, -0.78)],
    };
    let (name, mut attributes) = if corners.is_empty() {
        let (x, y) = (number(at.x), number(at.y));
        ("circle", vec![("cx", x), ("cy", y), ("r", number(radius))])
    } else {
        let spots: Vec<Spot> = corners.iter().copied().map(corner).collect();
        ("polygon", vec![("points", points(&spots))])
    };
    attributes.push(("fill", colour(fill)));
    stroke_attributes(&mut attributes, rim);
    empty(out, name, &attributes)
}

fn text(out: &mut Out, mark: &Mark) -> io::Result<()> {
    let Mark::Text {
        at,
        text,
        size,
        weight,
        colour: fill,
        anchor,
        is_upward,
        halo,
    } = mark
    else {
        return Ok(());
    };
    let mut attributes = vec![
        ("x", number(at.x)),
        ("y", number(at.y)),
        ("font-size", number(*size)),
        ("fill", colour(*fill)),
    ];
    if *weight == Weight::Medium {
        attributes.push(("font-weight", "500".to_owned()));
    }
    match anchor {
        Anchor::Start => {}
        Anchor::Middle => attributes.push(("text-anchor", "middle".to_owned())),
        Anchor::End => attributes.push(("text-anchor", "end".to_owned())),
    }
    if let Some(ground) = halo {
        attributes.extend([
            ("stroke", colour(*ground)),
            ("stroke-width", number(0.3 * size)),
            ("stroke-linejoin", "round".to_owned()),
            ("paint-order", "stroke".to_owned()),
        ]);
    }
    if *is_upward {
        let turn = format!("rotate(-90 {} {})", number(at.x), number(at.y));
        attributes.push(("transform", turn));
    }
    let attributes = attributes
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    out.create_element("text")
        .with_attributes(attributes)
        .write_text_content(BytesText::new(text))?;
    Ok(())
}

fn points(spots: &[Spot]) -> String {
    let each = spots
        .iter()
        .map(|spot| format!("{},{}", number(spot.x), number(spot.y)));
    each.collect::<Vec<_>>().join(" ")
}

/// A length to a hundredth of a point, as short as it can be written.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0" } else { short }.to_owned()
}

fn colour(Rgb(red, green, blue): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_short_and_exact_to_a_hundredth() {
        for (value, text) in [
            (1.0, "1"),
            (0.125, "0.12"),
            (-0.001, "0"),
            (1_200.5, "1200.5"),
            (100.0, "100"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
