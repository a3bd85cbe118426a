//! How the plots are wanted, and the menu in which that is chosen.

use std::collections::BTreeSet;

use egui::{Checkbox, Popup, PopupCloseBehavior, Role, Ui, WidgetInfo};
use serde::{Deserialize, Serialize};

use super::super::analysis::{Analysis, Fits};
use super::super::theme::space;
use super::super::widgets::note;
use crate::chart::{Chart, ChartOptions, CurveKey, Quantity, Scale, Source, SourceId};
use crate::measurement::{LandmarkKind, LandmarkSet, MODEL};

/// What is remembered of the plots from one start to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlotOptions {
    /// The scale of message sizes; `None` takes the one on which the sizes can be told apart.
    pub sizes: Option<Scale>,
    /// The scale of round-trip times.
    pub rtt: Scale,
    /// The scale of throughputs.
    pub throughput: Scale,
    /// Whether the model is drawn.
    pub model: bool,
    /// The landmarks that are drawn.
    pub landmarks: BTreeSet<LandmarkKind>,
}

impl Default for PlotOptions {
    fn default() -> Self {
        Self {
            sizes: None,
            rtt: Scale::Linear,
            throughput: Scale::Linear,
            model: true,
            landmarks: BTreeSet::from([LandmarkKind::Floor]),
        }
    }
}

impl PlotOptions {
    /// The scale of a quantity's axis.
    #[must_use]
    pub fn value_scale(&self, quantity: Quantity) -> Scale {
        match quantity {
            Quantity::Rtt => self.rtt,
            Quantity::Throughput => self.throughput,
        }
    }
}

/// How charts are wanted, taken along to draw them elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartWishes {
    options: PlotOptions,
    hidden: BTreeSet<CurveKey>,
}

impl ChartWishes {
    /// These options, without the curves that are hidden.
    #[must_use]
    pub fn new(options: PlotOptions, hidden: BTreeSet<CurveKey>) -> Self {
        Self { options, hidden }
    }

    /// How the chart of a quantity is wanted.
    #[must_use]
    pub fn options(&self, quantity: Quantity) -> ChartOptions {
        ChartOptions {
            size_scale: self.options.sizes,
            value_scale: self.options.value_scale(quantity),
            hidden: self.hidden.clone(),
        }
    }

    /// The chart of these sources, with model and landmarks of the one that was analysed.
    #[must_use]
    pub fn chart(
        &self,
        sources: &[Source<'_>],
        quantity: Quantity,
        analysed: Option<(SourceId, &Fits, &[LandmarkSet])>,
    ) -> Chart {
        let mut chart = Chart::of(sources, quantity, &self.options(quantity));
        if let Some((source, fits, landmarks)) = analysed {
            if self.options.model {
                chart.add_fits(source, fits);
            }
            chart.add_landmarks(source, landmarks, &self.options.landmarks);
        }
        chart
    }
}

/// The buttons that open the menus, and the menus; from right to left.
pub fn menus(ui: &mut Ui, options: &mut PlotOptions, analysis: &Analysis) {
    let button = ui.button("Show").on_hover_text(
        "What is drawn beside what was measured: the model, and known figures of the path.",
    );
    Popup::menu(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| beside(ui, options, analysis));

    let button = ui.button("Axes").on_hover_text(
        "Linear or logarithmic: on a linear axis equal differences are equally long, on a logarithmic one \
         equal ratios.",
    );
    Popup::menu(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| axes(ui, options));
}

fn beside(ui: &mut Ui, options: &mut PlotOptions, analysis: &Analysis) {
    ui.set_min_width(220.0);
    note(ui, "Model");
    ui.checkbox(&mut options.model, MODEL).on_hover_text(
        "The round trip of an empty message, and n bytes of payload at a rate: fitted to the medians of the \
         rounds of a run that has ended (R. W. Hockney, 1994). Its curve is dashed.",
    );
    ui.add_space(space::SMALL);
    note(ui, "Landmarks");
    for kind in LandmarkKind::ALL {
        let set = analysis.landmarks.iter().find(|set| set.kind == kind);
        let mut is_wanted = options.landmarks.contains(&kind);
        let is_there = set.is_none_or(|set| set.found.is_ok());
        let response = ui.add_enabled(is_there, Checkbox::new(&mut is_wanted, kind.name()));
        if response.changed() && !options.landmarks.remove(&kind) {
            options.landmarks.insert(kind);
        }
        let told = match set.map(|set| &set.found) {
            None => "Appears with the first run.".to_owned(),
            Some(Err(why)) => why.clone(),
            Some(Ok(found)) => found
                .first()
                .map(|landmark| landmark.explanation.clone())
                .unwrap_or_default(),
        };
        response
            .on_hover_text(told.clone())
            .on_disabled_hover_text(told);
    }
}

fn axes(ui: &mut Ui, options: &mut PlotOptions) {
    ui.set_min_width(260.0);
    let sizes = [(None, "As the sizes ask for")]
        .into_iter()
        .chain(Scale::ALL.map(|scale| (Some(scale), scale.name())));
    choose(ui, "Message size", sizes, &mut options.sizes);
    for (quantity, chosen) in [
        (Quantity::Rtt, &mut options.rtt),
        (Quantity::Throughput, &mut options.throughput),
    ] {
        ui.add_space(space::SMALL);
        let scales = Scale::ALL.map(|scale| (scale, scale.name()));
        choose(ui, quantity.name(), scales, chosen);
    }
}

/// One of some choices, under a caption that belongs to the name of each.
fn choose<T: PartialEq>(
    ui: &mut Ui,
    caption: &str,
    choices: impl IntoIterator<Item = (T, &'static str)>,
    chosen: &mut T,
) {
    note(ui, caption);
    ui.horizontal(|ui| {
        for (choice, name) in choices {
            let is_chosen = *chosen == choice;
            let response = ui.radio(is_chosen, name);
            response.widget_info(|| {
                let name = format!("{caption}: {name}");
                WidgetInfo::selected(Role::RadioButton, true, is_chosen, name)
            });
            if response.clicked() {
                *chosen = choice;
            }
        }
    });
}
