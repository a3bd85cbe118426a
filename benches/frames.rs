//! What a frame of the whole window costs with a run of a million samples: processor time of the thread for
//! logic, for drawing commands and for tessellation. Rasterising is the graphics driver's, and not in it.
//!
//! `cargo bench --bench frames` takes a million samples, `cargo bench --bench frames -- 20000` another
//! number. A table goes to standard output, a row for each case:
//!
//! - `live`: every frame shows a new picture of a run that goes on, which has some more probes;
//! - `at rest`: nothing is new, and the pointer moves over the plots;
//! - `zoomed`: the wheel turns over the timeline, so that every frame shows another part of it.
//!
//! The engine asks for ten pictures a second at most; the aim for each frame is 4 ms in a release build.

use std::sync::Arc;
use std::time::{Duration, Instant};

use echograph::engine::RunProgress;
use echograph::experiment::{PointSpec, Profile, Rounds};
use echograph::gui::FedWindow;
use echograph::measurement::{
    Environment, Point, PointFigures, Probe, Probes, Round, Run, RunId, RunState, Transcript, Work,
};
use echograph::protocol::MeasurementType;
use egui::{Context, Event, Pos2, RawInput, Rect, Vec2, pos2, vec2};

/// Samples that are measured unless another number is given.
const SAMPLES: u32 = 1_000_000;
/// Samples where it is run as a test.
const FEW: u32 = 10_000;
/// Frames of each case.
const FRAMES: u32 = 120;
/// The message sizes; the samples are spread over them but for half of them, which are the selected one's.
const SIZES: [u64; 6] = [1, 100, 200, 400, 800, 1_000];
/// The selected point.
const SELECTED: usize = 2;
/// Size of the window in points.
const SIZE: Vec2 = vec2(1_440.0, 960.0);
/// What a frame may take in a release build.
const AIM: Duration = Duration::from_millis(4);

fn main() {
    let given = std::env::args().skip(1).find_map(|text| text.parse().ok());
    // Run as a test it only shows that it runs.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let samples: u32 = given.unwrap_or(if is_bench { SAMPLES } else { FEW });
    println!("{samples} samples, {FRAMES} frames a case; aim: {AIM:?} in all");
    println!(
        "{:<34}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}",
        "case (ms of CPU)", "logic", "draw", "tessel.", "median", "p95", "most"
    );
    for (name, rounds) in [
        ("one long round", 1),
        ("100 rounds", 100),
        ("rounds of ten probes", 0),
    ] {
        let per_point = samples / 10;
        let rounds = if rounds == 0 { per_point / 10 } else { rounds };
        for is_open in [true, false] {
            let tab = if is_open { "Point tab" } else { "table" };
            measure(
                &format!("live, {name}, {tab}"),
                per_point,
                rounds,
                is_open,
                Case::Live,
            );
            measure(
                &format!("at rest, {name}, {tab}"),
                per_point,
                rounds,
                is_open,
                Case::AtRest,
            );
        }
        measure(
            &format!("zoomed, {name}"),
            per_point,
            rounds,
            true,
            Case::Zoomed,
        );
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Case {
    Live,
    AtRest,
    Zoomed,
}

/// What the frames of a case cost.
#[derive(Default)]
struct Costs {
    logic: Duration,
    drawing: Duration,
    tessellation: Duration,
    whole: Vec<Duration>,
}

fn measure(name: &str, per_point: u32, rounds: u32, is_open: bool, case: Case) {
    let context = Context::default();
    let mut window = FedWindow::open(&context).expect("a thread for the engine");
    let mut growing = Growing::new(per_point, rounds.max(1));
    match case {
        Case::Live => window.picture(growing.picture(0)),
        Case::AtRest | Case::Zoomed => {
            let picture = growing.picture(FRAMES);
            let mut run = Run::clone(&picture.run);
            run.state = RunState::Finished;
            window.ended(Arc::new(run));
        }
    }
    if is_open {
        window.select(SELECTED);
    }
    // The first frames lay out what is kept from then on, and arrange the samples once.
    let mut costs = Costs::default();
    for at in 0..8 {
        frame(&context, &mut window, at, Vec::new(), &mut costs);
    }
    costs = Costs::default();
    for at in 1..=FRAMES {
        let picture = (case == Case::Live).then(|| growing.picture(at));
        let events = events(case, at);
        if let Some(picture) = picture {
            window.picture(picture);
        }
        frame(&context, &mut window, 8 + at, events, &mut costs);
    }
    costs.say(name);
}

/// What the user does in a frame.
fn events(case: Case, at: u32) -> Vec<Event> {
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let along = (at % 60) as f32 / 60.0;
    match case {
        Case::Live => Vec::new(),
        Case::AtRest => vec![Event::PointerMoved(pos2(
            400.0 + 1_000.0 * along,
            150.0 + 750.0 * along,
        ))],
        Case::Zoomed => {
            let over_timeline = Pos2::new(880.0 + 5.0 * along, 800.0);
            let turned = if at % 40 < 20 { 30.0 } else { -30.0 };
            vec![
                Event::PointerMoved(over_timeline),
                Event::MouseWheel {
                    unit: egui::MouseWheelUnit::Point,
                    delta: vec2(0.0, turned),
                    phase: egui::TouchPhase::Move,
                    source: egui::MouseWheelSource::Unknown,
                    modifiers: egui::Modifiers::NONE,
                },
            ]
        }
    }
}

fn frame(
    context: &Context,
    window: &mut FedWindow,
    at: u32,
    events: Vec<Event>,
    costs: &mut Costs,
) {
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
        time: Some(f64::from(at) / 30.0),
        focused: true,
        events,
        ..RawInput::default()
    };
    let began = cpu_time();
    window.logic(context);
    let thought = cpu_time();
    let output = context.run_ui(input, |ui| window.show(ui));
    let drawn = cpu_time();
    let pixels = output.pixels_per_point;
    let shapes = output.shapes;
    let meshes = context.tessellate(shapes, pixels);
    let ended = cpu_time();
    assert!(!meshes.is_empty(), "something is drawn");
    let mut deltas = output.textures_delta;
    deltas.clear();
    costs.logic += thought.saturating_sub(began);
    costs.drawing += drawn.saturating_sub(thought);
    costs.tessellation += ended.saturating_sub(drawn);
    costs.whole.push(ended.saturating_sub(began));
}

impl Costs {
    fn say(&mut self, name: &str) {
        self.whole.sort_unstable();
        let ms = |time: Duration| format!("{:.3}", time.as_secs_f64() * 1e3);
        let frames = u32::try_from(self.whole.len()).unwrap_or(1).max(1);
        let at = |share: usize| {
            let place = self.whole.len() * share / 100;
            self.whole
                .get(place.min(self.whole.len() - 1))
                .copied()
                .unwrap_or_default()
        };
        let (median, p95, most) = (at(50), at(95), at(100));
        println!(
            "{name:<34}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}{}",
            ms(self.logic / frames),
            ms(self.drawing / frames),
            ms(self.tessellation / frames),
            ms(median),
            ms(p95),
            ms(most),
            if p95 > AIM { "  above the aim" } else { "" }
        );
    }
}

/// A run that grows: each picture has some more probes of the selected point, as the engine's have.
struct Growing {
    run: Run,
    figures: PointFigures,
    /// The probes of the selected point that come one picture after the other.
    rest: std::vec::IntoIter<Probe>,
    a_picture: usize,
    a_round: usize,
    open: Round,
    shown: u32,
}

impl Growing {
    /// Half of all samples are the selected point's; a tenth of these come in the pictures.
    fn new(per_point: u32, rounds: u32) -> Self {
        let profile = Profile {
            message_sizes: SIZES.to_vec(),
            rounds: Rounds::Exactly(rounds),
            probes: per_point / rounds,
            ..Profile::default()
        };
        let mut run = Run {
            id: RunId(1),
            started: jiff::Timestamp::UNIX_EPOCH,
            origin: Instant::now(),
            state: RunState::Running,
            error: None,
            profile: Arc::new(profile),
            destination: "192.0.2.1:10000".to_owned(),
            environment: Arc::new(Environment::default()),
            points: Vec::new(),
            transcript: Transcript::default(),
            seed: 1,
            calibration: None,
            socket: None,
            route: None,
            checks: Vec::new(),
        };
        let mut figures = PointFigures::new(SIZES[SELECTED]);
        let mut rest = Vec::new();
        let mut open = Round::default();
        let a_round = (per_point / rounds).max(1) as usize;
        for (place, size) in SIZES.into_iter().enumerate() {
            let mut point = Point::new(PointSpec {
                kind: MeasurementType::Rtt,
                message_size: size,
                server_delay_ms: 0,
            });
            let is_selected = place == SELECTED;
            let probes = if is_selected {
                5 * per_point
            } else {
                per_point
            };
            let mut all: Vec<Probe> = probes_of(place as u64, probes);
            if is_selected {
                rest = all.split_off(all.len() - all.len() / 10);
            }
            let pieces = if is_selected { 5 * a_round } else { a_round };
            for (number, probes) in (1..).zip(all.chunks(pieces)) {
                let round = Round {
                    number,
                    session: number,
                    warmup: 1,
                    probes: probes.iter().copied().collect(),
                    work: work_of(probes.first(), probes.last()),
                    ..Round::default()
                };
                if is_selected {
                    figures.feed(&round);
                    open = Round {
                        number: number + 1,
                        session: number + 1,
                        probes: Probes::with_room_for(rest.len()),
                        ..Round::default()
                    };
                }
                point.rounds.push(Arc::new(round));
            }
            point.refresh_statistics();
            run.points.push(point);
        }
        Self {
            run,
            figures,
            a_picture: (rest.len() / FRAMES as usize).max(1),
            a_round: 5 * a_round,
            rest: rest.into_iter(),
            open,
            shown: 0,
        }
    }

    /// The run as it stands at picture `number`.
    fn picture(&mut self, number: u32) -> RunProgress {
        while self.shown < number {
            self.shown += 1;
            for probe in self.rest.by_ref().take(self.a_picture) {
                self.open.probes.push(probe);
                if self.open.probes.len() >= self.a_round {
                    let next = Round {
                        number: self.open.number + 1,
                        session: self.open.session + 1,
                        ..Round::default()
                    };
                    let mut full = std::mem::replace(&mut self.open, next);
                    let first = full.probes.iter().next();
                    let last = full.probes.iter_from(full.probes.len() - 1).next();
                    full.work = work_of(first, last);
                    self.figures.feed(&full);
                    self.run.points[SELECTED].rounds.push(Arc::new(full));
                }
            }
        }
        self.figures.feed(&self.open);
        let mut run = self.run.clone();
        let point = &mut run.points[SELECTED];
        point.rounds.push(Arc::new(self.open.clone()));
        point.statistics = self.figures.statistics();
        RunProgress {
            run: Arc::new(run),
            visits_done: u64::from(number),
            visits_total: u64::from(FRAMES),
            probes_done: u64::from(number),
            probes_total: u64::from(FRAMES),
            time_left: None,
            point: SELECTED,
            round: self.open.number,
        }
    }
}

/// What the engine counts of a round that is over.
fn work_of(first: Option<&Probe>, last: Option<&Probe>) -> Option<Work> {
    let (first, last) = (first?, last?);
    Some(Work {
        began_ns: first.sent_ns,
        ended_ns: last.sent_ns + 100_000,
        ..Work::default()
    })
}

/// Probes whose round-trip times have a long tail, some without an echo.
fn probes_of(seed: u64, probes: u32) -> Vec<Probe> {
    let mut state = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    (0..u64::from(probes))
        .map(|at| {
            // Xorshift, G. Marsaglia, 2003: the same run every time.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let bulk = 60_000 + state % 8_000;
            let tail = if state.is_multiple_of(1_009) {
                state % 3_000_000
            } else {
                0
            };
            let is_lost = state.is_multiple_of(20_011);
            Probe::new(at * 100_000, (!is_lost).then_some(bulk + tail))
        })
        .collect()
}

#[cfg(target_os = "linux")]
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// Elsewhere the time that passes, which is as much on a machine that does nothing else.
#[cfg(not(target_os = "linux"))]
fn cpu_time() -> Duration {
    use std::sync::OnceLock;
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed()
}
