//! What the kernel knows of a connection: `TCP_INFO`, as far as this kernel tells it.
//!
//! The kernel's structure grows at its end from version to version, and the kernel says how much of it
//! it has filled in. A field behind that is `None`, never a zero that was not measured. Only Linux has
//! it in this form; elsewhere the answer is "not available here".

use socket2::Socket;

use crate::measurement::TcpInfo;

/// The state of a connection now; `None` where the system does not tell. Costs one system call.
#[cfg(target_os = "linux")]
pub(super) fn tcp_info(socket: &Socket) -> Option<TcpInfo> {
    linux::parse(linux::Bytes::read(socket)?.filled())
}

/// Not available here.
#[cfg(not(target_os = "linux"))]
pub(super) fn tcp_info(_: &Socket) -> Option<TcpInfo> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use std::mem::offset_of;
    use std::os::fd::AsRawFd;

    use socket2::Socket;

    use crate::measurement::TcpInfo;

    /// Room for more than any kernel fills in today; what is longer is cut off by the kernel.
    const ROOM: usize = 512;

    /// What the kernel has written.
    pub(super) struct Bytes {
        room: [u8; ROOM],
        length: usize,
    }

    impl Bytes {
        #[expect(
            unsafe_code,
            reason = "no safe interface reads TCP_INFO whole: the types of libc and others end where \
                      the structure did in 2011"
        )]
        pub(super) fn read(socket: &Socket) -> Option<Self> {
            let mut room = [0; ROOM];
            let mut length = libc::socklen_t::try_from(ROOM).ok()?;
            // SAFETY: the descriptor is open for as long as `socket` is borrowed. The kernel writes at
            // most `length` bytes to `room`, which has as many, and any bytes are valid as `u8`. It
            // writes how many these were to `length`. Neither pointer is kept.
            let result = unsafe {
                libc::getsockopt(
                    socket.as_raw_fd(),
                    libc::IPPROTO_TCP,
                    libc::TCP_INFO,
                    room.as_mut_ptr().cast(),
                    &raw mut length,
                )
            };
            let length = usize::try_from(length).ok()?;
            (result == 0).then_some(Self { room, length })
        }

        pub(super) fn filled(&self) -> &[u8] {
            self.room.get(..self.length).unwrap_or_default()
        }
    }

    /// The structure as the kernel's interface has it (`linux/tcp.h`), up to what is used here. It is
    /// never made: it only says where the fields are.
    #[repr(C)]
    pub(super) struct Layout {
        state: u8,
        ca_state: u8,
        retransmits: u8,
        probes: u8,
        backoff: u8,
        options: u8,
        window_scales: u8,
        /// The first bit: whether the delivery rate was held down by the program.
        delivery_flags: u8,
        rto: u32,
        ato: u32,
        snd_mss: u32,
        rcv_mss: u32,
        unacked: u32,
        sacked: u32,
        lost: u32,
        retrans: u32,
        fackets: u32,
        last_data_sent: u32,
        last_ack_sent: u32,
        last_data_recv: u32,
        last_ack_recv: u32,
        pmtu: u32,
        rcv_ssthresh: u32,
        rtt: u32,
        rttvar: u32,
        snd_ssthresh: u32,
        snd_cwnd: u32,
        advmss: u32,
        reordering: u32,
        rcv_rtt: u32,
        rcv_space: u32,
        /// The last that every kernel has: what follows came with 3.15 and later.
        total_retrans: u32,
        pacing_rate: u64,
        max_pacing_rate: u64,
        bytes_acked: u64,
        bytes_received: u64,
        segs_out: u32,
        segs_in: u32,
        notsent_bytes: u32,
        min_rtt: u32,
        data_segs_in: u32,
        data_segs_out: u32,
        delivery_rate: u64,
        busy_time: u64,
        rwnd_limited: u64,
        sndbuf_limited: u64,
        delivered: u32,
        delivered_ce: u32,
        bytes_sent: u64,
        bytes_retrans: u64,
        dsack_dups: u32,
        reord_seen: u32,
        rcv_ooopack: u32,
        snd_wnd: u32,
    }

    /// A field of the structure, if the bytes reach to its end.
    macro_rules! field {
        ($bytes:expr, $name:ident: $kind:ty) => {
            $bytes
                .get(offset_of!(Layout, $name)..)
                .and_then(|rest| rest.first_chunk())
                .map(|bytes| <$kind>::from_ne_bytes(*bytes))
        };
    }

    /// C's bit-fields begin at the least bit on little-endian machines, at the greatest on others.
    const FIRST_BIT: u8 = if cfg!(target_endian = "little") {
        1
    } else {
        1 << 7
    };

    /// The fields that the bytes hold; `None` if they do not even hold what every kernel has.
    pub(super) fn parse(bytes: &[u8]) -> Option<TcpInfo> {
        // Zero is how the kernel says that it has not seen any yet; and its least RTT has all bits set.
        let known = |us: &u32| !matches!(*us, 0 | u32::MAX);
        let delivery_rate = field!(bytes, delivery_rate: u64).filter(|rate| *rate != 0);
        let flags = field!(bytes, delivery_flags: u8)?;
        Some(TcpInfo {
            srtt_us: field!(bytes, rtt: u32)?,
            rttvar_us: field!(bytes, rttvar: u32)?,
            min_rtt_us: field!(bytes, min_rtt: u32).filter(known),
            retransmits: field!(bytes, total_retrans: u32)?,
            cwnd_segments: field!(bytes, snd_cwnd: u32)?,
            mss: field!(bytes, snd_mss: u32)?,
            pmtu: field!(bytes, pmtu: u32)?,
            peer_window: field!(bytes, snd_wnd: u32),
            bytes_acked: field!(bytes, bytes_acked: u64),
            bytes_received: field!(bytes, bytes_received: u64),
            bytes_sent: field!(bytes, bytes_sent: u64),
            bytes_retransmitted: field!(bytes, bytes_retrans: u64),
            segments_out: field!(bytes, segs_out: u32),
            segments_in: field!(bytes, segs_in: u32),
            busy_us: field!(bytes, busy_time: u64),
            receive_window_limited_us: field!(bytes, rwnd_limited: u64),
            send_buffer_limited_us: field!(bytes, sndbuf_limited: u64),
            delivery_rate,
            // Without a rate there is nothing that could be held down.
            delivery_app_limited: delivery_rate.map(|_| flags & FIRST_BIT != 0),
        })
    }

    #[cfg(test)]
    mod tests {
        use proptest::prelude::*;

        use super::*;

        #[test]
        fn the_layout_is_that_of_the_system_library_as_far_as_that_goes() {
            macro_rules! same {
                ($($ours:ident = $theirs:ident),*) => {
                    $(assert_eq!(offset_of!(Layout, $ours), offset_of!(libc::tcp_info, $theirs));)*
                };
            }
            same!(
                rtt = tcpi_rtt,
                rttvar = tcpi_rttvar,
                snd_cwnd = tcpi_snd_cwnd,
                snd_mss = tcpi_snd_mss,
                pmtu = tcpi_pmtu,
                total_retrans = tcpi_total_retrans
            );
            // Behind these the kernel only adds, and without gaps: its header counts 232 bytes so far.
            assert_eq!(size_of::<Layout>(), 232);
        }

        /// Where each field that may be missing ends, and whether it is there.
        fn optional(info: &TcpInfo) -> Vec<(usize, bool)> {
            macro_rules! ends {
                ($($name:ident: $kind:ty = $there:expr),* $(,)?) => {
                    vec![$((offset_of!(Layout, $name) + size_of::<$kind>(), $there.is_some())),*]
                };
            }
            ends!(
                bytes_acked: u64 = info.bytes_acked,
                bytes_received: u64 = info.bytes_received,
                segs_out: u32 = info.segments_out,
                segs_in: u32 = info.segments_in,
                min_rtt: u32 = info.min_rtt_us,
                delivery_rate: u64 = info.delivery_rate,
                delivery_rate: u64 = info.delivery_app_limited,
                busy_time: u64 = info.busy_us,
                rwnd_limited: u64 = info.receive_window_limited_us,
                sndbuf_limited: u64 = info.send_buffer_limited_us,
                bytes_sent: u64 = info.bytes_sent,
                bytes_retrans: u64 = info.bytes_retransmitted,
                snd_wnd: u32 = info.peer_window,
            )
        }

        proptest! {
            #[test]
            fn what_a_kernel_did_not_fill_in_is_not_there(
                bytes in proptest::collection::vec(1..255_u8, 0..300),
            ) {
                let least = offset_of!(Layout, total_retrans) + size_of::<u32>();
                match parse(&bytes) {
                    None => prop_assert!(bytes.len() < least),
                    Some(info) => {
                        prop_assert!(bytes.len() >= least);
                        for (end, there) in optional(&info) {
                            prop_assert_eq!(there, bytes.len() >= end, "a field up to {}", end);
                        }
                    }
                }
            }
        }

        #[test]
        fn each_figure_is_read_from_its_own_place() {
            let mut bytes = [0; size_of::<Layout>()];
            let mut put = |at: usize, value: &[u8]| {
                bytes[at..at + value.len()].copy_from_slice(value);
            };
            put(offset_of!(Layout, rtt), &17_u32.to_ne_bytes());
            put(offset_of!(Layout, snd_wnd), &65_536_u32.to_ne_bytes());
            put(
                offset_of!(Layout, busy_time),
                &5_000_000_000_u64.to_ne_bytes(),
            );
            put(offset_of!(Layout, delivery_rate), &9_u64.to_ne_bytes());
            put(offset_of!(Layout, delivery_flags), &[FIRST_BIT]);
            let expected = TcpInfo {
                srtt_us: 17,
                peer_window: Some(65_536),
                bytes_acked: Some(0),
                bytes_received: Some(0),
                bytes_sent: Some(0),
                bytes_retransmitted: Some(0),
                segments_out: Some(0),
                segments_in: Some(0),
                busy_us: Some(5_000_000_000),
                receive_window_limited_us: Some(0),
                send_buffer_limited_us: Some(0),
                delivery_rate: Some(9),
                delivery_app_limited: Some(true),
                ..TcpInfo::default()
            };
            assert_eq!(parse(&bytes), Some(expected));
        }

        #[test]
        fn a_round_trip_or_a_rate_not_seen_yet_is_not_told_as_zero() {
            let none = parse(&[0; size_of::<Layout>()]).unwrap();
            assert_eq!(none.min_rtt_us, None);
            assert_eq!(none.delivery_rate, None);
            assert_eq!(none.delivery_app_limited, None);
            let all = parse(&[u8::MAX; size_of::<Layout>()]).unwrap();
            assert_eq!(all.min_rtt_us, None, "the kernel's word for unknown");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    use socket2::SockRef;

    use super::*;

    #[test]
    fn after_an_echo_the_kernel_tells_of_its_bytes_or_nothing_at_all() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut far, _) = listener.accept().unwrap();
        let mut bytes = [b'e'; 1_000];
        near.write_all(&bytes).unwrap();
        far.read_exact(&mut bytes).unwrap();
        far.write_all(&bytes).unwrap();
        near.read_exact(&mut bytes).unwrap();

        let info = tcp_info(&SockRef::from(&near));
        if cfg!(not(target_os = "linux")) {
            assert_eq!(info, None);
            return;
        }
        let info = info.unwrap();
        assert!(info.mss > 0, "{info:?}");
        assert!(info.pmtu >= info.mss, "{info:?}");
        assert!(info.cwnd_segments > 0, "{info:?}");
        assert!(info.srtt_us > 0, "{info:?}");
        // The rest is told by some kernels only, and then it is this.
        let or_not =
            |figure: Option<u64>, is: u64| assert!(figure.is_none_or(|f| f == is), "{info:?}");
        // The connection's own first byte, the SYN, is among the acknowledged.
        or_not(info.bytes_acked, 1_001);
        or_not(info.bytes_received, 1_000);
        or_not(info.bytes_sent, 1_000);
        or_not(info.bytes_retransmitted, 0);
        assert!(
            info.peer_window.is_none_or(|window| window > 1_000),
            "{info:?}"
        );
    }

    #[test]
    fn a_socket_that_is_no_tcp_has_none() {
        let datagrams = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        assert_eq!(tcp_info(&SockRef::from(&datagrams)), None);
    }
}
