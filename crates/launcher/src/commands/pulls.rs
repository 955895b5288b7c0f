//! `attune pulls`: pull requests of the local forge.

use clap::{Args, Subcommand};
use types::{
    CommitSha,
    patch::{Pull, PullState, QueuedMerge},
};

use super::ids;
use crate::{
    connection::Connection,
    failure::Failure,
    output::{Output, Table, facts, short_id},
};

/// Arguments of `attune pulls`.
#[derive(Args, Debug)]
pub(crate) struct PullsArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List pull requests, the newest first
    List,
    /// Show a pull request with its checks
    Show {
        /// Its number
        number: u64,
    },
    /// Merge a pull request, or put it into the merge queue
    Merge {
        /// Its number
        number: u64,
        /// The head that you have read; the present one when absent
        #[arg(long, value_name = "COMMIT")]
        head: Option<CommitSha>,
    },
}

/// Runs the command.
pub(crate) async fn run(args: PullsArgs, to: &Connection, output: Output) -> Result<(), Failure> {
    match args.action {
        None | Some(Action::List) => list(to, output).await,
        Some(Action::Show { number }) => {
            let pull = to.patches().pull(number).await?;
            output.show(&pull, || described(&pull))
        }
        Some(Action::Merge { number, head }) => merge(to, number, head, output).await,
    }
}

async fn list(to: &Connection, output: Output) -> Result<(), Failure> {
    let page = to.patches().pulls().await?;
    output.list(&page, "no pull requests", || {
        let mut table = Table::new(&["number", "state", "proposal", "head", "queue", "title"]);
        for pull in &page.data {
            table.row(vec![
                pull.number.to_string(),
                state(pull).to_owned(),
                short_id(&pull.proposal_id),
                short_id(&pull.head.sha),
                ids::or_dash(pull.queue.as_ref().map(|queue| queue.position)),
                pull.title.clone(),
            ]);
        }
        table
    })
}

async fn merge(
    to: &Connection,
    number: u64,
    head: Option<CommitSha>,
    output: Output,
) -> Result<(), Failure> {
    let head = match head {
        Some(head) => head,
        None => to.patches().pull(number).await?.head.sha,
    };
    let outcome = to.patches().merge(number, head).await?;
    output.show(&outcome, || {
        format!("pull request {number}: {}\n", outcome.message)
    })
}

fn state(pull: &Pull) -> &'static str {
    match pull.state {
        PullState::Open => "open",
        PullState::Closed if pull.merged => "merged",
        PullState::Closed => "closed",
    }
}

fn described(pull: &Pull) -> String {
    let waits = |queue: &QueuedMerge| format!("place {}: {}", queue.position, queue.reason);
    let mut text = facts(&[
        ("number", Some(pull.number.to_string())),
        ("title", Some(pull.title.clone())),
        ("state", Some(state(pull).to_owned())),
        ("queue", pull.queue.as_ref().map(waits)),
        ("proposal", Some(pull.proposal_id.to_string())),
        (
            "head",
            Some(format!("{} {}", pull.head.branch, pull.head.sha)),
        ),
        (
            "base",
            Some(format!("{} {}", pull.base.branch, pull.base.sha)),
        ),
        ("digest", Some(pull.digest.to_string())),
        ("merged by", pull.merged_by.clone()),
        (
            "merged as",
            pull.merge_commit_sha.as_ref().map(ToString::to_string),
        ),
    ]);
    text.push_str("\nChecks\n");
    for check in &pull.checks {
        let mark = if check.passed { "passed" } else { "FAILED" };
        let file = check.file.as_deref().unwrap_or("the whole change");
        text.push_str(&format!(
            "  {mark}  {} of {file}: {}\n",
            check.name, check.message
        ));
    }
    text.push_str(&format!("\n{}\n", pull.body.trim_end()));
    text
}
