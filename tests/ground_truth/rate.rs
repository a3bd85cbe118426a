//! A link of a set rate: what a pipelined run tells as throughput is that rate, less the headers.

use super::namespaces::Ethernet;
use super::program::{Serving, column, measure, number};
use super::trouble::{Trouble, expect, within_three_attempts};

/// TCP payload of a full segment: an MTU of 1500 less 20 bytes of IP, 20 of TCP and 12 of time stamps.
const SEGMENT: u32 = 1448;
/// The same on the wire as the tbf queue counts it: with 14 bytes of Ethernet header.
const SEGMENT_ON_WIRE: u32 = 1514;
/// How far off is allowed.
const TOLERANCE: f64 = 0.03;
/// Probes 1 to 99 use up the queue's burst; 100 to 999 have three digits.
const WARMUP: u32 = 99;
const PROBES: u32 = 900;
/// What the message has beyond its payload: `m`, a blank, three digits, a blank, the line end.
const AROUND_PAYLOAD: u32 = 7;

/// Two rates, so that it is the link's that is found and not the program's own.
pub fn is_recovered() -> Result<String, Trouble> {
    let mut told = Vec::new();
    for (megabits, segments) in [(20, 4), (80, 8)] {
        told.push(within_three_attempts(|| at(megabits, segments))?);
    }
    Ok(told.join("\n    "))
}

fn at(megabits: u32, segments: u32) -> Result<String, Trouble> {
    let ethernet = Ethernet::with_rate(megabits)?;
    let serving = Serving::start(&ethernet.server, &[])?;
    // Messages fill their segments, so that the headers can be worked out.
    let payload = segments * SEGMENT - AROUND_PAYLOAD;
    let document = measure(
        &ethernet.client,
        serving.port,
        &[
            "--type",
            "tput",
            "--sizes",
            &payload.to_string(),
            "--depth",
            "16",
            "--rounds",
            "1",
            "--warmup",
            &WARMUP.to_string(),
            "--probes",
            &PROBES.to_string(),
        ],
    )?;
    // Acknowledgements share the link with what goes the other way, and how many there are is the
    // kernel's affair: what was on the wire is what the busier queue counted.
    let there = Ethernet::bytes_sent(&ethernet.client)?;
    let back = Ethernet::bytes_sent(&ethernet.server)?;
    let wire = there.max(back);
    let messages = f64::from(WARMUP + PROBES);
    let data_alone = messages * f64::from(segments * SEGMENT_ON_WIRE);
    expect((1.0..1.05).contains(&(wire / data_alone)), || {
        format!("{wire} bytes on the wire, where data and headers make {data_alone}")
    })?;

    let rate = f64::from(megabits) * 1e6 / 8.0;
    let true_goodput = rate * messages * f64::from(payload) / wire;
    let told = number(&document, "/points/0/throughput/mean")?;
    let seen = goodput_after_warmup(&document, payload)?;
    let off = |goodput: f64| (goodput / true_goodput - 1.0) * 100.0;
    let figures = format!(
        "{megabits} Mbit/s: told {told:.0} B/s ({:+.2} %), by its samples {seen:.0} B/s ({:+.2} %), \
         true {true_goodput:.0} B/s; {wire:.0} bytes on the wire, {:.2} % of them \
         acknowledgements alone",
        off(told),
        off(seen),
        (wire / data_alone - 1.0) * 100.0,
    );
    for goodput in [told, seen] {
        expect((goodput / true_goodput - 1.0).abs() <= TOLERANCE, || {
            figures.clone()
        })?;
    }
    Ok(figures)
}

/// Payload bytes per second from the last echo of the warm-up to the last of all.
fn goodput_after_warmup(document: &serde_json::Value, payload: u32) -> Result<f64, Trouble> {
    let sent = column(document, "sent_ns")?;
    let rtts = column(document, "rtt_ns")?;
    let back: Vec<f64> = sent
        .iter()
        .zip(&rtts)
        .map(|(sent, rtt)| sent + rtt)
        .collect();
    expect(back.len() == (WARMUP + PROBES) as usize, || {
        format!("{} of {} echoes came", back.len(), WARMUP + PROBES)
    })?;
    let (warm, last) = (back[WARMUP as usize - 1], back[back.len() - 1]);
    Ok(f64::from(PROBES) * f64::from(payload) / (last - warm) * 1e9)
}
