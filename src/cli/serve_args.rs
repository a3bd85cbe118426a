//! The options of `serve`, as their help says them.

use std::net::IpAddr;
use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Duration;

use clap::Args;

use super::values::{self, List};
use crate::experiment::WaitStrategy;
use crate::protocol::{DEFAULT_MAX_DELAY_MS, DEFAULT_MAX_PROBES, DelayUnit, Dialect, EchoStyle};
use crate::server::{AllowList, ReplyEnd};

/// Runs the echo server until Ctrl+C.
///
/// Prints `listening on ADDR:PORT` on standard output as soon as it listens, and a line for each
/// session on standard error.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(super) struct ServeArgs {
    /// The address to listen on; 0.0.0.0 or :: lets everyone in who can reach this machine.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1", value_parser = values::address)]
    pub bind: IpAddr,
    /// The TCP port to listen on; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value = "10000", value_parser = values::any_port)]
    pub port: u16,
    /// The wording of the protocol: boston, bologna, boston-size-first or echo. Unless it is strict, the
    /// server recognises the others by what a client sends and answers in them; echo only when chosen.
    #[arg(long, value_name = "NAME", default_value = "boston")]
    pub dialect: Dialect,
    /// Take messages only to the letter, in the one dialect.
    #[arg(long)]
    pub strict: bool,
    /// How to wait for the next probe: auto asks again and again while probes come quickly, then
    /// sleeps; spin asks until a client in its measurement was silent for a second, at the cost of a
    /// processor; block sleeps.
    #[arg(long, value_name = "HOW", default_value_t)]
    pub wait: WaitStrategy,
    /// Print no line for each session.
    #[arg(long)]
    pub quiet: bool,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub manner: MannerArgs,
}

// No docs on these: clap would print them as those of the command.

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits, and who is let in")]
pub(super) struct LimitArgs {
    /// The networks whose clients are let in, such as 192.168.1.0/24,10.0.0.7; others find their connection
    /// closed. An IPv4 client is one on an IPv6 listener too [everyone].
    #[arg(long, value_name = "NETWORKS")]
    pub allow: Option<AllowList>,
    /// A file whose first line is the access key: only clients that show it are served, which of all programs
    /// Echograph alone can. The key itself never travels.
    #[arg(long, value_name = "FILE", value_parser = values::access_key)]
    pub access_key_file: Option<values::KeyFile>,
    /// Connections served at once; further ones are refused.
    #[arg(long, value_name = "N", default_value = "256", value_parser = values::at_least_one)]
    pub max_connections: u32,
    /// As many of one address; an IPv6 client counts with all of its /64 network.
    #[arg(long, value_name = "N", default_value = "128", value_parser = values::at_least_one)]
    pub max_connections_per_address: u32,
    /// Largest message size accepted, in bytes; K and M may follow the number.
    #[arg(long, value_name = "SIZE", default_value = "64M", value_parser = values::size)]
    pub max_size: u64,
    /// Most probes accepted in a session; K and M may follow the number.
    #[arg(
        long, value_name = "N", default_value_t = DEFAULT_MAX_PROBES,
        value_parser = values::at_least_one
    )]
    pub max_probes: u32,
    /// Longest server delay accepted, in milliseconds.
    #[arg(
        long, value_name = "MS", default_value_t = DEFAULT_MAX_DELAY_MS,
        value_parser = values::whole
    )]
    pub max_delay: u64,
    /// Bytes a second read from one connection, at least 1K; K and M may follow the number. A client that
    /// sends more is slowed down, and measures that [no limit].
    #[arg(long, value_name = "BYTES", value_parser = values::rate)]
    pub max_rate: Option<NonZeroU64>,
    /// Time in seconds that a session may take in all.
    #[arg(long, value_name = "S", default_value = "3600", value_parser = values::seconds)]
    pub session_time: Duration,
    /// Time in seconds after which a client is let go that neither sends nor takes anything; its setup line has
    /// to be whole within it.
    #[arg(long, value_name = "S", default_value = "60", value_parser = values::seconds)]
    pub idle_timeout: Duration,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "A quirky server, to try a client with")]
pub(super) struct MannerArgs {
    /// Do one thing that real servers do and the text does not have; "list" prints what there is. The
    /// options below go on from there.
    #[arg(long, value_name = "NAME")]
    pub act_as: Option<String>,
    /// What ends a reply: auto (nothing where nothing ended the client's setup, else newline), newline, nothing, nul or crlf.
    #[arg(long, value_name = "END")]
    pub reply_end: Option<ReplyEnd>,
    /// What comes back for a probe, with {message} or {payload} in it: "{message}\n" is the message as it
    /// came, "{payload}" the payload alone.
    #[arg(long, value_name = "TEMPLATE")]
    pub echo: Option<EchoStyle>,
    /// Most bytes of an echo in one write; K and M may follow the number.
    #[arg(long, value_name = "BYTES", value_parser = values::pieces)]
    pub echo_pieces: Option<NonZeroUsize>,
    /// The reply to a setup, in place of the dialect's.
    #[arg(long, value_name = "TEXT")]
    pub ready: Option<String>,
    /// The reply to a termination.
    #[arg(long, value_name = "TEXT")]
    pub closing: Option<String>,
    /// The refusal of a setup.
    #[arg(long, value_name = "TEXT")]
    pub bad_setup: Option<String>,
    /// The refusal of a probe.
    #[arg(long, value_name = "TEXT")]
    pub bad_probe: Option<String>,
    /// The refusal of a termination.
    #[arg(long, value_name = "TEXT")]
    pub bad_termination: Option<String>,
    /// What one unit of the setup's delay field is: s, ms, us, ns or ignored.
    #[arg(long, value_name = "UNIT")]
    pub delay_unit: Option<DelayUnit>,
    /// The first sequence number required: 0 or 1. Without it either will do.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1))]
    pub first_seq: Option<u32>,
    /// The fewest probes accepted in a session.
    #[arg(long, value_name = "N", value_parser = values::at_least_one)]
    pub least_probes: Option<u32>,
    /// The message sizes accepted, such as 1,100,1K; others are refused.
    #[arg(long, value_name = "SIZES", value_parser = values::sizes)]
    pub only_sizes: Option<List>,
    /// End after the first connection.
    #[arg(long)]
    pub once: bool,
    /// Never answer the termination: the client has to close first.
    #[arg(long)]
    pub no_closing: bool,
    /// Reset the connection behind the closing reply.
    #[arg(long)]
    pub reset: bool,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::{Cli, Command};
    use crate::protocol::DEFAULT_MAX_MESSAGE_SIZE;
    use crate::server::ServerConfig;

    #[test]
    fn help_names_the_limits_that_hold() {
        let Some(Command::Serve(args)) = Cli::parse_from(["echograph", "serve"]).command else {
            panic!("serve is a command");
        };
        let limits = &args.limits;
        assert_eq!(limits.max_size, DEFAULT_MAX_MESSAGE_SIZE);
        let config = ServerConfig::default();
        assert_eq!(limits.max_connections as usize, config.max_connections);
        let of_address = limits.max_connections_per_address as usize;
        assert_eq!(of_address, config.max_connections_per_address);
        assert_eq!(limits.session_time, config.session_time);
        assert_eq!(limits.idle_timeout, config.idle_timeout);
        assert_eq!(limits.max_rate, config.max_rate);
        assert!(limits.access_key_file.is_none() && config.access_key.is_none());
        assert_eq!(
            (limits.allow.is_none(), config.allow.is_open()),
            (true, true)
        );
        assert_eq!((args.bind, args.port), (config.bind, config.port));
        assert_eq!(args.wait, config.wait);
    }
}
