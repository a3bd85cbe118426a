//! What is asked for: the profile, its message sizes, and the plan that visits its points.

mod authority;
mod load;
mod method;
mod patience;
mod plan;
mod profile;
mod shuffle;
mod sizes;
mod stop_rule;

pub use authority::authority;
pub(crate) use load::READ_AT_ONCE;
pub use method::{Order, Precision, QuickAck, Rounds, SocketOptions, UnknownChoice, WaitStrategy};
pub use patience::Patience;
pub use plan::{Plan, PointSpec, Visit};
pub use profile::{
    Field, MAX_BUFFER, MAX_CONNECTIONS, MAX_DELAYS, MAX_DEPTH, MAX_MESSAGE_SIZE, MAX_PROBES,
    MAX_ROUNDS, MAX_RUN_PROBES, MAX_SIZES, MAX_VISITS, PROFILE_VERSION, Problem, Profile, Target,
};
pub(crate) use shuffle::SplitMix64;
pub use sizes::{LIST_HELP, ListError, SizeSet, format_list, parse_list};
pub use stop_rule::{Decision, decide, is_look, next_look};
