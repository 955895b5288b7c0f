//! The one-process product and the command line: `attune`.
//!
//! [`up`] runs the services, [`demo`] shows the loop on a simulated fleet, `commands` talks to
//! running services or works on files alone.

mod cli;
mod commands;
mod connection;
pub mod demo;
mod failure;
mod git;
mod output;
mod runtime;
pub mod up;

use std::{ffi::OsString, panic::PanicHookInfo, process::ExitCode};

use clap::Parser;

use cli::Cli;

/// Runs the command that the arguments name; its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    std::panic::set_hook(Box::new(say_where));
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // With nobody to read it, the exit code still tells.
            let _unread = error.print();
            return exit_code(error.exit_code());
        }
    };
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            ExitCode::from(failure.exit_code())
        }
    }
}

/// A panic says where it was. Its message may quote the text that was being worked on.
fn say_where(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    eprintln!(
        "attune: a thread panicked at {}",
        place.as_deref().unwrap_or("an unknown place")
    );
}

fn exit_code(code: i32) -> ExitCode {
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}
