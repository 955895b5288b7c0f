//! The commands, one file each.

pub(crate) mod analyse;
pub(crate) mod breakers;
pub(crate) mod collect;
pub(crate) mod completions;
pub(crate) mod config;
mod doctor;
mod field;
pub(crate) mod findings;
mod healthcheck;
mod ids;
pub(crate) mod jobs;
pub(crate) mod journal;
pub(crate) mod keys;
mod logs;
pub(crate) mod openapi;
pub(crate) mod patch;
mod playbooks;
pub(crate) mod proposals;
pub(crate) mod pulls;
pub(crate) mod redact;
mod shown;
pub(crate) mod templates;
mod verdict;
pub(crate) mod windows;

use crate::{
    cli::{Cli, Command, Shared},
    connection::Connection,
    demo,
    failure::Failure,
    output::Output,
    runtime::block_on,
    up,
};

/// Runs a command to its end.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { shared, command } = cli;
    let output = Output::new(shared.json);
    match command {
        Command::Up(args) => up::run(shared.data.as_deref(), &args),
        Command::Demo(args) => demo::run(shared.data, &args, output),
        Command::Redact(args) => redact::run(&args),
        Command::Analyse(args) => analyse::run(&args, output),
        Command::Templates(args) => templates::run(&args, output),
        Command::Verdict => verdict::run(),
        Command::Patch(args) => patch::run(args, output),
        Command::Config(args) => config::run(args, output),
        Command::Completions(args) => completions::run(&args),
        Command::Doctor => block_on(doctor::run(&shared, output)),
        Command::Healthcheck => block_on(healthcheck::run(&shared, output)),
        Command::Openapi(args) => block_on(openapi::run(&args, &shared, output)),
        Command::Collect(args) => {
            connected(&shared, async |to| collect::run(args, to, output).await)
        }
        Command::Findings(args) => {
            connected(&shared, async |to| findings::run(args, to, output).await)
        }
        Command::Playbooks => connected(&shared, async |to| playbooks::run(to, output).await),
        Command::Proposals(args) => {
            connected(&shared, async |to| proposals::run(args, to, output).await)
        }
        Command::Pulls(args) => connected(&shared, async |to| pulls::run(args, to, output).await),
        Command::Windows(args) => {
            connected(&shared, async |to| windows::run(args, to, output).await)
        }
        Command::Breakers(args) => {
            connected(&shared, async |to| breakers::run(args, to, output).await)
        }
        Command::Journal(args) => {
            connected(&shared, async |to| journal::run(args, to, output).await)
        }
        Command::Jobs(args) => connected(&shared, async |to| jobs::run(args, to, output).await),
        Command::Keys(args) => connected(&shared, async |to| keys::run(args, to, output).await),
    }
}

/// Runs a command that talks to running services under the user's key.
fn connected(
    shared: &Shared,
    command: impl AsyncFnOnce(&Connection) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let connection = Connection::open(shared)?;
    block_on(command(&connection))
}
