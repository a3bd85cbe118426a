//! The client's measuring, on sockets that lead nowhere. Whatever a server sends between, before and behind its
//! echoes: no panic, no room beyond what was made before, and nothing is taken for an echo that is none; a server
//! that echoes in the style that is expected is measured to the end, however its echoes are cut.

#![no_main]

use arbitrary::Arbitrary;
use echograph::engine::{Ear, Measuring, Step, echoes_of, measure_scripted, payload_of};
use echograph::protocol::{Dialect, EchoStyle, Idiom, LineEnd, Variant};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
enum Part<'a> {
    Echo(u8),
    Bytes(&'a [u8]),
    Silence,
    End,
}

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    dialect: u8,
    variant: u8,
    size: u8,
    probes: u8,
    depth: u8,
    ear: u8,
    style: &'a str,
    parts: Vec<Part<'a>>,
}

fn idiom(input: &Input) -> Idiom {
    Idiom {
        dialect: Dialect::ALL[usize::from(input.dialect) % Dialect::ALL.len()],
        variant: Variant {
            first_seq: u32::from(input.variant & 1),
            line_end: if input.variant & 2 == 0 {
                LineEnd::Newline
            } else {
                LineEnd::Nothing
            },
            ..Variant::default()
        },
    }
}

fuzz_target!(|input: Input| {
    let idiom = idiom(&input);
    let whole = EchoStyle::whole(idiom);
    let (ear, style) = match (input.ear % 3, input.style.parse::<EchoStyle>()) {
        (0, Ok(style)) => (Ear::Knowing(style.clone()), style),
        (0, Err(_)) => (Ear::Knowing(whole.clone()), whole),
        (1, _) => (Ear::Strict, whole),
        // In which style it echoes has to be found out.
        (_, style) => (Ear::Learning, style.unwrap_or(whole)),
    };
    let measuring = Measuring {
        idiom,
        size: usize::from(input.size) + 1,
        probes: u32::from(input.probes % 12) + 1,
        depth: u32::from(input.depth % 4) + 1,
        ear,
    };
    let learns = measuring.ear == Ear::Learning;
    let is_honest = !learns && input.parts.iter().all(|part| matches!(part, Part::Echo(_)));

    let (mut echoed, mut came, mut said_last) = (0, Vec::new(), Vec::new());
    let mut parts = input.parts.iter();
    let measured = measure_scripted(&measuring, |said| {
        said_last.clear();
        said_last.extend_from_slice(said);
        let mut echo = |len: usize| {
            let echoes = echoes_of(&measuring, &style, said);
            let rest = &echoes[echoed..];
            let piece = rest[..len.min(rest.len())].to_vec();
            echoed += piece.len();
            piece
        };
        let bytes = match parts.next() {
            Some(Part::Echo(len)) => echo(usize::from(*len) + 1),
            Some(Part::Bytes(bytes)) => bytes.to_vec(),
            Some(Part::Silence) => return Some(Step::Silence),
            Some(Part::End) => return Some(Step::End),
            None if is_honest => echo(usize::MAX),
            None => return None,
        };
        if parts.len() == 0 && bytes.is_empty() {
            return None;
        }
        came.extend_from_slice(&bytes);
        Some(Step::Bytes(bytes))
    });
    assert!(measured.read <= came.len());
    assert!(measured.echoes <= measuring.probes);
    assert!(!is_honest || measured.is_done, "{measured:?}");
    if !measured.is_done {
        return;
    }
    assert_eq!(measured.echoes, measuring.probes);
    if learns {
        let payload = payload_of(&measuring);
        let (mut rest, mut times) = (came.as_slice(), 0);
        while let Some(at) = rest.windows(payload.len()).position(|part| part == payload) {
            rest = &rest[at + payload.len()..];
            times += 1;
        }
        assert!(times >= measuring.probes, "{measured:?}");
    } else {
        let echoes = echoes_of(&measuring, &style, &said_last);
        // Behind the last one the reply may come instead of what stands behind the others.
        let needed = echoes.len() - style.behind().len();
        assert!(measured.read >= needed, "{measured:?}");
        // Between echoes a tolerant ear passes over line ends and NULs, as many as come.
        let passes_over = measuring.ear != Ear::Strict && idiom.dialect.has_phases();
        let heard = |bytes: &[u8]| -> Vec<u8> {
            let is_heard = |byte: &u8| !passes_over || !matches!(byte, b'\n' | b'\r' | 0);
            bytes.iter().copied().filter(is_heard).collect()
        };
        let (came, echoes) = (heard(&came), heard(&echoes[..needed]));
        let common = came.len().min(echoes.len());
        assert_eq!(came[..common], echoes[..common], "{measured:?}");
    }
});
