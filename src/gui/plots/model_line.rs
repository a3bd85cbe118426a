//! What the model says of the curves that are shown, in a line above a plot, and all of it on hover.

use super::super::analysis::Fits;
use crate::chart::{Chart, Quantity};
use crate::measurement::units::{bytes, count, throughput, time};
use crate::measurement::{Fit, NoFit};

/// A line about the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelLine {
    /// The line.
    pub text: String,
    /// All there is to say.
    pub explanation: String,
}

impl ModelLine {
    /// The line above a chart of the run that was analysed; `is_going_on` while there is no model yet. `run`
    /// is its name, where others are drawn too.
    #[must_use]
    pub fn of(chart: &Chart, fits: &Fits, is_going_on: bool, run: Option<&str>) -> Self {
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
            shown.any(|drawn| drawn.curve.key.delay_ms == delay_ms)
        };
        let shown: Vec<&(u64, Result<Fit, NoFit>)> = fits
            .iter()
            .filter(|(delay_ms, _)| is_shown(*delay_ms))
            .collect();
        let has_several = fits.len() > 1;
        let named = |delay_ms: u64, words: String| {
            if has_several {
                format!("delay {}\u{a0}ms: {words}", count(delay_ms))
            } else {
                words
            }
        };
        let said = |words: &dyn Fn(&Result<Fit, NoFit>) -> String| -> Vec<String> {
            let all: Vec<String> = shown.iter().map(|(_, fit)| words(fit)).collect();
            match all.split_first() {
                // The same of all, such as why there is no model, is said once.
                Some((first, others)) if others.iter().all(|other| other == first) => {
                    vec![first.clone()]
                }
                _ => shown
                    .iter()
                    .zip(all)
                    .map(|((delay_ms, _), words)| named(*delay_ms, words))
                    .collect(),
            }
        };
        Self {
            text: format!(
                "model{}: {}",
                run.map(|name| format!(" of {name}")).unwrap_or_default(),
                said(&|fit| short(fit, chart.quantity)).join(" · ")
            ),
            explanation: said(&long).join("\n\n"),
        }
    }
}

fn short(fit: &Result<Fit, NoFit>, quantity: Quantity) -> String {
    match (fit, quantity) {
        (Ok(fit), Quantity::Rtt) => format!(
            "T(n) = {} + n / {}",
            time(fit.alpha_ns.value),
            throughput(fit.beta.value)
        ),
        (Ok(fit), Quantity::Throughput) => format!(
            "n / T(n), half of {} at {}",
            throughput(fit.beta.value),
            bytes(whole(fit.half_size.value))
        ),
        (Err(why), _) => why.to_string(),
    }
}

fn long(fit: &Result<Fit, NoFit>) -> String {
    match fit {
        Ok(fit) => fit.sentences().join("\n"),
        Err(why) => format!("No model: {why}."),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a message size; the conversion saturates"
)]
fn whole(size: f64) -> u64 {
    size.round().max(0.0) as u64
}
