//! `attune completions`: a script for a shell.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{cli::Cli, failure::Failure};

/// Arguments of `attune completions`.
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    shell: Shell,
}

/// Runs the command.
pub(super) fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    // Written at once: the generator itself cannot report a reader who has gone.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "attune", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(())
}
