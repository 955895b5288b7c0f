//! Sessions: a row for each that is named. An operation without a session id is a session by itself,
//! which is read from the operation.

use service_kit::{
    args,
    db::{DbError, FromRow, Row, Tx},
};
use types::{Timestamp, event::Operation};

use super::{AgentScope, Store, json};
use crate::domain::sessions::Session;

/// Which session: an id may be used again after a session is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SessionKey {
    pub(crate) agent: String,
    pub(crate) session_id: String,
    pub(crate) started_sequence: i64,
}

/// A session and the patterns that failed in it.
#[derive(Clone, Debug)]
pub(crate) struct SessionRow {
    pub(crate) key: SessionKey,
    pub(crate) session: Session,
    pub(crate) patterns: Vec<String>,
}

impl FromRow for SessionRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            key: SessionKey {
                agent: row.get("agent")?,
                session_id: row.get("session_id")?,
                started_sequence: row.get("started_sequence")?,
            },
            session: row.json("state")?,
            patterns: row.json("patterns")?,
        })
    }
}

/// The session of one operation that names none.
struct Lone(SessionRow);

impl FromRow for Lone {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let operation: Operation = row.json("body")?;
        let session = Session::opened(&operation);
        let pattern: Option<String> = row.get("pattern")?;
        Ok(Self(SessionRow {
            key: SessionKey {
                agent: operation.agent,
                session_id: operation.event_id,
                started_sequence: row.get("sequence")?,
            },
            session,
            patterns: pattern.into_iter().collect(),
        }))
    }
}

/// How many sessions are looked for at once: a statement with more takes longer for each.
const SESSIONS_AT_ONCE: usize = 100;

impl Store {
    /// The newest session under each of these agents and session ids, where there is one.
    pub(crate) async fn newest_sessions(
        &self,
        named: &[(&str, &str)],
    ) -> Result<Vec<SessionRow>, DbError> {
        let mut out = Vec::new();
        for chunk in named.chunks(SESSIONS_AT_ONCE) {
            let pairs: Vec<String> = (0..chunk.len())
                .map(|index| format!("(${}, ${})", 2 * index + 1, 2 * index + 2))
                .collect();
            let sql = format!(
                "SELECT s.agent, s.session_id, s.started_sequence, s.patterns, s.state
                 FROM session AS s JOIN (
                   SELECT agent, session_id, MAX(started_sequence) AS newest FROM session
                   WHERE (agent, session_id) IN (VALUES {}) GROUP BY agent, session_id
                 ) AS n ON n.agent = s.agent AND n.session_id = s.session_id
                   AND n.newest = s.started_sequence",
                pairs.join(", ")
            );
            let args = chunk
                .iter()
                .flat_map(|(agent, id)| args![*agent, *id])
                .collect();
            out.extend(self.db.fetch_all_built::<SessionRow>(sql, args).await?);
        }
        Ok(out)
    }

    /// Sessions that ended in this time and began at `started_from` or later.
    pub(crate) async fn sessions(
        &self,
        scope: &AgentScope,
        from: Timestamp,
        to: Timestamp,
        started_from: Option<Timestamp>,
    ) -> Result<Vec<SessionRow>, DbError> {
        let started_from = started_from.unwrap_or(Timestamp::from_micros(i64::MIN));
        let mut args = args![from, to, started_from];
        let (condition, names) = scope.condition(args.len());
        args.extend(names);
        let named = format!(
            "SELECT agent, session_id, started_sequence, patterns, state FROM session
             WHERE $1 <= ends_at AND ends_at < $2 AND $3 <= started_at AND {condition}"
        );
        let mut sessions: Vec<SessionRow> = self.db.fetch_all_built(named, args.clone()).await?;
        let lone = format!(
            "SELECT sequence, pattern, body FROM operation
             WHERE session_id IS NULL AND $1 <= at AND at < $2 AND $3 <= at AND {condition}"
        );
        let lone: Vec<Lone> = self.db.fetch_all_built(lone, args).await?;
        sessions.extend(lone.into_iter().map(|Lone(row)| row));
        Ok(sessions)
    }
}

/// Writes sessions with the moment at which each ends.
pub(super) async fn save(tx: &mut Tx, sessions: &[(SessionRow, i64)]) -> Result<(), DbError> {
    let rows = sessions
        .iter()
        .map(|(row, ends_at)| {
            Ok(args![
                &row.key.agent,
                &row.key.session_id,
                row.key.started_sequence,
                row.session.started_at,
                *ends_at,
                json(&row.patterns)?,
                json(&row.session)?,
            ])
        })
        .collect::<Result<Vec<_>, DbError>>()?;
    tx.insert_many(
        "INSERT INTO session (agent, session_id, started_sequence, started_at, ends_at, patterns,
           state) VALUES",
        "ON CONFLICT (agent, session_id, started_sequence) DO UPDATE SET
           started_at = excluded.started_at, ends_at = excluded.ends_at,
           patterns = excluded.patterns, state = excluded.state",
        rows,
    )
    .await
    .map(drop)
}
