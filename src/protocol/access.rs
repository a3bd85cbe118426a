//! The access key: what a client says before its setup to a server that is open to a network and not to
//! everyone in it. An extension of this program; the plain protocol has nothing of it.
//!
//! The key itself never travels. The server sends bytes that nobody has seen before, and the client shows
//! with HMAC-SHA-256 (RFC 2104, FIPS 180-4) over them and over bytes of its own that it knows the key:
//!
//! | who | says |
//! | --- | --- |
//! | client | `k\n` |
//! | server | `200 OK: Challenge <64 hex digits>\n` |
//! | client | `k <32 hex digits> <64 hex digits>\n`: its own bytes, and the code |
//! | server | `200 OK: Access Granted\n`, or `404 ERROR: Access Denied\n` and the end |
//!
//! It keeps strangers out. It hides nothing from whoever listens on the path, and protects nothing that
//! follows.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The first line of a client that has a key, without its `\n`.
pub const ACCESS_REQUEST: &str = "k";
/// The answer to a key that was shown.
pub const ACCESS_GRANTED: &str = "200 OK: Access Granted";
/// The answer to anything that does not show the key.
pub const ACCESS_DENIED: &str = "404 ERROR: Access Denied";
/// The answer to a client that does not begin with a key, where one is wanted.
pub const ACCESS_KEY_REQUIRED: &str = "404 ERROR: Access Key Required";
/// Longest line of a client that shows a key.
pub const MAX_ACCESS_LINE: usize = 128;

/// What the server's answer to the first line begins with.
const CHALLENGE: &str = "200 OK: Challenge ";
/// Whatever else the key may be used for, it is not this.
const PURPOSE: &[u8] = b"echograph access 1\n";
/// Whoever hears an answer can try keys at leisure: short ones would be found.
const LEAST_KEY: usize = 8;
const MOST_KEY: usize = 256;

/// Bytes of the server that no other connection has.
pub type Challenge = [u8; 32];
/// Bytes of the client that no other connection has.
pub type ClientNonce = [u8; 16];

/// A secret that client and server share. It is shown nowhere.
#[derive(Clone)]
pub struct AccessKey(Arc<Hmac<Sha256>>);

/// What is no access key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAccessKey {
    /// It is too short to keep anyone out.
    #[error("an access key has at least {LEAST_KEY} characters")]
    TooShort,
    /// It is too long.
    #[error("an access key has at most {MOST_KEY} bytes")]
    TooLong,
}

impl AccessKey {
    /// A key; blanks and line ends about it do not count.
    ///
    /// # Errors
    /// It is too short or too long.
    pub fn new(text: &str) -> Result<Self, BadAccessKey> {
        let text = text.trim();
        if text.chars().count() < LEAST_KEY {
            return Err(BadAccessKey::TooShort);
        }
        if text.len() > MOST_KEY {
            return Err(BadAccessKey::TooLong);
        }
        let begun = Hmac::new_from_slice(text.as_bytes());
        Ok(Self(Arc::new(begun.map_err(|_| BadAccessKey::TooLong)?)))
    }

    /// The client's line that shows the key, its `\n` included.
    #[must_use]
    pub fn answer(&self, challenge: &Challenge, nonce: &ClientNonce) -> String {
        let code = self.code(challenge, nonce).finalize().into_bytes();
        format!("{ACCESS_REQUEST} {} {}\n", hex(nonce), hex(&code))
    }

    /// Whether a client's line, without its `\n`, shows the key. How long that takes says nothing of the key.
    #[must_use]
    pub fn is_shown_by(&self, line: &[u8], challenge: &Challenge) -> bool {
        let Some((nonce, code)) = parts(line) else {
            return false;
        };
        self.code(challenge, &nonce).verify_slice(&code).is_ok()
    }

    fn code(&self, challenge: &Challenge, nonce: &ClientNonce) -> Hmac<Sha256> {
        let mut code = Hmac::clone(&self.0);
        code.update(PURPOSE);
        code.update(challenge);
        code.update(nonce);
        code
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKey(..)")
    }
}

/// The server's line, without its `\n`.
#[must_use]
pub fn challenge_line(challenge: &Challenge) -> String {
    format!("{CHALLENGE}{}", hex(challenge))
}

/// The challenge in a server's reply; `None` where it has none.
#[must_use]
pub fn read_challenge(reply: &str) -> Option<Challenge> {
    unhex(reply.trim().strip_prefix(CHALLENGE)?.as_bytes())
}

fn parts(line: &[u8]) -> Option<(ClientNonce, [u8; 32])> {
    let mut words = line
        .strip_suffix(b"\r")
        .unwrap_or(line)
        .split(|byte| *byte == b' ');
    let is_answer = words.next() == Some(ACCESS_REQUEST.as_bytes());
    let (nonce, code) = (unhex(words.next()?)?, unhex(words.next()?)?);
    (is_answer && words.next().is_none()).then_some((nonce, code))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let value = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .and_then(|value| u8::try_from(value).ok())
    };
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes = pairs
        .iter()
        .map(|[high, low]| Some(value(*high)? << 4 | value(*low)?));
    let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
    rest.is_empty().then(|| bytes.try_into().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(text: &str) -> AccessKey {
        AccessKey::new(text).expect("a key")
    }

    fn line(answer: &str) -> &[u8] {
        answer.strip_suffix('\n').expect("a line").as_bytes()
    }

    #[test]
    fn the_code_is_the_one_that_any_other_tool_works_out() {
        // printf 'echograph access 1\n' and the bytes, through another program's HMAC.
        let answer = key("correct-horse").answer(&[0x41; 32], &[0x42; 16]);
        let expected = "k 42424242424242424242424242424242 \
                        03f2feb5dd941c598fa6b18cb0c8e7085b29e10cbfb127baa621ec59001bebb9\n";
        assert_eq!(answer, expected);
    }

    proptest! {
        #[test]
        fn the_key_is_shown_by_its_own_answer_and_by_no_other(
            text in "[!-~]{8,40}", other in "[!-~]{8,40}",
            challenge: [u8; 32], nonce: [u8; 16], place in 0..99usize,
        ) {
            let answer = key(&text).answer(&challenge, &nonce);
            let shown = line(&answer);
            prop_assert!(key(&text).is_shown_by(shown, &challenge));
            prop_assert_eq!(key(&other).is_shown_by(shown, &challenge), text == other);
            let mut another = challenge;
            another[place % 32] ^= 1;
            prop_assert!(!key(&text).is_shown_by(shown, &another));
            let mut changed = shown.to_vec();
            changed[place] ^= 1;
            prop_assert!(!key(&text).is_shown_by(&changed, &challenge));
            prop_assert_eq!(read_challenge(&challenge_line(&challenge)), Some(challenge));
        }

        #[test]
        fn no_bytes_show_a_key_by_chance(line in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(!key("correct-horse").is_shown_by(&line, &[7; 32]));
            let _ = read_challenge(&String::from_utf8_lossy(&line));
        }
    }

    #[test]
    fn a_short_key_is_none_and_blanks_about_it_do_not_count() {
        let refused = |text: &str| AccessKey::new(text).err();
        assert_eq!(refused(" 1234567\n"), Some(BadAccessKey::TooShort));
        assert_eq!(refused(&"x".repeat(257)), Some(BadAccessKey::TooLong));
        let answer = key(" 12345678\n").answer(&[0; 32], &[0; 16]);
        assert_eq!(answer, key("12345678").answer(&[0; 32], &[0; 16]));
        assert_eq!(format!("{:?}", key("12345678")), "AccessKey(..)");
    }
}
