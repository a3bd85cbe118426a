//! Pictures against the figures of the run document, by their coordinates.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use roxmltree::{Document, Node};
use serde_json::Value;

use crate::bench::Bench;
use crate::xml::{child, number, of_class};

/// An axis as it can be read from its ticks: values and where they stand.
struct ReadAxis {
    is_log: bool,
    first: (f64, f64),
    last: (f64, f64),
}

impl ReadAxis {
    fn of(plot: Node<'_, '_>, axis: &str, scale: &str, coordinate: &str) -> Self {
        let is_log = match plot.attribute(scale) {
            Some("log") => true,
            Some("linear") => false,
            other => panic!("{other:?}"),
        };
        // Lines across a plot say their axis as well, and one that lies beyond it is a name alone.
        let mut ticks: Vec<(f64, f64)> = of_class(plot, "tick")
            .into_iter()
            .filter(|tick| tick.attribute("data-axis") == Some(axis))
            .map(|tick| {
                let line = child(tick, "line");
                (number(tick, "data-value"), number(line, coordinate))
            })
            .collect();
        assert!(ticks.len() >= 2, "{ticks:?}");
        ticks.sort_by(|one, other| one.0.total_cmp(&other.0));
        let read = Self {
            is_log,
            first: ticks[0],
            last: *ticks.last().unwrap(),
        };
        for (value, place) in ticks {
            assert!((read.place(value) - place).abs() < 0.02, "{axis} {value}");
        }
        read
    }

    fn place(&self, value: f64) -> f64 {
        let along = |value: f64| if self.is_log { value.log10() } else { value };
        let share =
            (along(value) - along(self.first.0)) / (along(self.last.0) - along(self.first.0));
        self.first.1 + share * (self.last.1 - self.first.1)
    }
}

/// A figure of a run document in the unit of a plot: nanoseconds, or bit/s.
fn figure(point: &Value, quantity: &str) -> f64 {
    match quantity {
        "rtt" => point["rtt_ns"]["median_of_rounds"].as_f64().unwrap(),
        _ => 8.0 * point["throughput"]["median_of_rounds"].as_f64().unwrap(),
    }
}

/// Every dot of a picture against the figures of the document and the axes beside it; how many.
fn assert_dots_stand_right(svg: &str, run: &Value) -> usize {
    let document = Document::parse(svg).unwrap();
    let mut dots = 0;
    for plot in of_class(document.root_element(), "plot") {
        let quantity = plot.attribute("data-quantity").unwrap();
        let sizes = ReadAxis::of(plot, "size", "data-size-scale", "x1");
        let values = ReadAxis::of(plot, "value", "data-value-scale", "y1");
        let points = run["points"].as_array().unwrap();
        let found = of_class(plot, "dot");
        assert_eq!(found.len(), points.len());
        for point in points {
            let size = point["message_size"].as_f64().unwrap();
            let dot = *found
                .iter()
                .find(|dot| (number(**dot, "data-size") - size).abs() < 0.5)
                .unwrap();
            let median = figure(point, quantity);
            // The document has whole nanoseconds, and whole bytes per second.
            let rounded = if quantity == "rtt" { 0.5001 } else { 4.0001 };
            assert!((number(dot, "data-median") - median).abs() < rounded);
            let sign = child(dot, "circle");
            let (x, y) = (sizes.place(size), values.place(median));
            let off = (number(sign, "cx") - x).abs() + (number(sign, "cy") - y).abs();
            assert!(off < 0.1, "{quantity} at {size}: {off} points off");

            let interval = &point["rtt_ns"]["median_ci95"];
            if quantity == "rtt" {
                for (name, value) in [
                    ("data-interval-low", &interval[0]),
                    ("data-interval-high", &interval[1]),
                    ("data-p10", &point["rtt_ns"]["p10"]),
                    ("data-p90", &point["rtt_ns"]["p90"]),
                    ("data-least", &point["rtt_ns"]["min"]),
                    ("data-greatest", &point["rtt_ns"]["max"]),
                ] {
                    let value = value.as_f64().unwrap();
                    assert!((number(dot, name) - value).abs() < rounded, "{name}");
                }
                // The thick stroke is the interval.
                let strokes = dot.children().filter(|node| node.has_tag_name("line"));
                let thick = strokes
                    .max_by(|one, other| {
                        number(*one, "stroke-width").total_cmp(&number(*other, "stroke-width"))
                    })
                    .unwrap();
                let low = values.place(interval[0].as_f64().unwrap());
                let high = values.place(interval[1].as_f64().unwrap());
                assert!((number(thick, "y1") - low).abs() < 0.1, "{low}");
                assert!((number(thick, "y2") - high).abs() < 0.1, "{high}");
                assert!((number(thick, "x1") - x).abs() < 0.1);
            }
            let tip = child(dot, "title").text().unwrap();
            assert!(tip.contains("median of rounds"), "{tip}");
            dots += 1;
        }
    }
    dots
}

#[test]
fn the_dots_of_an_svg_stand_where_the_axes_say_the_figures_are() {
    let bench = Bench::new();
    let words = [
        "--sizes",
        "1,500,2000,4000",
        "--rounds",
        "6",
        "--probes",
        "10",
    ];
    let run = bench.measured("run.json", &words);
    for (options, plots) in [
        (vec![], 2),
        (vec!["--log", "xy", "--theme", "dark"], 2),
        (vec!["--log", "x", "--size", "480x320"], 2),
        (
            vec![
                "--plot",
                "rtt",
                "--value-scale",
                "log",
                "--size-scale",
                "linear",
            ],
            1,
        ),
        (
            vec!["--plot", "throughput", "--size", "3000x700", "--title", ""],
            1,
        ),
    ] {
        let words = [vec!["run.json", "--svg", "plot.svg"], options].concat();
        assert_eq!(bench.export(&words), b"");
        assert_eq!(
            assert_dots_stand_right(&bench.text("plot.svg"), &run),
            4 * plots
        );
    }
    // To standard output it is the same.
    bench.export(&["run.json", "--svg", "plot.svg"]);
    let output = bench.export(&["run.json", "--svg", "-"]);
    assert_eq!(output, fs::read(bench.path("plot.svg")).unwrap());
}

/// A picture's width, height, and the colour of any of its pixels.
struct Png {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Png {
    fn read(path: &Path) -> Self {
        let decoder = png::Decoder::new(std::io::BufReader::new(fs::File::open(path).unwrap()));
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(
            (info.color_type, info.bit_depth),
            (png::ColorType::Rgba, png::BitDepth::Eight)
        );
        pixels.truncate(info.buffer_size());
        Self {
            width: info.width,
            height: info.height,
            pixels,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places in a picture"
    )]
    fn colour_at(&self, x: f64, y: f64) -> String {
        let at = 4 * (y as usize * self.width as usize + x as usize);
        let [red, green, blue, alpha] = self.pixels[at..at + 4] else {
            panic!("four bytes are four bytes");
        };
        assert_eq!(alpha, 255, "nothing shines through");
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

#[test]
fn a_png_is_the_svg_in_pixels() {
    let bench = Bench::new();
    bench.measured(
        "run.json",
        &["--sizes", "1,500,1000", "--rounds", "6", "--probes", "5"],
    );
    for (theme, scale, ground) in [
        ("light", "1", "#ffffff"),
        ("light", "2.5", "#ffffff"),
        ("dark", "3", "#14161a"),
    ] {
        bench.export(&[
            "run.json",
            "--svg",
            "plot.svg",
            "--png",
            "plot.png",
            "--size",
            "900x400",
            "--theme",
            theme,
            "--scale",
            scale,
            "--value-scale",
            "log",
        ]);
        let png = Png::read(&bench.path("plot.png"));
        let scale: f64 = scale.parse().unwrap();
        let is = |points: f64, pixels: u32| (points * scale - f64::from(pixels)).abs() < 0.6;
        assert!(is(900.0, png.width) && is(400.0, png.height));
        assert_eq!(png.colour_at(0.0, 0.0), ground);
        let colours: BTreeSet<&[u8]> = png.pixels.chunks(4).collect();
        assert!(colours.len() > 20, "{} colours", colours.len());
        let svg = bench.text("plot.svg");
        let document = Document::parse(&svg).unwrap();
        let signs: Vec<_> = of_class(document.root_element(), "dot")
            .into_iter()
            .map(|dot| child(dot, "circle"))
            .collect();
        assert_eq!(signs.len(), 6);
        for sign in signs {
            let colour = png.colour_at(number(sign, "cx") * scale, number(sign, "cy") * scale);
            assert_eq!(colour, sign.attribute("fill").unwrap());
            assert_ne!(colour, ground);
        }
    }
}
