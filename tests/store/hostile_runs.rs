//! Run documents that break off, contradict themselves or are something else.

use echograph::store::{RunDocumentError, read_run};
use proptest::prelude::*;

use super::golden::{RUN_1, RUN_2, read};

#[test]
fn every_document_that_breaks_off_is_said_to_break_off() {
    for length in 0..RUN_1.trim_end().len() {
        match read(&RUN_1[..length]) {
            Err(RunDocumentError::BreaksOff { .. }) => {}
            // A lone minus is no number yet, and read as a wrong one.
            Err(RunDocumentError::NotJson { .. }) if RUN_1[..length].ends_with('-') => {}
            other => panic!("{length}: {other:?}"),
        }
    }
    let cut = &RUN_1[..RUN_1.find("\"kernel\"").unwrap()];
    assert_eq!(
        read(cut).unwrap_err().to_string(),
        "line 24, column 4: the file ends here, in the middle of the document"
    );
}

#[test]
fn what_is_wrong_with_a_document_is_said_with_its_place() {
    let said = |from: &str, to: &str| {
        assert!(RUN_1.contains(from), "{from}");
        read(&RUN_1.replacen(from, to, 1)).unwrap_err().to_string()
    };
    assert_eq!(
        said("[10,20,", "[NaN,20,"),
        "line 35, column 519: this is not JSON: expected value"
    );
    assert_eq!(
        said("echograph-run", "something"),
        "this is not a run of Echograph: it does not say format \"echograph-run\""
    );
    assert_eq!(
        read("[1, 2]").unwrap_err().to_string(),
        "this is not a run of Echograph: it does not say format \"echograph-run\""
    );
    assert_eq!(
        said("\"version\": 1,", "\"version\": 2,"),
        "the run has document version 2; this program knows version 1. A newer Echograph may \
         open it"
    );
    assert!(said("\"state\"", "\"status\"").ends_with("missing field `state`"));
    assert!(said("\"stopped\"", "\"running\"").starts_with("line 5, column 20: unknown variant"));
    assert!(said("[9000,", "[-1,").contains("integer `-1`"));
    assert!(said("[9000,", "[1.5,").contains("floating point"));
    let columns = "columns are equally long";
    assert_eq!(
        said("\"seq\": [1,2,3,4,1]", "\"seq\": [1,2,3,4]"),
        format!("point 1: samples.round has 5 values and samples.seq has 4; {columns}")
    );
    assert_eq!(
        said("true,false,false,true]", "true,false,false]"),
        format!("point 1: samples.rtt_ns has 5 values and samples.warmup has 4; {columns}")
    );
    assert_eq!(
        said("\"warmup\": [2,2]", "\"warmup\": [2]"),
        format!(
            "point 1: connections.session has 2 values and connections.warmup has 1; {columns}"
        )
    );
    assert_eq!(
        said("\"round\": [1,2]", "\"round\": [2,1]"),
        "point 1: its rounds are not in ascending order"
    );
    assert_eq!(
        said("\"round\": [1,1,1,1,2]", "\"round\": [1,1,1,1,3]"),
        "point 1: sample 5 belongs to round 3, which is not there"
    );
    assert_eq!(
        said("\"seq\": [1,2,3", "\"seq\": [1,2,4"),
        "point 1: sample 3 is number 4 of its round, where 3 was due"
    );
    assert_eq!(
        said("[true,true,", "[true,false,"),
        "point 1: sample 2 is not marked as warm-up, and its round has 2 of it"
    );
    assert_eq!(
        said("\"message_size\": 1024", "\"message_size\": 0"),
        "point 1: its message size is 0, and a probe carries at least one byte"
    );
    assert_eq!(
        said("10000000", "10000001"),
        "point 1: its server delay is not a whole number of milliseconds"
    );
    assert_eq!(
        said("\"message_size\": 1024", "\"message_size\": 67108865"),
        "point 1: its message size is 67108865, and the largest that is measured is 67108864"
    );
    let deep = RUN_1.replacen("null", &"[".repeat(100_000), 1);
    assert!(read(&deep).is_err());
}

#[test]
fn what_does_not_fit_together_is_said_of_the_later_columns_too() {
    let said = |from: &str, to: &str| {
        assert!(RUN_2.contains(from), "{from}");
        read(&RUN_2.replacen(from, to, 1)).unwrap_err().to_string()
    };
    let columns = "columns are equally long";
    assert_eq!(
        said("\"connection\": [1,2,1,2]", "\"connection\": [1,2,1]"),
        format!(
            "point 1: connections.round has 4 values and connections.connection has 3; {columns}"
        )
    );
    assert_eq!(
        said("\"connection\": [1,2,1,2]", "\"connection\": [1,1,1,2]"),
        "point 1: its rounds are not in ascending order"
    );
    assert_eq!(
        said("\"connection\": [1,2,1,2]", "\"connection\": [0,2,1,2]"),
        "point 1: value 1 of connections.connection is 0; it counts from 1"
    );
    assert_eq!(
        said("\"depth\": [4,4,1,4]", "\"depth\": [4,0,1,4]"),
        "point 1: value 2 of connections.depth is 0; it counts from 1"
    );
    assert_eq!(
        said("\"ended_ns\": [9000,", "\"ended_ns\": [null,"),
        "point 1: value 1 of connections.ended_ns is null, and other figures of the same connection \
         are not"
    );
    assert_eq!(
        said("\"ended_ns\": [9000,", "\"ended_ns\": ["),
        format!(
            "point 1: connections.began_ns has 4 values and connections.ended_ns has 3; {columns}"
        )
    );
    assert_eq!(
        said(
            "\"connection\": [1,1,1,1,2,1,2]",
            "\"connection\": [1,1,1,1,3,1,2]"
        ),
        "point 1: sample 5 belongs to connection 3 of round 1, which is not there"
    );
    assert_eq!(
        said(
            "\"connection\": [1,1,1,1,2,1,2]",
            "\"connection\": [1,1,1,1,2,1]"
        ),
        format!("point 1: samples.round has 7 values and samples.connection has 6; {columns}")
    );
    assert_eq!(
        said(
            "\"when\": [\"before\",\"after\"]",
            "\"when\": [\"after\",\"before\"]"
        ),
        "point 1: rows 1 and 2 of tcp are not the before and after of one connection"
    );
    assert_eq!(
        said("\"tcp\": {\"round\": [1,1]", "\"tcp\": {\"round\": [7,7]"),
        "point 1: row 1 of tcp belongs to round 7, which is not there"
    );
    assert_eq!(
        said("\"tcp\": {\"round\": [1,1]", "\"tcp\": {\"round\": [1,2]"),
        "point 1: rows 1 and 2 of tcp are not the before and after of one connection"
    );
    assert_eq!(
        said("\"srtt_us\": [90,90]", "\"srtt_us\": [90]"),
        format!("point 1: tcp.when has 2 values and tcp.srtt_us has 1; {columns}")
    );
    assert!(said("not_reached_in_time", "given_up").contains("unknown variant `given_up`"));
    assert!(said("until_precise", "for_ever").contains("unknown variant `for_ever`"));
    assert!(said("\"kind\": \"until_precise\"", "\"kin\": 1").contains("missing field `kind`"));
    assert!(
        said("\"ci_width_percent\": 2.3", "\"ci_width_percent\": 1e999").contains("out of range")
    );
    assert!(said("\"floor_ns\": 5100.3", "\"floor_ns\": NaN").contains("not JSON"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_a_byte_makes_reading_a_run_panic(
        at in 0..RUN_1.len().min(RUN_2.len()),
        byte in any::<u8>(),
    ) {
        for document in [RUN_1, RUN_2] {
            let mut bytes = document.as_bytes().to_vec();
            bytes[at] = byte;
            drop(read_run(bytes.as_slice()));
        }
    }
}
