//! What a profile asks of its sockets: asked for before the connection is opened, read back after.
//!
//! The order matters: how large a receive window can ever be announced is settled with the first
//! segments of a connection, from the receive buffer as it is then. The system may give less than was
//! asked for, or another thing, without an error; so what it really set is read back, and every
//! difference becomes a sentence that says what to do about it.

use std::io;

use socket2::Socket;

use crate::experiment::SocketOptions;
use crate::measurement::SocketSettings;
use crate::measurement::units::bytes;

/// What the system said to each thing asked: `None` where it did not object.
#[derive(Debug, Default)]
pub(super) struct Objections {
    nodelay: Option<io::Error>,
    send_buffer: Option<io::Error>,
    receive_buffer: Option<io::Error>,
    congestion_control: Option<io::Error>,
}

/// Asks for everything in `options`, on a socket that is not connected yet. No objection keeps a
/// connection from being opened: [`read_back`] tells of it.
pub(super) fn apply(socket: &Socket, options: &SocketOptions) -> Objections {
    let size = |size: u32| usize::try_from(size).unwrap_or(usize::MAX);
    Objections {
        // Said in both cases: what a system does when nothing is said is its own affair.
        nodelay: socket.set_tcp_nodelay(options.nodelay).err(),
        send_buffer: options
            .send_buffer
            .and_then(|wanted| socket.set_send_buffer_size(size(wanted)).err()),
        receive_buffer: options
            .receive_buffer
            .and_then(|wanted| socket.set_recv_buffer_size(size(wanted)).err()),
        congestion_control: options
            .congestion_control
            .as_deref()
            .and_then(|name| congestion::set(socket, name).err()),
    }
}

/// What is really set on a connected socket, and what of `options` is not, a sentence each.
pub(super) fn read_back(
    socket: &Socket,
    options: &SocketOptions,
    objections: &Objections,
) -> SocketSettings {
    let size = |read: io::Result<usize>| u64::try_from(read.unwrap_or(0)).unwrap_or(u64::MAX);
    let settings = SocketSettings {
        nodelay: socket.tcp_nodelay().unwrap_or(false),
        send_buffer: size(socket.send_buffer_size()),
        receive_buffer: size(socket.recv_buffer_size()),
        congestion_control: congestion::get(socket).unwrap_or_default(),
        refused: Vec::new(),
    };
    let refused = [
        nodelay_refused(options.nodelay, settings.nodelay, objections),
        buffer_refused(
            Buffer::SEND,
            options.send_buffer,
            settings.send_buffer,
            objections.send_buffer.as_ref(),
        ),
        buffer_refused(
            Buffer::RECEIVE,
            options.receive_buffer,
            settings.receive_buffer,
            objections.receive_buffer.as_ref(),
        ),
        congestion_refused(
            options.congestion_control.as_deref(),
            &settings.congestion_control,
            objections.congestion_control.as_ref(),
        ),
    ];
    SocketSettings {
        refused: refused.into_iter().flatten().collect(),
        ..settings
    }
}

fn because(error: Option<&io::Error>) -> String {
    error.map_or_else(String::new, |error| format!(" ({error})"))
}

fn nodelay_refused(wanted: bool, is: bool, objections: &Objections) -> Option<String> {
    let word = |on: bool| if on { "on" } else { "off" };
    (wanted != is).then(|| {
        format!(
            "asked for TCP_NODELAY {}, the system left it {}{}",
            word(wanted),
            word(is),
            because(objections.nodelay.as_ref())
        )
    })
}

#[derive(Clone, Copy)]
struct Buffer {
    name: &'static str,
    /// What holds it down on Linux.
    limit: &'static str,
}

impl Buffer {
    const SEND: Self = Self {
        name: "send buffer",
        limit: "net.core.wmem_max",
    };
    const RECEIVE: Self = Self {
        name: "receive buffer",
        limit: "net.core.rmem_max",
    };
}

fn buffer_refused(
    buffer: Buffer,
    wanted: Option<u32>,
    is: u64,
    error: Option<&io::Error>,
) -> Option<String> {
    let wanted = u64::from(wanted?);
    // Linux sets twice what is asked for, for its own book-keeping, and reports that.
    let given = if cfg!(target_os = "linux") {
        is / 2
    } else {
        is
    };
    let Buffer { name, limit } = buffer;
    let why = match given.cmp(&wanted) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Less if cfg!(target_os = "linux") => {
            format!(": {limit} is the most it gives")
        }
        std::cmp::Ordering::Less => because(error),
        std::cmp::Ordering::Greater if error.is_some() => because(error),
        std::cmp::Ordering::Greater => ", the least it gives".to_owned(),
    };
    Some(format!(
        "asked for a {name} of {}, the system gave {}{why}",
        bytes(wanted),
        bytes(given)
    ))
}

fn congestion_refused(wanted: Option<&str>, is: &str, error: Option<&io::Error>) -> Option<String> {
    const FOLDER: &str = "/proc/sys/net/ipv4";
    let wanted = wanted.filter(|wanted| *wanted != is)?;
    let kept = if is.is_empty() {
        "its own".to_owned()
    } else {
        format!("\"{is}\"")
    };
    Some(match error.map(io::Error::kind) {
        Some(io::ErrorKind::NotFound) => format!(
            "congestion control \"{wanted}\" is not available here: the system kept {kept}; \
             {FOLDER}/tcp_available_congestion_control lists what is"
        ),
        Some(io::ErrorKind::PermissionDenied) => format!(
            "congestion control \"{wanted}\" is kept for administrators here: the system kept {kept}; \
             {FOLDER}/tcp_allowed_congestion_control lists what anybody may use"
        ),
        Some(io::ErrorKind::Unsupported) => {
            format!(
                "congestion control \"{wanted}\": not available here, where a program cannot choose it"
            )
        }
        Some(_) => format!(
            "asked for congestion control \"{wanted}\", the system kept {kept}{}",
            because(error)
        ),
        None => format!(
            "asked for congestion control \"{wanted}\", the connection has {kept}: the route to this \
             host sets it"
        ),
    })
}

#[cfg(target_os = "linux")]
mod congestion {
    use std::io;

    use socket2::Socket;

    pub(super) fn set(socket: &Socket, name: &str) -> io::Result<()> {
        socket.set_tcp_congestion(name.as_bytes())
    }

    pub(super) fn get(socket: &Socket) -> Option<String> {
        let name = socket.tcp_congestion().ok()?;
        // The system fills up with zeros.
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        Some(String::from_utf8_lossy(name).into_owned())
    }
}

#[cfg(not(target_os = "linux"))]
mod congestion {
    use std::io;

    use socket2::Socket;

    /// Not available here.
    pub(super) fn set(_: &Socket, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Not available here.
    pub(super) fn get(_: &Socket) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use socket2::{Domain, Type};

    use super::*;

    /// What becomes of `options` on a socket of its own.
    fn settle(options: &SocketOptions) -> SocketSettings {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let objections = apply(&socket, options);
        read_back(&socket, options, &objections)
    }

    #[test]
    fn nothing_asked_for_is_nothing_refused() {
        let settings = settle(&SocketOptions::default());
        assert_eq!(settings.refused, Vec::<String>::new());
        assert!(settings.nodelay);
        assert!(settings.send_buffer > 0);
        assert!(settings.receive_buffer > 0);
        assert_eq!(
            settings.congestion_control.is_empty(),
            cfg!(not(target_os = "linux"))
        );
    }

    #[test]
    fn nagle_stays_on_where_it_is_asked_for() {
        let options = SocketOptions {
            nodelay: false,
            ..SocketOptions::default()
        };
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_tcp_nodelay(true).unwrap();
        let objections = apply(&socket, &options);
        assert!(!socket.tcp_nodelay().unwrap());
        let settings = read_back(&socket, &options, &objections);
        assert!(!settings.nodelay);
        assert_eq!(settings.refused, Vec::<String>::new());
    }

    #[test]
    fn buffers_of_a_size_the_system_gives_are_given() {
        let options = SocketOptions {
            send_buffer: Some(20_000),
            receive_buffer: Some(10_000),
            ..SocketOptions::default()
        };
        let settings = settle(&options);
        assert_eq!(settings.refused, Vec::<String>::new());
        let factor = if cfg!(target_os = "linux") { 2 } else { 1 };
        assert_eq!(settings.send_buffer, factor * 20_000);
        assert_eq!(settings.receive_buffer, factor * 10_000);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_buffer_cut_down_by_the_system_says_what_was_given_and_where_the_limit_is() {
        let limit = |name| -> u64 {
            let text = std::fs::read_to_string(format!("/proc/sys/net/core/{name}"));
            text.unwrap().trim().parse().unwrap()
        };
        let wanted = crate::experiment::MAX_BUFFER;
        let options = SocketOptions {
            send_buffer: Some(wanted),
            receive_buffer: Some(wanted),
            ..SocketOptions::default()
        };
        let settings = settle(&options);
        for (name, most) in [("send", limit("wmem_max")), ("receive", limit("rmem_max"))] {
            let told = settings.refused.iter().find(|told| told.contains(name));
            assert_eq!(
                told.is_some(),
                most < u64::from(wanted),
                "{:?}",
                settings.refused
            );
            if let Some(told) = told {
                assert!(told.contains(&bytes(most)), "{told}");
                assert!(told.contains("1,073,741,824 bytes"), "{told}");
                assert!(told.contains("mem_max"), "{told}");
            }
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_buffer_below_the_least_says_that_more_was_given() {
        let options = SocketOptions {
            receive_buffer: Some(1),
            ..SocketOptions::default()
        };
        let settings = settle(&options);
        assert_eq!(settings.refused.len(), 1, "{settings:?}");
        let told = &settings.refused[0];
        assert!(told.starts_with("asked for a receive buffer of 1 byte, the system gave "));
        assert!(told.ends_with(", the least it gives"), "{told}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn congestion_control_can_be_chosen_among_what_the_system_has() {
        let allowed =
            std::fs::read_to_string("/proc/sys/net/ipv4/tcp_allowed_congestion_control").unwrap();
        for name in allowed.split_whitespace() {
            let options = SocketOptions {
                congestion_control: Some(name.to_owned()),
                ..SocketOptions::default()
            };
            let settings = settle(&options);
            assert_eq!(settings.congestion_control, name);
            assert_eq!(settings.refused, Vec::<String>::new());
        }
    }

    #[test]
    fn congestion_control_that_is_not_there_says_what_is_used_instead_and_where_to_look() {
        let options = SocketOptions {
            congestion_control: Some("no-such-one".to_owned()),
            ..SocketOptions::default()
        };
        let settings = settle(&options);
        assert_eq!(settings.refused.len(), 1, "{settings:?}");
        let told = &settings.refused[0];
        assert!(told.contains("\"no-such-one\""), "{told}");
        assert!(told.contains("not available here"), "{told}");
        if cfg!(target_os = "linux") {
            let kept = format!("kept \"{}\"", settings.congestion_control);
            assert!(told.contains(&kept), "{told}");
            assert!(told.contains("tcp_available_congestion_control"), "{told}");
        }
    }

    #[test]
    fn congestion_control_that_a_route_or_an_administrator_settles_is_told_apart() {
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        let told = congestion_refused(Some("bbr"), "cubic", Some(&denied)).unwrap();
        assert!(told.contains("tcp_allowed_congestion_control"), "{told}");
        let told = congestion_refused(Some("bbr"), "reno", None).unwrap();
        assert!(told.contains("the route"), "{told}");
        assert_eq!(congestion_refused(Some("bbr"), "bbr", None), None);
        assert_eq!(congestion_refused(None, "cubic", None), None);
    }
}
