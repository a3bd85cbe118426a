//! A link of a set delay: IP packets are taken from one TUN device and put into another when they are
//! due. The relay keeps account of its own cost, apart from what is measured over it: by how much each
//! packet may have been in it longer than it should.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::namespaces::{CLIENT, Namespace, SERVER, ask, command, fresh_name};
use super::trouble::Trouble;
use super::tun;

/// Two namespaces and the relay between them.
pub struct Relayed {
    // First, so that it ends before its devices' namespaces do.
    relay: Relay,
    pub client: Namespace,
    pub server: Namespace,
}

impl Relayed {
    /// A link without delay.
    pub fn new() -> Result<Self, Trouble> {
        let (client, server) = (Namespace::new()?, Namespace::new()?);
        let near = Self::end(&client, CLIENT, SERVER)?;
        let far = Self::end(&server, SERVER, CLIENT)?;
        let relay = Relay::start(near, far);
        Ok(Self {
            relay,
            client,
            server,
        })
    }

    fn end(namespace: &Namespace, own: &str, peer: &str) -> Result<File, Trouble> {
        let device = fresh_name();
        let file = tun::open(&device)?;
        let name = &namespace.name;
        ask(&["ip", "link", "set", &device, "netns", name])?;
        ask(&[
            "ip", "-n", name, "addr", "add", own, "peer", peer, "dev", &device,
        ])?;
        ask(&["ip", "-n", name, "link", "set", &device, "up"])?;
        Ok(file)
    }

    /// Holds each packet back for so long from now on, each way, and begins a new account.
    pub fn delay(&self, delay: Duration) {
        let nanos = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
        self.relay.shared.delay_ns.store(nanos, Ordering::Relaxed);
        self.relay.shared.account(|costs| *costs = Costs::default());
    }

    /// The median, over the packets of each way, of what the relay may have added to the delay; both
    /// ways added, in nanoseconds.
    pub fn cost_ns(&self) -> f64 {
        self.relay
            .shared
            .account(|costs| costs.iter_mut().map(|way| median(way)).sum())
    }
}

fn median(costs: &mut [Duration]) -> f64 {
    costs.sort_unstable();
    costs
        .get(costs.len() / 2)
        .map_or(0.0, |cost| cost.as_secs_f64() * 1e9)
}

type Costs = [Vec<Duration>; 2];

#[derive(Default)]
struct Shared {
    delay_ns: AtomicU64,
    ends: AtomicBool,
    costs: Mutex<Costs>,
}

impl Shared {
    fn account<T>(&self, change: impl FnOnce(&mut Costs) -> T) -> T {
        change(&mut self.costs.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The thread that relays; it ends when this is dropped.
struct Relay {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    fn start(near: File, far: File) -> Self {
        let shared = Arc::new(Shared::default());
        let relaying = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            go_first();
            let began = Instant::now();
            let mut ways = [Way::new(0, began), Way::new(1, began)];
            let [there, back] = &mut ways;
            // It asks all the time: a sleep would be late by more than the paths measured take.
            while !relaying.ends.load(Ordering::Relaxed) {
                there.carry(&near, &far, &relaying);
                back.carry(&far, &near, &relaying);
            }
        });
        Self {
            shared,
            thread: Some(thread),
        }
    }
}

/// Asks for this thread to be served before others; where that is refused, its cost is larger and seen
/// to be.
fn go_first() {
    if let Ok(thread) = fs::read_link("/proc/thread-self")
        && let Some(number) = thread.file_name().and_then(OsStr::to_str)
    {
        command(&["renice", "-n", "-20", "-p", number]).ok();
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// A packet that waits.
struct Held {
    bytes: Vec<u8>,
    /// The first moment at which it can have come.
    came_after: Instant,
    due: Instant,
    delay: Duration,
}

/// One direction.
struct Way {
    number: usize,
    held: VecDeque<Held>,
    /// When there was nothing to be read for the last time.
    empty_at: Instant,
    buffer: Vec<u8>,
}

impl Way {
    fn new(number: usize, began: Instant) -> Self {
        Self {
            number,
            held: VecDeque::new(),
            empty_at: began,
            buffer: vec![0; 65_536],
        }
    }

    /// Takes what has come, and puts out what is due.
    fn carry(&mut self, mut from: &File, mut to: &File, shared: &Shared) {
        let asked = Instant::now();
        match from.read(&mut self.buffer) {
            Ok(length) => {
                let delay = Duration::from_nanos(shared.delay_ns.load(Ordering::Relaxed));
                self.held.push_back(Held {
                    bytes: self.buffer[..length].to_vec(),
                    came_after: self.empty_at,
                    due: Instant::now() + delay,
                    delay,
                });
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.empty_at = asked,
            // The device goes with its namespace, and the relay with the test.
            Err(_) => {}
        }
        while let Some(held) = self.held.front() {
            if Instant::now() < held.due {
                break;
            }
            // A device that takes nothing loses the packet, as links do.
            to.write_all(&held.bytes).ok();
            let cost = held.came_after.elapsed().saturating_sub(held.delay);
            shared.account(|costs| costs[self.number].push(cost));
            self.held.pop_front();
        }
    }
}
