//! Runs made by hand for tests of what is shown of them: those that this machine cannot be made to
//! measure, such as one over a network; and a window that has nothing but a part of the real one.

use egui::accesskit::Role;
use egui::{Event, Ui, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use crate::experiment::{Profile, Rounds};
use crate::measurement::by_hand;
use crate::measurement::{Calibration, Point, PrecisionOutcome, Probe, Round, Route, Run};

/// The instrument's floor in these runs.
pub const FLOOR_NS: f64 = 10_000.0;
/// A median in nanoseconds that is near it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small number of nanoseconds"
)]
pub const NEAR_NS: u64 = 3 * FLOOR_NS as u64;

/// A finished run over a network with a point of each size; its RTTs are all within a thousandth of
/// the one given.
pub fn run(points: &[(u64, u64, Option<PrecisionOutcome>)]) -> Run {
    let profile = Profile {
        message_sizes: points.iter().map(|(size, _, _)| *size).collect(),
        rounds: Rounds::UntilPrecise(crate::experiment::Precision::default()),
        ..by_hand::profile()
    };
    let points = points.iter().map(|(size, rtt_ns, outcome)| Point {
        outcome: *outcome,
        ..by_hand::point(*size, (1..=6).map(|number| round(number, *rtt_ns)))
    });
    Run {
        seed: 77,
        calibration: Some(Calibration {
            clock_cost_ns: 21.0,
            clock_resolution_ns: 1,
            empty_read_ns: 310.0,
            floor_ns: 1.2 * FLOOR_NS,
            floor_min_ns: 10_000,
            round_trips: 2_000,
        }),
        route: Some(Route {
            interface: "eth7".to_owned(),
            mtu: Some(1_500),
            loopback: false,
        }),
        ..by_hand::run(profile, points)
    }
}

fn round(number: u32, rtt_ns: u64) -> Round {
    let rtt = rtt_ns + u64::from(number) * rtt_ns / 10_000;
    let probes = (0..10).map(|at| Probe::new(at * 1_000_000, Some(rtt)));
    Round {
        connect_ns: Some(2 * rtt_ns),
        ..by_hand::round(number, probes)
    }
}

/// A window of that size in which `draw` draws.
pub fn shown(size: Vec2, mut draw: impl FnMut(&mut Ui) + 'static) -> Harness<'static> {
    let mut is_installed = false;
    let mut harness = Harness::builder().with_size(size).build_ui(move |ui| {
        // Fonts are there from the frame after on.
        if is_installed {
            draw(ui);
        } else {
            super::theme::install(ui.ctx());
            is_installed = true;
        }
    });
    harness.run();
    harness
}

/// Everything that it says.
pub fn texts(harness: &Harness<'_>) -> Vec<String> {
    let labels = harness.query_all_by_role(Role::Label);
    labels.filter_map(|label| label.value()).collect()
}

/// Everything that it says while the pointer rests on a text.
pub fn rest_on(harness: &mut Harness<'_>, text: &str) -> String {
    let place = {
        let labels = harness.query_all_by_role(Role::Label);
        let mut found = labels.filter(|label| label.value().as_deref() == Some(text));
        found.next().expect("the text is there").rect()
    };
    harness.event(Event::PointerGone);
    harness.step();
    harness.event(Event::PointerMoved(place.center()));
    for _ in 0..12 {
        harness.step();
    }
    texts(harness).join("\n")
}
