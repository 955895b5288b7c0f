//! What the analyser makes of what was collected.

use std::time::Duration;

use clients::{FindingFilter, ProposalFilter};
use serde::Serialize;
use serde_json::Value;
use types::{
    analysis::Finding,
    proposal::{ProposalStatus, ProposalSummary},
};

use super::Summary;
use crate::{
    commands::{findings, jobs, proposals},
    connection::Connection,
    failure::Failure,
    output::Output,
};

/// How often, and after how long each time, is looked for proposals that are on their way.
const PROPOSAL_LOOKS: u32 = 25;
const PROPOSAL_PAUSE: Duration = Duration::from_millis(200);
/// How many findings the summary shows.
const SHOWN_FINDINGS: usize = 15;

#[derive(Serialize)]
struct Report<'summary> {
    #[serde(flatten)]
    summary: &'summary Summary,
    analysis: Value,
    findings: Vec<Finding>,
    proposals: Vec<ProposalSummary>,
}

/// Has the analyser look at what came in, and shows what it makes of it.
pub(super) async fn show(
    to: &Connection,
    summary: &Summary,
    output: Output,
) -> Result<(), Failure> {
    let before = waiting_proposals(to).await?.len();
    let analysis = to.observer().run_job("error-analyser").await?;
    let proposed = analysis["proposed"].as_u64().unwrap_or(0);
    let expected = before.saturating_add(usize::try_from(proposed).unwrap_or(0));
    let proposals = await_proposals(to, expected).await?;
    let filter = FindingFilter::default();
    let findings = to.observer().findings(&filter).await?.data;
    if output.json {
        return output.json(&Report {
            summary,
            analysis,
            findings,
            proposals,
        });
    }
    output.text(&format!("\n{}\n", jobs::described(&analysis)))?;
    let shown = &findings[..findings.len().min(SHOWN_FINDINGS)];
    output.table(&findings::table(shown))?;
    if shown.len() < findings.len() {
        output.line(&format!(
            "… and {} more: attune findings",
            findings.len() - shown.len()
        ))?;
    }
    if !proposals.is_empty() {
        output.line("\nwaiting for review (attune proposals show ID):")?;
        output.table(&proposals::table(&proposals))?;
    }
    Ok(())
}

async fn waiting_proposals(to: &Connection) -> Result<Vec<ProposalSummary>, Failure> {
    let filter = ProposalFilter {
        status: Some(ProposalStatus::Pending),
        ..ProposalFilter::default()
    };
    Ok(to.proposals().list(&filter).await?.data)
}

/// What the analyser proposes arrives a moment later, by the observer's outbox.
async fn await_proposals(
    to: &Connection,
    expected: usize,
) -> Result<Vec<ProposalSummary>, Failure> {
    let mut looks = 1;
    loop {
        let waiting = waiting_proposals(to).await?;
        if expected <= waiting.len() || looks == PROPOSAL_LOOKS {
            return Ok(waiting);
        }
        looks += 1;
        tokio::time::sleep(PROPOSAL_PAUSE).await;
    }
}
