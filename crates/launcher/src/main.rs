//! `attune`: all services in one process, the demo, and the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    launcher::run(std::env::args_os())
}
