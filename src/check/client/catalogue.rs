//! The checks of a client, by the session in which each is made.

/// One check.
pub(super) struct Entry {
    pub title: &'static str,
    pub rule: &'static str,
    pub sends: &'static str,
    pub expects: &'static str,
    pub session: Session,
}

/// What a session tries. A client has to come once for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    Plain,
    RepliesInPieces,
    EchoInPieces,
    LateEcho,
    WrongEcho,
    RefusedProbe,
    EarlyClose,
    RefusedSetup,
}

impl Session {
    /// All of them, in their order.
    pub(super) const ALL: [Self; 8] = [
        Self::Plain,
        Self::RepliesInPieces,
        Self::EchoInPieces,
        Self::LateEcho,
        Self::WrongEcho,
        Self::RefusedProbe,
        Self::EarlyClose,
        Self::RefusedSetup,
    ];

    /// What it tries, for whoever has to start the client.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "a plain session",
            Self::RepliesInPieces => "replies in pieces",
            Self::EchoInPieces => "an echo in pieces",
            Self::LateEcho => "a late echo",
            Self::WrongEcho => "a wrong echo",
            Self::RefusedProbe => "a refused probe",
            Self::EarlyClose => "a server that leaves early",
            Self::RefusedSetup => "a refused setup",
        }
    }
}

const fn plain(
    title: &'static str,
    rule: &'static str,
    sends: &'static str,
    expects: &'static str,
) -> Entry {
    Entry {
        title,
        rule,
        sends,
        expects,
        session: Session::Plain,
    }
}

/// All of them. The places of the first are those of [`super::plain::Part`].
pub(super) static CATALOGUE: &[Entry] = &[
    plain(
        "setup message",
        "S1",
        "nothing",
        "a valid setup, to the letter",
    ),
    plain(
        "waits for the reply to the setup",
        "S6",
        "200 OK: Ready, after a moment",
        "nothing before it, probe 1 after it",
    ),
    plain(
        "form of the probes",
        "M1",
        "the echoes",
        "the letter, the number, the payload, \\n",
    ),
    plain(
        "numbers of the probes",
        "M2",
        "the echoes",
        "1, 2, 3, ... to the number announced",
    ),
    plain(
        "size of the payloads",
        "M3",
        "the echoes",
        "as many bytes as announced",
    ),
    plain(
        "one probe at a time",
        "M7",
        "the echoes, after a moment",
        "nothing before each echo",
    ),
    plain(
        "termination",
        "T1",
        "the last echo",
        "the termination, and nothing else",
    ),
    plain(
        "close after the reply",
        "T5",
        "200 OK: Closing Connection, then a close",
        "a close",
    ),
    Entry {
        title: "replies in pieces",
        rule: "G1",
        sends: "both replies in two pieces",
        expects: "a whole session",
        session: Session::RepliesInPieces,
    },
    Entry {
        title: "echo in pieces",
        rule: "G1",
        sends: "an echo in pieces, with pauses",
        expects: "nothing before its last byte, then the next message",
        session: Session::EchoInPieces,
    },
    Entry {
        title: "late echo",
        rule: "M7",
        sends: "an echo 700 ms late",
        expects: "nothing before it, then the next message",
        session: Session::LateEcho,
    },
    Entry {
        title: "wrong echo",
        rule: "M4",
        sends: "an echo with one byte changed",
        expects: "no further probe (left open)",
        session: Session::WrongEcho,
    },
    Entry {
        title: "404 in the measurement",
        rule: "M8",
        sends: "the 404 of the measurement in place of an echo, then a close",
        expects: "no further probe, and a close",
        session: Session::RefusedProbe,
    },
    Entry {
        title: "server leaves early",
        rule: "T6",
        sends: "a close in place of an echo",
        expects: "nothing more, and a close",
        session: Session::EarlyClose,
    },
    Entry {
        title: "refused setup",
        rule: "S7",
        sends: "the 404 of the setup, then a close",
        expects: "no probe, and a close",
        session: Session::RefusedSetup,
    },
];
