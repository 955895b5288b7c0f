//! Proposals, their decisions and their logs.

mod write;

pub(crate) use write::{insert, mark_checked, update};

use service_kit::{
    args,
    db::{Db, DbError, Tx},
};
use types::{
    CommitSha, FindingId, ProposalId, Timestamp,
    proposal::{ProposalStatus, ProposalSummary},
};

use super::{
    Source,
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
