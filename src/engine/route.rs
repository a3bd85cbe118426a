//! Which interface the packets of a connection use.
//!
//! Told from the connection's own two addresses and those of the machine's interfaces, so nothing is
//! sent and no route is looked up: a system sends from an address of the interface that it sends by,
//! unless its administrator has said otherwise. What is sent to one of the machine's own addresses
//! never leaves it: it takes the loopback interface, whichever interface has that address.

use std::net::{IpAddr, SocketAddr};

use crate::measurement::Route;

/// The way from `local` to `peer`, the two ends of a connection.
pub(super) fn route(local: SocketAddr, peer: SocketAddr) -> Route {
    let interfaces: Vec<Interface> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .into_iter()
        .map(|found| Interface {
            address: found.ip(),
            index: found.index,
            name: found.name,
        })
        .collect();
    let (found, loopback) = choose(&interfaces, local, peer);
    Route {
        interface: found.map_or_else(String::new, |found| device(&found.name).to_owned()),
        mtu: found.and_then(mtu),
        loopback,
    }
}

/// One address of an interface.
#[derive(Debug, Clone)]
struct Interface {
    name: String,
    index: Option<u32>,
    address: IpAddr,
}

impl Interface {
    /// Whether it has this address. The same link-local address can be on several interfaces: then the
    /// scope is the interface's index.
    fn has(&self, address: SocketAddr) -> bool {
        let scope = match address {
            SocketAddr::V6(v6) if v6.ip().is_unicast_link_local() => Some(v6.scope_id()),
            _ => None,
        };
        let elsewhere = |scope| scope != 0 && self.index.is_some_and(|index| index != scope);
        self.address == address.ip().to_canonical() && !scope.is_some_and(elsewhere)
    }
}

/// The interface, and whether the packets never leave this machine.
fn choose(
    interfaces: &[Interface],
    local: SocketAddr,
    peer: SocketAddr,
) -> (Option<&Interface>, bool) {
    let is_own = |address: SocketAddr| interfaces.iter().any(|found| found.has(address));
    let peer_ip = peer.ip().to_canonical();
    // All of 127.0.0.0/8 is this machine, though the interface shows one address of it.
    let loopback = peer_ip.is_loopback() || peer_ip == local.ip().to_canonical() || is_own(peer);
    let found = if loopback {
        let mut internal = interfaces
            .iter()
            .filter(|found| found.address.is_loopback());
        internal.next()
    } else {
        interfaces.iter().find(|found| found.has(local))
    };
    (found, loopback)
}

/// Linux names a second address of an interface `eth0:label`.
fn device(name: &str) -> &str {
    name.split(':').next().unwrap_or(name)
}

/// The interface's MTU in bytes; `None` where it is not told.
#[cfg(target_os = "linux")]
fn mtu(interface: &Interface) -> Option<u32> {
    let folder = std::path::Path::new("/sys/class/net").join(device(&interface.name));
    let figure = |name: &str| -> Option<u32> {
        let text = std::fs::read_to_string(folder.join(name)).ok()?;
        text.trim().parse().ok()
    };
    // In a network namespace of its own a program may still see another one's files.
    (figure("ifindex") == interface.index).then(|| figure("mtu"))?
}

/// Not available here.
#[cfg(not(target_os = "linux"))]
fn mtu(_: &Interface) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Vec<Interface> {
        [
            ("lo", 1, "127.0.0.1"),
            ("eth0", 2, "192.0.2.7"),
            ("eth0:second", 2, "192.0.2.8"),
            ("wlan0", 3, "198.51.100.9"),
            ("lo", 1, "::1"),
            ("eth0", 2, "fe80::7"),
            ("wlan0", 3, "fe80::7"),
            ("wlan0", 3, "fe80::8"),
            ("wlan0", 3, "2001:db8::9"),
        ]
        .map(|(name, index, address)| Interface {
            name: name.to_owned(),
            index: Some(index),
            address: address.parse().unwrap(),
        })
        .to_vec()
    }

    /// The interface between two addresses, and whether it stays on the machine.
    fn between(local: &str, peer: &str) -> (String, bool) {
        let machine = machine();
        let (found, loopback) = choose(&machine, local.parse().unwrap(), peer.parse().unwrap());
        let name = found.map_or("", |found| device(&found.name));
        (name.to_owned(), loopback)
    }

    fn leaves_by(name: &str) -> (String, bool) {
        (name.to_owned(), false)
    }

    #[test]
    fn packets_leave_by_the_interface_that_has_the_local_address() {
        let far = "203.0.113.1:7";
        assert_eq!(between("192.0.2.7:5", far), leaves_by("eth0"));
        assert_eq!(between("192.0.2.8:5", far), leaves_by("eth0"), "an alias");
        assert_eq!(between("198.51.100.9:5", far), leaves_by("wlan0"));
        assert_eq!(
            between("[2001:db8::9]:5", "[2001:db8::1]:7"),
            leaves_by("wlan0")
        );
        assert_eq!(between("192.0.2.200:5", far), leaves_by(""), "nobody's");
    }

    #[test]
    fn an_ipv4_address_written_as_ipv6_is_the_same_address() {
        assert_eq!(
            between("[::ffff:192.0.2.7]:5", "[::ffff:203.0.113.1]:7"),
            leaves_by("eth0")
        );
        let stays = ("lo".to_owned(), true);
        assert_eq!(
            between("[::ffff:127.0.0.1]:5", "[::ffff:127.0.0.1]:7"),
            stays
        );
    }

    #[test]
    fn the_scope_tells_the_same_link_local_address_of_two_interfaces_apart() {
        let peer = "[fe80::99%2]:7";
        assert_eq!(between("[fe80::7%2]:5", peer), leaves_by("eth0"));
        assert_eq!(between("[fe80::7%3]:5", peer), leaves_by("wlan0"));
        // An own address on one link is somebody else's on the other.
        assert_eq!(between("[fe80::7%2]:5", "[fe80::8%2]:7"), leaves_by("eth0"));
        let stays = ("lo".to_owned(), true);
        assert_eq!(between("[fe80::7%3]:5", "[fe80::8%3]:7"), stays);
    }

    #[test]
    fn what_goes_to_an_own_address_never_leaves_the_machine() {
        let stays = ("lo".to_owned(), true);
        assert_eq!(between("127.0.0.1:5", "127.0.0.1:7"), stays);
        assert_eq!(between("127.0.0.1:5", "127.9.9.9:7"), stays);
        assert_eq!(between("[::1]:5", "[::1]:7"), stays);
        assert_eq!(between("192.0.2.7:5", "192.0.2.7:7"), stays, "itself");
        assert_eq!(between("192.0.2.7:5", "198.51.100.9:7"), stays, "another");
    }

    #[test]
    fn a_connection_on_this_machine_is_seen_as_what_it_is() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = listener.local_addr().unwrap();
        let stream = std::net::TcpStream::connect(peer).unwrap();
        let route = route(stream.local_addr().unwrap(), peer);
        assert!(route.loopback);
        assert!(!route.interface.is_empty());
        assert_eq!(
            route.mtu.is_some_and(|mtu| mtu >= 1_280),
            cfg!(target_os = "linux"),
            "{route:?}"
        );
    }
}
