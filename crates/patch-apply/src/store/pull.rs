//! Pull requests.

use service_kit::{
    args,
    db::{DbError, FromRow, Row, Tx},
};
use types::{ProposalId, Timestamp, patch::PullState};

use super::Store;
use crate::domain::pull::{PullRequest, Waiting};

impl FromRow for PullRequest {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            number: row.get("number")?,
            proposal_id: row.get("proposal_id")?,
            state: row.name("state")?,
            title: row.get("title")?,
            body: row.get("body")?,
            branch: row.get("branch")?,
            head: row.get("head")?,
            base_branch: row.get("base_branch")?,
            base: row.get("base")?,
            digest: row.get("digest")?,
            created_at: row.get("created_at")?,
            merged_at: row.get("merged_at")?,
            merged_by: row.get("merged_by")?,
            merge_commit: row.get("merge_commit")?,
            waiting: waiting(row)?,
        })
    }
}

fn waiting(row: &Row) -> Result<Option<Waiting>, DbError> {
    let since: Option<Timestamp> = row.get("queued_at")?;
    let Some(since) = since else {
        return Ok(None);
    };
    Ok(Some(Waiting {
        requested_by: row.get("queued_by")?,
        since,
        reason: row.get("queue_reason")?,
        deadline: row.get("queue_deadline")?,
    }))
}

fn state_name(state: PullState) -> &'static str {
    match state {
        PullState::Open => "open",
        PullState::Closed => "closed",
    }
}

pub(super) async fn next_number(tx: &mut Tx) -> Result<u64, DbError> {
    tx.fetch_one(
        "SELECT CAST(COALESCE(MAX(number), 0) + 1 AS BIGINT) AS number FROM pull",
        vec![],
    )
    .await
    .map(|number: i64| number.unsigned_abs())
}

pub(super) async fn insert(tx: &mut Tx, pull: &PullRequest) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO pull (number, proposal_id, state, title, body, branch, head, base_branch, base,
           digest, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            pull.number,
            pull.proposal_id,
            state_name(pull.state),
            &pull.title,
            &pull.body,
            &pull.branch,
            &pull.head,
            &pull.base_branch,
            &pull.base,
            &pull.digest,
            pull.created_at
        ],
    )
    .await
    .map(drop)
}

pub(super) async fn update(tx: &mut Tx, pull: &PullRequest) -> Result<(), DbError> {
    let waiting = pull.waiting.as_ref();
    tx.execute(
        "UPDATE pull SET state = $1, merged_at = $2, merged_by = $3, merge_commit = $4,
           queued_by = $5, queued_at = $6, queue_reason = $7, queue_deadline = $8
         WHERE number = $9",
        args![
            state_name(pull.state),
            pull.merged_at,
            pull.merged_by.as_ref(),
            pull.merge_commit.as_ref(),
            waiting.map(|waiting| &waiting.requested_by),
            waiting.map(|waiting| waiting.since),
            waiting.map(|waiting| &waiting.reason),
            waiting.and_then(|waiting| waiting.deadline),
            pull.number
        ],
    )
    .await
    .map(drop)
}

pub(super) async fn close(tx: &mut Tx, id: ProposalId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE pull SET state = 'closed', queued_by = NULL, queued_at = NULL, queue_reason = NULL,
           queue_deadline = NULL
         WHERE proposal_id = $1 AND state = 'open'",
        args![id],
    )
    .await
    .map(drop)
}

impl Store {
    /// One pull request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pull(&self, number: u64) -> Result<Option<PullRequest>, DbError> {
        self.db
            .fetch_optional("SELECT * FROM pull WHERE number = $1", args![number])
            .await
    }

    /// The newest pull request of a run.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pull_of(&self, id: ProposalId) -> Result<Option<PullRequest>, DbError> {
        self.db
            .fetch_optional(
                "SELECT * FROM pull WHERE proposal_id = $1 ORDER BY number DESC LIMIT 1",
                args![id],
            )
            .await
    }

    /// The newest pull requests.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pulls(&self, most: u32) -> Result<Vec<PullRequest>, DbError> {
        self.db
            .fetch_all(
                "SELECT * FROM pull ORDER BY number DESC LIMIT $1",
                args![most],
            )
            .await
    }

    /// The merge queue, first come first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn merge_queue(&self) -> Result<Vec<PullRequest>, DbError> {
        self.db
            .fetch_all(
                "SELECT * FROM pull WHERE queued_at IS NOT NULL AND state = 'open'
                 ORDER BY queued_at, number",
                vec![],
            )
            .await
    }
}
