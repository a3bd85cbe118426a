//! How a server echoes: learned from its first echo, so that one that adds or leaves out something is
//! told so once, and can be checked for the rest.

use memchr::memmem;

/// Longest addition to an echo that is taken for a habit.
const MOST_AROUND: usize = 256;

/// What comes back for a probe, in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EchoHabit {
    /// Before all.
    prefix: Vec<u8>,
    /// Whether what stands before the payload is sent back too.
    has_head: bool,
    /// Behind the payload; `None` is what was sent there.
    behind: Option<Vec<u8>>,
}

impl Default for EchoHabit {
    fn default() -> Self {
        Self {
            prefix: Vec::new(),
            has_head: true,
            behind: None,
        }
    }
}

/// A probe in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    pub head: Vec<u8>,
    pub payload: Vec<u8>,
    pub tail: Vec<u8>,
}

impl Parts {
    /// All of it.
    pub(super) fn message(&self) -> Vec<u8> {
        [&*self.head, &*self.payload, &*self.tail].concat()
    }
}

impl EchoHabit {
    /// The habit that an echo shows; `None` where the payload is not in it.
    pub(super) fn learn(probe: &Parts, echo: &[u8]) -> Option<Self> {
        let at = memmem::find(echo, &probe.payload)?;
        let before = echo.get(..at)?;
        let behind = echo.get(at + probe.payload.len()..)?;
        let (prefix, has_head) = match before.strip_suffix(&*probe.head) {
            Some(prefix) => (prefix, true),
            None => (before, false),
        };
        if prefix.len() > MOST_AROUND || behind.len() > MOST_AROUND {
            return None;
        }
        Some(Self {
            prefix: prefix.to_vec(),
            has_head,
            behind: (behind != probe.tail).then(|| behind.to_vec()),
        })
    }

    /// Whether it is the rule.
    pub(super) fn is_exact(&self) -> bool {
        *self == Self::default()
    }

    /// What has to come back for a probe.
    pub(super) fn echo_of(&self, probe: &Parts) -> Vec<u8> {
        let head: &[u8] = if self.has_head { &probe.head } else { &[] };
        let behind = self.behind.as_ref().unwrap_or(&probe.tail);
        [&*self.prefix, head, &probe.payload, behind].concat()
    }

    /// The habit in words, for whoever wrote the server.
    pub(super) fn in_words(&self) -> String {
        let mut said = Vec::new();
        if !self.prefix.is_empty() {
            said.push(format!(
                "puts \"{}\" before the echo",
                self.prefix.escape_ascii()
            ));
        }
        if !self.has_head {
            said.push("leaves out what stands before the payload".to_owned());
        }
        match self.behind.as_deref() {
            None => {}
            Some([]) => said.push("leaves out the \\n at its end".to_owned()),
            Some(behind) => said.push(format!(
                "ends it with \"{}\" instead of what was sent there",
                behind.escape_ascii()
            )),
        }
        said.join(", and ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_habit_seen_once_says_what_the_next_echo_will_be() {
        let probe = |number: u8, payload: &str| Parts {
            head: format!("m {number} ").into_bytes(),
            payload: payload.as_bytes().to_vec(),
            tail: b"\n".to_vec(),
        };
        for (echo, next, words) in [
            ("m 1 abc\n", "m 2 xyz\n", ""),
            ("abc\n", "xyz\n", "leaves out what stands before"),
            ("m 1 abc", "m 2 xyz", "leaves out the \\n"),
            ("> m 1 abc\n", "> m 2 xyz\n", "before the echo"),
            ("m 1 abc (ok)\n", "m 2 xyz (ok)\n", "ends it with"),
            ("m 1 abc\n\0", "m 2 xyz\n\0", "\\n\\x00"),
        ] {
            let habit = EchoHabit::learn(&probe(1, "abc"), echo.as_bytes()).unwrap();
            assert_eq!(habit.echo_of(&probe(2, "xyz")), next.as_bytes(), "{echo}");
            assert!(habit.in_words().contains(words), "{}", habit.in_words());
            assert_eq!(habit.is_exact(), words.is_empty());
        }
        assert_eq!(EchoHabit::learn(&probe(1, "abc"), b"404 ERROR"), None);
    }
}
