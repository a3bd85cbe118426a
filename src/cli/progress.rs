//! The progress of a run on a terminal: how far, what is being measured, how long it may take.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::engine::RunProgress;
use crate::experiment::Rounds;
use crate::measurement::Point;
use crate::measurement::units::count;

/// A progress bar on standard error, or nothing where nobody would see it move.
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    pub(super) fn start(quiet: bool) -> Self {
        if quiet || !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {msg}") {
            bar.set_style(style);
        }
        Self(Some(bar))
    }

    /// Shows how a run stands.
    pub(super) fn show(&self, progress: &RunProgress) {
        let Some(bar) = &self.0 else {
            return;
        };
        bar.set_length(progress.probes_total);
        bar.set_position(progress.probes_done.min(progress.probes_total));
        let size = progress.run.points.get(progress.point).map(size_of);
        bar.set_message(format!(
            "{}{}{}",
            size.unwrap_or_default(),
            round(progress.round, progress.run.profile.rounds),
            progress.time_left.map(time_left).unwrap_or_default()
        ));
    }

    /// Says a line without breaking the bar.
    pub(super) fn say(&self, message: &str) {
        match &self.0 {
            Some(bar) => bar.suspend(|| super::output::say(message)),
            None => super::output::say(message),
        }
    }

    /// Leaves the terminal as if no bar had been there.
    pub(super) fn clear(self) {
        if let Some(bar) = self.0 {
            bar.finish_and_clear();
        }
    }
}

fn size_of(point: &Point) -> String {
    format!("{} B, ", count(point.spec.message_size))
}

fn round(round: u32, rounds: Rounds) -> String {
    match rounds {
        Rounds::Exactly(rounds) => format!("round {round} of {rounds}"),
        Rounds::UntilPrecise(precision) => {
            format!("round {round} (at most {})", precision.max_rounds)
        }
    }
}

fn time_left(left: Duration) -> String {
    match left.as_secs() {
        0 => ", less than 1 s left".to_owned(),
        seconds @ 1..120 => format!(", about {} s left", seconds + 1),
        seconds => format!(", about {} min left", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Precision;

    #[test]
    fn a_round_is_one_of_so_many_or_of_at_most_so_many() {
        assert_eq!(round(3, Rounds::Exactly(10)), "round 3 of 10");
        let rule = Rounds::UntilPrecise(Precision {
            max_rounds: 28,
            ..Precision::default()
        });
        assert_eq!(round(7, rule), "round 7 (at most 28)");
    }
}
