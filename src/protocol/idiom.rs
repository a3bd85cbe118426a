//! How a peer speaks its dialect: what programs that keep to the same text still do differently.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Dialect, ProbeMessage};

/// Digits of a padded number.
pub(super) const PADDED: u32 = 5;

/// What ends a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEnd {
    /// `\n`.
    #[default]
    Newline,
    /// Nothing: the peer goes by what one read gives, or counts bytes.
    Nothing,
}

/// What stands between the fields of the setup message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Separator {
    /// One blank.
    #[default]
    Space,
    /// One tabulator.
    Tab,
}

/// The order of probes and message size in the setup message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SetupOrder {
    /// As the dialect's text has it.
    #[default]
    Text,
    /// The other way round.
    Swapped,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Digits {
    /// As few as needed.
    #[default]
    Plain,
    /// At least five, filled up with zeros.
    Padded,
}

/// What the message size counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SizeCounts {
    /// The payload alone.
    #[default]
    Payload,
    /// The payload and the `\n` behind it, so that one byte less of payload is sent.
    PayloadAndLineEnd,
    /// The longest message whole, so that more is announced than there is of payload.
    Message,
}

/// What comes between two probes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BetweenProbes {
    /// Nothing.
    #[default]
    Nothing,
    /// A termination and its answer, which are behind the last probe anyway.
    Termination,
    /// Another connection: each message of a session has one of its own, the setup and the termination too.
    Connection,
}

/// A word that is none of those there are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is none of {1}")]
pub struct UnknownWord(String, String);

/// The words for the values of a type, on the command line, in files and in the window.
macro_rules! words {
    ($type:ident: $($value:ident $word:literal),+) => {
        impl $type {
            /// Every value, the usual one first.
            pub const ALL: &[Self] = &[$(Self::$value),+];

            /// Its word.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }
        }

        impl FromStr for $type {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$value),)+
                    _ => Err(UnknownWord(word.to_owned(), [$($word),+].join(", "))),
                }
            }
        }
    };
}

words!(LineEnd: Newline "newline", Nothing "nothing");
words!(Separator: Space "space", Tab "tab");
words!(SetupOrder: Text "text", Swapped "swapped");
words!(Digits: Plain "plain", Padded "padded");
words!(BetweenProbes: Nothing "nothing", Termination "termination", Connection "connection");
words!(SizeCounts: Payload "payload", PayloadAndLineEnd "payload-and-line-end", Message "message");

impl SizeCounts {
    /// What it means, for users.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Payload => "The message size is that of the payload.",
            Self::PayloadAndLineEnd => {
                "The message size counts the line end too: one byte less of payload is sent."
            }
            Self::Message => {
                "The server takes the message size for that of the whole message: the setup announces so much more."
            }
        }
    }
}

/// What a peer wants differently within its dialect. The default is the text to the letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// The first probe's sequence number: 1, or 0.
    pub first_seq: u32,
    /// What ends a message.
    pub line_end: LineEnd,
    /// What stands between the setup's fields.
    pub separator: Separator,
    /// The order of probes and message size in the setup.
    #[serde(default)]
    pub setup_order: SetupOrder,
    /// How numbers are written.
    pub digits: Digits,
    /// What the message size counts.
    pub size_counts: SizeCounts,
    /// The fewest probes that a session announces; what is more than was asked for is warm-up.
    pub least_probes: u32,
    /// What comes between two probes, which are then sent one at a time.
    #[serde(default)]
    pub between_probes: BetweenProbes,
}

impl Default for Variant {
    fn default() -> Self {
        Self {
            first_seq: 1,
            line_end: LineEnd::Newline,
            separator: Separator::Space,
            setup_order: SetupOrder::Text,
            digits: Digits::Plain,
            size_counts: SizeCounts::Payload,
            least_probes: 1,
            between_probes: BetweenProbes::Nothing,
        }
    }
}

/// A dialect as one peer speaks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Idiom {
    /// The dialect.
    pub dialect: Dialect,
    /// What is different in it.
    pub variant: Variant,
}

impl From<Dialect> for Idiom {
    fn from(dialect: Dialect) -> Self {
        Self {
            dialect,
            variant: Variant::default(),
        }
    }
}

impl Idiom {
    /// What ends a message.
    pub(super) fn line_end(self) -> &'static str {
        match self.variant.line_end {
            LineEnd::Newline => "\n",
            LineEnd::Nothing => "",
        }
    }

    /// The number of the probe that is the `index`th of its session, from 1.
    #[must_use]
    pub fn seq_of(self, index: u32) -> u32 {
        index
            .saturating_sub(1)
            .saturating_add(self.variant.first_seq)
    }

    /// Which probe of its session, from 1, has that number.
    #[must_use]
    pub fn index_of(self, seq: u32) -> u32 {
        seq.saturating_sub(self.variant.first_seq).saturating_add(1)
    }

    /// Whether the setup has the message size before the probes.
    pub(super) fn size_before_probes(self) -> bool {
        let swapped = self.variant.setup_order == SetupOrder::Swapped;
        self.dialect.words().size_before_probes != swapped
    }

    /// The least digits of a number.
    pub(super) fn least_digits(self) -> u32 {
        match self.variant.digits {
            Digits::Plain => 1,
            Digits::Padded => PADDED,
        }
    }

    /// Letters of payload that are sent for a message size.
    #[must_use]
    pub fn payload_len(self, message_size: u64) -> u64 {
        match self.variant.size_counts {
            SizeCounts::Payload | SizeCounts::Message => message_size,
            SizeCounts::PayloadAndLineEnd => message_size.saturating_sub(1),
        }
    }

    /// The number that a setup announces as message size, with that many probes.
    pub(super) fn announced_size(self, message_size: u64, probes: u32) -> u64 {
        match self.variant.size_counts {
            SizeCounts::Payload | SizeCounts::PayloadAndLineEnd => message_size,
            SizeCounts::Message => {
                let last = ProbeMessage::frame_len(self, probes);
                message_size.saturating_add(last as u64)
            }
        }
    }

    /// The `index`th probe as a line of text, for people; what goes out is made by
    /// [`ProbeMessage`](super::ProbeMessage).
    #[must_use]
    pub fn probe_line(self, index: u32, payload: &str) -> String {
        let words = self.dialect.words();
        let (seq, least) = (self.seq_of(index), self.least_digits() as usize);
        if !self.dialect.has_phases() {
            payload.to_owned()
        } else if words.payload_before_seq {
            format!("{} {payload} {seq:0least$}", words.probe)
        } else {
            format!("{} {seq:0least$} {payload}", words.probe)
        }
    }

    /// What is different in it from another one, for people: `bologna dialect, sequence numbers from 0`.
    #[must_use]
    pub fn differences(self, from: Self) -> String {
        let text = Variant::default();
        let mut parts = Vec::new();
        if self.dialect != from.dialect {
            parts.push(format!("{} dialect", self.dialect));
        }
        if self.variant != text || self.dialect == from.dialect {
            parts.push(self.variant.to_string());
        }
        parts.join(", ")
    }

    /// The termination message as it goes out.
    #[must_use]
    pub fn termination(self) -> String {
        let letter = self.dialect.termination();
        match self.variant.line_end {
            LineEnd::Newline => format!("{letter}\n"),
            // Who reads without looking for an end splits at blanks, and wants one behind the letter.
            LineEnd::Nothing => format!("{letter} "),
        }
    }
}

/// What differs from the dialect's text, for people: `sequence numbers from 0, no line ends`.
impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Self::default();
        let mut parts = Vec::new();
        if self.first_seq != text.first_seq {
            parts.push("sequence numbers from 0");
        }
        if self.line_end != text.line_end {
            parts.push("no line ends");
        }
        if self.separator != text.separator {
            parts.push("TABs in the setup");
        }
        if self.setup_order != text.setup_order {
            parts.push("probes and size the other way round in the setup");
        }
        if self.digits != text.digits {
            parts.push("numbers of five digits");
        }
        if self.size_counts != text.size_counts {
            parts.push(match self.size_counts {
                SizeCounts::Message => "the whole message counted in the size",
                _ => "the line end counted in the size",
            });
        }
        match self.between_probes {
            BetweenProbes::Nothing => {}
            BetweenProbes::Termination => parts.push("a termination after each probe"),
            BetweenProbes::Connection => parts.push("a connection for each message"),
        }
        if self.least_probes != text.least_probes {
            return write_with_probes(f, &parts, self.least_probes);
        }
        if parts.is_empty() {
            parts.push("as its text has it");
        }
        f.write_str(&parts.join(", "))
    }
}

fn write_with_probes(f: &mut fmt::Formatter<'_>, parts: &[&str], least: u32) -> fmt::Result {
    for part in parts {
        write!(f, "{part}, ")?;
    }
    write!(f, "at least {least} probes")
}
