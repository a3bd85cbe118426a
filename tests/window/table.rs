//! The table of the points: every figure of the run as text.

use echograph::measurement::{Point, PrecisionOutcome, Run, RunState};
use egui::Key;
use egui::accesskit::Role;

use super::harness::{ClosedPort, Window};

/// Columns of words, or of plain numbers.
const WITHOUT_UNIT: [&str; 6] = [
    "Rounds",
    "State",
    "Mark",
    "Limited by",
    "Error",
    "What limited it",
];

/// What a column that is shown must hold of a point, in base units; those that are words are left
/// out.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts and nanoseconds stay far below 2^52"
)]
fn figures(point: &Point) -> Vec<(&'static str, f64)> {
    let figures = point.statistics.as_ref().unwrap();
    let rtt = &figures.rtt;
    vec![
        ("Size", point.spec.message_size as f64),
        ("Rounds", point.rounds.len() as f64),
        ("n", figures.n as f64),
        ("p50", rtt.p50),
        ("Median of rounds", rtt.median_of_rounds),
        ("p90", rtt.p90),
        ("p99", rtt.p99),
        ("Jitter", figures.jitter_ns.unwrap()),
        (
            "Throughput, median",
            figures.throughput.median_of_rounds * 8.0,
        ),
    ]
}

/// The same of the columns that have to be scrolled to.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts and nanoseconds stay far below 2^52"
)]
fn more_figures(point: &Point) -> Vec<(&'static str, f64)> {
    let figures = point.statistics.as_ref().unwrap();
    let rtt = &figures.rtt;
    let mut more = vec![
        ("Min", rtt.min as f64),
        ("p10", rtt.p10),
        ("p25", rtt.p25),
        ("p75", rtt.p75),
        ("p99.9", rtt.p999),
        ("Max", rtt.max as f64),
        ("Mean", rtt.mean),
        ("Std dev", rtt.stddev.unwrap()),
        ("Outliers", figures.outliers.count as f64),
        ("First probe", figures.first_probe.unwrap().p50_ns),
        ("Connect", figures.connect.unwrap().p50_ns),
        ("Throughput, mean", figures.throughput.mean * 8.0),
    ];
    more.extend(
        figures
            .window_bound
            .map(|bound| ("Bound: window / RTT", bound * 8.0)),
    );
    more
}

fn base_units(unit: &str) -> f64 {
    match unit {
        "bytes" | "probes" | "" | "ns" | "bit/s" => 1.0,
        "µs" | "kbit/s" => 1e3,
        "s" | "Gbit/s" => 1e9,
        // The delay's column counts milliseconds, and so does the profile.
        "ms" | "Mbit/s" => 1e6,
        unit => panic!("no such unit: {unit}"),
    }
}

/// Checks that a cell says a figure to four digits.
#[track_caller]
fn says(cell: &str, unit: &str, name: &str, figure: f64) {
    let unit = if name == "Delay" {
        1.0
    } else {
        base_units(unit)
    };
    let said: f64 = cell.replace(',', "").parse().unwrap_or(f64::NAN);
    let off = (said * unit - figure).abs();
    assert!(off <= figure.abs() * 6e-4, "{name}: {cell} for {figure}");
}

/// The table's heads with their units, and its rows.
fn table(window: &Window) -> (Vec<(String, String)>, Vec<Vec<String>>) {
    let mut rows = window.rows().into_iter();
    let names = rows.next().unwrap();
    let mut units = rows.next().unwrap().into_iter();
    let heads = names.into_iter().map(|name| {
        let has_unit = !WITHOUT_UNIT.contains(&name.as_str());
        let unit = has_unit.then(|| units.next().expect("a unit"));
        (name, unit.unwrap_or_default())
    });
    let heads: Vec<(String, String)> = heads.collect();
    assert_eq!(units.next(), None, "{heads:?}");
    (heads, rows.collect())
}

#[track_caller]
fn check(heads: &[(String, String)], rows: &[Vec<String>], run: &Run) {
    assert_eq!(rows.len(), run.points.len(), "{rows:?}");
    for (row, point) in rows.iter().zip(&run.points) {
        check_row(heads, row, &figures(point));
        let column = heads
            .iter()
            .position(|(head, _)| head == "95 % interval")
            .unwrap();
        match point.statistics.as_ref().unwrap().rtt.median_ci95 {
            None => assert_eq!(row[column], "-"),
            Some(interval) => {
                let (low, high) = row[column].split_once(" – ").unwrap();
                let unit = &heads[column].1;
                says(low, unit, "interval", interval.lo);
                says(high, unit, "interval", interval.hi);
            }
        }
    }
}

#[track_caller]
fn check_row(heads: &[(String, String)], row: &[String], figures: &[(&'static str, f64)]) {
    for (name, figure) in figures {
        let column = heads.iter().position(|(head, _)| head == name);
        let column = column.unwrap_or_else(|| panic!("no column {name}: {heads:?}"));
        says(&row[column], &heads[column].1, name, *figure);
    }
}

fn copied_table(window: &Window) -> (Vec<(String, String)>, Vec<Vec<String>>) {
    let mut lines = window.copied().lines();
    let head = |cell: &str| match cell.trim_end_matches(')').split_once(" (") {
        Some((name, unit)) => (name.to_owned(), unit.to_owned()),
        None => (cell.to_owned(), String::new()),
    };
    let heads = lines.next().unwrap().split('\t').map(head).collect();
    let cells = |line: &str| line.split('\t').map(str::to_owned).collect();
    (heads, lines.map(cells).collect())
}

#[test]
fn the_table_says_the_runs_figures() {
    let mut window = Window::open_for_reading();
    window.type_into("Message sizes", "1,3000,200");
    window.type_into("Server delay (ms)", "0,1");
    window.type_into("Probe count", "5");
    window.exactly("7");
    let run = window.run_to_its_end();
    assert_eq!(run.state, RunState::Finished);
    let (heads, rows) = table(&window);
    check(&heads, &rows, &run);
    assert!(rows.iter().all(|row| row.iter().all(|cell| cell != "-")));
    for (row, point) in rows.iter().zip(&run.points) {
        let delay = point.spec.server_delay_ms;
        #[expect(clippy::cast_precision_loss, reason = "a delay of milliseconds")]
        check_row(&heads, row, &[("Delay", delay as f64)]);
    }
}

#[test]
fn every_figure_of_a_point_is_a_column_that_the_arrow_keys_reach() {
    let mut window = Window::open_for_reading();
    window.type_into("Message sizes", "77");
    window.type_into("Probe count", "5");
    window.exactly("7");
    let run = window.run_to_its_end();
    window.node(Role::Table, "Figures of the points").focus();
    window.settle();
    let mut missing = figures(&run.points[0]);
    missing.extend(more_figures(&run.points[0]));
    for _ in 0..40 {
        let (heads, rows) = table(&window);
        assert_eq!(rows[0][0], "77", "the size stays in sight");
        missing.retain(|(name, figure)| {
            let column = heads.iter().position(|(head, _)| head == name);
            if let Some(column) = column {
                says(&rows[0][column], &heads[column].1, name, *figure);
            }
            column.is_none()
        });
        window.press(Key::ArrowRight);
        window.settle();
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_point_says_whether_it_is_precise() {
    let mut window = Window::open_for_reading();
    window.type_into("Message sizes", "77,99");
    window.type_into("Probe count", "5");
    window.until_precise();
    window.type_into("Interval width", "50");
    window.type_into("Most rounds", "9");
    let run = window.run_to_its_end();
    let (heads, rows) = table(&window);
    check(&heads, &rows, &run);
    let mut precise = 0;
    for (row, point) in rows.iter().zip(&run.points) {
        let word = match point.outcome {
            Some(PrecisionOutcome::Reached) => "precise",
            Some(_) => "not reached",
            None => panic!("a finished run has decided"),
        };
        precise += usize::from(word == "precise");
        assert!(row.iter().any(|cell| cell == word), "{word}: {row:?}");
    }
    let summary = format!("{precise} of 2 points precise");
    assert!(window.says(&summary), "{summary}: {:?}", window.texts());
    window.hover(Role::Label, "99");
    assert!(window.says("50 % was asked for"), "{:?}", window.texts());
}

#[test]
fn a_figure_that_needs_more_rounds_is_a_dash() {
    let mut window = Window::open_for_reading();
    window.type_into("Message sizes", "10,20");
    window.type_into("Probe count", "4");
    window.click_button("1 round");
    let run = window.run_to_its_end();
    let (heads, rows) = table(&window);
    check(&heads, &rows, &run);
    assert!(rows.iter().all(|row| row.iter().any(|cell| cell == "-")));
}

#[test]
fn the_copied_table_says_the_same_as_plain_numbers_with_tabs_between() {
    let mut window = Window::open_for_reading();
    window.type_into("Message sizes", "1,1K,2M");
    window.type_into("Probe count", "3");
    window.exactly("2");
    let run = window.run_to_its_end();
    window.click_button("Copy table");
    let (heads, rows) = copied_table(&window);
    assert!(!heads.iter().any(|(head, _)| head == "95 % interval"));
    for (row, point) in rows.iter().zip(&run.points) {
        check_row(&heads, row, &figures(point));
        check_row(&heads, row, &more_figures(point));
    }
    // What is shown is in it, cell for cell and in the same order.
    let (shown_heads, shown_rows) = table(&window);
    let mut copied = heads.iter();
    let is_one_column = |(name, _): &&(String, String)| name != "95 % interval";
    for head in shown_heads.iter().filter(is_one_column) {
        assert!(copied.any(|known| known == head), "{head:?} in {heads:?}");
    }
    for (shown, row) in shown_rows.iter().zip(&rows) {
        for (head, cell) in shown_heads.iter().zip(shown) {
            let Some(column) = heads.iter().position(|known| known == head) else {
                assert_eq!(
                    head.0, "95 % interval",
                    "two columns, empty for want of rounds"
                );
                continue;
            };
            let plain = cell.replace(',', "");
            let said = if plain == "-" { "" } else { &plain };
            assert_eq!(row[column], said, "{head:?}");
        }
    }
    assert_eq!(shown_rows.len(), rows.len());
}

#[test]
fn a_failed_point_says_why_in_its_row() {
    let closed = ClosedPort::new();
    let mut window = Window::open_for_reading();
    window.click_button("Another host");
    window.type_into("Host", "127.0.0.1");
    window.type_into("Port", &closed.port().to_string());
    window.type_into("Message sizes", "5");
    window.click_button("1 round");
    let run = window.run_to_its_end();
    let fault = run.points[0].error.clone().unwrap();
    let (_, rows) = table(&window);
    assert_eq!(rows[0][0], "5");
    assert!(
        rows[0].contains(&fault.kind.to_string()),
        "{fault}: {rows:?}"
    );
    assert!(window.says(&fault.message), "the sentence is in sight");
    window.click_button("Copy table");
    let copied = window.copied();
    assert_eq!(copied.lines().count(), 2);
    assert!(copied.contains(&fault.kind.to_string()), "{copied}");
}

#[test]
fn before_the_first_run_the_tabs_say_what_will_be_there() {
    let mut window = Window::open();
    assert!(window.says("appears here once a run has begun"));
    window.click_button("Transcript");
    assert!(window.says("What client and server say to each other appears here"));
}

#[test]
fn figures_of_very_different_points_do_not_run_into_each_other() {
    let mut window = Window::open_for_reading();
    window.type_into("Message sizes", "1,16M");
    window.type_into("Server delay (ms)", "0,1200");
    window.type_into("Probe count", "1");
    window.click_button("1 round");
    let run = window.run_to_its_end();
    assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
    let tab = window.place(Role::Button, "Points");
    let stop = window.place(Role::Button, "Stop");
    let mut places = window.placed_texts();
    places.retain(|(at, text)| {
        at.top() > tab.bottom()
            && at.bottom() < stop.top()
            && at.left() > tab.left() - 80.0
            && !text.is_empty()
    });
    assert!(places.iter().any(|(_, text)| text == "16,777,216"));
    for (index, (at, text)) in places.iter().enumerate() {
        assert!(at.left() >= tab.left(), "{text} is cut at {at:?}");
        for (over, other) in places.iter().skip(index + 1) {
            let apart = !at.shrink(0.5).intersects(over.shrink(0.5));
            assert!(apart, "{text} at {at:?} and {other} at {over:?}");
        }
    }
}
