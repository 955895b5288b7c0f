//! Operations: appended once each, read by filter.

use std::collections::HashSet;

use service_kit::{
    Act, args,
    db::{Arg, DbError, FromRow, Row, Tx},
};
use types::{Timestamp, event::Operation};

use super::{Batch, Store};
use crate::domain::{findings::signature, playbooks::kind_of, sessions::session_id_of};

/// An operation that is not in the table yet, and its text as the log has it.
pub(crate) struct NewOperation {
    pub(crate) operation: Operation,
    pub(crate) body: String,
}

pub(crate) struct Numbered {
    pub(crate) sequence: i64,
    pub(crate) operation: Operation,
}

impl FromRow for Numbered {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            sequence: row.get("sequence")?,
            operation: row.json("body")?,
        })
    }
}

impl Store {
    /// Appends operations in one transaction; for each, whether it is new.
    pub(crate) async fn append(
        &self,
        operations: &[&Operation],
        act: &Act,
    ) -> Result<Vec<bool>, DbError> {
        let count = operations.len();
        let mut tx = self.db.begin(act).await?;
        let last: i64 = tx
            .fetch_one(
                "UPDATE operation_head SET last_sequence = last_sequence + $1
                 RETURNING last_sequence",
                args![count],
            )
            .await?;
        let first = last - i64::try_from(count).unwrap_or(0) + 1;
        let rows = (first..)
            .zip(operations)
            .map(|(sequence, operation)| {
                let pattern = signature(operation).map(|signature| signature.fingerprint);
                let body = serde_json::to_string(operation);
                let body = body.map_err(|error| DbError::Value(error.to_string()))?;
                Ok(row_of(sequence, operation, pattern, body))
            })
            .collect::<Result<Vec<_>, DbError>>()?;
        let inserted: Vec<i64> = tx
            .insert_many_returning(
                INSERT,
                "ON CONFLICT (event_id) DO NOTHING RETURNING sequence",
                rows,
            )
            .await?;
        tx.commit().await?;
        let inserted: HashSet<i64> = inserted.into_iter().collect();
        Ok((first..=last)
            .map(|sequence| inserted.contains(&sequence))
            .collect())
    }

    /// Those of these event ids that are in the table.
    pub(crate) async fn known_event_ids(&self, ids: &[&str]) -> Result<Vec<String>, DbError> {
        let mut known = Vec::new();
        for chunk in ids.chunks(IDS_AT_ONCE) {
            let marks: Vec<String> = (1..=chunk.len()).map(|it| format!("${it}")).collect();
            let sql = format!(
                "SELECT event_id FROM operation WHERE event_id IN ({})",
                marks.join(", ")
            );
            let args = chunk.iter().map(|id| Arg::from(*id)).collect();
            known.extend(self.db.fetch_all_built::<String>(sql, args).await?);
        }
        Ok(known)
    }

    /// The event ids that came in last, the newest last.
    pub(crate) async fn newest_event_ids(&self, limit: i64) -> Result<Vec<String>, DbError> {
        let mut ids: Vec<String> = self
            .db
            .fetch_all(
                "SELECT event_id FROM operation ORDER BY sequence DESC LIMIT $1",
                args![limit],
            )
            .await?;
        ids.reverse();
        Ok(ids)
    }

    /// A part of a day's operations by time; `after` is the last one of the part before.
    pub(crate) async fn day(
        &self,
        from: Timestamp,
        to: Timestamp,
        after: (i64, i64),
        limit: i64,
    ) -> Result<Vec<Numbered>, DbError> {
        self.db
            .fetch_all(
                "SELECT sequence, body FROM operation WHERE $1 <= at AND at < $2
                   AND (at, sequence) > ($3, $4) ORDER BY at, sequence LIMIT $5",
                args![from, to, after.0, after.1, limit],
            )
            .await
    }
}

/// How many ids are looked for at once: a statement with more takes longer for each.
const IDS_AT_ONCE: usize = 200;

const INSERT: &str = "INSERT INTO operation (sequence, event_id, at, event_type, agent, tool, kind,
  success, latency_ms, session_id, source, pattern, body) VALUES";

/// Puts operations that come from the log into the table.
pub(super) async fn insert(tx: &mut Tx, batch: &Batch) -> Result<(), DbError> {
    let rows = batch
        .operations
        .iter()
        .zip(&batch.operation_patterns)
        .zip(&batch.bodies)
        .map(|((it, pattern), body)| row_of(it.sequence, &it.operation, *pattern, body.clone()))
        .collect();
    tx.insert_many(INSERT, "", rows).await.map(drop)
}

fn row_of(sequence: i64, operation: &Operation, pattern: Option<u64>, body: String) -> Vec<Arg> {
    args![
        sequence,
        &operation.event_id,
        operation.timestamp,
        operation.event_type.name(),
        &operation.agent,
        operation.tool.clone(),
        kind_of(operation),
        operation.success,
        operation.latency_ms,
        session_id_of(operation),
        &operation.source,
        pattern.map(|pattern| format!("{pattern:016x}")),
        body,
    ]
}
