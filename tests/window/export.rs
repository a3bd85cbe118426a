//! Exporting from the window: pictures, reports, samples, the clipboard.

use std::fs;

use egui::accesskit::Role;
use egui::{Key, Modifiers};

use echograph::gui::NoticeKind;
use echograph::measurement::{Point, Run};
use echograph::store::load_run;

use super::documents::{SIZES, document, golden};
use super::harness::Window;

/// A window in which two delays were measured, and a file name in its folder.
fn measured() -> Window {
    let mut window = Window::open();
    window.type_into("Message sizes", "1,1K");
    window.type_into("Server delay (ms)", "0,2");
    window.type_into("Probe count", "3");
    window.exactly("2");
    window.run_to_its_end();
    window
}

/// Exports a kind into a file, and gives its bytes.
fn export(
    window: &mut Window,
    kind: &str,
    name: &str,
    prepare: impl FnOnce(&mut Window),
) -> Vec<u8> {
    let path = window.path(name);
    window.press_ctrl(Key::E);
    window.click(Role::RadioButton, kind);
    prepare(window);
    window.click_button("Save…");
    window.give_path(&path, "Save");
    window.wait_until("the file", |_| path.exists());
    window.wait_until("the word", |window| window.says("Saved to "));
    window.click_button("Dismiss");
    fs::read(path).unwrap()
}

#[test]
fn without_a_run_there_is_nothing_to_export() {
    let mut window = Window::open();
    window.press_ctrl(Key::E);
    assert!(!window.has(Role::RadioButton, "Plots as SVG"));
    assert!(window.says("There is nothing to export: nothing is measured or opened yet."));
}

#[test]
fn a_run_that_goes_on_is_not_copied_and_that_is_said() {
    let mut window = Window::open();
    window.start_endless_run();
    let name = window.drawn()[0].clone();
    let copy = |window: &mut Window| {
        window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    };
    copy(&mut window);
    let why = format!("There is nothing to copy: \"{name}\" goes on");
    assert!(window.says(&why), "{:?}", window.texts());
    let file = document(&window, "lab.json", 20_000);
    window.open_file(&file);
    window.wait_until("both", |window| window.drawn().len() == 2);
    copy(&mut window);
    window.wait_until("the picture", |window| window.copied_image().is_some());
    let said = format!("in the clipboard, as a picture. \"{name}\" is left out: it goes on.");
    assert!(window.says(&said), "{:?}", window.texts());
}

#[test]
fn what_the_plots_show_is_written_as_picture_report_and_samples() {
    let mut window = measured();
    let svg = String::from_utf8(export(&mut window, "Plots as SVG", "a.svg", nothing)).unwrap();
    assert_eq!(svg.matches("class=\"dot\"").count(), 2 * 2 * 2);
    // A curve that is hidden in the window is not in the picture.
    window.click(Role::CheckBox, "delay 2\u{a0}ms");
    let svg = String::from_utf8(export(&mut window, "Plots as SVG", "b.svg", nothing)).unwrap();
    assert_eq!(svg.matches("class=\"dot\"").count(), 2 * 2);
    let png = export(&mut window, "Plots as PNG", "a.png", |window| {
        window.type_into("Width", "600");
        window.type_into("Height", "300");
        window.type_into("Scale", "1.5");
    });
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((side(16), side(20)), (900, 450));
    let page = export(&mut window, "Lab report (HTML)", "a.html", nothing);
    assert!(String::from_utf8(page).unwrap().contains("<h2>Method</h2>"));
    let samples = export(&mut window, "Samples (CSV)", "a.csv", nothing);
    let samples = String::from_utf8(samples).unwrap();
    assert_eq!(samples.lines().count(), 1 + 2 * 2 * 3 * 2);
}

#[test]
fn sizes_that_cannot_be_drawn_are_refused_beside_their_field() {
    let mut window = measured();
    window.press_ctrl(Key::E);
    window.click(Role::RadioButton, "Plots as PNG");
    window.type_into("Width", "1");
    assert!(
        window.says("a whole number from 240"),
        "{:?}",
        window.texts()
    );
    assert!(!window.is_enabled(Role::Button, "Save…"));
    window.type_into("Width", "800");
    window.type_into("Scale", "0");
    assert!(!window.is_enabled(Role::Button, "Save…"));
    window.type_into("Scale", "20");
    window.type_into("Width", "10000");
    assert!(
        window.says("200000 x 10400 pixels are more than the 64 million"),
        "{:?}",
        window.texts()
    );
    assert!(!window.is_enabled(Role::Button, "Save…"));
    // Samples have no size.
    window.click(Role::RadioButton, "Samples (CSV)");
    assert!(window.is_enabled(Role::Button, "Save…"));
}

#[test]
fn addresses_are_left_out_where_that_is_asked_for() {
    let mut window = measured();
    let open = export(&mut window, "Lab report (HTML)", "open.html", |_| {});
    assert!(String::from_utf8(open).unwrap().contains("127.0.0.1"));
    let closed = export(&mut window, "Lab report (HTML)", "closed.html", |window| {
        window.click(Role::CheckBox, "Hide addresses");
    });
    assert!(!String::from_utf8(closed).unwrap().contains("127.0.0.1"));
}

#[test]
fn plots_are_copied_as_a_picture() {
    let mut window = measured();
    for key in [Key::E, Key::C] {
        window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, key);
        window.wait_until("the word", |window| {
            window.says("The plots are in the clipboard")
        });
        assert_eq!(window.copied_image(), Some([2400, 1040]));
        window.click_button("Dismiss");
    }
    window.wait_until_still();
}

/// A window in which documents and files are drawn over each other, the first one shown.
fn opened(names: &[&str]) -> Window {
    let mut window = Window::open_for_reading();
    let files: Vec<_> = names
        .iter()
        .zip(1_u64..)
        .map(|(name, times)| document(&window, name, times * 20_000))
        .collect();
    window.drop_files(&files);
    window.wait_until("the files", |window| window.drawn().len() == files.len());
    window
}

fn nothing(_: &mut Window) {}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn runs_that_are_laid_over_each_other_are_exported_together() {
    let mut window = opened(&["wired.json", "wireless.json"]);
    let both = SIZES.len() * 2 * 2;
    let svg = text(export(&mut window, "Plots as SVG", "a.svg", nothing));
    assert!(svg.contains("wired") && svg.contains("wireless"));
    assert_eq!(svg.matches("class=\"dot\"").count(), both);
    let svg = text(export(&mut window, "Plots as SVG", "b.svg", |window| {
        window.click(Role::RadioButton, "RTT alone");
    }));
    assert_eq!(svg.matches("class=\"dot\"").count(), both / 2);
    // A report compares with the window's baseline, whichever run is shown.
    window.click_button("Compare");
    window.click(Role::RadioButton, "Baseline wireless");
    let page = text(export(&mut window, "Lab report (HTML)", "a.html", nothing));
    let at = |word: &str| page.find(word);
    assert!(at("Comparison").is_some());
    let heading = page.rsplit("<h3>").find(|part| part.contains(" against "));
    let heading = heading.unwrap().split("</h3>").next().unwrap().to_owned();
    let (run, baseline) = heading.split_once(" against ").unwrap();
    assert!(
        run.contains("wired") && baseline.contains("wireless"),
        "{heading}"
    );
    let samples = text(export(&mut window, "Samples (CSV)", "a.csv", nothing));
    assert!(samples.starts_with("run,"));
    assert!(samples.contains("\nwired,") && samples.contains("\nwireless,"));
}

#[test]
fn the_run_that_is_shown_is_exported_alone_as_a_document() {
    let mut window = opened(&["wired.json", "wireless.json"]);
    window.press_ctrl(Key::E);
    window.click(Role::RadioButton, "Run document (JSON)");
    assert!(window.says("\"wired\" alone"), "{:?}", window.texts());
    // A document has neither size nor title.
    for field in ["Width", "Title"] {
        assert!(!window.has(Role::TextInput, field), "{field}");
    }
    window.press(Key::Escape);
    let open = export(&mut window, "Run document (JSON)", "a.json", nothing);
    assert!(text(open).contains("192.0.2.1"));
    let closed = export(&mut window, "Run document (JSON)", "b.json", |window| {
        window.click(Role::CheckBox, "Hide addresses");
    });
    assert!(!text(closed).contains("192.0.2.1"));
    let [open, closed] = ["a.json", "b.json"].map(|name| load_run(&window.path(name)).unwrap());
    assert_eq!(closed.destination, "hidden:10000");
    let echoed = |run: &Run| -> Vec<u64> {
        let points = run.points.iter();
        points.map(Point::probes_echoed).collect()
    };
    assert_eq!(echoed(&open), [50; 3]);
    assert_eq!(echoed(&open), echoed(&closed));
}

#[test]
fn results_of_other_tools_are_drawn_and_left_out_of_samples() {
    let mut window = opened(&["lab.json"]);
    window.open_file(&golden("peers/sockperf.csv"));
    window.wait_until("both", |window| window.drawn().len() == 2);
    let svg = text(export(&mut window, "Plots as SVG", "a.svg", nothing));
    assert!(svg.contains("sockperf"));
    let samples = text(export(&mut window, "Samples (CSV)", "a.csv", |window| {
        let said = "Left out: \"sockperf\"; it has no samples.";
        assert!(window.says(said), "{:?}", window.texts());
    }));
    assert_eq!(samples.lines().count(), 1 + 3 * 10 * 5);
    let page = text(export(
        &mut window,
        "Lab report (HTML)",
        "a.html",
        |window| {
            assert!(window.says("In the plots alone: \"sockperf\""));
        },
    ));
    assert!(page.contains("sockperf"));

    let mut alone = Window::open();
    alone.open_file(&golden("peers/sockperf.csv"));
    alone.wait_until("it", |window| !window.drawn().is_empty());
    alone.press_ctrl(Key::E);
    for (kind, can_be) in [
        ("Plots as PNG", true),
        ("Lab report (HTML)", false),
        ("Samples (CSV)", false),
        ("Run document (JSON)", false),
    ] {
        alone.click(Role::RadioButton, kind);
        assert_eq!(alone.is_enabled(Role::Button, "Save…"), can_be, "{kind}");
    }
}

#[test]
fn ratios_are_exported_to_a_baseline_that_is_not_drawn() {
    let mut window = opened(&["one.json", "two.json", "three.json"]);
    window.click_button("Compare");
    window.click(Role::RadioButton, "Baseline three");
    window.click(Role::CheckBox, "Overlay three");
    window.click_button("Ratio to baseline");
    let svg = text(export(&mut window, "Plots as SVG", "a.svg", nothing));
    assert!(svg.contains("times that of three"));
    assert_eq!(svg.matches("class=\"dot\"").count(), SIZES.len() * 2 * 2);
}

#[test]
fn a_name_with_an_address_is_not_proposed_where_addresses_are_hidden() {
    let mut window = opened(&["192.0.2.1.json"]);
    let proposed = |window: &mut Window| {
        window.click_button("Save…");
        let path = window.field("Path");
        window.click_button("Cancel");
        path
    };
    window.press_ctrl(Key::E);
    window.click(Role::RadioButton, "Plots as SVG");
    assert!(proposed(&mut window).ends_with("192.0.2.1.svg"));
    window.press_ctrl(Key::E);
    window.click(Role::CheckBox, "Hide addresses");
    assert!(proposed(&mut window).ends_with("hidden.svg"));
}

#[test]
fn an_export_that_cannot_be_written_says_why() {
    let mut window = opened(&["lab.json"]);
    for kind in ["Plots as PNG", "Samples (CSV)"] {
        let path = window.path("no such folder").join("a.out");
        window.press_ctrl(Key::E);
        window.click(Role::RadioButton, kind);
        window.click_button("Save…");
        window.give_path(&path, "Save");
        window.wait_until("the notice", |window| window.app().notice().is_some());
        let notice = window.app().notice().unwrap();
        assert_eq!(notice.kind, NoticeKind::Error);
        assert!(
            notice.text.contains("a.out does not exist, or its folder"),
            "{}",
            notice.text
        );
        window.click_button("Dismiss");
    }
}
