//! How many bytes probes have on the wire.

use super::{EchoStyle, Idiom, Returned};

/// Bytes of the first `probes` messages of a session, each for a message size of `message_size`: what a
/// client writes in the measurement phase.
#[must_use]
pub fn probes_len(idiom: impl Into<Idiom>, message_size: u64, probes: u32) -> u64 {
    let idiom = idiom.into();
    let payload = idiom.payload_len(message_size);
    if !idiom.dialect.has_phases() {
        return payload.saturating_mul(u64::from(probes));
    }
    // The letter, two blanks and the line end; the number is what differs.
    let fixed = idiom.dialect.words().probe.len() + 2 + idiom.line_end().len();
    let each = payload.saturating_add(fixed as u64);
    each.saturating_mul(u64::from(probes))
        .saturating_add(digits(idiom, probes))
}

/// Bytes of their echoes, up to the last one that is needed.
#[must_use]
pub fn echoes_len(idiom: Idiom, style: &EchoStyle, message_size: u64, probes: u32) -> u64 {
    let line_end = idiom.line_end().len() as u64;
    let count = u64::from(probes);
    let returned = match style.returned() {
        Returned::Payload => idiom.payload_len(message_size).saturating_mul(count),
        Returned::Message if !idiom.dialect.has_phases() => probes_len(idiom, message_size, probes),
        Returned::Message => probes_len(idiom, message_size, probes) - line_end * count,
    };
    let around = (style.before().len() + style.behind().len()) as u64;
    let rest = style.behind().len() - style.needed_behind(idiom);
    let last_rest = if probes > 0 { rest as u64 } else { 0 };
    returned.saturating_add(around * count) - last_rest
}

/// Digits of the numbers of the first `probes` messages.
fn digits(idiom: Idiom, probes: u32) -> u64 {
    let (first, end) = (
        u64::from(idiom.variant.first_seq),
        u64::from(idiom.variant.first_seq) + u64::from(probes),
    );
    let least = u64::from(idiom.least_digits());
    // All have the least digits; those from 10, 100, .. on one more each.
    let mut sum = least * u64::from(probes);
    let mut from = 10_u64.pow(idiom.least_digits());
    while from < end {
        sum += end - from.max(first);
        from *= 10;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Dialect, ProbeMessage};

    #[test]
    fn the_length_of_probes_is_that_of_the_messages_sent() {
        for dialect in Dialect::ALL {
            let mut message = ProbeMessage::new(dialect, 7);
            let mut sum = 0;
            for seq in 1..=1_203 {
                sum += message.numbered(seq).len() as u64;
                assert_eq!(probes_len(dialect, 7, seq), sum, "{dialect} {seq}");
            }
            assert_eq!(probes_len(dialect, 7, 0), 0);
        }
    }

    #[test]
    fn the_greatest_numbers_do_no_harm() {
        assert_eq!(probes_len(Dialect::Boston, u64::MAX, u32::MAX), u64::MAX);
    }
}
