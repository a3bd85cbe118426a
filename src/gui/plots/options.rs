//! How the plots are wanted, and the menu in which that is chosen.

use egui::{Popup, PopupCloseBehavior, Role, Ui, WidgetInfo};
use serde::{Deserialize, Serialize};

use super::super::theme::space;
use super::super::widgets::note;
use crate::chart::{Quantity, Scale};

/// What is remembered of the plots from one start to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlotOptions {
    /// The scale of message sizes; `None` takes the one on which the sizes can be told apart.
    pub sizes: Option<Scale>,
    /// The scale of round-trip times.
    pub rtt: Scale,
    /// The scale of throughputs.
    pub throughput: Scale,
}

impl PlotOptions {
    /// The scale of a quantity's axis.
    #[must_use]
    pub fn value_scale(self, quantity: Quantity) -> Scale {
        match quantity {
            Quantity::Rtt => self.rtt,
            Quantity::Throughput => self.throughput,
        }
    }
}

/// The button that opens the menu, and the menu.
pub fn menu(ui: &mut Ui, options: &mut PlotOptions) {
    let button = ui.button("Axes").on_hover_text(
        "Linear or logarithmic: on a linear axis equal differences are equally long, on a logarithmic one \
         equal ratios.",
    );
    Popup::menu(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| axes(ui, options));
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
