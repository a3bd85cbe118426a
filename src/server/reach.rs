//! Where other machines reach a server that listens on every address of this one. Nothing is sent to find
//! out: the system tells the addresses of its interfaces.

use std::net::{IpAddr, SocketAddr};

/// An address at which other machines may reach a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The address.
    pub address: SocketAddr,
    /// The interface that has it.
    pub interface: String,
}

/// The addresses of a server that listens on `listening`, the likeliest first; none where it does not
/// listen on every address, or where no network is up.
#[must_use]
pub fn reached_at(listening: SocketAddr) -> Vec<Reach> {
    if !listening.ip().is_unspecified() {
        return Vec::new();
    }
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let up = interfaces
        .into_iter()
        .filter(if_addrs::Interface::is_oper_up);
    let found = up.map(|found| Reach {
        address: SocketAddr::new(found.ip(), listening.port()),
        interface: found.name,
    });
    choose(listening.ip(), found.collect())
}

fn choose(listening: IpAddr, mut found: Vec<Reach>) -> Vec<Reach> {
    found.retain(|reach| match reach.address.ip() {
        IpAddr::V4(ip) => !ip.is_loopback(),
        // A link-local address of IPv6 is of use only with the name of the other machine's interface.
        IpAddr::V6(ip) => listening.is_ipv6() && !ip.is_loopback() && !ip.is_unicast_link_local(),
    });
    found.sort_by_key(|reach| {
        let self_given = matches!(reach.address.ip(), IpAddr::V4(ip) if ip.is_link_local());
        (
            is_inside(&reach.interface),
            self_given,
            reach.address.is_ipv6(),
        )
    });
    found
}

/// Whether an interface has a name that programs give to networks within a machine.
fn is_inside(interface: &str) -> bool {
    let names = [
        "docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "podman", "lxc",
    ];
    names.iter().any(|name| interface.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(all: &[(&str, &str)]) -> Vec<Reach> {
        let reach = |(address, interface): &(&str, &str)| Reach {
            address: SocketAddr::new(address.parse().unwrap(), 10_000),
            interface: (*interface).to_owned(),
        };
        all.iter().map(reach).collect()
    }

    fn chosen(listening: &str, all: &[(&str, &str)]) -> Vec<String> {
        let chosen = choose(listening.parse().unwrap(), found(all));
        chosen
            .into_iter()
            .map(|reach| reach.address.to_string())
            .collect()
    }

    const ALL: [(&str, &str); 7] = [
        ("127.0.0.1", "lo"),
        ("::1", "lo"),
        ("172.17.0.1", "docker0"),
        ("169.254.7.7", "eth1"),
        ("fe80::7", "eth0"),
        ("2001:db8::7", "eth0"),
        ("192.0.2.7", "eth0"),
    ];

    #[test]
    fn addresses_that_others_can_use_come_first_and_loopback_never() {
        let of_v4 = ["192.0.2.7:10000", "169.254.7.7:10000", "172.17.0.1:10000"];
        assert_eq!(chosen("0.0.0.0", &ALL), of_v4);
        assert_eq!(
            chosen("::", &ALL),
            [
                "192.0.2.7:10000",
                "[2001:db8::7]:10000",
                "169.254.7.7:10000",
                "172.17.0.1:10000"
            ]
        );
    }

    #[test]
    fn a_server_on_one_address_is_reached_at_no_other() {
        for address in ["127.0.0.1:10000", "192.0.2.7:10000", "[::1]:10000"] {
            assert_eq!(reached_at(address.parse().unwrap()), []);
        }
    }
}
