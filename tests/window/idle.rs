//! Where nothing moves, no frame is drawn.

use egui::accesskit::Role;

use super::harness::Window;

#[test]
fn a_window_that_was_just_opened_is_still() {
    Window::open().wait_until_still();
}

#[test]
fn a_field_with_the_keyboard_is_still() {
    for theme in ["Dark theme", "Light theme"] {
        let mut window = Window::open();
        window.choose("View", theme);
        window.type_into("Message sizes", "1,2");
        window.focus("Probe count");
        window.wait_until_still();
    }
}

#[test]
fn a_server_that_is_on_is_still() {
    let mut window = Window::open();
    window.click(Role::CheckBox, "Embedded server");
    window.wait_until_still();
}

#[test]
fn a_finished_run_is_still_in_both_tabs() {
    let mut window = Window::open();
    window.type_into("Probe count", "3");
    window.run_to_its_end();
    window.wait_until_still();
    window.click_button("Transcript");
    window.wait_until_still();
    window.focus("Message sizes");
    window.wait_until_still();
}

#[test]
fn a_stopped_run_and_a_question_are_still() {
    let mut window = Window::open();
    window.start_endless_run();
    window.click_button("Stop");
    window.wait_until("the end", |window| window.ended().is_some());
    window.wait_until_still();
    window.choose("File", "New profile");
    assert!(window.says("Keep the changes?"));
    window.wait_until_still();
}

#[test]
fn a_form_with_something_wrong_is_still() {
    let mut window = Window::open();
    window.type_into("Message sizes", "x");
    window.wait_until_still();
}
