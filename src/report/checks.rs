//! What checks of servers and clients found: a table of all, and the bytes of those that failed.

use maud::{Markup, html};

use super::page::clean;
use crate::check::{CheckReport, Checked, Event, Peer, Verdict};
use crate::measurement::units::{capital, counted};

/// What checks are called where nobody named them.
pub(super) fn title(checks: &[CheckReport]) -> String {
    match checks {
        [one] => format!("Protocol check of {}", subject(one)),
        several => counted(several.len() as u64, "protocol check"),
    }
}

fn subject(report: &CheckReport) -> String {
    match report.peer {
        Peer::Server => format!("the server at {}", report.address),
        Peer::Client => format!("a client that connected to {}", report.address),
    }
}

/// The section of all checks; nothing where there is none.
pub(super) fn protocol_checks(checks: &[CheckReport]) -> Markup {
    html! { @for report in checks { (of(report)) } }
}

fn of(report: &CheckReport) -> Markup {
    let failed = || with(report, Verdict::Fail);
    html! {
        h2 { "Protocol check" }
        p {
            (clean(&capital(&subject(report)))) ", dialect " (report.dialect.name())
            @if report.strict { ", strictly" }
            ". " (clean(&report.summary()))
        }
        p.quiet {
            "Begun " (report.started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
            ". The rules are those of Echograph's protocol page, docs/PROTOCOL.md."
        }
        @for death in &report.deaths {
            p { span.wrong { "The server was lost by " (clean(death)) "." } }
        }
        table.told.protocol {
            thead { tr { th { "No." } th { "Rule" } th { "Check" } th { "Outcome" } th { "What there is to say" } } }
            tbody {
                @for checked in &report.checks {
                    tr {
                        td { (checked.number) }
                        td { (clean(&checked.rule)) }
                        td { (clean(&checked.title)) }
                        td { (outcome(checked.verdict)) }
                        td { (clean(&told(checked))) }
                    }
                }
            }
        }
        @if failed().next().is_some() {
            h3 { "What went over the wire where a check failed" }
            p.quiet { "Bytes are escaped; times count from the beginning of each check." }
            @for checked in failed() {
                p {
                    (checked.number) ". " (clean(&checked.title)) " (" (clean(&checked.rule)) "): sent "
                    (clean(&checked.sends)) "; expected " (clean(&checked.expects)) "."
                }
                (log(checked))
            }
        }
    }
}

fn with(report: &CheckReport, verdict: Verdict) -> impl Iterator<Item = &Checked> {
    let checks = report.checks.iter();
    checks.filter(move |checked| checked.verdict == verdict)
}

fn outcome(verdict: Verdict) -> Markup {
    html! {
        @if verdict == Verdict::Fail { span.wrong { (verdict.word()) } } @else { (verdict.word()) }
    }
}

/// What there is to say of a check.
fn told(checked: &Checked) -> String {
    let mut said = vec![checked.detail.clone()];
    said.extend(
        checked
            .remarks
            .iter()
            .map(|remark| format!("Remark: {remark}.")),
    );
    said.retain(|text| !text.is_empty());
    said.join(" ")
}

fn log(checked: &Checked) -> Markup {
    html! {
        table.log {
            tbody {
                @for line in &checked.exchange {
                    tr.event[line.bytes == 0] {
                        td { (line.milliseconds()) " ms" }
                        td { (line.event.word()) }
                        td {
                            @if line.event == Event::Note { "– " }
                            (clean(&line.text))
                        }
                    }
                }
            }
        }
    }
}
