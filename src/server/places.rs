//! Places for connections: in all, and for each address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::shared::{Shared, Slot};
use crate::protocol::RefusalReason;

/// Connections of each address that is served.
#[derive(Debug, Default)]
pub(super) struct ByAddress {
    counts: Mutex<HashMap<IpAddr, usize>>,
}

impl ByAddress {
    fn take(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<AddressSlot> {
        let mut counts = self.lock();
        match counts.entry(address) {
            Entry::Occupied(entry) if *entry.get() >= most => return None,
            Entry::Vacant(_) if most == 0 => return None,
            entry => *entry.or_default() += 1,
        }
        Some(AddressSlot {
            of: Arc::clone(self),
            address,
        })
    }

    fn leave(&self, address: IpAddr) {
        if let Entry::Occupied(mut entry) = self.lock().entry(address) {
            if *entry.get() <= 1 {
                entry.remove();
            } else {
                *entry.get_mut() -= 1;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // A panic elsewhere leaves the counts whole: every change is one step.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct AddressSlot {
    of: Arc<ByAddress>,
    address: IpAddr,
}

impl Drop for AddressSlot {
    fn drop(&mut self) {
        self.of.leave(self.address);
    }
}

/// A connection's place among those that are served. It is free again when dropped.
pub(super) struct Place {
    _of_all: Slot,
    _of_address: AddressSlot,
}

impl Place {
    /// A place for a client at `peer`, or why there is none.
    pub(super) fn take(shared: &Shared, peer: IpAddr) -> Result<Self, RefusalReason> {
        let config = &shared.config;
        let most = config.max_connections_per_address;
        let of_address = shared.by_address.take(counted_as(peer), most);
        let of_address = of_address.ok_or(RefusalReason::AddressFull)?;
        let of_all = Slot::take(&shared.served, config.max_connections as u64);
        let of_all = of_all.ok_or(RefusalReason::ServerFull)?;
        Ok(Self {
            _of_all: of_all,
            _of_address: of_address,
        })
    }
}

/// The address under which a client is counted. Whoever has an IPv6 network has all of its addresses, so its
/// first 64 bits count (RFC 4291, 2.5.1).
fn counted_as(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(ip) => ip.into(),
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        counted_as(text.parse().expect("an address"))
    }

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let all = Arc::new(ByAddress::default());
        let (one, other) = (address("10.0.0.1"), address("10.0.0.2"));
        let first = all.take(one, 2);
        let second = all.take(one, 2);
        assert!(first.is_some() && second.is_some());
        assert!(all.take(one, 2).is_none());
        assert!(all.take(other, 2).is_some());
        drop(first);
        assert!(all.take(one, 2).is_some());
        drop(second);
        assert!(all.lock().is_empty(), "nothing is kept of who has left");
        assert!(all.take(one, 0).is_none());
    }

    #[test]
    fn a_client_is_one_however_many_addresses_its_network_has() {
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:2"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
        assert_eq!(address("::ffff:10.0.0.1"), address("10.0.0.1"));
    }
}
