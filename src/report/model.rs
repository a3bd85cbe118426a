//! What the model says of the path, and how far each point lies from it.

use maud::{Markup, html};

use super::ReportRun;
use super::page::{clean, headed};
use crate::measurement::units::{Unit, bytes, count, significant};
use crate::measurement::{Fit, MODEL, MODEL_METHOD, Residual, fits};

pub(super) fn model(runs: &[ReportRun<'_>]) -> Markup {
    html! {
        h2 { "Model" }
        p {
            (MODEL) ": the round trip of an empty message, and n bytes of payload at a rate "
            "(R. W. Hockney, 1994). Found by " (MODEL_METHOD) ". Its curve is dashed."
        }
        @for one in runs {
            (headed(one, runs))
            @let of_run = fits(one.run);
            @let has_several = of_run.len() > 1;
            @for (delay_ms, fit) in of_run {
                @if has_several { p.quiet { "Server delay " (count(delay_ms)) " ms" } }
                @match fit {
                    Ok(fit) => (fitted(&fit)),
                    Err(why) => p { "No model: " (clean(&why.to_string())) "." },
                }
            }
        }
    }
}

fn fitted(fit: &Fit) -> Markup {
    let times = fit.residuals.iter().map(|residual| residual.measured_ns);
    let unit = Unit::of_times(times.collect());
    html! {
        @for sentence in fit.sentences() { p { (clean(&sentence)) "." } }
        div.wide {
            table.figures.residuals {
                thead {
                    tr {
                        th { "Size" small { "bytes" } }
                        th { "Median of rounds" small { (unit.name) } }
                        th { "Model" small { (unit.name) } }
                        th { "Residual" small { (unit.name) } }
                        th { "Residual" small { "%" } }
                        th { "Model in the interval" small {} }
                    }
                }
                tbody { @for residual in &fit.residuals { (row(residual, unit)) } }
                caption {
                    "Residual: measured less model. The model lies in a point's interval where it cannot be "
                    "told from its median. "
                    @if !fit.left_out.is_empty() {
                        "Left out, with too few rounds: "
                        (fit.left_out.iter().map(|size| bytes(*size)).collect::<Vec<_>>().join(", ")) "."
                    }
                }
            }
        }
    }
}

fn row(residual: &Residual, unit: Unit) -> Markup {
    html! {
        tr {
            td { (count(residual.message_size)) }
            td { (unit.digits(residual.measured_ns)) }
            td { (unit.digits(residual.fitted_ns)) }
            td { (unit.digits(residual.difference_ns())) }
            td { (significant(residual.percent())) }
            td { @if residual.is_outside_interval() { "no" } @else { "yes" } }
        }
    }
}
