//! What holds for every picture: nothing is cut off, nothing stands on something else, and what is
//! hidden is left out.

use proptest::prelude::*;

use super::text::width;
use super::*;
use crate::chart::{
    Axis, AxisKind, Curve, CurveKey, Dot, DrawnCurve, LandmarkLine, Look, Quantity, Scale, SourceId,
};

/// Curves of dots at these sizes, the first at `median` nanoseconds and each next three times higher.
fn chart(sizes: &[u64], names: &[&str], median: f64, scale: Scale) -> Chart {
    let curve = |(index, name): (usize, &&str)| {
        let factor = 3_f64.powi(i32::try_from(index).unwrap());
        let dot = |(place, size): (u32, &u64)| {
            let median = median * factor * f64::from(place + 1);
            Dot {
                size: *size,
                median,
                interval: Some((0.9 * median, 1.1 * median)),
                band: Some((0.7 * median, 1.4 * median)),
                range: Some((0.5 * median, 500.0 * median)),
            }
        };
        DrawnCurve {
            curve: Curve {
                key: CurveKey {
                    source: SourceId(index as u64),
                    delay_ms: 0,
                },
                name: (*name).to_owned(),
                dots: (0..).zip(sizes).map(dot).collect(),
                pipelined: false,
            },
            look: Look::of_run(index, 0),
            is_hidden: false,
        }
    };
    let curves: Vec<DrawnCurve> = names.iter().enumerate().map(curve).collect();
    Chart {
        quantity: Quantity::Rtt,
        size_axis: Axis {
            kind: AxisKind::of_sizes(sizes),
            scale,
        },
        value_axis: Axis {
            kind: AxisKind::Time,
            scale,
        },
        curves,
        sizes: sizes.to_vec(),
        fitted: Vec::new(),
        landmarks: Vec::new(),
        ratio_to: None,
    }
}

fn options(width: u32, height: u32, title: &str) -> PictureOptions {
    PictureOptions {
        size: (width, height),
        title: title.to_owned(),
        ..PictureOptions::default()
    }
}

/// Every mark that is no group, with the class of the innermost group it is in.
fn all<'a>(marks: &'a [Mark], class: &'static str) -> Vec<(&'static str, &'a Mark)> {
    let each = marks.iter().flat_map(|mark| match mark {
        Mark::Group(group) => all(&group.marks, group.class),
        mark => vec![(class, mark)],
    });
    each.collect()
}

/// The rectangles that texts take up, with the texts.
fn texts(picture: &Picture) -> Vec<(String, Frame)> {
    let of = |(_, mark): (&str, &Mark)| {
        let Mark::Text {
            at,
            text,
            size,
            weight,
            anchor,
            is_upward,
            ..
        } = mark
        else {
            return None;
        };
        let wide = width(text, *size, *weight);
        let before = match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => wide / 2.0,
            Anchor::End => wide,
        };
        // From the top of a digit to the base line.
        let high = 0.72 * size;
        let frame = if *is_upward {
            Frame {
                left: at.x - high,
                top: at.y - wide + before,
                width: high,
                height: wide,
            }
        } else {
            Frame {
                left: at.x - before,
                top: at.y - high,
                width: wide,
                height: high,
            }
        };
        Some((text.clone(), frame))
    };
    all(&picture.marks, "").into_iter().filter_map(of).collect()
}

fn assert_readable(picture: &Picture) {
    let texts = texts(picture);
    for (index, (text, frame)) in texts.iter().enumerate() {
        let is_inside = frame.left >= 0.0
            && frame.top >= 0.0
            && frame.right() <= picture.width
            && frame.bottom() <= picture.height;
        assert!(
            is_inside,
            "{text:?} is cut off: {frame:?} of {} x {}",
            picture.width, picture.height
        );
        for (other, place) in texts.iter().skip(index + 1) {
            assert!(!frame.meets(*place), "{text:?} stands on {other:?}");
        }
    }
}

#[test]
fn no_text_is_cut_off_and_none_stands_on_another() {
    let sizes: Vec<u64> = (0..17).map(|power| 1 << power).collect();
    let long = "a name that is far too long for any legend in the world ".repeat(9);
    let names = [
        "first", "second", &long, "d", "e", "f", "g", "h", "i", "j", "k", "l",
    ];
    for scale in Scale::ALL {
        for number in [1, 3, names.len()] {
            let chart = chart(&sizes, &names[..number], 12_345.0, scale);
            for (width, height) in [
                (240, 180),
                (480, 320),
                (1_200, 520),
                (300, 900),
                (3_000, 2_000),
            ] {
                for plots in 1..=3 {
                    let plots = vec![Plot::from(&chart); plots];
                    let picture = Picture::of(&plots, &options(width, height, &long));
                    if width >= 480 || plots.len() == 1 {
                        assert_readable(&picture);
                    }
                }
            }
        }
    }
}

#[test]
fn curves_that_are_hidden_are_left_out() {
    let mut chart = chart(&[1, 100], &["one", "two", "three"], 1e4, Scale::Linear);
    let has = |chart: &Chart, name: &str| {
        let picture = Picture::of(&[chart.into()], &PictureOptions::default());
        texts(&picture).iter().any(|(text, _)| text == name)
    };
    assert!(has(&chart, "two"));
    chart.curves[1].is_hidden = true;
    assert!(has(&chart, "one") && !has(&chart, "two"));
    let svg = Picture::of(&[(&chart).into()], &PictureOptions::default()).svg();
    assert!(svg.contains("data-curve=\"three\"") && !svg.contains("\"two\""));
}

#[test]
fn a_whisker_that_is_cut_ends_in_an_arrow_and_the_key_says_so() {
    let arrows = |chart: &Chart| {
        let picture = Picture::of(&[chart.into()], &PictureOptions::default());
        let marks = all(&picture.marks, "");
        let is_arrow =
            |(class, mark): &&(&str, &Mark)| *class == "dot" && matches!(mark, Mark::Area { .. });
        let said = texts(&picture)
            .iter()
            .any(|(text, _)| text == "goes on beyond the edge");
        (marks.iter().filter(is_arrow).count(), said)
    };
    for scale in Scale::ALL {
        let mut chart = chart(&[1, 100, 200], &["one"], 1e4, scale);
        assert_eq!(arrows(&chart), (3, true));
        // Zero lies below every logarithmic axis, and on every linear one.
        chart.curves[0].curve.dots[0].range = Some((0.0, 1e9));
        let below = usize::from(scale == Scale::Log);
        assert_eq!(arrows(&chart), (3 + below, true));
        for dot in &mut chart.curves[0].curve.dots {
            dot.range = Some((dot.median, dot.median));
        }
        assert_eq!(arrows(&chart), (0, false));
    }
}

#[test]
fn a_plot_without_a_dot_says_so() {
    let chart = Chart::empty(
        &[1, 100],
        Quantity::Rtt,
        &crate::chart::ChartOptions::default(),
    );
    let picture = Picture::of(&[(&chart).into()], &PictureOptions::default());
    assert!(
        texts(&picture)
            .iter()
            .any(|(text, _)| text == "Nothing was measured")
    );
    assert_readable(&picture);
    assert!(picture.png(1.0).is_ok());
    assert!(
        Picture::of(&[], &PictureOptions::default())
            .png(1.0)
            .is_ok()
    );
}

#[test]
fn lines_across_a_plot_stand_where_they_belong_with_names_that_can_be_read() {
    let chart = chart(&[1_000, 2_000, 3_000], &["one"], 1e4, Scale::Linear);
    let mut plot = Plot::from(&chart);
    let guide = |line, label: &str| Guide {
        line,
        label: label.to_owned(),
        with_value: format!("{label}, with its value"),
        tip: String::new(),
        is_minor: false,
    };
    plot.guides = vec![
        guide(LandmarkLine::Vertical(1_448.0), "MSS 1,448"),
        guide(LandmarkLine::Vertical(1_500.0), "another one beside it"),
        guide(LandmarkLine::Vertical(2_000.0), "2,000"),
        guide(LandmarkLine::Horizontal(2e4), "instrument floor"),
        guide(LandmarkLine::Horizontal(2.1e4), "a little above"),
        guide(LandmarkLine::Vertical(1e9), "far beyond"),
        guide(LandmarkLine::Horizontal(f64::NAN), "nowhere"),
    ];
    let picture = Picture::of(&[plot], &PictureOptions::default());
    assert_readable(&picture);
    let names: Vec<String> = texts(&picture).into_iter().map(|(text, _)| text).collect();
    for name in [
        "MSS 1,448",
        "another one beside it",
        "instrument floor",
        "a little above",
        // One beyond the plot stands at its edge.
        "far beyond, with its value",
    ] {
        assert!(names.iter().any(|one| one == name), "{name}");
    }
    assert!(!names.iter().any(|name| name.starts_with("nowhere")));
    // The line at 2,000 bytes goes through the dot of 2,000 bytes.
    let marks = all(&picture.marks, "");
    let signs: Vec<f64> = marks
        .iter()
        .filter_map(|(class, mark)| match mark {
            Mark::Sign { at, .. } if *class == "dot" => Some(at.x),
            _ => None,
        })
        .collect();
    let lines: Vec<f64> = marks
        .iter()
        .filter_map(|(class, mark)| match mark {
            Mark::Line { spots, .. } if *class == "guide" => Some(spots[0].x),
            _ => None,
        })
        .collect();
    assert!((lines[2] - signs[1]).abs() < 1e-9, "{lines:?} {signs:?}");
}

#[test]
fn names_of_lines_keep_off_marks_while_there_is_room() {
    for scale in Scale::ALL {
        let chart = chart(&[1_000, 2_000, 3_000], &["one", "two"], 1e4, scale);
        let mut plot = Plot::from(&chart);
        let lines = [
            LandmarkLine::Vertical(1_000.0),
            LandmarkLine::Vertical(2_000.0),
            LandmarkLine::Vertical(3_000.0),
            LandmarkLine::Horizontal(1e4),
            LandmarkLine::Curve(vec![(1_000.0, 9e4), (2_000.0, 1e9)]),
            LandmarkLine::Horizontal(1e9),
        ];
        let guides = lines.into_iter().enumerate().map(|(index, line)| Guide {
            line,
            label: format!("guide {index}"),
            with_value: format!("guide {index} and its value"),
            tip: String::new(),
            is_minor: false,
        });
        plot.guides = guides.collect();
        let picture = Picture::of(&[plot], &PictureOptions::default());
        assert_readable(&picture);
        let marks = all(&picture.marks, "");
        let signs = marks.iter().filter_map(|(class, mark)| match mark {
            Mark::Sign { at, .. } if *class == "dot" => Some(*at),
            _ => None,
        });
        let signs: Vec<Spot> = signs.collect();
        assert_eq!(signs.len(), 6);
        let names = texts(&picture).into_iter();
        let names: Vec<(String, Frame)> = names
            .filter(|(text, _)| text.starts_with("guide"))
            .collect();
        assert_eq!(names.len(), 6, "{names:?}");
        for (text, place) in names {
            let covered = signs.iter().find(|sign| place.holds(**sign, 3.0));
            assert_eq!(covered, None, "{text} at {place:?}");
        }
    }
}

#[test]
fn a_fitted_curve_goes_through_the_values_it_is_given() {
    let chart = chart(&[1_000, 2_000, 3_000], &["one"], 1e4, Scale::Log);
    let dots = &chart.curves[0].curve.dots;
    let mut plot = Plot::from(&chart);
    #[expect(clippy::cast_precision_loss, reason = "small sizes")]
    let points = dots
        .iter()
        .map(|dot| (dot.size as f64, dot.median))
        .collect();
    plot.fits = vec![Fit {
        look: Look::of_run(0, 0),
        points,
        tip: "T(n) = a + n/b".to_owned(),
    }];
    let picture = Picture::of(&[plot], &PictureOptions::default());
    let marks = all(&picture.marks, "");
    let fit = marks.iter().find_map(|(class, mark)| match mark {
        Mark::Line { spots, .. } if *class == "fit" => Some(spots.clone()),
        _ => None,
    });
    let signs: Vec<Spot> = marks
        .iter()
        .filter_map(|(class, mark)| match mark {
            Mark::Sign { at, .. } if *class == "dot" => Some(*at),
            _ => None,
        })
        .collect();
    assert_eq!(fit.unwrap(), signs);
    assert!(
        texts(&picture)
            .iter()
            .any(|(text, _)| text == "fitted model")
    );
}

#[test]
fn pixels_are_as_many_as_asked_for_and_never_too_many() {
    let chart = chart(&[1, 100], &["one"], 1e4, Scale::Linear);
    let pixels = render_rgba(&chart, (480, 320), Theme::Dark, 1.5).unwrap();
    assert_eq!((pixels.width, pixels.height), (720, 480));
    assert_eq!(pixels.rgba.len(), 720 * 480 * 4);
    assert_eq!(pixels.rgba[..4], [0x14, 0x16, 0x1a, 0xff]);
    let picture = Picture::of(&[(&chart).into()], &options(10_000, 10_000, ""));
    let error = picture.png(1.0).unwrap_err().to_string();
    assert!(error.contains("10000 x 10000 pixels"), "{error}");
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 100.0] {
        assert!(matches!(picture.png(scale), Err(PictureError::Scale)));
    }
}

#[test]
fn hostile_names_and_values_make_a_sound_document() {
    let hostile = "<script>\"&'\u{0}\u{1b}\n\u{202e}]]>日本";
    let mut chart = chart(&[1, 100], &[hostile, "two"], 1e4, Scale::Linear);
    chart.curves[1].curve.dots[0].median = f64::NAN;
    chart.curves[1].curve.dots[1].range = Some((f64::NEG_INFINITY, f64::INFINITY));
    let picture = Picture::of(&[(&chart).into()], &options(800, 400, hostile));
    let svg = picture.svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let said = document
        .descendants()
        .filter_map(|node| node.text())
        .any(|text| text.starts_with("<script>\"&'") && text.contains("日本"));
    assert!(said && !svg.contains("<script"));
    assert!(!svg.contains("NaN,") && !svg.contains("inf,"));
    assert!(picture.png(1.0).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn pictures_of_any_size_can_be_read(
        width in 480_u32..3_000,
        height in 300_u32..2_000,
        median in 1.0_f64..1e11,
        most in 2_u64..10_000_000,
        is_log: bool,
        curves in 1_usize..6,
    ) {
        let scale = if is_log { Scale::Log } else { Scale::Linear };
        let names = ["one", "two", "three", "four", "five"];
        let chart = chart(&[1, most / 3 + 1, most], &names[..curves.min(5)], median, scale);
        let picture = Picture::of(&[Plot::from(&chart), Plot::from(&chart)], &options(width, height, "A title"));
        assert_readable(&picture);
        let svg = picture.svg();
        prop_assert!(roxmltree::Document::parse(&svg).is_ok());
    }
}
