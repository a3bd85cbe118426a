//! The server delay: whether it is applied, in which unit, and how often.
//!
//! Least times are compared: whatever else a busy computer does makes an echo later, never earlier.

use std::time::Duration;

use super::super::answer::seconds;
use super::prober::{Act, Halt, Prober, Sending, Session};

/// What a delay of 1 is when it is in seconds comes to at least that.
const A_SECOND: Duration = Duration::from_millis(700);
/// The delay that is asked for in each of the smaller units, as a time: long beside what an echo costs.
const ASKED: Duration = Duration::from_millis(60);
/// As much of it must be seen.
const SEEN: Duration = Duration::from_millis(50);
/// More than that is more than once.
const TWICE: Duration = Duration::from_millis(105);

/// The units, and what the delay asked for is in them.
const UNITS: [(&str, u64); 3] = [
    ("milliseconds", 60),
    ("microseconds", 60_000),
    ("nanoseconds", 60_000_000),
];

/// Which unit the server takes the delay in.
pub(super) fn unit(prober: &mut Prober) -> Act {
    let base = least(&echoes(prober, 0, Duration::ZERO)?);
    // Seconds first: in the smaller units a delay of 1 is soon over.
    let one = least(&echoes(prober, 1, Duration::from_secs(1))?);
    if one.saturating_sub(base) >= A_SECOND {
        prober.delay_unit = Some(("seconds", 1));
        prober.remarks.push(format!(
            "this server's delay unit is seconds: with a delay of 1 an echo took {}; Echograph takes \
             milliseconds, and the text gives no unit",
            seconds(one)
        ));
        return Ok(());
    }
    for (unit, delay) in UNITS {
        let patience = ASKED * 4;
        let taken = match echoes(prober, delay, patience) {
            Ok(times) => least(&times).saturating_sub(base),
            // A server may have a longest delay.
            Err(Halt::Fail(_)) if delay > 60 => break,
            Err(other) => return Err(other),
        };
        if taken < SEEN {
            continue;
        }
        prober.delay_unit = Some((unit, delay));
        prober.detail = format!(
            "This server's delay unit is {unit}: {delay} came to {}.",
            seconds(taken)
        );
        if unit != "milliseconds" {
            prober.remarks.push(format!(
                "this server's delay unit is {unit}: a delay of {delay} came to {}; Echograph takes \
                 milliseconds, and the text gives no unit",
                seconds(taken)
            ));
        }
        return Ok(());
    }
    Err(Halt::Fail(
        "Expected each echo later by the delay that the setup announced; it came at once, whatever was \
         announced, be it taken for seconds, milliseconds, microseconds or nanoseconds. Look at whether \
         the last field of the setup is kept, and slept before each echo."
            .to_owned(),
    ))
}

/// Whether the delay is applied once to each echo.
pub(super) fn once(prober: &mut Prober) -> Act {
    let Some((unit, delay)) = prober.delay_unit else {
        return Err(Halt::NotApplicable(
            "no delay was seen in the check before".to_owned(),
        ));
    };
    let (asked, twice, least_seen) = if delay == 1 {
        (
            Duration::from_secs(1),
            Duration::from_millis(1_800),
            A_SECOND,
        )
    } else {
        (ASKED, TWICE, SEEN)
    };
    let times = echoes(prober, delay, asked * 4)?;
    let (shortest, longest) = (
        least(&times),
        times.iter().max().copied().unwrap_or_default(),
    );
    if shortest >= twice {
        return Err(Halt::Fail(format!(
            "Expected each echo {} late ({delay} {unit}); each was at least {} late. Look at whether the \
             delay is slept for each piece that is read or written, or in two places.",
            seconds(asked),
            seconds(shortest)
        )));
    }
    if shortest < least_seen {
        return Err(Halt::Fail(format!(
            "Expected every echo {} late ({delay} {unit}); one came after {}, others after up to {}. \
             Look at whether the delay is slept before each echo.",
            seconds(asked),
            seconds(shortest),
            seconds(longest)
        )));
    }
    Ok(())
}

/// The times of the echoes of a session with a delay.
fn echoes(prober: &mut Prober, delay: u64, patience: Duration) -> Result<Vec<Duration>, Halt> {
    let usual = prober.usual();
    let few = prober.dialect.least_probes().max(3);
    prober.session(&Session {
        probes: if prober.takes_one_probe {
            few
        } else {
            usual.probes
        },
        delay,
        patience,
        setup: Sending::Whole,
        ..usual
    })
}

fn least(times: &[Duration]) -> Duration {
    times.iter().min().copied().unwrap_or_default()
}
