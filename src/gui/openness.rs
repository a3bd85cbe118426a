//! To whom a server that listens beyond this machine is open, in words.

use std::net::IpAddr;

/// Whom a server at `address` serves besides this machine; `None` where nobody else reaches it. `lets_in_all` where
/// no list of networks holds clients off, `wants_key` where they have to show an access key.
#[must_use]
pub fn open_to(address: IpAddr, lets_in_all: bool, wants_key: bool) -> Option<&'static str> {
    if address.to_canonical().is_loopback() {
        return None;
    }
    Some(match (lets_in_all, wants_key) {
        (true, false) => "open to the network: whoever reaches this machine is served",
        (true, true) => "open to the network, for clients that know the access key",
        (false, false) => "open to the networks that are let in",
        (false, true) => {
            "open to the networks that are let in, for clients that know the access key"
        }
    })
}
