//! Runs.

use service_kit::{
    Act, args,
    db::{DbError, FromRow, Row, Tx},
};
use types::{ProposalId, Timestamp};

use super::{Store, StoreError};
use crate::domain::run::Run;

impl FromRow for Run {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let run: Self = row.json("document")?;
        Ok(Self {
            version: row.get("version")?,
            is_pushed: row.get("is_pushed")?,
            ..run
        })
    }
}

const BY_ID: &str = "SELECT version, is_pushed, document FROM run WHERE id = $1";

/// A run, read within a transaction.
///
/// # Errors
/// When the database fails.
pub async fn in_transaction(tx: &mut Tx, id: ProposalId) -> Result<Option<Run>, DbError> {
    tx.fetch_optional(BY_ID, args![id]).await
}

pub(super) async fn write(
    tx: &mut Tx,
    before: Option<&Run>,
    after: &Run,
) -> Result<(), StoreError> {
    let document =
        serde_json::to_string(after).map_err(|error| DbError::Value(error.to_string()))?;
    let state = state_name(after)?;
    let Some(before) = before else {
        tx.execute(
            "INSERT INTO run (id, version, state, branch, holds_slot, is_pushed, commit_sha,
               created_at, document)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                after.id,
                after.version,
                state,
                &after.branch,
                after.holds_slot,
                after.is_pushed,
                &after.change.commit,
                after.created_at,
                document
            ],
        )
        .await?;
        return Ok(());
    };
    let changed = tx
        .execute(
            "UPDATE run SET version = $1, state = $2, holds_slot = $3, document = $4,
               is_pushed = CASE WHEN commit_sha = $5 THEN is_pushed ELSE 0 END, commit_sha = $5
             WHERE id = $6 AND version = $7",
            args![
                after.version,
                state,
                after.holds_slot,
                document,
                &after.change.commit,
                after.id,
                before.version
            ],
        )
        .await?;
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Changed)
    }
}

fn state_name(run: &Run) -> Result<String, DbError> {
    match serde_json::to_value(run.state) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        Ok(other) => Err(DbError::Value(other.to_string())),
        Err(error) => Err(DbError::Value(error.to_string())),
    }
}

impl Store {
    /// One run.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run(&self, id: ProposalId) -> Result<Option<Run>, DbError> {
        self.db.fetch_optional(BY_ID, args![id]).await
    }

    /// The run whose diff is on a branch.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_on(&self, branch: &str) -> Result<Option<Run>, DbError> {
        self.db
            .fetch_optional(
                "SELECT version, is_pushed, document FROM run WHERE branch = $1",
                args![branch],
            )
            .await
    }

    /// The newest runs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn runs(&self, most: u32) -> Result<Vec<Run>, DbError> {
        self.db
            .fetch_all(
                "SELECT version, is_pushed, document FROM run ORDER BY created_at DESC, id LIMIT $1",
                args![most],
            )
            .await
    }

    /// The run that is on the target branch and not finished, if any.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn slot_holder(&self) -> Result<Option<Run>, DbError> {
        self.db
            .fetch_optional(
                "SELECT version, is_pushed, document FROM run WHERE holds_slot = 1",
                vec![],
            )
            .await
    }

    /// The runs that have a step to make by themselves, and that nobody works on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drivable(&self, now: Timestamp) -> Result<Vec<ProposalId>, DbError> {
        self.db
            .fetch_all(
                "SELECT id FROM run
                 WHERE (state IN ('merging', 'deploying', 'awaiting_slot', 'reverting', 'redeploying')
                        OR (is_pushed = 0 AND state IN ('branch', 'validated', 'pr_open')))
                   AND (leased_until IS NULL OR leased_until <= $1)
                 ORDER BY created_at, id",
                args![now],
            )
            .await
    }

    /// Takes a run for oneself until `until`; false when somebody else has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease(
        &self,
        act: &Act,
        id: ProposalId,
        until: Timestamp,
    ) -> Result<bool, DbError> {
        let mut tx = self.db.begin(&super::without_key(act)).await?;
        let leased = tx
            .execute(
                "UPDATE run SET leased_until = $1
                 WHERE id = $2 AND (leased_until IS NULL OR leased_until <= $3)",
                args![until, id, act.at],
            )
            .await?;
        tx.commit().await?;
        Ok(leased == 1)
    }

    /// Gives a run back; to be left alone until `until`, if that is given.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release(
        &self,
        act: &Act,
        id: ProposalId,
        until: Option<Timestamp>,
    ) -> Result<(), DbError> {
        let mut tx = self.db.begin(&super::without_key(act)).await?;
        tx.execute(
            "UPDATE run SET leased_until = $1 WHERE id = $2",
            args![until, id],
        )
        .await?;
        tx.commit().await
    }

    /// Keeps a run that one has until `until`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_lease(
        &self,
        act: &Act,
        id: ProposalId,
        until: Timestamp,
    ) -> Result<(), DbError> {
        self.release(act, id, Some(until)).await
    }

    /// Notes that the target has the branch, unless another diff has taken its place.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_pushed(&self, act: &Act, run: &Run) -> Result<(), DbError> {
        let mut tx = self.db.begin(&super::without_key(act)).await?;
        // The version stays: whether the target has the branch is no business of other steps.
        tx.execute(
            "UPDATE run SET is_pushed = 1 WHERE id = $1 AND commit_sha = $2",
            args![run.id, &run.change.commit],
        )
        .await?;
        tx.commit().await
    }

    /// Gives back what a killed process had taken. Only where no other process shares the database.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_all(&self, act: &Act) -> Result<(), DbError> {
        if self.db.is_shared() {
            return Ok(());
        }
        let mut tx = self.db.begin(act).await?;
        tx.execute(
            "UPDATE run SET leased_until = NULL WHERE leased_until IS NOT NULL",
            vec![],
        )
        .await?;
        tx.commit().await
    }
}
