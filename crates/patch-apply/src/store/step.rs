//! The record of a run.

use service_kit::{
    args,
    db::{DbError, FromRow, Row, Tx},
};
use types::{
    ProposalId,
    patch::{RunStep, StepState},
};

use super::{StepNote, Store};

struct Line(RunStep);

impl FromRow for Line {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self(RunStep {
            name: row.get("name")?,
            state: row.name("state")?,
            started_at: row.get("started_at")?,
            finished_at: row.get("finished_at")?,
            output: row.get("output")?,
        }))
    }
}

pub(super) async fn write(tx: &mut Tx, id: ProposalId, note: &StepNote) -> Result<(), DbError> {
    let now = tx.now();
    let finished_at = (note.state != StepState::Running).then_some(now);
    let updated = tx
        .execute(
            "UPDATE run_step SET state = $1, finished_at = $2, output = $3
             WHERE run_id = $4 AND name = $5 AND state = 'running'",
            args![note.state.name(), finished_at, &note.output, id, &note.name],
        )
        .await?;
    if 0 < updated {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO run_step (run_id, number, name, state, started_at, finished_at, output)
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6 FROM run_step WHERE run_id = $1",
        args![id, &note.name, note.state.name(), now, finished_at, &note.output],
    )
    .await
    .map(drop)
}

impl Store {
    /// The record of a run, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn steps(&self, id: ProposalId) -> Result<Vec<RunStep>, DbError> {
        let lines: Vec<Line> = self
            .db
            .fetch_all(
                "SELECT name, state, started_at, finished_at, output FROM run_step
                 WHERE run_id = $1 ORDER BY number",
                args![id],
            )
            .await?;
        Ok(lines.into_iter().map(|line| line.0).collect())
    }
}
