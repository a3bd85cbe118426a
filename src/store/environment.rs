//! The machine and the program, as a run's document remembers them.
//!
//! What cannot be found out stays empty; nothing here fails or waits. On Linux it comes from files
//! below a root folder, which tests replace by one of their own.

use std::env::consts;
use std::path::Path;
use std::thread;

use jiff::tz::TimeZone;

use super::machine;
use crate::measurement::Environment;

/// The commit that the program was built from; empty if it was not built in a checkout.
pub const COMMIT: &str = env!("ECHOGRAPH_COMMIT");

/// What there is to know of this machine, now.
#[must_use]
pub fn capture() -> Environment {
    capture_below(Path::new("/"))
}

/// The same of a machine whose system files lie below `root`.
fn capture_below(root: &Path) -> Environment {
    Environment {
        program: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
        commit: COMMIT.to_owned(),
        os: machine::os(root).unwrap_or_else(|| consts::OS.to_owned()),
        kernel: machine::kernel().unwrap_or_default(),
        architecture: consts::ARCH.to_owned(),
        cpu_model: machine::cpu_model(root).unwrap_or_default(),
        cpus: thread::available_parallelism()
            .ok()
            .and_then(|cpus| u32::try_from(cpus.get()).ok())
            .unwrap_or_default(),
        cpu_governor: machine::cpu_governor(root).unwrap_or_default(),
        virtualization: machine::virtualization(root).unwrap_or_default(),
        clock_source: machine::clock_source(root).unwrap_or_default(),
        load_average: machine::load_average(root),
        power: machine::power(root).unwrap_or_default().to_owned(),
        time_zone: time_zone().unwrap_or_default(),
        sysctls: machine::sysctls(root),
    }
}

fn time_zone() -> Option<String> {
    let zone = TimeZone::system();
    // A system that does not say has a zone of its own in this crate, which is not a place.
    let name = zone.iana_name().filter(|_| !zone.is_unknown())?;
    Some(name.to_owned())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;

    use super::*;

    /// A root folder with these files below it.
    fn machine(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    fn captured(files: &[(&str, &str)]) -> Environment {
        capture_below(machine(files).path())
    }

    #[test]
    fn a_machine_that_tells_everything_is_written_down() {
        let found = captured(&[
            ("etc/os-release", "NAME=Debian\nPRETTY_NAME=\"Debian 12\"\n"),
            (
                "proc/cpuinfo",
                "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nflags\t\t: fpu hypervisor sse\n",
            ),
            (
                "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
                "powersave\n",
            ),
            ("proc/loadavg", "0.52 1.48 2.40 1/123 4567\n"),
            ("proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n"),
            ("proc/sys/net/ipv4/tcp_congestion_control", "cubic\n"),
            ("proc/sys/net/core/default_qdisc", "fq_codel\n"),
            ("proc/sys/net/ipv4/tcp_not_asked_for", "1\n"),
            (
                "sys/devices/system/clocksource/clocksource0/current_clocksource",
                "tsc\n",
            ),
        ]);
        assert_eq!(found.os, "Debian 12");
        assert_eq!(found.cpu_model, "Some CPU @ 2 GHz");
        assert_eq!(found.cpu_governor, "powersave");
        assert_eq!(found.virtualization, "virtual machine");
        assert_eq!(found.clock_source, "tsc");
        assert_eq!(found.load_average, Some([0.52, 1.48, 2.4]));
        let sysctls: Vec<_> = found.sysctls.iter().map(|(k, v)| (&**k, &**v)).collect();
        assert_eq!(
            sysctls,
            [
                ("net.core.default_qdisc", "fq_codel"),
                ("net.ipv4.tcp_congestion_control", "cubic"),
                ("net.ipv4.tcp_rmem", "4096 131072 6291456"),
            ]
        );
    }

    #[test]
    fn a_machine_that_tells_nothing_is_no_failure() {
        let found = captured(&[]);
        assert_eq!(found.os, consts::OS);
        assert_eq!(found.load_average, None);
        assert!(found.sysctls.is_empty());
        for unknown in [
            found.cpu_model,
            found.cpu_governor,
            found.virtualization,
            found.clock_source,
            found.power,
        ] {
            assert_eq!(unknown, "");
        }
    }

    #[test]
    fn files_that_hold_something_else_are_passed_over() {
        let endless = "x".repeat(1_000_000);
        let found = captured(&[
            ("etc/os-release", "PRETTY_NAME"),
            ("proc/cpuinfo", &endless),
            ("proc/loadavg", "NaN inf -1"),
            ("proc/sys/net/ipv4/tcp_rmem", &endless),
            ("proc/sys/net/ipv4/tcp_sack/1", "a folder"),
            ("sys/class/power_supply/AC/online", "maybe"),
        ]);
        assert_eq!(found.os, consts::OS);
        assert_eq!(found.load_average, None);
        assert_eq!(found.power, "");
        assert!(found.sysctls.values().all(|value| value.len() <= 256));
        assert!(!found.sysctls.contains_key("net.ipv4.tcp_sack"));
        // Bytes that are no text.
        let root = machine(&[("proc/loadavg", "")]);
        fs::write(root.path().join("proc/loadavg"), b"\xff\xfe 1 2").unwrap();
        assert_eq!(capture_below(root.path()).load_average, None);
    }

    #[test]
    fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
        let root = machine(&[("proc/sys/kernel", "")]);
        let made = std::process::Command::new("mkfifo")
            .arg(root.path().join("proc/loadavg"))
            .status();
        assert!(made.is_ok_and(|status| status.success()));
        assert_eq!(capture_below(root.path()).load_average, None);
    }

    #[test]
    fn the_power_is_from_the_mains_where_something_is_plugged_in() {
        let power = |files: &[(&str, &str)]| {
            let below: Vec<(String, &str)> = files
                .iter()
                .map(|(path, text)| (format!("sys/class/power_supply/{path}"), *text))
                .collect();
            let files: Vec<_> = below.iter().map(|(path, text)| (&**path, *text)).collect();
            captured(&files).power
        };
        let battery = [("BAT0/type", "Battery\n"), ("BAT0/status", "Discharging\n")];
        let with = |more: &[(&'static str, &'static str)]| power(&[&battery, more].concat());
        assert_eq!(with(&[]), "on battery");
        let unplugged = [("AC/type", "Mains\n"), ("AC/online", "0\n")];
        assert_eq!(with(&unplugged), "on battery");
        assert_eq!(power(&unplugged), "on battery");
        let plugged = [
            ("0/online", "?"),
            ("AC/type", "Mains\n"),
            ("AC/online", "1\n"),
        ];
        assert_eq!(with(&plugged), "on mains");
        assert_eq!(
            with(&[("USB/type", "USB\n"), ("USB/online", "1\n")]),
            "on mains"
        );
        assert_eq!(
            power(&[("BAT0/type", "Battery\n"), ("BAT0/status", "Full\n")]),
            "on mains"
        );
        // A mouse has a battery, and says nothing of the machine.
        let mouse = [
            ("hid/type", "Battery\n"),
            ("hid/scope", "Device\n"),
            ("hid/status", "Discharging\n"),
        ];
        assert_eq!(power(&mouse), "");
        assert_eq!(power(&[]), "");
    }

    #[test]
    fn a_hypervisor_that_gives_its_name_is_named() {
        let found = captured(&[
            ("sys/hypervisor/type", "xen\n"),
            ("proc/cpuinfo", "flags : fpu\n"),
        ]);
        assert_eq!(found.virtualization, "xen");
        let bare = captured(&[("proc/cpuinfo", "flags : fpu no_hypervisor\n")]);
        assert_eq!(bare.virtualization, "");
    }
}
