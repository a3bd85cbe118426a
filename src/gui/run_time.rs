//! How long a run takes, as far as that can be told before it.
//!
//! What is promised is what the method holds: which rounds are measured in any case, and until when
//! others may begin. Every duration is an estimate and says so: `about` rests on a run of this window
//! that was measured in the same way, `roughly` on a model of this machine's loopback.

use std::time::Duration;

use crate::experiment::{Plan, Precision, Profile, Rounds, Target, WaitStrategy};
use crate::measurement::units::{counted, waiting_time};
use crate::measurement::{Point, Run};

/// What a short exchange over loopback takes beside its bytes: where the program asks again and again,
/// and where it sleeps and the scheduler wakes it.
const EXCHANGE: (Duration, Duration) = (Duration::from_micros(20), Duration::from_micros(100));
/// What a probe costs however many are in flight.
const LEAST_OF_A_PROBE: Duration = Duration::from_micros(5);
/// Payload bytes that go there and back over loopback in a second.
const BYTES_PER_SECOND: f64 = 500e6;
/// What a visit costs beside its probes, in exchanges: connection, setup and termination.
const EXCHANGES_BESIDE_PROBES: u32 = 10;
/// What is less is not worth a figure; rounded, as the text is.
const WORTH_SAYING: Duration = Duration::from_millis(500);

/// How fast a run went, for the next one that is measured in the same way.
#[derive(Debug, Clone)]
pub struct Pace {
    of: Profile,
    /// Before the first probe: calibration, the first connection.
    before: Duration,
    /// One round's measuring, for each probe of it.
    each_probe: Duration,
    /// One round's connecting, ending and showing.
    beside_probes: Duration,
}

impl Pace {
    /// The pace of a run; `None` where a point failed, or has no round that is whole.
    #[must_use]
    pub fn of(run: &Run) -> Option<Self> {
        let announced = run.profile.announced_probes();
        let (mut visits, mut one_round) = (Vec::new(), Duration::ZERO);
        for point in &run.points {
            let seen = Visits::of(point, announced)?;
            visits.extend(seen.all);
            one_round = one_round.saturating_add(seen.of_whole.checked_div(seen.whole)?);
        }
        visits.sort_unstable();
        let (began, _) = *visits.first()?;
        let mut between: Vec<u64> = visits
            .windows(2)
            .filter_map(|two| Some(two.get(1)?.0.saturating_sub(two.first()?.1)))
            .collect();
        between.sort_unstable();
        // Not the mean: a run that went on again after a while has that while in it.
        let beside = between.get(between.len() / 2).copied().unwrap_or_default();
        let beside = Duration::from_nanos(beside);
        let points = u32::try_from(run.points.len()).unwrap_or(u32::MAX);
        Some(Self {
            of: (*run.profile).clone(),
            before: Duration::from_nanos(began),
            each_probe: one_round.checked_div(announced)?,
            beside_probes: beside.saturating_mul(points),
        })
    }

    /// Whether a run of `profile` meets what this one met.
    fn is_of(&self, profile: &Profile) -> bool {
        let known = &self.of;
        known.target == profile.target
            && known.measurement_type == profile.measurement_type
            && known.message_sizes == profile.message_sizes
            && known.server_delays_ms == profile.server_delays_ms
            && known.depth == profile.depth
            && known.connections == profile.connections
            && known.wait == profile.wait
            && known.socket == profile.socket
            && known.dialect == profile.dialect
    }

    fn time(&self, profile: &Profile, rounds: u32) -> Duration {
        let probes = self.each_probe.saturating_mul(profile.announced_probes());
        let round = probes.saturating_add(self.beside_probes);
        self.before.saturating_add(round.saturating_mul(rounds))
    }
}

/// The visits to a point.
struct Visits {
    /// When each of them began and ended, in nanoseconds.
    all: Vec<(u64, u64)>,
    /// Those that sent every probe.
    whole: u32,
    of_whole: Duration,
}

impl Visits {
    fn of(point: &Point, announced: u32) -> Option<Self> {
        if point.error.is_some() {
            return None;
        }
        let mut seen = Self {
            all: Vec::new(),
            whole: 0,
            of_whole: Duration::ZERO,
        };
        // Connections of a visit measure at the same time: it takes as long as its slowest.
        for visit in point.rounds.chunk_by(|one, next| one.number == next.number) {
            let works = || visit.iter().filter_map(|round| round.work);
            let elapsed = Duration::from_nanos(works().map(|work| work.elapsed_ns()).max()?);
            let began_ns = works().map(|work| work.began_ns).min()?;
            let ended_ns = works().map(|work| work.ended_ns).max()?;
            seen.all.push((began_ns, ended_ns));
            let announced = announced as usize;
            if visit.iter().all(|round| round.probes.len() >= announced) {
                seen.whole += 1;
                seen.of_whole = seen.of_whole.saturating_add(elapsed);
            }
        }
        Some(seen)
    }
}

/// What is known of a run's time.
enum Known<'a> {
    /// From a run that was measured in the same way.
    Pace(&'a Pace),
    /// From what loopback usually takes.
    Model,
    /// What the server waits, and nothing of the path or the sockets.
    Delays,
}

impl Known<'_> {
    fn word(&self) -> &'static str {
        match self {
            Self::Pace(_) => "about",
            Self::Model | Self::Delays => "roughly",
        }
    }

    /// The time for that many rounds.
    fn time(&self, profile: &Profile, rounds: u32) -> Duration {
        match self {
            Self::Pace(pace) => pace.time(profile, rounds),
            Self::Model => modelled_round(profile).saturating_mul(rounds),
            Self::Delays => each_point(profile, |_, delay| {
                let turns = profile.announced_probes().div_ceil(profile.depth.max(1));
                delay.saturating_mul(turns)
            })
            .saturating_mul(rounds),
        }
    }

    /// An estimate in words; `None` where it would say nothing.
    fn words(&self, least: Duration, most: Duration) -> Option<String> {
        let word = self.word();
        let own = match self {
            Self::Pace(_) | Self::Model => "",
            Self::Delays if most < WORTH_SAYING => return None,
            Self::Delays => " and the path's own time",
        };
        let (from, to) = (waiting_time(least), waiting_time(most));
        Some(if most < WORTH_SAYING {
            format!("{word} 1 s or less")
        } else if from == to {
            format!("{word} {to}{own}")
        } else if least < WORTH_SAYING {
            format!("{word} {to} or less{own}")
        } else {
            format!("{word} {from} to {to}{own}")
        })
    }
}

/// What can be said of the time that a run of `profile` takes. `paces` are those of the runs that have
/// ended, the newest first.
#[must_use]
pub fn words<'a>(profile: &Profile, paces: impl IntoIterator<Item = &'a Pace>) -> String {
    let known = match paces.into_iter().find(|pace| pace.is_of(profile)) {
        Some(pace) => Known::Pace(pace),
        None if is_modelled(profile) => Known::Model,
        None => Known::Delays,
    };
    match profile.rounds {
        Rounds::Exactly(rounds) => {
            let time = known.time(profile, rounds);
            known.words(time, time).unwrap_or_else(|| {
                let plan = Plan::new(profile);
                let visits = (plan.points().len() as u64).saturating_mul(rounds.into());
                counted(plan.probes(visits), "probe")
            })
        }
        Rounds::UntilPrecise(precision) => until_precise(profile, &precision, &known),
    }
}

/// The rounds that are measured in any case and those that may begin, and what they are likely to take.
fn until_precise(profile: &Profile, precision: &Precision, known: &Known<'_>) -> String {
    let (least, most) = (precision.min_rounds, precision.max_rounds);
    let least_time = known.time(profile, least);
    let rounds = counted(least.into(), "round");
    if least == most {
        let time = known.words(least_time, least_time);
        return joined(rounds, time);
    }
    let budget = Duration::from_secs(precision.time_budget_s.into());
    let bound = format!("{rounds}, up to {most} if begun within {}", whole(budget));
    let most_time = known.time(profile, most);
    let time = if most_time <= budget {
        known.words(least_time, most_time)
    } else if least_time > budget {
        // These are measured whatever they take.
        let time = known.words(least_time, least_time);
        time.map(|time| format!("{time} for the {least}"))
    } else {
        None
    };
    joined(bound, time)
}

fn joined(bound: String, time: Option<String>) -> String {
    match time {
        Some(time) => format!("{bound}; {time}"),
        None => bound,
    }
}

/// A time span of whole seconds as people say it: `60 s` is `1 min`.
fn whole(duration: Duration) -> String {
    let text = waiting_time(duration);
    let short = text
        .strip_suffix(" min 0 s")
        .map(|min| format!("{min} min"));
    let short = short.or_else(|| text.strip_suffix(" h 0 min").map(|h| format!("{h} h")));
    short.unwrap_or(text)
}

/// Whether the model knows the path: it is loopback, and the sockets are as the system has them. Small
/// buffers and Nagle's algorithm make probes wait for each other in ways that no model foresees.
fn is_modelled(profile: &Profile) -> bool {
    let socket = &profile.socket;
    profile.target == Target::Embedded
        && socket.nodelay
        && socket.send_buffer.is_none()
        && socket.receive_buffer.is_none()
}

/// One round over loopback. A probe takes an exchange, its bytes and its delay, shared by those in
/// flight with it; but never less than what the programs do for it, of which there is as much as there
/// are connections.
fn modelled_round(profile: &Profile) -> Duration {
    let exchange = match profile.wait {
        WaitStrategy::Auto | WaitStrategy::Spin => EXCHANGE.0,
        WaitStrategy::Block => EXCHANGE.1,
    };
    each_point(profile, |size, delay| {
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let bytes = Duration::from_secs_f64(size as f64 / BYTES_PER_SECOND);
        let turn = exchange.saturating_add(bytes).saturating_add(delay);
        let shared = turn / profile.depth.max(1);
        let work = LEAST_OF_A_PROBE.saturating_add(bytes);
        let work = work.saturating_mul(profile.connections);
        let probes = shared.max(work).saturating_mul(profile.announced_probes());
        let beside = EXCHANGES_BESIDE_PROBES.saturating_mul(profile.connections);
        probes.saturating_add(exchange.saturating_mul(beside))
    })
}

/// The sum over the points, each by its size and its server delay.
fn each_point(profile: &Profile, time: impl Fn(u64, Duration) -> Duration) -> Duration {
    let delays = profile.server_delays_ms.iter();
    let delays = delays.map(|delay| Duration::from_millis(*delay));
    delays
        .flat_map(|delay| profile.message_sizes.iter().map(move |size| (*size, delay)))
        .map(|(size, delay)| time(size, delay))
        .fold(Duration::ZERO, Duration::saturating_add)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::gui::test_run;
    use crate::measurement::{Fault, FaultKind, FaultPhase, Work};

    fn counted_rounds(rounds: u32) -> Profile {
        Profile {
            rounds: Rounds::Exactly(rounds),
            ..Profile::default()
        }
    }

    /// A run of two points, each visit of which takes `ms` of measuring and as much beside it.
    fn measured(ms: u64) -> Run {
        let mut run = test_run::run(&[(1, 1_000, None), (2, 1_000, None)]);
        let profile = Profile {
            probes: 10,
            message_sizes: vec![1, 2],
            ..counted_rounds(6)
        };
        run.profile = Arc::new(profile);
        let mut at = 50;
        for round in 0..6 {
            for point in &mut run.points {
                let round = Arc::make_mut(&mut point.rounds[round]);
                round.work = Some(Work {
                    began_ns: at * 1_000_000,
                    ended_ns: (at + ms) * 1_000_000,
                    ..Work::default()
                });
                at += 2 * ms;
            }
        }
        run
    }

    fn learned(run: &Run, profile: &Profile) -> String {
        let pace = Pace::of(run).expect("a whole run has a pace");
        words(profile, [&pace])
    }

    #[test]
    fn a_run_in_the_same_way_takes_about_as_long_as_the_last_one() {
        let run = measured(500);
        let same = (*run.profile).clone();
        // 2 points, 6 rounds, 1 s a visit.
        assert_eq!(learned(&run, &same), "about 12 s");
        let more = |change: fn(&mut Profile)| {
            let mut profile = same.clone();
            change(&mut profile);
            learned(&run, &profile)
        };
        assert_eq!(more(|p| p.rounds = Rounds::Exactly(12)), "about 24 s");
        // Twice the probes take twice the measuring, and not twice the connecting.
        assert_eq!(more(|p| p.probes = 20), "about 18 s");
        assert_eq!(more(|p| p.warmup = 10), "about 18 s");
    }

    #[test]
    fn the_time_until_a_run_went_on_again_is_none_of_its_own() {
        let mut run = measured(500);
        let same = (*run.profile).clone();
        for point in &mut run.points {
            for round in point.rounds.iter_mut().skip(4) {
                if let Some(work) = &mut Arc::make_mut(round).work {
                    work.began_ns += 60_000_000_000;
                    work.ended_ns += 60_000_000_000;
                }
            }
        }
        assert_eq!(learned(&run, &same), "about 12 s");
    }

    #[test]
    fn what_was_measured_in_another_way_teaches_nothing() {
        let run = measured(500);
        for change in [
            (|p| p.message_sizes = vec![1, 3]) as fn(&mut Profile),
            |p| p.server_delays_ms = vec![0, 1],
            |p| p.depth = 2,
            |p| p.connections = 2,
            |p| p.wait = WaitStrategy::Block,
            |p| p.socket.congestion_control = Some("reno".to_owned()),
            |p| p.measurement_type = crate::protocol::MeasurementType::Tput,
        ] {
            let mut profile = (*run.profile).clone();
            change(&mut profile);
            let said = learned(&run, &profile);
            assert!(said.starts_with("roughly "), "{said}: {profile:?}");
        }
    }

    #[test]
    fn a_run_that_failed_or_has_no_whole_round_has_no_pace() {
        let mut failed = measured(5);
        failed.points[1].error = Some(Fault {
            phase: FaultPhase::Connect,
            kind: FaultKind::Refused,
            message: String::new(),
        });
        assert!(Pace::of(&failed).is_none());
        let mut cut_off = measured(5);
        Arc::make_mut(&mut cut_off.profile).probes = 11;
        assert!(Pace::of(&cut_off).is_none());
        let mut not_begun = measured(5);
        not_begun.points[0].rounds.clear();
        assert!(Pace::of(&not_begun).is_none());
    }

    #[test]
    fn without_a_run_like_it_loopback_is_a_rough_guess_and_other_paths_are_not_guessed() {
        let said = |change: fn(&mut Profile)| {
            let mut profile = counted_rounds(10);
            change(&mut profile);
            words(&profile, [])
        };
        assert_eq!(said(|_| ()), "roughly 1 s or less");
        assert_eq!(
            said(|p| (p.message_sizes, p.server_delays_ms) = (vec![1], vec![100])),
            "roughly 20 s"
        );
        let many = |p: &mut Profile| (p.message_sizes, p.probes, p.depth) = (vec![1], 20_000, 64);
        assert_eq!(said(many), "roughly 1 s");
        let elsewhere = |p: &mut Profile| {
            p.target = Target::Host {
                host: "lab7".to_owned(),
                port: 9,
            };
        };
        assert_eq!(said(elsewhere), "1,200 probes");
        assert_eq!(said(|p| p.socket.receive_buffer = Some(1)), "1,200 probes");
        assert_eq!(said(|p| p.socket.nodelay = false), "1,200 probes");
        let far = |p: &mut Profile| {
            p.target = Target::Host {
                host: "lab7".to_owned(),
                port: 9,
            };
            p.server_delays_ms = vec![10];
        };
        assert_eq!(said(far), "roughly 12 s and the path's own time");
    }

    #[test]
    fn the_guess_grows_with_size_and_probes_and_shrinks_with_depth() {
        let guess = |size, probes, depth| {
            modelled_round(&Profile {
                message_sizes: vec![size],
                probes,
                depth,
                ..Profile::default()
            })
        };
        assert!(guess(1 << 20, 100, 1) > 10 * guess(1, 100, 1));
        assert!(guess(1, 10_000, 1) > 50 * guess(1, 100, 1));
        assert!(guess(1, 10_000, 64) < guess(1, 10_000, 1));
    }

    #[test]
    fn the_stop_rules_bound_is_said_as_it_holds() {
        let said = |change: fn(&mut Precision), delay| {
            let mut precision = Precision::default();
            change(&mut precision);
            let profile = Profile {
                message_sizes: vec![1],
                server_delays_ms: vec![delay],
                rounds: Rounds::UntilPrecise(precision),
                ..Profile::default()
            };
            words(&profile, [])
        };
        let bound = "6 rounds, up to 40 if begun within 1 min";
        assert_eq!(said(|_| (), 0), format!("{bound}; roughly 1 s or less"));
        assert_eq!(said(|_| (), 10), format!("{bound}; roughly 1 s to 8 s"));
        assert_eq!(
            said(|p| p.time_budget_s = 3, 10),
            "6 rounds, up to 40 if begun within 3 s"
        );
        // The least rounds are measured whatever they take.
        assert_eq!(
            said(|p| p.time_budget_s = 3, 100),
            "6 rounds, up to 40 if begun within 3 s; roughly 12 s for the 6"
        );
        assert_eq!(said(|p| p.max_rounds = 6, 100), "6 rounds; roughly 12 s");
    }

    fn any_profile() -> impl Strategy<Value = Profile> {
        let method = (
            1_u32..5_000,
            1_u32..64,
            1_u32..16,
            0_u64..300,
            any::<bool>(),
        );
        let rounds = (6_u32..60, 0_u32..60, 1_u32..7_200, any::<bool>());
        let sockets = (any::<bool>(), proptest::option::of(1_u32..9_999));
        (method, rounds, sockets, any::<bool>()).prop_map(
            |((probes, depth, connections, delay, block), rounds, (nodelay, buffer), elsewhere)| {
                let (min_rounds, more, time_budget_s, is_counted) = rounds;
                let precision = Precision {
                    min_rounds,
                    max_rounds: min_rounds + more,
                    time_budget_s,
                    ..Precision::default()
                };
                let mut profile = Profile {
                    probes,
                    depth,
                    connections,
                    server_delays_ms: vec![delay],
                    rounds: if is_counted {
                        Rounds::Exactly(min_rounds)
                    } else {
                        Rounds::UntilPrecise(precision)
                    },
                    ..Profile::default()
                };
                if block {
                    profile.wait = WaitStrategy::Block;
                }
                if elsewhere {
                    profile.target = Target::Host {
                        host: "lab7".to_owned(),
                        port: 9,
                    };
                }
                profile.socket.nodelay = nodelay;
                profile.socket.send_buffer = buffer;
                profile
            },
        )
    }

    proptest! {
        /// Whatever the path turns out to take, a round that is begun is one of those the line has.
        #[test]
        fn the_line_never_promises_a_bound_that_the_method_does_not_hold(
            profile in any_profile(),
            round_ms in 1_u64..100_000,
            is_learned in any::<bool>(),
        ) {
            let run = measured(250);
            let mut pace = Pace::of(&run).expect("a pace");
            pace.of = profile.clone();
            let line = words(&profile, is_learned.then_some(&pace));
            let (promise, guess) = line.split_once("; ").unwrap_or((&line, ""));
            let is_guess = |text: &str| text.starts_with("about ") || text.starts_with("roughly ");
            prop_assert!(guess.is_empty() || is_guess(guess), "{line}");
            prop_assert!(!line.contains("at most") && !line.contains("less than"), "{line}");
            prop_assert_eq!(guess.starts_with("about"), is_learned && !guess.is_empty(), "{}", &line);
            let Rounds::UntilPrecise(precision) = profile.rounds else {
                // A number of rounds has no bound in time: all there is is a guess, or a count.
                prop_assert!(is_guess(promise) || promise.ends_with(" probes"), "{line}");
                return Ok(());
            };
            // What the line lets begin: so many in any case, so many more until then.
            let words: Vec<&str> = promise.split(' ').collect();
            let in_any_case: u32 = words[0].parse().expect("a number of rounds");
            let up_to: u32 = words.get(4).map_or(Ok(in_any_case), |n| n.parse()).expect("a number");
            let until = promise.split_once(" within ").map(|(_, until)| until.to_owned());
            let budget = Duration::from_secs(precision.time_budget_s.into());
            prop_assert!(until.is_none_or(|until| until == whole(budget)), "{line}");
            // The method, on a path that never settles: no round beyond the least begins when the
            // time is used up, and none beyond the most.
            let mut begun = 0;
            for round in 1..=precision.max_rounds {
                let begins = Duration::from_millis(round_ms) * (round - 1);
                let is_in_time = begins < budget;
                if round > precision.min_rounds && !is_in_time {
                    break;
                }
                begun = round;
                prop_assert!(
                    round <= in_any_case || round <= up_to && is_in_time,
                    "{line}: round {round} begins after {begins:?}"
                );
            }
            prop_assert!(begun >= in_any_case, "{line}: {begun} rounds");
        }
    }

    #[test]
    fn a_bound_reads_as_people_say_it() {
        for (seconds, text) in [(60, "1 min"), (61, "1 min 1 s"), (7_200, "2 h"), (5, "5 s")] {
            assert_eq!(whole(Duration::from_secs(seconds)), text);
        }
    }
}
