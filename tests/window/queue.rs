//! Runs that wait for their turn.

use echograph::measurement::RunState;
use egui::accesskit::Role;

use super::harness::Window;

fn waiting(window: &Window) -> usize {
    window.app().snapshot().queue.len()
}

/// A run that goes on, and two behind it: of one round, and of throughput.
fn with_two_waiting() -> Window {
    let mut window = Window::open();
    window.start_endless_run();
    window.type_into("Server delay (ms)", "0");
    window.type_into("Probe count", "2");
    window.click_button("1 round");
    window.click_button("Run");
    window.wait_until("the first that waits", |window| waiting(window) == 1);
    window.pick("Measurement type", "Throughput (tput)");
    window.click_button("Run");
    window.wait_until("the second that waits", |window| waiting(window) == 2);
    window.settle();
    window
}

#[test]
fn a_second_run_waits_in_sight_and_goes_on_after_the_first() {
    let mut window = with_two_waiting();
    assert!(window.says("2 waiting"), "{:?}", window.texts());
    assert!(
        window.says("1. rtt, 1 size, 1 round"),
        "{:?}",
        window.texts()
    );
    assert!(
        window.says("2. tput, 1 size, 1 round"),
        "{:?}",
        window.texts()
    );
    let first = window.app().shown().unwrap().id;
    window.click_button("Stop");
    window.wait_until("both to end", |window| {
        waiting(window) == 0 && window.ended().is_some_and(|run| run.id.0 == first.0 + 2)
    });
    window.settle();
    let run = window.ended().unwrap();
    assert_eq!(run.state, RunState::Finished);
    assert_eq!(run.points[0].probes_echoed(), 2);
    assert!(!window.says("waiting"));
}

#[test]
fn each_waiting_run_can_be_cancelled() {
    let mut window = with_two_waiting();
    let first = window.app().shown().unwrap().id;
    window.click_button("Cancel waiting run 1");
    window.wait_until("one to be gone", |window| waiting(window) == 1);
    window.settle();
    assert!(
        window.says("1. tput, 1 size, 1 round"),
        "{:?}",
        window.texts()
    );
    window.click_button("Cancel waiting run 1");
    window.wait_until("both to be gone", |window| waiting(window) == 0);
    window.settle();
    assert!(!window.has(Role::Button, "Cancel waiting run 1"));
    // The run that goes on was not touched.
    assert_eq!(window.app().progress().unwrap().run.id, first);
    window.click_button("Stop");
    window.wait_until("the end", |window| window.ended().is_some());
    assert_eq!(window.ended().unwrap().id, first);
}

#[test]
fn a_long_queue_leaves_run_and_stop_where_they_are() {
    let mut window = Window::open_sized(1024.0, 700.0);
    window.start_endless_run();
    let (run, stop) = (
        window.place(Role::Button, "Run"),
        window.place(Role::Button, "Stop"),
    );
    for count in 1..=12 {
        window.click_button("Run");
        window.wait_until("one more", |window| waiting(window) == count);
    }
    window.settle();
    assert_eq!(window.place(Role::Button, "Run"), run);
    assert_eq!(window.place(Role::Button, "Stop"), stop);
    assert!(window.says("12 waiting"));
}

#[test]
fn an_earlier_run_stays_in_reach() {
    let mut window = Window::open_for_reading();
    window.type_into("Message sizes", "5");
    window.click_button("1 round");
    let first = window.run_to_its_end();
    window.type_into("Message sizes", "7");
    let second = window.run_to_its_end();
    assert!(window.says("7 bytes") || window.rows().iter().any(|row| row[0] == "7"));
    let entry = |window: &Window, number: u64| {
        let start = format!("{number}. ");
        let entries = window.labels(Role::Button);
        entries.into_iter().find(|name| name.starts_with(&start))
    };
    window.click(Role::ComboBox, "Run shown");
    window.settle();
    let name = entry(&window, 1).expect("the first run is in the list");
    window.click_button(&name);
    window.settle();
    assert_eq!(window.app().shown().unwrap().id, first.id);
    assert!(
        window.rows().iter().any(|row| row[0] == "5"),
        "{:?}",
        window.rows()
    );
    window.pick("Run shown", "The last run");
    assert_eq!(window.app().shown().unwrap().id, second.id);
}
