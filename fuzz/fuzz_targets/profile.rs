//! Profiles: no panic, and what was read reads the same when it is written.

#![no_main]

use echograph::store::{parse_profile, profile_text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(profile) = parse_profile(text) {
        assert!(profile.problems().is_empty());
        let written = profile_text(&profile).expect("a profile can be written");
        assert_eq!(
            parse_profile(&written).expect("what was written can be read"),
            profile
        );
    }
});
