//! Why a server refuses a message, in words.

use super::{Phase, SetupField};

/// Why a message is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefusalReason {
    /// The message does not begin with the letter of its phase.
    #[error("the message does not begin with the letter of this phase and a blank")]
    UnknownLetter,
    /// The measurement type is neither of the two.
    #[error("unknown measurement type")]
    UnknownType,
    /// A field is absent.
    #[error("the {0} is missing")]
    MissingField(SetupField),
    /// The message size is none of the list.
    #[error("the message size is none that this server takes")]
    NotInList,
    /// There is something behind the last field.
    #[error("there is a field too many")]
    ExtraField,
    /// A field that must be a number is not.
    #[error("the {0} is not {form}", form = form_of(*.0))]
    NotANumber(SetupField),
    /// A number is below the least one allowed.
    #[error("the {0} is below {1}")]
    TooSmall(SetupField, u64),
    /// A number is over the limit.
    #[error("the {0} is over the limit")]
    OverLimit(SetupField),
    /// The setup line does not end within the limit.
    #[error("the setup line is longer than the limit")]
    LineTooLong,
    /// A line ends in `\r\n` where that is not tolerated.
    #[error("a \\r stands before the end of the line")]
    CarriageReturn,
    /// The line has bytes that are no ASCII text.
    #[error("the line is not ASCII text")]
    NotAscii,
    /// The sequence number is not the next one.
    #[error("the sequence number is not {expected}")]
    WrongSequence {
        /// The number that had to come.
        expected: u32,
    },
    /// The payload ends before its announced size.
    #[error("the payload is {got} bytes, not the {announced} announced")]
    PayloadTooShort {
        /// Bytes before the `\n`.
        got: u64,
        /// Bytes announced.
        announced: u64,
    },
    /// The payload goes on behind its announced size.
    #[error("the payload is longer than the {announced} bytes announced")]
    PayloadTooLong {
        /// Bytes announced.
        announced: u64,
    },
    /// The termination came before the last probe.
    #[error("the termination came before probe {next} of {probes}")]
    TerminationTooEarly {
        /// The probe that had to come.
        next: u32,
        /// Probes announced.
        probes: u32,
    },
    /// Something other than the termination came after the last echo.
    #[error("something other than the termination came after the last probe")]
    NotATermination,
    /// The stream ended inside a message.
    #[error("the stream ended inside a message")]
    EndOfStream,
    /// The server has no room for another session.
    #[error("the server serves as many connections as it may")]
    ServerFull,
    /// The server has no room for another session of this client's address.
    #[error("the server serves as many connections of this address as it may")]
    AddressFull,
    /// The server wants an access key, and the client began with something else.
    #[error("the client shows no access key")]
    NoAccessKey,
    /// The client showed another access key.
    #[error("the client does not know the access key")]
    WrongAccessKey,
    /// The server's memory for messages is used up.
    #[error("the server's memory for messages is used up")]
    OutOfMemory,
    /// Nothing came from the client for too long.
    #[error("nothing came from the client for {0} s")]
    Idle(u64),
    /// The session took too long in all.
    #[error("the session took longer than {0} s")]
    TooLong(u64),
}

/// How the number of a field is written.
fn form_of(field: SetupField) -> &'static str {
    if field == SetupField::ServerDelay {
        "a number such as 2, or 0.5 where the server is not strict"
    } else {
        "a whole number from 0 on"
    }
}

/// A refused message: the phase decides the 404 line, the reason is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} refused: {reason}", .phase.name())]
pub struct Refusal {
    /// The phase whose 404 line is the answer.
    pub phase: Phase,
    /// What was wrong.
    pub reason: RefusalReason,
}
