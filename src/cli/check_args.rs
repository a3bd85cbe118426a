//! The options of `check`, as their help says them.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values;
use crate::protocol::Dialect;

/// Puts a server, or a client, through the rules of the protocol, one numbered check after another.
///
/// `echograph check HOST PORT` connects to a server; `echograph check --client` listens for a client. Each
/// check names the rule of docs/PROTOCOL.md that it stands on, and shows the bytes.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, after_help = CHECK_NOTES)]
pub(super) struct CheckArgs {
    /// The server: a name or an address.
    #[arg(value_name = "HOST", required_unless_present = "client")]
    pub host: Option<String>,
    /// Its TCP port.
    #[arg(value_name = "PORT", required_unless_present = "client", value_parser = values::port)]
    pub server_port: Option<u16>,
    /// Check a client: listen, print `listening on ADDR:PORT`, and say when to start the client again.
    #[arg(long, conflicts_with_all = ["host", "server_port"])]
    pub client: bool,
    /// Where to listen for the client.
    #[arg(
        long, value_name = "ADDR", default_value = "127.0.0.1", value_parser = values::address,
        requires = "client"
    )]
    pub bind: IpAddr,
    /// The TCP port to listen on for the client; 0 takes a free one.
    #[arg(
        long = "port", value_name = "PORT", default_value = "10000",
        value_parser = values::any_port, requires = "client"
    )]
    pub port: u16,
    /// How long to wait for the client to come, or to come again, in seconds.
    #[arg(
        long, value_name = "S", default_value = "60", value_parser = values::seconds,
        requires = "client"
    )]
    pub idle_timeout: Duration,
    /// The wording of the protocol: boston, bologna or boston-size-first.
    #[arg(long, value_name = "NAME", default_value = "boston", value_parser = dialect)]
    pub dialect: Dialect,
    /// Fail what the text leaves open too: words and ends of replies, the unit of the delay, and so on.
    #[arg(long)]
    pub strict: bool,
    /// How long to wait for an answer, in seconds.
    #[arg(long, value_name = "S", default_value = "2", value_parser = values::seconds)]
    pub timeout: Duration,
    /// Write what was found as JSON; - is standard output.
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Write what was found as a lab report in one HTML file; - is standard output.
    #[arg(long, value_name = "FILE|-")]
    pub html: Option<PathBuf>,
    /// Print nothing but errors and what --json - or --html - asks for.
    #[arg(long)]
    pub quiet: bool,
}

fn dialect(text: &str) -> Result<Dialect, String> {
    let dialect: Dialect = text.parse().map_err(|error| format!("{error}"))?;
    if dialect.has_phases() {
        Ok(dialect)
    } else {
        Err("echo has no messages, so there is nothing in it to check".to_owned())
    }
}

const CHECK_NOTES: &str = "\
Ctrl+C ends the check; what was found until then is shown and written. A server that dies is waited for
10 s, in case something starts it again.
Exit code: 0 every check was passed or not applicable; 1 one was failed, the server died or was not there,
or the check was stopped; 2 wrong usage.";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command};

    fn asked(words: &[&str]) -> Result<Box<CheckArgs>, String> {
        match Cli::try_parse_from(["echograph", "check"].iter().chain(words)) {
            Ok(Cli {
                command: Some(Command::Check(args)),
                ..
            }) => Ok(args),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn a_server_is_named_or_a_client_is_waited_for() {
        let server = asked(&["lab7", "7000"]).unwrap();
        assert_eq!(server.host.as_deref(), Some("lab7"));
        assert_eq!(server.server_port, Some(7000));
        let client = asked(&["--client", "--port", "0"]).unwrap();
        assert!(client.client && client.port == 0);
        for wrong in [
            &["lab7"][..],
            &[],
            &["lab7", "0"],
            &["lab7", "7000", "--client"],
            &["lab7", "7000", "--dialect", "echo"],
        ] {
            assert!(asked(wrong).is_err(), "{wrong:?}");
        }
    }
}
