//! A proposal as the file that is committed.

use std::fmt::Write;

use types::proposal::{Decision, Proposal, ProposalStatus, Stage};

use super::{block, code, prose::escaped, record::record};
use crate::domain::case::Case;

/// The whole file.
pub(crate) fn proposal(case: &Case) -> String {
    let proposal = &case.proposal;
    let mut out = head(proposal);
    for (title, body) in [
        ("Problem Statement", escaped(&proposal.problem)),
        ("Evidence", evidence(proposal)),
        ("Root Cause Analysis", escaped(&proposal.root_cause)),
        ("Proposed Solution", escaped(&proposal.solution)),
        ("Unified Diff", block("diff", &proposal.patch)),
        ("Affected Files", affected(proposal)),
        ("Risk Assessment", escaped(&proposal.risk)),
        ("Rollback Plan", rollback(proposal)),
        ("Validation Checklist", checklist(proposal)),
    ] {
        section(&mut out, title, &body);
    }
    out.push_str("---\n\n");
    section(&mut out, "Review", &review(proposal));
    out.push_str("---\n\n");
    section(&mut out, "Implementation Log", &log(proposal));
    out.push_str("---\n\n");
    section(&mut out, "Record", &block("json", &record(case)));
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn head(proposal: &Proposal) -> String {
    format!(
        "# Proposal: {}\n\n**ID**: {}\n**Created**: {}\n**Status**: {}\n**Category**: {}\n\
         **Severity**: {}\n**Author**: {}\n\n---\n\n",
        proposal.title,
        proposal.id,
        proposal.created_at,
        proposal.status.name(),
        proposal.category.name(),
        proposal.severity.name(),
        proposal.author,
    )
}

fn section(out: &mut String, title: &str, body: &str) {
    let body = body.trim_end_matches('\n');
    // Writing into a String cannot fail.
    let _infallible = if body.is_empty() {
        write!(out, "## {title}\n\n")
    } else {
        write!(out, "## {title}\n{body}\n\n")
    };
}

fn evidence(proposal: &Proposal) -> String {
    let mut lines = Vec::new();
    if !proposal.evidence.is_empty() {
        lines.push(escaped(&proposal.evidence));
    }
    if !proposal.agents.is_empty() {
        lines.push(format!(
            "- Affected agent(s): {}",
            proposal.agents.join(", ")
        ));
    }
    lines.join("\n")
}

fn affected(proposal: &Proposal) -> String {
    let lines: Vec<String> = proposal
        .paths
        .iter()
        .map(|path| format!("- {}", code(path)))
        .collect();
    lines.join("\n")
}

fn rollback(proposal: &Proposal) -> String {
    let commit = proposal
        .merge_commit
        .as_ref()
        .map_or("<commit-sha>", |commit| commit.as_str());
    let command = block("bash", &format!("git revert {commit}\n"));
    if proposal.rollback.is_empty() {
        return command;
    }
    format!("{}\n\n{command}", escaped(&proposal.rollback))
}

fn checklist(proposal: &Proposal) -> String {
    let validated = match (proposal.status, proposal.stage) {
        (ProposalStatus::Implemented | ProposalStatus::Reverted, _) => true,
        (_, Some(stage)) => !matches!(stage, Stage::Queued | Stage::Branch),
        (_, None) => false,
    };
    // A diff that policy refuses never becomes a proposal, so those two always hold.
    let lines = [
        (validated, "yamllint passes"),
        (validated, "JSON schema valid (if applicable)"),
        (true, "Policy tests pass"),
        (true, "No forbidden paths modified"),
    ];
    let lines =
        lines.map(|(passed, what)| format!("- [{}] {what}", if passed { 'x' } else { ' ' }));
    lines.join("\n")
}

/// The decisions, the newest first.
fn review(proposal: &Proposal) -> String {
    if proposal.decisions.is_empty() {
        return "\n**Reviewed by**:\n**Reviewed at**:\n**Decision**:\n**Notes**:\n".to_owned();
    }
    proposal.decisions.iter().rev().map(decision).collect()
}

fn decision(decision: &Decision) -> String {
    let notes = decision.notes.as_deref().map(crate::domain::case::one_line);
    let notes = notes.map_or_else(String::new, |notes| format!(" {notes}"));
    format!(
        "\n**Reviewed by**: {}\n**Reviewed at**: {}\n**Decision**: {}\n**Notes**:{notes}\n",
        decision.person,
        decision.at,
        decision.kind.name(),
    )
}

fn log(proposal: &Proposal) -> String {
    let lines: Vec<String> = proposal
        .log
        .iter()
        .map(|line| format!("- {}: {}", line.at, line.text))
        .collect();
    if lines.is_empty() {
        String::new()
    } else {
        format!("\n{}", lines.join("\n"))
    }
}

#[cfg(test)]
mod tests;
