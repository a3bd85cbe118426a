//! How many bytes probes have on the wire.

use super::Dialect;

/// Bytes of the probes 1 to `probes` of a session, each with a payload of `message_size`: what a
/// client writes in the measurement phase, and what comes back.
#[must_use]
pub fn probes_len(dialect: Dialect, message_size: u64, probes: u32) -> u64 {
    let probes = u64::from(probes);
    if !dialect.has_phases() {
        return message_size.saturating_mul(probes);
    }
    // The letter, two blanks and the end of line; the number is what differs.
    let fixed = dialect.words().probe.len() as u64 + 3;
    let each = message_size.saturating_add(fixed);
    each.saturating_mul(probes).saturating_add(digits(probes))
}

/// Digits of all numbers from 1 to `last`.
fn digits(last: u64) -> u64 {
    let mut sum = 0_u64;
    let mut first = 1_u64;
    // Each number has one digit, those from 10 on another, those from 100 on a third.
    while first <= last {
        sum += last - first + 1;
        first *= 10;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ProbeMessage;

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
