//! A client that keeps to the text and compares every byte that it hears.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Trouble;
use crate::random::Random;
use crate::serving::connect;

const READY: &[u8] = b"200 OK: Ready\n";
const CLOSING: &[u8] = b"200 OK: Closing Connection\n";

/// A whole session.
pub async fn session(to: SocketAddr, index: u64, size: u64, probes: u32) -> Result<(), Trouble> {
    let mut begun = Begun::new(to, index, size, probes).await?;
    begun.probes(probes).await?;
    begun.rest().await
}

/// A session that has been set up.
pub struct Begun {
    stream: TcpStream,
    random: Random,
    index: u64,
    size: u64,
    probes: u32,
    next: u32,
}

impl Begun {
    pub async fn new(to: SocketAddr, index: u64, size: u64, probes: u32) -> Result<Self, Trouble> {
        let stream = connect(to, index).await;
        let mut begun = Self {
            stream: stream
                .map_err(|error| format!("session {index} could not connect: {error}"))?,
            random: Random(!index),
            index,
            size,
            probes,
            next: 1,
        };
        let kind = if index.is_multiple_of(2) {
            "rtt"
        } else {
            "tput"
        };
        let setup = format!("s {kind} {probes} {size} 0\n");
        begun.ask("the setup", setup.as_bytes(), READY).await?;
        Ok(begun)
    }

    /// The next so many probes.
    pub async fn probes(&mut self, count: u32) -> Result<(), Trouble> {
        for _ in 0..count {
            let mut message = format!("m {} ", self.next).into_bytes();
            let random = &mut self.random;
            let letters =
                (0..self.size).map(|_| b'a' + u8::try_from(random.next() % 26).unwrap_or(0));
            message.extend(letters);
            message.push(b'\n');
            let what = format!("probe {} of {} bytes", self.next, self.size);
            self.ask(&what, &message, &message).await?;
            self.next += 1;
        }
        Ok(())
    }

    /// The probes that are left, and the termination.
    pub async fn rest(mut self) -> Result<(), Trouble> {
        self.probes(self.probes + 1 - self.next).await?;
        self.ask("the termination", b"t\n", CLOSING).await?;
        let index = self.index;
        let broke = |error| format!("session {index} broke at its end: {error}");
        self.stream.shutdown().await.map_err(broke)?;
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await.map_err(broke)?;
        if rest.is_empty() {
            Ok(())
        } else {
            Err(format!(
                "session {index} heard {} bytes too many",
                rest.len()
            ))
        }
    }

    /// Says something, and hears exactly this.
    async fn ask(&mut self, what: &str, said: &[u8], wanted: &[u8]) -> Result<(), Trouble> {
        let index = self.index;
        let broke = |error| format!("session {index} broke at {what}: {error}");
        let mut heard = vec![0; wanted.len()];
        // At the same time: an echo may begin before all of a large message is written.
        let (mut reading, mut writing) = self.stream.split();
        let (written, read) = tokio::join!(writing.write_all(said), reading.read_exact(&mut heard));
        written.map_err(broke)?;
        read.map_err(broke)?;
        match heard
            .iter()
            .zip(wanted)
            .position(|(heard, wanted)| heard != wanted)
        {
            None => Ok(()),
            Some(at) => Err(format!(
                "session {index}: the answer to {what} differs at byte {at}"
            )),
        }
    }
}
