//! Any file that a user opens: what it is is found out by its content, and results of other tools are imported.
//! No panic, and an error is a sentence.

#![no_main]

use std::cell::RefCell;
use std::io::{Seek, Write};

use echograph::store::{Opened, open_any};
use libfuzzer_sys::fuzz_target;
use tempfile::NamedTempFile;

thread_local! {
    // In memory where the system has such a folder: a disk would be most of the time.
    static FILE: RefCell<NamedTempFile> = RefCell::new(
        NamedTempFile::new_in("/dev/shm").or_else(|_| NamedTempFile::new()).expect("a file"),
    );
}

fuzz_target!(|data: &[u8]| {
    FILE.with_borrow_mut(|file| {
        file.as_file().set_len(0).expect("emptied");
        file.rewind().expect("at its beginning");
        file.write_all(data).expect("written");
        match open_any(file.path()) {
            Ok(Opened::Peer(result)) => {
                assert!(!result.points.is_empty());
                assert!(
                    result
                        .points
                        .is_sorted_by(|one, next| one.message_size < next.message_size)
                );
                for point in &result.points {
                    let is_sound = |rate: f64| rate.is_finite() && rate > 0.0;
                    assert!(
                        point.throughput_bytes_per_s.is_none_or(is_sound),
                        "{point:?}"
                    );
                }
            }
            Ok(_) => {}
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    });
});
