//! Jobs with a schedule: one run per due time, whichever replica comes first.

use std::{str::FromStr, time::Duration};

use croner::Cron;
use types::Timestamp;

use crate::{
    act::Act,
    args,
    db::{Db, DbError},
};

/// A cron expression of five fields, in UTC.
#[derive(Clone, Debug)]
pub struct Schedule(Cron);

/// A text that is not a schedule.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0} is not a cron expression of five fields, such as 0 2 * * *")]
pub struct InvalidSchedule(String);

impl FromStr for Schedule {
    type Err = InvalidSchedule;

    fn from_str(text: &str) -> Result<Self, InvalidSchedule> {
        Cron::from_str(text)
            .map(Self)
            .map_err(|_| InvalidSchedule(text.to_owned()))
    }
}

impl Schedule {
    /// The first due time after `moment`.
    pub fn next_after(&self, moment: Timestamp) -> Option<Timestamp> {
        let next = self.0.find_next_occurrence(&moment.zoned(), false).ok()?;
        Some(Timestamp::from_micros(next.timestamp().as_microsecond()))
    }
}

/// Takes the job if it is due and free: of all replicas one gets `true`, and the next due time is
/// set. A job that was due several times while nothing ran, runs once.
pub async fn take_if_due(
    db: &Db,
    act: &Act,
    name: &str,
    schedule: &Schedule,
    lease: Duration,
) -> Result<bool, DbError> {
    let Some(next) = schedule.next_after(act.at) else {
        return Ok(false);
    };
    let mut tx = db.begin(act).await?;
    tx.execute(
        "INSERT INTO job (name, next_run) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        args![name, next],
    )
    .await?;
    let taken = tx
        .execute(
            "UPDATE job SET next_run = $1, leased_until = $2, last_started = $3
             WHERE name = $4 AND next_run <= $3 AND (leased_until IS NULL OR leased_until < $3)",
            args![next, act.at.plus(lease), act.at, name],
        )
        .await?;
    tx.commit().await?;
    Ok(taken == 1)
}

/// Gives the job back and records how it went.
pub async fn finish(db: &Db, act: &Act, name: &str, outcome: &str) -> Result<(), DbError> {
    let mut tx = db.begin(act).await?;
    tx.execute(
        "UPDATE job SET leased_until = NULL, last_finished = $1, last_outcome = $2
         WHERE name = $3",
        args![act.at, outcome, name],
    )
    .await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daily_schedule_is_due_at_its_hour() {
        let schedule: Schedule = "0 2 * * *".parse().unwrap();
        let now: Timestamp = "2026-01-10T14:32:00Z".parse().unwrap();
        assert_eq!(
            schedule.next_after(now).unwrap().to_string(),
            "2026-01-11T02:00:00Z"
        );
        assert!("often".parse::<Schedule>().is_err());
    }
}
