//! Where this is not Linux, nothing is known of the machine.

use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn os(_: &Path) -> Option<String> {
    None
}

pub(super) fn kernel() -> Option<String> {
    None
}

pub(super) fn cpu_model(_: &Path) -> Option<String> {
    None
}

pub(super) fn cpu_governor(_: &Path) -> Option<String> {
    None
}

pub(super) fn clock_source(_: &Path) -> Option<String> {
    None
}

pub(super) fn virtualization(_: &Path) -> Option<String> {
    None
}

pub(super) fn load_average(_: &Path) -> Option<[f64; 3]> {
    None
}

pub(super) fn power(_: &Path) -> Option<&'static str> {
    None
}

pub(super) fn sysctls(_: &Path) -> BTreeMap<String, String> {
    BTreeMap::new()
}
