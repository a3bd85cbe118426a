//! The form: its names, what is checked while typing, and what one click fills in.

use echograph::experiment::{Order, Rounds, WaitStrategy};
use egui::accesskit::Role;

use super::harness::Window;

#[test]
fn every_control_has_its_name_and_its_role() {
    let window = Window::open();
    for (role, name) in [
        (Role::TextInput, "Host"),
        (Role::TextInput, "Port"),
        (Role::ComboBox, "Measurement type"),
        (Role::TextInput, "Message sizes"),
        (Role::TextInput, "Probe count"),
        (Role::TextInput, "Server delay (ms)"),
        (Role::CheckBox, "Embedded server"),
        (Role::Button, "Run"),
        (Role::Button, "Stop"),
    ] {
        assert!(window.has(role, name), "{role:?} \"{name}\"");
    }
}

#[test]
fn the_first_form_measures_this_program_with_the_assignments_sizes() {
    let window = Window::open();
    assert!(window.is_on(Role::Button, "This program"));
    assert_eq!(window.field("Host"), "127.0.0.1");
    assert!(!window.is_enabled(Role::TextInput, "Host"));
    assert!(!window.is_enabled(Role::TextInput, "Port"));
    assert_eq!(window.field("Message sizes"), "1,100,200,400,800,1000");
    assert_eq!(window.field("Probe count"), "20");
    assert_eq!(window.field("Server delay (ms)"), "0");
    assert!(window.can_run());
    assert!(window.under_run().starts_with("6 sizes, "));
    assert!(!window.is_enabled(Role::Button, "Stop"));
}

#[test]
fn another_host_is_typed_into_host_and_port() {
    let mut window = Window::open();
    window.click_button("Another host");
    window.type_into("Host", "192.0.2.7");
    window.type_into("Port", "4000");
    assert!(window.can_run());
    window.click_button("This program");
    assert_eq!(window.field("Host"), "127.0.0.1");
    window.click_button("Another host");
    assert_eq!(window.field("Host"), "192.0.2.7");
    assert_eq!(window.field("Port"), "4000");
}

/// What is wrong stands right under the field, and under Run.
#[track_caller]
fn complains(window: &mut Window, field: &str, wrong: &str, reason: &str) {
    let good = window.field(field);
    window.type_into(field, wrong);
    let at = window.place(Role::TextInput, field);
    let near = window.placed_texts().into_iter().any(|(place, text)| {
        let below = place.top() - at.bottom();
        text.contains(reason) && (0.0..20.0).contains(&below) && at.left() <= place.left() + 1.0
    });
    let why = window.under_run();
    assert!(near, "{field} {wrong:?}: {:#?}", window.placed_texts());
    assert!(!window.can_run(), "{field} {wrong:?}");
    assert!(why.contains(reason), "{field} {wrong:?}: {why}");
    window.type_into(field, &good);
    assert!(window.can_run(), "{field} {good:?}: {}", window.under_run());
}

#[test]
fn a_wrong_field_says_why_beside_itself_and_under_run() {
    let mut window = Window::open();
    window.click_button("Another host");
    window.open_advanced();
    window.click_button("10 rounds");
    complains(&mut window, "Host", "", "is empty");
    complains(&mut window, "Host", "a b", "must not contain blanks");
    complains(&mut window, "Host", "http://a", "without a scheme");
    complains(&mut window, "Port", "0", "1 to 65535");
    complains(&mut window, "Port", "65536", "1 to 65535");
    complains(&mut window, "Message sizes", "", "is empty");
    complains(
        &mut window,
        "Message sizes",
        "1,x",
        "\"x\" is not a whole number",
    );
    complains(&mut window, "Message sizes", "0", "0 is outside");
    complains(&mut window, "Message sizes", "-5", "\"-5\" is not");
    complains(&mut window, "Probe count", "", "is empty");
    complains(&mut window, "Probe count", "0", "at least 1");
    complains(&mut window, "Probe count", "many", "not a whole number");
    complains(&mut window, "Probe count", "99999999999", "too large");
    complains(
        &mut window,
        "Server delay (ms)",
        "0,,5",
        "empty place between commas",
    );
    complains(
        &mut window,
        "Server delay (ms)",
        "x",
        "\"x\" is not a whole number",
    );
    complains(&mut window, "Rounds", "0", "1 to 10000");
    complains(&mut window, "Warm-up", "1.5", "not a whole number");
    complains(&mut window, "Time-out", "soon", "number of seconds");
    complains(&mut window, "Seed", "-1", "whole number, or empty");
    complains(&mut window, "Probes in flight", "0", "1 to 1024");
    complains(&mut window, "Connections", "65", "1 to 64");
    complains(&mut window, "Send buffer", "a lot", "number of bytes");
    complains(&mut window, "Receive buffer", "4096M", "1 to 1073741824");
    complains(
        &mut window,
        "Congestion control",
        "a b",
        "name of an algorithm",
    );
    window.click(Role::RadioButton, "Until precise");
    complains(&mut window, "Interval width", "0", "0.1 % to 100 %");
    complains(&mut window, "Interval width", "", "number of percent");
    complains(&mut window, "Least rounds", "5", "fewer have no 95 %");
    complains(&mut window, "Least rounds", "999999", "must be 6 to 10000");
    complains(&mut window, "Most rounds", "5", "at least the 6");
    complains(&mut window, "Time budget", "", "is empty");
}

#[test]
fn a_dialects_least_probes_are_asked_for_at_once() {
    // High enough for all of the form.
    let mut window = Window::open_sized(1440.0, 1900.0);
    window.open_advanced();
    window.type_into("Probe count", "5");
    assert!(window.can_run());
    window.pick("Dialect", "bologna");
    assert!(!window.can_run());
    assert!(window.under_run().contains("at least 20"));
    window.type_into("Probe count", "20");
    assert!(window.can_run());
}

#[test]
fn throughput_brings_its_sizes_and_leaves_those_of_the_users_own() {
    let mut window = Window::open();
    window.pick("Measurement type", "Throughput (tput)");
    assert_eq!(
        window.value(Role::ComboBox, "Measurement type"),
        "Throughput (tput)"
    );
    assert_eq!(window.field("Message sizes"), "1K,2K,4K,8K,16K,32K");
    window.pick("Measurement type", "Round-trip time (rtt)");
    assert_eq!(window.field("Message sizes"), "1,100,200,400,800,1000");
    window.type_into("Message sizes", "7,9");
    window.pick("Measurement type", "Throughput (tput)");
    assert_eq!(window.field("Message sizes"), "7,9");
}

#[test]
fn the_assignments_sets_and_one_round_are_one_click_away() {
    let mut window = Window::open();
    for (set, sizes) in [
        ("1K to 32K", "1K,2K,4K,8K,16K,32K"),
        ("1000 to 32000", "1000,2000,4000,8000,16000,32000"),
        ("1 to 1000", "1,100,200,400,800,1000"),
    ] {
        window.click_button(set);
        assert_eq!(window.field("Message sizes"), sizes);
        assert!(window.is_on(Role::Button, set));
    }
    window.click_button("1 round");
    assert!(window.is_on(Role::Button, "1 round"));
    assert!(window.under_run().contains("6 sizes, 1 round,"));
    window.click_button("10 rounds");
    assert!(window.is_on(Role::Button, "10 rounds"));
    assert!(window.under_run().contains("6 sizes, 10 rounds"));
    window.click_button("Until precise");
    assert!(window.is_on(Role::Button, "Until precise"));
    assert!(!window.is_on(Role::Button, "10 rounds"));
    assert!(window.under_run().starts_with("6 sizes, until precise: "));
}

#[test]
fn a_list_may_be_written_with_ranges() {
    let mut window = Window::open();
    window.type_into("Message sizes", "1..64K:x2");
    assert!(
        window.under_run().contains("17 sizes"),
        "{}",
        window.under_run()
    );
    window.type_into("Message sizes", "1..1000:100");
    assert!(
        window.under_run().contains("10 sizes"),
        "{}",
        window.under_run()
    );
    window.type_into("Server delay (ms)", "0,10,50");
    assert!(
        window.under_run().contains("3 delays"),
        "{}",
        window.under_run()
    );
}

#[test]
fn every_control_of_the_method_has_its_name_and_its_role() {
    let mut window = Window::open();
    window.until_precise();
    for (role, name) in [
        (Role::RadioButton, "Until precise"),
        (Role::RadioButton, "Exactly"),
        (Role::TextInput, "Interval width"),
        (Role::TextInput, "Time budget"),
        (Role::TextInput, "Least rounds"),
        (Role::TextInput, "Most rounds"),
        (Role::ComboBox, "Order"),
        (Role::TextInput, "Seed"),
        (Role::ComboBox, "Waiting"),
        (Role::TextInput, "Warm-up"),
        (Role::TextInput, "Probes in flight"),
        (Role::TextInput, "Connections"),
        (Role::CheckBox, "No delay (Nagle off)"),
        (Role::TextInput, "Send buffer"),
        (Role::TextInput, "Receive buffer"),
        (Role::TextInput, "Congestion control"),
        (Role::ComboBox, "Dialect"),
        (Role::TextInput, "Time-out"),
        (Role::CheckBox, "Strict"),
    ] {
        assert!(window.has(role, name), "{role:?} \"{name}\"");
    }
    window.click(Role::RadioButton, "Exactly");
    assert!(window.has(Role::TextInput, "Rounds"));
    assert!(!window.has(Role::TextInput, "Most rounds"));
}

#[test]
fn precision_begins_with_the_usual_interval_rounds_and_budget() {
    let mut window = Window::open();
    window.click_button("10 rounds");
    window.until_precise();
    for (field, value) in [
        ("Interval width", "5"),
        ("Least rounds", "6"),
        ("Most rounds", "40"),
        ("Time budget", "60"),
    ] {
        assert_eq!(window.field(field), value, "{field}");
    }
    assert!(window.under_run().contains("until precise"));
    // What the method holds, and a guess that is called one.
    let mut says = |field: &str, text: &str, expected: &str| {
        window.type_into(field, text);
        let said = window.under_run();
        assert!(said.ends_with(expected), "{field} {text}: {said}");
    };
    says(
        "Message sizes",
        "1",
        "up to 40 if begun within 1 min; roughly 1 s or less",
    );
    says(
        "Server delay (ms)",
        "10",
        "up to 40 if begun within 1 min; roughly 1 s to 8 s",
    );
    says(
        "Time budget",
        "3",
        ": 6 rounds, up to 40 if begun within 3 s",
    );
    // The least rounds are measured whatever they take: 6 rounds of 20 probes.
    says(
        "Server delay (ms)",
        "100",
        "within 3 s; roughly 12 s for the 6",
    );
}

#[test]
fn the_line_under_run_learns_from_the_last_run_of_the_same_kind() {
    let mut window = Window::open();
    window.type_into("Message sizes", "8");
    window.type_into("Server delay (ms)", "3");
    window.type_into("Probe count", "4");
    window.exactly("2");
    assert!(
        window.under_run().contains(", roughly "),
        "{}",
        window.under_run()
    );
    window.run_to_its_end();
    assert!(
        window.under_run().contains(", about "),
        "{}",
        window.under_run()
    );
    window.type_into("Message sizes", "9");
    assert!(
        window.under_run().contains(", roughly "),
        "{}",
        window.under_run()
    );
}

#[test]
fn a_seed_of_twenty_digits_can_be_read_in_its_field() {
    let mut window = Window::open();
    window.open_advanced();
    window.type_into("Seed", "18446744073709551615");
    let field = window.place(Role::TextInput, "Seed");
    // A digit is at most ten points wide, and the field has a margin at both ends.
    assert!(field.width() >= 20.0 * 10.0 + 16.0, "{field:?}");
}

#[test]
fn what_the_form_says_of_the_method_is_what_is_measured() {
    let mut window = Window::open();
    window.type_into("Message sizes", "3");
    window.type_into("Probe count", "2");
    window.exactly("2");
    window.pick("Order", "sequential");
    window.pick("Waiting", "block");
    window.type_into("Seed", "99");
    window.click(Role::CheckBox, "No delay (Nagle off)");
    window.type_into("Receive buffer", "64K");
    let run = window.run_to_its_end();
    let profile = &run.profile;
    assert_eq!(profile.rounds, Rounds::Exactly(2));
    assert_eq!(profile.order, Order::Sequential);
    assert_eq!(profile.wait, WaitStrategy::Block);
    assert_eq!(profile.seed, Some(99));
    assert!(!profile.socket.nodelay);
    assert_eq!(profile.socket.receive_buffer, Some(65_536));
    assert_eq!(profile.socket.send_buffer, None);
}

#[test]
fn a_choice_teaches_in_its_tooltip() {
    let mut window = Window::open();
    window.until_precise();
    window.hover(Role::ComboBox, "Waiting");
    assert!(window.says("short paths are exact"), "{:?}", window.texts());
    window.hover(Role::CheckBox, "No delay (Nagle off)");
    assert!(window.says("TCP_NODELAY"), "{:?}", window.texts());
    window.hover(Role::TextInput, "Probes in flight");
    assert!(window.says("stop-and-wait"), "{:?}", window.texts());
}
