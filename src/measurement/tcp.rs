//! What the system's TCP says of a connection, and of the sockets of a run.

use serde::{Deserialize, Serialize};

/// The state of a connection as the kernel knows it (Linux: `TCP_INFO`). A field is `None` where this
/// kernel does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TcpInfo {
    /// Smoothed round-trip time of the segments, in microseconds (RFC 6298).
    pub srtt_us: u32,
    /// Its mean deviation, in microseconds.
    pub rttvar_us: u32,
    /// The least round-trip time seen, in microseconds.
    pub min_rtt_us: Option<u32>,
    /// Segments sent again, since the connection began.
    pub retransmits: u32,
    /// Congestion window, in segments.
    pub cwnd_segments: u32,
    /// Maximum segment size for sending, in bytes.
    pub mss: u32,
    /// Path MTU, in bytes.
    pub pmtu: u32,
    /// The peer's receive window as last announced, in bytes.
    pub peer_window: Option<u32>,
    /// Bytes sent and acknowledged; Linux counts the opening of the connection (SYN) as one.
    pub bytes_acked: Option<u64>,
    /// Bytes received.
    pub bytes_received: Option<u64>,
    /// Payload bytes put on the wire, retransmissions included.
    pub bytes_sent: Option<u64>,
    /// Payload bytes put on the wire again.
    pub bytes_retransmitted: Option<u64>,
    /// Segments sent.
    pub segments_out: Option<u32>,
    /// Segments received.
    pub segments_in: Option<u32>,
    /// Microseconds in which something was sent and not yet acknowledged, or waiting to be sent.
    pub busy_us: Option<u64>,
    /// Microseconds of these in which the peer's receive window was full.
    pub receive_window_limited_us: Option<u64>,
    /// Microseconds of these in which our send buffer was too small.
    pub send_buffer_limited_us: Option<u64>,
    /// The newest delivery rate, in bytes per second.
    pub delivery_rate: Option<u64>,
    /// Whether that rate was held down by what the program sent.
    pub delivery_app_limited: Option<bool>,
}

/// A connection's state before the first probe of a round and after its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TcpChange {
    /// Before the first probe.
    pub before: TcpInfo,
    /// After the last echo.
    pub after: TcpInfo,
}

/// What the system really set for the sockets of a run, read back from the first connection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SocketSettings {
    /// `TCP_NODELAY`.
    pub nodelay: bool,
    /// `SO_SNDBUF` in bytes; Linux reports twice what can be used, for its own book-keeping.
    pub send_buffer: u64,
    /// `SO_RCVBUF` in bytes, likewise.
    pub receive_buffer: u64,
    /// `TCP_CONGESTION`; empty where the system does not tell.
    pub congestion_control: String,
    /// What was asked for and not granted, a sentence each.
    pub refused: Vec<String>,
}

/// Where the packets of a run leave this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Route {
    /// The interface, such as `eth0`; empty where it is not known.
    pub interface: String,
    /// Its MTU in bytes.
    pub mtu: Option<u32>,
    /// Whether the packets never leave this machine.
    pub loopback: bool,
}
