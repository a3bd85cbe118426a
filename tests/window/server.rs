//! The embedded server: its switch, its port, and what is asked before it goes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use echograph::measurement::RunState;
use egui::Key;
use egui::accesskit::Role;

use super::harness::{Window, hold_default_port};

const SWITCH: (Role, &str) = (Role::CheckBox, "Embedded server");

/// Where the window says that its server listens.
fn listening(window: &Window) -> Option<SocketAddr> {
    let texts = window.texts();
    let mut words = texts.iter().flat_map(|text| text.split_whitespace());
    words.find(|word| *word == "Listening")?;
    words.find_map(|word| word.parse().ok())
}

fn accepts(address: SocketAddr) -> bool {
    TcpStream::connect(address).is_ok()
}

#[test]
fn the_switch_turns_the_server_on_and_off() {
    let mut window = Window::open();
    assert!(!window.is_on(SWITCH.0, SWITCH.1));
    window.click(SWITCH.0, SWITCH.1);
    assert!(window.is_on(SWITCH.0, SWITCH.1));
    let address = listening(&window).unwrap();
    assert!(accepts(address));
    assert_eq!(window.field("Host"), address.ip().to_string());
    assert_eq!(window.field("Port"), address.port().to_string());
    window.wait_until("the connection to be counted", |window| {
        window.says("1 in all")
    });
    window.click(SWITCH.0, SWITCH.1);
    assert!(!window.is_on(SWITCH.0, SWITCH.1));
    assert_eq!(listening(&window), None);
}

#[test]
fn the_server_acts_as_one_of_the_catalogue() {
    let mut window = Window::open();
    window.click(SWITCH.0, SWITCH.1);
    let address = listening(&window).unwrap();
    window.pick("Act as", "nul-reply-end");
    assert!(window.says("Its replies end in a NUL"));
    assert_eq!(listening(&window), Some(address), "it stays where it is");
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"s rtt 1 3 0\nm 1 abc\nt\n").unwrap();
    let mut heard = String::new();
    client.read_to_string(&mut heard).unwrap();
    assert_eq!(
        heard,
        "200 OK: Ready\0m 1 abc\n200 OK: Closing Connection\0"
    );
    window.pick("Act as", "the text");
    assert!(!window.says("Its replies end in a NUL"));
}

#[test]
fn a_server_on_every_address_is_said_to_be_at_one_that_can_be_typed() {
    let mut window = Window::open();
    window.type_into("Listen address", "0.0.0.0");
    window.type_into("Listen port", "0");
    window.click(SWITCH.0, SWITCH.1);
    let texts = window.texts();
    let mut said = texts.iter().filter(|text| text.starts_with("server on "));
    let said = said.next().expect("the status line says where it is");
    // Which addresses there are is the machine's affair; this one is never of use.
    assert!(!said.contains("0.0.0.0"), "{said}");
}

#[test]
fn the_words_beside_the_switch_turn_it_too() {
    let mut window = Window::open();
    let texts = window.placed_texts();
    let (place, _) = texts.iter().find(|(_, text)| text == SWITCH.1).unwrap();
    window.click_at(place.center());
    assert!(window.is_on(SWITCH.0, SWITCH.1));
}

#[test]
fn the_switch_is_turned_from_the_keyboard() {
    let mut window = Window::open();
    window.node(SWITCH.0, SWITCH.1).focus();
    window.settle();
    window.press(Key::Space);
    assert!(window.is_on(SWITCH.0, SWITCH.1));
}

#[test]
fn where_10000_is_taken_a_free_port_is_found_and_the_form_follows() {
    hold_default_port();
    let mut window = Window::open();
    assert_eq!(window.field("Port"), "10000");
    window.click_button("1 round");
    let run = window.run_to_its_end();
    assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
    let address = listening(&window).unwrap();
    assert_ne!(address.port(), 10_000);
    assert_eq!(run.destination, address.to_string());
    assert_eq!(window.field("Port"), address.port().to_string());
    assert!(window.says("Port 10000 is taken"), "{:?}", window.texts());

    // In a second window too, each with a server of its own.
    let mut second = Window::open();
    second.click_button("1 round");
    assert_eq!(second.run_to_its_end().state, RunState::Finished);
    assert_ne!(listening(&second), listening(&window));
    assert!(second.says("Port 10000 is taken"));
    assert_eq!(window.run_to_its_end().state, RunState::Finished);
}

#[test]
fn a_port_of_the_users_choice_that_is_taken_is_said_in_the_card() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut window = Window::open();
    window.type_into("Listen port", &port);
    window.click(SWITCH.0, SWITCH.1);
    assert!(!window.is_on(SWITCH.0, SWITCH.1));
    assert!(
        window.says("in use by another program"),
        "{:?}",
        window.texts()
    );
    // Zero takes a free one.
    window.type_into("Listen port", "0");
    window.click(SWITCH.0, SWITCH.1);
    assert!(window.is_on(SWITCH.0, SWITCH.1));
    assert!(!window.says("in use by another program"));
}

#[test]
fn a_listen_address_that_is_none_keeps_run_from_being_pressed() {
    let mut window = Window::open();
    window.type_into("Listen address", "here");
    assert!(!window.can_run());
    assert!(window.under_run().contains("Listen address"));
    window.type_into("Listen address", "127.0.0.1");
    window.type_into("Listen port", "70000");
    assert!(!window.can_run());
    assert!(window.under_run().contains("Listen port"));
    // It matters only where the server is wanted.
    window.click_button("Another host");
    assert!(window.can_run());
}

#[test]
fn switching_off_during_a_run_asks_and_stops_the_run_first() {
    let mut window = Window::open();
    window.start_endless_run();
    window.click(SWITCH.0, SWITCH.1);
    assert!(
        window.says("Switch the embedded server off?"),
        "{:?}",
        window.texts()
    );
    window.click_button("Keep measuring");
    assert!(window.is_on(SWITCH.0, SWITCH.1));
    assert!(window.app().progress().is_some());

    // One that waits would be measured on it as well.
    window.click_button("Run");
    window.wait_until("one to wait", |window| {
        !window.app().snapshot().queue.is_empty()
    });
    window.click(SWITCH.0, SWITCH.1);
    window.click_button("Stop run and switch off");
    window.wait_until("the server to be off", |window| listening(window).is_none());
    let run = window.ended().unwrap();
    assert_eq!((run.state, run.id.0), (RunState::Stopped, 1));
    assert!(run.points[0].probes_echoed() > 0);
    assert!(window.app().snapshot().queue.is_empty());
    assert!(!window.is_on(SWITCH.0, SWITCH.1));
    assert!(!window.says("Failed"), "{:?}", window.texts());
    // The next run brings it up again.
    window.type_into("Server delay (ms)", "0");
    window.exactly("1");
    assert_eq!(window.run_to_its_end().state, RunState::Finished);
}

#[test]
fn closing_during_a_run_asks_and_stops_the_run_first() {
    let mut window = Window::open();
    window.start_endless_run();
    window.press_close();
    assert!(!window.is_closed());
    assert!(window.says("Quit during a run?"), "{:?}", window.texts());
    window.click_button("Keep measuring");
    assert!(window.app().progress().is_some());
    window.press_ctrl(Key::Q);
    assert!(!window.is_closed());
    window.click_button("Stop run and quit");
    window.wait_until("the window to close", Window::is_closed);
    let run = window.app().shown().unwrap();
    assert_eq!(run.state, RunState::Stopped);
    assert!(run.points[0].probes_echoed() > 0);
}

#[test]
fn a_window_where_nothing_runs_closes_at_once() {
    let mut window = Window::open();
    window.click(SWITCH.0, SWITCH.1);
    window.press_close();
    assert!(window.is_closed());
}

#[test]
fn another_dialect_brings_a_server_that_speaks_it() {
    let mut window = Window::open();
    window.click(Role::DisclosureTriangle, "Advanced");
    window.type_into("Message sizes", "9");
    window.click_button("1 round");
    assert_eq!(window.run_to_its_end().state, RunState::Finished);
    for dialect in ["bologna", "boston-size-first", "echo"] {
        window.pick("Dialect", dialect);
        let run = window.run_to_its_end();
        assert_eq!(run.state, RunState::Finished, "{dialect}: {:?}", run.error);
    }
}

#[test]
fn a_window_that_the_system_ends_closes_without_a_question() {
    let mut window = Window::open();
    window.start_endless_run();
    window
        .app()
        .termination_flag()
        .store(true, std::sync::atomic::Ordering::Relaxed);
    window.wait_until("the window to close", Window::is_closed);
}

#[test]
fn closing_takes_the_waiting_runs_along() {
    let mut window = Window::open();
    window.start_endless_run();
    window.click_button("Run");
    window.wait_until("one to wait", |window| {
        !window.app().snapshot().queue.is_empty()
    });
    window.press_ctrl(Key::Q);
    assert!(!window.is_closed());
    window.click_button("Stop run and quit");
    window.wait_until("the window to close", Window::is_closed);
    assert_eq!(window.app().shown().unwrap().id.0, 1);
}

#[test]
fn a_server_beyond_loopback_says_to_whom_it_is_open() {
    let mut window = Window::open();
    window.type_into("Listen port", "0");
    window.click(SWITCH.0, SWITCH.1);
    assert!(!window.says("Open to the network"));
    window.click(SWITCH.0, SWITCH.1);

    window.type_into("Listen address", "0.0.0.0");
    assert!(
        window.says("When on, it is open to the network: whoever reaches this machine is served.")
    );
    window.click(SWITCH.0, SWITCH.1);
    assert!(window.says("Open to the network: whoever reaches this machine is served."));
    window.click(SWITCH.0, SWITCH.1);

    window.click(Role::DisclosureTriangle, "Limits and access");
    window.type_into("Let in", "192.168.1.0/24");
    window.type_secret("Access key wanted", "open sesame");
    window.click(SWITCH.0, SWITCH.1);
    assert!(
        window.says("Open to the networks that are let in, for clients that know the access key.")
    );
    assert!(window.says("They can be changed while the server is off."));
    // The window's own runs are let in and know the key.
    window.click_button("1 round");
    let run = window.run_to_its_end();
    assert_eq!(run.state, RunState::Finished, "{:?}", run.error);
}

#[test]
fn the_limits_hold_and_what_is_none_keeps_the_server_off() {
    let mut window = Window::open();
    window.type_into("Listen port", "0");
    window.click(Role::DisclosureTriangle, "Limits and access");
    window.type_into("Largest message", "much");
    assert!(window.says("must be a number of bytes"));
    assert!(!window.can_run());
    assert!(window.under_run().contains("Largest message"));
    window.click(SWITCH.0, SWITCH.1);
    assert!(!window.is_on(SWITCH.0, SWITCH.1));
    assert!(window.says("Largest message: must be a number of bytes"));
    window.type_into("Largest message", "100");
    window.type_into("Most connections", "2");
    assert!(window.says("One address cannot have more than the 2 connections there are in all."));
    window.click(SWITCH.0, SWITCH.1);
    let mut client = TcpStream::connect(listening(&window).unwrap()).unwrap();
    client.write_all(b"s rtt 1 101 0\n").unwrap();
    let mut heard = String::new();
    client.read_to_string(&mut heard).unwrap();
    assert_eq!(heard, "404 ERROR: Invalid Connection Setup Message\n");
    // They are there again the next time, but for the key.
    let mut window = window.restart();
    window.click(Role::DisclosureTriangle, "Limits and access");
    assert_eq!(window.field("Largest message"), "100");
}
