//! `attune findings`: what keeps failing.

use clap::{Args, Subcommand};
use clients::FindingFilter;
use types::analysis::{Finding, FindingPage};

use super::ids;
use crate::{
    connection::Connection,
    failure::Failure,
    output::{Output, Table, facts, short_id},
};

/// Arguments of `attune findings`.
#[derive(Args, Debug)]
pub(crate) struct FindingsArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List findings, the most frequent first
    List {
        /// Only those of this agent
        #[arg(long)]
        agent: Option<String>,
        /// All that were seen so often, also those that are not worth a proposal
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        at_least: Option<u64>,
    },
    /// Show a finding
    Show {
        /// The id, or its first characters
        id: String,
    },
}

/// Runs the command.
pub(crate) async fn run(
    args: FindingsArgs,
    to: &Connection,
    output: Output,
) -> Result<(), Failure> {
    match args.action {
        None => list(to, FindingFilter::default(), output).await,
        Some(Action::List { agent, at_least }) => {
            list(to, FindingFilter { agent, at_least }, output).await
        }
        Some(Action::Show { id }) => show(to, &id, output).await,
    }
}

async fn list(to: &Connection, filter: FindingFilter, output: Output) -> Result<(), Failure> {
    let page: FindingPage = to.observer().findings(&filter).await?;
    output.list(&page, "no findings", || table(&page.data))
}

/// Findings as a table.
pub(super) fn table(findings: &[Finding]) -> Table {
    let mut table = Table::new(&[
        "id", "severity", "count", "sessions", "tool", "category", "proposal", "template",
    ]);
    for one in findings {
        table.row(vec![
            one.id.to_string(),
            one.severity.name().to_owned(),
            one.count.to_string(),
            one.sessions.to_string(),
            one.tool.clone(),
            one.category.clone(),
            ids::or_dash(one.proposal_id.as_ref().map(short_id)),
            one.template.clone(),
        ]);
    }
    table
}

async fn show(to: &Connection, typed: &str, output: Output) -> Result<(), Failure> {
    let every = FindingFilter {
        at_least: Some(1),
        ..FindingFilter::default()
    };
    let findings = to.observer().findings(&every).await?.data;
    let names: Vec<String> = findings.iter().map(|one| one.id.to_string()).collect();
    let id = ids::finding(typed, &names)?;
    let finding = findings.iter().find(|one| one.id.as_str() == id);
    let finding = finding.ok_or_else(|| Failure::failed(format!("there is no finding {id}")))?;
    output.show(finding, || described(finding))
}

fn described(finding: &Finding) -> String {
    facts(&[
        ("id", Some(finding.id.to_string())),
        ("template", Some(finding.template.clone())),
        ("tool", Some(finding.tool.clone())),
        ("category", Some(finding.category.clone())),
        ("severity", Some(finding.severity.name().to_owned())),
        (
            "seen",
            Some(format!(
                "{} times in {} sessions",
                finding.count, finding.sessions
            )),
        ),
        ("first", Some(finding.first_seen.to_string())),
        ("last", Some(finding.last_seen.to_string())),
        ("trend", Some(format!("{:.2}", finding.trend))),
        ("agents", Some(finding.agents.join(", "))),
        ("events", Some(finding.sample_events.join(", "))),
        ("proposal", finding.proposal_id.map(|id| id.to_string())),
        ("no proposal", finding.held_because.clone()),
    ])
}
