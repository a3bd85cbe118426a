//! What the model says of the curves that are shown, in a line above a plot, and all of it on hover.

use super::super::analysis::Fits;
use crate::chart::{Chart, CurveKey, Quantity, SourceId};
use crate::measurement::numbers::whole;
use crate::measurement::units::{bytes, count, throughput, time};
use crate::measurement::{Fit, NoFit, Run, RunState};

/// Most letters of a run's name in the line.
const MOST_OF_NAME: usize = 14;

/// A server delay whose curve is shown, and its model.
type Shown<'a> = (u64, &'a Result<Fit, NoFit>);

/// A line about the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelLine {
    /// The line.
    pub text: String,
    /// All there is to say.
    pub explanation: String,
}

impl ModelLine {
    /// The line above a chart of the run that was analysed. While that goes on there is no model yet. `name`
    /// is given where others are drawn too.
    #[must_use]
    pub fn of(chart: &Chart, source: SourceId, fits: &Fits, run: &Run, name: Option<&str>) -> Self {
        let is_going_on = run.state == RunState::Running;
        if is_going_on || fits.is_empty() {
            let text = if is_going_on {
                "model: fitted when the run has ended"
            } else {
                "model: –"
            };
            return Self {
                text: text.to_owned(),
                explanation: "While a run goes, the processor is left to it.".to_owned(),
            };
        }
        let is_shown = |delay_ms: u64| {
            let mut shown = chart.shown();
            let key = CurveKey { source, delay_ms };
            shown.any(|drawn| drawn.curve.key == key)
        };
        let shown: Vec<Shown<'_>> = fits
            .iter()
            .filter(|(delay_ms, _)| is_shown(*delay_ms))
            .map(|(delay_ms, fit)| (*delay_ms, fit))
            .collect();
        let of = name.map_or_else(String::new, |name| format!(" of {}", shortened(name)));
        if shown.is_empty() {
            return Self {
                text: format!("model{of}: hidden with its curve"),
                explanation: "A click on its name above the plots shows it again.".to_owned(),
            };
        }
        Self {
            text: line(&of, &shown, chart.quantity),
            explanation: whole_story(&shown, name),
        }
    }
}

/// The line in few words. Where there is no model stands first, and what to do about it before why: that is
/// told nowhere in the plot, while a model is drawn as well.
fn line(of: &str, shown: &[Shown<'_>], quantity: Quantity) -> String {
    let refused = alike(shown, |(_, fit)| fit.as_ref().err().map(NoFit::advice));
    let reasons = alike(shown, |(_, fit)| fit.as_ref().err().map(NoFit::because));
    let reason = match (&refused[..], &reasons[..]) {
        // Several would push what to do out of sight.
        ([_], [(_, why)]) if !why.is_empty() => format!(" ({why})"),
        _ => String::new(),
    };
    let refused = refused
        .into_iter()
        .map(|(delays, advice)| ("no model", delays, format!("{advice}{reason}")));
    let stated = alike(shown, |(_, fit)| {
        let fit = fit.as_ref().ok()?;
        Some(formula(fit, quantity))
    });
    let stated = stated
        .into_iter()
        .map(|(delays, formula)| ("model", delays, formula));
    let mut before = "";
    let parts: Vec<String> = refused
        .chain(stated)
        .map(|(what, delays, words)| {
            let head = match before {
                "" => format!("{what}{of}"),
                before if before == what => String::new(),
                _ => what.to_owned(),
            };
            before = what;
            let at = if delays.len() == shown.len() {
                String::new()
            } else {
                format!(" at {}\u{a0}ms", and(&delays))
            };
            format!("{}: {words}", format!("{head}{at}").trim_start())
        })
        .collect();
    if parts.is_empty() {
        return "model: –".to_owned();
    }
    parts.join(" · ")
}

/// Delays one after the other. Never by commas alone: to many a reader 0,5 is a half.
fn and(delays: &[String]) -> String {
    match delays {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// The same words of several delays are said once: the delays, and the words.
fn alike(
    shown: &[Shown<'_>],
    words: impl Fn(&Shown<'_>) -> Option<String>,
) -> Vec<(Vec<String>, String)> {
    let mut groups: Vec<(Vec<String>, String)> = Vec::new();
    for of in shown {
        let Some(said) = words(of) else {
            continue;
        };
        let delay = count(of.0);
        match groups.iter_mut().find(|(_, known)| *known == said) {
            Some((delays, _)) => delays.push(delay),
            None => groups.push((vec![delay], said)),
        }
    }
    groups
}

/// All of it, a paragraph for each delay or for those of which the same is to be said.
fn whole_story(shown: &[Shown<'_>], run: Option<&str>) -> String {
    let paragraphs = alike(shown, |(_, fit)| Some(long(fit)));
    let named = paragraphs.into_iter().map(|(delays, words)| {
        if delays.len() == shown.len() {
            words
        } else {
            format!("Delay {}\u{a0}ms: {words}", and(&delays))
        }
    });
    let of = run.map(|name| format!("Of {name}."));
    of.into_iter().chain(named).collect::<Vec<_>>().join("\n\n")
}

/// A name that leaves room for what is said of it.
fn shortened(name: &str) -> String {
    if name.chars().count() <= MOST_OF_NAME {
        return name.to_owned();
    }
    let begin: String = name.chars().take(MOST_OF_NAME - 1).collect();
    format!("{}…", begin.trim_end())
}

/// The model, and that it does not hold where it does not: how far the points lie from it.
fn formula(fit: &Fit, quantity: Quantity) -> String {
    match quantity {
        Quantity::Rtt => {
            let formula = format!(
                "T(n) = {} + n / {}",
                time(fit.alpha_ns.value),
                throughput(fit.beta.value)
            );
            match fit.furthest_off() {
                Some(percent) => format!("{formula}, up to {percent:.0}\u{a0}% off"),
                None => formula,
            }
        }
        // The same model: how far off it is stands above the other plot.
        Quantity::Throughput => format!(
            "n / T(n), half of {} at {}",
            throughput(fit.beta.value),
            bytes(whole(fit.half_size.value))
        ),
    }
}

fn long(fit: &Result<Fit, NoFit>) -> String {
    match fit {
        Ok(fit) => fit.sentences().join("\n"),
        Err(why) => format!("No model: {why}."),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::test_run;
    use super::*;
    use crate::measurement::{Flat, fits};

    /// Letters that a plot of the smallest window has room for.
    const ROOM: usize = 60;

    fn one_segment() -> Result<Fit, NoFit> {
        Err(NoFit::OneSegment {
            largest: 1_000,
            segment: Some(1_448),
        })
    }

    fn flat(largest: u64, why: Flat) -> Result<Fit, NoFit> {
        Err(NoFit::NoSlope { largest, why })
    }

    fn fitted() -> Result<Fit, NoFit> {
        let sizes = [1, 10_000, 20_000, 40_000, 60_000];
        let run = test_run::run(&sizes.map(|size| (size, 50_000 + 10 * size, None)));
        fits(&run).remove(0).1
    }

    fn line_of(fits: &[(u64, Result<Fit, NoFit>)], of: &str) -> String {
        let shown: Vec<Shown<'_>> = fits.iter().map(|(delay, fit)| (*delay, fit)).collect();
        line(of, &shown, Quantity::Rtt)
    }

    #[test]
    fn where_there_is_no_model_what_to_do_comes_first_and_fits() {
        assert_eq!(
            line_of(&[(0, one_segment())], ""),
            "no model: add sizes up to 64K (all fit one segment)"
        );
        for why in [
            NoFit::NothingMeasured,
            NoFit::FewSizes { sizes: 2 },
            NoFit::FewRounds { rounds: 5 },
            NoFit::Pipelined,
            NoFit::Unsure { beta: (1e6, 1e9) },
            NoFit::Bent {
                largest: 65_536,
                percent: 40.0,
            },
            NoFit::TooMany,
        ] {
            let line = line_of(&[(0, Err(why))], "");
            assert!(line.chars().count() <= ROOM, "{line}");
            assert!(line.contains(&why.advice()));
        }
    }

    #[test]
    fn delays_of_which_the_same_is_to_be_said_are_named_together() {
        assert_eq!(
            line_of(&[(0, one_segment()), (5, one_segment())], ""),
            "no model: add sizes up to 64K (all fit one segment)"
        );
        let share = |share| flat(65_536, Flat::SmallShare(share));
        let line = line_of(&[(0, share(0.03)), (10, share(0.02))], "");
        assert_eq!(line, "no model: add sizes up to 1M");
    }

    #[test]
    fn a_delay_without_a_model_is_told_before_one_that_has_one() {
        let model = line_of(&[(0, fitted())], "");
        let formula = model.strip_prefix("model: ").expect("a model");
        assert!(formula.starts_with("T(n) = "), "{model}");
        let flat = || flat(65_536, Flat::Scatter);
        assert_eq!(
            line_of(&[(0, fitted()), (10, flat()), (50, flat())], " of a"),
            format!(
                "no model of a at 10 and 50\u{a0}ms: add sizes up to 1M (growth is lost in the scatter) · \
                 model at 0\u{a0}ms: {formula}"
            )
        );
        let several = line_of(&[(0, one_segment()), (10, flat())], "");
        assert_eq!(
            several,
            "no model at 0\u{a0}ms: add sizes up to 64K · at 10\u{a0}ms: add sizes up to 1M"
        );
    }

    #[test]
    fn a_long_name_leaves_room_for_what_is_said() {
        let name = "the same with blocking waits, in the evening";
        let line = line_of(&[(0, one_segment())], &format!(" of {}", shortened(name)));
        let (before, _) = line.split_once(" (").expect("a reason");
        assert!(before.ends_with(": add sizes up to 64K") && before.chars().count() <= ROOM);
    }
}
