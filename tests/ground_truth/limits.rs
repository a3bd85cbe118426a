//! What limited a point, provoked: each cause is made here, and the run has to name it.

use std::time::Duration;

use serde_json::Value;

use super::namespaces::Ethernet;
use super::program::{Serving, measure, measure_from_here};
use super::relay::Relayed;
use super::slow_server;
use super::trouble::{Trouble, expect, within_three_attempts};

/// A pipelined run: enough in flight to fill what there is to fill.
const PIPELINED: [&str; 10] = [
    "--type", "tput", "--sizes", "16K", "--depth", "16", "--probes", "200", "--rounds", "3",
];

/// A link of 20 Mbit/s.
pub fn slow_link() -> Result<String, Trouble> {
    within_three_attempts(|| {
        let ethernet = Ethernet::with_rate(20)?;
        let serving = Serving::start(&ethernet.server, &[])?;
        is_named(
            "path",
            &measure(&ethernet.client, serving.port, &PIPELINED)?,
        )
    })
}

/// A server that takes 8 KiB at a time, at the other end of 4 ms.
pub fn small_receive_window() -> Result<String, Trouble> {
    within_three_attempts(|| {
        let link = Relayed::new()?;
        link.server.set("net/ipv4/tcp_rmem", "4096 8192 8192")?;
        link.delay(Duration::from_millis(2));
        let serving = Serving::start(&link.server, &[])?;
        is_named(
            "receive_window",
            &measure(&link.client, serving.port, &PIPELINED)?,
        )
    })
}

/// A server that needs 5 ms for each echo.
pub fn slow_server() -> Result<String, Trouble> {
    within_three_attempts(|| {
        let address = slow_server::start(Duration::from_millis(5))
            .map_err(|error| Trouble::Wrong(error.to_string()))?;
        let options = ["--sizes", "100", "--probes", "20", "--rounds", "6"];
        is_named("server", &measure_from_here(address, &options)?)
    })
}

/// A server that was asked to wait 20 ms.
pub fn server_delay() -> Result<String, Trouble> {
    within_three_attempts(|| {
        let ethernet = Ethernet::new()?;
        let serving = Serving::start(&ethernet.server, &[])?;
        let options = [
            "--sizes", "100", "--probes", "20", "--rounds", "6", "--delay", "20",
        ];
        is_named(
            "server_delay",
            &measure(&ethernet.client, serving.port, &options)?,
        )
    })
}

/// Whether the first point names this cause; the sentence that it says.
fn is_named(cause: &str, document: &Value) -> Result<String, Trouble> {
    let limit = &document["points"][0]["limit"];
    expect(limit["cause"] == cause, || {
        format!("{cause} was provoked, and the run says {limit}")
    })?;
    let sentence = limit["sentence"].as_str();
    sentence
        .map(str::to_owned)
        .ok_or_else(|| Trouble::Wrong(format!("no sentence: {limit}")))
}
