//! What it costs to wake a thread that slept for so long, on this machine and as busy as it is: measured
//! beside the link, with a socket pair of its own. A processor that had nothing to do for longer needs
//! longer to begin, and that is neither the link's delay nor the program's.

use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use super::trouble::Trouble;

const TIMES: usize = 40;

/// The median time, in nanoseconds, from sending to a thread that has slept for `slept` until it reads
/// the clock.
pub fn cost_ns(slept: Duration) -> Result<f64, Trouble> {
    measure(slept).map_err(|error| Trouble::Broken(format!("a socket pair: {error}")))
}

fn measure(slept: Duration) -> std::io::Result<f64> {
    let (sender, receiver) = UnixDatagram::pair()?;
    let patience = Some(Duration::from_secs(5));
    receiver.set_read_timeout(patience)?;
    let mut costs = std::thread::scope(|scope| {
        let woken = scope.spawn(move || -> std::io::Result<Vec<Instant>> {
            let mut byte = [0];
            (0..TIMES)
                .map(|_| receiver.recv(&mut byte).map(|_| Instant::now()))
                .collect()
        });
        let mut sent = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            // As a client that spins: the other thread sleeps, this one does not.
            let due = Instant::now() + slept;
            while Instant::now() < due {
                std::hint::spin_loop();
            }
            sent.push(Instant::now());
            sender.send(&[1])?;
        }
        let woken = woken
            .join()
            .unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into()))?;
        let costs = sent.iter().zip(woken).map(|(sent, woken)| woken - *sent);
        std::io::Result::Ok(costs.collect::<Vec<_>>())
    })?;
    costs.sort_unstable();
    Ok(costs
        .get(costs.len() / 2)
        .map_or(0.0, |cost| cost.as_secs_f64() * 1e9))
}
