//! Echograph measures round-trip time and throughput of a TCP path against message size.
//!
//! The folders are the architecture, and imports point one way: [`protocol`], [`experiment`] and
//! [`measurement`] know nothing of the rest; [`server`], [`engine`] and [`store`] stand on them and
//! not on each other; `gui` and [`cli`] stand on all.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`protocol`] | the wire: grammar, encode, decode, replies, dialects. No I/O, no clock |
//! | [`experiment`] | what is asked: profile, message sizes, the plan |
//! | [`measurement`] | what was found: samples, points, runs, statistics |
//! | [`engine`] | the engine thread: commands in, events and snapshots out; the session over TCP |
//! | [`server`] | the embedded server |
//! | [`check`] | a server or a client put through the rules of the protocol, one by one |
//! | [`store`] | files: profiles, run documents, samples as CSV, the environment |
//! | [`chart`] | what the plots show: curves, axes, ticks, colours |
//! | [`report`] | a run or several as a lab report in one HTML file |
//! | `gui` | the window, where the program is built with one |
//! | [`cli`] | one file a command |
//!
//! What holds everywhere:
//!
//! 1. Everything but `gui` and [`cli`] knows nothing of egui.
//! 2. [`protocol`] does no I/O and allocates nothing per probe.
//! 3. The window never blocks and draws only when something changed.
//! 4. Engine and server never share a runtime or a thread.
//! 5. Between the two clock reads of a probe nothing happens but the write, the wait and the read.
//! 6. A sample that was measured is never changed.
//! 7. Every number shown names its unit and can be found as text.
//! 8. Bytes from the network and from files are hostile: bounded, checked, answered, never a panic.

pub mod chart;
pub mod check;
pub mod cli;
pub mod engine;
pub mod experiment;
#[cfg(feature = "window")]
pub mod gui;
pub mod measurement;
pub mod protocol;
pub mod report;
pub mod server;
pub mod store;
