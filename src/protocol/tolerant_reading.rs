//! Messages as strangers write them.
//!
//! The size says where a probe ends, so a payload may hold any byte. What a client does otherwise than
//! the text is learned from its setup and its first probe; a silence is asked for only until then.

use memchr::memchr;

use super::heard_setup::{dialect_of, is_beyond_mending, read_setup};
use super::liberties::TYPED;
use super::request::{Ends, Found, Request, RequestParser, State};
use super::{Dialect, Liberties, LineEnd, RefusalReason, Setup};

/// Bytes between two messages that are passed over; more are no accident.
const MOST_STRAYS: usize = 1024;
/// Blanks taken behind a termination.
const MOST_BLANKS: usize = 16;

impl RequestParser {
    pub(super) fn tolerant<'a>(&mut self, input: &'a [u8], silent: bool) -> Found<'a> {
        let strays = input.iter().take_while(|byte| is_stray(**byte)).count();
        if strays > 0 {
            self.strays += strays;
            return match self.state {
                _ if self.strays <= MOST_STRAYS => Ok(Some((Request::Stray, strays))),
                State::Termination { .. } => Err(RefusalReason::NotATermination),
                _ => Err(RefusalReason::UnknownLetter),
            };
        }
        if input.is_empty() {
            return Ok(None);
        }
        match self.state {
            State::Setup => self.tolerant_setup(input, silent),
            State::Measurement { setup, next } => {
                let found = self.tolerant_probe(input, setup, next, silent);
                self.short_if_silent(found, input, setup, silent)
            }
            State::Termination { setup } => self.tolerant_termination(input, setup, silent),
            State::Ended | State::Echo => Ok(None),
        }
    }

    fn tolerant_setup<'a>(&mut self, input: &'a [u8], silent: bool) -> Found<'a> {
        let longest = self.rules.limits.max_setup_line;
        let window = input.get(..longest).unwrap_or(input);
        let end = memchr(b'\n', window);
        if end.is_none() && input.len() >= longest {
            return Err(RefusalReason::LineTooLong);
        }
        if end.is_none() && !silent {
            return Ok(None);
        }
        let line = end.and_then(|end| window.get(..end)).unwrap_or(window);
        if let Some(dialect) = dialect_of(line, self.rules.dialect, false) {
            self.idiom.dialect = dialect;
        }
        let heard = match read_setup(line, &self.rules) {
            Ok(heard) => heard,
            // The rest may be on its way, unless none could make it right.
            Err(reason) if end.is_none() && !is_beyond_mending(line, reason) => return Ok(None),
            Err(reason) => return Err(reason),
        };
        self.set_up(heard.setup, heard.delay_ns, heard.idiom);
        self.liberties.add(Liberties::of_setup(line, heard.idiom));
        self.order_known = self.idiom.dialect.words().setup != Dialect::Boston.words().setup;
        if end.is_none() {
            self.ends = Ends::Unlikely;
            self.idiom.variant.line_end = LineEnd::Nothing;
        }
        let used = end.map_or(input.len(), |end| end + 1);
        Ok(Some((Request::Setup(heard.setup), used)))
    }

    fn tolerant_termination<'a>(
        &mut self,
        input: &'a [u8],
        setup: Setup,
        silent: bool,
    ) -> Found<'a> {
        let words = self.idiom.dialect.words();
        let not = RefusalReason::NotATermination;
        if input.starts_with(words.termination.as_bytes()) {
            let at = words.termination.len();
            let typed = input.get(at..).unwrap_or_default();
            // Typed at a prompt, the escape comes as it was typed, and mostly nothing behind it.
            let at = match typed.strip_prefix(TYPED) {
                Some(_) => at + TYPED.len(),
                None if !silent && !typed.is_empty() && TYPED.starts_with(typed) => {
                    return Ok(None);
                }
                None => at,
            };
            let end = if self.ends_in_nothing() {
                at
            } else {
                let blanks = input.iter().skip(at).take(MOST_BLANKS);
                let end = at + blanks.take_while(|byte| is_blank_or_nul(**byte)).count();
                match input.get(end) {
                    Some(b'\n') => end + 1,
                    None if silent => end,
                    None => return Ok(None),
                    Some(_) => return Err(not),
                }
            };
            self.state = State::Ended;
            let message = input.get(..end).unwrap_or_default();
            let taken = Liberties::of_termination(message, self.idiom.dialect);
            self.liberties.add(taken);
            return Ok(Some((Request::Termination, end)));
        }
        if let Some(dialect) = dialect_of(input, self.idiom.dialect, false) {
            let behind = dialect.words().setup.len();
            return match input.get(behind) {
                None => Ok(None),
                Some(b' ' | b'\t') => Ok(Some((Request::NextSetup, 0))),
                Some(_) => Err(not),
            };
        }
        // Some clients send their probes several times over.
        let again = self.tolerant_probe(input, setup, 1, silent);
        again.map_err(|_| not)
    }
}

fn is_stray(byte: u8) -> bool {
    byte == b'\n' || is_blank_or_nul(byte)
}

fn is_blank_or_nul(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | 0)
}
