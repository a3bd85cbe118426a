//! Documents of checks: no panic, and what was read reads the same when it is written.

#![no_main]

use echograph::store::{read_check, write_check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(report) = read_check(data) else {
        return;
    };
    assert!(!report.summary().is_empty());
    let mut written = Vec::new();
    write_check(&report, &mut written).expect("a check can be written");
    let again = read_check(written.as_slice()).expect("what was written can be read");
    let mut once_more = Vec::new();
    write_check(&again, &mut once_more).expect("a check can be written");
    assert_eq!(
        String::from_utf8_lossy(&written),
        String::from_utf8_lossy(&once_more)
    );
});
