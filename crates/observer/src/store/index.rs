//! What is computed from operations, written together with how far it got.

use std::collections::BTreeMap;

use service_kit::{
    Act, args,
    db::{DbError, FromRow, Row, Tx},
};
use types::event::Operation;

use super::{SessionRow, Store, json, operation, session};
use crate::{
    domain::{findings::Pattern, playbooks::Kind, sessions::Habits},
    segments::Position,
};

/// An operation with its number and its failure pattern.
pub(crate) struct IndexedOperation {
    pub(crate) sequence: i64,
    pub(crate) operation: Operation,
}

impl FromRow for IndexedOperation {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            sequence: row.get("sequence")?,
            operation: row.json("body")?,
        })
    }
}

/// Everything that is held in memory between batches.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) last_sequence: i64,
    pub(crate) position: Position,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) habits: BTreeMap<String, Habits>,
}

/// What one batch of operations changes.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) from_sequence: i64,
    pub(crate) to_sequence: i64,
    /// Up to where the log was read, if they come from there.
    pub(crate) position: Option<Position>,
    pub(crate) operations: Vec<IndexedOperation>,
    /// The failure pattern of each.
    pub(crate) operation_patterns: Vec<Option<u64>>,
    /// What the log says of each, if they come from there and are not in the table yet.
    pub(crate) bodies: Vec<String>,
    pub(crate) sessions: Vec<(SessionRow, i64)>,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) habits: BTreeMap<String, Habits>,
    pub(crate) totals: BTreeMap<String, (u64, u64)>,
    pub(crate) usage: BTreeMap<(String, String), (u64, u64)>,
}

struct Progress(i64, Position);

impl FromRow for Progress {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let position = Position {
            segment: row.get("log_segment")?,
            offset: row.get("log_offset")?,
        };
        Ok(Self(row.get("last_sequence")?, position))
    }
}

struct HabitRow(String, Habits);

impl FromRow for HabitRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let habits = Habits {
            sends_ends: row.get("sends_ends")?,
            sends_task_failures: row.get("sends_task_failures")?,
        };
        Ok(Self(row.get("agent")?, habits))
    }
}

struct State<T>(T);

impl<T: serde::de::DeserializeOwned> FromRow for State<T> {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self(row.json("state")?))
    }
}

impl Store {
    /// What the index holds, for a start.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot, DbError> {
        let patterns: Vec<State<Pattern>> = self
            .db
            .fetch_all("SELECT state FROM failure_pattern", vec![])
            .await?;
        let kinds: Vec<State<Kind>> = self
            .db
            .fetch_all("SELECT state FROM operation_kind", vec![])
            .await?;
        let Progress(last_sequence, position) = self
            .db
            .fetch_one(
                "SELECT last_sequence, log_segment, log_offset FROM index_state",
                vec![],
            )
            .await?;
        Ok(Snapshot {
            last_sequence,
            position,
            patterns: patterns.into_iter().map(|row| row.0).collect(),
            kinds: kinds.into_iter().map(|row| row.0).collect(),
            habits: self.habits().await?,
        })
    }

    /// What agents are known to send.
    pub(crate) async fn habits(&self) -> Result<BTreeMap<String, Habits>, DbError> {
        let rows: Vec<HabitRow> = self
            .db
            .fetch_all(
                "SELECT agent, sends_ends, sends_task_failures FROM agent_habit",
                vec![],
            )
            .await?;
        Ok(rows
            .into_iter()
            .map(|HabitRow(agent, habits)| (agent, habits))
            .collect())
    }

    /// The next operations to be indexed, in their order.
    pub(crate) async fn unindexed(
        &self,
        after: i64,
        limit: i64,
    ) -> Result<Vec<IndexedOperation>, DbError> {
        self.db
            .fetch_all(
                "SELECT sequence, body FROM operation WHERE sequence > $1
                 ORDER BY sequence LIMIT $2",
                args![after, limit],
            )
            .await
    }

    /// Writes a batch, unless another replica has indexed these operations: then `false`.
    pub(crate) async fn index(&self, batch: &Batch, act: &Act) -> Result<bool, DbError> {
        let mut tx = self.db.begin(act).await?;
        let advanced = tx
            .execute(
                "UPDATE index_state SET last_sequence = $1 WHERE last_sequence = $2",
                args![batch.to_sequence, batch.from_sequence],
            )
            .await?;
        if advanced == 0 {
            return Ok(false);
        }
        if let Some(position) = batch.position {
            tx.execute(
                "UPDATE index_state SET log_segment = $1, log_offset = $2",
                args![position.segment, position.offset],
            )
            .await?;
        }
        operation::insert(&mut tx, batch).await?;
        session::save(&mut tx, &batch.sessions).await?;
        save_states(&mut tx, batch).await?;
        save_totals(&mut tx, batch).await?;
        tx.commit().await?;
        Ok(true)
    }
}

async fn save_states(tx: &mut Tx, batch: &Batch) -> Result<(), DbError> {
    let patterns = batch
        .patterns
        .iter()
        .map(|row| Ok(args![format!("{:016x}", row.fingerprint), json(row)?]))
        .collect::<Result<Vec<_>, DbError>>()?;
    tx.insert_many(
        "INSERT INTO failure_pattern (fingerprint, state) VALUES",
        "ON CONFLICT (fingerprint) DO UPDATE SET state = excluded.state",
        patterns,
    )
    .await?;
    let kinds = batch
        .kinds
        .iter()
        .map(|row| Ok(args![&row.operation, json(row)?]))
        .collect::<Result<Vec<_>, DbError>>()?;
    tx.insert_many(
        "INSERT INTO operation_kind (operation, state) VALUES",
        "ON CONFLICT (operation) DO UPDATE SET state = excluded.state",
        kinds,
    )
    .await?;
    let habits = batch
        .habits
        .iter()
        .map(|(agent, habits)| args![agent, habits.sends_ends, habits.sends_task_failures])
        .collect();
    tx.insert_many(
        "INSERT INTO agent_habit (agent, sends_ends, sends_task_failures) VALUES",
        "ON CONFLICT (agent) DO UPDATE SET sends_ends = excluded.sends_ends,
           sends_task_failures = excluded.sends_task_failures",
        habits,
    )
    .await
    .map(drop)
}

async fn save_totals(tx: &mut Tx, batch: &Batch) -> Result<(), DbError> {
    let totals = batch
        .totals
        .iter()
        .map(|(source, (successes, failures))| args![source, *successes, *failures])
        .collect();
    tx.insert_many(
        "INSERT INTO source_total (source, successes, failures) VALUES",
        "ON CONFLICT (source) DO UPDATE SET
           successes = source_total.successes + excluded.successes,
           failures = source_total.failures + excluded.failures",
        totals,
    )
    .await?;
    let usage = batch
        .usage
        .iter()
        .map(|((model, source), (requests, tokens))| args![model, source, *requests, *tokens])
        .collect();
    tx.insert_many(
        "INSERT INTO usage_total (model, source, requests, tokens) VALUES",
        "ON CONFLICT (model, source) DO UPDATE SET
           requests = usage_total.requests + excluded.requests,
           tokens = usage_total.tokens + excluded.tokens",
        usage,
    )
    .await
    .map(drop)
}
