//! A server's session, without a socket. Whatever bytes, silences and ends come: no panic, no waiting for what
//! cannot come, no more memory than there may be; and where there were no silences, the answers do not depend on
//! where the bytes were cut.

#![no_main]

use arbitrary::Arbitrary;
use echograph::protocol::{DelayUnit, Dialect, Limits};
use echograph::server::{Act, Event, ServerConfig, play};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
enum Part<'a> {
    Bytes(&'a [u8]),
    Silence,
    Idle,
    End,
}

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    dialect: u8,
    act: u8,
    strict: bool,
    parts: Vec<Part<'a>>,
}

fn config(input: &Input) -> ServerConfig {
    let acts = Act::all();
    let mut manner = acts[usize::from(input.act) % acts.len()].manner();
    manner.delay_unit = DelayUnit::Ignored;
    ServerConfig {
        dialect: Dialect::ALL[usize::from(input.dialect) % Dialect::ALL.len()],
        strict: input.strict,
        manner,
        limits: Limits {
            max_message_size: 64 * 1024,
            ..Limits::default()
        },
        memory_budget: 256 * 1024,
        ..ServerConfig::default()
    }
}

fuzz_target!(|input: Input| {
    let events = input.parts.iter().map(|part| match part {
        Part::Bytes(bytes) => Event::Bytes(bytes),
        Part::Silence => Event::Silence,
        Part::Idle => Event::Idle,
        Part::End => Event::End,
    });
    let heard = play(config(&input), events);
    let mut all = Vec::new();
    let mut is_plain = true;
    for part in &input.parts {
        match part {
            Part::Bytes(bytes) => all.extend_from_slice(bytes),
            Part::Silence | Part::Idle | Part::End => is_plain = false,
        }
    }
    if is_plain && !all.is_empty() {
        assert_eq!(heard, play(config(&input), [Event::Bytes(&all)]));
    }
});
