//! Writing proposals.

use service_kit::{
    args,
    db::{Arg, DbError, Tx},
};
use types::{
    CommitSha, ProposalId,
    proposal::{Proposal, Stage},
    window::{Effect, Verdict},
};

use super::super::json;
use crate::domain::case::Case;

/// Remembers with which tip a revision was compared.
pub(crate) async fn mark_checked(
    tx: &mut Tx,
    id: ProposalId,
    revision: u32,
    head: &CommitSha,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE proposal SET checked_head = $1 WHERE id = $2 AND revision = $3",
        args![head, id, revision],
    )
    .await
    .map(drop)
}

/// Adds a proposal; false when its finding has an open one.
pub(crate) async fn insert(tx: &mut Tx, case: &Case) -> Result<bool, DbError> {
    let inserted = tx
        .execute(
            "INSERT INTO proposal (id, version, revision, status, stage, stage_reason,
                stage_deadline, taking_back, finding_id, title, category, severity, author,
                author_is_person, agents, problem, evidence, root_cause, solution, patch, digest,
                base_commit, result_tree, policy_digest, paths, risk, rollback, markdown_path,
                branch, pull_number, pull_url, merge_commit, revert_commit, window_id, verdict,
                effect, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33,
                $34, $35, $36, $37, $38)
             ON CONFLICT DO NOTHING",
            columns(case)?,
        )
        .await?;
    if inserted == 1 {
        add_lines(tx, case, 0, 0).await?;
    }
    Ok(inserted == 1)
}

fn columns(case: &Case) -> Result<Vec<Arg>, DbError> {
    let proposal = &case.proposal;
    Ok(args![
        proposal.id,
        case.version,
        proposal.revision,
        proposal.status.name(),
        proposal.stage.map(Stage::name),
        proposal.stage_reason.clone(),
        proposal.stage_deadline,
        case.taking_back,
        proposal.finding_id.clone(),
        &proposal.title,
        proposal.category.name(),
        proposal.severity.name(),
        &proposal.author,
        case.author_is_person,
        json(&proposal.agents)?,
        &proposal.problem,
        &proposal.evidence,
        &proposal.root_cause,
        &proposal.solution,
        &proposal.patch,
        &proposal.digest,
        &proposal.base_commit,
        &proposal.result_tree,
        &proposal.policy_digest,
        json(&proposal.paths)?,
        &proposal.risk,
        &proposal.rollback,
        &proposal.markdown_path,
        proposal.branch.clone(),
        proposal.pull_number,
        proposal.pull_url.clone(),
        proposal.merge_commit.clone(),
        proposal.revert_commit.clone(),
        proposal.window_id,
        proposal.verdict.map(Verdict::name),
        proposal.effect.map(Effect::name),
        proposal.created_at,
        proposal.updated_at,
    ])
}

/// Writes a changed proposal over the one that was locked, with the decisions and lines that are
/// new. What it is about and who proposed it never change.
pub(crate) async fn update(tx: &mut Tx, before: &Case, after: &Case) -> Result<(), DbError> {
    let written = tx
        .execute(
            "UPDATE proposal SET revision = $1, status = $2, stage = $3, stage_reason = $4,
                stage_deadline = $5, taking_back = $6, patch = $7, digest = $8, base_commit = $9,
                result_tree = $10, policy_digest = $11, paths = $12, branch = $13,
                pull_number = $14, pull_url = $15, merge_commit = $16, revert_commit = $17,
                window_id = $18, verdict = $19, effect = $20, updated_at = $21
             WHERE id = $22 AND version = $23 AND status = $24",
            changing(before, after)?,
        )
        .await?;
    if written != 1 {
        return Err(DbError::Contended(format!(
            "proposal {}",
            before.proposal.id
        )));
    }
    let (decisions, lines) = (before.proposal.decisions.len(), before.proposal.log.len());
    add_lines(tx, after, decisions, lines).await
}

fn changing(before: &Case, after: &Case) -> Result<Vec<Arg>, DbError> {
    let proposal: &Proposal = &after.proposal;
    Ok(args![
        proposal.revision,
        proposal.status.name(),
        proposal.stage.map(Stage::name),
        proposal.stage_reason.clone(),
        proposal.stage_deadline,
        after.taking_back,
        &proposal.patch,
        &proposal.digest,
        &proposal.base_commit,
        &proposal.result_tree,
        &proposal.policy_digest,
        json(&proposal.paths)?,
        proposal.branch.clone(),
        proposal.pull_number,
        proposal.pull_url.clone(),
        proposal.merge_commit.clone(),
        proposal.revert_commit.clone(),
        proposal.window_id,
        proposal.verdict.map(Verdict::name),
        proposal.effect.map(Effect::name),
        proposal.updated_at,
        proposal.id,
        before.version,
        before.proposal.status.name(),
    ])
}

async fn add_lines(
    tx: &mut Tx,
    case: &Case,
    known_decisions: usize,
    known_lines: usize,
) -> Result<(), DbError> {
    let (id, version) = (case.proposal.id, case.version);
    let decisions = case
        .proposal
        .decisions
        .iter()
        .enumerate()
        .skip(known_decisions);
    for (number, decision) in decisions {
        tx.execute(
            "INSERT INTO decision (proposal_id, number, version, kind, person, at, digest,
                revision, notes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                id,
                number,
                version,
                decision.kind.name(),
                &decision.person,
                decision.at,
                &decision.digest,
                decision.revision,
                decision.notes.clone(),
            ],
        )
        .await?;
    }
    for (number, line) in case.proposal.log.iter().enumerate().skip(known_lines) {
        tx.execute(
            "INSERT INTO log_line (proposal_id, number, version, at, text)
             VALUES ($1, $2, $3, $4, $5)",
            args![id, number, version, line.at, &line.text],
        )
        .await?;
    }
    Ok(())
}
