//! Whatever a server sends, the client takes nothing for an echo that is none, and hears every echo however it is
//! cut.

use proptest::prelude::*;

use super::scripted::{Ear, Measured, Measuring, Step, echoes_of, measure_scripted, payload_of};
use crate::protocol::{Dialect, EchoStyle, Idiom, MAX_AROUND_ECHO, ProbeMessage};

fn measuring() -> impl Strategy<Value = Measuring> {
    let dialect = prop::sample::select(Dialect::ALL.to_vec());
    (dialect, 8_usize..60, 1_u32..6, 1_u32..4).prop_map(|(dialect, size, probes, depth)| {
        Measuring {
            idiom: Idiom::from(dialect),
            size,
            probes,
            depth,
            ear: Ear::Strict,
        }
    })
}

fn style() -> impl Strategy<Value = EchoStyle> {
    let around = "(=|>|\\\\x00|\\\\n){0,4}";
    (
        around,
        prop::sample::select(vec!["{message}", "{payload}"]),
        around,
    )
        .prop_map(|(before, returned, behind)| {
            format!("{before}{returned}{behind}").parse().unwrap()
        })
}

/// A server that echoes in this style, in pieces of these lengths in turn; `silence` once the first echo is out.
fn echoed(measuring: &Measuring, style: &EchoStyle, pieces: &[usize], silence: bool) -> Measured {
    let mut lengths = pieces.iter().copied().cycle();
    let (mut sent, mut was_silent) = (0, !silence);
    measure_scripted(measuring, |said| {
        let echoes = echoes_of(measuring, style, said);
        let rest = &echoes[sent..];
        if rest.is_empty() {
            let is_silence = !std::mem::replace(&mut was_silent, true);
            return is_silence.then_some(Step::Silence);
        }
        let piece = &rest[..lengths.next().unwrap().min(rest.len())];
        sent += piece.len();
        Some(Step::Bytes(piece.to_vec()))
    })
}

proptest! {
    #[test]
    fn echoes_are_heard_in_every_style_however_they_are_cut(
        mut measuring in measuring(),
        style in style(),
        is_strict in any::<bool>(),
        pieces in prop::collection::vec(1_usize..90, 1..8),
    ) {
        let style = if is_strict { EchoStyle::whole(measuring.idiom) } else { style };
        measuring.ear = if is_strict { Ear::Strict } else { Ear::Knowing(style.clone()) };
        let measured = echoed(&measuring, &style, &pieces, false);
        prop_assert!(measured.is_done, "{:?}", measured);
        prop_assert_eq!(measured.echoes, measuring.probes);
    }

    #[test]
    fn the_first_echo_shows_the_style_of_the_others(
        mut measuring in measuring(),
        returned in prop::sample::select(vec!["{message}", "{payload}", "= {message}", "{payload} ="]),
        end in prop::sample::select(vec!["", "\\n", "\\x00", "\\r\\n"]),
        pieces in prop::collection::vec(1_usize..90, 1..8),
    ) {
        measuring.ear = Ear::Learning;
        let style: EchoStyle = format!("{returned}{end}").parse().unwrap();
        let measured = echoed(&measuring, &style, &pieces, true);
        prop_assert!(measured.is_done, "{:?}", measured);
        prop_assert_eq!(measured.echoes, measuring.probes);
    }

    #[test]
    fn line_ends_and_nuls_before_echoes_are_passed_over_however_they_are_cut(
        mut measuring in measuring(),
        learns in any::<bool>(),
        strays in prop::collection::vec("(\n|\r\n|\0){0,3}", 5),
        pieces in prop::collection::vec(1_usize..90, 1..8),
    ) {
        // An echo service has no replies that could leave something over.
        if !measuring.idiom.dialect.has_phases() {
            measuring.idiom = Idiom::from(Dialect::Bologna);
        }
        let style = EchoStyle::whole(measuring.idiom);
        measuring.ear = if learns { Ear::Learning } else { Ear::Knowing(style.clone()) };
        let mut lengths = pieces.iter().copied().cycle();
        let (mut sent, mut strays) = (0, strays.iter().cycle());
        let (mut came, mut rest) = (0, Vec::new());
        let mut was_silent = !learns;
        let len = ProbeMessage::new(measuring.idiom, measuring.size).len_of(1);
        let measured = measure_scripted(&measuring, |said| {
            // As many whole echoes as can be made now, each behind its strays.
            let echoes = echoes_of(&measuring, &style, said);
            while echoes.len() >= came + len {
                rest.extend(strays.next().unwrap().as_bytes());
                rest.extend(&echoes[came..came + len]);
                came += len;
            }
            let left = &rest[sent..];
            if left.is_empty() {
                let is_silence = !std::mem::replace(&mut was_silent, true);
                return is_silence.then_some(Step::Silence);
            }
            let piece = left[..lengths.next().unwrap().min(left.len())].to_vec();
            sent += piece.len();
            Some(Step::Bytes(piece))
        });
        prop_assert!(measured.is_done, "{:?}", measured);
        prop_assert_eq!(measured.echoes, measuring.probes);
    }

    #[test]
    fn what_is_no_echo_is_not_taken_for_one(
        mut measuring in measuring(),
        learns in any::<bool>(),
        parts in prop::collection::vec((0..9, 1_usize..40, any::<u8>()), 0..30),
    ) {
        measuring.ear = if learns { Ear::Learning } else { Ear::Strict };
        let style = EchoStyle::whole(measuring.idiom);
        let (mut parts, mut sent, mut came) = (parts.into_iter(), 0, Vec::new());
        let measured = measure_scripted(&measuring, |said| {
            let (kind, len, byte) = parts.next()?;
            let bytes = match kind {
                0 => return Some(Step::Silence),
                1 => return Some(Step::End),
                2 => vec![byte],
                _ => {
                    let echoes = echoes_of(&measuring, &style, said);
                    let rest = echoes.get(sent..).unwrap_or_default();
                    let piece = rest[..len.min(rest.len())].to_vec();
                    sent += piece.len();
                    piece
                }
            };
            came.extend(&bytes);
            Some(Step::Bytes(bytes))
        });
        if measured.is_done {
            let payload = payload_of(&measuring);
            let times = memchr::memmem::find_iter(&came, &payload).count();
            prop_assert!(times >= measuring.probes as usize, "{times} of {}", measuring.probes);
        }
        prop_assert!(measured.read <= came.len());
        prop_assert!(measured.echoes <= measuring.probes);
        prop_assert!(measured.style.is_none_or(|style| style.behind().len() <= MAX_AROUND_ECHO));
    }
}
