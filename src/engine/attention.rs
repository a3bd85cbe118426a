//! How a command reaches an engine that is measuring.
//!
//! While probes go back and forth the engine's thread looks at nothing but its sockets: no channel is
//! asked between the clock reads of a probe. Whoever sends a command rings; a spinning engine sees a
//! flag, a sleeping one is woken by a byte on a socket it sleeps on as well.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The engine's end.
#[derive(Debug)]
pub(super) struct Attention {
    wanted: Arc<AtomicBool>,
    #[cfg(unix)]
    ear: std::os::unix::net::UnixStream,
}

/// The handle's end.
#[derive(Debug)]
pub(super) struct Bell {
    wanted: Arc<AtomicBool>,
    #[cfg(unix)]
    clapper: std::os::unix::net::UnixStream,
}

/// Both ends.
pub(super) fn attention() -> io::Result<(Bell, Attention)> {
    let wanted = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    let (clapper, ear) = {
        let (clapper, ear) = std::os::unix::net::UnixStream::pair()?;
        clapper.set_nonblocking(true)?;
        ear.set_nonblocking(true)?;
        (clapper, ear)
    };
    let bell = Bell {
        wanted: Arc::clone(&wanted),
        #[cfg(unix)]
        clapper,
    };
    let attention = Attention {
        wanted,
        #[cfg(unix)]
        ear,
    };
    Ok((bell, attention))
}

impl Bell {
    /// Asks the engine to look at its commands, whatever it is waiting for. Never waits.
    pub fn ring(&self) {
        if self.wanted.swap(true, Ordering::AcqRel) {
            return; // It was asked already and has not looked yet.
        }
        #[cfg(unix)]
        {
            use std::io::Write;
            // A socket that takes no more is one that the engine has not emptied: it will wake.
            let _ = (&self.clapper).write(&[1]);
        }
    }
}

impl Attention {
    /// Whether somebody rang.
    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// Takes note that it was heard: what was sent before the ring can be received now.
    pub fn heard(&self) {
        #[cfg(unix)]
        {
            use std::io::Read;
            let mut waste = [0; 16];
            while matches!((&self.ear).read(&mut waste), Ok(1..)) {}
        }
        // A ring that comes before this leaves no byte; what it announced was sent before it, and is
        // received now as well.
        self.wanted.store(false, Ordering::Release);
    }

    /// What becomes readable when somebody rings.
    #[cfg(unix)]
    pub fn ear(&self) -> &std::os::unix::net::UnixStream {
        &self.ear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_heard_once_and_many_rings_are_one() {
        let (bell, attention) = attention().unwrap();
        assert!(!attention.is_wanted());
        for _ in 0..100_000 {
            bell.ring();
        }
        assert!(attention.is_wanted());
        attention.heard();
        assert!(!attention.is_wanted());
        bell.ring();
        assert!(attention.is_wanted());
    }
}
