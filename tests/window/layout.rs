//! Where things stand, in the smallest window too.

use egui::accesskit::Role;
use egui::{Rect, pos2};

use super::harness::Window;

/// Controls that must always be within reach.
const NAMED: [(Role, &str); 15] = [
    (Role::TextInput, "Host"),
    (Role::TextInput, "Port"),
    (Role::ComboBox, "Measurement type"),
    (Role::TextInput, "Message sizes"),
    (Role::TextInput, "Probe count"),
    (Role::TextInput, "Server delay (ms)"),
    (Role::Button, "10 rounds"),
    (Role::CheckBox, "Embedded server"),
    (Role::Button, "Run"),
    (Role::Button, "Stop"),
    (Role::Button, "File"),
    (Role::Button, "Measure"),
    (Role::Button, "View"),
    (Role::Button, "Transcript"),
    (Role::Button, "Details"),
];

#[track_caller]
fn nothing_hides_another(window: &Window, width: f32, height: f32, when: &str) {
    let inside = Rect::from_min_max(pos2(0.0, 0.0), pos2(width, height));
    let places: Vec<(&str, Rect)> = NAMED
        .iter()
        .map(|(role, name)| (*name, window.place(*role, name)))
        .collect();
    for (at, (name, place)) in places.iter().enumerate() {
        assert!(inside.contains_rect(*place), "{when}: {name} at {place:?}");
        assert!(
            place.width() > 8.0 && place.height() > 8.0,
            "{when}: {name} at {place:?}"
        );
        for (other, over) in places.iter().skip(at + 1) {
            assert!(
                !place.shrink(0.5).intersects(over.shrink(0.5)),
                "{when}: {name} at {place:?} and {other} at {over:?}"
            );
        }
    }
    // The form scrolls behind Run; what is behind it cannot be clicked.
    let run = window.place(Role::Button, "Run");
    for (name, place) in places
        .iter()
        .filter(|(_, place)| place.left() < run.right())
    {
        if !["Run", "File", "Measure", "View"].contains(name) {
            assert!(place.bottom() <= run.top(), "{when}: {name} at {place:?}");
        }
    }
}

#[test]
fn the_smallest_window_shows_every_named_control() {
    let (width, height) = (1024.0, 700.0);
    let mut window = Window::open_sized(width, height);
    nothing_hides_another(&window, width, height, "at the start");
    window.click(Role::CheckBox, "Embedded server");
    nothing_hides_another(&window, width, height, "with the server on");
    window.type_into("Probe count", "3");
    window.type_into("Server delay (ms)", "0,1");
    window.run_to_its_end();
    nothing_hides_another(&window, width, height, "after a run");
    window.click_button("Transcript");
    nothing_hides_another(&window, width, height, "with the transcript");
    window.click_button("Details");
    nothing_hides_another(&window, width, height, "with the details");
}

#[test]
fn every_control_is_where_a_click_finds_it_in_the_smallest_window() {
    let mut window = Window::open_sized(1024.0, 700.0);
    window.click_button("Another host");
    for field in [
        "Host",
        "Port",
        "Message sizes",
        "Probe count",
        "Server delay (ms)",
    ] {
        let place = window.place(Role::TextInput, field).center();
        window.click_at(place);
        assert!(window.node(Role::TextInput, field).is_focused(), "{field}");
    }
    window.click(Role::CheckBox, "Embedded server");
    assert!(window.is_on(Role::CheckBox, "Embedded server"));
}

#[test]
fn nothing_moves_when_a_run_begins_and_ends() {
    let mut window = Window::open_sized(1440.0, 960.0);
    window.start_endless_run();
    window.click_button("Stop");
    window.wait_until("the end", |window| window.ended().is_some());
    window.settle();
    let places = |window: &Window| NAMED.map(|(role, name)| window.place(role, name));
    let at_rest = places(&window);
    window.start_endless_run();
    assert_eq!(places(&window), at_rest, "while it goes on");
    window.click_button("Stop");
    window.wait_until("the second end", |window| {
        window.ended().is_some_and(|run| run.id.0 == 2)
    });
    window.settle();
    assert_eq!(places(&window), at_rest, "when it has ended");
}

#[test]
fn a_long_notice_leaves_every_control_in_the_window() {
    let (width, height) = (1024.0, 700.0);
    let mut window = Window::open_sized(width, height);
    window.press_ctrl(egui::Key::O);
    let long = window.path(&"a long name ".repeat(15));
    window.give_path(&long, "Open");
    assert!(window.app().notice().is_some());
    nothing_hides_another(&window, width, height, "with a long notice");
    let dismiss = window.place(Role::Button, "Dismiss");
    assert!(dismiss.right() <= width, "{dismiss:?}");
    window.click_button("Dismiss");
    assert!(window.app().notice().is_none());
}

#[test]
fn what_is_wrong_in_the_form_leaves_run_in_the_window() {
    let mut window = Window::open_sized(1024.0, 700.0);
    window.click_button("Another host");
    for field in [
        "Host",
        "Port",
        "Message sizes",
        "Probe count",
        "Server delay (ms)",
    ] {
        window.type_into(field, "?? ??");
    }
    let run = window.place(Role::Button, "Run");
    assert!(
        run.bottom() < window.place(Role::Button, "Stop").top(),
        "{run:?}"
    );
    assert!(!window.under_run().is_empty());
}

#[test]
fn a_click_on_the_open_tab_folds_the_tabs_away_and_back() {
    let mut window = Window::open();
    let open = window.place(Role::Button, "Points");
    window.click_button("Points");
    assert!(window.place(Role::Button, "Points").top() > open.top());
    assert!(!window.says("appears here once a run has begun"));
    window = window.restart();
    assert!(
        !window.says("appears here once a run has begun"),
        "kept folded"
    );
    window.click_button("Points");
    assert_eq!(window.place(Role::Button, "Points"), open);
    window.choose("View", "Fold the table away");
    assert!(!window.says("appears here once a run has begun"));
}

#[test]
fn the_plots_have_most_of_the_window() {
    // The size that the window first opens with.
    let (width, height) = (1440.0, 960.0);
    let mut window = Window::open_sized(width, height);
    window.type_into("Probe count", "2");
    window.run_to_its_end();
    let heading = |window: &Window| {
        let mut texts = window.placed_texts();
        texts.retain(|(_, text)| text == "Round-trip time");
        texts[0].0
    };
    let tabs = window.place(Role::Button, "Points");
    if window.app().notice().is_some() {
        window.click_button("Dismiss");
    }
    let top_left = heading(&window).min;
    let share = (width - top_left.x) * (tabs.top() - top_left.y) / (width * height);
    assert!(share >= 0.55, "{share}");
}
