//! The tab of the selected point, over real runs.

use egui::Key;
use egui::accesskit::Role;

use super::harness::Window;

/// What the row of the first point is called in these runs.
const ROW: &str = "Point: 8 bytes, delay 20 ms";

#[test]
fn a_point_that_was_selected_is_shown_and_the_window_is_still() {
    let mut window = Window::open();
    window.click_button("Point");
    assert!(window.says("once a run has begun"));
    window.type_into("Message sizes", "1,300");
    window.type_into("Probe count", "5");
    window.exactly("7");
    window.run_to_its_end();
    assert!(window.says("Click a dot in a plot, or a row of the table"));
    window.wait_until_still();

    window.click_button("Points");
    window.click(Role::Row, "Point: 300 bytes, delay 0 ms");
    window.press(Key::Enter);
    assert!(window.says("300 bytes, delay 0 ms"));
    assert!(window.says("n 35 in 7 rounds"), "{:?}", window.texts());
    window.wait_until_still();
    window.click_button("ECDF");
    window.wait_until_still();
    window.click_button("Copy point");
    assert!(
        window.copied().contains("\n7\t5\t0\t0\t"),
        "{}",
        window.copied()
    );
    // The next run has the same point.
    window.run_to_its_end();
    assert!(window.says("300 bytes, delay 0 ms, run 2"));
    window.press(Key::Escape);
    assert!(window.says("Click a dot in a plot, or a row of the table"));
}

#[test]
fn while_a_run_goes_on_a_point_can_be_selected_and_asks_for_no_frame_by_itself() {
    let mut window = Window::open_for_reading();
    window.start_endless_run();
    window.click(Role::Row, ROW);
    window.click_button("Point");
    window.wait_until("its probes", |window| window.says("in 1 round"));
    window.focus("Message sizes");
    let asked = window.watch_repaints();
    let others = window.asked_at_rest(&asked);
    assert!(window.app().progress().is_some());
    assert_eq!(others, Vec::<String>::new());
}
