//! Forgetting what is old. Totals, findings and playbooks stay: they were computed when it came in.

use service_kit::{Act, args, db::DbError};
use types::Timestamp;

use super::Store;

/// So many rows go in one transaction, so that nobody waits long behind it.
const AT_ONCE: i64 = 5_000;

/// What was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Forgotten {
    pub(crate) operations: u64,
    pub(crate) sessions: u64,
}

impl Store {
    /// Forgets operations that came in before `at`, and sessions that were over by then.
    ///
    /// An operation counts by when it came in, not by its own time: a log of last year that was
    /// collected today is kept as long as any other. What came in is noted each time this is
    /// called, so it goes after the first call that follows on its time. What is not indexed yet
    /// stays, and what is not in a file yet when `extracts` says that files are written.
    pub(crate) async fn forget_before(
        &self,
        at: Timestamp,
        extracts: bool,
        act: &Act,
    ) -> Result<Forgotten, DbError> {
        self.note_arrivals(act).await?;
        let last: Option<i64> = self
            .db
            .fetch_one(
                "SELECT MAX(last_sequence) AS last FROM arrival WHERE at < $1",
                args![at],
            )
            .await?;
        let Some(last) = last else {
            return Ok(Forgotten::default());
        };
        let done: i64 = self
            .db
            .fetch_one("SELECT last_sequence FROM index_state", args![])
            .await?;
        let extracted: i64 = self
            .db
            .fetch_one("SELECT last_sequence FROM extraction_state", args![])
            .await?;
        let last = last
            .min(done)
            .min(if extracts { extracted } else { i64::MAX });
        let forgotten = Forgotten {
            operations: self.forget_operations(last, act).await?,
            sessions: self.forget_sessions(last, at, act).await?,
        };
        self.forget_arrivals(at, act).await?;
        Ok(forgotten)
    }

    async fn note_arrivals(&self, act: &Act) -> Result<(), DbError> {
        let mut tx = self.db.begin(act).await?;
        tx.execute(
            "INSERT INTO arrival (at, last_sequence)
             SELECT $1, COALESCE(MAX(sequence), 0) FROM operation WHERE 1 = 1
             ON CONFLICT (at) DO UPDATE SET last_sequence = excluded.last_sequence",
            args![act.at],
        )
        .await?;
        tx.commit().await
    }

    async fn forget_operations(&self, last: i64, act: &Act) -> Result<u64, DbError> {
        let mut forgotten = 0;
        loop {
            let mut tx = self.db.begin(act).await?;
            let count = tx
                .execute(
                    "DELETE FROM operation WHERE sequence IN (
                       SELECT sequence FROM operation WHERE sequence <= $1
                       ORDER BY sequence LIMIT $2)",
                    args![last, AT_ONCE],
                )
                .await?;
            tx.commit().await?;
            forgotten += count;
            if count == 0 {
                return Ok(forgotten);
            }
        }
    }

    async fn forget_sessions(&self, last: i64, at: Timestamp, act: &Act) -> Result<u64, DbError> {
        let mut tx = self.db.begin(act).await?;
        let count = tx
            .execute(
                "DELETE FROM session WHERE started_sequence <= $1 AND ends_at < $2",
                args![last, at],
            )
            .await?;
        tx.commit().await?;
        Ok(count)
    }

    async fn forget_arrivals(&self, at: Timestamp, act: &Act) -> Result<(), DbError> {
        let mut tx = self.db.begin(act).await?;
        tx.execute("DELETE FROM arrival WHERE at < $1", args![at])
            .await?;
        tx.commit().await
    }
}
