//! Reports: one file, every figure, several runs.

use std::collections::BTreeSet;
use std::fs;

use roxmltree::{Document, Node};
use serde_json::Value;

use crate::bench::Bench;
use crate::xml::{body_of, child, of_class};

#[test]
fn several_runs_are_laid_on_top_of_each_other_under_the_names_of_their_files() {
    let bench = Bench::new();
    let words = ["--sizes", "1,100", "--rounds", "1", "--probes", "2"];
    bench.measured("one.json", &words);
    let odd = "<b>&\"'.json";
    fs::copy(bench.path("one.json"), bench.path(odd)).unwrap();
    fs::create_dir(bench.path("sub")).unwrap();
    fs::copy(bench.path("one.json"), bench.path("sub/one.json")).unwrap();
    let title = "a\u{1b}[31m <title>";
    bench.export(&[
        "one.json",
        odd,
        "sub/one.json",
        "--svg",
        "all.svg",
        "--html",
        "all.html",
        "--title",
        title,
    ]);
    let svg = bench.text("all.svg");
    let document = Document::parse(&svg).unwrap();
    let legend = of_class(document.root_element(), "entry");
    let names: Vec<&str> = legend
        .iter()
        .map(|entry| child(*entry, "text").text().unwrap())
        .collect();
    assert_eq!(names, ["one", "<b>&\"'", "one (2)"]);
    assert!(svg.contains("a\u{fffd}[31m &lt;title&gt;"));
    assert_eq!(of_class(document.root_element(), "dot").len(), 3 * 2 * 2);
    let html = bench.text("all.html");
    assert!(html.contains("&lt;b&gt;&amp;") && !html.contains("<b>"));
    body_of(&html, |body| {
        // Three tables of figures, and three columns of the profile.
        assert_eq!(of_class(body, "figures").len(), 3);
        assert_eq!(
            of_class(body, "facts")[0]
                .descendants()
                .filter(|node| node.has_tag_name("td"))
                .count()
                % 3,
            0
        );
    });
}

/// Every figure of a table against those of the run document.
fn assert_every_figure(table: Node<'_, '_>, run: &Value) {
    let heads: Vec<String> = table
        .descendants()
        .filter(|node| node.has_tag_name("th"))
        .map(|head| {
            head.descendants()
                .filter(Node::is_text)
                .filter_map(|node| Some(node.text()?.to_owned()))
                .collect::<Vec<String>>()
                .join(" ")
        })
        .collect();
    let rows: Vec<Vec<&str>> = table
        .descendants()
        .filter(|node| node.has_tag_name("tr"))
        .map(|row| {
            row.children()
                .filter(|node| node.has_tag_name("td"))
                .map(|cell| cell.text().unwrap_or_default())
                .collect()
        })
        .filter(|row: &Vec<&str>| !row.is_empty())
        .collect();
    assert_eq!(rows.len(), 6);
    let column = |name: &str| {
        heads
            .iter()
            .position(|head| head.starts_with(name))
            .unwrap()
    };
    let unit = |name: &str| match heads[column(name)].rsplit(' ').next().unwrap() {
        "ns" => 1.0,
        "µs" => 1e3,
        "ms" => 1e6,
        other => panic!("{other}"),
    };
    for (row, point) in rows.iter().zip(run["points"].as_array().unwrap()) {
        let cell = |name: &str| row[column(name)].replace(',', "");
        assert_eq!(cell("Size"), point["message_size"].to_string());
        assert_eq!(cell("n"), "30");
        for (name, figure) in [
            ("Median of rounds", "median_of_rounds"),
            ("Min", "min"),
            ("Max", "max"),
            ("p10", "p10"),
            ("p50", "p50"),
            ("p90", "p90"),
            ("p99", "p99"),
        ] {
            let shown: f64 = cell(name).parse().unwrap();
            let known = point["rtt_ns"][figure].as_f64().unwrap() / unit(name);
            assert!(
                (shown / known - 1.0).abs() < 1e-3,
                "{name}: {shown} for {known}"
            );
        }
        for (name, figure) in [
            ("Throughput, median", "median_of_rounds"),
            ("Throughput, mean", "mean"),
        ] {
            let shown: f64 = cell(name).parse().unwrap();
            let known = point["throughput"][figure].as_f64().unwrap() * 8e-6;
            assert!((shown / known - 1.0).abs() < 1e-3, "{name}");
        }
        let ends: Vec<f64> = cell("95 % interval")
            .split(" – ")
            .map(|end| end.parse().unwrap())
            .collect();
        let known = &point["rtt_ns"]["median_ci95"];
        assert!(
            (ends[0] / (known[0].as_f64().unwrap() / unit("95 % interval")) - 1.0).abs() < 1e-3
        );
        assert!(
            (ends[1] / (known[1].as_f64().unwrap() / unit("95 % interval")) - 1.0).abs() < 1e-3
        );
    }
}

#[test]
fn a_report_is_one_file_with_every_figure() {
    let bench = Bench::new();
    let words = [
        "--sizes", "1,100,2K", "--delay", "0,1", "--rounds", "6", "--probes", "5", "--warmup", "1",
    ];
    let run = bench.measured("run.json", &words);
    bench.export(&["run.json", "--html", "report.html"]);
    let html = bench.text("report.html");
    for outside in ["<script", "src=", "href=", "@import", "url(http", "<link"] {
        assert!(!html.contains(outside), "{outside}");
    }
    body_of(&html, |body| {
        let pictures = body
            .descendants()
            .filter(|node| node.tag_name().name() == "svg")
            .count();
        assert_eq!(pictures, 2);
        let ids: Vec<&str> = body
            .descendants()
            .filter_map(|node| node.attribute("id"))
            .collect();
        assert_eq!(
            ids.len(),
            ids.iter().collect::<BTreeSet<_>>().len(),
            "{ids:?}"
        );
        assert_every_figure(of_class(body, "figures")[0], &run);
    });
    for said in [
        "server delays of 0, 1 ms",
        "1, 100, 2K bytes",
        "in 6 rounds",
        "1 probe of warm-up",
        "s rtt 6 ",
        "200 OK: Ready",
        "Operating system",
        "Self-checks",
        "127.0.0.1",
        run["points"][0]["limit"]["sentence"]
            .as_str()
            .unwrap()
            .split(['<', '>', '&', '"', '\''])
            .next()
            .unwrap(),
    ] {
        assert!(html.contains(said), "{said}");
    }
}
