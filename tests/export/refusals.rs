//! What is not exported, and what is said of it.

use std::fs;

use crate::bench::Bench;

#[test]
fn what_cannot_be_written_is_said_before_anything_is() {
    let bench = Bench::new();
    bench.measured(
        "run.json",
        &["--sizes", "1", "--rounds", "1", "--probes", "1"],
    );
    fs::copy(bench.path("run.json"), bench.path("two.json")).unwrap();
    let before = fs::read(bench.path("run.json")).unwrap();
    for (words, says) in [
        (vec!["run.json"], "say what to write: --svg"),
        (
            vec!["run.json", "--json", "run.json"],
            "--json: run.json is read by this command",
        ),
        (
            vec!["run.json", "two.json", "--csv", "./two.json"],
            "two.json is read by this command",
        ),
        (
            vec!["run.json", "--svg", "-", "--png", "-"],
            "--svg and --png cannot both go to standard output",
        ),
        (
            vec!["run.json", "--svg", "new.svg", "--html", "new.svg"],
            "--svg and --html cannot both go to new.svg",
        ),
        (
            vec!["run.json", "two.json", "--json", "new.json"],
            "--json writes one run, and 2 were given",
        ),
        (
            vec!["run.json", "--svg", "no/such/folder.svg"],
            "does not exist",
        ),
        (
            vec!["none.json", "--svg", "new.svg"],
            "none.json: the file does not exist",
        ),
        (
            vec!["run.json", "--svg", "new.svg", "--size", "1x1"],
            "a picture is",
        ),
        (vec!["--svg", "new.svg"], "RUN.json"),
    ] {
        let (code, said) = bench.refused(&words);
        assert_eq!(code, Some(2), "{words:?}: {said}");
        assert!(said.contains(says), "{words:?}: {said}");
    }
    let (code, said) = bench.refused(&["run.json", "--png", "new.png", "--size", "10000x10000"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("more than the 64 million"), "{said}");
    assert_eq!(fs::read(bench.path("run.json")).unwrap(), before);
    assert!(!bench.path("new.svg").exists() && !bench.path("new.png").exists());
}

#[test]
fn a_document_that_is_damaged_says_where() {
    let bench = Bench::new();
    bench.measured(
        "run.json",
        &["--sizes", "1", "--rounds", "1", "--probes", "1"],
    );
    let text = bench.text("run.json");
    for (name, damaged, says) in [
        ("cut.json", text[..text.len() / 2].to_owned(), "line"),
        (
            "other.json",
            "{\"format\": \"another\", \"version\": 1}".to_owned(),
            "neither a run of Echograph",
        ),
        ("text.json", "hello".to_owned(), "text.json: "),
        (
            "size.json",
            text.replace("\"message_size\": 1,", "\"message_size\": 0,"),
            "point 1: its message size is 0",
        ),
    ] {
        fs::write(bench.path(name), &damaged).unwrap();
        let (code, said) = bench.refused(&["run.json", name, "--svg", "new.svg"]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(name) && said.contains(says), "{said}");
    }
    assert!(!bench.path("new.svg").exists());
}
