//! One thing in the window: a run, or a result of another tool.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::run_time::Pace;
use super::super::server_side::ServerSide;
use crate::chart::{self, Look, Source, SourceId};
use crate::measurement::{PeerResult, Point, Run};

/// Something that is in the window.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number among everything that can be drawn.
    pub id: SourceId,
    /// Its place in the order of arrival, from 1: what people call it by.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// The name it came with.
    pub given_name: String,
    /// Its place in the order of colours.
    pub colour: usize,
    /// Whether it is laid over the run that is shown.
    pub is_overlaid: bool,
    /// What it is.
    pub content: Content,
    /// The file it was opened from.
    pub path: Option<PathBuf>,
}

/// What an entry is.
#[derive(Debug, Clone)]
pub enum Content {
    /// A run.
    Run(Box<KeptRun>),
    /// A result of another tool.
    Peer(Arc<PeerResult>),
}

/// A run, and what is known of it beside its samples.
#[derive(Debug, Clone)]
pub struct KeptRun {
    /// The run.
    pub run: Arc<Run>,
    /// What the embedded server recorded; nothing of a server elsewhere.
    pub seen: Option<ServerSide>,
    /// Echoes that came back, counted once: a frame must not go through a million samples. 0 while the
    /// run goes.
    pub echoes: u64,
    /// Whether it goes on.
    goes_on: bool,
    /// Probes sent, counted once.
    pub(super) sent: u64,
    /// How fast it went, if it was measured by this window.
    pub(super) pace: Option<Pace>,
}

impl KeptRun {
    /// A run that goes on.
    pub(super) fn going_on(run: &Arc<Run>) -> Self {
        Self {
            run: Arc::clone(run),
            seen: None,
            echoes: 0,
            goes_on: true,
            sent: 0,
            pace: None,
        }
    }

    /// A run that has ended in this window, and what the embedded server recorded of it.
    pub(super) fn measured(run: Arc<Run>, seen: Option<ServerSide>) -> Self {
        let pace = Pace::of(&run);
        Self {
            seen,
            pace,
            ..Self::opened(run)
        }
    }

    /// A run that was measured by whoever wrote its document.
    pub(super) fn opened(run: Arc<Run>) -> Self {
        let points = || run.points.iter();
        let echoes = points().map(Point::probes_echoed).sum();
        let sent = points().map(Point::probes_sent).sum();
        Self {
            run,
            seen: None,
            echoes,
            goes_on: false,
            sent,
            pace: None,
        }
    }
}

impl Entry {
    /// The run, if it is one.
    #[must_use]
    pub fn run(&self) -> Option<&Arc<Run>> {
        self.kept().map(|kept| &kept.run)
    }

    /// The run with what is known of it, if it is one.
    #[must_use]
    pub fn kept(&self) -> Option<&KeptRun> {
        match &self.content {
            Content::Run(kept) => Some(kept),
            Content::Peer(_) => None,
        }
    }

    /// The result of another tool, if it is one.
    #[must_use]
    pub fn peer(&self) -> Option<&Arc<PeerResult>> {
        match &self.content {
            Content::Run(_) => None,
            Content::Peer(peer) => Some(peer),
        }
    }

    /// Whether it is a run that goes on.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.kept().is_some_and(|kept| kept.goes_on)
    }

    /// What the plots draw of it.
    #[must_use]
    pub fn source(&self) -> Source<'_> {
        Source {
            id: self.id,
            name: &self.name,
            colour: self.colour,
            content: match &self.content {
                Content::Run(kept) => chart::Content::Run(&kept.run),
                Content::Peer(peer) => chart::Content::Peer(peer),
            },
        }
    }

    /// How its curves look, where several are drawn.
    #[must_use]
    pub fn look(&self) -> Look {
        Look::of_run(self.colour, 0)
    }

    /// What it is, in a few words.
    #[must_use]
    pub fn kind(&self) -> String {
        let run = match &self.content {
            Content::Peer(peer) => return format!("{}'s result", peer.tool),
            Content::Run(kept) => &kept.run,
        };
        format!("{}, {}", run.profile.measurement_type, run.state.name())
    }
}
