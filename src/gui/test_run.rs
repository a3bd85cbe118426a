//! Runs made by hand for tests of what is shown of them: those that this machine cannot be made to
//! measure, such as one over a network; and a window that has nothing but a part of the real one.

use std::sync::Arc;
use std::time::Instant;

use egui::accesskit::Role;
use egui::{Event, Ui, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use crate::experiment::{PointSpec, Profile, Rounds};
use crate::measurement::{
    Calibration, Environment, Point, PrecisionOutcome, Probe, Round, Route, Run, RunId, RunState,
    Transcript,
};
use crate::protocol::MeasurementType;

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
        ..Profile::default()
    };
    Run {
        id: RunId(1),
        started: jiff::Timestamp::UNIX_EPOCH,
        origin: Instant::now(),
        state: RunState::Finished,
        error: None,
        profile: Arc::new(profile),
        destination: "192.0.2.1:10000".to_owned(),
        environment: Arc::new(Environment::default()),
        points: points
            .iter()
            .map(|(size, rtt_ns, outcome)| point(*size, *rtt_ns, *outcome))
            .collect(),
        transcript: Transcript::default(),
        seed: 77,
        calibration: Some(Calibration {
            clock_cost_ns: 21.0,
            clock_resolution_ns: 1,
            empty_read_ns: 310.0,
            floor_ns: 1.2 * FLOOR_NS,
            floor_min_ns: 10_000,
            round_trips: 2_000,
        }),
        socket: None,
        route: Some(Route {
            interface: "eth7".to_owned(),
            mtu: Some(1_500),
            loopback: false,
        }),
        checks: Vec::new(),
    }
}

fn point(size: u64, rtt_ns: u64, outcome: Option<PrecisionOutcome>) -> Point {
    let mut point = Point::new(PointSpec {
        kind: MeasurementType::Rtt,
        message_size: size,
        server_delay_ms: 0,
    });
    point.rounds = (1..=6)
        .map(|number| {
            let probes = (0..10).map(|at| {
                let rtt = rtt_ns + u64::from(number) * rtt_ns / 10_000;
                Probe::new(at * 1_000_000, Some(rtt))
            });
            Arc::new(Round {
                number,
                session: number,
                connect_ns: Some(2 * rtt_ns),
                probes: probes.collect(),
                ..Round::default()
            })
        })
        .collect();
    point.outcome = outcome;
    point.refresh_statistics();
    point
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
