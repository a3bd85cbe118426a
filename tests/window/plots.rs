//! The plots: axes, legend, moving about, choosing a point, presenter view.

use std::collections::BTreeSet;

use egui::accesskit::Role;
use egui::{Key, Pos2, vec2};

use super::harness::Window;

const RTT_PLOT: &str = "Plot of round-trip time against message size; the table has its figures";

/// A window in which two delays and three sizes were measured.
fn measured() -> Window {
    let mut window = Window::open();
    window.type_into("Message sizes", "1,1K,64K");
    window.type_into("Server delay (ms)", "0,2");
    window.type_into("Probe count", "3");
    window.exactly("2");
    window.run_to_its_end();
    window
}

fn paints(window: &Window, text: &str) -> bool {
    let painted = window.painted();
    painted
        .iter()
        .any(|known| known.replace('\u{a0}', " ") == text)
}

/// The largest label at the axis of round-trip times, in nanoseconds.
fn labels_of_time(window: &Window) -> BTreeSet<String> {
    let painted = window.painted();
    let is_time = |text: &&String| {
        ["ns", "µs", "ms", "s"].iter().any(|unit| {
            let digits = text.strip_suffix(&format!("\u{a0}{unit}"));
            digits.is_some_and(|digits| digits.replace(',', "").parse::<f64>().is_ok())
        })
    };
    painted.iter().filter(is_time).cloned().collect()
}

#[test]
fn each_axis_can_be_logarithmic() {
    let mut window = measured();
    window.click_button("Axes");
    assert!(paints(&window, "RTT (ms)"));
    window.click(Role::RadioButton, "Round-trip time: Log");
    assert!(paints(&window, "RTT"), "{:?}", window.painted());
    let labels = labels_of_time(&window);
    assert!(
        labels.iter().any(|label| label.ends_with("µs")),
        "{labels:?}"
    );
    assert!(
        labels.iter().any(|label| label.ends_with("ms")),
        "{labels:?}"
    );
    window.click(Role::RadioButton, "Throughput: Log");
    assert!(paints(&window, "Throughput"));
    window.click(Role::RadioButton, "Message size: Log");
    for size in ["1", "1K", "64K"] {
        assert!(paints(&window, size), "{size}: {:?}", window.painted());
    }
    window.click(Role::RadioButton, "Message size: Linear");
    assert!(!paints(&window, "1K"), "64K apart, 1K has no tick");
    // What was chosen is there at the next start.
    let mut window = window.restart();
    window.click_button("Axes");
    assert_eq!(
        window.switched_on(Role::RadioButton),
        [
            "Exactly",
            "Message size: Linear",
            "Round-trip time: Log",
            "Throughput: Log"
        ]
    );
}

#[test]
fn the_legend_hides_a_curve_and_shows_one_alone() {
    let mut window = measured();
    let (fast, slow) = ("delay 0\u{a0}ms", "delay 2\u{a0}ms");
    let shown = |window: &Window| [fast, slow].map(|name| window.is_on(Role::CheckBox, name));
    assert_eq!(shown(&window), [true, true]);
    assert!(paints(&window, "RTT (ms)"));
    window.click(Role::CheckBox, slow);
    assert_eq!(shown(&window), [true, false]);
    let slow_place = window.place(Role::CheckBox, slow).center();
    window.double_click_at(slow_place);
    assert_eq!(shown(&window), [false, true]);
    window.double_click_at(slow_place);
    assert_eq!(shown(&window), [true, true]);
}

#[test]
fn the_wheel_zooms_and_fit_shows_everything_again() {
    let mut window = measured();
    window.click_button("Axes");
    window.click(Role::RadioButton, "Round-trip time: Log");
    window.press(Key::Escape);
    let whole = labels_of_time(&window);
    let plot = window.place(Role::Image, RTT_PLOT);
    window.hover_at(plot.center());
    for _ in 0..8 {
        window.turn_wheel(60.0);
    }
    let zoomed = labels_of_time(&window);
    assert_ne!(zoomed, whole);
    window.click_button("Fit");
    assert_eq!(labels_of_time(&window), whole);
}

#[test]
fn a_landmark_beyond_what_is_seen_is_still_named() {
    let mut window = measured();
    let is_named = |window: &Window| {
        let painted = window.painted();
        painted
            .iter()
            .any(|text| text.starts_with("instrument floor"))
    };
    assert!(is_named(&window), "{:?}", window.painted());
    let zeros = |window: &Window| {
        let painted = window.painted().into_iter();
        let figures = painted.filter_map(|text| text.parse::<f64>().ok());
        figures.filter(|figure| *figure == 0.0).count()
    };
    let before = zeros(&window);
    let plot = window.place(Role::Image, RTT_PLOT);
    window.hover_at(plot.center_top() + vec2(0.0, 30.0));
    for _ in 0..8 {
        window.turn_wheel(60.0);
    }
    // The axis of round-trip times begins above zero now, and the floor lies next to that.
    assert_eq!(zeros(&window), before - 1, "{:?}", window.painted());
    assert!(is_named(&window), "{:?}", window.painted());
}

/// Shares of a length, close enough to meet a mark.
fn steps() -> impl Iterator<Item = f32> {
    (0..=40_u8).map(|step| f32::from(step) / 40.0)
}

#[test]
fn a_click_on_a_mark_chooses_its_point() {
    let mut window = measured();
    let plot = window.place(Role::Image, RTT_PLOT);
    // Wherever on the axis it stands, a mark of the slow curve is found on the way up.
    let mut found = None;
    'search: for x in steps() {
        for y in steps() {
            let at: Pos2 = plot.lerp_inside(vec2(x, y));
            window.move_to(at);
            if window.says("server delay 2 ms") {
                found = Some(at);
                break 'search;
            }
        }
    }
    let at = found.expect("the pointer meets a mark of the slow curve");
    assert!(window.says("its 95 % interval"));
    assert!(window.says("p10 to p90 of all probes"));
    window.click_at(at);
    let selected = window.app().selected().expect("a point is chosen");
    assert_eq!(selected.delay_ms, 2);
    // The arrows go on from there: up and down between delays, left and right between sizes.
    window.press(Key::ArrowDown);
    let faster = window.app().selected().unwrap();
    assert_eq!(
        (faster.delay_ms, faster.message_size),
        (0, selected.message_size)
    );
    for _ in 0..3 {
        window.press(Key::ArrowLeft);
    }
    assert_eq!(window.app().selected().unwrap().message_size, 1);
    window.press(Key::ArrowRight);
    assert_eq!(window.app().selected().unwrap().message_size, 1024);
    window.press(Key::Enter);
    assert!(window.is_on(Role::Button, "Point"));
    // Beside the marks nothing is meant, so that what was chosen stays.
    let chosen = window.app().selected();
    window.click_at(plot.left_top() + vec2(3.0, 3.0));
    assert_eq!(window.app().selected(), chosen);
    window.press(Key::Escape);
    assert_eq!(window.app().selected(), None);
}

#[test]
fn the_cursor_stands_at_the_same_size_in_both_plots() {
    let mut window = measured();
    let sizes = |window: &Window| {
        let painted = window.painted().into_iter();
        painted
            .filter(|text| text.ends_with(" bytes") && !text.contains('('))
            .collect::<Vec<_>>()
    };
    let before = sizes(&window);
    let plot = window.place(Role::Image, RTT_PLOT);
    window.move_to(plot.lerp_inside(vec2(0.5, 0.2)));
    window.settle();
    let mut told = sizes(&window);
    told.retain(|text| !before.contains(text));
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], told[1]);
    window.move_to(plot.left_top() - vec2(0.0, 60.0));
    window.settle();
    assert_eq!(sizes(&window), before);
}

#[test]
fn presenter_view_has_the_plots_alone_and_escape_leaves_it() {
    let mut window = measured();
    assert!(window.has(Role::Button, "Run"));
    let zoom = window.zoom();
    window.press(Key::F11);
    assert!(!window.has(Role::Button, "Run"));
    assert!(!window.has(Role::Button, "Points"));
    assert!(window.has(Role::Image, RTT_PLOT));
    assert!(window.zoom() > 1.5 * zoom);
    assert_eq!(window.fullscreen(), Some(true));
    window.press(Key::Escape);
    assert!(window.has(Role::Button, "Run"));
    assert_eq!(window.fullscreen(), Some(false));
    assert!((window.zoom() - zoom).abs() < 1e-6);
    // The menu has it, too.
    window.choose("View", "Presenter view");
    assert!(!window.has(Role::Button, "Run"));
    window.press(Key::F11);
    assert!(window.has(Role::Button, "Run"));
}
