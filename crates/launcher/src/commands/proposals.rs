//! `attune proposals`: reading proposals and deciding on them.

mod approval;
mod description;

use clap::{Args, Subcommand};
use clients::ProposalFilter;
use types::proposal::{
    Confirm, Proposal, ProposalPage, ProposalStatus, ProposalSummary, Reason, Stage,
};

use super::{ids, shown::Shown};
use crate::{
    connection::Connection,
    failure::Failure,
    output::{Output, Table, short_id},
};

/// Arguments of `attune proposals`.
#[derive(Args, Debug)]
pub(crate) struct ProposalsArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List proposals, the newest first
    List {
        /// Only those that stand here: pending, approved, …
        #[arg(long, value_parser = status)]
        status: Option<ProposalStatus>,
        /// How many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
    },
    /// Show a proposal with its diff
    Show {
        /// The id, or its first digits
        id: String,
    },
    /// Show the diff alone, exactly as it would be applied
    Diff {
        /// The id, or its first digits
        id: String,
    },
    /// Say yes to exactly one diff
    Approve {
        /// The id, or its first digits
        id: String,
        /// The diff: @ and the first 8 or more digits of its digest; the one you were last shown
        /// here when absent
        #[arg(value_name = "@DIGEST", value_parser = approval::digest_prefix)]
        digest: Option<String>,
        /// What the record should say besides
        #[arg(long)]
        notes: Option<String>,
    },
    /// Say no
    Reject {
        /// The id, or its first digits
        id: String,
        /// Why; whoever proposes next reads it
        #[arg(long)]
        reason: String,
    },
    /// Keep a change whose window ended without proof
    Confirm {
        /// The id, or its first digits
        id: String,
        /// What the record should say besides
        #[arg(long)]
        notes: Option<String>,
    },
    /// Take a merged change back
    Revert {
        /// The id, or its first digits
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

fn status(name: &str) -> Result<ProposalStatus, String> {
    let known = ProposalStatus::ALL;
    known
        .into_iter()
        .find(|status| status.name() == name)
        .ok_or_else(|| {
            format!(
                "expected one of {}",
                known.map(ProposalStatus::name).join(", ")
            )
        })
}

/// Runs the command.
pub(crate) async fn run(
    args: ProposalsArgs,
    to: &Connection,
    output: Output,
) -> Result<(), Failure> {
    let proposals = to.proposals();
    match args.action {
        None => list(to, None, 50, output).await,
        Some(Action::List { status, limit }) => list(to, status, limit, output).await,
        Some(Action::Show { id }) => show(to, &id, output).await,
        Some(Action::Diff { id }) => diff(to, &id, output).await,
        Some(Action::Approve { id, digest, notes }) => {
            let proposal = approval::approve(to, &id, digest.as_deref(), notes, output).await?;
            decided(output, &proposal)
        }
        Some(Action::Reject { id, reason }) => {
            let id = ids::proposal(to, &id).await?;
            let reason = Reason { reason };
            decided(output, &proposals.reject(id, &reason).await?)
        }
        Some(Action::Confirm { id, notes }) => {
            let id = ids::proposal(to, &id).await?;
            let notes = Confirm { notes };
            decided(output, &proposals.confirm(id, &notes).await?)
        }
        Some(Action::Revert { id, reason }) => {
            let id = ids::proposal(to, &id).await?;
            let reason = Reason { reason };
            decided(output, &proposals.revert(id, &reason).await?)
        }
    }
}

async fn list(
    to: &Connection,
    status: Option<ProposalStatus>,
    limit: u32,
    output: Output,
) -> Result<(), Failure> {
    let filter = ProposalFilter {
        status,
        limit: Some(limit),
        cursor: None,
    };
    let page: ProposalPage = to.proposals().list(&filter).await?;
    output.list(&page, "no proposals", || table(&page.data))
}

/// Proposals as a table.
pub(super) fn table(proposals: &[ProposalSummary]) -> Table {
    let mut table = Table::new(&["id", "status", "stage", "severity", "agents", "title"]);
    for one in proposals {
        table.row(vec![
            short_id(&one.id),
            one.status.name().to_owned(),
            ids::or_dash(one.stage.map(Stage::name)),
            one.severity.name().to_owned(),
            one.agents.join(", "),
            one.title.clone(),
        ]);
    }
    table
}

async fn show(to: &Connection, typed: &str, output: Output) -> Result<(), Failure> {
    let id = ids::proposal(to, typed).await?;
    let proposal = to.proposals().get(id).await?;
    output.show(&proposal, || description::described(&proposal))?;
    Shown::to_reader(to).remember(id, &proposal.digest)
}

async fn diff(to: &Connection, typed: &str, output: Output) -> Result<(), Failure> {
    let id = ids::proposal(to, typed).await?;
    let proposal = to.proposals().get(id).await?;
    if output.json {
        output.json(&proposal.patch)?;
    } else {
        output.bytes(&proposal.patch)?;
    }
    if output.terminal {
        eprintln!("digest {}", proposal.digest);
    }
    Shown::to_reader(to).remember(id, &proposal.digest)
}

fn decided(output: Output, proposal: &Proposal) -> Result<(), Failure> {
    output.show(proposal, || {
        let Proposal {
            id, title, status, ..
        } = proposal;
        let stage = proposal
            .stage
            .map_or_else(String::new, |stage| format!(", {}", stage.name()));
        let reason = proposal.stage_reason.as_deref();
        let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
        format!(
            "{} “{title}” is {}{stage}{reason}\n",
            short_id(id),
            status.name()
        )
    })
}
