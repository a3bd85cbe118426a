//! Which processor the measuring thread runs on while the thread it waits for runs on this machine too.
//!
//! Two threads that ask again and again for each other's bytes need a processor each. A scheduler draws
//! whoever is woken to the one that wakes it, so that both can end on the same processor although
//! another is free; and as both sleep now and then from there on, neither looks busy enough to be moved,
//! for some fifty milliseconds. Round trips take twice as long meanwhile, and none of that is the path.
//! So whoever spun in vain looks where the echo came from, and steps aside. Nobody is pinned: all
//! processors are allowed again at once.

use std::io;
use std::time::{Duration, Instant};

use socket2::{SockAddr, SockRef};

/// Between two steps. On a machine with more to do than processors there is no better place, and
/// looking for it all the time would be one more thing to do.
const REPOSE: Duration = Duration::from_millis(5);

/// The place of a thread whose sockets' peers may be on this machine.
pub(super) struct Placement<'s> {
    /// A socket whose peer is.
    near: Option<&'s SockRef<'s>>,
    looked: Option<Instant>,
}

impl<'s> Placement<'s> {
    pub fn new(sockets: &'s [SockRef<'s>]) -> Self {
        Self {
            near: sockets.iter().find(|socket| is_near(socket)),
            looked: None,
        }
    }

    /// Leaves the processor to the thread that sent the last bytes, if that runs on it too. Whether the
    /// thread moved. Some system calls: not while a probe is in flight.
    pub fn step_aside(&mut self, now: Instant) -> bool {
        let Some(socket) = self.near else {
            return false;
        };
        let recent = |looked| now.saturating_duration_since(looked) < REPOSE;
        if self.looked.is_some_and(recent) {
            return false;
        }
        self.looked = Some(now);
        leave_to_the_sender(socket)
    }
}

/// Whether the peer has a loopback address or the same as this end: then it is on this machine. Of two
/// addresses of one machine this tells nothing.
fn is_near(socket: &SockRef<'_>) -> bool {
    let address = |end: io::Result<SockAddr>| Some(end.ok()?.as_socket()?.ip().to_canonical());
    address(socket.peer_addr())
        .is_some_and(|peer| peer.is_loopback() || address(socket.local_addr()) == Some(peer))
}

#[cfg(target_os = "linux")]
fn leave_to_the_sender(socket: &SockRef<'_>) -> bool {
    use rustix::net::sockopt::socket_incoming_cpu;
    use rustix::thread::{sched_getaffinity, sched_getcpu, sched_setaffinity};

    let here = sched_getcpu();
    // Bytes that never leave the machine are delivered by the processor that sends them.
    let is_shared = socket_incoming_cpu(&**socket).is_ok_and(|cpu| cpu as usize == here);
    let Some(allowed) = is_shared
        .then(|| sched_getaffinity(None).ok())
        .flatten()
        .filter(|allowed| allowed.count() > 1)
    else {
        return false;
    };
    let mut others = allowed;
    others.unset(here);
    let moved = sched_setaffinity(None, &others).is_ok();
    moved && sched_setaffinity(None, &allowed).is_ok()
}

/// Not available here.
#[cfg(not(target_os = "linux"))]
fn leave_to_the_sender(_: &SockRef<'_>) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    use super::*;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (near, listener.accept().unwrap().0)
    }

    /// Runs on one processor only, then on `allowed` again.
    fn once_on(cpu: usize, allowed: &CpuSet, what: impl FnOnce()) {
        let mut only = CpuSet::new();
        only.set(cpu);
        sched_setaffinity(None, &only).unwrap();
        what();
        sched_setaffinity(None, allowed).unwrap();
    }

    #[test]
    fn a_thread_leaves_the_processor_that_it_shares_with_the_sender_and_no_other() {
        // A thread of its own: where the other tests run is not to be touched.
        let tried = thread::spawn(|| {
            let allowed = sched_getaffinity(None).unwrap();
            let cpus: Vec<_> = (0..CpuSet::MAX_CPU)
                .filter(|cpu| allowed.is_set(*cpu))
                .collect();
            let [first, second, ..] = cpus[..] else {
                return None;
            };
            let (near, far) = pair();
            let (mut left, mut stayed) = (0, 0);
            for _ in 0..50 {
                let bytes_come = || {
                    (&far).write_all(b"x").unwrap();
                    (&near).read_exact(&mut [0]).unwrap();
                };
                // What the scheduler does between two lines is its own: most times it does nothing.
                once_on(first, &allowed, bytes_come);
                left += u32::from(leave_to_the_sender(&SockRef::from(&near)));
                once_on(first, &allowed, bytes_come);
                once_on(second, &allowed, || ());
                stayed += u32::from(!leave_to_the_sender(&SockRef::from(&near)));
                assert!(
                    sched_getaffinity(None).unwrap() == allowed,
                    "nobody is pinned"
                );
            }
            Some((left, stayed))
        });
        if let Some((left, stayed)) = tried.join().unwrap() {
            assert!(left > 0 && stayed > 0, "left {left}, stayed {stayed} of 50");
        }
    }

    #[test]
    fn a_thread_with_a_single_processor_stays() {
        thread::spawn(|| {
            let allowed = sched_getaffinity(None).unwrap();
            let first = (0..CpuSet::MAX_CPU)
                .find(|cpu| allowed.is_set(*cpu))
                .unwrap();
            let mut only = CpuSet::new();
            only.set(first);
            sched_setaffinity(None, &only).unwrap();
            let (near, far) = pair();
            (&far).write_all(b"x").unwrap();
            (&near).read_exact(&mut [0]).unwrap();
            assert!(!leave_to_the_sender(&SockRef::from(&near)));
        })
        .join()
        .unwrap();
    }

    #[test]
    fn only_a_peer_on_this_machine_can_be_in_the_way() {
        let (near, _far) = pair();
        assert!(is_near(&SockRef::from(&near)));
        let alone = TcpListener::bind("127.0.0.1:0").unwrap();
        assert!(!is_near(&SockRef::from(&alone)), "it has no peer");
    }
}
