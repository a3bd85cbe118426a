//! Tells the program which commit it is built from.
//!
//! Read from the checkout's own files, without running git; where there is none (an unpacked archive,
//! or sources inside somebody else's repository) the commit is empty, and nothing fails.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Enough to tell a commit from every other.
const SHORT: usize = 12;

fn main() {
    let root = env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from);
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let commit = commit(&root).unwrap_or_default();
    let long_version = match commit.get(..SHORT) {
        Some(short) => format!("{version} ({short})"),
        None => version,
    };
    watch("build.rs".as_ref());
    println!("cargo:rustc-env=ECHOGRAPH_COMMIT={commit}");
    println!("cargo:rustc-env=ECHOGRAPH_VERSION={long_version}");
}

/// The commit that is checked out at `root`.
fn commit(root: &Path) -> Option<String> {
    let git = git_folder(&root.join(".git"))?;
    // What all worktrees share lies elsewhere.
    let shared = match fs::read_to_string(git.join("commondir")) {
        Ok(path) => git.join(path.trim()),
        Err(_) => git.clone(),
    };
    let head = fs::read_to_string(watch(&git.join("HEAD"))).ok()?;
    let Some(reference) = head.trim().strip_prefix("ref: ") else {
        return hash(&head);
    };
    let loose = shared.join(reference);
    let packed = shared.join("packed-refs");
    if let Ok(text) = fs::read_to_string(&loose) {
        watch(&loose);
        return hash(&text);
    }
    // The next commit makes the loose file, and a file that is not there cannot be watched.
    loose.parent().map(watch);
    let packed = fs::read_to_string(watch(&packed)).ok()?;
    let line = packed.lines().find(|line| {
        line.split_once(' ')
            .is_some_and(|(_, name)| name == reference)
    })?;
    hash(line.split(' ').next()?)
}

/// The folder itself, or, in a worktree, the one that the file names.
fn git_folder(git: &Path) -> Option<PathBuf> {
    if git.is_dir() {
        return Some(git.to_owned());
    }
    let text = fs::read_to_string(watch(git)).ok()?;
    let path = text.trim().strip_prefix("gitdir: ")?;
    Some(git.parent()?.join(path))
}

fn hash(text: &str) -> Option<String> {
    let text = text.trim();
    let is_hash = text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| text.to_owned())
}

/// Has Cargo run this again when that changes. Of what is not there it must not be told: it would run
/// this every time.
fn watch(path: &Path) -> &Path {
    if path.exists() {
        println!("cargo:rerun-if-changed={}", path.display());
    }
    path
}
