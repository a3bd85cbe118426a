//! What a peer may ask for before it is refused.

/// Largest message size accepted unless told otherwise: 64 MiB.
pub const DEFAULT_MAX_MESSAGE_SIZE: u64 = 64 * 1024 * 1024;
/// Most probes in one session unless told otherwise.
pub const DEFAULT_MAX_PROBES: u32 = 1_000_000;
/// Longest server delay unless told otherwise: one hour, in milliseconds.
pub const DEFAULT_MAX_DELAY_MS: u64 = 3_600_000;

/// The bounds a request must stay within. They are part of the grammar: a request beyond them is
/// refused with the same line as a malformed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest setup line in bytes, its `\n` included.
    pub max_setup_line: usize,
    /// Largest message size in bytes.
    pub max_message_size: u64,
    /// Most probes in one session.
    pub max_probes: u32,
    /// Longest server delay in milliseconds.
    pub max_delay_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_setup_line: 256,
            max_message_size: DEFAULT_MAX_MESSAGE_SIZE,
            max_probes: DEFAULT_MAX_PROBES,
            max_delay_ms: DEFAULT_MAX_DELAY_MS,
        }
    }
}
