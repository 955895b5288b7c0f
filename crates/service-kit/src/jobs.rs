//! Jobs with a schedule: one run per due time, whichever replica comes first.

use std::{str::FromStr, time::Duration};

use croner::Cron;
use types::Timestamp;

use crate::{
    act::Act,
    args,
    db::{Db, DbError, FromRow, Row, Tx},
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

/// What is known of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobState {
    /// When it is due.
    pub next_run: Timestamp,
    /// Until when somebody runs it.
    pub leased_until: Option<Timestamp>,
    /// When it was begun last.
    pub last_started: Option<Timestamp>,
    /// When it was done last.
    pub last_finished: Option<Timestamp>,
    /// What came of it.
    pub last_outcome: Option<String>,
}

impl JobState {
    /// Whether somebody should begin it: it is due, or whoever began it has not come to an end.
    pub fn is_due(&self, now: Timestamp) -> bool {
        match self.leased_until {
            None => self.next_run <= now,
            Some(until) => until < now,
        }
    }
}

impl FromRow for JobState {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            next_run: row.get("next_run")?,
            leased_until: row.get("leased_until")?,
            last_started: row.get("last_started")?,
            last_finished: row.get("last_finished")?,
            last_outcome: row.get("last_outcome")?,
        })
    }
}

/// What is known of a job, if it was ever seen.
pub async fn state(db: &Db, name: &str) -> Result<Option<JobState>, DbError> {
    db.fetch_optional(
        "SELECT next_run, leased_until, last_started, last_finished, last_outcome FROM job
         WHERE name = $1",
        args![name],
    )
    .await
}

/// How far replicas' clocks may differ: near its due time a job is left as it is.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

/// Makes the job known, and due by its present schedule where that was changed.
pub async fn align(db: &Db, act: &Act, name: &str, schedule: &Schedule) -> Result<(), DbError> {
    let Some(next) = schedule.next_after(act.at) else {
        return Ok(());
    };
    let mut tx = db.begin(act).await?;
    make_known(&mut tx, name, next).await?;
    if act.at.plus(CLOCKS_DIFFER) < next {
        tx.execute(
            "UPDATE job SET next_run = $1 WHERE name = $2 AND next_run > $3 AND next_run <> $1",
            args![next, name, act.at],
        )
        .await?;
    }
    tx.commit().await
}

async fn make_known(tx: &mut Tx, name: &str, next: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO job (name, next_run) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        args![name, next],
    )
    .await
    .map(drop)
}

/// Takes the job if it is due and free: of all replicas one gets `true`, and the next due time is
/// set. A job that was due several times while nothing ran, runs once; one that was begun and not
/// ended is taken again when its lease is over.
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
    make_known(&mut tx, name, next).await?;
    let taken = tx
        .execute(
            "UPDATE job SET next_run = $1, leased_until = $2, last_started = $3
             WHERE name = $4
               AND ((leased_until IS NULL AND next_run <= $3) OR leased_until < $3)",
            args![next, act.at.plus(lease), act.at, name],
        )
        .await?;
    tx.commit().await?;
    Ok(taken == 1)
}

/// Takes the job now, whenever it is due, unless somebody runs it.
pub async fn take_now(db: &Db, act: &Act, name: &str, lease: Duration) -> Result<bool, DbError> {
    let mut tx = db.begin(act).await?;
    // Without a schedule it is never due by itself.
    make_known(&mut tx, name, Timestamp::from_micros(i64::MAX)).await?;
    let taken = tx
        .execute(
            "UPDATE job SET leased_until = $1, last_started = $2
             WHERE name = $3 AND (leased_until IS NULL OR leased_until < $2)",
            args![act.at.plus(lease), act.at, name],
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
