//! What the model says of the path, and how far each point lies from it.

use super::Fact;
use crate::gui::analysis::Fits;
use crate::measurement::units::{bytes, count, significant, time};
use crate::measurement::{Fit, MODEL, MODEL_METHOD};

/// The models of all server delays, or why there is none.
pub(super) fn facts(fits: &Fits) -> Vec<Fact> {
    if fits.is_empty() {
        return vec![Fact::new(MODEL, "fitted when the run has ended")];
    }
    let mut facts = vec![Fact::new(MODEL, MODEL_METHOD)];
    for (delay_ms, fit) in fits {
        if fits.len() > 1 {
            let delay = format!("{}\u{a0}ms", count(*delay_ms));
            facts.push(Fact::new("Server delay", delay));
        }
        match fit {
            Ok(fit) => of_fit(fit, &mut facts),
            Err(why) => facts.push(Fact::new("No model", why.to_string())),
        }
    }
    facts
}

fn of_fit(fit: &Fit, facts: &mut Vec<Fact>) {
    for (nth, sentence) in fit.sentences().into_iter().enumerate() {
        let name = if nth == 0 { "What it says" } else { "" };
        facts.push(Fact::new(name, sentence));
    }
    for residual in &fit.residuals {
        let away = format!(
            "{} measured, {} by the model: {}\u{a0}% off{}",
            time(residual.measured_ns),
            time(residual.fitted_ns),
            significant(residual.percent()),
            if residual.is_outside_interval() {
                ", outside the interval of its median"
            } else {
                ""
            }
        );
        let name = format!("Residual at {}", bytes(residual.message_size));
        facts.push(Fact::new(name, away));
    }
}
