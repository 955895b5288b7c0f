//! Which days have to be written to files.

use service_kit::{Act, args, db::DbError};
use types::Timestamp;

use super::Store;

const MICROS_A_DAY: i64 = 86_400_000_000;

impl Store {
    /// Notes the days of all operations that came in since this was done last.
    pub(crate) async fn note_days(&self, act: &Act) -> Result<(), DbError> {
        let mut tx = self.db.begin(act).await?;
        let from: i64 = tx
            .fetch_one("SELECT last_sequence FROM extraction_state", args![])
            .await?;
        let to: i64 = tx
            .fetch_one(
                "SELECT COALESCE(MAX(sequence), 0) AS last FROM operation",
                args![],
            )
            .await?;
        if to <= from {
            return Ok(());
        }
        // Moments before 1970 are rounded down as well.
        tx.execute(
            "INSERT INTO extraction_day (day)
             SELECT DISTINCT (at - ((at % $1) + $1) % $1) / $1 FROM operation
             WHERE sequence > $2 AND sequence <= $3 ON CONFLICT (day) DO NOTHING",
            args![MICROS_A_DAY, from, to],
        )
        .await?;
        tx.execute("UPDATE extraction_state SET last_sequence = $1", args![to])
            .await?;
        tx.commit().await
    }

    /// The starts of the noted days before a moment's day, the oldest first.
    pub(crate) async fn noted_days(&self, before: Timestamp) -> Result<Vec<Timestamp>, DbError> {
        let today = before.as_micros().div_euclid(MICROS_A_DAY);
        let days: Vec<i64> = self
            .db
            .fetch_all(
                "SELECT day FROM extraction_day WHERE day < $1 ORDER BY day",
                args![today],
            )
            .await?;
        let start = |day: i64| Timestamp::from_micros(day.saturating_mul(MICROS_A_DAY));
        Ok(days.into_iter().map(start).collect())
    }

    /// A day's file is written; what comes later notes it again.
    pub(crate) async fn day_is_written(&self, day: Timestamp, act: &Act) -> Result<(), DbError> {
        let mut tx = self.db.begin(act).await?;
        let number = day.as_micros().div_euclid(MICROS_A_DAY);
        tx.execute("DELETE FROM extraction_day WHERE day = $1", args![number])
            .await?;
        tx.commit().await
    }
}
