//! The client's ear. Whatever a server sends: no panic, a reply is what it is whatever comes behind it, and the
//! style that was learned from an echo takes that echo.

#![no_main]

use arbitrary::Arbitrary;
use echograph::protocol::{
    AccessKey, Dialect, Digits, Idiom, LineEnd, Phase, ProbeMessage, Separator, SizeCounts,
    Variant, parse_last_reply, parse_reply, quote, read_challenge,
};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    dialect: u8,
    phase: u8,
    strict: bool,
    variant: u8,
    size: u8,
    index: u8,
    came: &'a [u8],
}

fuzz_target!(|input: Input| {
    let Input { came, strict, .. } = input;
    let dialect = Dialect::ALL[usize::from(input.dialect) % Dialect::ALL.len()];
    let phases = [Phase::Setup, Phase::Measurement, Phase::Termination];
    let phase = phases[usize::from(input.phase) % phases.len()];

    if let Ok(Some((reply, used))) = parse_reply(came, dialect, phase, strict) {
        assert!(used <= came.len());
        assert_eq!(
            parse_reply(&came[..used], dialect, phase, strict),
            Ok(Some((reply, used)))
        );
    }
    let _ = parse_last_reply(came, dialect, phase, strict);
    assert!(quote(came).chars().all(|letter| !letter.is_control()));
    let _ = read_challenge(&String::from_utf8_lossy(came));
    if let Ok(key) = AccessKey::new("a key of some length") {
        assert!(!key.is_shown_by(came, &[0; 32]));
    }

    let variant = Variant {
        first_seq: u32::from(input.variant & 1),
        line_end: if input.variant & 2 == 0 {
            LineEnd::Newline
        } else {
            LineEnd::Nothing
        },
        separator: if input.variant & 4 == 0 {
            Separator::Space
        } else {
            Separator::Tab
        },
        digits: if input.variant & 8 == 0 {
            Digits::Plain
        } else {
            Digits::Padded
        },
        size_counts: SizeCounts::Payload,
        ..Variant::default()
    };
    let idiom = Idiom { dialect, variant };
    let mut message = ProbeMessage::new(idiom, usize::from(input.size) + 1);
    let index = u32::from(input.index) + 1;
    message.numbered(index);
    if let Some((style, stray)) = message.style_of(index, came) {
        message.returns_as(style);
        // What the server puts behind each echo comes before the next one.
        if index == 1 {
            let echo = &came[stray..][..message.echo_len(1)];
            assert_eq!(message.check_part(1, 0, echo), Ok(()));
        }
    }
});
