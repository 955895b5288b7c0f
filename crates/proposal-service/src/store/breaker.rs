//! Breakers, and the rejections in a row.

use service_kit::{
    args,
    db::{DbError, Tx},
};
use types::{Timestamp, analysis::Breaker};

use super::Source;
use crate::domain::breaker::{BreakerName, is_open};

/// A breaker as its row has it.
pub(super) struct Known {
    pub(super) breaker: Breaker,
    pub(super) reset_at: Option<Timestamp>,
}

impl Known {
    fn at(self, now: Timestamp) -> Breaker {
        let mut breaker = self.breaker;
        breaker.open = is_open(breaker.tripped_at, breaker.until, self.reset_at, now);
        breaker
    }
}

/// All breakers as they are at a moment.
pub(crate) async fn all<S: Source>(
    source: &mut S,
    now: Timestamp,
) -> Result<Vec<Breaker>, DbError> {
    let known: Vec<Known> = source
        .rows("SELECT * FROM breaker ORDER BY name", vec![])
        .await?;
    Ok(known.into_iter().map(|known| known.at(now)).collect())
}

/// Trips one; without `until` only a person closes it.
pub(crate) async fn trip(
    tx: &mut Tx,
    name: BreakerName,
    until: Option<Timestamp>,
    reason: &str,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE breaker SET tripped_at = $1, until = $2, reason = $3, reset_at = NULL,
            reset_by = NULL
         WHERE name = $4",
        args![tx.now(), until, reason, name.name()],
    )
    .await
    .map(drop)
}

/// Closes one that holds; false when it does not.
pub(crate) async fn reset(tx: &mut Tx, name: &str) -> Result<bool, DbError> {
    let person = tx.act().actor.clone();
    let reset = tx
        .execute(
            "UPDATE breaker SET reset_at = $1, reset_by = $2
             WHERE name = $3 AND tripped_at IS NOT NULL AND reset_at IS NULL
               AND (until IS NULL OR until > $1)",
            args![tx.now(), person, name],
        )
        .await?;
    Ok(reset == 1)
}

/// Begins to count rejections anew.
pub(crate) async fn end_streak(tx: &mut Tx) -> Result<(), DbError> {
    tx.execute("UPDATE rejection_streak SET length = 0", vec![])
        .await
        .map(drop)
}

/// Counts a rejection; how many there are in a row now.
pub(crate) async fn lengthen_streak(tx: &mut Tx) -> Result<u32, DbError> {
    tx.fetch_one(
        "UPDATE rejection_streak SET length = length + 1 RETURNING length",
        vec![],
    )
    .await
}
