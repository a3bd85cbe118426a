//! The server delay: whether it is applied, in which unit, and how often.
//!
//! The unit is told by middle times, so that one late echo on a busy computer does not count; that a
//! delay is not applied twice by the least, which such a computer can only raise a little.

use std::time::Duration;

use super::super::answer::seconds;
use super::prober::{Act, Halt, Prober, Session};

/// What a delay of 1 comes to at least when it is in seconds.
const A_SECOND: Duration = Duration::from_millis(700);
/// The delay that is asked for in each of the smaller units, as a time: long beside what an echo costs.
const ASKED: Duration = Duration::from_millis(60);

/// The smaller units, and what the delay asked for is in them.
const UNITS: [(&str, u64); 3] = [
    ("milliseconds", 60),
    ("microseconds", 60_000),
    ("nanoseconds", 60_000_000),
];

/// A delay that was seen, and the times of the echoes with it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    unit: &'static str,
    delay: u64,
    asked: Duration,
    times: Vec<Duration>,
}

/// Which unit the server takes the delay in.
pub(super) fn unit(prober: &mut Prober) -> Act {
    let base = middle(&echoes(prober, 0, Duration::ZERO)?);
    // Seconds first: in the smaller units a delay of 1 is soon over.
    let second = Duration::from_secs(1);
    let times = echoes(prober, 1, second)?;
    let seen = if middle(&times).saturating_sub(base) >= A_SECOND {
        Some(Seen {
            unit: "seconds",
            delay: 1,
            asked: second,
            times,
        })
    } else {
        smaller_unit(prober, base)?
    };
    let Some(seen) = seen else {
        return Err(Halt::Fail(
            "Expected each echo later by the delay that the setup announced; it came at once, whatever \
             was announced, be it taken for seconds, milliseconds, microseconds or nanoseconds. Look at \
             whether the last field of the setup is kept, and slept before each echo."
                .to_owned(),
        ));
    };
    let Seen { unit, delay, .. } = seen;
    let found = format!(
        "this server's delay unit is {unit}: with a delay of {delay} an echo took {}",
        seconds(middle(&seen.times))
    );
    if unit == "milliseconds" {
        prober.detail = found;
    } else {
        let remark = format!("{found}; Echograph takes milliseconds, and the text gives no unit");
        prober.remarks.push(remark);
    }
    prober.learned.delay = Some(seen);
    Ok(())
}

fn smaller_unit(prober: &mut Prober, base: Duration) -> Result<Option<Seen>, Halt> {
    for (unit, delay) in UNITS {
        let times = match echoes(prober, delay, ASKED * 4) {
            Ok(times) => times,
            // A server may have a longest delay.
            Err(Halt::Fail(_)) if unit != "milliseconds" => return Ok(None),
            Err(other) => return Err(other),
        };
        if middle(&times).saturating_sub(base) >= ASKED * 4 / 5 {
            return Ok(Some(Seen {
                unit,
                delay,
                asked: ASKED,
                times,
            }));
        }
    }
    Ok(None)
}

/// Whether the delay that was seen is applied once to each echo.
pub(super) fn once(prober: &mut Prober) -> Act {
    let Some(seen) = prober.learned.delay.clone() else {
        return Err(Halt::NotApplicable(
            "no delay was seen in the check before".to_owned(),
        ));
    };
    let Seen {
        unit, delay, asked, ..
    } = seen;
    let shortest = seen.times.iter().min().copied().unwrap_or_default();
    let longest = seen.times.iter().max().copied().unwrap_or_default();
    let expected = format!(
        "Expected each echo {} late ({delay} {unit});",
        seconds(asked)
    );
    if shortest >= asked * 7 / 4 {
        return Err(Halt::Fail(format!(
            "{expected} each was at least {} late. Look at whether the delay is slept for each piece that \
             is read or written, or in two places.",
            seconds(shortest)
        )));
    }
    if shortest < asked * 3 / 5 {
        return Err(Halt::Fail(format!(
            "{expected} one came after {}, others after up to {}. Look at whether the delay is slept \
             before each echo.",
            seconds(shortest),
            seconds(longest)
        )));
    }
    prober.detail = format!(
        "with a delay of {delay} ({unit}) echoes took {} to {}",
        seconds(shortest),
        seconds(longest)
    );
    Ok(())
}

/// The times of the echoes of a session with a delay.
fn echoes(prober: &mut Prober, delay: u64, patience: Duration) -> Result<Vec<Duration>, Halt> {
    let usual = prober.usual();
    let few = prober.dialect.least_probes().max(3);
    prober.session(&Session {
        probes: if prober.learned.takes_few_probes {
            few
        } else {
            usual.probes
        },
        delay,
        patience,
        ..usual
    })
}

fn middle(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
