//! Shortcuts, wherever the keyboard is.

use echograph::measurement::RunState;
use echograph::store::load_profile;
use egui::accesskit::Role;
use egui::{Key, Modifiers};

use super::harness::Window;

fn asks_for_a_path(window: &Window, heading: &str) -> bool {
    window.has(Role::TextInput, "Path") && window.texts().iter().any(|text| text == heading)
}

#[test]
fn profiles_are_made_opened_and_saved_from_the_keyboard() {
    let mut window = Window::open();
    // From within a field, where the user is after typing.
    window.type_into("Probe count", "30");
    window.press_ctrl(Key::S);
    assert!(asks_for_a_path(&window, "Save profile"));
    let path = window.path("keys.ron");
    window.type_into("Path", path.to_str().unwrap());
    window.press(Key::Enter);
    assert_eq!(load_profile(&path).unwrap().probes, 30);

    window.type_into("Probe count", "31");
    window.press_ctrl(Key::S);
    assert_eq!(load_profile(&path).unwrap().probes, 31);

    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    assert!(asks_for_a_path(&window, "Save profile"));
    window.press(Key::Escape);
    assert!(!window.has(Role::TextInput, "Path"));

    window.press_ctrl(Key::N);
    assert_eq!(window.field("Probe count"), "20");

    window.press_ctrl(Key::O);
    assert!(asks_for_a_path(&window, "Open"));
    window.type_into("Path", path.to_str().unwrap());
    window.press(Key::Enter);
    assert_eq!(window.field("Probe count"), "31");
}

#[test]
fn a_question_for_a_path_has_the_keyboard_at_once() {
    let mut window = Window::open();
    window.press_ctrl(Key::O);
    assert!(window.node(Role::TextInput, "Path").is_focused());
}

#[test]
fn f5_and_ctrl_r_run() {
    let mut window = Window::open();
    window.type_into("Message sizes", "1");
    window.click_button("1 round");
    for (count, by_f5) in [(1, true), (2, false)] {
        if by_f5 {
            window.press(Key::F5);
        } else {
            window.press_ctrl(Key::R);
        }
        window.wait_until("the run to end", |window| {
            window.ended().is_some_and(|run| run.id.0 == count)
        });
        assert_eq!(window.ended().unwrap().state, RunState::Finished);
    }
    window.type_into("Probe count", "0");
    window.press(Key::F5);
    assert!(window.app().progress().is_none(), "Run is disabled");
}

#[test]
fn escape_stops_the_run() {
    let mut window = Window::open();
    window.start_endless_run();
    // From within a field, where the user may have begun to write the next run.
    window.focus("Message sizes");
    window.press(Key::Escape);
    window.wait_until("the end", |window| window.ended().is_some());
    assert_eq!(window.ended().unwrap().state, RunState::Stopped);
}

/// Whether the endless run is still measured after everything sent to the engine has arrived there.
fn still_runs(window: &mut Window) -> bool {
    let done = window
        .app()
        .progress()
        .map_or(0, |progress| progress.probes_done);
    window.wait_until("more probes or the end", |window| {
        let progress = window.app().progress();
        progress.is_none_or(|progress| progress.probes_done > done + 5)
    });
    window.app().progress().is_some()
}

#[test]
fn escape_in_a_question_or_a_list_closes_that_alone() {
    let mut window = Window::open();
    window.start_endless_run();
    window.click(Role::CheckBox, "Embedded server");
    assert!(window.has(Role::Button, "Keep measuring"));
    window.press(Key::Escape);
    assert!(!window.has(Role::Button, "Keep measuring"));
    assert!(
        still_runs(&mut window),
        "the question's Esc stopped the run"
    );

    window.click_button("View");
    assert!(window.has(Role::RadioButton, "Dark theme"));
    window.press(Key::Escape);
    assert!(!window.has(Role::RadioButton, "Dark theme"));
    assert!(still_runs(&mut window), "the menu's Esc stopped the run");

    window.click(Role::ComboBox, "Measurement type");
    assert!(window.has(Role::Button, "Throughput (tput)"));
    window.press(Key::Escape);
    assert!(!window.has(Role::Button, "Throughput (tput)"));
    assert!(still_runs(&mut window), "the list's Esc stopped the run");

    window.press(Key::Escape);
    window.wait_until("the end", |window| window.ended().is_some());
}

#[test]
fn ctrl_q_closes_the_window() {
    let mut window = Window::open();
    window.type_into("Probe count", "26");
    window.press_ctrl(Key::Q);
    assert!(window.is_closed());
}

#[test]
fn shortcuts_do_nothing_behind_a_question() {
    let mut window = Window::open();
    window.type_into("Probe count", "26");
    window.press_ctrl(Key::N);
    assert!(window.says("Keep the changes?"));
    window.press(Key::F5);
    window.press_ctrl(Key::O);
    assert!(window.says("Keep the changes?"));
    assert!(window.app().shown().is_none());
    assert!(!window.has(Role::TextInput, "Path"));
}

#[test]
fn the_form_is_filled_with_the_tab_key() {
    let mut window = Window::open();
    window.focus("Message sizes");
    let mut seen = Vec::new();
    for _ in 0..12 {
        window.press(Key::Tab);
        let focused = [
            (Role::TextInput, "Probe count"),
            (Role::TextInput, "Server delay (ms)"),
            (Role::Button, "Until precise"),
            (Role::Button, "1 round"),
        ];
        let is_focused =
            |(role, name): &&(Role, &'static str)| window.node(*role, name).is_focused();
        seen.extend(focused.iter().find(is_focused).map(|(_, name)| *name));
    }
    assert_eq!(
        seen,
        [
            "Probe count",
            "Server delay (ms)",
            "Until precise",
            "1 round"
        ]
    );
}

#[test]
fn nothing_behind_a_question_or_a_menu_shows_what_the_pointer_rests_on() {
    let mut window = Window::open_for_reading();
    let file = super::documents::document(&window, "lab.json", 20_000);
    window.open_file(&file);
    let row = window.place(Role::Row, "Point: 400 bytes, delay 0 ms");
    let told = |window: &Window| window.says("median RTT of mean RTT");
    window.hover_at(row.center());
    assert!(told(&window), "{:?}", window.texts());
    for key in [Key::E, Key::O] {
        window.press_ctrl(key);
        assert!(window.has(Role::Button, "Cancel"));
        assert!(!told(&window), "{:?}", window.texts());
        window.press(Key::Escape);
        window.hover_at(row.center());
        assert!(told(&window), "{:?}", window.texts());
    }
    window.node(Role::Button, "Show").focus();
    window.press(Key::Enter);
    assert!(window.has(Role::CheckBox, "instrument floor"));
    assert!(!told(&window), "{:?}", window.texts());
    window.hover_at(row.center());
    assert!(!told(&window), "{:?}", window.texts());
}
