//! Closing and opening the program brings the form and the window back.

use echograph::measurement::RunState;
use egui::accesskit::Role;
use egui::{Theme, ThemePreference};

use super::documents::document;
use super::harness::Window;

#[test]
fn the_form_comes_back_as_it_was_left() {
    let mut window = Window::open();
    window.click_button("Another host");
    window.type_into("Host", "example.org");
    window.type_into("Port", "777");
    window.pick("Measurement type", "Throughput (tput)");
    window.type_into("Message sizes", "1,2,x");
    window.type_into("Probe count", "12");
    window.type_into("Server delay (ms)", "0,9");
    window.click_button("1 round");
    window.open_advanced();
    window.type_into("Time-out", "2.5");
    window.type_into("Receive buffer", "64K");
    window.type_into("Seed", "41");
    window.pick("Waiting", "block");
    window.pick("Order", "sequential");
    window.click(Role::CheckBox, "No delay (Nagle off)");
    window.type_into("Listen port", "0");
    window.click_button("Transcript");

    let window = window.restart();
    assert_eq!(window.field("Host"), "example.org");
    assert_eq!(window.field("Port"), "777");
    assert_eq!(
        window.value(Role::ComboBox, "Measurement type"),
        "Throughput (tput)"
    );
    assert_eq!(window.field("Message sizes"), "1,2,x");
    assert_eq!(window.field("Probe count"), "12");
    assert_eq!(window.field("Server delay (ms)"), "0,9");
    assert!(window.is_on(Role::Button, "1 round"));
    assert_eq!(window.field("Rounds"), "1");
    assert_eq!(window.field("Receive buffer"), "64K");
    assert_eq!(window.field("Seed"), "41");
    assert_eq!(window.value(Role::ComboBox, "Waiting"), "block");
    assert_eq!(window.value(Role::ComboBox, "Order"), "sequential");
    assert!(!window.is_on(Role::CheckBox, "No delay (Nagle off)"));
    assert_eq!(window.field("Time-out"), "2.5");
    assert_eq!(window.field("Listen port"), "0");
    assert!(window.is_on(Role::Button, "Transcript"));
    assert!(!window.can_run(), "what was wrong is wrong still");
}

#[test]
fn what_was_chosen_at_the_point_comes_back() {
    let mut window = Window::open();
    let open_point = |window: &mut Window| {
        let file = document(window, "run.json", 20_000);
        window.open_file(&file);
        // A click on the tab that is open would fold it away.
        if !window.is_on(Role::Button, "Points") {
            window.click_button("Points");
        }
        window.click(Role::Row, "Point: 400 bytes, delay 0 ms");
        window.click_button("Point");
    };
    open_point(&mut window);
    for (chosen, other) in [("Histogram", "ECDF"), ("By probe", "By time")] {
        assert!(window.is_on(Role::Button, chosen) && !window.is_on(Role::Button, other));
        window.click_button(other);
    }
    window.click(Role::CheckBox, "Log RTT axis");

    let mut window = window.restart();
    open_point(&mut window);
    assert!(window.is_on(Role::Button, "ECDF"));
    assert!(window.is_on(Role::Button, "By time"));
    assert!(window.is_on(Role::CheckBox, "Log RTT axis"));
}

#[test]
fn the_profiles_file_and_its_changes_come_back() {
    let mut window = Window::open();
    window.type_into("Probe count", "40");
    window.choose("File", "Save profile");
    let path = window.path("back.ron");
    window.give_path(&path, "Save");

    let mut window = window.restart();
    assert!(window.texts().iter().any(|text| text == "back"));
    assert!(!window.app().has_unsaved_changes());
    assert_eq!(window.recent(), ["back.ron"]);
    window.type_into("Probe count", "41");

    let mut window = window.restart();
    assert_eq!(window.field("Probe count"), "41");
    assert!(window.says("back, changed"));
    window.choose("File", "New profile");
    assert!(window.says("Keep the changes?"));
}

#[test]
fn the_themes_are_chosen_and_kept() {
    let mut window = Window::open();
    assert_eq!(window.theme_at_start(), ThemePreference::System);
    for (name, theme, preference) in [
        ("Light theme", Theme::Light, ThemePreference::Light),
        ("Dark theme", Theme::Dark, ThemePreference::Dark),
    ] {
        window.choose("View", name);
        assert_eq!(window.context().theme(), theme);
        window.click_button("View");
        assert!(window.is_on(Role::RadioButton, name));
        window = window.restart();
        assert_eq!(window.theme_at_start(), preference);
        assert_eq!(window.context().theme(), theme);
    }
    window.choose("View", "System theme");
    for theme in [Theme::Light, Theme::Dark] {
        window.set_desktop_theme(theme);
        assert_eq!(window.context().theme(), theme);
    }
    let window = window.restart();
    assert_eq!(window.theme_at_start(), ThemePreference::System);
}

#[test]
fn damaged_settings_give_the_defaults() {
    for bytes in [
        &b""[..],
        b"\xff\xfe\x00garbage\x80",
        b"(form: (probes: 5))",
        b"(theme: Purple)",
        b"(((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((",
        b"()",
        b"(from_a_later_version: true)",
    ] {
        let mut window = Window::open_on_settings(bytes);
        assert_eq!(window.field("Message sizes"), "1,100,200,400,800,1000");
        assert_eq!(window.field("Probe count"), "20");
        assert!(window.can_run());
        window.click_button("1 round");
        assert_eq!(window.run_to_its_end().state, RunState::Finished);
    }
}

#[test]
fn settings_out_of_any_measure_still_draw() {
    for height in ["-5.0", "1e30", "NaN", "inf", "0.0"] {
        let settings = format!("(tabs_height: {height}, transcript_height: {height})");
        let mut window = Window::open_on_settings(settings.as_bytes());
        window.click_button("1 round");
        assert_eq!(
            window.run_to_its_end().state,
            RunState::Finished,
            "{height}"
        );
        let stop = window.place(Role::Button, "Stop");
        let tab = window.place(Role::Button, "Points");
        assert!(
            tab.top() > 100.0 && tab.bottom() < stop.top(),
            "{height}: {tab:?}"
        );
    }
}
