//! The model of a run document, to be written: for each server delay the figures, or why there are none.

use serde::Serialize;

use super::run_document::NS_PER_MS;
use crate::measurement::numbers::whole;
use crate::measurement::{
    Estimate, Fit, MODEL, MODEL_METHOD, MODEL_SEED, NoFit, Residual, Run, fits,
};

#[derive(Serialize)]
pub(super) struct FitDocument {
    model: &'static str,
    method: &'static str,
    seed: u64,
    delays: Vec<DelayDocument>,
}

/// One server delay: `error` is null where there are figures, and says why where there are none.
#[derive(Serialize)]
struct DelayDocument {
    server_delay_ns: u64,
    alpha_ns: Option<EstimateDocument>,
    beta_bytes_per_s: Option<EstimateDocument>,
    half_size_bytes: Option<EstimateDocument>,
    resamples: Option<u32>,
    residuals: Vec<ResidualDocument>,
    error: Option<String>,
}

#[derive(Serialize)]
struct EstimateDocument {
    value: u64,
    lo: u64,
    hi: u64,
}

#[derive(Serialize)]
struct ResidualDocument {
    message_size: u64,
    measured_ns: u64,
    fitted_ns: u64,
    difference_ns: i64,
    percent: f64,
}

impl FitDocument {
    /// `None` where nothing was measured.
    pub(super) fn of(run: &Run) -> Option<Self> {
        let fits = fits(run);
        let is_measured =
            |(_, fit): &(u64, Result<Fit, NoFit>)| *fit != Err(NoFit::NothingMeasured);
        fits.iter().any(is_measured).then(|| Self {
            model: MODEL,
            method: MODEL_METHOD,
            seed: MODEL_SEED,
            delays: fits.into_iter().map(DelayDocument::from).collect(),
        })
    }
}

impl From<(u64, Result<Fit, NoFit>)> for DelayDocument {
    fn from((delay_ms, fit): (u64, Result<Fit, NoFit>)) -> Self {
        let server_delay_ns = delay_ms.saturating_mul(NS_PER_MS);
        match fit {
            Ok(fit) => Self {
                server_delay_ns,
                alpha_ns: Some(fit.alpha_ns.into()),
                beta_bytes_per_s: Some(fit.beta.into()),
                half_size_bytes: Some(fit.half_size.into()),
                resamples: Some(fit.resamples),
                residuals: fit.residuals.iter().map(ResidualDocument::from).collect(),
                error: None,
            },
            Err(refusal) => Self {
                server_delay_ns,
                alpha_ns: None,
                beta_bytes_per_s: None,
                half_size_bytes: None,
                resamples: None,
                residuals: Vec::new(),
                error: Some(refusal.to_string()),
            },
        }
    }
}

impl From<Estimate> for EstimateDocument {
    fn from(estimate: Estimate) -> Self {
        Self {
            value: whole(estimate.value),
            lo: whole(estimate.lo),
            hi: whole(estimate.hi),
        }
    }
}

impl From<&Residual> for ResidualDocument {
    fn from(residual: &Residual) -> Self {
        let percent = (residual.percent() * 1e3).round() / 1e3;
        Self {
            message_size: residual.message_size,
            measured_ns: whole(residual.measured_ns),
            fitted_ns: whole(residual.fitted_ns),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a cast that is too large stops at the largest number"
            )]
            difference_ns: residual.difference_ns().round() as i64,
            // JSON has no words for what is not finite.
            percent: if percent.is_finite() { percent } else { 0.0 },
        }
    }
}
