//! A session that keeps to the text, cut anywhere: every echo is exact, and it ends well.

#![no_main]

use arbitrary::Arbitrary;
use echograph::protocol::{Dialect, Idiom, MeasurementType, Setup};
use echograph::server::{Event, ServerConfig, SessionEnd, play};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input {
    dialect: u8,
    strict: bool,
    is_rate: bool,
    size: u16,
    letters: Vec<u8>,
    probes: u8,
    twice: bool,
    cuts: Vec<u16>,
}

fuzz_target!(|input: Input| {
    let spoken = [Dialect::Boston, Dialect::Bologna, Dialect::BostonSizeFirst];
    let dialect = spoken[usize::from(input.dialect) % spoken.len()];
    let idiom = Idiom::from(dialect);
    let setup = Setup {
        kind: if input.is_rate {
            MeasurementType::Tput
        } else {
            MeasurementType::Rtt
        },
        // The fewest of any dialect.
        probes: 20 + u32::from(input.probes % 8),
        message_size: u64::from(input.size % 2000) + 1,
        server_delay_ms: 0,
    };
    let letter = |at: usize| {
        let found = input.letters.get(at % input.letters.len().max(1));
        char::from(b'a' + found.copied().unwrap_or_default() % 26)
    };
    let (mut said, mut expected) = (String::new(), String::new());
    let sessions = 1 + usize::from(input.twice && !input.strict);
    for _ in 0..sessions {
        said += &setup.message(idiom);
        expected += &format!(
            "{}\n",
            dialect.accepted_line(echograph::protocol::Phase::Setup)
        );
        for index in 1..=setup.probes {
            let size = usize::try_from(setup.message_size).expect("small");
            let payload: String = (0..size).map(|at| letter(at + index as usize)).collect();
            let line = format!("{}\n", idiom.probe_line(index, &payload));
            said += &line;
            expected += &line;
        }
        said += &idiom.termination();
        expected += &format!(
            "{}\n",
            dialect.accepted_line(echograph::protocol::Phase::Termination)
        );
    }
    let bytes = said.as_bytes();
    let mut places: Vec<usize> = input
        .cuts
        .iter()
        .map(|cut| usize::from(*cut) % (bytes.len() + 1))
        .collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    let config = ServerConfig {
        dialect,
        strict: input.strict,
        ..ServerConfig::default()
    };
    let pieces = places
        .windows(2)
        .map(|pair| Event::Bytes(&bytes[pair[0]..pair[1]]));
    let heard = play(config, pieces);
    assert_eq!(String::from_utf8_lossy(&heard.bytes), expected);
    assert_eq!(heard.ends, vec![SessionEnd::Complete; sessions]);
});
