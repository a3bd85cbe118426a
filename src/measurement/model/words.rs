//! What a fit says, line by line: for a tooltip, the command line and a report.

use super::{Fit, OFF_THE_LINE, Residual, off_the_line, side};
use crate::measurement::Estimate;
use crate::measurement::numbers::whole;
use crate::measurement::units::{bytes, counted, significant, throughput, time};

impl Fit {
    /// The fit in sentences without a full stop, the figures first: alpha, beta, `n_1/2`, how well the
    /// line describes the points, and what is to be known of it.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut lines = vec![self.alpha_in_words()];
        lines.extend(self.without_delay_in_words());
        lines.push(self.beta_in_words());
        lines.push(format!(
            "n_1/2 = alpha * beta: half of beta is reached at messages of {}",
            with_interval(self.half_size, &|size| bytes(whole(size)))
        ));
        lines.extend(self.agreement_in_words());
        lines.extend(self.cautions());
        lines
    }

    fn alpha_in_words(&self) -> String {
        let is = if self.server_delay_ms > 0 {
            "the round trip of an empty message, server delay included"
        } else {
            "the round trip of an empty message"
        };
        let figure = with_interval(self.alpha_ns, &time);
        if self.alpha_ns.lo <= 0.0 {
            // A line that begins at nothing is the lowest there is.
            return format!(
                "alpha {figure}, {is}: not told from 0 by these sizes; add small messages"
            );
        }
        format!("alpha {figure}, {is}")
    }

    fn without_delay_in_words(&self) -> Option<String> {
        let own = self.alpha_without_delay_ns()?;
        Some(format!(
            "alpha without the {} ms of server delay: {}; how late the server wakes is still in it",
            self.server_delay_ms,
            with_interval(own, &time)
        ))
    }

    fn beta_in_words(&self) -> String {
        let beta = format!(
            "beta {} of payload echoed",
            with_interval(self.beta, &throughput)
        );
        match self.link_rate() {
            Some(link) => format!(
                "{beta}: a symmetric link of twice that, about {}, since the payload crosses it twice",
                throughput(link.value)
            ),
            None => format!(
                "{beta}: what this computer copies, there and back, as there is no link on loopback"
            ),
        }
    }

    /// How well the line describes the points.
    fn agreement_in_words(&self) -> Vec<String> {
        let Some(furthest) = self.furthest() else {
            return Vec::new();
        };
        let points = counted(self.residuals.len() as u64, "point");
        let percent = |share: f64| format!("{}\u{a0}%", significant(share.abs()));
        let half = percent(self.median_residual_percent());
        let off: Vec<&Residual> = off_the_line(&self.residuals).collect();
        let worst = off
            .iter()
            .max_by(|one, other| one.percent().abs().total_cmp(&other.percent().abs()));
        let Some(worst) = worst else {
            return vec![format!(
                "all {points} lie within {} of the line, half of them within {half}",
                percent(furthest.percent())
            )];
        };
        let side = side(worst.percent());
        let mut lines = vec![format!(
            "the points do not lie on one line: {} of {points} more than {} % off and outside the \
             intervals, furthest at {}: {} {side}, {} measured and {} by the line; half of the points \
             lie within {half}",
            off.len(),
            OFF_THE_LINE * 100.0,
            bytes(worst.message_size),
            percent(worst.percent()),
            time(worst.measured_ns),
            time(worst.fitted_ns)
        )];
        // A few points off may be disturbed; more of them are another shape.
        if off.len() * 4 > self.residuals.len() {
            lines.push(
                "alpha and beta hold for no part of the sizes in particular; measure a narrower range"
                    .to_owned(),
            );
        }
        lines
    }

    fn cautions(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let outside = self
            .residuals
            .iter()
            .filter(|residual| residual.is_outside_interval());
        if self.is_one_line() && outside.count() * 2 > self.residuals.len() {
            lines.push(
                "most points lie off the line by more than their noise: the intervals are of this \
                 noise alone, and other sizes would give another line"
                    .to_owned(),
            );
        }
        if let Some(floor) = self.near_floor_ns {
            lines.push(format!(
                "alpha is nearer than 10 times the instrument floor, {}: what the instrument costs is \
                 part of it",
                time(floor)
            ));
        }
        if !self.left_out.is_empty() {
            lines.push(format!(
                "{} left out: fewer than 6 rounds",
                counted(self.left_out.len() as u64, "point")
            ));
        }
        lines
    }
}

/// A figure and, in brackets, the ends of its interval.
fn with_interval<T: ToString>(estimate: Estimate, figure: &dyn Fn(f64) -> T) -> String {
    let [value, lo, hi] =
        [estimate.value, estimate.lo, estimate.hi].map(|at| figure(at).to_string());
    format!("{value} (95 %: {lo} to {hi})")
}
