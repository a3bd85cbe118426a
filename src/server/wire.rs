//! A session's socket, watched by the runtime or not.
//!
//! While the runtime watches a socket, the kernel tells it of every segment that comes, and that is time
//! of the client's round trip. A session that asks its socket again and again needs no telling: it takes
//! the socket out of the runtime's sight, and puts it back before it sleeps.

use std::io::{self, IoSlice, Write};
use std::net;

use socket2::SockRef;
use tokio::net::TcpStream;

pub(super) struct Wire(State);

enum State {
    Watched(TcpStream),
    Bare(net::TcpStream),
    /// The system refused a change between the two, and the socket is closed.
    Lost,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self(State::Watched(stream))
    }

    /// The socket to wait for: the runtime watches it.
    ///
    /// # Errors
    /// Why the system could not do that. The connection is lost.
    pub(super) fn watched(&mut self) -> io::Result<&TcpStream> {
        if let State::Bare(_) = &self.0
            && let State::Bare(stream) = std::mem::replace(&mut self.0, State::Lost)
        {
            self.0 = State::Watched(TcpStream::from_std(stream)?);
        }
        match &self.0 {
            State::Watched(stream) => Ok(stream),
            _ => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// The socket to ask again and again: the runtime does not watch it.
    ///
    /// # Errors
    /// Why the system could not do that. The connection is lost.
    pub(super) fn bare(&mut self) -> io::Result<()> {
        if let State::Watched(_) = &self.0
            && let State::Watched(stream) = std::mem::replace(&mut self.0, State::Lost)
        {
            self.0 = State::Bare(stream.into_std()?);
        }
        Ok(())
    }

    /// The socket itself, whoever watches it.
    ///
    /// # Errors
    /// That the connection is lost.
    pub(super) fn socket(&self) -> io::Result<SockRef<'_>> {
        match &self.0 {
            State::Watched(stream) => Ok(SockRef::from(stream)),
            State::Bare(stream) => Ok(SockRef::from(stream)),
            State::Lost => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Writes what the system takes now.
    ///
    /// # Errors
    /// `WouldBlock` when that is nothing; else why the connection broke.
    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match &self.0 {
            // The runtime has to hear that there was no room, to wait for some.
            State::Watched(stream) => stream.try_write(bytes),
            State::Bare(stream) => (&*stream).write(bytes),
            State::Lost => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Writes what the system takes now of several parts, in one go.
    ///
    /// # Errors
    /// As [`try_write`](Self::try_write).
    pub(super) fn try_write_parts(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        match &self.0 {
            State::Watched(stream) => stream.try_write_vectored(parts),
            State::Bare(stream) => (&*stream).write_vectored(parts),
            State::Lost => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// The socket for whoever ends the connection; `None` if it is lost.
    pub(super) fn into_stream(mut self) -> Option<TcpStream> {
        self.watched().ok()?;
        match self.0 {
            State::Watched(stream) => Some(stream),
            _ => None,
        }
    }
}
