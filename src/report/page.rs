//! The page: its sections, in the order in which a report is read.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::checks::protocol_checks;
use super::comparison::comparison;
use super::excerpt::{Line, first_connection, refusals};
use super::facts::{Row, environment, path, profile, server};
use super::figures::{failures, figures, limits};
use super::method::method;
use super::model::model;
use super::{ReportOptions, ReportRun, started, title_of, title_of_checks, title_of_several};
use crate::chart::picture::{Picture, PictureOptions, Plot, Theme};
use crate::chart::{Look, SERIES_LIGHT};
use crate::measurement::Run;

const STYLE: &str = include_str!("style.css");
/// The size of a plot on the page, in points.
const PLOT: (u32, u32) = (820, 400);

pub(super) fn page(runs: &[ReportRun<'_>], options: &ReportOptions<'_>) -> String {
    let title = match (options.title.as_str(), runs) {
        ("", []) => title_of_checks(options.checks),
        ("", [one]) => title_of(one.run),
        ("", several) => title_of_several(several.iter().map(|one| one.run)),
        (title, _) => title.to_owned(),
    };
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (clean(&title)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (clean(&title)) }
                @if !runs.is_empty() { (of_runs(runs, options)) }
                (protocol_checks(options.checks))
                (footer(runs, options))
            }
        }
    };
    document.into_string()
}

/// All that is told of runs.
fn of_runs(runs: &[ReportRun<'_>], options: &ReportOptions<'_>) -> Markup {
    html! {
        (summary(runs))
        (plots(options.plots))
        (tables(runs))
        (comparison(runs))
        (model(runs))
        (methods(runs))
        (facts("Profile", &profile(runs), runs))
        @let differences = server(runs);
        @if !differences.is_empty() {
            (facts("What the server does differently", &differences, runs))
        }
        (facts("Path and sockets", &path(runs), runs))
        (facts("Environment", &environment(runs), runs))
        (checks(runs))
        (transcripts(runs))
    }
}

/// What no page shows as it is, such as control characters, is replaced by a sign for it.
pub(super) fn clean(text: &str) -> String {
    let is_harmful = |letter: char| {
        (letter.is_control() && letter != '\n')
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(is_harmful, "\u{fffd}")
}

/// A run's name behind its colour; nothing where there is only one.
pub(super) fn named(one: &ReportRun<'_>, runs: &[ReportRun<'_>]) -> Markup {
    let colour = Look::of_run(one.colour, 0).rgb(&SERIES_LIGHT);
    let fill = format!("background:rgb({},{},{})", colour.0, colour.1, colour.2);
    html! {
        @if runs.len() > 1 {
            span.swatch style=(fill) {}
            (clean(one.name))
        }
    }
}

pub(super) fn headed(one: &ReportRun<'_>, runs: &[ReportRun<'_>]) -> Markup {
    html! { @if runs.len() > 1 { h3 { (named(one, runs)) } } }
}

fn summary(runs: &[ReportRun<'_>]) -> Markup {
    html! {
        @for one in runs {
            p.quiet {
                (named(one, runs))
                @if runs.len() > 1 { ": " }
                "measured " (started(one.run)) " with " (clean(&one.run.environment.program)) "."
                @if let Some(error) = &one.run.error { " " span.wrong { (clean(error)) } }
            }
        }
    }
}

fn plots(plots: &[Plot<'_>]) -> Markup {
    let pictures = plots.iter().enumerate().map(|(index, plot)| {
        let options = PictureOptions {
            size: PLOT,
            theme: Theme::Light,
            id: format!("plot{index}"),
            ..PictureOptions::default()
        };
        let picture = Picture::of(std::slice::from_ref(plot), &options);
        (
            format!("{} against message size.", plot.value_name),
            picture.svg_element(),
        )
    });
    html! {
        @if !plots.is_empty() {
            h2 { "Plots" }
            @for (caption, picture) in pictures {
                figure {
                    (PreEscaped(picture))
                    figcaption { (clean(&caption)) }
                }
            }
        }
    }
}

fn tables(runs: &[ReportRun<'_>]) -> Markup {
    html! {
        h2 { "Figures" }
        @for one in runs {
            (headed(one, runs))
            (table(one.run))
            (failed(one.run))
        }
        @if runs.iter().any(|one| !limits(one.run).is_empty()) {
            h2 { "What limited each point" }
            @for one in runs {
                (headed(one, runs))
                table.told {
                    thead { tr { th { "Point" } th { "Limited by" } th { "As the accounts of kernel and program tell" } } }
                    tbody {
                        @for [point, cause, sentence] in limits(one.run) {
                            tr { td { (point) } td { (cause) } td { (clean(&sentence)) } }
                        }
                    }
                }
            }
        }
    }
}

fn table(run: &Run) -> Markup {
    let table = figures(run);
    html! {
        div.wide {
            table.figures {
                thead {
                    tr {
                        @for (name, unit) in &table.heads {
                            th { (name) small { (unit) } }
                        }
                    }
                }
                tbody {
                    @for row in &table.rows {
                        tr { @for cell in row { td { (cell) } } }
                    }
                }
                caption {
                    "Size is payload; times are round-trip times, the server delay included; "
                    "p10 to p99 are percentiles of all probes counted, n of them."
                }
            }
        }
    }
}

fn failed(run: &Run) -> Markup {
    html! {
        @for (points, told) in failures(run) {
            p { span.wrong { (points) ": " } (clean(&told)) }
        }
    }
}

/// How each run was measured; paragraphs that hold for all of them stand once, below the others.
fn methods(runs: &[ReportRun<'_>]) -> Markup {
    let each: Vec<Vec<String>> = runs.iter().map(|one| method(one.run)).collect();
    let is_shared = |paragraph: &&String| each.iter().all(|one| one.contains(*paragraph));
    let shared: Vec<&String> = each.iter().take(1).flatten().filter(is_shared).collect();
    let are_alike = each.iter().all(|one| one.len() == shared.len());
    html! {
        h2 { "Method" }
        @if !are_alike {
            @for (one, paragraphs) in runs.iter().zip(&each) {
                (headed(one, runs))
                @for paragraph in paragraphs.iter().filter(|one| !is_shared(one)) {
                    p { (clean(paragraph)) }
                }
            }
            @if !shared.is_empty() { h3 { "All runs" } }
        }
        @for paragraph in shared { p { (clean(paragraph)) } }
    }
}

fn facts(title: &str, facts: &[Row], runs: &[ReportRun<'_>]) -> Markup {
    html! {
        h2 { (title) }
        table.facts {
            @if runs.len() > 1 {
                thead { tr { th {} @for one in runs { th { (named(one, runs)) } } } }
            }
            tbody {
                @for fact in facts {
                    tr.differs[fact.differs()] {
                        th { (clean(&fact.name)) }
                        @for value in &fact.values { td { (clean(value)) } }
                    }
                }
            }
            @if facts.iter().any(Row::differs) {
                caption { "Lines in which the runs differ are set in bold." }
            }
        }
    }
}

fn checks(runs: &[ReportRun<'_>]) -> Markup {
    html! {
        h2 { "Self-checks" }
        @for one in runs {
            (headed(one, runs))
            @if one.run.checks.is_empty() {
                p.quiet { "None were kept with this run." }
            } @else {
                table.told.checks {
                    tbody {
                        @for check in &one.run.checks {
                            tr {
                                td { (clean(&check.name)) }
                                td {
                                    @if check.passed { "passed" } @else { span.wrong { "FAILED" } }
                                }
                                td { (clean(&check.detail)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn transcripts(runs: &[ReportRun<'_>]) -> Markup {
    html! {
        h2 { "From the transcript" }
        @for one in runs {
            (headed(one, runs))
            @let first = first_connection(one.run);
            @if first.is_empty() {
                p.quiet { "No connection was recorded." }
            } @else {
                p.quiet { "The first connection, as the client saw it; times count from the start of the run." }
                (log(&first))
            }
            @let refused = refusals(one.run);
            @if !refused.is_empty() {
                p.quiet { "Refused by the server:" }
                (log(&refused))
            }
        }
    }
}

fn log(lines: &[Line]) -> Markup {
    html! {
        table.log {
            tbody {
                @for line in lines {
                    tr.event[line.is_event] {
                        td { (line.at) }
                        td { (line.who) }
                        td { (clean(&line.text)) }
                    }
                }
            }
        }
    }
}

fn footer(runs: &[ReportRun<'_>], options: &ReportOptions<'_>) -> Markup {
    let program = runs.first().map(|one| one.run.environment.program.as_str());
    let checked = options.checks.first().map(|one| one.program.as_str());
    let program = program.or(checked);
    let (documents, content) = match (runs.len(), options.checks.len()) {
        (0, 1) => ("the document of this check", "byte that is shown"),
        (0, _) => ("the documents of these checks", "byte that is shown"),
        (1, 0) => ("the document of this run", "sample"),
        (_, 0) => ("the documents of these runs", "sample"),
        _ => ("the documents of runs and checks", "sample"),
    };
    html! {
        footer {
            "Written by Echograph from " (documents) ", in which every " (content) " is kept"
            @if let Some(program) = program.filter(|program| !program.is_empty()) {
                " (measured by " (clean(program)) ")"
            }
            "."
        }
    }
}
