//! The sessions that a batch of operations touches.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    time::Duration,
};

use service_kit::db::DbError;
use types::event::Operation;

use crate::{
    domain::sessions::{Session, session_id_of},
    store::{IndexedOperation, SessionKey, SessionRow, Store},
};

/// The newest session under each id, and those that ended meanwhile.
#[derive(Default)]
pub(super) struct Sessions {
    newest: BTreeMap<(String, String), SessionRow>,
    older: Vec<SessionRow>,
}

impl Sessions {
    /// Reads the sessions that these operations may go on with.
    pub(super) async fn load(
        store: &Store,
        operations: &[IndexedOperation],
    ) -> Result<Self, DbError> {
        let named: BTreeSet<(&str, &str)> = operations
            .iter()
            .filter_map(|it| Some((it.operation.agent.as_str(), session_id_of(&it.operation)?)))
            .collect();
        let named: Vec<(&str, &str)> = named.into_iter().collect();
        let newest = store
            .newest_sessions(&named)
            .await?
            .into_iter()
            .map(|row| ((row.key.agent.clone(), row.key.session_id.clone()), row))
            .collect();
        Ok(Self {
            newest,
            older: Vec::new(),
        })
    }

    /// Adds an operation to the session that it names, if it names one.
    pub(super) fn add(
        &mut self,
        sequence: i64,
        operation: &Operation,
        pattern: Option<u64>,
        stall_after: Duration,
    ) {
        let Some(session_id) = session_id_of(operation).map(str::to_owned) else {
            return;
        };
        let agent = operation.agent.clone();
        let begin = || SessionRow {
            key: SessionKey {
                agent: agent.clone(),
                session_id: session_id.clone(),
                started_sequence: sequence,
            },
            session: Session::opened(operation),
            patterns: Vec::new(),
        };
        let row = match self.newest.entry((agent.clone(), session_id.clone())) {
            Entry::Vacant(free) => free.insert(begin()),
            Entry::Occupied(taken) => {
                let row = taken.into_mut();
                if row.session.takes(operation, stall_after) {
                    row.session.add(operation);
                } else {
                    self.older.push(std::mem::replace(row, begin()));
                }
                row
            }
        };
        if let Some(pattern) = pattern.map(|pattern| format!("{pattern:016x}"))
            && !row.patterns.contains(&pattern)
        {
            row.patterns.push(pattern);
        }
    }

    /// All of them, with the moment at which each ends.
    pub(super) fn take(&mut self, stall_after: Duration) -> Vec<(SessionRow, i64)> {
        let newest = std::mem::take(&mut self.newest).into_values();
        let all = std::mem::take(&mut self.older).into_iter().chain(newest);
        all.map(|row| {
            let ends_at = row.session.end(stall_after).as_micros();
            (row, ends_at)
        })
        .collect()
    }
}
