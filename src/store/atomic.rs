//! Writing a file so that it is the old one or the new one at every moment, never half of one.
//!
//! The text goes to a temporary file in the same folder, is synced, and takes the name of the target
//! in one step. An existing file keeps its permissions; a symbolic link keeps pointing where it
//! points, and what it points at is replaced. What is no ordinary file (`/dev/stdout`, a pipe) cannot
//! be replaced and is written to as it is.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// Writes a file through `write`, all or nothing.
///
/// # Errors
/// What the operating system says, or what `write` says; the old file is then as it was. A file that
/// is marked read-only is not replaced, although its folder would allow it.
pub fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let target = Destination::of(path)?;
    if let Destination::Stream(path) = &target {
        let mut file = BufWriter::new(OpenOptions::new().write(true).open(path)?);
        write(&mut file)?;
        return file.flush();
    }
    let mut writer = BufWriter::new(target.temporary()?);
    write(&mut writer)?;
    let file = writer
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    let Destination::File { path, existing } = target else {
        return Ok(());
    };
    if let Some(existing) = existing {
        file.as_file().set_permissions(existing.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    sync_folder(&path);
    Ok(())
}

/// Whether a file could be written, as far as that can be known without writing it: for saying so
/// before a measurement rather than after it.
///
/// # Errors
/// What [`write_atomically`] would say.
pub fn check_writable(path: &Path) -> io::Result<()> {
    match Destination::of(path)? {
        // Opening a pipe would wait for its reader.
        Destination::Stream(_) => Ok(()),
        file @ Destination::File { .. } => file.temporary().map(drop),
    }
}

/// Where the bytes go in the end.
enum Destination {
    /// A file to be made or replaced.
    File {
        path: PathBuf,
        existing: Option<Metadata>,
    },
    /// A device or a pipe.
    Stream(PathBuf),
}

impl Destination {
    fn of(path: &Path) -> io::Result<Self> {
        // What a name such as `/dev/stdout` leads to may have no name of its own, as a pipe has none.
        if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            return Ok(Self::Stream(path.to_owned()));
        }
        let path = follow(path)?;
        let existing = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self::File {
                    path,
                    existing: None,
                });
            }
            Err(error) => return Err(error),
        };
        if existing.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        if existing.permissions().readonly() {
            return Err(ErrorKind::PermissionDenied.into());
        }
        Ok(Self::File {
            path,
            existing: Some(existing),
        })
    }

    /// A temporary file in the folder of the target.
    fn temporary(&self) -> io::Result<NamedTempFile> {
        let (Self::File { path, .. } | Self::Stream(path)) = self;
        if path.file_name().is_none() {
            return Err(ErrorKind::InvalidFilename.into());
        }
        let mut builder = Builder::new();
        builder.prefix(".echograph-");
        open_as_any_file(&mut builder);
        builder.tempfile_in(folder_of(path)).map_err(|error| {
            // The error's own text names the temporary file, which means nothing to anyone; its
            // kind says what happened.
            error.kind().into()
        })
    }
}

/// The end of a chain of symbolic links, which need not exist.
fn follow(path: &Path) -> io::Result<PathBuf> {
    /// As many as Linux follows.
    const MOST_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {
                // A relative link counts from the folder it lies in.
                path = folder_of(&path).join(fs::read_link(&path)?);
            }
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A temporary file is closed to others; a document is as open as the user's umask has it.
#[cfg(unix)]
fn open_as_any_file(builder: &mut Builder) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn open_as_any_file(_: &mut Builder) {}

/// Makes the new name last through a power cut. Where a folder cannot be opened or synced, the
/// content is still safe, so that is no failure of the save.
fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(folder_of(path)) {
        drop(folder.sync_all());
    }
}
