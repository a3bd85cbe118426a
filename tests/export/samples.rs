//! Samples and documents as pandas reads them.

use std::process::{Command, Stdio};

use crate::bench::Bench;

/// A Python that has pandas; `None` where there is none.
fn python_with_pandas() -> Option<&'static str> {
    // The system's own packages are those of the second one.
    ["python3", "/usr/bin/python3"].into_iter().find(|python| {
        let mut command = Command::new(python);
        let imported = command
            .args(["-c", "import pandas"])
            .stderr(Stdio::null())
            .status();
        imported.is_ok_and(|status| status.success())
    })
}

#[test]
fn pandas_reads_samples_and_documents_and_finds_the_same_figures() {
    let Some(python) = python_with_pandas() else {
        let is_required = std::env::var("ECHOGRAPH_PANDAS").is_ok_and(|value| value == "required");
        assert!(
            !is_required,
            "python3 with pandas is wanted here and not installed"
        );
        eprintln!(
            "passed over: python3 with pandas is not installed (apt-get install python3-pandas)"
        );
        return;
    };
    let bench = Bench::new();
    let words = [
        "--sizes",
        "1,100,2000",
        "--delay",
        "0,1",
        "--rounds",
        "6",
        "--probes",
        "7",
        "--warmup",
        "2",
    ];
    bench.measured("one.json", &words);
    bench.measured(
        "an \"odd\", name.json",
        &["--sizes", "1", "--rounds", "2", "--probes", "3"],
    );
    bench.export(&["one.json", "--csv", "one.csv", "--json", "again.json"]);
    bench.export(&["one.json", "an \"odd\", name.json", "--csv", "two.csv"]);
    assert!(bench.text("one.csv").starts_with("type,message_size,"));
    for document in ["one.json", "again.json"] {
        let output = Command::new(python)
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/export/pandas_reads.py"
            ))
            .args([document, "one.csv", "two.csv"])
            .current_dir(bench.folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        // 6 points of 6 rounds of 9 probes; 2 rounds of 3 more.
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim(),
            "read 324 and 330 samples"
        );
    }
}
