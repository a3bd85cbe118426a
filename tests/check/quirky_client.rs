//! A small client of the protocol, right in everything but one thing. It makes one session after another
//! until nobody listens any more.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    Nothing,
    CountsFromZero,
    PayloadTooShort,
    DoesNotWaitForEchoes,
    IgnoresRefusals,
    /// It measures on, whatever comes back.
    NeverComparesEchoes,
    NeverTerminates,
    /// It asks for nonsense.
    AsksForNothing,
    TakesOneReadForALine,
    /// All its sessions are on one connection.
    StaysConnected,
}

const PROBES: u32 = 5;

/// The client; it ends when it is dropped.
pub struct QuirkyClient {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl QuirkyClient {
    pub fn start(address: SocketAddr, quirk: Quirk) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let ending = Arc::clone(&ends);
        let thread = thread::spawn(move || {
            while !ending.load(Ordering::SeqCst) {
                let Ok(stream) = TcpStream::connect(address) else {
                    return;
                };
                // Whatever a session came to, the next one is tried.
                let _ = connection(stream, quirk);
            }
        });
        Self {
            ends,
            thread: Some(thread),
        }
    }
}

impl Drop for QuirkyClient {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

struct Session {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
    quirk: Quirk,
}

impl Session {
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        if self.quirk == Quirk::TakesOneReadForALine {
            let mut room = [0; 1024];
            let count = self.reader.read(&mut room)?;
            line.extend_from_slice(&room[..count]);
        } else {
            self.reader.read_until(b'\n', &mut line)?;
        }
        Ok(line)
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        self.writer.write_all(line.as_bytes())
    }
}

fn connection(stream: TcpStream, quirk: Quirk) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut session = Session {
        reader: BufReader::new(stream.try_clone()?),
        writer: stream,
        quirk,
    };
    while one(&mut session)? && quirk == Quirk::StaysConnected {}
    Ok(())
}

/// One session; `false` if the server did not let it come to its end.
fn one(session: &mut Session) -> io::Result<bool> {
    let quirk = session.quirk;
    if quirk == Quirk::AsksForNothing {
        session.say("s rtt none 8 0\n")?;
        session.line()?;
        return Ok(false);
    }
    session.say(&format!("s rtt {PROBES} 8 0\n"))?;
    let ready = session.line()?;
    let stops = |line: &[u8]| quirk != Quirk::IgnoresRefusals && line.starts_with(b"404");
    if ready.is_empty() || stops(&ready) {
        return Ok(false);
    }
    let first = u32::from(quirk != Quirk::CountsFromZero);
    let payload = if quirk == Quirk::PayloadTooShort {
        "short"
    } else {
        "payloads"
    };
    let probe = |number: u32| format!("m {} {payload}\n", number + first);
    if quirk == Quirk::DoesNotWaitForEchoes {
        for number in 0..PROBES {
            session.say(&probe(number))?;
        }
        for _ in 0..PROBES {
            session.line()?;
        }
    } else {
        for number in 0..PROBES {
            session.say(&probe(number))?;
            let echo = session.line()?;
            let is_wrong = echo != probe(number).as_bytes() && quirk != Quirk::NeverComparesEchoes;
            if echo.is_empty() || stops(&echo) || (is_wrong && quirk != Quirk::IgnoresRefusals) {
                return Ok(false);
            }
        }
    }
    if !matches!(quirk, Quirk::NeverTerminates | Quirk::StaysConnected) {
        session.say("t\n")?;
        session.line()?;
    }
    Ok(true)
}
