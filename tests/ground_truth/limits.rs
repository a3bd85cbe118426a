//! What limited a point, provoked: each cause is made here, and the run has to name it.

use std::time::Duration;

use super::namespaces::{Ethernet, Namespace};
use super::program::{Serving, measure};
use super::relay::Relayed;
use super::slow_server;
use super::trouble::{Trouble, expect, within_three_attempts};

/// Stop-and-wait, with messages of so many segments that the kernel acknowledges them before the echo.
const ONE_BY_ONE: [&str; 6] = ["--sizes", "16K", "--probes", "20", "--rounds", "6"];
/// A pipelined run: enough in flight to fill what there is to fill.
const PIPELINED: [&str; 10] = [
    "--type", "tput", "--sizes", "16K", "--depth", "16", "--probes", "60", "--rounds", "3",
];

/// A link of 20 Mbit/s.
pub fn slow_link() -> Result<String, Trouble> {
    within_three_attempts(|| {
        let ethernet = Ethernet::with_rate(20)?;
        let serving = Serving::start(&ethernet.server, &[])?;
        is_named("path_rate", &ethernet.client, &serving, &PIPELINED)
    })
}

/// A link of 5 ms each way.
pub fn long_link() -> Result<String, Trouble> {
    within_three_attempts(|| {
        let link = Relayed::new()?;
        link.delay(Duration::from_millis(5));
        let serving = Serving::start(&link.server, &[])?;
        is_named("path_round_trip", &link.client, &serving, &ONE_BY_ONE)
    })
}

/// A server that takes 8 KiB at a time, at the other end of 2 ms each way.
pub fn small_receive_window() -> Result<String, Trouble> {
    within_three_attempts(|| {
        let link = Relayed::new()?;
        link.server.set("net/ipv4/tcp_rmem", "4096 8192 8192")?;
        link.delay(Duration::from_millis(2));
        let serving = Serving::start(&link.server, &[])?;
        is_named("receive_window", &link.client, &serving, &PIPELINED)
    })
}

/// A send buffer of 8 KiB at our end of 2 ms each way.
pub fn small_send_buffer() -> Result<String, Trouble> {
    within_three_attempts(|| {
        let link = Relayed::new()?;
        link.delay(Duration::from_millis(2));
        let serving = Serving::start(&link.server, &[])?;
        let options = [&PIPELINED[..], &["--sndbuf", "8K"]].concat();
        is_named("send_buffer", &link.client, &serving, &options)
    })
}

/// A server that needs 5 ms for each echo.
pub fn slow_server() -> Result<String, Trouble> {
    within_three_attempts(|| {
        let ethernet = Ethernet::new()?;
        let serving = slow_server::start(&ethernet.server, 5)?;
        is_named("server", &ethernet.client, &serving, &ONE_BY_ONE)
    })
}

/// A server that was asked to wait 20 ms.
pub fn server_delay() -> Result<String, Trouble> {
    within_three_attempts(|| {
        let ethernet = Ethernet::new()?;
        let serving = Serving::start(&ethernet.server, &[])?;
        let options = [&ONE_BY_ONE[..], &["--delay", "20"]].concat();
        is_named("server_delay", &ethernet.client, &serving, &options)
    })
}

/// Whether the point names this cause; the sentence that it says.
fn is_named(
    cause: &str,
    client: &Namespace,
    serving: &Serving,
    options: &[&str],
) -> Result<String, Trouble> {
    let document = measure(client, serving.port, options)?;
    let limit = &document["points"][0]["limit"];
    let sentence = limit["sentence"]
        .as_str()
        .ok_or_else(|| format!("the run does not say what limited it, but {limit}"))?;
    expect(limit["cause"] == cause, || {
        format!("{cause} was provoked, and the run says {limit}")
    })?;
    Ok(sentence.to_owned())
}
