//! Opening a file, whatever it is: a profile, a run, or the result of another tool.
//!
//! A file is recognised by what is in it. Results of other tools are converted to this program's
//! definitions, which their legend line says. They are read as a stream and bounded; pipes and devices
//! are refused before they are opened, as they may keep a reader waiting for ever.

mod error;
mod iperf3;
mod kind;
mod lines;
mod netpipe;
mod sizes;
mod sockperf;

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek};
use std::path::Path;

pub use self::error::{OpenError, PeerFileError};
use self::kind::{Format, HEAD_BYTES, Kind, kind_of};
use super::{load_check, load_profile, load_run};
use crate::check::CheckReport;
use crate::experiment::Profile;
use crate::measurement::{PeerResult, Run};

/// The largest result of another tool that is read, in bytes: more than ten million lines of sockperf.
pub const MAX_PEER_BYTES: u64 = 512 * 1024 * 1024;

/// What was in a file.
#[derive(Debug)]
pub enum Opened {
    /// What to measure.
    Profile(Box<Profile>),
    /// What was measured.
    Run(Box<Run>),
    /// What a check found.
    Check(Box<CheckReport>),
    /// What another tool measured.
    Peer(PeerResult),
}

/// Opens a file, whatever it is.
///
/// # Errors
/// See [`OpenError`].
pub fn open_any(path: &Path) -> Result<Opened, OpenError> {
    let known = std::fs::metadata(path)?;
    if known.is_dir() {
        return Err(OpenError::Io(ErrorKind::IsADirectory.into()));
    }
    if !known.is_file() {
        return Err(OpenError::Special);
    }
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    file.rewind()?;
    match kind_of(&head, path)? {
        Kind::Profile => Ok(Opened::Profile(Box::new(load_profile(path)?))),
        Kind::Run => Ok(Opened::Run(Box::new(load_run(path)?))),
        Kind::Check => Ok(Opened::Check(Box::new(load_check(path)?))),
        Kind::Peer(format) => match read_peer(format, file, path) {
            Ok(result) => Ok(Opened::Peer(result)),
            Err(why) => Err(OpenError::Peer {
                tool: format.tool(),
                why,
            }),
        },
    }
}

fn read_peer(format: Format, file: File, path: &Path) -> Result<PeerResult, PeerFileError> {
    if file.metadata()?.len() > MAX_PEER_BYTES {
        return Err(PeerFileError::TooLarge {
            limit: MAX_PEER_BYTES,
        });
    }
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    // A file may grow while it is read.
    let reader = BufReader::new(file.take(MAX_PEER_BYTES));
    match format {
        Format::NetPipe => netpipe::read_netpipe(reader, name),
        Format::Sockperf => sockperf::read_sockperf(reader, name),
        Format::Iperf3 => iperf3::read_iperf3(reader, name),
        Format::Iperf3Events => iperf3::read_iperf3_events(reader, name),
    }
}
