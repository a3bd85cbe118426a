//! A link of a set delay: what it adds to the round trip is found to half a percent within the run's own
//! interval, what the relay itself may cost, and what a server that slept for so long costs to wake.

use std::time::Duration;

use super::program::{Serving, measure, number};
use super::relay::Relayed;
use super::trouble::{Trouble, expect, within_three_attempts};
use super::waking;

/// Three delays each way.
const DELAYS_MS: [u32; 3] = [2, 5, 10];
/// The bounds must be at most so wide, as a share of the delay: wider ones would prove nothing.
const WIDEST: f64 = 0.05;
/// How far beyond them the delay may lie, as a share of it: what timers and waking cost is known only about.
const BEYOND: f64 = 0.005;

/// How long a server sleeps on a link without delay.
const BRIEFLY: Duration = Duration::from_micros(40);

/// The median round trip of a run over the link, its interval, the relay's cost; in nanoseconds.
struct Seen {
    median: f64,
    low: f64,
    high: f64,
    relay: f64,
    /// What it costs to wake a server that slept for a round trip.
    waking: f64,
}

/// At each of three delays.
pub fn is_recovered() -> Result<String, Trouble> {
    within_three_attempts(attempt)
}

/// The client spins and the server sleeps: with the relay that keeps two processors busy, so that both
/// paths are measured with processors that are awake. One that sleeps needs longer to wake the longer it
/// slept, and with both sides asleep the slower path is seen 100 µs longer than it is.
fn attempt() -> Result<String, Trouble> {
    let link = Relayed::new()?;
    let serving = Serving::start(&link.server, &["--wait", "block"])?;
    let none = see(&link, &serving, 0)?;
    let mut told = Vec::new();
    for delay_ms in DELAYS_MS {
        let with = see(&link, &serving, delay_ms)?;
        // With base the path's own and c what the relay adds, the medians are base + 2 delay + c and
        // base + c'; each c is between nothing and the relay's cost. The server has slept longer where
        // there is a delay, and takes longer to wake.
        let delay = f64::from(2 * delay_ms) * 1e6;
        let waking = (with.waking - none.waking).max(0.0);
        let low = with.low - none.high - with.relay - waking;
        let high = with.high - none.low + none.relay;
        let figures = format!(
            "{delay_ms} ms each way: RTT {:.1} µs, {:.1} µs without delay; the difference is {:.1} µs, \
             {:.1} to {:.1} µs by the intervals, the relay's own {:.1} and {:.1} µs, and {:.1} µs of \
             waking after longer sleep",
            with.median / 1e3,
            none.median / 1e3,
            (with.median - none.median) / 1e3,
            low / 1e3,
            high / 1e3,
            with.relay / 1e3,
            none.relay / 1e3,
            waking / 1e3,
        );
        let beyond = BEYOND * delay;
        let holds = (low - beyond..=high + beyond).contains(&delay);
        expect(holds, || figures.clone())?;
        expect(high - low <= WIDEST * delay, || {
            format!("too wide to tell: {figures}")
        })?;
        told.push(figures);
    }
    Ok(told.join("\n    "))
}

fn see(link: &Relayed, serving: &Serving, delay_ms: u32) -> Result<Seen, Trouble> {
    link.delay(Duration::from_millis(delay_ms.into()));
    // So many rounds that five of them may be disturbed before the interval widens.
    let document = measure(
        &link.client,
        serving.port,
        &[
            "--sizes", "100", "--probes", "20", "--rounds", "20", "--warmup", "5", "--wait", "spin",
        ],
    )?;
    Ok(Seen {
        median: number(&document, "/points/0/rtt_ns/p50")?,
        low: number(&document, "/points/0/rtt_ns/median_ci95/0")?,
        high: number(&document, "/points/0/rtt_ns/median_ci95/1")?,
        relay: link.cost_ns(),
        waking: waking::cost_ns(Duration::from_millis((2 * delay_ms).into()) + BRIEFLY)?,
    })
}
