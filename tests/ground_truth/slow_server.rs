//! A server that thinks before each echo, and does not say so: this program itself, started again with
//! [`WORD`] for its argument, because a process lives in one network namespace.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::namespaces::{Namespace, SERVER};
use super::program::Serving;
use super::trouble::Trouble;

/// Makes a server of this program; milliseconds follow.
pub const WORD: &str = "think-before-each-echo";

/// Starts it in a namespace.
pub fn start(namespace: &Namespace, thinks_ms: u64) -> Result<Serving, Trouble> {
    let own = env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new("ip");
    command
        .args(["netns", "exec", &namespace.name])
        .arg(own)
        .args([WORD, &thinks_ms.to_string()]);
    Serving::of(command)
}

/// Is it: serves one connection after the other until it is killed.
pub fn be(thinks_ms: &str) -> io::Result<()> {
    let thinks = Duration::from_millis(thinks_ms.parse().map_err(io::Error::other)?);
    let listener = TcpListener::bind((SERVER, 0))?;
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        // A client that leaves is the next one's turn.
        serve(&stream?, thinks).ok();
    }
    Ok(())
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
