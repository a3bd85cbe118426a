//! What a frame of the whole window costs with a run of a million samples.
//!
//! `cargo bench --bench frames` takes a million samples, `cargo bench --bench frames -- 20000` another
//! number: processor time of the thread for logic, for drawing commands and for tessellation, without a
//! display. `cargo bench --bench frames -- --window` shows the same frames in a native window and gives what
//! all threads of the program use for one, so that what rasterising adds can be seen beside it: in software
//! where there is no graphics processor. A table goes to standard output, a row for each case:
//!
//! - `live`: every frame shows a new picture of a run that goes on, which has some more probes;
//! - `at rest`: nothing is new, and the pointer moves over the plots;
//! - `zoomed`: the wheel turns over the timeline, so that every frame shows another part of it.
//!
//! The engine asks for ten pictures a second at most; the aim for each frame is 4 ms in a release build,
//! without rasterising. A word chooses the cases that have it in their name: `-- "ten probes, Point"`.

mod bare;
mod case;
mod clock;
mod growing;
mod windowed;

use std::time::Duration;

use egui::{Vec2, vec2};

use case::Case;

/// Samples that are measured unless another number is given.
const SAMPLES: u32 = 1_000_000;
/// Samples where it is run as a test.
const FEW: u32 = 10_000;
/// Frames of each case.
const FRAMES: u32 = 120;
/// The first frames lay out what is kept from then on, and arrange the samples once.
const SETTLING: u32 = 8;
/// Size of the window in points.
const SIZE: Vec2 = vec2(1_440.0, 960.0);
/// What a frame may take in a release build, without rasterising.
const AIM: Duration = Duration::from_millis(4);

fn main() -> eframe::Result {
    let given = std::env::args().skip(1).find_map(|text| text.parse().ok());
    let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    // Run as a test it only shows that it runs.
    let samples: u32 = given.unwrap_or(if has("--bench") { SAMPLES } else { FEW });
    let mut cases = Case::all(samples);
    let wanted = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-') && argument.parse::<u32>().is_err());
    if let Some(wanted) = wanted {
        cases.retain(|case| case.name.contains(&wanted));
    }
    if has("--window") {
        println!("{samples} samples, {FRAMES} frames a case, in a native window");
        return windowed::measure(cases);
    }
    println!("{samples} samples, {FRAMES} frames a case; aim: {AIM:?} in all");
    bare::head();
    for case in &cases {
        bare::measure(case);
    }
    Ok(())
}

/// The time within which so many per cent of these lie, which are in order.
fn share(times: &[Duration], per_cent: usize) -> Duration {
    let place = times.len() * per_cent / 100;
    let last = times.len().saturating_sub(1);
    times.get(place.min(last)).copied().unwrap_or_default()
}
