//! The model finds what a run was made of, its intervals hold it, and it says nothing that the run
//! cannot support.

use super::made::{Made, run};
use super::*;
use crate::measurement::Calibration;

fn fit(made: &Made) -> Result<Fit, NoFit> {
    fit_delay(&run(made), made.delays_ms[0])
}

fn said(made: &Made) -> String {
    fit(made).unwrap_err().to_string()
}

fn holds(estimate: Estimate, truth: f64) -> bool {
    (estimate.lo..=estimate.hi).contains(&truth)
}

#[test]
fn what_the_run_was_made_of_is_found() {
    let made = Made {
        noise: 0.0,
        ..Made::default()
    };
    let found = fit(&made).unwrap();
    assert!((found.alpha_ns.value - 100_000.0).abs() < 1.0, "{found:?}");
    assert!((found.beta.value / 1e8 - 1.0).abs() < 1e-4);
    assert!((found.half_size.value - 10_000.0).abs() < 1.0);
    assert!((found.rtt_ns(10_000.0) - 200_000.0).abs() < 2.0);
    assert!(
        (found.throughput(10_000.0) / 5e7 - 1.0).abs() < 1e-4,
        "half of beta at n_1/2"
    );
    assert!((found.link_rate().unwrap().value / 2e8 - 1.0).abs() < 1e-4);
    assert_eq!(found.alpha_without_delay_ns(), None);
    assert_eq!(found.residuals.len(), 17);
    assert!(found.is_one_line() && found.furthest().unwrap().percent().abs() < 0.01);
    assert_eq!(
        fit(&made).unwrap(),
        found,
        "the same samples, the same figures"
    );
}

/// Of so many runs, in how many alpha, beta and `n_1/2` lie within their intervals; and how wide these are, as
/// a share of the figure (the mean).
fn coverage(made: &Made, runs: u32) -> ([u32; 3], [f64; 3]) {
    let (mut held, mut width) = ([0; 3], [0.0; 3]);
    let factor = made.median_factor();
    let truth = [
        made.alpha_ns * factor,
        1e9 / (made.ns_per_byte * factor),
        made.alpha_ns / made.ns_per_byte,
    ];
    for seed in 0..runs {
        let found = fit(&Made {
            seed: seed.into(),
            ..made.clone()
        })
        .unwrap();
        for (at, estimate) in [found.alpha_ns, found.beta, found.half_size]
            .into_iter()
            .enumerate()
        {
            held[at] += u32::from(holds(estimate, truth[at]));
            width[at] += (estimate.hi - estimate.lo) / truth[at] / f64::from(runs);
        }
    }
    (held, width)
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let heavy = Made {
        noise: 0.05,
        outliers: 0.1,
        rounds: 20,
        ..Made::default()
    };
    for (name, made, runs) in [
        ("heavy tails", heavy.clone(), 200),
        (
            "six rounds",
            Made {
                rounds: 6,
                ..heavy.clone()
            },
            60,
        ),
        (
            "six sizes, 1K to 32K",
            Made {
                sizes: (10..16).map(|power| 1 << power).collect(),
                ..heavy.clone()
            },
            60,
        ),
        (
            "rounds that drift as a whole",
            Made {
                drift: 0.03,
                ..heavy.clone()
            },
            60,
        ),
        (
            "1 B to 16 MiB",
            Made {
                sizes: (0..25).step_by(2).map(|power| 1 << power).collect(),
                ..heavy.clone()
            },
            60,
        ),
    ] {
        let (held, width) = coverage(&made, runs);
        assert!(
            held.iter().all(|held| *held * 100 >= runs * 91),
            "{name}: {held:?} of {runs}, wide {width:?}"
        );
        assert!(width.iter().all(|width| *width < 0.25), "{name}: {width:?}");
    }
}

#[test]
fn a_disturbed_point_is_named_and_moves_the_figures_little() {
    for (size, factor) in [(65_536, 1.6), (8_192, 2.5), (1, 3.0)] {
        let found = fit(&Made {
            outliers: 0.1,
            disturbed: vec![(size, factor)],
            ..Made::default()
        })
        .unwrap();
        assert!(
            (found.alpha_ns.value / 1e5 - 1.0).abs() < 0.03,
            "{size}: {found:?}"
        );
        assert!(
            (found.beta.value / 1e8 - 1.0).abs() < 0.1,
            "{size}: {found:?}"
        );
        assert!(!found.is_one_line());
        assert_eq!(found.furthest().unwrap().message_size, size);
        let said = found.sentences().join("\n");
        let name = crate::measurement::units::bytes(size);
        assert!(
            said.contains("do not lie on one line: 1 of 17 points"),
            "{said}"
        );
        assert!(
            said.contains(&format!("at {name}: ")) && said.contains("% above"),
            "{said}"
        );
    }
}

#[test]
fn points_on_two_lines_are_said_to_be_on_none() {
    // A step of several times the RTT in the middle of the sizes.
    let mut made = run(&Made::default());
    for point in &mut made.points {
        if point.spec.message_size >= 256 && point.spec.message_size <= 8_192 {
            let rounds = point.rounds.iter().map(|round| {
                let late = |probe: &crate::measurement::Probe| {
                    crate::measurement::Probe::new(0, probe.rtt_ns().map(|rtt| rtt * 3 / 2))
                };
                std::sync::Arc::new(crate::measurement::Round {
                    probes: round.probes.iter().map(late).collect(),
                    ..crate::measurement::Round::clone(round)
                })
            });
            point.rounds = rounds.collect();
            point.refresh_statistics();
        }
    }
    match fit_delay(&made, 0) {
        Ok(found) => {
            let said = found.sentences().join("\n");
            assert!(
                said.contains("the points do not lie on one line: "),
                "{said}"
            );
            assert!(said.contains("measure a narrower range"), "{said}");
        }
        Err(refusal) => assert!(matches!(refusal, NoFit::NoSlope { .. }), "{refusal}"),
    }
}

#[test]
fn the_words_name_units_and_intervals() {
    let found = fit(&Made {
        noise: 0.0,
        ..Made::default()
    })
    .unwrap();
    let plain: Vec<String> = found
        .sentences()
        .iter()
        .map(|line| line.replace('\u{a0}', " "))
        .collect();
    assert_eq!(
        plain,
        [
            "alpha 100.0 µs (95 %: 100.0 µs to 100.0 µs), the round trip of an empty message",
            "beta 800.0 Mbit/s (95 %: 800.0 Mbit/s to 800.0 Mbit/s) of payload echoed: a symmetric \
             link of twice that, about 1,600 Mbit/s, since the payload crosses it twice",
            "n_1/2 = alpha * beta: half of beta is reached at messages of 10,000 bytes (95 %: 10,000 \
             bytes to 10,000 bytes)",
            "all 17 points lie within 0 % of the line, half of them within 0 %",
        ]
    );
}

#[test]
fn a_server_delay_is_part_of_alpha_and_that_is_said() {
    let made = Made {
        delays_ms: vec![5, 0],
        noise: 0.001,
        ns_per_byte: 100.0,
        ..Made::default()
    };
    let both = fits(&run(&made));
    assert_eq!(
        both.iter().map(|(delay, _)| *delay).collect::<Vec<_>>(),
        [5, 0]
    );
    let late = both[0].1.as_ref().unwrap();
    assert!((late.alpha_ns.value / 5.1e6 - 1.0).abs() < 0.01, "{late:?}");
    let own = late.alpha_without_delay_ns().unwrap();
    assert!((own.value - 100_000.0).abs() < 20_000.0, "{own:?}");
    let said = late.sentences().join("\n");
    assert!(said.contains("server delay included"), "{said}");
    assert!(
        said.contains("alpha without the 5 ms of server delay"),
        "{said}"
    );
    assert!((late.beta.value / 1e7 - 1.0).abs() < 0.05);
}

#[test]
fn within_one_segment_no_slope_is_stated_however_plain() {
    let class = |segment, loopback| Made {
        sizes: vec![1, 100, 200, 400, 800, 1_000],
        ns_per_byte: 1_000.0,
        segment,
        loopback,
        ..Made::default()
    };
    let sentence = "no slope to see up to 1,000 bytes; add sizes up to 64K";
    assert_eq!(
        said(&class(1_448, false)),
        format!("all sizes fit one segment of 1,448 bytes: {sentence}")
    );
    assert_eq!(
        said(&class(65_483, true)),
        format!("all sizes fit one segment of 65,483 bytes: {sentence}")
    );
    assert_eq!(
        said(&class(0, true)),
        format!("all sizes fit one segment: {sentence}"),
        "a segment of loopback is known to be larger"
    );
    assert!(fit(&class(0, false)).is_ok(), "unknown, and plain to see");
    let flat = Made {
        ns_per_byte: 1.0,
        ..class(0, false)
    };
    assert!(matches!(
        fit(&flat).unwrap_err(),
        NoFit::NoSlope { largest: 1_000, .. }
    ));
}

#[test]
fn copying_on_loopback_is_a_slope_where_it_is_seen() {
    let tput = Made {
        sizes: (10..16).map(|power| 1 << power).collect(),
        alpha_ns: 15_000.0,
        ns_per_byte: 0.12,
        segment: 65_483,
        loopback: true,
        ..Made::default()
    };
    let found = fit(&tput).unwrap();
    assert_eq!(found.link_rate(), None);
    let said_of_it = found.sentences().join("\n");
    assert!(said_of_it.contains("no link on loopback"), "{said_of_it}");
    let flat = Made {
        ns_per_byte: 0.01,
        ..tput
    };
    assert!(said(&flat).starts_with("all sizes fit one segment of 65,483 bytes"));
}

#[test]
fn a_slope_that_the_samples_cannot_support_is_not_stated() {
    let flat = Made {
        ns_per_byte: 0.0,
        ..Made::default()
    };
    let sentence = said(&flat);
    assert!(
        sentence.starts_with("no slope to see up to 65,536 bytes: "),
        "{sentence}"
    );
    assert!(sentence.ends_with("add sizes up to 1M"), "{sentence}");
    // Plain to see, but 5 % of the RTT at the largest message: n_1/2 would lie far outside.
    let small = Made {
        ns_per_byte: 0.08,
        noise: 0.001,
        ..Made::default()
    };
    let refusal = fit(&small).unwrap_err();
    assert!(
        matches!(refusal, NoFit::NoSlope { why: Flat::SmallShare(share), .. } if (0.04..0.06).contains(&share)),
        "{refusal:?}"
    );
    let wide = Made {
        ns_per_byte: 0.8,
        noise: 0.6,
        rounds: 6,
        ..Made::default()
    };
    let mut unsure = 0;
    for seed in 0..40 {
        match fit(&Made {
            seed,
            ..wide.clone()
        }) {
            Err(NoFit::Unsure { beta: (lo, hi) }) => {
                unsure += 1;
                assert!(hi > 2.0 * lo);
            }
            Err(refusal) => assert!(matches!(refusal, NoFit::NoSlope { .. }), "{refusal}"),
            Ok(found) => assert!(found.beta.hi <= 2.0 * found.beta.lo, "{found:?}"),
        }
    }
    assert!(unsure > 0);
    let sentence = NoFit::Unsure { beta: (1e6, 1e8) }.to_string();
    assert!(
        sentence.contains("measure more rounds (--rounds 40)"),
        "{sentence}"
    );
}

#[test]
fn flat_runs_hardly_ever_get_a_rate() {
    let flat = Made {
        ns_per_byte: 0.0,
        noise: 0.05,
        outliers: 0.1,
        rounds: 6,
        ..Made::default()
    };
    let stated = (0..60).filter(|seed| {
        let seed = *seed;
        fit(&Made {
            seed,
            ..flat.clone()
        })
        .is_ok()
    });
    assert_eq!(stated.count(), 0);
}

#[test]
fn too_little_is_said_to_be_too_little() {
    let two = Made {
        sizes: vec![1, 65_536],
        ..Made::default()
    };
    assert!(
        said(&two).starts_with("2 message sizes cannot show"),
        "{}",
        said(&two)
    );
    let few = Made {
        rounds: 5,
        ..Made::default()
    };
    assert!(said(&few).starts_with("5 rounds give no interval; measure at least 6"));
    let one = Made {
        rounds: 1,
        ..Made::default()
    };
    assert!(said(&one).starts_with("1 round gives no interval; measure at least 6"));
    let none = Made {
        rounds: 0,
        ..Made::default()
    };
    assert_eq!(fit(&none), Err(NoFit::NothingMeasured));
    assert_eq!(
        fit_delay(&run(&Made::default()), 99),
        Err(NoFit::NothingMeasured)
    );
}

#[test]
fn a_point_with_too_few_rounds_is_left_out_and_named() {
    let mut made = run(&Made::default());
    made.points[3].rounds.truncate(4);
    let found = fit_delay(&made, 0).unwrap();
    assert_eq!(found.left_out, [8]);
    assert_eq!(found.residuals.len(), 16);
    assert!(
        found
            .sentences()
            .join("\n")
            .contains("1 point left out: fewer than 6 rounds")
    );
}

#[test]
fn a_pipeline_has_no_such_model() {
    let deep = Made {
        depth: 4,
        ..Made::default()
    };
    assert!(said(&deep).contains("holds the queue"), "{}", said(&deep));
    let mut lanes = run(&Made::default());
    let other = std::sync::Arc::clone(&lanes.points[0].rounds[0]);
    lanes.points[0].rounds.insert(1, other);
    assert_eq!(fit_delay(&lanes, 0), Err(NoFit::Pipelined));
}

#[test]
fn an_alpha_near_the_floor_is_said_to_be() {
    let mut made = run(&Made::default());
    made.calibration = Some(Calibration {
        floor_ns: 9_000.0,
        floor_min_ns: 8_000,
        ..Calibration::default()
    });
    assert_eq!(fit_delay(&made, 0).unwrap().near_floor_ns, None);
    made.calibration = Some(Calibration {
        floor_ns: 30_000.0,
        floor_min_ns: 20_000,
        ..Calibration::default()
    });
    let found = fit_delay(&made, 0).unwrap();
    assert_eq!(found.near_floor_ns, Some(20_000.0));
    assert!(
        found
            .sentences()
            .join("\n")
            .contains("10 times the instrument floor")
    );
}

#[test]
fn figures_of_any_size_do_no_harm() {
    for (size, rtt) in [(u64::MAX, u64::MAX - 1), (u64::MAX, 0), (1, u64::MAX - 1)] {
        let mut made = run(&Made::default());
        for (point, at) in made.points.iter_mut().zip(0_u64..) {
            point.spec.message_size = size.saturating_sub(at * (size / 20));
            let probe = crate::measurement::Probe::new(0, Some(rtt));
            for round in &mut point.rounds {
                std::sync::Arc::make_mut(round).probes = [probe].into_iter().collect();
            }
            point.refresh_statistics();
        }
        let all = fits(&made);
        assert!(all[0].1.is_err(), "{all:?}");
        let sets = crate::measurement::landmarks(&made, &all);
        assert!(sets.iter().all(|set| set.found.as_ref() != Ok(&Vec::new())));
    }
}

#[test]
fn a_line_that_misses_the_largest_message_is_not_stated() {
    let bent = |factor| {
        fit(&Made {
            disturbed: vec![(32_768, 1.0 + (factor - 1.0) / 2.0), (65_536, factor)],
            ..Made::default()
        })
    };
    assert!(bent(1.0).is_ok());
    let Err(refusal) = bent(1.6) else {
        panic!("the line misses the largest message");
    };
    assert!(matches!(refusal, NoFit::Bent { .. }), "{refusal}");
    let told = refusal.to_string().replace('\u{a0}', " ");
    assert!(
        told.starts_with("the points do not lie on one line: that of 65,536 bytes lies "),
        "{told}"
    );
    assert!(told.contains("% above it"), "{told}");
}
