//! Where names stand, whatever the lines and whatever the frame.

use proptest::prelude::*;

use super::*;

const FRAME: Frame = Frame {
    left: 60.0,
    top: 20.0,
    width: 500.0,
    height: 300.0,
};

fn name(course: Course, width: f64) -> Name {
    Name {
        course,
        width,
        height: 14.0,
        is_above: false,
        is_minor: false,
    }
}

fn minor(x: f64) -> Name {
    Name {
        is_minor: true,
        ..name(Course::Upright(x), 40.0)
    }
}

fn scene(marks: Vec<Frame>, lines: Vec<Vec<Spot>>) -> Scene {
    Scene {
        frame: FRAME,
        marks,
        lines,
    }
}

fn mark(x: f64, y: f64) -> Frame {
    Frame {
        left: x,
        top: y,
        width: 0.0,
        height: 0.0,
    }
    .grown(4.0)
}

fn spot(x: f64, y: f64) -> Spot {
    Spot { x, y }
}

#[test]
fn of_crowding_multiples_those_with_room_are_named() {
    let mut names = vec![name(Course::Upright(100.0), 40.0)];
    names.extend([110.0, 120.0, 130.0, 300.0, 310.0, 500.0].map(minor));
    let placed = place_names(&names, &scene(Vec::new(), Vec::new()));
    let are_there: Vec<bool> = placed.iter().map(Option::is_some).collect();
    assert_eq!(
        are_there,
        [true, false, false, false, false, true, true],
        "{placed:?}"
    );
    // All stand in the first row.
    for place in placed.into_iter().flatten().skip(1) {
        assert!(place.top < FRAME.top + 5.0, "{place:?}");
    }
}

#[test]
fn a_name_makes_way_for_marks_and_for_curves() {
    let curve = vec![spot(60.0, 300.0), spot(560.0, 290.0)];
    let marks: Vec<Frame> = (0..10)
        .map(|step| mark(60.0 + 50.0 * f64::from(step), 295.0))
        .collect();
    let scene = scene(marks, vec![curve]);
    for names in [
        vec![name(Course::Level(305.0), 120.0)],
        vec![name(Course::Level(297.0), 120.0)],
        vec![name(Course::Upright(550.0), 120.0)],
        vec![name(Course::Beyond(Edge::Below), 120.0)],
    ] {
        let place = place_names(&names, &scene)[0].unwrap();
        assert_eq!(scene.cost(place), 0, "{names:?} {place:?}");
    }
}

#[test]
fn a_curve_is_named_where_it_is_seen() {
    // It comes in through the upper edge at 400 points, and ends at 560.
    let spots = vec![spot(60.0, -2_000.0), spot(390.0, -20.0), spot(560.0, 200.0)];
    let names = [name(Course::Curve(spots.clone()), 80.0)];
    let place = place_names(&names, &scene(Vec::new(), Vec::new()))[0].unwrap();
    let is_near =
        pieces(&spots).any(|(from, to)| place.grown(8.0).part_of_line(from, to).is_some());
    assert!(is_near && !crosses(&spots, place), "{place:?}");
}

#[test]
fn what_lies_beyond_the_frame_is_named_at_its_edge() {
    let names = [Edge::Above, Edge::Below, Edge::Before, Edge::After]
        .map(|edge| name(Course::Beyond(edge), 80.0));
    let placed = place_names(&names, &scene(Vec::new(), Vec::new()));
    let [above, below, before, after] = placed[..] else {
        panic!("a place for each name")
    };
    assert!(above.unwrap().top < FRAME.top + 5.0);
    assert!(below.unwrap().bottom() > FRAME.bottom() - 5.0);
    assert!(before.unwrap().left < FRAME.left + 5.0);
    assert!(after.unwrap().right() > FRAME.right() - 5.0);
}

#[test]
fn a_line_leads_to_a_name_that_stands_further_off() {
    let place = Frame {
        left: 100.0,
        top: 100.0,
        width: 40.0,
        height: 14.0,
    };
    let at = |y: f64| leader(&Course::Level(y), place, FRAME);
    assert_eq!(at(117.0), None);
    assert_eq!(at(97.0), None);
    assert_eq!(at(150.0), Some((spot(120.0, 114.0), spot(120.0, 150.0))));
    assert_eq!(at(50.0), Some((spot(120.0, 100.0), spot(120.0, 50.0))));
    let curve = Course::Curve(vec![spot(60.0, 160.0), spot(180.0, 180.0)]);
    assert_eq!(
        leader(&curve, place, FRAME),
        Some((spot(120.0, 114.0), spot(120.0, 170.0)))
    );
    assert_eq!(leader(&Course::Upright(10.0), place, FRAME), None);
    // Where the line stands beyond the frame above or below the name, it leads to what is seen of it.
    let steep = Course::Curve(vec![spot(60.0, 160.0), spot(70.0, FRAME.bottom() + 100.0)]);
    let (_, to) = leader(&steep, place, FRAME).expect("it is far off");
    assert!(to.y <= FRAME.bottom() + 0.001 && to.x < 70.0, "{to:?}");
}

/// A plain ground: a point for each byte and each unit of value.
struct Plain;

impl Ground for Plain {
    fn frame(&self) -> Frame {
        FRAME
    }

    fn x(&self, size: f64) -> Option<f64> {
        (size > 0.0).then_some(FRAME.left + size)
    }

    fn y(&self, value: f64) -> Option<f64> {
        value.is_finite().then_some(FRAME.bottom() - value)
    }
}

#[test]
fn a_line_is_seen_or_lies_beyond_an_edge() {
    let of = |line| Course::of(&line, &Plain);
    assert_eq!(
        of(LandmarkLine::Vertical(100.0)),
        Some(Course::Upright(160.0))
    );
    assert_eq!(
        of(LandmarkLine::Vertical(1e6)),
        Some(Course::Beyond(Edge::After))
    );
    assert_eq!(of(LandmarkLine::Vertical(0.0)), None);
    assert_eq!(
        of(LandmarkLine::Horizontal(100.0)),
        Some(Course::Level(220.0))
    );
    assert_eq!(
        of(LandmarkLine::Horizontal(900.0)),
        Some(Course::Beyond(Edge::Above))
    );
    assert_eq!(of(LandmarkLine::Horizontal(f64::NAN)), None);
    let curve = |values: &[(f64, f64)]| of(LandmarkLine::Curve(values.to_vec()));
    assert_eq!(
        curve(&[(10.0, 900.0), (400.0, 800.0)]),
        Some(Course::Beyond(Edge::Above))
    );
    assert_eq!(
        curve(&[(10.0, -9.0), (400.0, -8.0)]),
        Some(Course::Beyond(Edge::Below))
    );
    // Neither end of it is seen, and its middle is.
    assert!(matches!(
        curve(&[(10.0, 900.0), (400.0, -900.0)]),
        Some(Course::Curve(_))
    ));
    assert_eq!(curve(&[(10.0, 100.0)]), Some(Course::Level(220.0)));
    assert_eq!(curve(&[]), None);
}

fn course() -> impl Strategy<Value = Course> {
    let edges = vec![Edge::Above, Edge::Below, Edge::Before, Edge::After];
    let line = prop::collection::vec((0.0_f64..700.0, -900.0_f64..900.0), 2..12);
    prop_oneof![
        (60.0_f64..560.0).prop_map(Course::Upright),
        (20.0_f64..320.0).prop_map(Course::Level),
        line.prop_map(|line| Course::Curve(line.into_iter().map(|(x, y)| spot(x, y)).collect())),
        prop::sample::select(edges).prop_map(Course::Beyond),
    ]
}

proptest! {
    #[test]
    fn no_name_stands_on_another_or_leaves_the_frame(
        names in prop::collection::vec((course(), 5.0_f64..700.0, any::<bool>(), any::<bool>()), 0..30),
        marks in prop::collection::vec((0.0_f64..600.0, 0.0_f64..400.0), 0..40),
    ) {
        let names: Vec<Name> = names
            .into_iter()
            .map(|(course, width, is_above, is_minor)| Name { is_above, is_minor, ..name(course, width) })
            .collect();
        let marks: Vec<Frame> = marks.into_iter().map(|(x, y)| mark(x, y)).collect();
        let scene = scene(marks, Vec::new());
        let placed = place_names(&names, &scene);
        prop_assert_eq!(placed.len(), names.len());
        for (index, place) in placed.iter().enumerate() {
            let Some(place) = place else { continue };
            prop_assert!(scene.frame.holds_all_of(*place));
            for other in placed.iter().skip(index + 1).flatten() {
                prop_assert!(!place.meets(*other), "{place:?} {other:?}");
            }
            if names[index].is_minor {
                prop_assert_eq!(scene.cost(*place), 0);
            }
        }
    }

    #[test]
    fn as_many_as_a_run_can_have_all_find_a_place(
        uprights in prop::collection::vec(60.0_f64..560.0, 4),
        level in 20.0_f64..320.0,
        edges in prop::collection::vec(prop::sample::select(vec![Edge::Above, Edge::After]), 2),
        marks in prop::collection::vec((60.0_f64..560.0, 20.0_f64..320.0), 0..40),
    ) {
        let mut names: Vec<Name> = uprights.into_iter().map(|x| name(Course::Upright(x), 140.0)).collect();
        names.push(name(Course::Level(level), 140.0));
        names.extend(edges.into_iter().map(|edge| name(Course::Beyond(edge), 200.0)));
        let marks: Vec<Frame> = marks.into_iter().map(|(x, y)| mark(x, y)).collect();
        let placed = place_names(&names, &scene(marks, Vec::new()));
        prop_assert!(placed.iter().all(Option::is_some), "{placed:?}");
    }
}
