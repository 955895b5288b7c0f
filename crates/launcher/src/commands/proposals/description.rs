//! A proposal in words.

use types::proposal::{Decision, Proposal, ProposalStatus};

use super::approval::how_to_approve;
use crate::output::facts;

/// A proposal with its diff and its history, for a person to decide on.
pub(super) fn described(proposal: &Proposal) -> String {
    let mut text = facts(&[
        ("id", Some(proposal.id.to_string())),
        ("title", Some(proposal.title.clone())),
        ("status", Some(proposal.status.name().to_owned())),
        ("stage", proposal.stage.map(|stage| stage.name().to_owned())),
        ("waits for", proposal.stage_reason.clone()),
        ("until", proposal.stage_deadline.map(|at| at.to_string())),
        ("category", Some(proposal.category.name().to_owned())),
        ("severity", Some(proposal.severity.name().to_owned())),
        (
            "proposed by",
            Some(format!("{} at {}", proposal.author, proposal.created_at)),
        ),
        ("agents", Some(proposal.agents.join(", "))),
        ("files", Some(proposal.paths.join(", "))),
        (
            "finding",
            proposal.finding_id.as_ref().map(ToString::to_string),
        ),
        (
            "pull request",
            proposal.pull_number.map(|number| number.to_string()),
        ),
        ("window", proposal.window_id.map(|id| id.to_string())),
        (
            "verdict",
            proposal.verdict.map(|verdict| verdict.name().to_owned()),
        ),
        (
            "effect",
            proposal.effect.map(|effect| effect.name().to_owned()),
        ),
        ("digest", Some(proposal.digest.to_string())),
    ]);
    for (heading, body) in [
        ("Problem", &proposal.problem),
        ("Evidence", &proposal.evidence),
        ("Root cause", &proposal.root_cause),
        ("Solution", &proposal.solution),
        ("Risk", &proposal.risk),
        ("Rollback", &proposal.rollback),
    ] {
        if !body.trim().is_empty() {
            text.push_str(&format!("\n{heading}\n{}\n", body.trim_end()));
        }
    }
    text.push_str(&format!("\n{}", proposal.patch));
    text.push_str(&history(proposal));
    if proposal.status == ProposalStatus::Pending {
        text.push_str(&format!("\n{}\n", how_to_approve(proposal)));
    }
    text
}

fn history(proposal: &Proposal) -> String {
    let mut text = String::new();
    for Decision {
        kind,
        person,
        at,
        notes,
        ..
    } in &proposal.decisions
    {
        let notes = notes.as_deref().unwrap_or_default();
        text.push_str(&format!("{at}  {} by {person} {notes}\n", kind.name()));
    }
    for line in &proposal.log {
        text.push_str(&format!("{}  {}\n", line.at, line.text));
    }
    if text.is_empty() {
        text
    } else {
        format!("\nHistory\n{text}")
    }
}
