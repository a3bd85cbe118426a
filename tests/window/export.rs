//! Exporting from the window: pictures, reports, samples, the clipboard.

use std::fs;

use egui::accesskit::Role;
use egui::{Key, Modifiers};

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
}

#[test]
fn what_the_plots_show_is_written_as_picture_report_and_samples() {
    let mut window = measured();
    let nothing = |_: &mut Window| {};
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
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    window.wait_until("the picture", |window| window.copied_image().is_some());
    assert_eq!(window.copied_image(), Some([2400, 1040]));
    assert!(window.says("The plots are in the clipboard"));
}
