//! What is exported, and how: everything that is needed, taken along from the window.

use std::sync::Arc;

use super::ExportForm;
use crate::chart::{Content, Source, SourceId};
use crate::check::CheckReport;
use crate::gui::library::{self, Entry};
use crate::gui::plots::ChartWishes;
use crate::measurement::{PeerResult, Run};
use crate::report::{self, Addresses};

/// Something under the name and in the colour it has everywhere.
#[derive(Debug, Clone)]
pub(super) struct Named<T> {
    pub id: SourceId,
    pub name: String,
    pub colour: usize,
    pub content: T,
}

/// A run, or a result of another tool.
#[derive(Debug, Clone)]
pub(super) enum Item {
    Run(Arc<Run>),
    Peer(Arc<PeerResult>),
}

/// What is exported, and how.
#[derive(Debug, Clone)]
pub struct Material {
    /// What is drawn, in the window's order.
    pub(super) drawn: Vec<Named<Item>>,
    /// The run that is shown.
    pub shown: Option<SourceId>,
    /// The run that others are compared with.
    pub baseline: Option<SourceId>,
    /// The run to which ratios are drawn, where they are.
    pub(super) ratio_to: Option<Named<Arc<Run>>>,
    /// The protocol check of a report.
    pub(super) check: Option<Arc<CheckReport>>,
    pub(super) form: ExportForm,
    pub(super) wishes: ChartWishes,
}

impl Material {
    /// Nothing yet.
    #[must_use]
    pub fn new(form: &ExportForm, wishes: ChartWishes) -> Self {
        Self {
            drawn: Vec::new(),
            shown: None,
            baseline: None,
            ratio_to: None,
            check: None,
            form: form.clone(),
            wishes,
        }
    }

    /// Adds what is drawn.
    pub fn add(&mut self, entry: &Entry) {
        self.drawn.push(Named {
            id: entry.id,
            name: entry.name.clone(),
            colour: entry.colour,
            content: match &entry.content {
                library::Content::Run(kept) => Item::Run(Arc::clone(&kept.run)),
                library::Content::Peer(peer) => Item::Peer(Arc::clone(peer)),
            },
        });
    }

    /// Has ratios drawn to the figures of a run, which need not be drawn itself.
    pub fn draw_ratios_to(&mut self, baseline: Option<&Entry>) {
        self.ratio_to = baseline.and_then(|entry| {
            let run = entry.run()?;
            Some(Named {
                id: entry.id,
                name: entry.name.clone(),
                colour: entry.colour,
                content: Arc::clone(run),
            })
        });
    }

    /// What its file is called if nobody says otherwise, without the ending.
    #[must_use]
    pub fn name(&self) -> String {
        let shown = self.drawn.iter().find(|named| Some(named.id) == self.shown);
        let name = shown
            .or(self.drawn.first())
            .map_or("plots", |named| named.name.as_str());
        if self.form.hide_addresses {
            self.addresses().hidden_in(name)
        } else {
            name.to_owned()
        }
    }

    /// The runs among what is drawn.
    pub(super) fn runs(&self) -> impl Iterator<Item = Named<&Run>> {
        self.drawn.iter().filter_map(|named| match &named.content {
            Item::Run(run) => Some(Named {
                id: named.id,
                name: named.name.clone(),
                colour: named.colour,
                content: run.as_ref(),
            }),
            Item::Peer(_) => None,
        })
    }

    /// The run that is shown.
    pub(super) fn shown_run(&self) -> Option<&Run> {
        self.drawn.iter().find_map(|named| match &named.content {
            Item::Run(run) if Some(named.id) == self.shown => Some(run.as_ref()),
            _ => None,
        })
    }

    /// What is drawn, as sources of curves.
    pub(super) fn sources(&self) -> Vec<Source<'_>> {
        let sources = self.drawn.iter().map(|named| Source {
            id: named.id,
            name: &named.name,
            colour: named.colour,
            content: match &named.content {
                Item::Run(run) => Content::Run(run),
                Item::Peer(peer) => Content::Peer(peer),
            },
        });
        sources.collect()
    }

    /// What stands above it.
    pub(super) fn title(&self) -> String {
        if !self.form.title.trim().is_empty() {
            return self.form.title.trim().to_owned();
        }
        let runs: Vec<&Run> = self.runs().map(|named| named.content).collect();
        match runs.as_slice() {
            [] => String::new(),
            [one] => report::title_of(one),
            several => report::title_of_several(several.iter().copied()),
        }
    }

    fn addresses(&self) -> Addresses {
        let baseline = self.ratio_to.iter().map(|named| named.content.as_ref());
        let addresses = Addresses::of(self.runs().map(|named| named.content).chain(baseline));
        match &self.check {
            Some(check) => addresses.with_destination(&check.address),
            None => addresses,
        }
    }

    /// Takes out what is to be hidden. A run is copied for it, with all its samples.
    pub(super) fn hide(&mut self) {
        if !self.form.hide_addresses {
            return;
        }
        let addresses = self.addresses();
        for named in &mut self.drawn {
            named.name = addresses.hidden_in(&named.name);
            if let Item::Run(run) = &mut named.content {
                *run = Arc::new(addresses.hidden(run));
            }
        }
        if let Some(named) = &mut self.ratio_to {
            named.name = addresses.hidden_in(&named.name);
            named.content = Arc::new(addresses.hidden(&named.content));
        }
        if let Some(check) = &mut self.check {
            *check = Arc::new(addresses.hidden_check(check));
        }
        self.form.title = addresses.hidden_in(&self.form.title);
    }
}
