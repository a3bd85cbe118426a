//! The plots of an export, as the window draws them.

use super::Material;
use crate::chart::{Chart, Compared, Quantity};
use crate::measurement::{Run, compare_all, fits, landmarks};

/// The plots of some quantities.
pub(super) fn charts(material: &Material, quantities: &[Quantity]) -> Vec<Chart> {
    if let Some(charts) = ratios(material, quantities) {
        return charts;
    }
    let sources = material.sources();
    // As in the window, model and landmarks are those of the run that is shown.
    let of_shown = material.shown.zip(material.shown_run()).map(|(id, run)| {
        let fits = fits(run);
        let marks = landmarks(run, &fits);
        (id, fits, marks)
    });
    let analysed = of_shown
        .as_ref()
        .map(|(id, fits, marks)| (*id, fits, &marks[..]));
    let chart = |quantity: &Quantity| material.wishes.chart(&sources, *quantity, analysed);
    quantities.iter().map(chart).collect()
}

/// The plots of the ratios; `None` where figures are drawn, and where nothing can be compared.
fn ratios(material: &Material, quantities: &[Quantity]) -> Option<Vec<Chart>> {
    let baseline = material.ratio_to.as_ref()?;
    let others: Vec<_> = material
        .runs()
        .filter(|named| named.id != baseline.id)
        .collect();
    if others.is_empty() {
        return None;
    }
    let of_others: Vec<&Run> = others.iter().map(|named| named.content).collect();
    let comparisons = compare_all(&baseline.content, &of_others);
    let compared: Vec<Compared<'_>> = others
        .iter()
        .zip(&comparisons)
        .map(|(named, comparison)| Compared {
            id: named.id,
            name: &named.name,
            colour: named.colour,
            comparison,
        })
        .collect();
    let chart = |quantity: &Quantity| {
        let options = material.wishes.options(*quantity);
        Chart::ratio(&compared, &baseline.name, *quantity, &options)
    };
    Some(quantities.iter().map(chart).collect())
}
