//! Who is let in.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};

/// Most networks in a list.
const MAX_NETWORKS: usize = 256;

/// The networks whose clients are let in. An empty list lets everyone in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowList(Vec<IpNet>);

impl AllowList {
    /// Whether everyone is let in.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a client at this address is let in. An IPv4 client that an IPv6 listener knows by its mapped
    /// address (`::ffff:192.0.2.1`) counts as the IPv4 client that it is.
    #[must_use]
    pub fn lets_in(&self, client: IpAddr) -> bool {
        let client = client.to_canonical();
        self.is_open() || self.0.iter().any(|network| network.contains(&client))
    }

    /// The list with the addresses by which this machine reaches itself let in too.
    #[must_use]
    pub fn with_loopback(mut self) -> Self {
        if !self.is_open() {
            let own = ["127.0.0.0/8", "::1/128"];
            self.0
                .extend(own.iter().filter_map(|text| text.parse::<IpNet>().ok()));
        }
        self
    }
}

impl fmt::Display for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, network) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(", ")?;
            }
            if network.prefix_len() == network.max_prefix_len() {
                network.addr().fmt(f)?;
            } else {
                network.fmt(f)?;
            }
        }
        Ok(())
    }
}

/// What is no list of networks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllowListError {
    /// One of its entries is none.
    #[error(
        "\"{0}\" is neither an address nor a network, such as 192.168.1.0/24, 10.0.0.7 or 2001:db8::/32"
    )]
    NoNetwork(String),
    /// There is none: that it lets everyone in is not to come of a slip.
    #[error("there is no network in \"{0}\"; leave the list out to let everyone in")]
    Empty(String),
    /// There are too many.
    #[error("there are more than {MAX_NETWORKS} networks")]
    TooMany,
}

impl FromStr for AllowList {
    type Err = AllowListError;

    /// Networks and addresses between commas or blanks; at least one.
    fn from_str(text: &str) -> Result<Self, AllowListError> {
        let words = text.split(|byte: char| byte == ',' || byte.is_whitespace());
        let mut networks = Vec::new();
        for word in words.filter(|word| !word.is_empty()) {
            if networks.len() == MAX_NETWORKS {
                return Err(AllowListError::TooMany);
            }
            networks.push(network(word).ok_or_else(|| {
                let shown: String = word.chars().take(60).collect();
                AllowListError::NoNetwork(shown)
            })?);
        }
        if networks.is_empty() {
            return Err(AllowListError::Empty(text.chars().take(60).collect()));
        }
        Ok(Self(networks))
    }
}

/// A network, or an address as the network that it is alone. Bits behind the prefix are passed over, and what
/// is mapped is what it stands for.
fn network(word: &str) -> Option<IpNet> {
    let network = match word.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => word.parse().ok()?,
    };
    let network = match network {
        IpNet::V6(wide) if wide.prefix_len() >= 96 => match wide.addr().to_ipv4_mapped() {
            Some(ip) => Ipv4Net::new(ip, wide.prefix_len() - 96).ok()?.into(),
            None => network,
        },
        _ => network,
    };
    Some(network.trunc())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(text: &str) -> AllowList {
        text.parse().expect(text)
    }

    fn lets_in(networks: &str, client: &str) -> bool {
        list(networks).lets_in(client.parse().expect("an address"))
    }

    #[test]
    fn clients_of_the_networks_are_let_in_and_nobody_else() {
        for (networks, client, is_in) in [
            ("192.168.1.0/24", "192.168.1.77", true),
            ("192.168.1.0/24", "192.168.2.77", false),
            ("192.168.1.7/24", "192.168.1.9", true),
            ("10.0.0.7", "10.0.0.7", true),
            ("10.0.0.7", "10.0.0.8", false),
            ("10.0.0.7 2001:db8::/32", "2001:db8:1::5", true),
            ("10.0.0.7,2001:db8::/32", "2001:db9::5", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
        ] {
            assert_eq!(lets_in(networks, client), is_in, "{client} in {networks}");
        }
    }

    #[test]
    fn a_mapped_address_is_the_ipv4_address_that_it_stands_for() {
        assert!(lets_in("192.168.1.0/24", "::ffff:192.168.1.5"));
        assert!(!lets_in("192.168.1.0/24", "::ffff:192.168.2.5"));
        assert!(!lets_in("::/0", "::ffff:192.168.2.5"));
        assert!(lets_in("::ffff:192.168.1.0/120", "192.168.1.5"));
        assert!(!lets_in("::ffff:192.168.1.0/120", "192.168.2.5"));
        assert!(lets_in("::ffff:0:0/96", "192.168.2.5"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        assert!(AllowList::default().lets_in("203.0.113.9".parse().unwrap()));
        for text in [
            // An empty variable of a shell must not open what was to be closed.
            "",
            " , ",
            "lab",
            "10.0.0.0/33",
            "10.0.0",
            "::1/129",
            "10.0.0.1/",
            "/8",
            "1.2.3.4/8/8",
        ] {
            assert!(text.parse::<AllowList>().is_err(), "{text}");
        }
        let many = "10.0.0.1 ".repeat(MAX_NETWORKS + 1);
        assert_eq!(many.parse::<AllowList>(), Err(AllowListError::TooMany));
    }

    #[test]
    fn this_machine_can_be_let_in_besides() {
        let own = "127.0.0.1".parse().expect("an address");
        assert!(!list("10.0.0.0/8").lets_in(own));
        assert!(list("10.0.0.0/8").with_loopback().lets_in(own));
        assert!(AllowList::default().with_loopback().is_open());
    }

    proptest! {
        #[test]
        fn a_list_reads_as_it_is_shown(text in "([0-9a-f.:/, ]{0,40}|(10\\.[0-9]{1,2}\\.0\\.0/[0-9]{1,2},? ?){0,4})") {
            if let Ok(list) = text.parse::<AllowList>() {
                prop_assert_eq!(list.to_string().parse(), Ok(list));
            }
        }
    }
}
