//! A server that somebody else wrote, measured from the window.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use echograph::measurement::RunState;
use egui::accesskit::Role;

use super::harness::Window;

/// A server that counts probes from 0, one connection after the other, for as long as the test.
fn counting_from_zero() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            // A client that leaves is no concern of it.
            let _ = serve(&stream);
        }
    });
    address
}

fn serve(stream: &TcpStream) -> std::io::Result<()> {
    serve_from(stream, 0)
}

/// A session whose probes are counted from `first`.
fn serve_from(mut stream: &TcpStream, first: usize) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    lines.read_line(&mut line)?;
    let probes: usize = line
        .split(' ')
        .nth(2)
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    stream.write_all(b"200 OK: Ready\n")?;
    for seq in first..first + probes {
        line.clear();
        lines.read_line(&mut line)?;
        if !line.starts_with(&format!("m {seq} ")) {
            return stream.write_all(b"404 ERROR: Invalid Measurement Message\n");
        }
        stream.write_all(line.as_bytes())?;
    }
    line.clear();
    lines.read_line(&mut line)?;
    stream.write_all(b"200 OK: Closing Connection\n")
}

#[test]
fn what_a_server_wants_differently_is_said_and_stands_in_the_form_afterwards() {
    let server = counting_from_zero();
    let mut window = Window::open();
    window.click_button("Another host");
    window.type_into("Host", "127.0.0.1");
    window.type_into("Port", &server.port().to_string());
    window.type_into("Message sizes", "10,20");
    window.click_button("1 round");
    let run = window.run_to_its_end();
    assert_eq!(
        (run.state, run.error.as_deref()),
        (RunState::Finished, None)
    );
    assert!(window.says("sequence numbers from 0. The form has it now."));

    window.click(Role::Link, "1 remark on the server");
    window.settle();
    let texts = window.texts();
    let remark = texts
        .iter()
        .find(|text| text.contains("What works: sequence numbers from 0"));
    let remark = remark.unwrap_or_else(|| panic!("{texts:?}"));
    assert!(
        remark.contains("404 ERROR: Invalid Measurement Message"),
        "{remark}"
    );

    window.open_advanced();
    assert_eq!(window.value(Role::ComboBox, "First number"), "0");
    let run = window.run_to_its_end();
    assert_eq!(run.state, RunState::Finished);
    assert_eq!(
        run.points[0].rounds[0]
            .session
            .min(run.points[1].rounds[0].session),
        1,
        "nothing is tried"
    );
}

/// Listens at a port until so many sessions were served.
fn serving(port: u16, sessions: usize) -> (u16, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        for _ in 0..sessions {
            let (stream, _) = listener.accept().unwrap();
            serve_from(&stream, 1).unwrap();
        }
    });
    (port, thread)
}

#[test]
fn a_run_whose_server_ended_after_a_session_is_resumed_with_one_click() {
    let (port, first) = serving(0, 1);
    let mut window = Window::open();
    window.click_button("Another host");
    window.type_into("Host", "127.0.0.1");
    window.type_into("Port", &port.to_string());
    window.type_into("Message sizes", "10,20");
    window.click_button("1 round");
    let broken = window.run_to_its_end();
    first.join().unwrap();
    assert_eq!(broken.state, RunState::Failed);
    assert!(window.says("served one session"));

    let (_, second) = serving(port, 1);
    window.click_button("Resume");
    window.wait_until("the whole run", |window| {
        window
            .ended()
            .is_some_and(|run| run.state == RunState::Finished)
    });
    second.join().unwrap();
    let whole = window.ended().unwrap();
    assert_eq!(whole.id, broken.id);
    assert!(whole.points.iter().all(|point| point.probes_echoed() == 20));
    assert_eq!(
        window.app().library().entries().len(),
        1,
        "it is the same run"
    );
    assert!(!window.has(Role::Button, "Resume"));
}
