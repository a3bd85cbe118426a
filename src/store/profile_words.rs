//! What is wrong with a profile file, in words for someone who edits one, and what to write instead.

use ron::error::{Error as RonError, SpannedError};

use super::profile_error::{Position, ProfileFileError};
use super::ron_fields::{field_at, find_field, past_blanks};
use crate::experiment::Field;

/// A field's name in the file.
pub(super) fn name_of(field: Field) -> &'static str {
    match field {
        Field::Version => "version",
        Field::Host => "host",
        Field::Port => "port",
        Field::MessageSizes => "message_sizes",
        Field::Probes => "probes",
        Field::ServerDelays => "server_delays_ms",
        Field::Rounds => "rounds",
        Field::CiWidth => "ci_width_percent",
        Field::MinRounds => "min_rounds",
        Field::MaxRounds => "max_rounds",
        Field::TimeBudget => "time_budget_s",
        Field::Seed => "seed",
        Field::Depth => "depth",
        Field::Connections => "connections",
        Field::SendBuffer => "send_buffer",
        Field::ReceiveBuffer => "receive_buffer",
        Field::CongestionControl => "congestion_control",
        Field::FirstSeq => "first_seq",
        Field::LeastProbes => "least_probes",
        Field::Warmup => "warmup",
        Field::Timeout => "timeout_ms",
    }
}

/// The ways to write a field's value, the usual one first.
fn ways_to_write(field: &str) -> &'static [&'static str] {
    match field {
        "target" => &["Embedded", "Host(host: \"localhost\", port: 10000)"],
        "host" => &["\"localhost\""],
        "port" => &["10000"],
        "measurement_type" => &["rtt", "tput"],
        "message_sizes" => &["[1, 100, 1000]"],
        "probes" => &["20"],
        "server_delays_ms" => &["[0]"],
        "rounds" => &[
            "Exactly(10)",
            "UntilPrecise(ci_width_percent: 5.0, min_rounds: 6, max_rounds: 40, time_budget_s: 60)",
        ],
        "ci_width_percent" => &["5.0"],
        "min_rounds" => &["6"],
        "max_rounds" => &["40"],
        "time_budget_s" => &["60"],
        "order" => &["random", "sequential"],
        "seed" => &["None", "Some(7)"],
        "warmup" => &["0"],
        "version" | "depth" | "connections" => &["1"],
        "wait" => &["auto", "spin", "block"],
        "socket" => &[
            "(nodelay: true, send_buffer: None, receive_buffer: None, congestion_control: None, quick_ack: auto)",
        ],
        "nodelay" => &["true", "false"],
        "quick_ack" => &["auto", "on", "off"],
        "send_buffer" | "receive_buffer" => &["None", "Some(65536)"],
        "congestion_control" => &["None", "Some(\"cubic\")"],
        "dialect" => &["\"boston\""],
        "variant" => &[
            "(first_seq: 1, line_end: newline, separator: space, setup_order: text, digits: plain, size_counts: payload, least_probes: 1, between_probes: nothing)",
        ],
        "first_seq" => &["1", "0"],
        "least_probes" => &["1", "20"],
        "line_end" => &["newline", "nothing"],
        "separator" => &["space", "tab"],
        "between_probes" => &["nothing", "termination", "connection"],
        "setup_order" => &["text", "swapped"],
        "digits" => &["plain", "padded"],
        "size_counts" => &["payload", "payload-and-line-end", "message"],
        "strict" => &["false", "true"],
        "timeout_ms" => &["5000"],
        _ => &[],
    }
}

/// What belongs at a place where something else is.
fn what_belongs(text: &str, at: Position) -> Option<String> {
    match ways_to_write(field_at(text, at)?) {
        [] => None,
        [only] => Some(format!("something like {only} belongs here")),
        [others @ .., last] => Some(format!("{} or {last} belongs here", others.join(", "))),
    }
}

/// RON's error as a sentence for someone who edits a profile, not for someone who writes Rust.
pub(super) fn in_words(text: &str, error: SpannedError) -> ProfileFileError {
    use ProfileFileError as E;
    let place = |position: ron::error::Position| Position {
        line: position.line,
        column: position.col,
    };
    let (start, at) = (
        past_blanks(text, place(error.span.start)),
        place(error.span.end),
    );
    let wrong = |why: String| E::WrongValue { at: start, why };
    match error.code {
        RonError::ExpectedNamedStructLike("Profile")
        | RonError::ExpectedDifferentStructName {
            expected: "Profile",
            ..
        } => E::NotAProfile { at: start },
        RonError::Eof => E::Syntax {
            at,
            why: "the file ends too early".to_owned(),
        },
        RonError::NoSuchStructField {
            expected, found, ..
        } => E::UnknownField {
            at: find_field(text, &found).unwrap_or(start),
            field: found,
            known: expected.join(", "),
        },
        RonError::MissingStructField { field, .. } => E::MissingField {
            at,
            field: field.to_owned(),
            example: match ways_to_write(field).first() {
                Some(value) => format!("{field}: {value}"),
                None => format!("{field}: .."),
            },
        },
        RonError::DuplicateStructField { field, .. } => E::RepeatedField {
            at: start,
            field: field.to_owned(),
        },
        RonError::NoSuchEnumVariant {
            expected, found, ..
        } => {
            let belongs = what_belongs(text, start)
                .unwrap_or_else(|| format!("there are {}", expected.join(", ")));
            wrong(format!("\"{found}\" is no value here: {belongs}"))
        }
        RonError::ExpectedInteger | RonError::InvalidIntegerDigit { .. } => {
            wrong("a whole number belongs here".to_owned())
        }
        RonError::IntegerOutOfBounds => {
            wrong("this number is negative or too large for its field".to_owned())
        }
        RonError::ExpectedIdentifier
        | RonError::SuggestRawIdentifier(_)
        | RonError::ExpectedOption
        | RonError::ExpectedFloat
        | RonError::ExpectedStructLike
        | RonError::ExpectedNamedStructLike(_)
        | RonError::ExpectedDifferentStructName { .. } => wrong(
            what_belongs(text, start)
                .unwrap_or_else(|| "a name without quotes belongs here".to_owned()),
        ),
        RonError::Message(why) => wrong(why),
        RonError::ExpectedBoolean => wrong("true or false belongs here".to_owned()),
        RonError::ExpectedString => wrong("a text in \"quotes\" belongs here".to_owned()),
        RonError::ExpectedArray => wrong("a list such as [1, 100, 1000] belongs here".to_owned()),
        RonError::InvalidValueForType { expected, found } => {
            wrong(format!("{expected} belongs here, and there is {found}"))
        }
        RonError::ExpectedOptionEnd | RonError::ExpectedStructLikeEnd => E::Syntax {
            at: start,
            why: "a closing ) belongs here".to_owned(),
        },
        RonError::ExpectedComma => E::Syntax {
            at: start,
            why: "a comma or the end of the list or of the profile belongs here".to_owned(),
        },
        RonError::ExceededRecursionLimit => E::Syntax {
            at: start,
            why: "values lie deeper in each other than in any profile".to_owned(),
        },
        other => E::Syntax {
            at: start,
            why: lower_first(&other.to_string()),
        },
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}
