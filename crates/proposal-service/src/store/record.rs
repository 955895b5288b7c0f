//! What is yet to be committed to the proposals branch.

use service_kit::{
    args,
    db::{Db, DbError, Tx},
};
use types::{CommitSha, ProposalId};

/// A commit to be made.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) sequence: i64,
    pub(crate) path: String,
    pub(crate) markdown: String,
    pub(crate) message: String,
    pub(crate) author: String,
}

/// Adds one, in the transaction of the change that it records.
pub(crate) async fn enqueue(
    tx: &mut Tx,
    id: ProposalId,
    path: &str,
    markdown: String,
    message: String,
) -> Result<(), DbError> {
    let (author, now) = (tx.act().actor.clone(), tx.now());
    tx.execute(
        "INSERT INTO record (proposal_id, path, markdown, message, author, at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![id, path, markdown, message, author, now],
    )
    .await
    .map(drop)
}

/// The oldest one that is not done.
pub(crate) async fn oldest(db: &Db) -> Result<Option<Record>, DbError> {
    db.fetch_optional(
        "SELECT sequence, path, markdown, message, author FROM record
         WHERE done_at IS NULL ORDER BY sequence LIMIT 1",
        vec![],
    )
    .await
}

/// How many are not done.
pub(crate) async fn count_open(db: &Db) -> Result<u64, DbError> {
    db.fetch_one(
        "SELECT COUNT(*) AS count FROM record WHERE done_at IS NULL",
        vec![],
    )
    .await
}

/// It is in this commit.
pub(crate) async fn finish(tx: &mut Tx, sequence: i64, commit: &CommitSha) -> Result<(), DbError> {
    tx.execute(
        "UPDATE record SET done_at = $1, commit_id = $2, markdown = NULL
         WHERE sequence = $3 AND done_at IS NULL",
        args![tx.now(), commit, sequence],
    )
    .await
    .map(drop)
}
