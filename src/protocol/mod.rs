//! The wire: what client and server say to each other, and nothing else.
//!
//! One TCP connection carries three phases of `\n`-ended lines: connection setup (CSP), measurement
//! (MP), connection termination (CTP). This module builds and recognises those lines for both ends.
//! It does no I/O, reads no clock and allocates nothing per probe: a caller hands it the bytes that
//! have arrived and is told what they are.

mod access;
mod buffer;
mod dialect;
mod echo;
mod heard_setup;
mod idiom;
mod length;
mod liberties;
mod limits;
mod number;
mod probe;
mod raw;
mod refusal;
mod reply;
mod request;
mod rules;
mod setup;
mod strict_reading;
mod tolerant_probe;
mod tolerant_reading;

pub use access::{
    ACCESS_DENIED, ACCESS_GRANTED, ACCESS_KEY_REQUIRED, ACCESS_REQUEST, AccessKey, BadAccessKey,
    Challenge, ClientNonce, MAX_ACCESS_LINE, challenge_line, read_challenge,
};
pub use buffer::ReceiveBuffer;
pub use dialect::{Dialect, UnknownDialect};
pub use echo::{BadEchoStyle, EchoStyle, MAX_AROUND_ECHO, Returned};
pub use idiom::{
    BetweenProbes, Digits, Idiom, LineEnd, Separator, SetupOrder, SizeCounts, Variant,
};
pub use length::{echoes_len, probes_len};
pub use liberties::Liberties;
pub use limits::{DEFAULT_MAX_DELAY_MS, DEFAULT_MAX_MESSAGE_SIZE, DEFAULT_MAX_PROBES, Limits};
pub use probe::{EchoFault, ProbeMessage};
pub use raw::{RawSetup, around_payload};
pub use refusal::{Refusal, RefusalReason};
pub use reply::{
    BadReply, MAX_REPLY_LINE, Reply, ReplyCode, is_left_over, parse_last_reply, parse_reply, quote,
    quote_about,
};
pub use request::{EndOfStream, Request, RequestParser};
pub use rules::{DelayUnit, Rules, UnknownDelayUnit};
pub use setup::{MeasurementType, Setup, SetupField, UnknownMeasurementType};

use serde::{Deserialize, Serialize};

/// The three phases of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Connection setup (CSP): the client says what it is going to send.
    Setup,
    /// Measurement (MP): probes and their echoes.
    Measurement,
    /// Connection termination (CTP): the client says it is done.
    Termination,
}

impl Phase {
    /// The abbreviation the assignment uses: CSP, MP or CTP.
    #[must_use]
    pub fn abbreviation(self) -> &'static str {
        match self {
            Self::Setup => "CSP",
            Self::Measurement => "MP",
            Self::Termination => "CTP",
        }
    }

    /// The phase in words, as a sentence would use it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Setup => "connection setup",
            Self::Measurement => "measurement",
            Self::Termination => "connection termination",
        }
    }
}

#[cfg(test)]
mod properties;
