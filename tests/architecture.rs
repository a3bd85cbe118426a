//! The rules of the house that a compiler does not hold: which folder may use which, and that a probe
//! costs the protocol no allocation.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use echograph::protocol::{
    Dialect, MeasurementType, ProbeMessage, Request, RequestParser, Rules, Setup,
};

/// What each folder of `src/` may use of the others; none of these may use egui.
const MAY_USE: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("experiment", &["protocol"]),
    ("measurement", &["protocol", "experiment"]),
    ("server", &["protocol", "experiment", "measurement"]),
    ("engine", &["protocol", "experiment", "measurement"]),
    ("check", &["protocol", "experiment", "measurement"]),
    ("store", &["protocol", "experiment", "measurement", "check"]),
    ("chart", &["experiment", "measurement"]),
    (
        "report",
        &[
            "protocol",
            "experiment",
            "measurement",
            "check",
            "store",
            "chart",
        ],
    ),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .collect()
}

/// A file's code without its comments: they may speak of anything.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn imports_point_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders = [
        "protocol",
        "experiment",
        "measurement",
        "server",
        "engine",
        "check",
        "store",
        "chart",
        "report",
        "gui",
        "cli",
    ];
    for (folder, allowed) in MAY_USE {
        let files = sources(&root.join(folder));
        assert!(!files.is_empty(), "{folder} has no sources");
        for file in files {
            let code = code(&file);
            for other in folders {
                let is_allowed = other == *folder || allowed.contains(&other);
                let used = code.contains(&format!("crate::{other}"));
                assert!(is_allowed || !used, "{} uses {other}", file.display());
            }
            let draws = ["egui", "eframe"]
                .iter()
                .any(|library| code.contains(library));
            assert!(!draws, "{} knows of egui", file.display());
        }
    }
}

#[test]
fn the_protocol_does_no_input_or_output_and_reads_no_clock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/protocol");
    for file in sources(&root) {
        let code = code(&file);
        for forbidden in [
            "std::net",
            "std::io",
            "std::fs",
            "std::time",
            "tokio",
            "socket2",
        ] {
            assert!(
                !code.contains(forbidden),
                "{} uses {forbidden}",
                file.display()
            );
        }
    }
}

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

#[expect(unsafe_code, reason = "an allocator can be counted in no other way")]
// SAFETY: every call is handed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn a_probe_costs_the_protocol_no_allocation() {
    for dialect in [Dialect::Boston, Dialect::Bologna, Dialect::BostonSizeFirst] {
        let setup = Setup {
            kind: MeasurementType::Rtt,
            probes: 2_000,
            message_size: 1_000,
            server_delay_ms: 0,
        };
        let mut parser = RequestParser::new(Rules {
            dialect,
            strict: true,
            ..Rules::default()
        });
        let line = format!("{}\n", setup.line(dialect));
        assert!(matches!(
            parser.next(line.as_bytes()),
            Ok(Some((Request::Setup(_), _)))
        ));
        let mut probe = ProbeMessage::new(dialect, 1_000);

        let before = ALLOCATIONS.with(Cell::get);
        for seq in 1..=setup.probes {
            let message = probe.numbered(seq);
            let heard = parser.next(message);
            assert!(
                matches!(heard, Ok(Some((Request::Probe { .. }, used))) if used == message.len())
            );
            assert_eq!(probe.check(probe.message()), Ok(()));
        }
        assert_eq!(ALLOCATIONS.with(Cell::get) - before, 0, "{dialect}");
    }
}
