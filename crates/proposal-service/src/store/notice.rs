//! Notices.

use service_kit::{
    args,
    db::{Db, DbError, Tx},
};
use types::{ProposalId, Timestamp, analysis::Severity};

use crate::domain::notice::NewNotice;

/// A notice whose time has come.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) severity: Severity,
}

/// A notice that people see.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) severity: Severity,
    pub(crate) proposal_id: Option<ProposalId>,
    pub(crate) text: String,
    pub(crate) at: Timestamp,
    pub(crate) shown_at: Timestamp,
}

/// Writes one, to be shown at `due_at`.
pub(crate) async fn insert(
    tx: &mut Tx,
    id: String,
    notice: &NewNotice,
    due_at: Timestamp,
) -> Result<(), DbError> {
    let now = tx.now();
    let shown_at = (due_at <= now).then_some(now);
    tx.execute(
        "INSERT INTO notice (id, kind, severity, proposal_id, text, at, due_at, shown_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            id,
            notice.tells.name(),
            notice.severity.name(),
            notice.proposal_id,
            &notice.text,
            now,
            due_at,
            shown_at,
        ],
    )
    .await
    .map(drop)
}

/// Writes one that stands for several, shown at once.
pub(crate) async fn insert_summary(
    tx: &mut Tx,
    id: String,
    severity: Severity,
    text: &str,
) -> Result<(), DbError> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO notice (id, kind, severity, text, at, due_at, shown_at)
         VALUES ($1, 'summary', $2, $3, $4, $4, $4)",
        args![id, severity.name(), text, now],
    )
    .await
    .map(drop)
}

/// Whether any is due.
pub(crate) async fn any_due(db: &Db, now: Timestamp) -> Result<bool, DbError> {
    let due: u64 = db
        .fetch_one(
            "SELECT COUNT(*) AS count FROM notice WHERE shown_at IS NULL AND due_at <= $1",
            args![now],
        )
        .await?;
    Ok(due > 0)
}

/// Shows those that are due, and says which they were.
pub(crate) async fn show_due(tx: &mut Tx) -> Result<Vec<Due>, DbError> {
    let now = tx.now();
    tx.fetch_all(
        "UPDATE notice SET shown_at = $1 WHERE shown_at IS NULL AND due_at <= $1
         RETURNING id, kind, severity",
        args![now],
    )
    .await
}

/// Hides one behind a summary.
pub(crate) async fn summarise(tx: &mut Tx, id: &str) -> Result<(), DbError> {
    tx.execute("UPDATE notice SET summarised = 1 WHERE id = $1", args![id])
        .await
        .map(drop)
}

/// A page of those that people see, the newest first.
pub(crate) async fn page(
    db: &Db,
    after: Option<(Timestamp, &str)>,
    limit: u32,
) -> Result<Vec<Shown>, DbError> {
    let (before, id) = after.map_or((i64::MAX, ""), |(at, id)| (at.as_micros(), id));
    db.fetch_all(
        "SELECT id, kind, severity, proposal_id, text, at, shown_at FROM notice
         WHERE summarised = 0 AND shown_at IS NOT NULL
           AND (shown_at < $1 OR (shown_at = $1 AND id < $2))
         ORDER BY shown_at DESC, id DESC LIMIT $3",
        args![before, id, limit],
    )
    .await
}

/// How many are yet to be shown, and when the first of them is.
pub(crate) async fn waiting(db: &Db) -> Result<(u64, Option<Timestamp>), DbError> {
    let count: u64 = db
        .fetch_one(
            "SELECT COUNT(*) AS count FROM notice WHERE shown_at IS NULL",
            vec![],
        )
        .await?;
    let next: Option<Timestamp> = db
        .fetch_one(
            "SELECT MIN(due_at) AS next FROM notice WHERE shown_at IS NULL",
            vec![],
        )
        .await?;
    Ok((count, next))
}
