//! What leaves the program, made by the program itself from runs that it measured: pictures, samples and
//! reports, read back by other programs' readers.

mod addresses;
mod bench;
mod comparisons;
mod page;
mod pictures;
mod refusals;
mod samples;
mod xml;
