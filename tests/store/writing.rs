//! A file is the old one or the new one, never half of one.

use std::fs;
use std::io;

use echograph::store::{check_writable, write_atomically};

#[test]
fn a_write_that_fails_leaves_the_old_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    fs::write(&path, "old").unwrap();
    let error = write_atomically(&path, |file| {
        file.write_all(b"half of the new one")?;
        Err(io::Error::other("no more"))
    });
    assert_eq!(error.unwrap_err().to_string(), "no more");
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let nowhere = folder.path().join("gone").join("run.json");
    let kind = |result: io::Result<()>| result.unwrap_err().kind();
    let write = |path: &std::path::Path| write_atomically(path, |_| Ok(()));
    assert_eq!(kind(write(&nowhere)), io::ErrorKind::NotFound);
    assert_eq!(kind(check_writable(&nowhere)), io::ErrorKind::NotFound);
    assert_eq!(kind(write(folder.path())), io::ErrorKind::IsADirectory);
    assert_eq!(
        kind(check_writable(folder.path())),
        io::ErrorKind::IsADirectory
    );
    let inside_a_file = path.join("run.json");
    assert_eq!(
        kind(check_writable(&inside_a_file)),
        io::ErrorKind::NotADirectory
    );
    check_writable(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_replaced_file_keeps_its_permissions_and_a_link_keeps_its_target() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link");
    symlink("file", &link).unwrap();
    write_atomically(&link, |file| file.write_all(b"new")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    assert_eq!(mode(&file), 0o640);

    let dangling = folder.path().join("dangling");
    symlink("made", &dangling).unwrap();
    write_atomically(&dangling, |file| file.write_all(b"made")).unwrap();
    assert_eq!(
        fs::read_to_string(folder.path().join("made")).unwrap(),
        "made"
    );
    // As open as any other new file of this user, not closed like a temporary one.
    let plain = folder.path().join("plain");
    fs::write(&plain, "").unwrap();
    assert_eq!(mode(&folder.path().join("made")), mode(&plain));

    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let error = write_atomically(&file, |file| file.write_all(b"newer")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);

    let ring = folder.path().join("ring");
    symlink("ring", &ring).unwrap();
    assert!(write_atomically(&ring, |_| Ok(())).is_err());
    write_atomically("/dev/null".as_ref(), |file| file.write_all(b"gone")).unwrap();
    assert!(!fs::symlink_metadata("/dev/null").unwrap().is_file());
}
