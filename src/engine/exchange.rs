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
    /// More came than had been sent until then, so it is no echo either.
    TooEarly,
    /// The peer closed.
    Closed,
    /// The connection broke.
    Broken(io::Error),
}

/// The probe on its way, readable from outside when the exchange is cut off.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    /// When it was sent; `None` when no probe is on its way.
    pub sent: Cell<Option<Instant>>,
    /// How much of its echo has come, in bytes.
    pub received: Cell<usize>,
}

/// Sends `message` and reads until as many bytes have come back. One write and one read where the
/// kernel takes and gives the message whole; while it takes only a part, the echo is read meanwhile,
/// or both ends could wait for each other for ever.
pub(super) async fn exchange(
    stream: &mut TcpStream,
    message: &[u8],
    buffer: &mut [u8],
    in_flight: &InFlight,
) -> Exchange {
    let mut transfer = Transfer {
        message,
        buffer,
        written: 0,
        write_error: None,
        in_flight,
    };
    in_flight.received.set(0);
    let sent = Instant::now();
    in_flight.sent.set(Some(sent));
    let end = poll_fn(|cx| transfer.poll(stream, cx)).await;
    let done = Instant::now();
    Exchange {
        sent,
        done,
        received: in_flight.received.get(),
        end: end.unwrap_or_else(ExchangeEnd::Broken),
    }
}

struct Transfer<'a> {
    message: &'a [u8],
    buffer: &'a mut [u8],
    written: usize,
    write_error: Option<io::Error>,
    in_flight: &'a InFlight,
}

impl Transfer<'_> {
    fn poll(
        &mut self,
        stream: &mut TcpStream,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<ExchangeEnd>> {
        self.write(stream, cx);
        self.read(stream, cx)
    }

    /// Writes what the kernel takes. A server that refuses a message may close while it is still
    /// being written; its reason can then be read and says more than the failed write, so that a
    /// failure only ends the writing.
    fn write(&mut self, stream: &mut TcpStream, cx: &mut Context<'_>) {
        while self.write_error.is_none()
            && let Some(rest) = self.message.get(self.written..)
            && !rest.is_empty()
        {
            match Pin::new(&mut *stream).poll_write(cx, rest) {
                Poll::Ready(Ok(count)) => self.written += count,
                Poll::Ready(Err(error)) => self.write_error = Some(error),
                Poll::Pending => return,
            }
        }
    }

    fn read(
        &mut self,
        stream: &mut TcpStream,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<ExchangeEnd>> {
        let needed = self.message.len();
        let mut received = self.in_flight.received.get();
        while received < needed {
            let Some(room) = self.buffer.get_mut(received..) else {
                break;
            };
            let mut room = ReadBuf::new(room);
            let read = ready!(Pin::new(&mut *stream).poll_read(cx, &mut room));
            let count = room.filled().len();
            if count == 0 {
                // The failed write came first and is the better reason.
                return Poll::Ready(match (self.write_error.take(), read) {
                    (Some(error), _) | (None, Err(error)) => Err(error),
                    (None, Ok(())) => Ok(ExchangeEnd::Closed),
                });
            }
            received += count;
            self.in_flight.received.set(received);
            if received < needed && self.buffer.first() != self.message.first() {
                return Poll::Ready(Ok(ExchangeEnd::NoEcho));
            }
            if self.written < needed && received > self.written {
                return Poll::Ready(Ok(ExchangeEnd::TooEarly));
            }
        }
        Poll::Ready(Ok(ExchangeEnd::Complete))
    }
}
