use std::sync::Arc;

use egui::accesskit::{Role, Toggled};
use egui::emath::Rot2;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, Shape, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::super::fed::FedWindow;
use super::super::settings::{Settings, Tab};
use super::super::test_run;
use super::options::SecondColumn;
use crate::measurement::{Probe, Round, Run, RunId, RunState};

const SIZE: Vec2 = vec2(1_440.0, 960.0);

/// A run of three sizes over a network, of which the second has warm-up and a lost echo.
fn run(id: u64) -> Run {
    let mut run = test_run::run(&[
        (100, 50_000, None),
        (200, 60_000, None),
        (400, 70_000, None),
    ]);
    run.id = RunId(id);
    let point = &mut run.points[1];
    point.rounds = (1..=7)
        .map(|number| {
            let probes = (0..20).map(|at| {
                let rtt = 60_000 + 100 * u64::from(number) + 37 * at;
                Probe::new(at * 1_000_000, (at != 5).then_some(rtt))
            });
            Arc::new(Round {
                number,
                session: number,
                warmup: 2,
                probes: probes.collect(),
                ..Round::default()
            })
        })
        .collect();
    point.refresh_statistics();
    run
}

fn window(size: Vec2, runs: Vec<Run>) -> Harness<'static, Option<FedWindow>> {
    let mut runs = Some(runs);
    // Frames so near to each other that two clicks can be one double click.
    let builder = Harness::builder().with_size(size).with_step_dt(0.02);
    let mut harness = builder.build_ui_state(
        move |ui, state: &mut Option<FedWindow>| {
            let window = state.get_or_insert_with(|| FedWindow::open(ui.ctx()).unwrap());
            if let Some(runs) = runs.take() {
                for run in runs {
                    window.ended(Arc::new(run));
                }
                // Fonts are there from the next frame on.
                return;
            }
            window.logic(&ui.ctx().clone());
            window.show(ui);
        },
        None,
    );
    harness.run();
    harness
}

fn shown() -> Harness<'static, Option<FedWindow>> {
    window(SIZE, vec![run(1)])
}

fn click_at(harness: &mut Harness<'_, Option<FedWindow>>, pos: Pos2) {
    harness.event(Event::PointerMoved(pos));
    for pressed in [true, false] {
        harness.event(Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
    }
    harness.run();
}

fn click(harness: &mut Harness<'_, Option<FedWindow>>, role: Role, label: &str) {
    let place = harness.get_by_role_and_label(role, label).rect();
    // At its left: what is wider than the window has its middle out of sight.
    click_at(harness, place.left_center() + vec2(12.0, 0.0));
}

fn selected(harness: &Harness<'_, Option<FedWindow>>) -> Option<u64> {
    let app = harness.state().as_ref().unwrap().app();
    app.selected.map(|selected| selected.message_size)
}

fn says(harness: &Harness<'_, Option<FedWindow>>, part: &str) -> bool {
    let labels = harness.query_all_by_role(Role::Label);
    labels
        .filter_map(|label| label.value())
        .any(|text| text.contains(part))
}

fn row(size: u64) -> String {
    format!("Point: {size} bytes, delay 0 ms")
}

#[test]
fn a_click_on_a_row_selects_its_point_and_another_one_clears_it() {
    let mut harness = shown();
    assert_eq!(selected(&harness), None);
    click(&mut harness, Role::Row, &row(200));
    assert_eq!(selected(&harness), Some(200));
    for (size, toggled) in [(200, Toggled::True), (100, Toggled::False)] {
        let label = row(size);
        let node = harness.get_by_role_and_label(Role::Row, &label);
        assert_eq!(node.accesskit_node().toggled(), Some(toggled));
    }
    // Not at once: two clicks in a row open the point.
    for _ in 0..40 {
        harness.step();
    }
    click(&mut harness, Role::Row, &row(200));
    assert_eq!(selected(&harness), None);
}

#[test]
fn two_clicks_open_the_point() {
    let mut harness = shown();
    let place = harness.get_by_role_and_label(Role::Row, &row(400)).rect();
    let at = place.left_center() + vec2(12.0, 0.0);
    harness.event(Event::PointerMoved(at));
    for _ in 0..2 {
        for pressed in [true, false] {
            harness.event(Event::PointerButton {
                pos: at,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            });
        }
    }
    harness.run();
    let app = harness.state().as_ref().unwrap().app();
    assert_eq!(app.settings.tab, Tab::Point);
    assert!(says(&harness, "400 bytes, delay 0 ms"));
}

#[test]
fn the_arrow_keys_go_from_row_to_row_enter_opens_and_escape_clears() {
    let mut harness = shown();
    harness
        .get_by_role_and_label(Role::Table, "Figures of the points")
        .focus();
    harness.run();
    for (key, size) in [
        (Key::ArrowDown, 100),
        (Key::ArrowDown, 200),
        (Key::ArrowDown, 400),
        (Key::ArrowDown, 400),
        (Key::ArrowUp, 200),
    ] {
        harness.key_press(key);
        harness.run();
        assert_eq!(selected(&harness), Some(size));
    }
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(selected(&harness), Some(200));
    assert!(says(&harness, "200 bytes, delay 0 ms"));
    harness.key_press(Key::Escape);
    harness.run();
    assert_eq!(selected(&harness), None);
    assert!(says(
        &harness,
        "Click a dot in a plot, or a row of the table"
    ));
}

fn opened(size: Vec2, place: usize) -> Harness<'static, Option<FedWindow>> {
    let mut harness = window(size, vec![run(1)]);
    harness.state_mut().as_mut().unwrap().select(place);
    harness.run();
    harness
}

#[test]
fn the_point_tab_says_its_figures_and_what_its_signs_mean() {
    let harness = opened(SIZE, 1);
    let run = run(1);
    let figures = run.points[1].statistics.as_ref().unwrap();
    let median = crate::measurement::units::time(figures.rtt.median_of_rounds);
    for part in [
        "200 bytes, delay 0 ms, run 1".to_owned(),
        "n 119 in 7 rounds".to_owned(),
        format!("median of rounds {median}, 95 % interval"),
        format!(
            "p90 {}",
            crate::measurement::units::time(figures.rtt.p90).digits
        ),
        "cross: no echo (7)".to_owned(),
        "ring: warm-up (14)".to_owned(),
    ] {
        assert!(says(&harness, &part), "{part}");
    }
    for plot in [
        "Distribution of the selected point's round-trip times",
        "Timeline of the selected point's round-trip times",
        "Rounds of the selected point: median and p10 to p90 of each",
    ] {
        let place = harness.get_by_role_and_label(Role::Image, plot).rect();
        assert!(place.width() > 200.0 && place.height() > 100.0, "{place:?}");
        assert!(place.bottom() <= SIZE.y);
    }
}

fn hover(harness: &mut Harness<'_, Option<FedWindow>>, plot: &str) -> Vec<String> {
    let place = harness.get_by_role_and_label(Role::Image, plot).rect();
    harness.event(Event::PointerMoved(place.center()));
    harness.run();
    let labels = harness.query_all_by_role(Role::Label);
    labels.filter_map(|label| label.value()).collect()
}

#[test]
fn where_the_pointer_is_bins_shares_and_rounds_are_said() {
    let mut harness = opened(SIZE, 1);
    let distribution = "Distribution of the selected point's round-trip times";
    let said = hover(&mut harness, distribution);
    assert!(
        said.iter()
            .any(|text| text.contains(" from ") && text.contains("probe")),
        "{said:?}"
    );
    click(&mut harness, Role::Button, "ECDF");
    let said = hover(&mut harness, distribution);
    assert!(
        said.iter()
            .any(|text| text.contains("% of the probes took no longer than")),
        "{said:?}"
    );
    let rounds = "Rounds of the selected point: median and p10 to p90 of each";
    let said = hover(&mut harness, rounds);
    assert!(
        said.iter().any(|text| text.starts_with("Round 4: median")),
        "{said:?}"
    );
}

#[test]
fn a_logarithmic_axis_holds_what_a_linear_one_leaves_out() {
    let mut run = run(1);
    let mut round = Round::clone(&run.points[1].rounds[6]);
    round.number = 8;
    round.probes = [Probe::new(0, Some(90_000_000)), Probe::new(1, Some(61_000))]
        .into_iter()
        .collect();
    round.warmup = 0;
    run.points[1].rounds.push(Arc::new(round));
    run.points[1].refresh_statistics();
    let mut harness = window(SIZE, vec![run]);
    harness.state_mut().as_mut().unwrap().select(1);
    harness.run();
    assert!(says(&harness, "1 beyond"), "{:?}", all(&harness));
    assert!(says(&harness, "arrow: beyond the plot"));
    click(&mut harness, Role::CheckBox, "Log RTT axis");
    assert!(!says(&harness, "1 beyond"));
    assert!(!says(&harness, "arrow: beyond the plot"));
}

fn all(harness: &Harness<'_, Option<FedWindow>>) -> Vec<String> {
    let labels = harness.query_all_by_role(Role::Label);
    labels.filter_map(|label| label.value()).collect()
}

#[test]
fn in_a_small_window_two_of_the_plots_share_a_column() {
    let mut harness = opened(vec2(1_024.0, 700.0), 1);
    let has = |harness: &Harness<'_, _>, label: &str| {
        harness
            .query_by_role_and_label(Role::Image, label)
            .is_some()
    };
    let timeline = "Timeline of the selected point's round-trip times";
    let rounds = "Rounds of the selected point: median and p10 to p90 of each";
    assert!(has(&harness, timeline) && !has(&harness, rounds));
    click(&mut harness, Role::Button, "Rounds");
    assert!(!has(&harness, timeline) && has(&harness, rounds));
    let settings = &harness.state().as_ref().unwrap().app().settings;
    let kept: Settings = ron::from_str(&settings.text()).unwrap();
    assert_eq!(kept.point.second, SecondColumn::Rounds);
}

/// What is painted as text below a height: the words, whether all of them are there, where they stand, and
/// within what they are seen.
fn painted_below(
    harness: &Harness<'_, Option<FedWindow>>,
    top: f32,
) -> Vec<(String, bool, Rect, Rect)> {
    fn collect(shape: &Shape, clip: Rect, all: &mut Vec<(String, bool, Rect, Rect)>) {
        match shape {
            Shape::Text(text) => all.push((
                text.galley.text().to_owned(),
                !text.galley.elided,
                // The room of its letters, which a name beside an axis needs as well.
                text.galley
                    .rect
                    .rotate_bb(Rot2::from_angle(text.angle))
                    .translate(text.pos.to_vec2()),
                clip,
            )),
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, all)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    for clipped in &harness.output().shapes {
        collect(&clipped.shape, clipped.clip_rect, &mut all);
    }
    all.retain(|(text, _, place, _)| place.top() > top && !text.is_empty());
    all
}

/// A run with all signs that the plots may have, and figures of many digits.
fn full(id: u64) -> Run {
    let mut run = run(id);
    let point = &mut run.points[1];
    let mut round = Round::clone(&point.rounds[6]);
    round.number = 8;
    let probes = (0..400).map(|at| {
        let rtt = if at % 9 == 0 {
            4_444_444_444
        } else {
            1_234_567_890 + 1_000 * at
        };
        Probe::new(at * 1_000_000, Some(rtt))
    });
    round.probes = probes.collect();
    point.rounds.push(Arc::new(round));
    point.refresh_statistics();
    run
}

#[test]
fn all_that_the_point_tab_says_is_seen_at_every_size() {
    for size in [
        vec2(1_024.0, 700.0),
        vec2(1_360.0, 800.0),
        SIZE,
        vec2(2_560.0, 1_440.0),
    ] {
        for second in [SecondColumn::Timeline, SecondColumn::Rounds] {
            let mut harness = window(size, vec![full(1)]);
            let state = harness.state_mut().as_mut().unwrap();
            state.app_mut().settings.point.second = second;
            state.select(1);
            harness.run();
            let tab = harness.get_by_role_and_label(Role::Button, "Points").rect();
            let status = harness.get_by_role_and_label(Role::Button, "Stop").rect();
            let said = painted_below(&harness, tab.bottom());
            assert!(said.iter().any(|(text, ..)| text.starts_with("p10 ")));
            for (text, is_whole, place, clip) in said {
                if place.left() < tab.left() - 8.0 || place.bottom() > status.top() {
                    continue;
                }
                assert!(is_whole, "{size:?}: {text}");
                assert!(
                    clip.expand(0.1).contains_rect(place),
                    "{size:?}: {text} at {place:?}, {clip:?}"
                );
            }
        }
    }
}

#[test]
fn neighbours_are_a_button_away_and_the_table_follows() {
    let mut harness = opened(SIZE, 0);
    click(&mut harness, Role::Button, "Larger");
    assert_eq!(selected(&harness), Some(200));
    assert!(says(&harness, "200 bytes, delay 0 ms"));
    click(&mut harness, Role::Button, "Smaller");
    click(&mut harness, Role::Button, "Smaller");
    assert_eq!(selected(&harness), Some(100));
}

#[test]
fn another_run_keeps_the_selected_point_if_it_has_it() {
    let mut harness = opened(SIZE, 1);
    let show = |harness: &mut Harness<'_, Option<FedWindow>>, run: Run| {
        harness.state_mut().as_mut().unwrap().ended(Arc::new(run));
        harness.run();
        let app = harness.state().as_ref().unwrap().app();
        app.selected
            .map(|selected| (selected.run.0, selected.message_size))
    };
    assert_eq!(show(&mut harness, run(2)), Some((2, 200)));
    assert!(says(&harness, "200 bytes, delay 0 ms, run 2"));
    let mut other = run(3);
    other.points.remove(1);
    assert_eq!(show(&mut harness, other), None);
}

#[test]
fn a_run_that_goes_on_is_followed_and_no_frame_is_drawn_at_rest() {
    let mut harness = opened(SIZE, 1);
    let whole = run(9);
    for rounds in [2, 5, 7] {
        let mut picture = whole.clone();
        picture.state = RunState::Running;
        picture.points[1].rounds.truncate(rounds);
        picture.points[1].refresh_statistics();
        let window = harness.state_mut().as_mut().unwrap();
        window.picture(crate::engine::RunProgress {
            run: Arc::new(picture),
            visits_done: 1,
            visits_total: 21,
            probes_done: 10,
            probes_total: 210,
            time_left: None,
            point: 1,
            round: 1,
            trial: None,
        });
        // It settles, or this panics.
        harness.run();
        let n = format!("n {} in {rounds} rounds", 17 * rounds);
        assert!(says(&harness, &n), "{n}: {:?}", all(&harness));
    }
    let output = &harness.output().viewport_output[&egui::ViewportId::ROOT];
    assert_eq!(output.repaint_delay, std::time::Duration::MAX);
}

#[test]
fn the_wheel_zooms_into_the_timeline_and_a_button_shows_all_again() {
    let mut harness = opened(SIZE, 1);
    let place = harness
        .get_by_role_and_label(
            Role::Image,
            "Timeline of the selected point's round-trip times",
        )
        .rect();
    harness.event(Event::PointerMoved(place.center()));
    harness.run();
    assert!(
        harness
            .query_by_role_and_label(Role::Button, "Show all")
            .is_none()
    );
    harness.event(Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, 120.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    for _ in 0..30 {
        harness.step();
    }
    click(&mut harness, Role::Button, "Show all");
    assert!(
        harness
            .query_by_role_and_label(Role::Button, "Show all")
            .is_none()
    );
}

#[test]
fn what_is_copied_has_every_bin_and_every_round() {
    let run = run(1);
    let text = super::words::as_text(1, &run, &run.points[1]);
    let bins = text
        .lines()
        .skip_while(|line| !line.starts_with("Bin from"))
        .skip(1);
    let counts = bins.map_while(|line| line.split('\t').nth(2)?.parse::<u64>().ok());
    assert_eq!(counts.sum::<u64>(), 119);
    assert!(text.contains("\n7\t17\t2\t1\t"), "{text}");
}
