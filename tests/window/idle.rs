//! Where nothing moves, no frame is drawn.

use std::net::TcpStream;

use egui::accesskit::Role;

use super::harness::{ENGINE, Window};

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

#[test]
fn while_a_run_is_measured_the_window_asks_for_no_frame_by_itself() {
    let mut window = Window::open_for_reading();
    window.start_endless_run();
    let asked = window.watch_repaints();
    // When the transcript outgrows its room, its scroll bar takes one more frame to appear.
    for (tab, at_most) in [("Transcript", 1), ("Compare", 0), ("Points", 0)] {
        window.click_button(tab);
        window.focus("Message sizes");
        let others = window.asked_at_rest(&asked);
        assert!(window.app().progress().is_some());
        assert!(others.len() <= at_most, "with {tab} open: {others:?}");
    }
}

#[test]
fn a_server_that_a_run_is_measured_on_asks_for_no_frame_until_it_has_ended() {
    let mut window = Window::open();
    window.type_into("Message sizes", "8");
    window.type_into("Server delay (ms)", "5");
    window.type_into("Probe count", "1");
    window.exactly("10000");
    window.click_button("Run");
    window.wait_until("the first round", |window| {
        window
            .app()
            .progress()
            .is_some_and(|run| run.visits_done > 0)
    });
    window.settle();
    let asked = window.watch_repaints();
    // Each round is a connection of its own, and a change at the server.
    let seen = window.app().progress().unwrap().visits_done;
    window.wait_until("more rounds", |window| {
        window
            .app()
            .progress()
            .is_some_and(|run| run.visits_done >= seen + 60)
    });
    let threads = asked.take();
    let others: Vec<_> = threads.iter().filter(|name| *name != ENGINE).collect();
    assert_eq!(others, Vec::<&String>::new());
    assert!(!threads.is_empty(), "the engine asks");

    window.click_button("Stop");
    window.wait_until("the end", |window| window.ended().is_some());
    window.settle();
    let own = std::thread::current().name().map(str::to_owned);
    asked.take();
    let address = window.ended().unwrap().destination.clone();
    let _classmate = TcpStream::connect(address).unwrap();
    window.wait_until("the server to be shown again", |_| {
        let mut threads = asked.take();
        threads.retain(|name| name != ENGINE && Some(name) != own.as_ref());
        !threads.is_empty()
    });
}
