//! Two network namespaces with a link between them, gone when they are dropped.

use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use super::trouble::Trouble;

/// The client's address on every link.
pub const CLIENT: &str = "10.77.0.1";
/// The server's address on every link.
pub const SERVER: &str = "10.77.0.2";

/// Runs a command to its end; what it printed.
pub fn command(words: &[&str]) -> Result<String, String> {
    let [program, arguments @ ..] = words else {
        return Err("no command".to_owned());
    };
    let said = |what: &str| format!("`{}`: {}", words.join(" "), what.trim());
    let done = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| said(&error.to_string()))?;
    if done.status.success() {
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    } else {
        Err(said(&String::from_utf8_lossy(&done.stderr)))
    }
}

/// As [`command`], for what a system may refuse.
pub fn ask(words: &[&str]) -> Result<String, Trouble> {
    command(words).map_err(Trouble::Refused)
}

/// A name that nobody else has, short enough for an interface.
pub fn fresh_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("eg{}n{count}", process::id())
}

/// A network namespace.
pub struct Namespace {
    pub name: String,
}

impl Namespace {
    /// An empty one, with Reno for its congestion control: every kernel has it, and it does not pace.
    pub fn new() -> Result<Self, Trouble> {
        let name = fresh_name();
        ask(&["ip", "netns", "add", &name])?;
        let namespace = Self { name };
        // Without IPv6 nothing is sent that was not asked for.
        namespace.set("net/ipv6/conf/all/disable_ipv6", "1").ok();
        namespace.set("net/ipv4/tcp_congestion_control", "reno")?;
        ask(&["ip", "-n", &namespace.name, "link", "set", "lo", "up"])?;
        Ok(namespace)
    }

    /// Sets what a file under `/proc/sys` holds, for this namespace alone.
    pub fn set(&self, file: &str, value: &str) -> Result<(), Trouble> {
        let write = format!("echo '{value}' > /proc/sys/{file}");
        ask(&["ip", "netns", "exec", &self.name, "sh", "-c", &write]).map(drop)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // What is in it goes with it: interfaces, queues, and what nobody else can reach then.
        if let Err(error) = command(&["ip", "netns", "del", &self.name]) {
            eprintln!("{error}");
        }
    }
}

/// A client's and a server's namespace, joined by two ends of a virtual Ethernet.
pub struct Ethernet {
    pub client: Namespace,
    pub server: Namespace,
}

/// The name of each end in its own namespace.
const END: &str = "veth0";

impl Ethernet {
    /// One that is as fast as the machine.
    pub fn new() -> Result<Self, Trouble> {
        let (client, server) = (Namespace::new()?, Namespace::new()?);
        ask(&[
            "ip",
            "-n",
            &client.name,
            "link",
            "add",
            END,
            "type",
            "veth",
            "peer",
            "name",
            END,
            "netns",
            &server.name,
        ])?;
        for (namespace, address) in [(&client, CLIENT), (&server, SERVER)] {
            let (name, address) = (&namespace.name, format!("{address}/24"));
            ask(&["ip", "-n", name, "addr", "add", &address, "dev", END])?;
            ask(&["ip", "-n", name, "link", "set", END, "up"])?;
        }
        Ok(Self { client, server })
    }

    /// One that carries so many megabits per second each way, queueing up to a megabyte before it.
    pub fn with_rate(megabits: u32) -> Result<Self, Trouble> {
        let ethernet = Self::new()?;
        let rate = format!("{megabits}mbit");
        for namespace in [&ethernet.client, &ethernet.server] {
            ask(&[
                "tc",
                "-n",
                &namespace.name,
                "qdisc",
                "add",
                "dev",
                END,
                "root",
                "tbf",
                "rate",
                &rate,
                "burst",
                "16kb",
                "limit",
                "1mb",
            ])?;
        }
        Ok(ethernet)
    }

    /// Bytes that the queue of an end has sent, with Ethernet headers, as the queue itself counts
    /// them.
    pub fn bytes_sent(namespace: &Namespace) -> Result<f64, Trouble> {
        let shown = command(&[
            "tc",
            "-n",
            &namespace.name,
            "-s",
            "-j",
            "qdisc",
            "show",
            "dev",
            END,
        ])?;
        let queues: Value = serde_json::from_str(&shown).map_err(|error| error.to_string())?;
        let bytes = queues[0]["bytes"].as_f64();
        bytes.ok_or_else(|| Trouble::Broken(format!("tc counts no bytes: {shown}")))
    }
}
