//! One plot: which curves stand in it, how they look, and on what axes.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{
    Axis, AxisKind, Curve, CurveKey, Dot, Extent, FittedCurve, Look, Quantity, Scale, SourceId,
    curves_of_peer, curves_of_run, ratio_extent, size_extent, value_extent,
};
use crate::measurement::{Landmark, PeerResult, Run};

/// Something that has curves, under the name and in the colour it has everywhere.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its number.
    pub id: SourceId,
    /// What the legend calls it.
    pub name: &'a str,
    /// Its place in the order of colours.
    pub colour: usize,
    /// What it is.
    pub content: Content<'a>,
}

/// What has curves.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// A run.
    Run(&'a Run),
    /// What another tool measured.
    Peer(&'a PeerResult),
}

impl<'a> Source<'a> {
    /// The run, if it is one.
    #[must_use]
    pub fn run(&self) -> Option<&'a Run> {
        match self.content {
            Content::Run(run) => Some(run),
            Content::Peer(_) => None,
        }
    }

    fn curves(&self, quantity: Quantity) -> Vec<Curve> {
        match self.content {
            Content::Run(run) => curves_of_run(run, self.id, quantity),
            Content::Peer(peer) => curves_of_peer(peer, self.id, quantity),
        }
    }

    fn sizes(&self) -> Vec<u64> {
        match self.content {
            Content::Run(run) => run.profile.message_sizes.clone(),
            Content::Peer(peer) => peer.points.iter().map(|point| point.message_size).collect(),
        }
    }

    /// What the legend calls it: a result of another tool with what was converted in it.
    fn title(&self) -> String {
        match self.content {
            Content::Run(_) => self.name.to_owned(),
            // A file that is called like its tool needs no second name.
            Content::Peer(peer) if self.name == peer.tool.to_string() => peer.conversion.clone(),
            Content::Peer(peer) => format!("{} ({})", self.name, peer.conversion),
        }
    }
}

/// How a plot is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChartOptions {
    /// The scale of message sizes; `None` takes the one on which they can be told apart.
    pub size_scale: Option<Scale>,
    /// The scale of values.
    pub value_scale: Scale,
    /// Curves that are in the legend alone.
    pub hidden: BTreeSet<CurveKey>,
}

/// A curve and how it looks.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnCurve {
    /// The curve.
    pub curve: Curve,
    /// How it looks.
    pub look: Look,
    /// Whether it is in the legend alone.
    pub is_hidden: bool,
}

/// A plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What is shown.
    pub quantity: Quantity,
    /// The axis of message sizes.
    pub size_axis: Axis,
    /// The axis of values.
    pub value_axis: Axis,
    /// Its curves, hidden ones too, in the order of the legend.
    pub curves: Vec<DrawnCurve>,
    /// Every message size that stands on the axis, measured yet or not, in order.
    pub sizes: Vec<u64>,
    /// The models of its curves.
    pub fitted: Vec<FittedCurve>,
    /// Its landmarks.
    pub landmarks: Vec<(SourceId, Landmark)>,
    /// The name of the run to whose figures the values are ratios; `None` where they are figures.
    pub ratio_to: Option<String>,
}

impl Chart {
    /// The plot of some runs. One alone has a colour for each server delay; of several each has its
    /// own, and its delays differ in their dashes.
    #[must_use]
    pub fn of(sources: &[Source<'_>], quantity: Quantity, options: &ChartOptions) -> Self {
        let is_alone = sources.len() == 1;
        let mut curves = Vec::new();
        for source in sources {
            let of_source = source.curves(quantity);
            let has_several = of_source.len() > 1;
            for (index, mut curve) in of_source.into_iter().enumerate() {
                curve.name = match (is_alone, has_several) {
                    (true, true) => curve.name,
                    (false, true) => format!("{}, {}", source.name, curve.name),
                    (_, false) => source.title(),
                };
                curves.push(DrawnCurve {
                    look: if is_alone {
                        Look::of_series(source.colour, index)
                    } else {
                        Look::of_run(source.colour, index)
                    },
                    is_hidden: options.hidden.contains(&curve.key),
                    curve,
                });
            }
        }
        let sizes: BTreeSet<u64> = sources.iter().flat_map(Source::sizes).collect();
        let kind = match quantity {
            Quantity::Rtt => AxisKind::Time,
            Quantity::Throughput => AxisKind::Rate,
        };
        Self::new(quantity, kind, curves, sizes.into_iter().collect(), options)
    }

    /// A plot without a curve: its axis has the sizes that will be measured.
    #[must_use]
    pub fn empty(sizes: &[u64], quantity: Quantity, options: &ChartOptions) -> Self {
        let mut sizes = sizes.to_vec();
        sizes.sort_unstable();
        Self::new(quantity, AxisKind::Number, Vec::new(), sizes, options)
    }

    pub(super) fn new(
        quantity: Quantity,
        kind: AxisKind,
        curves: Vec<DrawnCurve>,
        sizes: Vec<u64>,
        options: &ChartOptions,
    ) -> Self {
        Self {
            quantity,
            size_axis: Axis {
                kind: AxisKind::of_sizes(&sizes),
                scale: options
                    .size_scale
                    .unwrap_or_else(|| Scale::for_sizes(&sizes)),
            },
            value_axis: Axis {
                kind,
                scale: options.value_scale,
            },
            curves,
            sizes,
            fitted: Vec::new(),
            landmarks: Vec::new(),
            ratio_to: None,
        }
    }

    /// What its values are.
    #[must_use]
    pub fn value_name(&self) -> Cow<'static, str> {
        let name = self.quantity.name();
        match &self.ratio_to {
            None => Cow::Borrowed(name),
            Some(baseline) => Cow::Owned(format!("{name}, times that of {baseline}")),
        }
    }

    /// The curves that are drawn.
    pub fn shown(&self) -> impl Iterator<Item = &DrawnCurve> + Clone {
        self.curves.iter().filter(|drawn| !drawn.is_hidden)
    }

    /// The dots that are drawn.
    pub fn dots(&self) -> impl Iterator<Item = &Dot> + Clone {
        self.shown().flat_map(|drawn| &drawn.curve.dots)
    }

    /// From where to where the axis of message sizes reaches when all are to be seen.
    #[must_use]
    pub fn size_extent(&self) -> Extent {
        size_extent(self.sizes.iter().copied(), self.size_axis.scale)
    }

    /// From where to where the axis of values reaches at first, and after "Fit": see `reach`. That of ratios
    /// has 1 on it.
    #[must_use]
    pub fn value_extent(&self) -> Extent {
        if self.ratio_to.is_some() {
            return ratio_extent(&self.dots(), self.value_axis.scale);
        }
        value_extent(&self.dots(), self.landmark_values(), self.value_axis.scale)
    }
}
