//! A server that thinks before each echo, and does not say so.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Serves one connection after the other on 127.0.0.1 until the test ends; its address.
pub fn start(thinks: Duration) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that leaves is the next one's turn.
            serve(&stream, thinks).ok();
        }
    });
    Ok(address)
}

fn serve(mut stream: &TcpStream, thinks: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream);
    loop {
        let mut line = Vec::new();
        lines.read_until(b'\n', &mut line)?;
        match line.first() {
            Some(b's') => stream.write_all(b"200 OK: Ready\n")?,
            Some(b'm') => {
                thread::sleep(thinks);
                stream.write_all(&line)?;
            }
            Some(b't') => return stream.write_all(b"200 OK: Closing Connection\n"),
            _ => return Ok(()),
        }
    }
}
