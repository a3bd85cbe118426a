//! What Linux says of the machine in its own files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// Enough for the first processor of however many.
const MOST_BYTES: u64 = 64 * 1024;
/// The longest value that is kept: no setting is that long.
const MOST_LETTERS: usize = 256;

/// What TCP does by itself, and what sockets may have.
const SYSCTLS: [&str; 19] = [
    "net.ipv4.tcp_congestion_control",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_window_scaling",
    "net.ipv4.tcp_timestamps",
    "net.ipv4.tcp_sack",
    "net.ipv4.tcp_autocorking",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_no_metrics_save",
    "net.ipv4.tcp_moderate_rcvbuf",
    "net.ipv4.tcp_limit_output_bytes",
    "net.ipv4.tcp_notsent_lowat",
    "net.ipv4.tcp_mtu_probing",
    "net.ipv4.tcp_ecn",
    "net.core.rmem_max",
    "net.core.wmem_max",
    "net.core.default_qdisc",
    "net.core.busy_poll",
    "net.core.busy_read",
];

pub(super) fn os(root: &Path) -> Option<String> {
    let text = start_of(root, "etc/os-release").or_else(|| start_of(root, "usr/lib/os-release"))?;
    value_of(&text, "PRETTY_NAME", '=')
}

pub(super) fn kernel() -> Option<String> {
    let name = rustix::system::uname();
    Some(name.release().to_str().ok()?.to_owned())
}

pub(super) fn cpu_model(root: &Path) -> Option<String> {
    let text = start_of(root, "proc/cpuinfo")?;
    // x86 says "model name"; some boards say only what they are.
    ["model name", "Model", "Hardware"]
        .iter()
        .find_map(|key| value_of(&text, key, ':'))
}

pub(super) fn cpu_governor(root: &Path) -> Option<String> {
    word(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
}

pub(super) fn clock_source(root: &Path) -> Option<String> {
    word(
        root,
        "sys/devices/system/clocksource/clocksource0/current_clocksource",
    )
}

pub(super) fn virtualization(root: &Path) -> Option<String> {
    word(root, "sys/hypervisor/type").or_else(|| {
        let text = start_of(root, "proc/cpuinfo")?;
        let flags = value_of(&text, "flags", ':')?;
        let inside = flags.split_whitespace().any(|flag| flag == "hypervisor");
        inside.then(|| "virtual machine".to_owned())
    })
}

pub(super) fn load_average(root: &Path) -> Option<[f64; 3]> {
    let text = start_of(root, "proc/loadavg")?;
    let mut numbers = text.split_whitespace().map(|number| {
        let number = number.parse::<f64>().ok()?;
        (number.is_finite() && number >= 0.0).then_some(number)
    });
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}

/// Something plugged in that gives power decides; without, the batteries of the machine do.
pub(super) fn power(root: &Path) -> Option<&'static str> {
    let folder = "sys/class/power_supply";
    let (mut unplugged, mut draining, mut kept) = (false, false, false);
    // A machine has a handful; what has more is no machine.
    for supply in fs::read_dir(root.join(folder)).ok()?.flatten().take(100) {
        let says = |name: &str| word(&supply.path(), name);
        let Some(kind) = says("type") else {
            continue;
        };
        match kind.as_str() {
            "Battery" if says("scope").is_none_or(|scope| scope != "Device") => {
                match says("status").as_deref() {
                    Some("Discharging") => draining = true,
                    Some("Charging" | "Full" | "Not charging") => kept = true,
                    _ => {}
                }
            }
            "Battery" => {}
            _ => match says("online").as_deref() {
                Some("1") => return Some("on mains"),
                Some("0") => unplugged = true,
                _ => {}
            },
        }
    }
    match (draining, kept, unplugged) {
        (true, ..) | (false, false, true) => Some("on battery"),
        (false, true, _) => Some("on mains"),
        (false, false, false) => None,
    }
}

pub(super) fn sysctls(root: &Path) -> BTreeMap<String, String> {
    SYSCTLS
        .into_iter()
        .filter_map(|name| {
            let value = word(root, &format!("proc/sys/{}", name.replace('.', "/")))?;
            Some((name.to_owned(), value))
        })
        .collect()
}

/// A short file's text, with one blank where it has any.
fn word(root: &Path, path: &str) -> Option<String> {
    let text = start_of(root, path)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let text: String = words.join(" ").chars().take(MOST_LETTERS).collect();
    (!text.is_empty()).then_some(text)
}

/// The first bytes of a file; a pipe or a device could make the program wait, and is left alone.
fn start_of(root: &Path, path: &str) -> Option<String> {
    let path = root.join(path);
    if !fs::metadata(&path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn value_of(text: &str, key: &str, separator: char) -> Option<String> {
    text.lines()
        .filter_map(|line| line.split_once(separator))
        .find(|(name, _)| name.trim() == key)
        .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
        .filter(|value| !value.is_empty())
}
