//! A server that does what a script says, one connection after the other.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::PATIENCE;

/// What the server does after a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Takes the next one.
    Accept,
    /// Stops listening.
    StopListening,
    /// Stops listening, and listens again at the same port after a while.
    Restart(Duration),
    /// The same as most programs do it: without `SO_REUSEADDR`, again and again until the port is free.
    RestartWhenFree,
}

/// The server; it ends when it is dropped.
pub struct FakeServer {
    pub addr: SocketAddr,
    connections: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl FakeServer {
    /// Listens on a free port of 127.0.0.1. The script is given each connection and its number, from
    /// 1; an I/O error in it means that the client has left, which is for the client to explain.
    pub fn start(
        script: impl FnMut(usize, &mut Peer) -> io::Result<Next> + Send + 'static,
    ) -> Self {
        Self::start_at("127.0.0.1:0", script).expect("127.0.0.1 can be listened on")
    }

    /// Listens on an address of the caller's choice.
    pub fn start_at(
        addr: &str,
        mut script: impl FnMut(usize, &mut Peer) -> io::Result<Next> + Send + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(addr)?;
        let addr = listener.local_addr()?;
        let connections = Arc::new(AtomicUsize::new(0));
        let ends = Arc::new(AtomicBool::new(false));
        let (counter, ending) = (Arc::clone(&connections), Arc::clone(&ends));
        let thread = std::thread::spawn(move || {
            let mut listener = Some(listener);
            while let Some(stream) = accept(listener.as_ref(), &ending) {
                let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
                let mut peer = Peer::new(stream, Arc::clone(&ending));
                let next = script(number, &mut peer).unwrap_or(Next::Accept);
                match next {
                    Next::Accept => {}
                    Next::StopListening => listener = None,
                    Next::Restart(pause) => {
                        drop(listener.take());
                        drop(peer);
                        std::thread::sleep(pause);
                        listener = Some(listen_again(addr));
                    }
                    Next::RestartWhenFree => {
                        drop(listener.take());
                        drop(peer);
                        listener = listen_when_free(addr, &ending);
                    }
                }
            }
        });
        Ok(Self {
            addr,
            connections,
            ends,
            thread: Some(thread),
        })
    }

    /// A server that does all the protocol asks for.
    pub fn honest() -> Self {
        Self::start(|_, peer| peer.serve().map(|()| Next::Accept))
    }

    /// Connections taken so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        let ended = self.thread.take().map(JoinHandle::join);
        // What a script found wrong fails its test.
        if let Some(Err(panic)) = ended
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
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
            Err(_) => std::thread::sleep(Duration::from_micros(500)),
        }
    }
    None
}

fn listen_again(addr: SocketAddr) -> TcpListener {
    let socket = socket2::Socket::new(
        socket2::Domain::for_address(addr),
        socket2::Type::STREAM,
        None,
    )
    .unwrap();
    socket.set_reuse_address(true).unwrap();
    socket
        .bind(&addr.into())
        .expect("nobody else took the port");
    socket.listen(16).unwrap();
    socket.into()
}

fn listen_when_free(addr: SocketAddr, ends: &AtomicBool) -> Option<TcpListener> {
    while !ends.load(Ordering::SeqCst) {
        let domain = socket2::Domain::for_address(addr);
        let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None).unwrap();
        if socket.bind(&addr.into()).is_ok() && socket.listen(16).is_ok() {
            return Some(socket.into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

/// The server's end of a connection: the words of the script language.
pub struct Peer {
    stream: Option<TcpStream>,
    unread: Vec<u8>,
    ends: Arc<AtomicBool>,
}

impl Peer {
    fn new(stream: TcpStream, ends: Arc<AtomicBool>) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self {
            stream: Some(stream),
            unread: Vec::new(),
            ends,
        }
    }

    fn open(&self) -> io::Result<&TcpStream> {
        self.stream
            .as_ref()
            .ok_or(io::ErrorKind::NotConnected.into())
    }

    /// Hears a line and returns it without its end.
    pub fn line(&mut self) -> io::Result<String> {
        let bytes = self.message()?;
        Ok(String::from_utf8_lossy(&bytes[..bytes.len() - 1]).into_owned())
    }

    /// Hears a line, which must be this one.
    pub fn expect(&mut self, line: &str) -> io::Result<()> {
        let heard = self.line()?;
        assert_eq!(heard, line, "the client said something else");
        Ok(())
    }

    /// Hears a line and returns it with its end.
    pub fn message(&mut self) -> io::Result<Vec<u8>> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.unread[searched..].iter().position(|b| *b == b'\n') {
                return Ok(self.unread.drain(..=searched + at).collect());
            }
            searched = self.unread.len();
            self.more()?;
        }
    }

    /// Hears exactly so many bytes.
    pub fn bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.unread.len() < count {
            self.more()?;
        }
        Ok(self.unread.drain(..count).collect())
    }

    /// What one read gives: at most 1 MiB.
    pub fn one_read(&mut self) -> io::Result<Vec<u8>> {
        assert!(self.unread.is_empty());
        self.more()?;
        Ok(std::mem::take(&mut self.unread))
    }

    fn more(&mut self) -> io::Result<()> {
        let mut room = vec![0; 1 << 20];
        let count = self.open()?.read(&mut room)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.unread.extend_from_slice(&room[..count]);
        Ok(())
    }

    /// Says it in one write.
    pub fn say(&mut self, what: impl AsRef<[u8]>) -> io::Result<()> {
        self.open()?.write_all(what.as_ref())
    }

    /// Says it in pieces, each of which arrives alone.
    pub fn say_in_pieces(&mut self, what: impl AsRef<[u8]>, piece: usize) -> io::Result<()> {
        for piece in what.as_ref().chunks(piece) {
            self.say(piece)?;
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Hears the setup message and takes it.
    pub fn ready(&mut self) -> io::Result<Vec<String>> {
        let fields = self.line()?.split(' ').map(str::to_owned).collect();
        self.say("200 OK: Ready\n")?;
        Ok(fields)
    }

    /// Echoes so many probes.
    pub fn echo(&mut self, probes: usize) -> io::Result<()> {
        for _ in 0..probes {
            let message = self.message()?;
            self.say(message)?;
        }
        Ok(())
    }

    /// Sends so many bytes back as they come, whatever they are.
    pub fn echo_bytes(&mut self, mut count: usize) -> io::Result<()> {
        while count > 0 {
            let mut piece = [0; 16 * 1024];
            let came = self.open()?.read(&mut piece[..count.min(16 * 1024)])?;
            if came == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.open()?.write_all(&piece[..came])?;
            count -= came;
        }
        Ok(())
    }

    /// Hears the termination message, answers and closes.
    pub fn closing(&mut self) -> io::Result<()> {
        self.expect("t")?;
        self.say("200 OK: Closing Connection\n")
    }

    /// A whole session of the dialect that the setup message is in; `boston` where it may be either.
    pub fn serve(&mut self) -> io::Result<()> {
        let setup = self.line()?;
        let fields: Vec<&str> = setup.split(' ').collect();
        assert_eq!(fields.len(), 5, "{setup}");
        let bologna = fields[0] == "h";
        self.say(if bologna {
            "200 OK - Ready\n"
        } else {
            "200 OK: Ready\n"
        })?;
        self.echo(fields[2].parse().unwrap())?;
        let (letter, reply) = if bologna {
            ("b", "200 OK - Closing\n")
        } else {
            ("t", "200 OK: Closing Connection\n")
        };
        self.expect(letter)?;
        self.say(reply)
    }

    /// Closes with a reset.
    pub fn reset(&mut self) -> io::Result<()> {
        socket2::SockRef::from(self.open()?).set_linger(Some(Duration::ZERO))?;
        self.close();
        Ok(())
    }

    /// Closes.
    pub fn close(&mut self) {
        self.stream = None;
    }

    /// The connection, to be held open for longer than its script.
    pub fn held(&mut self) -> Self {
        Self {
            stream: self.stream.take(),
            unread: std::mem::take(&mut self.unread),
            ends: Arc::clone(&self.ends),
        }
    }

    /// Says no more and reads no more until the client has left or the test is over.
    pub fn stall(&mut self) -> io::Result<()> {
        let stream = self.open()?;
        stream.set_nonblocking(true)?;
        while !self.ends.load(Ordering::SeqCst) {
            // Looking is not reading: what was sent stays where it is.
            match stream.peek(&mut [0]) {
                Ok(0) => break,
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => break,
                _ => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        Ok(())
    }
}
