//! What can be typed after `attune`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{
    commands::{
        analyse::AnalyseArgs, breakers::BreakersArgs, collect::CollectArgs,
        completions::CompletionsArgs, config::ConfigArgs, findings::FindingsArgs, jobs::JobsArgs,
        journal::JournalArgs, keys::KeysArgs, openapi::OpenapiArgs, patch::PatchArgs,
        proposals::ProposalsArgs, pulls::PullsArgs, redact::RedactArgs, templates::TemplatesArgs,
        windows::WindowsArgs,
    },
    demo::DemoArgs,
    up::UpArgs,
};

/// Lets a fleet of agents improve under supervision.
///
/// `attune demo` shows the whole loop; `attune up` runs the services; the other commands talk to
/// running services, or work on files alone.
///
/// Exit codes: 0 ok, 1 failed, 2 usage, 3 conflict or refusal, 4 key, 5 unreachable.
#[derive(Debug, Parser)]
#[command(name = "attune", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) shared: Shared,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Shared {
    /// Print one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The data folder; .attune when absent
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The file with the services' addresses; ATTUNE_ENDPOINTS, or endpoints.json in the data
    /// folder, when absent
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) endpoints: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run all services in one process on 127.0.0.1
    Up(UpArgs),
    /// Show the whole loop on a simulated fleet, in scaled time
    Demo(DemoArgs),
    /// Read agents' logs into the observer
    Collect(CollectArgs),
    /// What keeps failing
    Findings(FindingsArgs),
    /// What has worked
    Playbooks,
    /// Proposed changes: read, approve, reject, confirm, revert
    Proposals(ProposalsArgs),
    /// Pull requests: read and merge
    Pulls(PullsArgs),
    /// Monitoring windows: read, close, extend, release
    Windows(WindowsArgs),
    /// What has stopped by itself: read and reset
    Breakers(BreakersArgs),
    /// The record of every change
    Journal(JournalArgs),
    /// Jobs of the observer: when they run, how they went; run one now
    Jobs(JobsArgs),
    /// Keys of persons and services
    Keys(KeysArgs),
    /// Look for what is missing or wrong, and say how to mend it
    Doctor,
    /// Settings
    Config(ConfigArgs),
    /// The OpenAPI document of a service
    Openapi(OpenapiArgs),
    /// Completions for a shell
    Completions(CompletionsArgs),
    /// Whether all services are ready, by the exit code
    Healthcheck,
    /// Take secrets out of text: standard input to standard output
    Redact(RedactArgs),
    /// Findings of log files, without a server
    Analyse(AnalyseArgs),
    /// The template of every line of a file
    Templates(TemplatesArgs),
    /// The verdict on rows of counts: JSON lines from standard input
    Verdict,
    /// Judge a diff without applying it
    Patch(PatchArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does() {
        fn check(command: &clap::Command) {
            for inner in command.get_subcommands() {
                assert!(
                    inner.get_about().is_some(),
                    "{} has no help",
                    inner.get_name()
                );
                check(inner);
            }
        }
        let mut whole = Cli::command();
        whole.build();
        whole
            .get_subcommands()
            .filter(|command| command.get_name() != "help")
            .for_each(check);
    }

    #[test]
    fn what_the_documentation_writes_can_be_typed() {
        for line in [
            "up",
            "up --data d --port-base 4000 --config f --test-clock 360",
            "demo --once --data d --port-base 4000",
            "collect a b --format otlp --config f",
            "collect --follow logs --every 0.5 --state f",
            "findings",
            "findings list --agent a --at-least 3",
            "playbooks",
            "proposals list --status pending",
            "proposals approve 1a2b @0123abcd",
            "proposals reject 1a2b --reason no",
            "pulls merge 3",
            "windows show 1a2b --watch",
            "windows extend 1a2b --minutes 30",
            "breakers reset all",
            "journal verify",
            "jobs run error-analyser",
            "keys create --person mira --role operator",
            "doctor",
            "config check --config f",
            "openapi observer",
            "completions bash",
            "healthcheck --endpoints f",
            "redact --report",
            "redact --jsonl message --config f",
            "analyse --json a b --config f",
            "templates --csv Content f",
            "verdict",
            "patch check --json --repo d --base main --policy none p",
        ] {
            let words = std::iter::once("attune").chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_a_usage_error() {
        for line in [
            "",
            "fly",
            "up --port-base 0",
            "up --port-base 65534",
            "collect",
            "collect a --format word",
            "collect a --every 2",
            "collect a --follow --every 0",
            "proposals approve",
            "proposals reject 1a2b",
            "keys create --person mira",
            "windows close 1a2b --as maybe",
            "patch check --repo d p",
        ] {
            let words =
                std::iter::once("attune").chain(line.split(' ').filter(|it| !it.is_empty()));
            let error = Cli::try_parse_from(words).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }
}
