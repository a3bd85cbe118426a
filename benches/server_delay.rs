//! How late the server's echoes are after the server delay, as the server and as a client see it.
//!
//! `cargo bench --bench server_delay`. The promise is: never early, and at most 1 ms late on an idle
//! core. Each way in which the server can wait has its lines. The client's figure holds a round trip
//! through the loopback as well.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use echograph::experiment::WaitStrategy;
use echograph::measurement::percentile;
use echograph::server::{LogEntry, Server, ServerConfig, ServerHooks};

const PROBES: u32 = 500;
const SIZE: usize = 64;

fn main() -> io::Result<()> {
    let config = ServerConfig {
        port: 0,
        ..ServerConfig::default()
    };
    let server = Server::start(config, ServerHooks::default()).map_err(io::Error::other)?;
    println!("lateness over {PROBES} probes of {SIZE} bytes, µs");
    println!(" wait   delay  seen by      min      p50      p99      max");
    let delays = [0, 1, 5, 20].into_iter();
    for (delay_ms, wait) in delays.flat_map(|ms| WaitStrategy::ALL.map(|wait| (ms, wait))) {
        server.set_wait(wait);
        let delay = Duration::from_millis(delay_ms);
        let from = Instant::now();
        let at_client = measure(&server, delay_ms)?;
        let at_server = logged(&server, from);
        let asleep = (0..PROBES).map(|_| slept(delay)).collect();
        for (side, times) in [
            ("server", at_server),
            ("client", at_client),
            ("sleep", asleep),
        ] {
            let mut late_ns: Vec<u64> = times
                .iter()
                .map(|time| time.checked_sub(delay).expect("an echo is never early"))
                .map(|late| u64::try_from(late.as_nanos()).unwrap_or(u64::MAX))
                .collect();
            late_ns.sort_unstable();
            let at = |share| percentile(&late_ns, share).unwrap_or(f64::NAN) / 1e3;
            println!(
                "{:5}  {delay_ms:3} ms  {side:7} {:8.1} {:8.1} {:8.1} {:8.1}",
                wait.name(),
                at(0.0),
                at(0.5),
                at(0.99),
                at(1.0)
            );
        }
    }
    server.stop();
    Ok(())
}

/// Round-trip times at the client.
fn measure(server: &Server, delay_ms: u64) -> io::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(server.local_addr())?;
    stream.set_nodelay(true)?;
    stream.write_all(format!("s rtt {PROBES} {SIZE} {delay_ms}\n").as_bytes())?;
    stream.read_exact(&mut [0; 14])?;
    let mut times = Vec::new();
    for seq in 1..=PROBES {
        let probe = format!("m {seq} {}\n", "x".repeat(SIZE));
        let mut echo = vec![0; probe.len()];
        let sent = Instant::now();
        stream.write_all(probe.as_bytes())?;
        stream.read_exact(&mut echo)?;
        times.push(sent.elapsed());
    }
    stream.write_all(b"t\n")?;
    stream.read_to_end(&mut Vec::new())?;
    Ok(times)
}

/// How long this machine takes over a plain sleep: what nobody who waits can be better than.
fn slept(delay: Duration) -> Duration {
    let from = Instant::now();
    std::thread::sleep(delay);
    from.elapsed()
}

/// The times between arrival and echo in the server's log.
fn logged(server: &Server, from: Instant) -> Vec<Duration> {
    let (records, _) = server.log().since(0);
    records
        .into_iter()
        .filter(|record| record.at >= from)
        .filter_map(|record| match record.what {
            LogEntry::Probe {
                received, echoed, ..
            } => Some(echoed - received),
            _ => None,
        })
        .collect()
}
