//! The quiet line of a run that has ended: what of it has to be known before its figures are believed.

use egui::{Color32, Label, RichText, Ui};

use super::point_words::{calibration_lines, is_loopback, rounds_done};
use super::theme::{Palette, space, text_size};
use crate::experiment::{Order, Rounds};
use crate::measurement::units::{bytes, time};
use crate::measurement::{Check, PrecisionOutcome, Run};

/// One thing said, and what is behind it.
struct Remark {
    text: String,
    hover: String,
    /// Whether something is wrong.
    is_warning: bool,
}

/// Shows the line.
pub fn show(ui: &mut Ui, run: &Run) {
    let palette = Palette::of(ui);
    for remark in remarks(run) {
        ui.add_space(space::MEDIUM);
        let color: Color32 = if remark.is_warning {
            palette.warning
        } else {
            palette.faint
        };
        let text = RichText::new(remark.text)
            .size(text_size::SMALL)
            .color(color);
        ui.add(Label::new(text).truncate())
            .on_hover_text(remark.hover);
    }
}

/// Points that are precise, of how many; of a run that was to be precise.
#[must_use]
pub fn precise_points(run: &Run) -> Option<String> {
    let Rounds::UntilPrecise(_) = run.profile.rounds else {
        return None;
    };
    let is_precise = |outcome: Option<PrecisionOutcome>| outcome == Some(PrecisionOutcome::Reached);
    let precise = run
        .points
        .iter()
        .filter(|point| is_precise(point.outcome))
        .count();
    let points = run.points.len();
    let noun = if points == 1 { "point" } else { "points" };
    Some(format!("{precise} of {points} {noun} precise"))
}

fn remarks(run: &Run) -> Vec<Remark> {
    [
        failed_checks(run),
        refused(run),
        precise(run),
        rounds(run),
        loopback(run),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn failed_checks(run: &Run) -> Option<Remark> {
    let failed: Vec<&Check> = run.checks.iter().filter(|check| !check.passed).collect();
    let text = match failed.len() {
        0 => return None,
        1 => "1 self-check failed".to_owned(),
        number => format!("{number} self-checks failed"),
    };
    let details = failed
        .iter()
        .map(|check| format!("{}: {}", check.name, check.detail));
    Some(Remark {
        text,
        hover: lines(details),
        is_warning: true,
    })
}

fn refused(run: &Run) -> Option<Remark> {
    let refused = &run.socket.as_ref()?.refused;
    let text = match refused.len() {
        0 => return None,
        1 => "1 socket setting refused".to_owned(),
        number => format!("{number} socket settings refused"),
    };
    Some(Remark {
        text,
        hover: lines(refused.iter().cloned()),
        is_warning: true,
    })
}

fn precise(run: &Run) -> Option<Remark> {
    let Rounds::UntilPrecise(asked) = run.profile.rounds else {
        return None;
    };
    Some(Remark {
        text: precise_points(run)?,
        hover: format!(
            "A point is precise when the 95 % interval of its median is at most {} % of the median \
             wide. It was looked for in {} to {} rounds within {} s.",
            asked.ci_width_percent, asked.min_rounds, asked.max_rounds, asked.time_budget_s
        ),
        is_warning: false,
    })
}

fn rounds(run: &Run) -> Option<Remark> {
    let done = || run.points.iter().map(rounds_done);
    let (least, most) = (done().min()?, done().max()?);
    let text = match (least, most) {
        (1, 1) => "1 round".to_owned(),
        (least, most) if least == most => format!("{most} rounds"),
        (least, most) => format!("{least} to {most} rounds"),
    };
    let order = match run.profile.order {
        Order::Random => format!(
            "Each round visited the points in another order, drawn from the seed {}. The same seed \
             gives the same orders.",
            run.seed
        ),
        Order::Sequential => "Each round visited the points in the order of the form.".to_owned(),
    };
    Some(Remark {
        text,
        hover: order,
        is_warning: false,
    })
}

fn loopback(run: &Run) -> Option<Remark> {
    if !is_loopback(run) {
        return None;
    }
    let floor = run.calibration.map(|calibration| {
        let floor = time(calibration.floor_ns);
        (
            format!("loopback, instrument floor {floor}"),
            calibration_lines(&calibration),
        )
    });
    let (text, calibration) = floor.unwrap_or_else(|| ("loopback".to_owned(), String::new()));
    Some(Remark {
        text,
        hover: lines([
            "Client and server were on this machine: what was measured is this machine's own network \
             code and this program, not a network. "
                .to_owned(),
            calibration,
        ]),
        is_warning: false,
    })
}

/// How the run was connected and what agrees about it, for who wants to know.
#[must_use]
pub fn circumstances(run: &Run) -> String {
    let route = run.route.as_ref().map(|route| {
        let interface = if route.interface.is_empty() {
            "an interface that is not known"
        } else {
            &route.interface
        };
        route.mtu.map_or_else(
            || format!("Left this machine by {interface}."),
            |mtu| {
                format!(
                    "Left this machine by {interface}, MTU {}.",
                    bytes(mtu.into())
                )
            },
        )
    });
    let socket = run.socket.as_ref().map(|socket| {
        let delay = if socket.nodelay { "off" } else { "on" };
        let congestion = match socket.congestion_control.as_str() {
            "" => String::new(),
            name => format!(", congestion control {name}"),
        };
        format!(
            "Sockets as the system had them: Nagle {delay}, send buffer {}, receive buffer \
             {}{congestion}.",
            bytes(socket.send_buffer),
            bytes(socket.receive_buffer)
        )
    });
    let passed = run
        .checks
        .iter()
        .filter(|check| check.passed)
        .map(|check| format!("Agrees: {} ({}).", check.name, check.detail));
    let measured = format!("Measured {}.", run.destination);
    let first = [Some(measured), route, socket].into_iter().flatten();
    lines(first.chain(passed))
}

fn lines(texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    texts.join("\n")
}
