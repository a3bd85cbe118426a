//! Run documents: no panic, not in what is made of them either; and what was read reads the same when it is
//! written.

#![no_main]

use echograph::report::{ReportOptions, ReportRun, html};
use echograph::store::{read_run, write_run, write_samples};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(run) = read_run(data) else {
        return;
    };
    let mut written = Vec::new();
    write_run(&run, &mut written).expect("a run can be written");
    let again = read_run(written.as_slice()).expect("what was written can be read");
    let mut once_more = Vec::new();
    write_run(&again, &mut once_more).expect("a run can be written");
    assert_eq!(
        String::from_utf8_lossy(&written),
        String::from_utf8_lossy(&once_more)
    );
    write_samples(&run, std::io::sink()).expect("samples can be written");
    let shown = ReportRun {
        run: &run,
        name: "run",
        colour: 0,
    };
    assert!(!html(&[shown, shown], &ReportOptions::default()).is_empty());
});
