//! One message out, one echo in: the only code that runs between the two clock reads of a probe.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes of room behind an echo. A read that leaves room tells the readiness driver that the socket
/// is empty, which saves the next wait a read in vain; and an echo that is too long is seen.
pub(super) const SLACK: usize = 64;

/// What became of a probe.
#[derive(Debug)]
pub(super) struct Exchange {
    /// Just before the first write.
    pub sent: Instant,
    /// After the last needed byte was read, or when it was known that it will not come.
    pub done: Instant,
    /// Bytes read into the buffer.
    pub received: usize,
    /// How it ended.
    pub end: ExchangeEnd,
}

#[derive(Debug)]
pub(super) enum ExchangeEnd {
    /// As many bytes came as were sent, or more.
    Complete,
    /// What came does not begin as the message does, so it is no echo.
    NoEcho,
    /// The peer closed.
    Closed,
    /// The connection broke.
    Broken(io::Error),
}

/// Sends `message` and reads until as many bytes have come back. One write and one read where the
/// kernel takes and gives the message whole; while it takes only a part, the echo is read meanwhile,
/// or both ends could wait for each other for ever. `in_flight` is told the time of sending, for when
/// this future is dropped before the echo has come.
pub(super) async fn exchange(
    stream: &mut TcpStream,
    message: &[u8],
    buffer: &mut [u8],
    in_flight: &Cell<Option<Instant>>,
) -> Exchange {
    let mut written = 0;
    let mut received = 0;
    let sent = Instant::now();
    in_flight.set(Some(sent));
    let end = poll_fn(|cx| poll(stream, message, buffer, &mut written, &mut received, cx)).await;
    let done = Instant::now();
    Exchange {
        sent,
        done,
        received,
        end: end.unwrap_or_else(ExchangeEnd::Broken),
    }
}

fn poll(
    stream: &mut TcpStream,
    message: &[u8],
    buffer: &mut [u8],
    written: &mut usize,
    received: &mut usize,
    cx: &mut Context<'_>,
) -> Poll<io::Result<ExchangeEnd>> {
    while let Some(rest) = message.get(*written..).filter(|rest| !rest.is_empty()) {
        match Pin::new(&mut *stream).poll_write(cx, rest) {
            Poll::Ready(Ok(count)) => *written += count,
            Poll::Ready(Err(error)) => return write_failed(stream, buffer, received, error, cx),
            Poll::Pending => break,
        }
    }
    while *received < message.len() {
        let Some(room) = buffer.get_mut(*received..) else {
            break;
        };
        let mut room = ReadBuf::new(room);
        ready!(Pin::new(&mut *stream).poll_read(cx, &mut room))?;
        let count = room.filled().len();
        if count == 0 {
            return Poll::Ready(Ok(ExchangeEnd::Closed));
        }
        *received += count;
        if *received < message.len() && buffer.first() != message.first() {
            return Poll::Ready(Ok(ExchangeEnd::NoEcho));
        }
    }
    Poll::Ready(Ok(ExchangeEnd::Complete))
}

/// A server that refuses a message may close while we still write it; its reason is then waiting to
/// be read and says more than the failed write.
fn write_failed(
    stream: &mut TcpStream,
    buffer: &mut [u8],
    received: &mut usize,
    error: io::Error,
    cx: &mut Context<'_>,
) -> Poll<io::Result<ExchangeEnd>> {
    if let Some(room) = buffer.get_mut(*received..) {
        let mut room = ReadBuf::new(room);
        if let Poll::Ready(Ok(())) = Pin::new(stream).poll_read(cx, &mut room) {
            let count = room.filled().len();
            *received += count;
            if count > 0 {
                return Poll::Ready(Ok(ExchangeEnd::NoEcho));
            }
        }
    }
    Poll::Ready(Err(error))
}
