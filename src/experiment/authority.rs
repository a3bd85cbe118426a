//! A host and a port as one piece of text.

/// `host:port`, an IPv6 address in brackets (the authority of RFC 3986, 3.2).
#[must_use]
pub fn authority(host: &str, port: u16) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_colons_has_brackets_once() {
        assert_eq!(authority("lab7", 7000), "lab7:7000");
        assert_eq!(authority("192.0.2.1", 7000), "192.0.2.1:7000");
        assert_eq!(authority("::1", 7000), "[::1]:7000");
        assert_eq!(authority("[::1]", 7000), "[::1]:7000");
    }
}
