//! Probes as strangers write them: the size says where one ends, and the first one says the rest.

use super::heard_setup::swapped;
use super::idiom::Digits;
use super::number::Number;
use super::request::{Ends, Found, Request, RequestParser, State};
use super::{Dialect, Liberties, LineEnd, RefusalReason, Setup, SetupOrder, SizeCounts};

/// Blanks taken between two words.
const MOST_BLANKS: usize = 16;
/// Digits of a number, zeros in front included.
const MOST_DIGITS: usize = 20;

/// What stands behind a payload.
enum End {
    /// The message ends there.
    At(usize),
    /// More has to come.
    Open,
    /// Something that does not belong there.
    Wrong,
}

/// Where the payload of a probe begins, how long it is, and where the probe ends.
#[derive(Clone, Copy)]
struct Place {
    head: usize,
    size: usize,
    end: usize,
}

/// A number at some place.
enum Token {
    /// Its value and the place behind it.
    Whole(u64, usize),
    /// Digits, or nothing yet, up to the end of what has come.
    Open,
    /// No number.
    Wrong,
}

impl RequestParser {
    pub(super) fn tolerant_probe<'a>(
        &mut self,
        input: &'a [u8],
        setup: Setup,
        index: u32,
        silent: bool,
    ) -> Found<'a> {
        let words = self.idiom.dialect.words();
        if input.starts_with(words.termination.as_bytes()) {
            return Err(RefusalReason::TerminationTooEarly {
                next: self.idiom.seq_of(index),
                probes: setup.probes,
            });
        }
        if !input.starts_with(words.probe.as_bytes())
            || !matches!(input.get(1), None | Some(b' ' | b'\t'))
        {
            return Err(RefusalReason::UnknownLetter);
        }
        let setup = if self.order_known {
            setup
        } else {
            match self.learn_order(input, setup, silent)? {
                Some(setup) => {
                    self.order_known = true;
                    if let State::Measurement { setup: known, .. } = &mut self.state {
                        *known = setup;
                    }
                    setup
                }
                None => return Ok(None),
            }
        };
        if self.idiom.dialect.words().payload_before_seq {
            self.payload_first(input, setup, index, silent)
        } else {
            self.number_first(input, setup, index, silent)
        }
    }

    /// Whether the payload or the number comes first, by the first probe. Gives the setup as it is to be
    /// understood then, `None` while more has to come.
    fn learn_order(
        &mut self,
        input: &[u8],
        setup: Setup,
        silent: bool,
    ) -> Result<Option<Setup>, RefusalReason> {
        let spoken = self.idiom.dialect;
        let at = behind_blanks(input, 1);
        let first = match number_at(input, at) {
            Token::Open => return Ok(None),
            Token::Whole(value, end) if is_blank(input.get(end)) => Some(value),
            Token::Whole(..) | Token::Wrong => None,
        };
        let to = match (first, spoken) {
            (None, _) => Dialect::BostonSizeFirst,
            (Some(0 | 1), Dialect::BostonSizeFirst) => {
                // A payload may begin with a number too: then the number stands behind it.
                let behind = payload_len(setup)?.saturating_add(2);
                match (input.get(behind), input.get(behind + 1)) {
                    (Some(b' '), Some(b'0' | b'1')) => spoken,
                    (Some(b' ') | None, None) if !silent => return Ok(None),
                    _ => Dialect::Boston,
                }
            }
            (Some(_), _) => spoken,
        };
        if to == spoken {
            return Ok(Some(setup));
        }
        let swapped = swapped(setup, to, &self.rules)?;
        self.idiom.dialect = to;
        Ok(Some(swapped))
    }

    /// Whether the setup named the size before the probes, by where its first probe ends, whose payload begins
    /// at `head`. Gives the setup as it is to be understood then, `None` while more has to come.
    fn learn_setup_order(
        &mut self,
        input: &[u8],
        setup: Setup,
        head: usize,
        silent: bool,
    ) -> Result<Option<Setup>, RefusalReason> {
        let Ok(other) = swapped(setup, self.idiom.dialect, &self.rules) else {
            return Ok(Some(setup));
        };
        let (size, other_size) = (payload_len(setup)?, payload_len(other)?);
        let came = input.get(head..).unwrap_or_default();
        let is_letter = |at: usize| came.get(at).is_some_and(u8::is_ascii_alphanumeric);
        let is_meant = if other_size > size {
            // A letter where the message had to end, unless that is the next one's.
            let goes_on = is_letter(size)
                && is_letter(size.saturating_sub(1))
                && !(self.ends == Ends::Unlikely && came.get(size) == Some(&b'm'));
            let until = came.len().min(other_size);
            let between = came.get(size..until).unwrap_or_default();
            if !goes_on || memchr::memchr(b'\n', between).is_some() {
                false
            } else if came.len() < other_size && !silent {
                return Ok(None);
            } else {
                let is_whole = came.len() == other_size;
                match end_of_line(came, other_size) {
                    End::At(_) => true,
                    End::Open if is_whole && (silent || self.ends == Ends::Unlikely) => true,
                    End::Open if !silent => return Ok(None),
                    End::Open | End::Wrong => false,
                }
            }
        } else {
            let rest = came.get(other_size..);
            silent && rest.is_some_and(|rest| matches!(rest, b"" | b"\n" | b"\r\n"))
        };
        if !is_meant || other_size == size {
            return Ok(Some(setup));
        }
        self.idiom.variant.setup_order = SetupOrder::Swapped;
        if let State::Measurement { setup: known, .. } = &mut self.state {
            *known = other;
        }
        Ok(Some(other))
    }

    fn number_first<'a>(
        &mut self,
        input: &'a [u8],
        setup: Setup,
        index: u32,
        silent: bool,
    ) -> Found<'a> {
        let at = behind_blanks(input, 1);
        let wrong = self.wrong_number(index);
        let (value, behind) = match number_at(input, at) {
            Token::Whole(value, behind) => (value, behind),
            Token::Open => return Ok(None),
            Token::Wrong => return Err(wrong),
        };
        if !is_blank(input.get(behind)) {
            return Err(wrong);
        }
        let seq = self.expected(value, index).ok_or(wrong)?;
        let mut head = behind + 1;
        let mut setup = setup;
        if index == 1 && self.ends != Ends::Known {
            match self.learn_setup_order(input, setup, head, silent)? {
                Some(as_meant) => setup = as_meant,
                None => return Ok(None),
            }
        }
        let size = payload_len(setup)?;
        let mut payload_end = head.saturating_add(size);
        if input.len() < payload_end {
            return Ok(None);
        }
        // More blanks than one behind the number, where the count shows that they are none of the payload.
        let extra = behind_blanks(input, head) - head;
        if extra > 0 && matches!(self.end_behind(input, payload_end, silent), End::Wrong) {
            head += extra;
            payload_end += extra;
            if input.len() < payload_end {
                return Ok(None);
            }
        }
        let is_last_line_end = payload_end
            .checked_sub(1)
            .is_some_and(|last| input.get(last) == Some(&b'\n'));
        if self.ends != Ends::Known
            && self.idiom.variant.digits == Digits::Padded
            && is_last_line_end
        {
            self.idiom.variant.size_counts = SizeCounts::PayloadAndLineEnd;
            let place = Place {
                head,
                size,
                end: payload_end,
            };
            return Ok(self.whole(input, seq, setup, index, place));
        }
        if silent && is_last_line_end && input.len() == payload_end {
            // One byte too few, and the line end taken for the last.
            return Err(RefusalReason::PayloadTooShort {
                got: setup.message_size.saturating_sub(1),
                announced: setup.message_size,
            });
        }
        let end = match self.end_behind(input, payload_end, silent) {
            End::At(end) => end,
            End::Open => return Ok(None),
            End::Wrong => {
                return Err(RefusalReason::PayloadTooLong {
                    announced: setup.message_size,
                });
            }
        };
        let place = Place { head, size, end };
        Ok(self.whole(input, seq, setup, index, place))
    }

    fn payload_first<'a>(
        &mut self,
        input: &'a [u8],
        setup: Setup,
        index: u32,
        silent: bool,
    ) -> Found<'a> {
        let (head, size) = (2_usize, payload_len(setup)?);
        let payload_end = head.saturating_add(size);
        match input.get(payload_end) {
            None => return Ok(None),
            Some(b' ' | b'\t') => {}
            Some(_) => {
                return Err(RefusalReason::PayloadTooLong {
                    announced: setup.message_size,
                });
            }
        }
        let at = behind_blanks(input, payload_end);
        let wrong = self.wrong_number(index);
        let ends_itself = self.ends == Ends::Unlikely
            || (self.ends == Ends::Known && self.idiom.variant.line_end == LineEnd::Nothing);
        let (value, behind) = match number_at(input, at) {
            // Without a line end the number is over when it is as long as it has to be.
            Token::Open if ends_itself || silent => {
                let len = Number::new(self.idiom.seq_of(index)).as_bytes().len();
                let arrived = input.get(at..).unwrap_or_default();
                let Some(digits) = arrived.get(..len) else {
                    return Ok(None);
                };
                (value_of(digits), at + len)
            }
            Token::Whole(value, behind) => (value, behind),
            Token::Open => return Ok(None),
            Token::Wrong => return Err(wrong),
        };
        let seq = self.expected(value, index).ok_or(wrong)?;
        match self.end_behind(input, behind, silent) {
            End::At(end) => {
                let place = Place { head, size, end };
                Ok(self.whole(input, seq, setup, index, place))
            }
            End::Open => Ok(None),
            // The number may have said by now where the count begins.
            End::Wrong => Err(self.wrong_number(index)),
        }
    }

    /// Where the message ends whose last field ends at `at`.
    fn end_behind(&mut self, input: &[u8], at: usize, silent: bool) -> End {
        let ends_in_nothing = self.idiom.variant.line_end == LineEnd::Nothing;
        if self.idiom.variant.size_counts == SizeCounts::PayloadAndLineEnd
            || (self.ends == Ends::Known && ends_in_nothing)
        {
            return End::At(at);
        }
        let line_end = end_of_line(input, behind_blanks(input, at));
        let takes_nothing = match self.ends {
            Ends::Known => false,
            Ends::Likely => silent && matches!(line_end, End::Open),
            Ends::Unlikely => !matches!(line_end, End::At(_)),
        };
        if takes_nothing {
            self.idiom.variant.line_end = LineEnd::Nothing;
            return End::At(at);
        }
        if self.ends == Ends::Unlikely {
            self.idiom.variant.line_end = LineEnd::Newline;
        }
        line_end
    }

    /// Takes note that a probe is whole.
    fn whole<'a>(
        &mut self,
        input: &'a [u8],
        seq: u32,
        setup: Setup,
        index: u32,
        place: Place,
    ) -> Option<(Request<'a>, usize)> {
        let message = input.get(..place.end)?;
        if index == 1 {
            let head = message.get(..place.head).unwrap_or_default();
            let behind = message.get(place.head + place.size..).unwrap_or_default();
            self.liberties
                .add(Liberties::of_probe(head, behind, self.idiom));
        }
        self.ends = Ends::Known;
        self.first_known = true;
        self.went_on(setup, index);
        let probe = Request::Probe {
            seq,
            message,
            head: place.head,
            payload: place.size,
        };
        Some((probe, place.end))
    }

    /// The number of the probe that comes as the `index`th, if `value` may be that. The first one says
    /// where the count begins.
    fn expected(&mut self, value: u64, index: u32) -> Option<u32> {
        let value = u32::try_from(value).ok()?;
        if !self.first_known && index == 1 && value <= 1 {
            self.idiom.variant.first_seq = value;
        }
        (value == self.idiom.seq_of(index)).then_some(value)
    }

    fn wrong_number(&self, index: u32) -> RefusalReason {
        RefusalReason::WrongSequence {
            expected: self.idiom.seq_of(index),
        }
    }

    /// A line end before the count is full, and nothing more: the client thinks that its probe is whole.
    pub(super) fn short_if_silent<'a>(
        &self,
        found: Found<'a>,
        input: &[u8],
        setup: Setup,
        silent: bool,
    ) -> Found<'a> {
        if !silent || !matches!(found, Ok(None)) || input.last() != Some(&b'\n') {
            return found;
        }
        let end = input.len().saturating_sub(1);
        let (head, end) = if self.idiom.dialect.words().payload_before_seq {
            let line = input.get(..end).unwrap_or_default();
            (2, memchr::memrchr(b' ', line).unwrap_or(end))
        } else {
            match number_at(input, behind_blanks(input, 1)) {
                Token::Whole(_, behind) => (behind + 1, end),
                Token::Open | Token::Wrong => return found,
            }
        };
        Err(RefusalReason::PayloadTooShort {
            got: end.saturating_sub(head) as u64,
            announced: setup.message_size,
        })
    }
}

/// Whether a line ends at `at`.
fn end_of_line(input: &[u8], at: usize) -> End {
    match (input.get(at), input.get(at + 1)) {
        (Some(b'\n'), _) => End::At(at + 1),
        (Some(b'\r'), Some(b'\n')) => End::At(at + 2),
        (None, _) | (Some(b'\r'), None) => End::Open,
        _ => End::Wrong,
    }
}

fn is_blank(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b' ' | b'\t'))
}

/// The place behind the blanks at `at`.
fn behind_blanks(input: &[u8], at: usize) -> usize {
    let blanks = input.iter().skip(at).take(MOST_BLANKS);
    at + blanks.take_while(|byte| is_blank(Some(byte))).count()
}

fn number_at(input: &[u8], at: usize) -> Token {
    let from = input.get(at..).unwrap_or_default();
    let count = digits(from);
    // However many have come: only the byte behind them says whether there are too many.
    match from.get(count) {
        None => Token::Open,
        Some(_) if count == 0 => Token::Wrong,
        Some(next) => {
            // `1.0` is a whole number too.
            let behind = from.get(count + 1..).unwrap_or_default();
            let zeros = behind.iter().take(MOST_DIGITS);
            let zeros = zeros.take_while(|byte| **byte == b'0').count();
            let decimals = match next {
                b'.' if zeros == behind.len() => return Token::Open,
                b'.' if zeros > 0 => 1 + zeros,
                _ => 0,
            };
            let value = value_of(from.get(..count).unwrap_or_default());
            Token::Whole(value, at + count + decimals)
        }
    }
}

/// How many digits stand at the front, as far as a number may have.
fn digits(from: &[u8]) -> usize {
    let few = from.iter().take(MOST_DIGITS);
    few.take_while(|byte| byte.is_ascii_digit()).count()
}

/// The value of digits; the greatest where it is greater.
fn value_of(digits: &[u8]) -> u64 {
    digits.iter().fold(0_u64, |value, digit| {
        let digit = u64::from(digit.wrapping_sub(b'0'));
        value.saturating_mul(10).saturating_add(digit)
    })
}

/// The payload's bytes. On a platform whose memory cannot hold them it is too long.
fn payload_len(setup: Setup) -> Result<usize, RefusalReason> {
    let announced = setup.message_size;
    usize::try_from(announced).map_err(|_| RefusalReason::PayloadTooLong { announced })
}
