//! Finding the host and opening the connection.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::fault;
use crate::measurement::Fault;

/// The addresses of a name, in the order to try them.
///
/// The system's look-up cannot be cancelled, so it runs on a thread of its own, which is left alone
/// when the caller stops waiting.
pub(super) async fn resolve(
    host: &str,
    port: u16,
    time_out: Duration,
) -> Result<Vec<SocketAddr>, Fault> {
    let (sender, receiver) = oneshot::channel();
    // An IPv6 address may be written in brackets, as in a URL.
    let name = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let spawned = std::thread::Builder::new()
        .name("echograph-resolve".to_owned())
        .spawn(move || {
            let found = (name.as_str(), port).to_socket_addrs();
            let _ = sender.send(found.map(Iterator::collect::<Vec<_>>));
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
    pub took: Duration,
}

/// Opens a connection to the first address that takes one. Addresses are tried in turn, never raced:
/// a connection that is opened and not used breaks many servers. The time is shared out among them.
pub(super) async fn connect(
    host: &str,
    addresses: &[SocketAddr],
    time_out: Duration,
) -> Result<Connection, Fault> {
    let ends = Instant::now() + time_out;
    let mut first_fault = None;
    for (tried, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let share = ends.saturating_duration_since(Instant::now()) / left;
        let began = Instant::now();
        let fault = match tokio::time::timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                let took = began.elapsed();
                match stream.set_nodelay(true) {
                    Ok(()) => return Ok(Connection { stream, took }),
                    Err(error) => fault::connect_failed(host, *address, &error),
                }
            }
            Ok(Err(error)) => fault::connect_failed(host, *address, &error),
            Err(_) => fault::connect_timed_out(host, *address, share),
        };
        first_fault.get_or_insert(fault);
    }
    Err(first_fault.unwrap_or_else(|| {
        let error = io::Error::from(io::ErrorKind::AddrNotAvailable);
        fault::name_not_found(host, &error.to_string())
    }))
}
