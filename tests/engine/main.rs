//! The engine over real sockets: what it measures, what it says when something goes wrong, how it is
//! stopped, and how its queue is worked off. The other end is a server that does what a script says.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod faults;
mod gone;
mod hostile;
mod in_turn;
mod limits;
mod measuring;
mod method;
mod queue;
mod stopping;
mod tolerance;
mod wild;
