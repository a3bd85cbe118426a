//! Sessions of which all but the termination came over a connection that the client has closed.
//!
//! Some clients send their termination over a connection of its own, when somebody types it. Only the address says of
//! which session it is, so little is taken for that: every probe was echoed, the client closed its connection then, and
//! the letter is the one that is due. Anything else that comes first over a connection has to be a setup.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::protocol::RequestParser;

/// How long typing it may take.
const TYPED_WITHIN: Duration = Duration::from_secs(30);
/// Addresses that are remembered; of any other a termination alone is refused.
const MOST: usize = 256;

/// Where each of these sessions is.
#[derive(Debug, Default)]
pub(super) struct Parted {
    sessions: Mutex<HashMap<IpAddr, (RequestParser, Instant)>>,
}

impl Parted {
    /// A client of that address has closed, and its session awaits the termination alone.
    pub(super) fn put(&self, address: IpAddr, parser: RequestParser, now: Instant) {
        // Every change is one step.
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= MOST {
            sessions.retain(|_, (_, since)| is_fresh(*since, now));
        }
        if sessions.len() < MOST || sessions.contains_key(&address) {
            sessions.insert(address, (parser, now));
        }
    }

    /// The session that ends with what came first over a connection from that address.
    pub(super) fn take(
        &self,
        address: IpAddr,
        first: &[u8],
        now: Instant,
    ) -> Option<RequestParser> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let (parser, since) = sessions.get(&address)?;
        if !is_fresh(*since, now) {
            sessions.remove(&address);
            return None;
        }
        let termination = parser.dialect().termination();
        if !first.starts_with(termination.as_bytes()) {
            return None;
        }
        sessions.remove(&address).map(|(parser, _)| parser)
    }
}

fn is_fresh(since: Instant, now: Instant) -> bool {
    now.saturating_duration_since(since) <= TYPED_WITHIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Rules;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn echoed() -> RequestParser {
        let mut parser = RequestParser::new(Rules::default());
        for message in ["s rtt 1 3 0\n", "m 1 abc\n"] {
            assert!(matches!(parser.next(message.as_bytes()), Ok(Some(_))));
        }
        parser
    }

    #[test]
    fn a_termination_finds_the_session_of_its_address_once() {
        let (parted, now) = (Parted::default(), Instant::now());
        let there = IpAddr::from([127, 0, 0, 2]);
        parted.put(HERE, echoed(), now);
        assert!(parted.take(there, b"t\n", now).is_none());
        for other in [&b"s rtt 1 3 0\n"[..], b"m 1 abc\n", b"\n", b"", b"b"] {
            assert!(parted.take(HERE, other, now).is_none(), "{other:?}");
        }
        assert!(parted.take(HERE, b"t\n", now).is_some());
        assert!(parted.take(HERE, b"t\n", now).is_none());
    }

    #[test]
    fn a_session_is_forgotten_when_nobody_types_that_long() {
        let (parted, now) = (Parted::default(), Instant::now());
        parted.put(HERE, echoed(), now);
        let later = now + TYPED_WITHIN + Duration::from_millis(1);
        assert!(parted.take(HERE, b"t", later).is_none());
        assert!(parted.take(HERE, b"t", now).is_none());
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for_and_old_ones_make_room() {
        let (parted, now) = (Parted::default(), Instant::now());
        let address = |number: u32| IpAddr::from(number.to_be_bytes());
        let most = u32::try_from(MOST).unwrap();
        for number in 0..=most {
            parted.put(address(number), echoed(), now);
        }
        assert!(parted.take(address(most), b"t", now).is_none());
        assert!(parted.take(address(0), b"t", now).is_some());
        let later = now + 2 * TYPED_WITHIN;
        parted.put(address(0), echoed(), later);
        parted.put(address(most), echoed(), later);
        assert!(parted.take(address(most), b"t", later).is_some());
    }
}
