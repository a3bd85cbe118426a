//! Runs that the program measured, and what it makes of them.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A folder with runs in it.
pub struct Bench {
    pub folder: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn echograph(&self, words: &[&str]) -> Output {
        let output = Command::new(env!("CARGO_BIN_EXE_echograph"))
            .args(words)
            .current_dir(self.folder.path())
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{said}");
        output
    }

    /// Measures into a document.
    pub fn measured(&self, name: &str, words: &[&str]) -> Value {
        let words = [
            &["run", "--quiet", "--timeout", "30", "--json", name],
            words,
        ]
        .concat();
        let output = self.echograph(&words);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        self.document(name)
    }

    pub fn document(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(name)).unwrap()).unwrap()
    }

    /// Exports, which must succeed without a word.
    pub fn export(&self, words: &[&str]) -> Vec<u8> {
        let output = self.echograph(&[&["export"], words].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(output.stderr, b"", "{output:?}");
        output.stdout
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// An export that is refused: its exit code and what it says.
    pub fn refused(&self, words: &[&str]) -> (Option<i32>, String) {
        let output = self.echograph(&[&["export"], words].concat());
        assert_eq!(output.stdout, b"");
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }
}
