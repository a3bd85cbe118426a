//! Finding the host and opening the connection.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;

use super::fault;
use super::socket_options::{self, Objections};
use crate::experiment::SocketOptions;
use crate::measurement::{Fault, FaultKind, SocketSettings};

/// The addresses of a name, in the order to try them.
///
/// The system's look-up cannot be cancelled, so it runs on a thread of its own, which is left alone
/// when the caller stops waiting.
pub(super) async fn resolve(
    host: &str,
    port: u16,
    time_out: Duration,
) -> Result<Vec<SocketAddr>, Fault> {
    // An IPv6 address may be written in brackets, as in a URL.
    let name = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let look_up = move || Ok((name.as_str(), port).to_socket_addrs()?.collect());
    abandonable(host, time_out, look_up).await
}

async fn abandonable(
    host: &str,
    time_out: Duration,
    look_up: impl FnOnce() -> io::Result<Vec<SocketAddr>> + Send + 'static,
) -> Result<Vec<SocketAddr>, Fault> {
    let (sender, receiver) = oneshot::channel();
    let spawned = std::thread::Builder::new()
        .name("echograph-resolve".to_owned())
        .spawn(move || {
            let _ = sender.send(look_up());
        });
    if let Err(error) = spawned {
        return Err(fault::name_not_found(host, &error.to_string()));
    }
    match tokio::time::timeout(time_out, receiver).await {
        Ok(Ok(Ok(addresses))) if !addresses.is_empty() => Ok(addresses),
        Ok(Ok(Ok(_))) => Err(fault::name_not_found(host, "it has no address")),
        Ok(Ok(Err(error))) => Err(fault::name_not_found(host, &error.to_string())),
        Ok(Err(_)) => Err(fault::name_not_found(
            host,
            "the look-up ended without an answer",
        )),
        Err(_) => Err(fault::look_up_timed_out(host, time_out)),
    }
}

/// An open connection and how long it took to open.
pub(super) struct Connection {
    pub stream: TcpStream,
    /// From asking for the connection until it was there; making the socket is not in it.
    pub took: Duration,
    /// Which of the addresses it was.
    pub address: SocketAddr,
    objections: Objections,
}

impl Connection {
    /// What is set on the socket, and what of `options`, with which it was opened, is not.
    pub(super) fn settings(&self, options: &SocketOptions) -> SocketSettings {
        socket_options::read_back(&SockRef::from(&self.stream), options, &self.objections)
    }
}

/// Opens a connection to the first address that takes one. Addresses are tried in turn, never raced:
/// a connection that is opened and not used breaks many servers. The time is shared out among them.
pub(super) async fn connect(
    host: &str,
    addresses: &[SocketAddr],
    options: &SocketOptions,
    time_out: Duration,
) -> Result<Connection, Fault> {
    let ends = Instant::now() + time_out;
    let mut worst: Option<Fault> = None;
    for (tried, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let share = ends.saturating_duration_since(Instant::now()) / left;
        let fault = match tokio::time::timeout(share, open(*address, options)).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => fault::connect_failed(host, *address, &error),
            Err(_) => fault::connect_timed_out(host, *address, share),
        };
        if worst.as_ref().is_none_or(|w| telling(&fault) > telling(w)) {
            worst = Some(fault);
        }
    }
    Err(worst.unwrap_or_else(|| fault::name_not_found(host, "it has no address")))
}

async fn open(address: SocketAddr, options: &SocketOptions) -> io::Result<Connection> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    let objections = socket_options::apply(&SockRef::from(&socket), options);
    let began = Instant::now();
    let stream = socket.connect(address).await?;
    let took = began.elapsed();
    // A port that is closed, and that the system happens to choose for our end as well, connects us
    // to ourselves: nobody is there.
    if stream.local_addr()? == stream.peer_addr()? {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    Ok(Connection {
        stream,
        took,
        address,
        objections,
    })
}

/// How much a fault says about the host: one address that refuses says that the host is up, another
/// without a route says nothing about it.
fn telling(fault: &Fault) -> u8 {
    match fault.kind {
        FaultKind::Refused => 3,
        FaultKind::Reset => 2,
        FaultKind::TimedOut => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A look-up that answers long after everybody has gone.
    fn endless() -> io::Result<Vec<SocketAddr>> {
        std::thread::sleep(Duration::from_hours(1));
        Err(io::ErrorKind::TimedOut.into())
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    }

    #[test]
    fn a_look_up_without_an_answer_times_out_and_says_so() {
        let time_out = Duration::from_millis(100);
        let fault = runtime()
            .block_on(abandonable("far.example", time_out, endless))
            .unwrap_err();
        assert_eq!(fault.kind, FaultKind::TimedOut);
        assert_eq!(fault.phase, crate::measurement::FaultPhase::Resolve);
        assert!(fault.message.contains("far.example"), "{fault}");
        assert!(fault.message.contains("within 0.1 s"), "{fault}");
    }

    #[test]
    fn a_look_up_can_be_left_at_any_moment_and_holds_nobody_up() {
        let hour = Duration::from_hours(1);
        let runtime = runtime();
        runtime.block_on(async {
            tokio::select! {
                biased;
                _ = abandonable("far.example", hour, endless) => unreachable!(),
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
            }
        });
        // Ends here, not in an hour.
        drop(runtime);
    }

    #[test]
    fn a_host_whose_addresses_all_fail_is_told_by_the_most_telling_one() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let refusing = closed.local_addr().unwrap();
        drop(closed);
        // The broadcast address of the loopback network: there is no route for TCP.
        let nowhere: SocketAddr = "127.255.255.255:9".parse().unwrap();
        let fault = runtime()
            .block_on(connect(
                "x.example",
                &[nowhere, refusing],
                &SocketOptions::default(),
                Duration::from_secs(5),
            ))
            .err()
            .unwrap();
        assert_eq!(fault.kind, FaultKind::Refused);
        assert!(fault.message.contains(&refusing.to_string()), "{fault}");
    }
    /// Opens a connection to a listener on this machine.
    fn open_with(options: &SocketOptions) -> Connection {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        runtime()
            .block_on(connect(
                "x.example",
                &[address],
                options,
                Duration::from_secs(5),
            ))
            .unwrap_or_else(|fault| panic!("{fault}"))
    }

    #[test]
    fn a_connection_has_what_was_asked_of_its_socket() {
        for nodelay in [true, false] {
            let options = SocketOptions {
                nodelay,
                send_buffer: Some(30_000),
                receive_buffer: Some(15_000),
                ..SocketOptions::default()
            };
            let settings = open_with(&options).settings(&options);
            assert_eq!(settings.nodelay, nodelay);
            assert_eq!(settings.refused, Vec::<String>::new());
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_receive_buffer_is_set_early_enough_to_bound_the_window_that_is_announced() {
        use std::os::fd::AsFd;

        // Seen from the other end: what it may send at once.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let options = SocketOptions {
            receive_buffer: Some(4_096),
            ..SocketOptions::default()
        };
        let near = runtime().block_on(connect(
            "x.example",
            &[address],
            &options,
            Duration::from_secs(5),
        ));
        assert!(near.is_ok());
        let (far, _) = listener.accept().unwrap();
        let window = crate::engine::tcp_info::tcp_info(&SockRef::from(&far.as_fd()))
            .unwrap()
            .peer_window;
        assert!(window.is_none_or(|window| window <= 8_192), "{window:?}");
    }

    #[test]
    fn what_the_system_refuses_keeps_no_connection_from_being_opened() {
        let options = SocketOptions {
            congestion_control: Some("no-such-one".to_owned()),
            ..SocketOptions::default()
        };
        let settings = open_with(&options).settings(&options);
        assert_eq!(settings.refused.len(), 1, "{settings:?}");
    }
}
