//! The machine and the program, as a run's document remembers them.
//!
//! What cannot be found out stays empty; nothing here fails or waits.

use std::env::consts;
use std::thread;

use crate::measurement::Environment;

/// What there is to know of this machine.
#[must_use]
pub fn capture() -> Environment {
    Environment {
        program: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
        os: system::os().unwrap_or_else(|| consts::OS.to_owned()),
        kernel: system::kernel().unwrap_or_default(),
        architecture: consts::ARCH.to_owned(),
        cpu_model: system::cpu_model().unwrap_or_default(),
        cpus: thread::available_parallelism()
            .ok()
            .and_then(|cpus| u32::try_from(cpus.get()).ok())
            .unwrap_or_default(),
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::File;
    use std::io::Read;

    pub(super) fn os() -> Option<String> {
        let text = start_of("/etc/os-release").or_else(|| start_of("/usr/lib/os-release"))?;
        value_of(&text, "PRETTY_NAME", '=')
    }

    pub(super) fn kernel() -> Option<String> {
        let name = rustix::system::uname();
        Some(name.release().to_str().ok()?.to_owned())
    }

    pub(super) fn cpu_model() -> Option<String> {
        let text = start_of("/proc/cpuinfo")?;
        // x86 says "model name"; some boards say only what they are.
        ["model name", "Model", "Hardware"]
            .iter()
            .find_map(|key| value_of(&text, key, ':'))
    }

    /// The first 64 KiB: enough for the first processor of however many.
    fn start_of(path: &str) -> Option<String> {
        let mut bytes = Vec::new();
        File::open(path)
            .ok()?
            .take(64 * 1024)
            .read_to_end(&mut bytes)
            .ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn value_of(text: &str, key: &str, separator: char) -> Option<String> {
        text.lines()
            .filter_map(|line| line.split_once(separator))
            .find(|(name, _)| name.trim() == key)
            .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
            .filter(|value| !value.is_empty())
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    pub(super) fn os() -> Option<String> {
        None
    }

    pub(super) fn kernel() -> Option<String> {
        None
    }

    pub(super) fn cpu_model() -> Option<String> {
        None
    }
}
