//! What a check can come to, and the telling of it.

use std::env;
use std::process::ExitCode;
use std::time::Instant;

use super::others::{DISTURBED, Ticks};

/// Why a check did not pass.
pub enum Trouble {
    /// The system does not let the link be made.
    Refused(String),
    /// Others took the processors while it was measured, or the program did for want of optimising:
    /// nothing is known.
    Disturbed(String),
    /// What was measured is not what is true. A busy machine can be the reason.
    Wrong(String),
    /// Something does not do what it must, however busy the machine is.
    Broken(String),
}

impl From<String> for Trouble {
    fn from(what: String) -> Self {
        Self::Broken(what)
    }
}

/// A name, and what finds the figures that the check rests on.
pub type Check = (&'static str, fn() -> Result<String, Trouble>);

/// Fails with what was found unless it is so.
pub fn expect(is_so: bool, found: impl FnOnce() -> String) -> Result<(), Trouble> {
    if is_so {
        Ok(())
    } else {
        Err(Trouble::Wrong(found()))
    }
}

/// The first attempt that succeeds. Where others kept the processors busy in all that did not, nothing
/// is known.
pub fn within_three_attempts(
    attempt: impl Fn() -> Result<String, Trouble>,
) -> Result<String, Trouble> {
    let mut told = Vec::new();
    let mut disturbed = 0;
    for number in 1..=3 {
        let before = Ticks::now();
        match attempt() {
            Err(Trouble::Wrong(what)) => {
                let others = before.others_since();
                disturbed += u32::from(others > DISTURBED);
                told.push(format!(
                    "attempt {number}, with others using {:.0} % of the processors: {what}",
                    others * 100.0
                ));
            }
            found => return found.map(|found| [told, vec![found]].concat().join("\n    ")),
        }
    }
    let told = told.join("\n    ");
    let is_unoptimised = cfg!(debug_assertions) && env::var_os("ECHOGRAPH_PROGRAM").is_none();
    Err(if is_unoptimised {
        Trouble::Disturbed(format!(
            "this is not judged by an unoptimised build; `cargo test --release` is, or a program that \
             ECHOGRAPH_PROGRAM names\n    {told}"
        ))
    } else if disturbed == 3 {
        Trouble::Disturbed(format!("the machine was busy\n    {told}"))
    } else {
        Trouble::Wrong(told)
    })
}

/// Runs the checks that the arguments choose, one after the other.
pub fn run_all(checks: &[Check], arguments: &[String]) -> ExitCode {
    let words: Vec<&String> = arguments
        .iter()
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let chosen = checks
        .iter()
        .filter(|(name, _)| words.is_empty() || words.iter().any(|word| name.contains(*word)));
    if arguments.iter().any(|argument| argument == "--list") {
        for (name, _) in chosen {
            println!("{name}: test");
        }
        return ExitCode::SUCCESS;
    }
    let required = env::var("ECHOGRAPH_GROUND_TRUTH").is_ok_and(|value| value == "required");
    let mut failed = 0;
    for (name, check) in chosen {
        let began = Instant::now();
        let (verdict, detail) = match check() {
            Ok(figures) => ("ok", figures),
            Err(Trouble::Refused(reason)) if !required => ("ignored", reason),
            // Whatever is required: the program that ships is not to be blamed for it.
            Err(Trouble::Disturbed(reason)) => ("ignored", reason),
            Err(Trouble::Refused(what) | Trouble::Wrong(what) | Trouble::Broken(what)) => {
                failed += 1;
                ("FAILED", what)
            }
        };
        let seconds = began.elapsed().as_secs_f64();
        println!("test {name} ... {verdict} ({seconds:.1} s)\n    {detail}");
    }
    ExitCode::from(u8::from(failed > 0))
}
