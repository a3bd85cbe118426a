//! What the embedded server bears and whom it lets in, as it is being typed.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::form_text::{bytes, or_nothing, whole};
use crate::measurement::units::counted;
use crate::protocol::AccessKey;
use crate::server::{AllowList, LEAST_RATE, ServerConfig};

/// A text that is shown nowhere and kept in no file.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(pub String);

impl Secret {
    /// The access key that it is; none where nothing stands.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn access_key(&self) -> Result<Option<AccessKey>, String> {
        or_nothing(&self.0, |text| {
            AccessKey::new(text).map_err(|error| error.to_string())
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A field of the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The networks that are let in.
    Allow,
    /// The access key.
    AccessKey,
    /// Connections in all.
    Connections,
    /// Connections of one address.
    PerAddress,
    /// The largest message size.
    MessageSize,
    /// The most probes of a session.
    Probes,
    /// The longest server delay.
    Delay,
    /// The longest session.
    SessionTime,
    /// The longest silence.
    IdleTime,
    /// Bytes a second of a connection.
    Rate,
}

impl Limit {
    /// Every field.
    pub const ALL: [Self; 10] = [
        Self::Allow,
        Self::AccessKey,
        Self::Connections,
        Self::PerAddress,
        Self::MessageSize,
        Self::Probes,
        Self::Delay,
        Self::SessionTime,
        Self::IdleTime,
        Self::Rate,
    ];

    /// Its name in the window.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "Let in",
            Self::AccessKey => "Access key wanted",
            Self::Connections => "Most connections",
            Self::PerAddress => "Of one address",
            Self::MessageSize => "Largest message",
            Self::Probes => "Most probes",
            Self::Delay => "Longest delay",
            Self::SessionTime => "Session time",
            Self::IdleTime => "Idle time",
            Self::Rate => "Rate of a connection",
        }
    }
}

/// The limits of the embedded server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerLimits {
    /// Networks whose clients are let in; empty for everyone.
    pub allow: String,
    /// The access key; empty for none.
    #[serde(skip)]
    pub access_key: Secret,
    /// Connections in all.
    pub connections: String,
    /// Connections of one address.
    pub per_address: String,
    /// The largest message size in bytes.
    pub message_size: String,
    /// The most probes of a session.
    pub probes: String,
    /// The longest server delay in milliseconds.
    pub delay_ms: String,
    /// The longest session in seconds.
    pub session_s: String,
    /// The longest silence in seconds.
    pub idle_s: String,
    /// Bytes a second of a connection; empty for no limit.
    pub rate: String,
}

impl Default for ServerLimits {
    fn default() -> Self {
        let config = ServerConfig::default();
        Self {
            allow: String::new(),
            access_key: Secret::default(),
            connections: config.max_connections.to_string(),
            per_address: config.max_connections_per_address.to_string(),
            message_size: "64M".to_owned(),
            probes: config.limits.max_probes.to_string(),
            delay_ms: config.limits.max_delay_ms.to_string(),
            session_s: config.session_time.as_secs().to_string(),
            idle_s: config.idle_timeout.as_secs().to_string(),
            rate: String::new(),
        }
    }
}

impl ServerLimits {
    /// The text of a field.
    pub fn text(&mut self, limit: Limit) -> &mut String {
        match limit {
            Limit::Allow => &mut self.allow,
            Limit::AccessKey => &mut self.access_key.0,
            Limit::Connections => &mut self.connections,
            Limit::PerAddress => &mut self.per_address,
            Limit::MessageSize => &mut self.message_size,
            Limit::Probes => &mut self.probes,
            Limit::Delay => &mut self.delay_ms,
            Limit::SessionTime => &mut self.session_s,
            Limit::IdleTime => &mut self.idle_s,
            Limit::Rate => &mut self.rate,
        }
    }

    /// A server with these limits.
    ///
    /// # Errors
    /// The first field that cannot be read, and why.
    pub fn config(&self) -> Result<ServerConfig, String> {
        let mut config = ServerConfig::default();
        for limit in Limit::ALL {
            self.put(limit, &mut config)
                .map_err(|why| format!("{}: {why}", limit.name()))?;
        }
        Ok(config)
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn problem(&self, limit: Limit) -> Option<String> {
        self.put(limit, &mut ServerConfig::default()).err()
    }

    /// Where one limit makes another say nothing.
    #[must_use]
    pub fn contradictions(&self) -> Vec<String> {
        let Ok(config) = self.config() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        if config.max_connections_per_address > config.max_connections {
            found.push(format!(
                "One address cannot have more than the {} there are in all.",
                counted(config.max_connections as u64, "connection")
            ));
        }
        if Duration::from_millis(config.limits.max_delay_ms) > config.session_time {
            found.push(format!(
                "No delay can be longer than a session: those beyond {} s are refused.",
                config.session_time.as_secs()
            ));
        }
        found
    }

    fn put(&self, limit: Limit, config: &mut ServerConfig) -> Result<(), String> {
        match limit {
            Limit::Allow => {
                if self.allow.trim().is_empty() {
                    config.allow = AllowList::default();
                    return Ok(());
                }
                let allow = self.allow.parse::<AllowList>();
                // The window measures its own server, so this machine is always let in.
                config.allow = allow.map_err(|error| error.to_string())?.with_loopback();
            }
            Limit::AccessKey => config.access_key = self.access_key.access_key()?,
            Limit::Connections => config.max_connections = at_least_one(&self.connections)?,
            Limit::PerAddress => {
                config.max_connections_per_address = at_least_one(&self.per_address)?;
            }
            Limit::MessageSize => config.limits.max_message_size = at_least(&self.message_size, 1)?,
            Limit::Probes => {
                let probes = at_least_one(&self.probes)?;
                config.limits.max_probes = u32::try_from(probes).unwrap_or(u32::MAX);
            }
            Limit::Delay => config.limits.max_delay_ms = whole(&self.delay_ms)?.into(),
            Limit::SessionTime => config.session_time = seconds(&self.session_s)?,
            Limit::IdleTime => config.idle_timeout = seconds(&self.idle_s)?,
            Limit::Rate => {
                let rate = or_nothing(&self.rate, |text| at_least(text, LEAST_RATE))?;
                config.max_rate = rate.and_then(NonZeroU64::new);
            }
        }
        Ok(())
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match whole(text)? {
        0 => Err("must be at least 1".to_owned()),
        number => usize::try_from(number).map_err(|_| "is too large".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match whole(text)? {
        0 => Err("must be at least 1 s".to_owned()),
        number => Ok(Duration::from_secs(number.into())),
    }
}

fn at_least(text: &str, least: u64) -> Result<u64, String> {
    let count = bytes(text)?;
    if count < least {
        return Err(format!("must be at least {least}"));
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_the_servers_own_until_they_are_changed() {
        let config = ServerLimits::default().config().expect("limits");
        let usual = ServerConfig::default();
        assert_eq!(format!("{config:?}"), format!("{usual:?}"));
    }

    #[test]
    fn each_field_says_what_is_wrong_with_it() {
        for (limit, text) in [
            (Limit::Allow, "lab"),
            (Limit::AccessKey, "short"),
            (Limit::Connections, "0"),
            (Limit::PerAddress, ""),
            (Limit::MessageSize, "0"),
            (Limit::MessageSize, "1,2"),
            (Limit::Probes, "x"),
            (Limit::Delay, "-1"),
            (Limit::SessionTime, "0"),
            (Limit::IdleTime, "1.5"),
            (Limit::Rate, "1023"),
        ] {
            let mut limits = ServerLimits::default();
            assert_eq!(limits.problem(limit), None);
            text.clone_into(limits.text(limit));
            let problem = limits.problem(limit).expect("a problem");
            let error = limits.config().expect_err("a problem");
            assert_eq!(error, format!("{}: {problem}", limit.name()));
        }
    }

    #[test]
    fn a_limit_that_another_one_makes_pointless_is_told() {
        let mut limits = ServerLimits::default();
        assert_eq!(limits.contradictions(), [""; 0]);
        limits.connections = "2".to_owned();
        limits.session_s = "20".to_owned();
        assert_eq!(
            limits.contradictions(),
            [
                "One address cannot have more than the 2 connections there are in all.",
                "No delay can be longer than a session: those beyond 20 s are refused."
            ]
        );
    }

    #[test]
    fn this_machine_is_let_in_whatever_the_list_and_the_key_is_kept_in_no_file() {
        let mut limits = ServerLimits {
            allow: "192.168.1.0/24".to_owned(),
            rate: "1M".to_owned(),
            ..ServerLimits::default()
        };
        limits.access_key = Secret("a key of some length".to_owned());
        let config = limits.config().expect("limits");
        let lets_in = |client: &str| config.allow.lets_in(client.parse().expect("an address"));
        assert!(lets_in("127.0.0.1") && lets_in("192.168.1.9") && !lets_in("192.168.2.9"));
        assert_eq!(config.max_rate, NonZeroU64::new(1 << 20));
        assert!(config.access_key.is_some());
        let text = ron::to_string(&limits).expect("text");
        assert!(!text.contains("some length"), "{text}");
        assert!(!format!("{limits:?}").contains("some length"));
        let read: ServerLimits = ron::from_str(&text).expect("read");
        assert_eq!(
            (read.access_key, read.rate),
            (Secret::default(), "1M".to_owned())
        );
    }
}
