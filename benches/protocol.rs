//! What the wire costs beside the system calls: building a probe, checking its echo, recognising a
//! request, reading a reply.
//!
//! `cargo bench --bench protocol`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use echograph::protocol::{
    Dialect, MeasurementType, Phase, ProbeMessage, RequestParser, Rules, Setup, parse_reply,
};

/// Payload bytes: the least, one segment, and the largest of the assignment.
const SIZES: [usize; 3] = [1, 1_000, 32_768];

fn encode(c: &mut Criterion) {
    let mut group = c.benchmark_group("number a probe");
    for size in SIZES {
        let mut probe = ProbeMessage::new(Dialect::Boston, size);
        let mut seq = 0;
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                seq = seq % 1_000_000 + 1;
                black_box(probe.numbered(black_box(seq)).len())
            });
        });
    }
    group.finish();
}

fn check(c: &mut Criterion) {
    let mut group = c.benchmark_group("check an echo");
    for size in SIZES {
        let mut probe = ProbeMessage::new(Dialect::Boston, size);
        let echo = probe.numbered(7).to_vec();
        group.throughput(Throughput::Bytes(echo.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| probe.check(black_box(&echo)));
        });
    }
    group.finish();
}

fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("recognise a probe");
    for size in SIZES {
        let setup = Setup {
            kind: MeasurementType::Rtt,
            probes: 1_000_000,
            message_size: size as u64,
            server_delay_ms: 0,
        };
        let line = format!("{}\n", setup.line(Dialect::Boston));
        let in_measurement = || {
            let mut parser = RequestParser::new(Rules {
                strict: true,
                ..Rules::default()
            });
            parser.next(line.as_bytes()).expect("a valid setup message");
            parser
        };
        let mut probe = ProbeMessage::new(Dialect::Boston, size);
        let mut parser = in_measurement();
        let mut seq = 0;
        group.throughput(Throughput::Bytes(probe.numbered(1).len() as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                if seq == setup.probes {
                    (parser, seq) = (in_measurement(), 0);
                }
                seq += 1;
                let message = probe.numbered(seq);
                black_box(parser.next(black_box(message))).expect("a valid probe");
            });
        });
    }
    group.finish();
    c.bench_function("read a reply", |b| {
        let reply = b"200 OK: Ready\n";
        b.iter(|| parse_reply(black_box(reply), Dialect::Boston, Phase::Setup, false));
    });
}

criterion_group!(benches, encode, check, parse);
criterion_main!(benches);
