//! Profiles: new, open, save, save as, recent, and what stands in their way.

use std::fs;
use std::path::PathBuf;

use echograph::experiment::{Profile, Target};
use echograph::gui::NoticeKind;
use echograph::measurement::RunState;
use echograph::protocol::MeasurementType;
use echograph::store::{load_profile, profile_text, save_profile};
use egui::accesskit::Role;

use super::harness::Window;

/// Writes a profile that differs from the default one.
fn a_profile(window: &Window, name: &str) -> PathBuf {
    let profile = Profile {
        target: Target::Host {
            host: "192.0.2.9".to_owned(),
            port: 4321,
        },
        measurement_type: MeasurementType::Tput,
        message_sizes: vec![5, 2048],
        probes: 33,
        server_delays_ms: vec![0, 7],
        rounds: echograph::experiment::Rounds::Exactly(3),
        ..Profile::default()
    };
    let path = window.path(name);
    save_profile(&path, &profile).unwrap();
    path
}

#[track_caller]
fn shows_the_profile(window: &mut Window) {
    assert_eq!(window.field("Host"), "192.0.2.9");
    assert_eq!(window.field("Port"), "4321");
    assert_eq!(window.field("Message sizes"), "5,2K");
    assert_eq!(window.field("Probe count"), "33");
    assert_eq!(window.field("Server delay (ms)"), "0,7");
    window.open_advanced();
    assert_eq!(window.field("Rounds"), "3");
}

#[test]
fn a_profile_is_saved_and_opened_again() {
    let mut window = Window::open();
    window.type_into("Message sizes", "11,22");
    window.type_into("Probe count", "4");
    window.click_button("1 round");
    assert!(window.title().contains('*'), "{}", window.title());
    window.choose("File", "Save profile");
    let path = window.path("mine.ron");
    window.give_path(&path, "Save");
    assert!(window.says("Saved to"), "{:?}", window.texts());
    assert_eq!(window.title(), "mine - Echograph");
    let expected = Profile {
        message_sizes: vec![11, 22],
        probes: 4,
        rounds: echograph::experiment::Rounds::Exactly(1),
        ..Profile::default()
    };
    assert_eq!(load_profile(&path).unwrap(), expected);

    window.choose("File", "New profile");
    assert_eq!(window.field("Message sizes"), "1,100,200,400,800,1000");
    assert_eq!(window.title(), "New profile - Echograph");
    window.choose("File", "Open…");
    window.give_path(&path, "Open");
    assert_eq!(window.field("Message sizes"), "11,22");
    assert_eq!(window.field("Probe count"), "4");
    assert!(window.is_on(Role::Button, "1 round"));
    // What was opened can be measured.
    let run = window.run_to_its_end();
    assert_eq!(
        (run.state, *run.profile == expected),
        (RunState::Finished, true)
    );
}

#[test]
fn save_writes_to_the_profiles_own_file_and_asks_nothing() {
    let mut window = Window::open();
    let path = a_profile(&window, "own.ron");
    window.choose("File", "Open…");
    window.give_path(&path, "Open");
    shows_the_profile(&mut window);
    window.type_into("Probe count", "34");
    window.choose("File", "Save profile");
    assert!(!window.has(Role::TextInput, "Path"));
    assert_eq!(load_profile(&path).unwrap().probes, 34);
    let left: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name != "window.ron")
        .collect();
    assert_eq!(left, ["own.ron"], "nothing half written is left behind");
}

#[test]
fn save_as_makes_another_file_and_leaves_the_first() {
    let mut window = Window::open();
    let first = a_profile(&window, "first.ron");
    window.choose("File", "Open…");
    window.give_path(&first, "Open");
    window.type_into("Probe count", "50");
    window.choose("File", "Save profile as…");
    // A name without an ending gets the one that profiles have.
    let second = window.path("second");
    window.give_path(&second, "Save");
    assert_eq!(load_profile(&first).unwrap().probes, 33);
    assert_eq!(load_profile(&window.path("second.ron")).unwrap().probes, 50);
    assert_eq!(window.title(), "second - Echograph");
    assert_eq!(window.recent(), ["second.ron", "first.ron"]);
}

#[test]
fn a_file_that_would_be_replaced_is_named_before_it_is() {
    let mut window = Window::open();
    let path = a_profile(&window, "there.ron");
    window.choose("File", "Save profile as…");
    window.type_into("Path", path.to_str().unwrap());
    assert!(window.says("This file exists and will be replaced."));
    window.click_button("Cancel");
    assert_eq!(load_profile(&path).unwrap().probes, 33);
    // The name as it will be written counts, not the name as it was typed.
    window.choose("File", "Save profile as…");
    window.type_into("Path", window.path("there").to_str().unwrap());
    assert!(window.says("This file exists and will be replaced."));
}

#[test]
fn a_profile_that_cannot_be_written_keeps_the_changes() {
    let mut window = Window::open();
    window.type_into("Probe count", "21");
    window.choose("File", "Save profile");
    let path = window.path("no such folder").join("mine.ron");
    window.give_path(&path, "Save");
    let notice = window.app().notice().unwrap();
    assert_eq!(notice.kind, NoticeKind::Error);
    assert!(notice.text.contains("mine.ron"), "{}", notice.text);
    assert!(window.app().has_unsaved_changes());
    assert_eq!(window.field("Probe count"), "21");
}

#[test]
fn a_form_that_cannot_be_measured_cannot_be_saved() {
    let mut window = Window::open();
    window.type_into("Probe count", "none");
    window.choose("File", "Save profile");
    assert!(!window.has(Role::TextInput, "Path"));
    assert!(window.says("cannot be saved yet"), "{:?}", window.texts());
    assert!(window.says("Probe count"));
}

#[test]
fn recent_profiles_open_with_two_clicks() {
    let mut window = Window::open();
    assert_eq!(window.recent(), Vec::<String>::new());
    let path = a_profile(&window, "recent.ron");
    window.choose("File", "Open…");
    window.give_path(&path, "Open");
    window.choose("File", "New profile");
    assert_eq!(window.field("Probe count"), "20");
    window.choose_recent("recent.ron");
    shows_the_profile(&mut window);
    // One that is gone says so and changes nothing.
    fs::remove_file(&path).unwrap();
    window.choose("File", "New profile");
    window.choose_recent("recent.ron");
    assert_eq!(window.app().notice().unwrap().kind, NoticeKind::Error);
    assert_eq!(window.field("Probe count"), "20");
}

#[test]
fn a_profile_named_on_the_command_line_is_opened() {
    let folder = Window::open();
    let path = a_profile(&folder, "given.ron");
    let mut window = Window::open_with(&path);
    shows_the_profile(&mut window);
    assert!(window.texts().iter().any(|text| text == "given"));
}

#[test]
fn a_broken_profile_says_where_and_changes_nothing() {
    let good = profile_text(&Profile::default()).unwrap();
    let at = |text: &str, needle: &str| {
        let line = text.lines().position(|line| line.contains(needle)).unwrap() + 1;
        format!("line {line}, column")
    };
    let unknown = good.replace("probes:", "sondes:");
    let kept: Vec<&str> = good
        .lines()
        .filter(|line| !line.contains("rounds:"))
        .collect();
    let missing = kept.join("\n");
    let wrong = good.replace("probes: 20", "probes: 0");
    let cases = [
        (
            "poem.ron",
            "Shall I compare thee\n".to_owned(),
            "line 1, column".to_owned(),
            "",
        ),
        (
            "unknown.ron",
            unknown.clone(),
            at(&unknown, "sondes"),
            "sondes",
        ),
        ("missing.ron", missing, "line ".to_owned(), "rounds"),
        (
            "wrong.ron",
            wrong.clone(),
            at(&wrong, "probes: 0"),
            "at least 1",
        ),
    ];
    let mut window = Window::open();
    let path = a_profile(&window, "good.ron");
    window.choose("File", "Open…");
    window.give_path(&path, "Open");
    for (name, text, place, what) in cases {
        let broken = window.path(name);
        fs::write(&broken, text).unwrap();
        window.choose("File", "Open…");
        window.give_path(&broken, "Open");
        let notice = window.app().notice().unwrap().clone();
        assert_eq!(notice.kind, NoticeKind::Error);
        assert!(window.says(&notice.text), "{}", notice.text);
        assert!(
            notice.text.contains(&place) && notice.text.contains("column"),
            "{place}: {}",
            notice.text
        );
        assert!(notice.text.contains(what), "{what}: {}", notice.text);
        shows_the_profile(&mut window);
        assert_eq!(window.title(), "good - Echograph");
        assert_eq!(window.recent(), ["good.ron"]);
    }
}

/// A window whose form has changes that are not saved.
fn changed() -> Window {
    let mut window = Window::open();
    window.type_into("Probe count", "25");
    window
}

const QUESTION: &str = "Keep the changes?";

#[test]
fn changes_that_are_not_saved_are_asked_about() {
    let mut window = changed();
    window.choose("File", "New profile");
    assert!(window.says(QUESTION));
    window.click_button("Cancel");
    assert!(!window.says(QUESTION));
    assert_eq!(window.field("Probe count"), "25");

    window.choose("File", "New profile");
    window.click_button("Discard changes");
    assert_eq!(window.field("Probe count"), "20");
    assert!(!window.app().has_unsaved_changes());
}

#[test]
fn changes_are_asked_about_before_another_profile_is_opened() {
    let mut window = Window::open();
    let path = a_profile(&window, "other.ron");
    window.choose("File", "Open…");
    window.give_path(&path, "Open");
    window.choose("File", "New profile");
    window.type_into("Probe count", "25");
    window.choose_recent("other.ron");
    assert!(window.says(QUESTION));
    window.click_button("Cancel");
    assert_eq!(window.field("Probe count"), "25");
    // Runs leave the form alone: it is asked about once it is known that this is a profile.
    window.choose("File", "Open…");
    window.give_path(&path, "Open");
    assert!(window.says(QUESTION));
    window.click_button("Discard changes");
    shows_the_profile(&mut window);
}

#[test]
fn save_in_the_question_saves_before_it_goes_on() {
    let mut window = Window::open();
    let path = a_profile(&window, "kept.ron");
    window.choose("File", "Open…");
    window.give_path(&path, "Open");
    window.type_into("Probe count", "77");
    window.choose("File", "New profile");
    assert!(window.says(QUESTION));
    window.click_button("Save");
    assert_eq!(load_profile(&path).unwrap().probes, 77);
    assert_eq!(window.field("Probe count"), "20");
    assert_eq!(window.title(), "New profile - Echograph");
}

#[test]
fn a_form_like_its_file_is_not_asked_about() {
    let mut window = changed();
    window.type_into("Probe count", "20");
    assert_eq!(window.title(), "New profile - Echograph");
    window.choose("File", "New profile");
    assert!(!window.says(QUESTION));
}

#[test]
fn a_broken_profile_named_on_the_command_line_leaves_the_form() {
    let folder = Window::open();
    let path = folder.path("broken.ron");
    fs::write(&path, "(version: 1)").unwrap();
    let window = Window::open_with(&path);
    let notice = window.app().notice().unwrap();
    assert_eq!(notice.kind, NoticeKind::Error);
    assert!(notice.text.contains("broken.ron"), "{}", notice.text);
    assert_eq!(window.field("Probe count"), "20");
    assert!(window.can_run());
}

#[test]
fn a_profile_is_found_again_wherever_the_program_starts_next() {
    let mut window = Window::open();
    // The same file by a path from the current folder.
    let here = std::env::current_dir().unwrap();
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    let path = window.path("relative.ron");
    let relative = up.join(path.strip_prefix("/").unwrap());
    window.choose("File", "Save profile as…");
    window.give_path(&relative, "Save");
    assert!(path.exists());
    let settings = window.path("window.ron");
    let window = window.restart();
    let text = fs::read_to_string(&settings).unwrap();
    assert!(
        text.contains("relative.ron") && !text.contains("\"../"),
        "{text}"
    );
    assert!(window.texts().iter().any(|text| text == "relative"));
}

#[test]
fn the_questions_save_asks_a_new_profile_for_its_file() {
    let mut window = changed();
    window.choose("File", "New profile");
    window.click_button("Save");
    let path = window.path("asked.ron");
    window.give_path(&path, "Save");
    assert_eq!(load_profile(&path).unwrap().probes, 25);
}
