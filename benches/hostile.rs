//! What a hundred hostile clients cost an honest one: the 99th percentile of its round-trip time with them, as
//! many times as without.
//!
//! `cargo bench --bench hostile`. Linux. The server is a process of its own (`ECHOGRAPH_PROGRAM`, or the bench's own build).
//! Blocks with and without hostile clients take turns, and the median of the ratios of neighbours counts, so that
//! what the machine does besides is in both.

#[cfg(target_os = "linux")]
#[path = "../tests/soak/hostile.rs"]
mod hostile;
#[cfg(target_os = "linux")]
#[path = "../tests/support/random.rs"]
#[expect(dead_code, reason = "it has more than whole numbers for others")]
mod random;
#[cfg(target_os = "linux")]
#[path = "../tests/soak/serving.rs"]
#[expect(dead_code, reason = "the soak asks it for more")]
mod serving;

fn main() -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    bench::run()?;
    Ok(())
}

#[cfg(target_os = "linux")]
mod bench {
    use std::io::{self, Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    use std::thread::{self, JoinHandle};
    use std::time::{Duration, Instant};

    use echograph::measurement::percentile;
    use tokio::task::JoinSet;

    use super::hostile;
    use super::serving::Serving;

    /// Hostile clients at a time.
    const HOSTILE: usize = 100;
    /// Blocks of each kind.
    const BLOCKS: usize = 11;
    const PROBES: u32 = 4_000;
    const SIZE: usize = 100;
    /// What is promised.
    const MOST: f64 = 2.0;
    /// How long hostile clients have to come, or to go.
    const SETTLES: Duration = Duration::from_secs(1);

    pub fn run() -> io::Result<()> {
        let serving = Serving::start();
        let to = serving.address;
        println!(
            "RTT of {PROBES} probes of {SIZE} bytes, µs, without and with {HOSTILE} hostile clients"
        );
        println!("   p50 without  p99 without     p50 with     p99 with    p99 ratio");
        let mut ratios = Vec::new();
        for _ in 0..BLOCKS {
            let without = block(to)?;
            let crowd = Crowd::gather(to);
            thread::sleep(SETTLES);
            let with = block(to)?;
            let sessions = crowd.disperse();
            thread::sleep(SETTLES);
            let ratio = with.1 / without.1;
            println!(
                "{:14.1} {:12.1} {:12.1} {:12.1} {ratio:12.2}   ({sessions} hostile sessions)",
                without.0, without.1, with.0, with.1
            );
            ratios.push(ratio);
        }
        ratios.sort_by(f64::total_cmp);
        let median = ratios.get(BLOCKS / 2).copied().unwrap_or(f64::NAN);
        let verdict = if median <= MOST {
            "holds"
        } else {
            "does not hold"
        };
        println!("median of the ratios: {median:.2}; at most {MOST} {verdict}");
        Ok(())
    }

    /// Median and 99th percentile of an honest session, in microseconds.
    fn block(to: SocketAddr) -> io::Result<(f64, f64)> {
        let mut stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        stream.write_all(format!("s rtt {PROBES} {SIZE} 0\n").as_bytes())?;
        let mut heard = [0; 256];
        expect(&mut stream, &mut heard, b"200 OK: Ready\n")?;
        let mut rtts = Vec::new();
        for seq in 1..=PROBES {
            let message = format!("m {seq} {}\n", "x".repeat(SIZE));
            let sent = Instant::now();
            stream.write_all(message.as_bytes())?;
            expect(&mut stream, &mut heard, message.as_bytes())?;
            rtts.push(u64::try_from(sent.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
        stream.write_all(b"t\n")?;
        expect(&mut stream, &mut heard, b"200 OK: Closing Connection\n")?;
        rtts.sort_unstable();
        let at = |share| percentile(&rtts, share).unwrap_or(f64::NAN) / 1e3;
        Ok((at(0.5), at(0.99)))
    }

    fn expect(stream: &mut TcpStream, heard: &mut [u8; 256], wanted: &[u8]) -> io::Result<()> {
        let heard = &mut heard[..wanted.len()];
        stream.read_exact(heard)?;
        assert_eq!(heard, wanted, "an echo is exact");
        Ok(())
    }

    /// Hostile clients, each followed by another.
    struct Crowd {
        stop: Arc<AtomicBool>,
        sessions: Arc<AtomicU64>,
        thread: JoinHandle<io::Result<()>>,
    }

    impl Crowd {
        fn gather(to: SocketAddr) -> Self {
            let (stop, sessions) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
            let (stops, counts) = (Arc::clone(&stop), Arc::clone(&sessions));
            let thread = thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                runtime.block_on(async {
                    let mut running = JoinSet::new();
                    let mut index = 0;
                    while !stops.load(Ordering::Relaxed) {
                        while running.len() < HOSTILE {
                            // Kinds take turns every ten.
                            index += 10;
                            running.spawn(hostile::session(to, index));
                        }
                        let _ = tokio::time::timeout(SETTLES, running.join_next()).await;
                        counts.fetch_add(1, Ordering::Relaxed);
                    }
                });
                Ok(())
            });
            Self {
                stop,
                sessions,
                thread,
            }
        }

        fn disperse(self) -> u64 {
            self.stop.store(true, Ordering::Relaxed);
            if let Ok(Err(error)) = self.thread.join() {
                eprintln!("hostile clients: {error}");
            }
            self.sessions.load(Ordering::Relaxed)
        }
    }
}
