//! A small server of the protocol, right in everything but one thing.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    Nothing,
    EndsAfterASession,
    DiesOfASplitSetup,
    NeverLooksAtNumbers,
    EchoesThePayload,
    ClosesWithoutA404,
    DelaysInSeconds,
    IgnoresTheDelay,
    DiesOfAnEmptyConnection,
    /// The same, and it is started again after a while.
    DiesOfAnEmptyConnectionAndReturns,
    EndsRepliesWithNothing,
    WaitsForUsToClose,
    NeverAnswers,
    SendsWithoutEnd,
    /// A byte now and then, and never a line.
    DripsWithoutEnd,
    /// Its probes begin with 0.
    CountsFromZero,
    /// It takes what one read gives for a message, and wants no `\n` in it.
    WantsNoLineEnds,
    WantsTwentyProbes,
    RefusesEverySetup,
    /// A program of one session in a loop: it listens on for a moment when it is done, and is away for another.
    IsStartedAnewForEachSession,
    /// It serves somebody else first.
    IsBusyAtFirst,
}

const SETUP: &str = "404 ERROR: Invalid Connection Setup Message\n";
const PROBE: &str = "404 ERROR: Invalid Measurement Message\n";
const END: &str = "404 ERROR: Invalid Connection Termination Message\n";

/// How a connection ended.
enum Served {
    GoesOn,
    Dies,
}

/// The server; it ends when it is dropped.
pub struct QuirkyServer {
    pub address: SocketAddr,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl QuirkyServer {
    pub fn start(quirk: Quirk) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ends = Arc::new(AtomicBool::new(false));
        let ending = Arc::clone(&ends);
        let thread = thread::spawn(move || run(quirk, listener, &ending));
        Self {
            address,
            ends,
            thread: Some(thread),
        }
    }
}

impl Drop for QuirkyServer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn run(quirk: Quirk, listener: TcpListener, ends: &AtomicBool) {
    let address = listener.local_addr().unwrap();
    let mut listener = Some(listener);
    let mut is_first = true;
    loop {
        let Some(stream) = accept(listener.as_ref(), ends) else {
            return;
        };
        if quirk == Quirk::IsBusyAtFirst && is_first {
            thread::sleep(Duration::from_secs(1));
        }
        is_first = false;
        let served = serve(quirk, stream, ends).unwrap_or(Served::GoesOn);
        if quirk == Quirk::IsStartedAnewForEachSession {
            thread::sleep(Duration::from_millis(20));
            drop(listener.take());
            thread::sleep(Duration::from_millis(150));
            listener = listen_when_free(address, ends);
        }
        if matches!(served, Served::Dies) {
            listener = None;
            if quirk == Quirk::DiesOfAnEmptyConnectionAndReturns {
                thread::sleep(Duration::from_millis(800));
                listener = Some(listen_again(address));
            }
        }
    }
}

fn accept(listener: Option<&TcpListener>, ends: &AtomicBool) -> Option<TcpStream> {
    let listener = listener?;
    listener.set_nonblocking(true).unwrap();
    while !ends.load(Ordering::SeqCst) {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).unwrap();
                return Some(stream);
            }
            Err(_) => thread::sleep(Duration::from_millis(1)),
        }
    }
    None
}

fn listen_again(address: SocketAddr) -> TcpListener {
    // The standard library has it take an address again at once on unix.
    TcpListener::bind(address).unwrap()
}

/// As most programs do it: without `SO_REUSEADDR`.
fn listen_when_free(address: SocketAddr, ends: &AtomicBool) -> Option<TcpListener> {
    while !ends.load(Ordering::SeqCst) {
        let domain = socket2::Domain::for_address(address);
        let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None).unwrap();
        if socket.bind(&address.into()).is_ok() && socket.listen(16).is_ok() {
            return Some(socket.into());
        }
        thread::sleep(Duration::from_millis(10));
    }
    None
}

struct Session {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
    quirk: Quirk,
}

impl Session {
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        if self.quirk == Quirk::WantsNoLineEnds {
            line.extend_from_slice(self.reader.fill_buf()?);
            self.reader.consume(line.len());
            if line.ends_with(b"\n") {
                // It waits for the rest of a message that it takes for too long.
                while self.reader.read(&mut [0; 64])? > 0 {}
                line.clear();
            } else if !line.is_empty() {
                line.push(b'\n');
            }
            return Ok(line);
        }
        self.reader.read_until(b'\n', &mut line)?;
        Ok(line)
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        let line = match self.quirk {
            Quirk::EndsRepliesWithNothing => line.trim_end(),
            _ => line,
        };
        self.writer.write_all(line.as_bytes())
    }

    /// Refuses as it should: so that the 404 arrives.
    fn refuse(&mut self, line: &str) -> io::Result<Served> {
        if self.quirk != Quirk::ClosesWithoutA404 {
            self.say(line)?;
        }
        self.writer.shutdown(std::net::Shutdown::Write)?;
        let patience = Some(Duration::from_secs(1));
        self.writer.set_read_timeout(patience)?;
        let mut rest = [0; 1024];
        while self.reader.read(&mut rest).is_ok_and(|count| count > 0) {}
        Ok(Served::GoesOn)
    }
}

fn serve(quirk: Quirk, stream: TcpStream, ends: &AtomicBool) -> io::Result<Served> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.set_write_timeout(Some(Duration::from_secs(20)))?;
    let mut session = Session {
        reader: BufReader::new(stream.try_clone()?),
        writer: stream,
        quirk,
    };
    match quirk {
        Quirk::NeverAnswers => {
            while !ends.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(5));
            }
            return Ok(Served::GoesOn);
        }
        Quirk::SendsWithoutEnd => {
            while !ends.load(Ordering::SeqCst) {
                session.writer.write_all(&[b'x'; 16 * 1024])?;
            }
            return Ok(Served::GoesOn);
        }
        Quirk::DripsWithoutEnd => {
            while !ends.load(Ordering::SeqCst) {
                session.writer.write_all(b"2")?;
                thread::sleep(Duration::from_millis(20));
            }
            return Ok(Served::GoesOn);
        }
        Quirk::DiesOfASplitSetup => {
            let first = session.reader.fill_buf()?;
            if !first.is_empty() && !first.ends_with(b"\n") {
                return Ok(Served::Dies);
            }
        }
        _ => {}
    }
    let setup = session.line()?;
    if setup.is_empty() {
        return Ok(match quirk {
            Quirk::DiesOfAnEmptyConnection | Quirk::DiesOfAnEmptyConnectionAndReturns => {
                Served::Dies
            }
            _ => Served::GoesOn,
        });
    }
    let taken = numbers(&setup).filter(|[probes, ..]| match quirk {
        Quirk::WantsTwentyProbes => *probes >= 20,
        Quirk::RefusesEverySetup => false,
        _ => true,
    });
    let Some([probes, size, delay]) = taken else {
        return session.refuse(SETUP);
    };
    session.say("200 OK: Ready\n")?;
    let unit = match quirk {
        Quirk::DelaysInSeconds => Duration::from_secs(1),
        Quirk::IgnoresTheDelay => Duration::ZERO,
        _ => Duration::from_millis(1),
    };
    for number in 1..=probes {
        let line = session.line()?;
        if line.is_empty() {
            return Ok(Served::GoesOn);
        }
        let next = match quirk {
            Quirk::CountsFromZero => number - 1,
            _ => number,
        };
        let Some(payload) = payload(quirk, &line, next, size) else {
            return session.refuse(PROBE);
        };
        thread::sleep(unit * u32::try_from(delay).unwrap());
        let echo = match quirk {
            Quirk::EchoesThePayload => payload,
            Quirk::WantsNoLineEnds => line.strip_suffix(b"\n").unwrap(),
            _ => &line,
        };
        session.writer.write_all(echo)?;
    }
    let line = session.line()?;
    if line.is_empty() {
        return Ok(Served::GoesOn);
    }
    if line.trim_ascii_end() != b"t" {
        return session.refuse(END);
    }
    session.say("200 OK: Closing Connection\n")?;
    if quirk == Quirk::WaitsForUsToClose {
        session.line()?;
    }
    Ok(match quirk {
        Quirk::EndsAfterASession => Served::Dies,
        _ => Served::GoesOn,
    })
}

/// The numbers of a setup line, if it is a good one.
fn numbers(line: &[u8]) -> Option<[u64; 3]> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let fields: Vec<&str> = line.split(' ').collect();
    let ["s", "rtt" | "tput", probes, size, delay] = fields.as_slice() else {
        return None;
    };
    let number = |text: &str| text.parse::<u64>().ok();
    let numbers = [number(probes)?, number(size)?, number(delay)?];
    (numbers[0] > 0 && numbers[1] > 0 && numbers[2] <= 10_000).then_some(numbers)
}

/// The payload of a probe with its `\n`, if it is a good one.
fn payload(quirk: Quirk, line: &[u8], number: u64, size: u64) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"m ")?;
    let blank = rest.iter().position(|byte| *byte == b' ')?;
    let (found, payload) = (&rest[..blank], &rest[blank + 1..]);
    let is_next = found == number.to_string().as_bytes() || quirk == Quirk::NeverLooksAtNumbers;
    (is_next && payload.len() as u64 == size + 1).then_some(payload)
}
