//! When no model is stated, and why: what the samples cannot support is not said.

use std::fmt;

use super::line::Line;
use super::{Residual, off_the_line, side};
use crate::experiment::{MAX_MESSAGE_SIZE, Profile};
use crate::measurement::Estimate;
use crate::measurement::landmarks::message_len;
use crate::measurement::units::{bytes, count, counted, significant, throughput};

/// Payload of a segment over Ethernet (1500 bytes less 20 of IP and 20 of TCP): a message up to this is a
/// single segment nearly anywhere, whatever loopback makes of it.
const ETHERNET_SEGMENT: u64 = 1_460;
/// The payload makes up at least this share of the round trip (server delay left out) of the largest
/// message; `n_1/2` is at most nine times the largest size then.
const LEAST_SHARE: f64 = 0.1;
/// The payload takes at least this many times as long as points usually lie off the line.
const LEAST_CONTRAST: f64 = 3.0;
/// The point of the largest message lies nearer to the line than this, as a share of it, or the line meets
/// its interval, or all others.
const MOST_BENT: f64 = 0.25;
/// The interval of beta ends within this factor.
const WIDEST: f64 = 2.0;

/// Why there is no model. Its words say what to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NoFit {
    /// No probe came back.
    NothingMeasured,
    /// There are fewer than three distinct message sizes.
    FewSizes {
        /// How many there are.
        sizes: usize,
    },
    /// Fewer than three message sizes have the six rounds that an interval takes.
    FewRounds {
        /// Rounds of the point that has the most of those that have too few.
        rounds: usize,
    },
    /// Several probes were in flight at a time: their round trips hold the queue they make themselves.
    Pipelined,
    /// Every message fits one segment, and no slope of a path is seen within one.
    OneSegment {
        /// The largest message size.
        largest: u64,
        /// What a segment carries, in bytes, where the kernel told.
        segment: Option<u64>,
    },
    /// No slope is told from the noise, or it is too small for the sizes measured.
    NoSlope {
        /// The largest message size.
        largest: u64,
        /// Which of these it is.
        why: Flat,
    },
    /// There is a slope, which is not known well enough to state a rate.
    Unsure {
        /// The interval of beta, in bytes per second.
        beta: (f64, f64),
    },
    /// The points do not lie on one line: it misses the largest message, on which beta rests.
    Bent {
        /// The largest message size.
        largest: u64,
        /// How far its point lies above the line (below, where negative), in percent of the line.
        percent: f64,
    },
    /// There is more than any profile asks for.
    TooMany,
}

/// How a line is too flat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Flat {
    /// The interval of the slope holds 0.
    Zero,
    /// The payload takes this share of the round trip of the largest message.
    SmallShare(f64),
    /// The payload takes hardly longer than the points scatter about the line.
    Scatter,
}

impl fmt::Display for NoFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingMeasured => f.write_str("nothing was measured"),
            Self::FewSizes { sizes } => write!(
                f,
                "{} cannot show whether the points lie on a line; measure 3 or more, such as \
                 1, 1K, 4K, 16K, 64K",
                counted(*sizes as u64, "message size")
            ),
            Self::FewRounds { rounds } => write!(
                f,
                "{} {} no interval; measure at least 6 at each of 3 message sizes",
                counted(*rounds as u64, "round"),
                if *rounds == 1 { "gives" } else { "give" }
            ),
            Self::Pipelined => f.write_str(
                "with several probes in flight the RTT holds the queue that they make themselves; \
                 measure with one in flight (--depth 1 --connections 1)",
            ),
            Self::OneSegment { largest, segment } => {
                let of = segment
                    .map(|segment| format!(" of {}", bytes(segment)))
                    .unwrap_or_default();
                write!(
                    f,
                    "all sizes fit one segment{of}: no slope to see up to {}; {}",
                    bytes(*largest),
                    larger_than(*largest)
                )
            }
            Self::NoSlope { largest, why } => {
                write!(f, "no slope to see up to {}: ", bytes(*largest))?;
                match why {
                    Flat::Zero => f.write_str("the RTT does not grow beyond its noise")?,
                    Flat::SmallShare(share) => write!(
                        f,
                        "the payload takes {}\u{a0}% of the RTT of the largest message, and a rate \
                         is stated from {} % on",
                        significant(share.max(0.0) * 100.0),
                        LEAST_SHARE * 100.0
                    )?,
                    Flat::Scatter => f.write_str(
                        "the payload takes hardly longer than the points lie off a line",
                    )?,
                }
                write!(f, "; {}", larger_than(*largest))
            }
            Self::Unsure { beta: (lo, hi) } => write!(
                f,
                "there is a slope, but it is not known well enough to state a rate: beta may be {} or {}; \
                 measure more rounds (--rounds 40), or larger messages",
                throughput(*lo),
                throughput(*hi)
            ),
            Self::Bent { largest, percent } => write!(
                f,
                "the points do not lie on one line: that of {} lies {}\u{a0}% {} it, and one latency and \
                 one rate describe no part of them; measure a narrower range of sizes",
                bytes(*largest),
                significant(percent.abs()),
                side(*percent)
            ),
            Self::TooMany => {
                f.write_str("there are more points or rounds than a profile can ask for")
            }
        }
    }
}

impl std::error::Error for NoFit {}

impl NoFit {
    /// What to do, in few words; where nothing can be done, what is so.
    #[must_use]
    pub fn advice(&self) -> String {
        match self {
            Self::NothingMeasured => "nothing was measured".to_owned(),
            Self::FewSizes { .. } => "measure 3 or more message sizes".to_owned(),
            Self::FewRounds { .. } => "measure 6 or more rounds of 3 sizes".to_owned(),
            Self::Pipelined => "measure with one probe in flight".to_owned(),
            Self::OneSegment { largest, .. } | Self::NoSlope { largest, .. } => {
                larger_than(*largest)
            }
            Self::Unsure { .. } => "add rounds, or larger messages".to_owned(),
            Self::Bent { .. } => "measure a narrower range of sizes".to_owned(),
            Self::TooMany => "too many points or rounds".to_owned(),
        }
    }

    /// Why, in few words; empty where the advice says it.
    #[must_use]
    pub fn because(&self) -> String {
        match self {
            Self::NothingMeasured
            | Self::FewSizes { .. }
            | Self::FewRounds { .. }
            | Self::TooMany => String::new(),
            Self::Pipelined => "several queue".to_owned(),
            Self::OneSegment { .. } => "all fit one segment".to_owned(),
            Self::NoSlope { why, .. } => match why {
                Flat::Zero => "no growth beyond the noise".to_owned(),
                Flat::SmallShare(share) => format!(
                    "payload is {}\u{a0}% of the RTT",
                    significant(share.max(0.0) * 100.0)
                ),
                Flat::Scatter => "growth is lost in the scatter".to_owned(),
            },
            Self::Unsure { .. } => "slope unsure".to_owned(),
            Self::Bent { .. } => "not one line".to_owned(),
        }
    }
}

/// What to measure, so that a slope is seen.
fn larger_than(largest: u64) -> String {
    const SIZES: [(u64, &str); 4] = [
        (64 << 10, "64K"),
        (1 << 20, "1M"),
        (16 << 20, "16M"),
        (MAX_MESSAGE_SIZE, "64M"),
    ];
    let next = SIZES
        .iter()
        .find(|(size, _)| *size / 4 >= largest && *size <= MAX_MESSAGE_SIZE);
    match next {
        Some((_, name)) => format!("add sizes up to {name}"),
        None => format!(
            "larger messages than {} bytes are not measured",
            count(MAX_MESSAGE_SIZE)
        ),
    }
}

/// Whether even the largest message, header included, is a single segment; unknown is no.
pub(super) fn within_one_segment(profile: &Profile, largest: u64, segment: Option<u64>) -> bool {
    segment.is_some_and(|segment| message_len(profile, largest) <= segment)
}

/// Within one segment no slope of a path is stated, however plain it is: every hop takes a segment in
/// whole before it passes it on, so that such a slope adds up all links of the path both ways (V. Jacobson,
/// "pathchar", 1997; A. B. Downey, "Using pathchar to estimate Internet link characteristics", SIGCOMM
/// 1999). Larger messages travel in several segments at once and see the slowest link alone. On loopback
/// there is no link, and a segment is as large as a message: there only what is a single segment
/// everywhere else is refused without looking.
pub(super) fn one_segment(
    profile: &Profile,
    largest: u64,
    segment: Option<u64>,
    is_loopback: bool,
) -> Option<NoFit> {
    let bound = match segment {
        Some(segment) if is_loopback => Some(segment.min(ETHERNET_SEGMENT)),
        None if is_loopback => Some(ETHERNET_SEGMENT),
        segment => segment,
    };
    within_one_segment(profile, largest, bound).then_some(NoFit::OneSegment { largest, segment })
}

/// Whether the line misses the point of the largest message by so much that beta is no rate of the path.
pub(super) fn bent(residuals: &[Residual]) -> Option<NoFit> {
    let last = residuals
        .iter()
        .max_by_key(|residual| residual.message_size)?;
    let is_off = last.percent().abs() > MOST_BENT * 100.0 && last.is_outside_interval();
    // That point alone may have been disturbed, and moves the line little.
    let is_bent = is_off && off_the_line(residuals).count() > 1;
    is_bent.then(|| NoFit::Bent {
        largest: last.message_size,
        percent: last.percent(),
    })
}

/// What a slope stands on.
pub(super) struct Support {
    pub line: Line,
    /// The slope with its interval, in nanoseconds a byte.
    pub slope: Estimate,
    pub delay_ns: f64,
    pub smallest: u64,
    pub largest: u64,
    /// How far points usually lie from the line.
    pub scatter_ns: f64,
    /// Whether all messages fit one segment of the path.
    pub is_one_segment: bool,
}

impl Support {
    /// Whether the slope may be stated.
    #[expect(clippy::cast_precision_loss, reason = "sizes stay far below 2^52")]
    pub fn check(&self, segment: Option<u64>) -> Result<(), NoFit> {
        let largest = self.largest as f64;
        let payload_ns = self.line.slope * largest;
        let rtt_ns = self.line.height + payload_ns;
        let share = payload_ns / (rtt_ns - self.delay_ns).max(payload_ns).max(1.0);
        let rise_ns = self.line.slope * (largest - self.smallest as f64);
        let flat = if self.slope.lo <= 0.0 {
            Some(Flat::Zero)
        } else if share < LEAST_SHARE {
            Some(Flat::SmallShare(share))
        } else if rise_ns < LEAST_CONTRAST * self.scatter_ns {
            Some(Flat::Scatter)
        } else {
            None
        };
        match flat {
            Some(_) if self.is_one_segment => Err(NoFit::OneSegment {
                largest: self.largest,
                segment,
            }),
            Some(why) => Err(NoFit::NoSlope {
                largest: self.largest,
                why,
            }),
            None if self.slope.hi > WIDEST * self.slope.lo => Err(NoFit::Unsure {
                beta: (1e9 / self.slope.hi, 1e9 / self.slope.lo),
            }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_names_a_size_that_can_be_measured() {
        assert_eq!(larger_than(1_000), "add sizes up to 64K");
        assert_eq!(larger_than(32 << 10), "add sizes up to 1M");
        assert_eq!(larger_than(1 << 20), "add sizes up to 16M");
        assert_eq!(larger_than(16 << 20), "add sizes up to 64M");
        assert!(larger_than(MAX_MESSAGE_SIZE).contains("not measured"));
    }

    #[test]
    fn a_header_may_take_a_message_out_of_its_segment() {
        let profile = Profile::default();
        let header = message_len(&profile, 0);
        assert!(within_one_segment(&profile, 1_448 - header, Some(1_448)));
        assert!(!within_one_segment(&profile, 1_449 - header, Some(1_448)));
        assert!(!within_one_segment(&profile, 1, None), "unknown is no");
    }
}
