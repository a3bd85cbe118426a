//! What the instrument itself costs, here and now: reading the clock, asking a socket in vain, and the
//! shortest path this machine has.
//!
//! That path is a pair of sockets of its own on the loopback interface, with a helper thread that
//! echoes and waits in the same way; no server is asked. The helper ends when its socket closes, which
//! happens however the calibration ends, and it is joined. All of it together is bounded in time.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::executor::cpus;
use super::placement::Placement;
use super::readiness::sleep_until_readable;
use super::session::nanoseconds;
use crate::experiment::{Patience, WaitStrategy};
use crate::measurement::{Calibration, percentile};
use crate::protocol::{Dialect, ProbeMessage};

/// How often it is tried on a machine that is too busy.
const TRIES: u32 = 3;
/// How long a try may take; a round trip that is still out then is given up.
const LONGEST: Duration = Duration::from_millis(80);
/// How long opening the connection may take. The kernel opens it within the call, unless a firewall
/// swallows the segments.
const LONGEST_CONNECT: Duration = Duration::from_millis(15);
/// Round trips that are not counted, until so many or for so long.
const WARM_UP: (usize, Duration) = (50, Duration::from_millis(3));
/// Round trips that are counted, until so many or for so long.
const COUNTED: (usize, Duration) = (400, Duration::from_millis(20));
/// A median of fewer round trips says nothing.
const LEAST_COUNTED: usize = 10;
/// Round trips that a floor rests on, at least.
const LEAST_BELIEVED: u32 = 50;

/// Measures the instrument. `None` where there is no loopback interface to do it on, where the machine
/// is too busy to echo, and as soon as `stop` says so, which is asked between round trips.
pub(super) fn calibrate(wait: WaitStrategy, stop: &dyn Fn() -> bool) -> Option<Calibration> {
    let tries = (0..TRIES).map_while(|_| (!stop()).then(|| calibrate_within(LONGEST, wait, stop)));
    // A few round trips, most of which took a scheduler's slice, are no floor.
    let mut believed = tries
        .flatten()
        .filter(|found| found.round_trips >= LEAST_BELIEVED);
    believed.next()
}

fn calibrate_within(
    longest: Duration,
    wait: WaitStrategy,
    stop: &dyn Fn() -> bool,
) -> Option<Calibration> {
    let deadline = Instant::now() + longest;
    let (clock_cost_ns, clock_resolution_ns) = clock()?;
    let (near, far) = pair(deadline)?;
    let waiting = Waiting::new(wait, deadline);
    let theirs = waiting.clone();
    thread::scope(move |scope| {
        // Closes on every way out of here, which ends the helper before the scope waits for it.
        let mut near = near;
        thread::Builder::new()
            .name("echograph-echo".to_owned())
            .spawn_scoped(scope, move || echo(far, theirs))
            .ok()?;
        let rtts = round_trips(&mut near, waiting, stop)?;
        Some(Calibration {
            clock_cost_ns,
            clock_resolution_ns,
            empty_read_ns: empty_read(&mut near)?,
            floor_ns: percentile(&rtts, 0.5)?,
            floor_min_ns: *rtts.first()?,
            round_trips: u32::try_from(rtts.len()).ok()?,
        })
    })
}

/// What reading the clock costs (median), and its smallest step, in nanoseconds.
fn clock() -> Option<(f64, u64)> {
    const BATCHES: usize = 64;
    const INTERVALS: u32 = 32;
    let mut batches = Vec::with_capacity(BATCHES);
    let mut step = u64::MAX;
    let mut readings = [Instant::now(); INTERVALS as usize + 1];
    for _ in 0..BATCHES {
        for reading in &mut readings {
            *reading = Instant::now();
        }
        for (one, next) in readings.iter().zip(readings.iter().skip(1)) {
            let passed = nanoseconds(next.duration_since(*one));
            if passed > 0 {
                step = step.min(passed);
            }
        }
        // Of a batch, not of two readings: on a coarse clock most of these are the same.
        batches.push(nanoseconds(
            readings.last()?.duration_since(*readings.first()?),
        ));
    }
    batches.sort_unstable();
    let cost = percentile(&batches, 0.5)? / f64::from(INTERVALS);
    // No step within all readings: the clock is coarser than they took together.
    Some((cost, step.min(batches.iter().sum::<u64>().max(1))))
}

/// What asking a socket in vain costs, in nanoseconds (median).
fn empty_read(near: &mut TcpStream) -> Option<f64> {
    const BATCHES: usize = 64;
    const READS: u32 = 8;
    let mut byte = [0];
    let mut batches = Vec::with_capacity(BATCHES);
    for _ in 0..BATCHES {
        let began = Instant::now();
        for _ in 0..READS {
            if !near.read(&mut byte).is_err_and(|error| is_empty(&error)) {
                return None;
            }
        }
        batches.push(nanoseconds(began.elapsed()));
    }
    batches.sort_unstable();
    Some(percentile(&batches, 0.5)? / f64::from(READS))
}

/// The round-trip times of the smallest probe, in nanoseconds, sorted.
fn round_trips(
    near: &mut TcpStream,
    mut waiting: Waiting,
    stop: &dyn Fn() -> bool,
) -> Option<Vec<u64>> {
    let mut probe = ProbeMessage::new(Dialect::default(), 1);
    let probe = probe.numbered(1);
    // Borrowed for as long as the stream is read and written.
    let twin = near.try_clone().ok()?;
    let sockets = [SockRef::from(&twin)];
    let mut placement = Placement::new(&sockets);
    let mut rtts = Vec::with_capacity(COUNTED.0);
    for (most, longest, least) in [
        (WARM_UP.0, WARM_UP.1, 0),
        (COUNTED.0, COUNTED.1, LEAST_COUNTED),
    ] {
        rtts.clear();
        let began = Instant::now();
        while rtts.len() < most && (rtts.len() < least || began.elapsed() < longest) {
            if stop() {
                return None;
            }
            rtts.push(nanoseconds(round_trip(near, probe, &mut waiting)?));
            if waiting.was_late && placement.step_aside(Instant::now()) {
                waiting.patience.moved();
            }
        }
    }
    rtts.sort_unstable();
    Some(rtts)
}

fn round_trip(near: &mut TcpStream, probe: &[u8], waiting: &mut Waiting) -> Option<Duration> {
    let mut echo = [0; 64];
    let mut came = 0;
    let sent = Instant::now();
    near.write_all(probe).ok()?;
    while came < probe.len() {
        came += waiting.read(near, echo.get_mut(came..)?)?;
    }
    Some(sent.elapsed())
}

/// Sends back what comes, until the other end closes or time is up.
fn echo(mut far: TcpStream, mut waiting: Waiting) {
    let mut bytes = [0; 64];
    while let Some(came) = waiting.read(&mut far, &mut bytes) {
        let echoed = bytes.get(..came).map(|bytes| far.write_all(bytes));
        if !matches!(echoed, Some(Ok(()))) {
            return;
        }
    }
}

fn is_empty(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock
}

/// How both ends wait.
#[derive(Clone)]
struct Waiting {
    patience: Patience,
    deadline: Instant,
    /// With one processor, asking without ever giving way keeps the other end from answering: that
    /// would be the scheduler's slice, and no floor of a path to another machine.
    gives_way: bool,
    /// Whether what came last was spun for in vain, or came while another thread had the processor.
    was_late: bool,
}

impl Waiting {
    fn new(strategy: WaitStrategy, deadline: Instant) -> Self {
        let processors = cpus();
        Self {
            patience: Patience::new(strategy, processors),
            deadline,
            gives_way: processors < 2,
            was_late: false,
        }
    }

    /// Reads as soon as there is something, at least one byte. `None` when the connection is over, or
    /// the time is.
    fn read(&mut self, stream: &mut TcpStream, buffer: &mut [u8]) -> Option<usize> {
        let budget = self.patience.budget();
        let began = Instant::now();
        let mut in_vain = false;
        let mut looked = None;
        if budget == Some(Duration::ZERO) {
            sleep_until_readable(stream, self.deadline.checked_duration_since(began)?).ok()?;
        }
        loop {
            match stream.read(buffer) {
                Ok(0) => return None,
                Ok(count) => {
                    let now = Instant::now();
                    self.patience.saw(now.duration_since(began), in_vain);
                    self.was_late = in_vain;
                    if let Some(looked) = looked {
                        let away = now.duration_since(looked);
                        self.was_late |= self.patience.looked_after(away);
                    }
                    return Some(count);
                }
                Err(error) if is_empty(&error) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
            let now = Instant::now();
            looked = Some(now);
            let left = self.deadline.checked_duration_since(now)?;
            if budget.is_some_and(|budget| now.duration_since(began) >= budget) {
                in_vain = budget != Some(Duration::ZERO);
                sleep_until_readable(stream, left).ok()?;
                looked = None;
            } else if self.gives_way {
                thread::yield_now();
            } else {
                std::hint::spin_loop();
            }
        }
    }
}

/// Both ends of a connection over the loopback interface that nobody else knows of.
fn pair(deadline: Instant) -> Option<(TcpStream, TcpStream)> {
    [
        IpAddr::from(Ipv4Addr::LOCALHOST),
        IpAddr::from(Ipv6Addr::LOCALHOST),
    ]
    .into_iter()
    .find_map(|address| {
        let listener = TcpListener::bind((address, 0)).ok()?;
        listener.set_nonblocking(true).ok()?;
        let near =
            TcpStream::connect_timeout(&listener.local_addr().ok()?, LONGEST_CONNECT).ok()?;
        let far = accept_from(&listener, near.local_addr().ok()?, deadline)?;
        for end in [&near, &far] {
            end.set_nodelay(true).ok()?;
            end.set_nonblocking(true).ok()?;
        }
        Some((near, far))
    })
}

/// Accepts the connection that comes from `origin`: anybody on this machine may connect to a port.
fn accept_from(listener: &TcpListener, origin: SocketAddr, deadline: Instant) -> Option<TcpStream> {
    loop {
        match listener.accept() {
            Ok((stream, from)) if from == origin => return Some(stream),
            Ok(_) => {}
            Err(error) if is_empty(&error) => thread::sleep(Duration::from_micros(100)),
            Err(_) => return None,
        }
        if Instant::now() > deadline {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// Longer than the busiest machine needs.
    const AMPLE: Duration = Duration::from_mins(1);

    #[test]
    fn every_way_of_waiting_has_its_floor() {
        for wait in WaitStrategy::ALL {
            let found = calibrate_within(AMPLE, wait, &|| false);
            let found = found.unwrap_or_else(|| panic!("no calibration with {wait}"));
            assert!(found.clock_cost_ns > 0.0, "{wait}: {found:?}");
            assert!(found.clock_resolution_ns > 0, "{wait}: {found:?}");
            assert!(found.empty_read_ns > 0.0, "{wait}: {found:?}");
            assert!(found.floor_min_ns > 0, "{wait}: {found:?}");
            let trips = found.round_trips as usize;
            assert!((LEAST_COUNTED..=COUNTED.0).contains(&trips), "{found:?}");
            let above = percentile(&[found.floor_min_ns], 0.5).unwrap();
            assert!(found.floor_ns >= above, "{wait}: {found:?}");
        }
    }

    #[test]
    fn stop_ends_it_between_two_round_trips() {
        for wait in WaitStrategy::ALL {
            let asked = Cell::new(0);
            let stop = || {
                asked.set(asked.get() + 1);
                asked.get() == 3
            };
            assert_eq!(calibrate_within(AMPLE, wait, &stop), None);
            assert_eq!(asked.get(), 3, "{wait}");
            assert_eq!(calibrate(wait, &|| true), None);
        }
    }

    #[test]
    fn the_helper_ends_even_when_the_calibration_breaks() {
        for wait in WaitStrategy::ALL {
            // Comes back only when the helper has ended: the scope waits for it.
            let broken = catch_unwind(AssertUnwindSafe(|| {
                calibrate_within(AMPLE, wait, &|| panic!("on purpose"))
            }));
            assert!(broken.is_err(), "{wait}");
        }
    }

    #[test]
    fn an_echo_that_never_comes_is_given_up_when_the_time_is_over() {
        for wait in WaitStrategy::ALL {
            let (mut near, _silent) = pair(Instant::now() + AMPLE).unwrap();
            let mut waiting = Waiting::new(wait, Instant::now() + Duration::from_millis(5));
            assert_eq!(
                round_trip(&mut near, b"m 1 a\n", &mut waiting),
                None,
                "{wait}"
            );
        }
    }

    #[test]
    fn a_stranger_on_the_port_is_not_taken_for_the_other_end() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let _stranger = TcpStream::connect(address).unwrap();
        let own = TcpStream::connect(address).unwrap();
        let own = own.local_addr().unwrap();
        let taken = accept_from(&listener, own, Instant::now() + AMPLE).unwrap();
        assert_eq!(taken.peer_addr().unwrap(), own);
        let nobody = accept_from(&listener, own, Instant::now());
        assert!(nobody.is_none());
    }
}
