//! Echograph: measures round-trip time and throughput of a TCP path against message size.

use std::process::ExitCode;

fn main() -> ExitCode {
    echograph::cli::main()
}
