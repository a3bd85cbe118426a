//! The options, as their help says them.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::check_args::CheckArgs;
use super::export_args::ExportArgs;
use super::run_args::RunArgs;
use super::serve_args::ServeArgs;

/// Measures round-trip time and throughput of a TCP path against message size.
///
/// Without a command, the window opens.
#[derive(Debug, Parser)]
#[command(
    name = "echograph",
    version = env!("ECHOGRAPH_VERSION"),
    args_conflicts_with_subcommands = true
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Files to open in the window: profiles (.ron), runs (.json), and results of `NetPIPE`, sockperf and
    /// iperf3. Several runs are laid over each other.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    // Much larger than the others.
    Run(Box<RunArgs>),
    Export(Box<ExportArgs>),
    Serve(Box<ServeArgs>),
    Check(Box<CheckArgs>),
    /// Draws the window into picture files.
    #[command(hide = true)]
    Screenshots {
        /// The folder for the pictures.
        folder: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_options_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_window_opens_any_number_of_files_and_a_command_is_none() {
        let files = |arguments: &[&str]| Cli::parse_from(arguments).files;
        assert!(files(&["echograph"]).is_empty());
        assert_eq!(files(&["echograph", "lab.ron"]), [PathBuf::from("lab.ron")]);
        let several = files(&["echograph", "a.json", "b.json", "np.out"]);
        assert_eq!(several.len(), 3);
        let cli = Cli::parse_from(["echograph", "run", "lab.ron"]);
        assert!(cli.files.is_empty() && matches!(cli.command, Some(Command::Run(_))));
    }
}
