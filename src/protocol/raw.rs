//! Messages any field of which may be wrong, for putting a peer to the test.

use super::Dialect;

/// The fields of a setup message as text; an honest one has numbers where numbers belong.
#[derive(Debug, Clone, Copy)]
pub struct RawSetup<'a> {
    /// The measurement type.
    pub kind: &'a str,
    /// The number of probes.
    pub probes: &'a str,
    /// The message size.
    pub size: &'a str,
    /// The server delay.
    pub delay: &'a str,
}

impl RawSetup<'_> {
    /// The message in the dialect's letter and order, without its `\n`.
    #[must_use]
    pub fn line(&self, dialect: Dialect) -> String {
        let words = dialect.words();
        let (first, second) = if words.size_before_probes {
            (self.size, self.probes)
        } else {
            (self.probes, self.size)
        };
        let (letter, kind, delay) = (words.setup, self.kind, self.delay);
        format!("{letter} {kind} {first} {second} {delay}")
    }
}

/// What stands before the payload of a probe with that number, and what behind it.
#[must_use]
pub fn around_payload(dialect: Dialect, number: &str) -> (String, String) {
    let words = dialect.words();
    if words.payload_before_seq {
        (format!("{} ", words.probe), format!(" {number}\n"))
    } else {
        (format!("{} {number} ", words.probe), "\n".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{MeasurementType, ProbeMessage, Setup};

    #[test]
    fn what_is_right_is_what_an_honest_client_sends() {
        for dialect in [Dialect::Boston, Dialect::Bologna, Dialect::BostonSizeFirst] {
            let honest = Setup {
                kind: MeasurementType::Tput,
                probes: 20,
                message_size: 3,
                server_delay_ms: 5,
            };
            let raw = RawSetup {
                kind: dialect.type_word(MeasurementType::Tput),
                probes: "20",
                size: "3",
                delay: "5",
            };
            assert_eq!(raw.line(dialect), honest.line(dialect));
            let (before, behind) = around_payload(dialect, "7");
            let probe = format!("{before}abc{behind}");
            assert_eq!(
                probe.as_bytes(),
                ProbeMessage::new(dialect, 3).numbered(7),
                "{dialect}"
            );
        }
    }
}
