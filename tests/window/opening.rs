//! Opening files: by path, by drop, by argument; and saving a run.

use std::fs;

use echograph::experiment::Profile;
use echograph::gui::NoticeKind;
use echograph::store::{load_run, save_profile};
use egui::accesskit::Role;

use super::documents::{SIZES, document, golden};
use super::harness::Window;

#[test]
fn every_kind_of_file_is_opened_by_its_path() {
    let mut window = Window::open();
    window.open_file(&golden("run-now.json"));
    assert_eq!(window.drawn(), ["run-now"]);
    assert!(
        window.app().notice().is_none(),
        "{:?}",
        window.app().notice()
    );
    // A result of another tool is laid over the run that is shown.
    window.open_file(&golden("peers/sockperf.csv"));
    window.open_file(&golden("peers/iperf3.json"));
    window.open_file(&golden("peers/netpipe-3.out"));
    assert_eq!(
        window.drawn(),
        ["run-now", "sockperf", "iperf3", "netpipe-3"]
    );
    // The legend says what was converted.
    let legend = window.labels(Role::CheckBox);
    for name in [
        "sockperf: RTT = rxTime - txTime, 2 x its printed latency",
        "netpipe-3 (NetPIPE 3.x: RTT = 2 x its time; throughput = size / RTT, half its rate)",
    ] {
        assert!(legend.iter().any(|known| known == name), "{legend:?}");
    }
    let profile = window.path("opened.ron");
    let saved = Profile {
        probes: 31,
        ..Profile::default()
    };
    save_profile(&profile, &saved).unwrap();
    window.open_file(&profile);
    assert_eq!(window.field("Probe count"), "31");
    assert_eq!(
        window.drawn().len(),
        4,
        "a profile changes nothing that is drawn"
    );
}

#[test]
fn a_run_that_is_opened_fills_table_and_details_like_one_that_was_measured() {
    let mut window = Window::open_for_reading();
    let path = document(&window, "lab.json", 20_000);
    window.open_file(&path);
    let run = window.ended().expect("it is shown");
    assert_eq!(run.destination, "192.0.2.1:10000");
    for size in SIZES {
        let cell = echograph::measurement::units::count(size);
        assert!(
            window.rows().iter().any(|row| row[0] == cell),
            "{:?}",
            window.rows()
        );
    }
    assert!(
        window.says("Finished: 150 echoes from 192.0.2.1:10000"),
        "{:?}",
        window.texts()
    );
    window.click_button("Details");
    window.click_button("Transcript");
}

#[test]
fn the_first_of_several_runs_is_shown_and_the_others_are_laid_over_it() {
    let mut window = Window::open();
    let files = ["one.json", "two.json", "three.json"].map(|name| document(&window, name, 20_000));
    window.drop_files(&files);
    assert_eq!(window.drawn(), ["one", "two", "three"]);
    // What is opened next is shown, and nothing goes from the plots for it.
    let four = document(&window, "four.json", 20_000);
    window.drop_files(&[four]);
    assert_eq!(window.drawn(), ["four", "one", "two", "three"]);
}

#[test]
fn files_over_the_window_are_told_what_a_drop_will_do() {
    let mut window = Window::open();
    let path = document(&window, "lab.json", 20_000);
    window.hover_files(std::slice::from_ref(&path));
    let painted = window.painted();
    for text in ["Drop to open", "lab.json"] {
        assert!(
            painted.iter().any(|known| known == text),
            "{text}: {painted:?}"
        );
    }
    assert!(window.has(Role::Label, "Drop to open") || window.says("Drop to open"));
    window.drop_files(&[path]);
    assert!(!window.painted().iter().any(|known| known == "Drop to open"));
    assert_eq!(window.drawn(), ["lab"]);
    window.wait_until_still();
}

#[test]
fn what_is_wrong_with_each_of_several_files_is_said_in_one_notice() {
    let mut window = Window::open();
    let good = document(&window, "good.json", 20_000);
    let broken = window.path("broken.json");
    let text = fs::read_to_string(&good).unwrap();
    fs::write(&broken, &text[..text.len() / 2]).unwrap();
    let poem = window.path("poem.txt");
    fs::write(&poem, "Shall I compare thee to a summer's day?").unwrap();
    let bad_profile = window.path("bad.ron");
    fs::write(&bad_profile, "(version: 1, sondes: 3)").unwrap();
    window.drop_files(&[broken, good, poem, bad_profile, window.path("gone.json")]);
    assert_eq!(
        window.drawn(),
        ["good"],
        "the good one is opened all the same"
    );
    let notice = window.app().notice().unwrap().clone();
    assert_eq!(notice.kind, NoticeKind::Error);
    for said in [
        "4 of 5 files could not be used.",
        "the file ends here, in the middle of the document",
        "poem.txt: this looks like nothing that Echograph knows",
        "bad.ron: line 1, column ",
        "gone.json: the file does not exist",
    ] {
        assert!(notice.text.contains(said), "{said}: {}", notice.text);
    }
    assert!(window.says("4 of 5 files"), "{:?}", window.texts());
}

#[test]
fn of_many_files_that_cannot_be_used_each_is_named() {
    let mut window = Window::open();
    let bad = |count: usize| (1..=count).map(|number| format!("bad-{number}.json"));
    for count in [7, 9] {
        let files: Vec<_> = bad(count).map(|name| window.path(&name)).collect();
        window.drop_files(&files);
        let said = window.app().notice().unwrap().text.clone();
        assert!(said.contains(&format!("{count} of {count} files could not be used.")));
        for name in bad(count) {
            assert!(said.contains(&name), "{name}: {said}");
        }
    }
}

#[test]
fn a_folder_and_a_device_are_refused_with_a_sentence() {
    let mut window = Window::open();
    let folder = window.path("folder");
    fs::create_dir(&folder).unwrap();
    window.open_file(&folder);
    let notice = window.app().notice().unwrap().text.clone();
    assert!(notice.contains("folder: the file is a folder"), "{notice}");
    #[cfg(unix)]
    {
        window.open_file(std::path::Path::new("/dev/zero"));
        let notice = window.app().notice().unwrap().text.clone();
        assert!(notice.contains("no ordinary file"), "{notice}");
    }
    assert!(window.drawn().is_empty());
}

#[test]
fn a_large_document_is_read_aside_and_no_frame_is_drawn_meanwhile() {
    let mut window = Window::open();
    let small = document(&window, "small.json", 20_000);
    let large = window.path("large.json");
    let mut text = fs::read_to_string(small).unwrap();
    text.push_str(&" ".repeat(4 * 1024 * 1024));
    fs::write(&large, text).unwrap();
    let asked = window.watch_repaints();
    window.drop_files(&[large]);
    window.wait_until("the document to be read", |window| {
        !window.drawn().is_empty()
    });
    assert_eq!(window.drawn(), ["large"]);
    let threads = asked.take();
    let of_reader = threads.iter().filter(|name| *name == "echograph-open");
    assert_eq!(of_reader.count(), 1, "{threads:?}");
    window.wait_until_still();
    assert!(!window.says("Opening"));
}

#[test]
fn a_drop_of_a_profile_asks_about_changes_first() {
    let mut window = Window::open();
    window.type_into("Probe count", "25");
    let path = window.path("dropped.ron");
    let other = window.path("other.ron");
    for path in [&path, &other] {
        save_profile(path, &Profile::default()).unwrap();
    }
    window.drop_files(&[path, other]);
    assert!(window.says("Keep the changes?"));
    let notice = window.app().notice().unwrap().text.clone();
    assert!(
        notice.ends_with("other.ron: the form holds one profile, and dropped.ron is there"),
        "{notice}"
    );
    window.click_button("Discard changes");
    assert_eq!(window.field("Probe count"), "20");
    assert_eq!(window.title(), "dropped - Echograph");
}

#[test]
fn files_of_any_kind_can_be_named_on_the_command_line() {
    let other = Window::open();
    let profile = other.path("given.ron");
    save_profile(
        &profile,
        &Profile {
            probes: 7,
            ..Profile::default()
        },
    )
    .unwrap();
    let files = [
        document(&other, "first.json", 20_000),
        profile,
        golden("peers/sockperf.csv"),
        document(&other, "second.json", 30_000),
    ];
    let window = Window::open_with_files(&files);
    assert_eq!(window.drawn(), ["first", "sockperf", "second"]);
    assert_eq!(window.field("Probe count"), "7");
}

#[test]
fn a_run_is_saved_from_the_window_and_opened_again() {
    let mut window = Window::open();
    window.type_into("Message sizes", "8");
    window.type_into("Probe count", "3");
    window.exactly("2");
    let run = window.run_to_its_end();
    window.choose("File", "Save run…");
    // A name is proposed: where it was measured, and when.
    let proposed = window.field("Path");
    assert!(
        proposed.contains("this-program-") && proposed.ends_with("json"),
        "{proposed}"
    );
    // A name without an ending gets that of run documents.
    let path = window.path("kept");
    window.give_path(&path, "Save");
    window.wait_until("the document", |window| window.says("Saved to"));
    let path = window.path("kept.json");
    let saved = load_run(&path).unwrap();
    assert_eq!(
        saved.points[0].probes_echoed(),
        run.points[0].probes_echoed()
    );
    let left: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name != "window.ron")
        .collect();
    assert_eq!(left, ["kept.json"], "nothing half written is left behind");
    window.open_file(&path);
    assert_eq!(window.drawn()[0], "kept");
    window.wait_until_still();
}

#[test]
fn a_run_that_cannot_be_saved_says_why() {
    let mut window = Window::open();
    window.open_file(&golden("run-now.json"));
    window.choose("File", "Save run…");
    let path = window.path("no such folder").join("run.json");
    window.give_path(&path, "Save");
    window.wait_until("the notice", |window| window.app().notice().is_some());
    let notice = window.app().notice().unwrap();
    assert_eq!(notice.kind, NoticeKind::Error);
    assert!(
        notice
            .text
            .contains("run.json does not exist, or its folder does not"),
        "{}",
        notice.text
    );
}
