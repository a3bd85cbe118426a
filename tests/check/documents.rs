//! The document of a check, as it stays.

use std::path::Path;

use echograph::check::{Peer, Verdict};
use echograph::store::{Opened, open_any, read_check, write_check};

fn golden() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/golden/check.json")
}

#[test]
fn the_first_version_of_the_document_is_read_and_written_as_ever() {
    let text = std::fs::read_to_string(golden()).unwrap();
    let report = read_check(text.as_bytes()).unwrap();
    assert_eq!(report.peer, Peer::Server);
    let all = [Verdict::Pass, Verdict::Fail, Verdict::NotApplicable];
    assert!(all.into_iter().all(|verdict| report.count(verdict) > 0));
    let mut written = Vec::new();
    write_check(&report, &mut written).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), text);
    assert!(matches!(open_any(&golden()), Ok(Opened::Check(_))));
}

#[test]
fn what_is_no_check_or_of_a_later_version_is_refused_in_words() {
    let read = |text: &str| read_check(text.as_bytes()).unwrap_err().to_string();
    let run = read("{\"format\": \"echograph-run\", \"version\": 1}");
    assert!(run.contains("not a check"), "{run}");
    let later = read("{\"format\": \"echograph-check\", \"version\": 9}");
    assert!(later.contains("version 9"), "{later}");
    for broken in [
        "",
        "{",
        "[]",
        "{\"format\": \"echograph-check\", \"version\": 1}",
    ] {
        assert!(!read(broken).is_empty());
    }
}
