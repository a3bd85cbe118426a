//! Taking the address, and saying in a sentence why it could not be taken.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

use super::ServerConfig;

/// Connections the system keeps waiting to be accepted.
const BACKLOG: i32 = 1024;

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens there.
    #[error(
        "{addr} is in use by another program: end that program, or choose another port (0 takes a \
         free one)"
    )]
    AddressInUse {
        /// The address wanted.
        addr: SocketAddr,
    },
    /// The system does not let this user listen there.
    #[error(
        "this user is not permitted to listen on {addr}: choose a port of 1024 or above, or 0 for a \
         free one"
    )]
    PermissionDenied {
        /// The address wanted.
        addr: SocketAddr,
    },
    /// The address is not one of this machine.
    #[error(
        "{} is not an address of this machine: choose 127.0.0.1 for this machine alone, or 0.0.0.0 \
         or :: for everyone who can reach it", .addr.ip()
    )]
    AddressNotAvailable {
        /// The address wanted.
        addr: SocketAddr,
    },
    /// Anything else.
    #[error("the server could not listen on {addr}: {source}; try another address or port")]
    Other {
        /// The address wanted.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

impl StartError {
    /// Sorts what the system said.
    pub(super) fn new(addr: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::AddressInUse { addr },
            io::ErrorKind::PermissionDenied => Self::PermissionDenied { addr },
            io::ErrorKind::AddrNotAvailable => Self::AddressNotAvailable { addr },
            _ => Self::Other { addr, source },
        }
    }
}

/// A listener, and the port that was wanted where another had to be taken.
pub(super) fn bind(config: &ServerConfig) -> Result<(TcpListener, Option<u16>), StartError> {
    let wanted = SocketAddr::new(config.bind, config.port);
    match listen_on(wanted) {
        Ok(listener) => Ok((listener, None)),
        Err(error)
            if error.kind() == io::ErrorKind::AddrInUse && config.fall_back && config.port != 0 =>
        {
            let any = SocketAddr::new(config.bind, 0);
            let listener = listen_on(any).map_err(|error| StartError::new(any, error))?;
            Ok((listener, Some(config.port)))
        }
        Err(error) => Err(StartError::new(wanted, error)),
    }
}

fn listen_on(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    // On unix this takes a port whose last connections are still in TIME_WAIT; elsewhere it would take
    // a port from a program that is using it.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // `::` keeps the system's default, which on most systems serves IPv4 as well.
    if matches!(addr.ip(), IpAddr::V6(ip) if !ip.is_unspecified()) {
        socket.set_only_v6(true)?;
    }
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}
