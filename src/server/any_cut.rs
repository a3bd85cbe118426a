//! Whatever bytes come, the answers do not depend on where they are cut, and honest sessions get their echoes.

use proptest::prelude::*;

use super::scripted::{Event, Heard, play};
use super::{ServerConfig, SessionEnd};
use crate::protocol::{DelayUnit, Limits};

fn config() -> ServerConfig {
    let mut config = ServerConfig {
        limits: Limits {
            max_message_size: 64 * 1024,
            ..Limits::default()
        },
        memory_budget: 1024 * 1024,
        ..ServerConfig::default()
    };
    config.manner.delay_unit = DelayUnit::Ignored;
    config
}

/// The bytes in pieces that end at these shares of them.
fn in_pieces(bytes: &[u8], cuts: &[prop::sample::Index]) -> Heard {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    let pieces = places
        .windows(2)
        .filter_map(|pair| bytes.get(pair[0]..pair[1]));
    let script = pieces.map(Event::Bytes).chain([Event::End]);
    play(config(), script)
}

/// Messages that fit together, and some that do not.
fn conversation() -> impl Strategy<Value = Vec<u8>> {
    let message = prop_oneof![
        8 => "[sh] (rtt|tput|thput) [1-3] [1-9] 0\n",
        1 => "\n?[sh]\t(rtt|TPUT) 0[1-3].0  [1-9] 0\\.5 \r?\n\0?",
        12 => "m [0-3] [a-z]{1,9}\r?\n",
        4 => "m {1,3}[0-3](\\.0?)? {1,4}[a-z]{1,9}[ \t]{0,2}\r?\n",
        1 => "m 0{18,21}[0-3](\\.0{19,21})? [a-z]{1,9}\n",
        1 => "m [0-3] [a-z]{1,9}[ \r]{1,3}[a-z]{1,3}\n",
        2 => "m [a-z]{1,9} [0-3]\r?[\n ]?",
        4 => "(t|b) ?\n",
        1 => "[ \t\n\0]{1,4}",
        1 => "[ -~]{0,12}\n?",
    ];
    prop::collection::vec(message, 0..12).prop_map(|messages| messages.concat().into_bytes())
}

#[test]
fn numbers_of_many_digits_are_read_alike_wherever_they_are_cut() {
    for zeros in 18..23 {
        let zeros = "0".repeat(zeros);
        for number in [format!("{zeros}1"), format!("1.{zeros}"), zeros] {
            let bytes = format!("s rtt 1 1 0\nm {number} a\nt\n").into_bytes();
            let whole = play(config(), [Event::Bytes(&bytes), Event::End]);
            for at in 0..bytes.len() {
                let (now, later) = bytes.split_at(at);
                let script = [Event::Bytes(now), Event::Bytes(later), Event::End];
                assert_eq!(play(config(), script), whole, "{number}, cut at {at}");
            }
        }
    }
}

proptest! {
    #[test]
    fn where_bytes_are_cut_does_not_matter(
        bytes in conversation(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20)
    ) {
        prop_assert_eq!(in_pieces(&bytes, &cuts), in_pieces(&bytes, &[]));
    }

    #[test]
    fn no_bytes_silences_and_ends_break_a_session(
        pieces in prop::collection::vec((conversation(), 0..8), 0..8)
    ) {
        let script = pieces.iter().flat_map(|(bytes, then)| {
            let then = match then {
                0 => Some(Event::End),
                1 => Some(Event::Idle),
                2..=4 => Some(Event::Silence),
                _ => None,
            };
            std::iter::once(Event::Bytes(bytes)).chain(then)
        });
        let heard = play(config(), script);
        prop_assert!(heard.ends.len() <= pieces.len() * 12 + 1);
    }

    #[test]
    fn an_honest_session_is_echoed_to_the_byte_however_it_is_cut(
        payloads in prop::collection::vec("[a-zA-Z]{7}", 1..20),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let probes = (1..).zip(&payloads).map(|(seq, payload)| format!("m {seq} {payload}\n"));
        let probes = probes.collect::<Vec<_>>().concat();
        let said = format!("s rtt {} 7 0\n{probes}t\n", payloads.len());
        let heard = in_pieces(said.as_bytes(), &cuts);
        let expected = format!("200 OK: Ready\n{probes}200 OK: Closing Connection\n");
        prop_assert_eq!(String::from_utf8_lossy(&heard.bytes), expected);
        prop_assert_eq!(heard.ends, [SessionEnd::Complete]);
    }
}
