//! `echograph serve` in a process of its own, and what it holds of the system's.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use tokio::net::{TcpSocket, TcpStream};

/// The largest message that the server takes, in bytes.
pub const MAX_SIZE: u64 = 200_000;
/// How long it bears silence, in seconds: less than the patience of those that wait for it to end.
const IDLE_S: &str = "20";
/// Open files that are asked for, where the system lets us.
const FILES: u64 = 8_192;
const PATIENCE: Duration = Duration::from_secs(30);

/// Connects from one of many addresses of loopback: of one alone, the ports would soon all be in `TIME_WAIT`.
pub async fn connect(to: SocketAddr, index: u64) -> io::Result<TcpStream> {
    let last = u8::try_from(1 + index % 200).unwrap_or(1);
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 1, last), 0)))?;
    let stream = socket.connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Raises the number of files that this process and its children may open; the number there is then.
pub fn raise_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(FILES).min(FILES);
    if limit.current.is_some_and(|current| current < most) {
        let raised = Rlimit {
            current: Some(most),
            maximum: limit.maximum,
        };
        setrlimit(Resource::Nofile, raised).expect("the soft limit may be raised to the hard one");
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// The server. Killed when it is dropped.
pub struct Serving {
    child: Child,
    pub address: SocketAddr,
}

impl Serving {
    pub fn start() -> Self {
        let program: OsString = env::var_os("ECHOGRAPH_PROGRAM")
            .unwrap_or_else(|| env!("CARGO_BIN_EXE_echograph").into());
        let mut child = Command::new(program)
            .args(["serve", "--port", "0", "--quiet", "--idle-timeout", IDLE_S])
            .args(["--max-size", &MAX_SIZE.to_string()])
            .args([
                "--max-connections",
                "4000",
                "--max-connections-per-address",
                "4000",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).expect("a line");
        }
        let address = line
            .trim_end()
            .rsplit(' ')
            .next()
            .and_then(|word| word.parse().ok());
        let mut serving = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        serving.address = address.unwrap_or_else(|| panic!("the server said {line:?}"));
        serving
    }

    /// Bytes of memory that it has in use (resident set).
    pub fn memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(path).expect("it is there");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        number.expect("the kernel says how much") * 1024
    }

    /// Files that it has open.
    pub fn files(&self) -> usize {
        let path = format!("/proc/{}/fd", self.child.id());
        fs::read_dir(path).expect("it is there").count()
    }

    /// Ends it as Ctrl+C does.
    pub fn ends_well(mut self) {
        kill_process(Pid::from_child(&self.child), Signal::INT).expect("it is there");
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                assert!(status.success(), "{status}");
                return;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
