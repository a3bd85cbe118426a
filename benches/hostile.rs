//! What a hundred hostile clients cost an honest one: the 99th percentile of its round-trip time with them, as
//! many times as without.
//!
//! `cargo bench --bench hostile`. Linux. The server is a process of its own (`ECHOGRAPH_PROGRAM`, or the bench's own build).
//! Blocks with and without hostile clients take turns, and the median of the ratios of neighbours counts, so that
//! what the machine does besides is in both.
//!
//! Hostile clients on this machine take its processors from client and server alike, which those on another one do
//! not. So they are tried at the lowest priority too, where the scheduler prefers everybody else.

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
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::{self, JoinHandle};
    use std::time::{Duration, Instant};

    use echograph::measurement::percentile;
    use tokio::task::JoinSet;

    use super::hostile;
    use super::serving::Serving;

    /// Hostile clients at a time.
    const HOSTILE: usize = 100;
    /// Blocks of each kind.
    const BLOCKS: usize = 7;
    const PROBES: u32 = 40_000;
    const SIZE: usize = 100;
    /// What is promised.
    const MOST: f64 = 2.0;
    /// How long hostile clients have to come, or to go.
    const SETTLES: Duration = Duration::from_secs(1);

    pub fn run() -> io::Result<()> {
        let (serving, other) = (Serving::start(), Serving::start());
        println!(
            "99th percentile of {PROBES} RTTs of {SIZE} bytes, µs: without hostile clients, with {HOSTILE} at another \
             server of this machine, with {HOSTILE} at the same one, and with {HOSTILE} there at the lowest priority"
        );
        println!(
            "  without  elsewhere       here   giving way  here/without  here/elsewhere  giving way/without"
        );
        let (mut all, mut own, mut giving) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..BLOCKS {
            let own_server = serving.address;
            let without = block(own_server)?;
            let elsewhere = among(other.address, own_server, Priority::Usual)?;
            let here = among(own_server, own_server, Priority::Usual)?;
            let away = among(own_server, own_server, Priority::Lowest)?;
            let (of_all, of_own, of_giving) = (here / without, here / elsewhere, away / without);
            println!(
                "{without:9.1} {elsewhere:10.1} {here:10.1} {away:12.1} {of_all:13.2} {of_own:15.2} {of_giving:19.2}"
            );
            all.push(of_all);
            own.push(of_own);
            giving.push(of_giving);
        }
        let (of_all, of_own, of_giving) = (median(all), median(own), median(giving));
        let verdict = |ratio: f64| {
            if ratio <= MOST {
                "holds"
            } else {
                "does not hold"
            }
        };
        println!(
            "median of the ratios: {of_all:.2}, {of_own:.2} and {of_giving:.2}; at most {MOST} of those without {} \
             with the processors shared, and {} where the hostile clients give way",
            verdict(of_all),
            verdict(of_giving)
        );
        Ok(())
    }

    /// How the scheduler is to treat hostile clients.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Priority {
        Usual,
        /// They run where nobody else would.
        Lowest,
    }

    /// The 99th percentile of a session with one server while another is attacked.
    fn among(attacked: SocketAddr, measured: SocketAddr, priority: Priority) -> io::Result<f64> {
        let crowd = Crowd::gather(attacked, priority);
        thread::sleep(SETTLES);
        let found = block(measured);
        crowd.disperse();
        thread::sleep(SETTLES);
        found
    }

    fn median(mut ratios: Vec<f64>) -> f64 {
        ratios.sort_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// The 99th percentile of an honest session, in microseconds.
    fn block(to: SocketAddr) -> io::Result<f64> {
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
        Ok(percentile(&rtts, 0.99).unwrap_or(f64::NAN) / 1e3)
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
        thread: JoinHandle<io::Result<()>>,
    }

    impl Crowd {
        fn gather(to: SocketAddr, priority: Priority) -> Self {
            let stop = Arc::<AtomicBool>::default();
            let stops = Arc::clone(&stop);
            let thread = thread::spawn(move || {
                if priority == Priority::Lowest {
                    // On Linux this is of the calling thread alone.
                    rustix::process::setpriority_process(None, 19)?;
                }
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
                    }
                });
                Ok(())
            });
            Self { stop, thread }
        }

        fn disperse(self) {
            self.stop.store(true, Ordering::Relaxed);
            if let Ok(Err(error)) = self.thread.join() {
                eprintln!("hostile clients: {error}");
            }
        }
    }
}
