//! Proposals, their decisions and their logs.

use service_kit::{
    args,
    db::{Arg, Db, DbError, Tx},
};
use types::{
    CommitSha, FindingId, ProposalId, Timestamp,
    proposal::{Proposal, ProposalStatus, ProposalSummary, Stage},
    window::{Effect, Verdict},
};

use super::{
    Source, json,
    row::{DecisionRow, LogRow, Summary},
};
use crate::domain::{case::Case, markdown::IndexLine};

/// A rejection of the near past.
#[derive(Clone, Debug)]
pub(crate) struct Rejection {
    pub(crate) proposal_id: ProposalId,
    pub(crate) at: Timestamp,
    pub(crate) reason: Option<String>,
}

/// Where a page of proposals begins: after this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) created_at: Timestamp,
    pub(crate) id: String,
}

/// One proposal with all that happened to it.
pub(crate) async fn find<S: Source>(
    source: &mut S,
    id: ProposalId,
) -> Result<Option<Case>, DbError> {
    let found: Vec<Case> = source
        .rows("SELECT * FROM proposal WHERE id = $1", args![id])
        .await?;
    complete(source, found.into_iter().next()).await
}

/// The same, and nobody else changes it before this change is committed or dropped.
pub(crate) async fn lock(tx: &mut Tx, id: ProposalId) -> Result<Option<Case>, DbError> {
    let found: Vec<Case> = tx
        .fetch_all(
            "UPDATE proposal SET version = version + 1 WHERE id = $1 RETURNING *",
            args![id],
        )
        .await?;
    complete(tx, found.into_iter().next()).await
}

/// Adds decisions and log as of the version that was read, so that both belong together.
async fn complete<S: Source>(source: &mut S, found: Option<Case>) -> Result<Option<Case>, DbError> {
    let Some(mut case) = found else {
        return Ok(None);
    };
    let key = || args![case.proposal.id, case.version];
    let decisions: Vec<DecisionRow> = source
        .rows(
            "SELECT * FROM decision WHERE proposal_id = $1 AND version <= $2 ORDER BY number",
            key(),
        )
        .await?;
    let log: Vec<LogRow> = source
        .rows(
            "SELECT * FROM log_line WHERE proposal_id = $1 AND version <= $2 ORDER BY number",
            key(),
        )
        .await?;
    case.proposal.decisions = decisions.into_iter().map(|row| row.0).collect();
    case.proposal.log = log.into_iter().map(|row| row.0).collect();
    Ok(Some(case))
}

/// The open proposal for a finding.
pub(crate) async fn find_open<S: Source>(
    source: &mut S,
    finding: &FindingId,
) -> Result<Option<Case>, DbError> {
    let found: Vec<Case> = source
        .rows(
            "SELECT * FROM proposal WHERE finding_id = $1
             AND status IN ('pending', 'approved', 'blocked', 'stale')",
            args![finding],
        )
        .await?;
    complete(source, found.into_iter().next()).await
}

/// The newest rejection of a proposal for a finding since a moment.
pub(crate) async fn rejection_since<S: Source>(
    source: &mut S,
    finding: &FindingId,
    since: Timestamp,
) -> Result<Option<Rejection>, DbError> {
    let found: Vec<Rejection> = source
        .rows(
            "SELECT d.proposal_id, d.at, d.notes FROM decision AS d
             JOIN proposal AS p ON p.id = d.proposal_id
             WHERE p.finding_id = $1 AND p.status = 'rejected' AND d.kind = 'rejected'
               AND d.at > $2
             ORDER BY d.at DESC LIMIT 1",
            args![finding, since],
        )
        .await?;
    Ok(found.into_iter().next())
}

/// A page of proposals, the newest first.
pub(crate) async fn page(
    db: &Db,
    status: Option<ProposalStatus>,
    after: Option<&Place>,
    limit: u32,
) -> Result<Vec<ProposalSummary>, DbError> {
    let (before, id) = after.map_or((i64::MAX, ""), |place| {
        (place.created_at.as_micros(), place.id.as_str())
    });
    let rows: Vec<Summary> = db
        .fetch_all(
            "SELECT id, status, stage, stage_reason, finding_id, title, category, severity,
                    agents, author, digest, created_at, updated_at
             FROM proposal
             WHERE ($1 = '' OR status = $1) AND (created_at < $2 OR (created_at = $2 AND id < $3))
             ORDER BY created_at DESC, id DESC LIMIT $4",
            args![status.map_or("", ProposalStatus::name), before, id, limit],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The lines of the index, the newest first.
pub(crate) async fn index_lines(db: &Db, limit: u32) -> Result<Vec<IndexLine>, DbError> {
    db.fetch_all(
        "SELECT id, status, severity, category, title, markdown_path, created_at
         FROM proposal ORDER BY created_at DESC, id DESC LIMIT $1",
        args![limit],
    )
    .await
}

/// How many proposals there are.
pub(crate) async fn count(db: &Db) -> Result<u64, DbError> {
    db.fetch_one("SELECT COUNT(*) AS count FROM proposal", vec![])
        .await
}

/// How many wait for review.
pub(crate) async fn count_pending<S: Source>(source: &mut S) -> Result<u64, DbError> {
    let counts: Vec<u64> = source
        .rows(
            "SELECT COUNT(*) AS count FROM proposal WHERE status = 'pending'",
            vec![],
        )
        .await?;
    Ok(counts.into_iter().next().unwrap_or(0))
}

/// The pending proposals that were last compared with another tip of the target branch.
pub(crate) async fn unchecked(db: &Db, head: &CommitSha, limit: u32) -> Result<Vec<Case>, DbError> {
    db.fetch_all(
        "SELECT * FROM proposal WHERE status = 'pending'
           AND base_commit <> $1 AND (checked_head IS NULL OR checked_head <> $1)
         ORDER BY created_at LIMIT $2",
        args![head, limit],
    )
    .await
}

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
