//! The server takes no memory for a probe, however it waits for it.
//!
//! A program of its own, because it counts every allocation of the process.

#![expect(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};

use echograph::experiment::WaitStrategy;
use echograph::server::{Server, ServerConfig, ServerHooks};

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

struct Counting;

// SAFETY: everything is the system's; counting touches no memory of the caller.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Sequence numbers of five digits, so that every probe is as long as the others.
const FIRST: u32 = 10_000;
/// Probes until the log is full and every buffer has grown.
const BEFORE: u32 = 12_000;
const COUNTED: u32 = 10_000;

#[test]
fn a_probe_takes_no_memory() {
    for wait in WaitStrategy::ALL {
        let config = ServerConfig {
            port: 0,
            wait,
            most_polling: 1,
            ..ServerConfig::default()
        };
        let server = Server::start(config, ServerHooks::default()).expect("a server");
        let mut stream = TcpStream::connect(server.local_addr()).expect("a connection");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        for (kind, size) in [("rtt", 14), ("tput", 3_000)] {
            if kind == "tput" {
                stream = TcpStream::connect(server.local_addr()).expect("a connection");
            }
            let setup = format!("s {kind} {} {size} 0\n", FIRST + BEFORE + COUNTED);
            stream.write_all(setup.as_bytes()).expect("it takes it");
            stream.read_exact(&mut [0; 14]).expect("ready");
            let mut message = format!("m {FIRST} {}\n", "x".repeat(size)).into_bytes();
            let mut echo = message.clone();
            for seq in 1..FIRST {
                let short = format!("m {seq} {}\n", "x".repeat(size)).into_bytes();
                exchange(&mut stream, &short, &mut echo);
            }
            let mut seq = FIRST;
            let mut probes = |count: u32| {
                for _ in 0..count {
                    write!(&mut message[2..7], "{seq}").expect("five digits");
                    exchange(&mut stream, &message, &mut echo);
                    seq += 1;
                }
            };
            probes(BEFORE);
            let before = ALLOCATIONS.load(Ordering::Relaxed);
            probes(COUNTED);
            let taken = ALLOCATIONS.load(Ordering::Relaxed) - before;
            // What happens now and then may: none of it comes with a probe. A session that polls stops
            // being watched after dozens of probes, and is watched again when it has to sleep.
            let one_in = match wait {
                WaitStrategy::Block => 1_000,
                WaitStrategy::Auto | WaitStrategy::Spin => 10,
            };
            assert!(
                taken < u64::from(COUNTED) / one_in,
                "{wait}, {size} bytes: {taken} allocations for {COUNTED} probes"
            );
        }
    }
}

fn exchange(stream: &mut TcpStream, message: &[u8], echo: &mut [u8]) {
    stream.write_all(message).expect("it takes it");
    let echo = &mut echo[..message.len()];
    stream.read_exact(echo).expect("an echo");
    assert!(echo == message);
}
