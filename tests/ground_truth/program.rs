//! The real program in a namespace: `echograph serve` in one, `echograph run` in the other.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::namespaces::{Namespace, SERVER};
use super::trouble::Trouble;

/// Seconds after which a run is taken to hang.
const PATIENCE_S: &str = "60";
/// What `timeout` ends with when it kills.
const KILLED: i32 = 128 + 9;

fn echograph() -> OsString {
    env::var_os("ECHOGRAPH_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_echograph").into())
}

/// `echograph serve` in a namespace, killed when it is dropped.
pub struct Serving {
    child: Child,
    pub port: u16,
}

impl Serving {
    /// Listens on [`SERVER`].
    pub fn start(namespace: &Namespace, options: &[&str]) -> Result<Self, Trouble> {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &namespace.name])
            .arg(echograph())
            .args(["serve", "--bind", SERVER, "--port", "0", "--quiet"])
            .args(options);
        Self::of(command)
    }

    /// Any server that says on standard output where it listens.
    pub fn of(mut command: Command) -> Result<Self, Trouble> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            // It ends with the program, so this does not hang.
            BufReader::new(stdout).read_line(&mut line).ok();
        }
        let port = line
            .trim_end()
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        let mut serving = Self { child, port: 0 };
        serving.port = port.ok_or_else(|| format!("the server said {line:?}"))?;
        Ok(serving)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Measures [`SERVER`] with `echograph run` from a namespace; the run document.
pub fn measure(namespace: &Namespace, port: u16, options: &[&str]) -> Result<Value, Trouble> {
    let done = Command::new("timeout")
        .args([
            "--signal=KILL",
            PATIENCE_S,
            "ip",
            "netns",
            "exec",
            &namespace.name,
        ])
        .arg(echograph())
        .args(["run", "--host", SERVER, "--port", &port.to_string()])
        .args(options)
        .args(["--quiet", "--json", "-"])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let said = || String::from_utf8_lossy(&done.stderr).into_owned();
    if !done.status.success() {
        let what = format!(
            "run {} ended with {}: {}",
            options.join(" "),
            done.status,
            said()
        );
        // It was ended for taking too long.
        let slow = done.status.code().is_none_or(|code| code == KILLED);
        return Err(if slow {
            Trouble::Wrong(what)
        } else {
            Trouble::Broken(what)
        });
    }
    serde_json::from_slice(&done.stdout).map_err(|error| Trouble::Broken(error.to_string()))
}

/// A number of a document, by its path.
pub fn number(document: &Value, path: &str) -> Result<f64, Trouble> {
    let found = document.pointer(path).and_then(Value::as_f64);
    found.ok_or_else(|| Trouble::Broken(format!("the run document has no number at {path}")))
}

/// A column of the first point's samples.
pub fn column(document: &Value, name: &str) -> Result<Vec<f64>, Trouble> {
    let column = document.pointer(&format!("/points/0/samples/{name}"));
    let values = column.and_then(Value::as_array);
    values
        .and_then(|values| values.iter().map(Value::as_f64).collect())
        .ok_or_else(|| Trouble::Broken(format!("the samples have no whole column {name}")))
}
