//! Servers to try a client with: each does one thing that real ones do and the text does not have.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use super::manner::{Manner, ReplyEnd, Texts};
use crate::protocol::DelayUnit;

/// A server of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Act {
    /// Its name on the command line and in the window.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub description: &'static str,
    change: fn(&mut Manner),
}

impl PartialEq for Act {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Default for Act {
    fn default() -> Self {
        Self {
            name: "the text",
            description: "It keeps to the protocol's text.",
            change: |_| {},
        }
    }
}

impl Act {
    /// Every server of the catalogue, the one that keeps to the text first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let quirky = CATALOGUE.iter().map(|(name, description, change)| Self {
            name,
            description,
            change: *change,
        });
        std::iter::once(Self::default()).chain(quirky).collect()
    }

    /// How it behaves.
    #[must_use]
    pub fn manner(self) -> Manner {
        let mut manner = Manner::default();
        (self.change)(&mut manner);
        manner
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A name that is not in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not in the catalogue; \"--act-as list\" prints it")]
pub struct UnknownAct(String);

impl FromStr for Act {
    type Err = UnknownAct;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let plain = |text: &str| text.replace(' ', "-");
        Self::all()
            .into_iter()
            .find(|act| plain(act.name) == plain(name))
            .ok_or_else(|| UnknownAct(name.to_owned()))
    }
}

type Entry = (&'static str, &'static str, fn(&mut Manner));

const CATALOGUE: &[Entry] = &[
    (
        "no-reply-end",
        "Its replies end in nothing: a client that waits for \\n waits for ever.",
        |manner| {
            manner.reply_end = ReplyEnd::Nothing;
        },
    ),
    (
        "nul-reply-end",
        "Its replies end in a NUL instead of \\n.",
        |manner| {
            manner.reply_end = ReplyEnd::Nul;
        },
    ),
    ("crlf-reply-end", "Its replies end in \\r\\n.", |manner| {
        manner.reply_end = ReplyEnd::CrLf;
    }),
    (
        "other-words",
        "Its replies have the right numbers and other words: compare the number, not the sentence.",
        |manner| {
            manner.texts = Texts {
                ready: Some("200 Ready".to_owned()),
                closing: Some("200 OK:Bye".to_owned()),
                bad_setup: Some("404 ERROR1: setup".to_owned()),
                bad_probe: Some("404 ERROR2: probe".to_owned()),
                bad_termination: Some("404 ERROR3: termination".to_owned()),
            };
        },
    ),
    (
        "echo-without-end",
        "It echoes the message without its \\n.",
        |manner| {
            manner.echo = "{message}".parse().ok();
        },
    ),
    (
        "echo-payload",
        "It echoes the payload alone, without \\n.",
        |manner| {
            manner.echo = "{payload}".parse().ok();
        },
    ),
    (
        "echo-payload-line",
        "It echoes the payload alone, as a line.",
        |manner| {
            manner.echo = "{payload}\\n".parse().ok();
        },
    ),
    (
        "echo-prefix",
        "It puts words and a number before the payload that it echoes.",
        |manner| {
            manner.echo = "100 Data: {payload}\\n".parse().ok();
        },
    ),
    (
        "echo-suffix",
        "It puts words behind the message that it echoes.",
        |manner| {
            manner.echo = "{message} (200 OK)\\n".parse().ok();
        },
    ),
    ("echo-nul", "It puts a NUL behind each echo.", |manner| {
        manner.echo = "{message}\\n\\x00".parse().ok();
    }),
    (
        "byte-by-byte",
        "It writes its echoes one byte at a time: one read is not one message.",
        |manner| {
            manner.piece = NonZeroUsize::new(1);
        },
    ),
    (
        "pieces",
        "It writes its echoes in pieces of 100 bytes.",
        |manner| {
            manner.piece = NonZeroUsize::new(100);
        },
    ),
    ("from-zero", "It wants sequence numbers from 0.", |manner| {
        manner.first_seq = Some(0);
    }),
    (
        "from-one",
        "It wants sequence numbers from 1, and refuses a 0.",
        |manner| {
            manner.first_seq = Some(1);
        },
    ),
    ("seconds", "It takes the delay for seconds.", |manner| {
        manner.delay_unit = DelayUnit::Seconds;
    }),
    (
        "nanoseconds",
        "It takes the delay for nanoseconds.",
        |manner| {
            manner.delay_unit = DelayUnit::Nanoseconds;
        },
    ),
    (
        "no-delay",
        "It reads the delay and does not wait.",
        |manner| {
            manner.delay_unit = DelayUnit::Ignored;
        },
    ),
    (
        "twenty-probes",
        "It refuses sessions of fewer than 20 probes.",
        |manner| {
            manner.least_probes = Some(20);
        },
    ),
    (
        "listed-sizes",
        "It takes the message sizes of the assignment only.",
        |manner| {
            manner.sizes = vec![
                1, 100, 200, 400, 800, 1000, 1024, 2048, 4096, 8192, 16384, 32768,
            ];
        },
    ),
    ("once", "It ends after its first connection.", |manner| {
        manner.serves_once = true;
    }),
    (
        "no-closing",
        "It never answers the termination: the client has to close first.",
        |manner| {
            manner.never_closes = true;
        },
    ),
    (
        "reset",
        "It resets the connection behind its closing reply.",
        |manner| {
            manner.resets = true;
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_of_the_catalogue_has_a_name_of_its_own_and_does_something() {
        let all = Act::all();
        for (place, act) in all.iter().enumerate() {
            assert_eq!(act.name.parse(), Ok(*act));
            assert!(act.description.ends_with('.'), "{act}");
            assert_eq!(act.manner() == Manner::default(), place == 0, "{act}");
            let same = all.iter().filter(|other| other.manner() == act.manner());
            assert_eq!(same.count(), 1, "{act}");
        }
        assert_eq!("the-text".parse(), Ok(Act::default()));
        assert!("nobody".parse::<Act>().is_err());
    }
}
