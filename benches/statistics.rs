//! What the figures of a point cost: all at once, as they grow, and when they are asked for.
//!
//! `cargo bench --bench statistics`. The promise: among a million samples, taking 4,096 new ones and
//! working all figures out takes a few milliseconds at most.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use echograph::measurement::{PointFigures, PointStatistics, Probe, Round, median_interval};

const MILLION: u64 = 1_000_000;
const NEW: u64 = 4_096;

/// Round-trip times about 60 us with a tail, none like the next.
fn rtt(nth: u64) -> u64 {
    let mixed = nth.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    let tail = if mixed.is_multiple_of(97) { 40 } else { 1 };
    60_000 + mixed % 9_001 * tail
}

fn round(number: u32, probes: std::ops::Range<u64>) -> Round {
    Round {
        number,
        probes: probes
            .map(|nth| Probe::new(nth * 100_000, Some(rtt(nth))))
            .collect(),
        ..Round::default()
    }
}

fn of_rounds(c: &mut Criterion) {
    let mut group = c.benchmark_group("statistics");
    for (name, rounds, probes) in [("10 x 20", 10, 20), ("100 x 10,000", 100, 10_000)] {
        let rounds: Vec<Round> = (0..rounds)
            .map(|nth| {
                round(
                    nth + 1,
                    u64::from(nth) * probes..u64::from(nth + 1) * probes,
                )
            })
            .collect();
        group.throughput(Throughput::Elements(rounds.len() as u64 * probes));
        group.sample_size(10);
        group.bench_function(format!("of {name} probes"), |b| {
            b.iter(|| PointStatistics::of(black_box(&rounds), 1_000));
        });
    }
    group.finish();
}

fn as_they_come(c: &mut Criterion) {
    let mut group = c.benchmark_group("a million samples");
    let first = round(1, 0..MILLION);
    let mut figures = PointFigures::new(1_000);
    figures.feed(&first);
    group.bench_function("all figures", |b| b.iter(|| figures.statistics()));
    group.sample_size(20);
    group.throughput(Throughput::Elements(NEW));
    for (name, number, probes) in [
        ("4,096 more in the same round", 1, 0..MILLION + NEW),
        ("4,096 in a new round", 2, MILLION..MILLION + NEW),
    ] {
        let next = round(number, probes);
        group.bench_function(name, |b| {
            b.iter_batched_ref(
                || figures.clone(),
                |figures| figures.feed(black_box(&next)),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn intervals(c: &mut Criterion) {
    let medians: Vec<f64> = (0..40_u32).map(|n| f64::from(n * 7 % 40)).collect();
    c.bench_function("the interval of 40 rounds", |b| {
        b.iter(|| median_interval(black_box(&medians)));
    });
}

criterion_group!(benches, of_rounds, as_they_come, intervals);
criterion_main!(benches);
