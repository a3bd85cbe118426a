//! The engine's account of its own work, added up over the rounds of a point.

use crate::measurement::numbers::float;
use crate::measurement::{Calibration, Point, Round};

/// How long a round measured.
pub(super) fn elapsed_ns(round: &Round) -> f64 {
    if let Some(work) = round.work {
        return float(work.elapsed_ns());
    }
    let began = round.probes.iter().map(|probe| probe.sent_ns).min();
    let echoes = round.probes.iter().filter_map(|probe| {
        let rtt = probe.rtt_ns()?;
        Some(probe.sent_ns.saturating_add(rtt))
    });
    match (began, echoes.max()) {
        (Some(began), Some(ended)) => float(ended.saturating_sub(began)),
        _ => 0.0,
    }
}

/// The share of the time in which the measuring thread worked. One thread measures all connections of
/// a round: its processor time is the same in each of them, and its pauses too.
pub(super) fn own_work(point: &Point, calibration: Option<&Calibration>) -> Option<f64> {
    let (mut worked, mut elapsed) = (0.0, 0.0);
    let mut rounds = point.rounds.iter().peekable();
    while let Some(first) = rounds.next() {
        let (mut cpu, mut paused, mut empty_reads) = (0_u64, 0_u64, 0_u64);
        let (mut began, mut ended) = (u64::MAX, 0);
        let mut next = Some(first);
        while let Some(round) = next {
            let work = round.work?;
            cpu = cpu.max(work.cpu_ns?);
            paused = paused.max(work.paused_ns);
            empty_reads = empty_reads.saturating_add(work.empty_reads);
            began = began.min(work.began_ns);
            ended = ended.max(work.ended_ns);
            next = rounds.next_if(|other| other.number == first.number);
        }
        let vain = match calibration {
            Some(calibration) => float(empty_reads) * calibration.empty_read_ns,
            None if empty_reads == 0 => 0.0,
            // Nobody knows how much of it was waiting.
            None => return None,
        };
        worked += (float(cpu) - vain - float(paused)).max(0.0);
        elapsed += float(ended.saturating_sub(began).saturating_sub(paused));
    }
    (elapsed > 0.0).then(|| (worked / elapsed).min(1.0))
}

/// The shares of the time in which the measuring thread, and in which anything on this computer, was ready
/// to run and had no processor. One thread measures all connections of a round.
pub(super) fn waited(point: &Point) -> (Option<f64>, Option<f64>) {
    let (mut queued, mut contended, mut elapsed) = (Some(0.0), Some(0.0), 0.0);
    let mut rounds = point.rounds.iter().peekable();
    while let Some(round) = rounds.next() {
        while rounds
            .next_if(|other| other.number == round.number)
            .is_some()
        {}
        let work = round.work.unwrap_or_default();
        let add = |sum: Option<f64>, ns: Option<u64>| Some(sum? + float(ns?));
        queued = add(queued, work.queued_ns);
        contended = add(contended, work.contended_ns);
        elapsed += float(work.ended_ns.saturating_sub(work.began_ns));
    }
    let share = |ns: f64| (ns / elapsed).min(1.0);
    let known = |sum: Option<f64>| sum.filter(|_| elapsed > 0.0).map(share);
    (known(queued), known(contended))
}

/// Bytes that a read gave, on average.
pub(super) fn mean_read(point: &Point) -> Option<f64> {
    let (mut bytes, mut reads) = (0_u64, 0_u64);
    for round in &point.rounds {
        let work = round.work?;
        bytes = bytes.saturating_add(work.bytes_read);
        reads = reads.saturating_add(work.reads);
    }
    (reads > 0).then(|| float(bytes) / float(reads))
}

/// The share of the messages that the kernel did not take whole at once.
pub(super) fn held(point: &Point) -> Option<f64> {
    let (mut held, mut sent) = (0_u64, 0_u64);
    for round in &point.rounds {
        held = round.work?.held_messages.saturating_add(held);
        sent += round.probes.len() as u64;
    }
    (sent > 0).then(|| float(held) / float(sent))
}
