//! An excerpt of the transcript: the first connection, and what was refused later.

use crate::measurement::units::{counted, time};
use crate::measurement::{Direction, Run, Side, TranscriptLine, probe_text};

/// Most lines of the first connection.
const FIRST_LINES: usize = 16;
/// Probes shown of it.
const PROBES: usize = 3;
/// Most refusals.
const REFUSALS: usize = 10;

/// A line of the excerpt: when, who, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Since the run started.
    pub at: String,
    /// Who said it to whom, or to whom it happened.
    pub who: &'static str,
    pub text: String,
    /// Whether it is an event rather than a line of the protocol.
    pub is_event: bool,
}

/// The first connection as the client saw it, its first probes included.
pub(super) fn first_connection(run: &Run) -> Vec<Line> {
    let of_client = || {
        run.transcript
            .lines
            .iter()
            .filter(|line| line.side == Side::Client)
    };
    let Some(session) = of_client()
        .map(|line| line.session)
        .find(|session| *session > 0)
    else {
        return Vec::new();
    };
    let mut lines: Vec<(i64, Line)> = of_client()
        .filter(|line| line.session == session)
        .take(FIRST_LINES)
        .map(|line| (line.at_ns, of_line(line)))
        .collect();
    lines.extend(probes(run, session));
    lines.sort_by_key(|(at_ns, _)| *at_ns);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn probes(run: &Run, session: u32) -> Vec<(i64, Line)> {
    let found = run.points.iter().find_map(|point| {
        let mut rounds = point.rounds.iter();
        Some((point, rounds.find(|round| round.session == session)?))
    });
    let Some((point, round)) = found else {
        return Vec::new();
    };
    let at = |ns: u64| i64::try_from(ns).unwrap_or(i64::MAX);
    let mut lines = Vec::new();
    let mut last = 0;
    for (seq, _, probe) in round.numbered().take(PROBES) {
        let text = probe_text(run.profile.idiom(), seq, point.spec.message_size);
        let sent = at(probe.sent_ns);
        lines.push((sent, said(sent, "client", text.clone())));
        last = sent;
        if let Some(rtt) = probe.rtt_ns() {
            let back = sent.saturating_add(at(rtt));
            #[expect(clippy::cast_precision_loss, reason = "four digits are shown")]
            let took = time(rtt as f64);
            lines.push((back, said(back, "server", format!("{text}   after {took}"))));
            last = last.max(back);
        }
    }
    if let Some(more) = round
        .probes
        .len()
        .checked_sub(PROBES)
        .filter(|more| *more > 0)
    {
        let event = Line {
            is_event: true,
            ..said(
                last,
                "",
                format!("… and {} more", counted(more as u64, "probe")),
            )
        };
        lines.push((last.saturating_add(1), event));
    }
    lines
}

fn said(at_ns: i64, who: &'static str, text: String) -> Line {
    Line {
        at: at(at_ns),
        who,
        text,
        is_event: false,
    }
}

#[expect(clippy::cast_precision_loss, reason = "four digits are shown")]
fn at(at_ns: i64) -> String {
    let sign = if at_ns < 0 { "-" } else { "" };
    format!("{sign}{}", time(at_ns.unsigned_abs() as f64))
}

fn of_line(line: &TranscriptLine) -> Line {
    Line {
        is_event: line.direction == Direction::Event,
        ..said(
            line.at_ns,
            match line.direction {
                Direction::Sent => "client",
                Direction::Received => "server",
                Direction::Event => "",
            },
            line.text.to_string(),
        )
    }
}

/// What the server refused, as the client heard it, beyond the first connection too.
pub(super) fn refusals(run: &Run) -> Vec<Line> {
    let lines = run.transcript.lines.iter();
    let is_refusal = |line: &&TranscriptLine| {
        line.side == Side::Client
            && line.direction == Direction::Received
            && line.text.starts_with("404")
    };
    lines
        .filter(is_refusal)
        .take(REFUSALS)
        .map(of_line)
        .collect()
}
