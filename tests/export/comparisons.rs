//! Several runs, and results of other tools beside them: ratios, models, landmarks, verdicts.

use std::fs;

use roxmltree::{Document, Node};

use crate::bench::Bench;
use crate::xml::{number, of_class};

const SOCKPERF: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/assets/golden/peers/sockperf.csv"
);

/// Measures two runs of the same sizes, one of which waits a millisecond longer.
fn two_runs(bench: &Bench) {
    for (name, delay) in [("quick.json", "0"), ("slow.json", "1")] {
        let words = ["--sizes", "1,1K,16K", "--rounds", "7", "--probes", "5"];
        bench.measured(name, &[&words[..], &["--delay", delay]].concat());
    }
}

/// The plot of a quantity in a picture.
fn plot<'a>(picture: &'a Document<'a>, quantity: &str) -> Node<'a, 'a> {
    let plots = of_class(picture.root_element(), "plot");
    let mut found = plots
        .into_iter()
        .filter(|plot| plot.attribute("data-quantity") == Some(quantity));
    found.next().expect("the plot is there")
}

#[test]
fn a_ratio_to_the_first_run_is_drawn_with_its_interval() {
    let bench = Bench::new();
    // The same points in both, and so no delay.
    for name in ["one.json", "other.json"] {
        let words = ["--sizes", "1,1K", "--rounds", "7", "--probes", "5"];
        bench.measured(name, &words);
    }
    let words = [
        "one.json",
        "other.json",
        "--ratio",
        "--plot",
        "rtt",
        "--svg",
        "-",
    ];
    let svg = String::from_utf8(bench.export(&words)).unwrap();
    let picture = Document::parse(&svg).unwrap();
    let plot = plot(&picture, "ratio");
    let dots = of_class(plot, "dot");
    assert_eq!(dots.len(), 2);
    let medians = |name: &str, size: u64| -> f64 {
        let run = bench.document(name);
        let points = run["points"].as_array().unwrap().clone();
        let mut of_size = points.iter().filter(|point| point["message_size"] == size);
        of_size.next().unwrap()["rtt_ns"]["median_of_rounds"]
            .as_f64()
            .unwrap()
    };
    for dot in dots {
        let ratio = number(dot, "data-median");
        let (low, high) = (
            number(dot, "data-interval-low"),
            number(dot, "data-interval-high"),
        );
        assert!(low <= ratio && ratio <= high, "{low} {ratio} {high}");
        // The estimate is not the ratio of the medians; it lies within reach of it.
        let size = if number(dot, "data-size") > 1.5 {
            1024
        } else {
            1
        };
        let of_medians = medians("other.json", size) / medians("one.json", size);
        assert!(
            low * 0.2 <= of_medians && of_medians <= high * 5.0,
            "{of_medians} {low} {high}"
        );
    }
    assert!(svg.contains("as one"), "the baseline's line is named");
    assert!(svg.contains(">other<"), "the curve is named");
}

#[test]
fn a_report_of_two_runs_has_ratios_and_verdicts() {
    let bench = Bench::new();
    for name in ["one.json", "other.json"] {
        bench.measured(name, &["--sizes", "1,1K", "--rounds", "7", "--probes", "5"]);
    }
    let page = bench.export(&["one.json", "other.json", "--html", "-"]);
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("<h2>Comparison</h2>"));
    assert!(page.contains("after Holm"));
    let verdicts = [
        "faster",
        "slower",
        "no difference that these samples can show",
    ];
    assert!(
        verdicts
            .iter()
            .any(|verdict| page.contains(&format!("<td>{verdict}</td>")))
    );
    // Too few sizes for a line: said, and not drawn.
    assert!(page.contains("No model: "));
}

#[test]
fn landmarks_and_models_are_drawn_as_they_are_asked_for() {
    let bench = Bench::new();
    two_runs(&bench);
    let guides = |options: &[&str]| {
        let words = [&["quick.json", "--plot", "rtt", "--svg", "-"], options].concat();
        let svg = String::from_utf8(bench.export(&words)).unwrap();
        let picture = Document::parse(&svg).unwrap();
        of_class(plot(&picture, "rtt"), "guide").len()
    };
    assert_eq!(guides(&["--no-landmarks"]), 0);
    let floor = &bench.document("quick.json")["calibration"]["floor_min_ns"];
    if floor.as_f64().is_some() {
        assert_eq!(guides(&[]), 1, "the floor alone");
        assert!(guides(&["--landmarks", "floor,segments"]) >= 1);
    }
}

#[test]
fn a_result_of_another_tool_is_drawn_beside_a_run_and_has_no_samples_to_write() {
    let bench = Bench::new();
    two_runs(&bench);
    fs::copy(SOCKPERF, bench.path("sockperf.csv")).unwrap();
    let words = ["quick.json", "sockperf.csv", "--plot", "rtt", "--svg", "-"];
    let svg = String::from_utf8(bench.export(&words)).unwrap();
    let picture = Document::parse(&svg).unwrap();
    assert_eq!(of_class(plot(&picture, "rtt"), "dot").len(), 4);
    assert!(
        svg.contains("2 x its printed latency"),
        "what was converted is said"
    );
    let (code, said) = bench.refused(&["sockperf.csv", "--csv", "-"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("--csv is about runs"), "{said}");
    let (code, said) = bench.refused(&["quick.json", "sockperf.csv", "--ratio", "--svg", "-"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("--ratio compares runs"), "{said}");
    fs::copy(
        concat!(env!("CARGO_MANIFEST_DIR"), "/assets/profiles/rtt.ron"),
        bench.path("rtt.ron"),
    )
    .unwrap();
    let (code, said) = bench.refused(&["rtt.ron", "--svg", "-"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("a profile says what to measure"), "{said}");
}
