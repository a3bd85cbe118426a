//! Messages to the letter: one blank between fields, one `\n` behind, and nothing else.

use memchr::memchr;

use super::heard_setup::read_setup;
use super::number::Number;
use super::request::{Found, Request, RequestParser, State};
use super::{RefusalReason, Setup};

impl RequestParser {
    pub(super) fn strict_setup<'a>(&mut self, input: &'a [u8]) -> Found<'a> {
        let longest = self.rules.limits.max_setup_line;
        let window = input.get(..longest).unwrap_or(input);
        let Some(end) = memchr(b'\n', window) else {
            return if input.len() >= longest {
                Err(RefusalReason::LineTooLong)
            } else {
                Ok(None)
            };
        };
        let line = window.get(..end).unwrap_or_default();
        if line.ends_with(b"\r") {
            return Err(RefusalReason::CarriageReturn);
        }
        let heard = read_setup(line, &self.rules)?;
        self.set_up(heard.setup, heard.delay_ns, heard.idiom);
        Ok(Some((Request::Setup(heard.setup), end + 1)))
    }

    pub(super) fn strict_probe<'a>(
        &mut self,
        input: &'a [u8],
        setup: Setup,
        next: u32,
    ) -> Found<'a> {
        let words = self.idiom.dialect.words();
        let seq = self.idiom.seq_of(next);
        let number = Number::new(seq);
        let announced = setup.message_size;
        // Sizes are bounded by the limits; on a platform whose memory cannot hold one, it is too long.
        let size =
            usize::try_from(announced).map_err(|_| RefusalReason::PayloadTooLong { announced })?;

        let termination = words.termination.as_bytes();
        if input.starts_with(termination) && words.probe.as_bytes() != termination {
            return Err(RefusalReason::TerminationTooEarly {
                next: seq,
                probes: setup.probes,
            });
        }
        let wrong_number = RefusalReason::WrongSequence { expected: seq };
        let letter = words.probe.as_bytes();
        let mut at = expect(input, 0, letter, RefusalReason::UnknownLetter)?;
        at = expect(input, at, b" ", RefusalReason::UnknownLetter)?;
        if !words.payload_before_seq {
            at = expect(input, at, number.as_bytes(), wrong_number)?;
            at = expect(input, at, b" ", wrong_number)?;
        }
        if input.len() <= at {
            return Ok(None);
        }

        let head = at;
        let payload_end = at + size;
        let from = self.scanned.clamp(at, payload_end);
        let to = input.len().min(payload_end);
        if let Some(found) = input.get(from..to).and_then(|new| memchr(b'\n', new)) {
            return Err(RefusalReason::PayloadTooShort {
                got: (from + found - at) as u64,
                announced,
            });
        }
        self.scanned = to;

        let too_long = RefusalReason::PayloadTooLong { announced };
        let mut end = payload_end;
        if words.payload_before_seq {
            end = expect(input, end, b" ", too_long)?;
            end = expect(input, end, number.as_bytes(), wrong_number)?;
            end = expect(input, end, b"\n", wrong_number)?;
        } else {
            end = expect(input, end, b"\n", too_long)?;
        }
        let Some(message) = input.get(..end) else {
            return Ok(None);
        };
        self.went_on(setup, next);
        let probe = Request::Probe {
            seq,
            message,
            head,
            payload: size,
        };
        Ok(Some((probe, end)))
    }

    pub(super) fn strict_termination<'a>(&mut self, input: &'a [u8]) -> Found<'a> {
        let letter = self.idiom.dialect.termination().as_bytes();
        let mut at = expect(input, 0, letter, RefusalReason::NotATermination)?;
        at = expect(input, at, b"\n", RefusalReason::NotATermination)?;
        if input.len() < at {
            return Ok(None);
        }
        self.state = State::Ended;
        Ok(Some((Request::Termination, at)))
    }
}

/// Checks as much of `wanted` at `at` as has arrived; gives the place behind it, which lies beyond
/// the end of `input` while bytes are missing.
fn expect(
    input: &[u8],
    at: usize,
    wanted: &[u8],
    otherwise: RefusalReason,
) -> Result<usize, RefusalReason> {
    let arrived = input.get(at..).unwrap_or_default();
    let common = arrived.len().min(wanted.len());
    if arrived.get(..common) == wanted.get(..common) {
        Ok(at + wanted.len())
    } else {
        Err(otherwise)
    }
}
