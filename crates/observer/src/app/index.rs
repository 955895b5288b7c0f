//! Folding operations into sessions, patterns, kinds and totals, in their order.

use std::{
    collections::{BTreeMap, HashMap, btree_map::Entry},
    time::Duration,
};

use service_kit::{Act, db::DbError};
use tracing::warn;
use types::{Service, event::Operation};

use super::App;
use crate::{
    domain::{
        findings::Patterns,
        playbooks::Kinds,
        sessions::{Habits, Session, session_key},
    },
    store::{Batch, IndexedOperation, SessionKey, SessionRow, Snapshot, Store},
};

/// How many operations are folded at once.
const AT_ONCE: i64 = 2_000;

/// What is held in memory between batches.
#[derive(Default)]
pub(crate) struct Indexer {
    last_sequence: i64,
    pub(crate) patterns: Patterns,
    pub(crate) kinds: Kinds,
    habits: BTreeMap<String, Habits>,
}

impl Indexer {
    /// Goes on where the index stopped.
    pub(crate) fn restore(snapshot: Snapshot) -> Self {
        Self {
            last_sequence: snapshot.last_sequence,
            patterns: Patterns::restore(snapshot.patterns),
            kinds: Kinds::restore(snapshot.kinds),
            habits: snapshot.habits,
        }
    }

    fn fold(
        &mut self,
        operations: &[IndexedOperation],
        sessions: &mut Sessions,
        stall_after: Duration,
    ) -> Batch {
        let mut batch = Batch {
            from_sequence: self.last_sequence,
            ..Batch::default()
        };
        for IndexedOperation {
            sequence,
            operation,
        } in operations
        {
            let pattern = self.patterns.observe(operation);
            self.kinds.observe(operation);
            sessions.add(*sequence, operation, pattern, stall_after);
            self.note_habits(operation, &mut batch);
            count(operation, &mut batch);
            batch.to_sequence = *sequence;
        }
        batch.patterns = self.patterns.take_changed();
        batch.kinds = self.kinds.take_changed();
        batch.sessions = sessions.changed(stall_after);
        batch
    }

    fn note_habits(&mut self, operation: &Operation, batch: &mut Batch) {
        let known = self.habits.entry(operation.agent.clone()).or_default();
        let after = known.after(operation);
        if after != *known || !batch.habits.contains_key(&operation.agent) {
            batch.habits.insert(operation.agent.clone(), after);
        }
        *known = after;
    }
}

fn count(operation: &Operation, batch: &mut Batch) {
    let (successes, failures) = batch.totals.entry(operation.source.clone()).or_default();
    *(if operation.success {
        successes
    } else {
        failures
    }) += 1;
    if let Some(model) = &operation.model {
        let key = (model.clone(), operation.source.clone());
        let (requests, tokens) = batch.usage.entry(key).or_default();
        *requests += 1;
        *tokens += operation.tokens.unwrap_or(0);
    }
}

/// The sessions that a batch touches: the newest one under each id.
#[derive(Default)]
struct Sessions {
    newest: BTreeMap<(String, String), SessionRow>,
    older: Vec<SessionRow>,
}

impl Sessions {
    /// Reads the sessions that these operations may go on with.
    async fn load(store: &Store, operations: &[IndexedOperation]) -> Result<Self, DbError> {
        let mut out = Self::default();
        let mut known: HashMap<(String, String), ()> = HashMap::new();
        for IndexedOperation { operation, .. } in operations {
            let (agent, id) = session_key(operation);
            let key = (agent.to_owned(), id.to_owned());
            let named = operation
                .session_id
                .as_deref()
                .is_some_and(|id| !id.is_empty());
            if !named || known.insert(key.clone(), ()).is_some() {
                continue;
            }
            if let Some(row) = store.newest_session(agent, id).await? {
                out.newest.insert(key, row);
            }
        }
        Ok(out)
    }

    fn add(
        &mut self,
        sequence: i64,
        operation: &Operation,
        pattern: Option<u64>,
        stall_after: Duration,
    ) {
        let (agent, session_id) = session_key(operation);
        let (agent, session_id) = (agent.to_owned(), session_id.to_owned());
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

    fn changed(&mut self, stall_after: Duration) -> Vec<(SessionRow, i64)> {
        let newest = std::mem::take(&mut self.newest).into_values();
        let all = std::mem::take(&mut self.older).into_iter().chain(newest);
        all.map(|row| {
            let ends_at = row.session.end(stall_after).as_micros();
            (row, ends_at)
        })
        .collect()
    }
}

impl App {
    /// Indexes what is new until nothing is left.
    pub(crate) async fn index_new(&self) -> Result<(), DbError> {
        while self.index_some().await? {}
        Ok(())
    }

    async fn index_some(&self) -> Result<bool, DbError> {
        let mut indexer = self.indexer.lock().await;
        let operations = self.store.unindexed(indexer.last_sequence, AT_ONCE).await?;
        if operations.is_empty() {
            return Ok(false);
        }
        let mut sessions = Sessions::load(&self.store, &operations).await?;
        let stall_after = self.settings.stall_after();
        let batch = indexer.fold(&operations, &mut sessions, stall_after);
        let act = Act::of_service(Service::Observer, &self.clock);
        match self.store.index(&batch, &act).await {
            Ok(true) => {
                indexer.last_sequence = batch.to_sequence;
                Ok(true)
            }
            // Another replica was first, or nothing was written: memory has gone ahead of the
            // tables and is read again.
            Ok(false) => {
                *indexer = Indexer::restore(self.store.snapshot().await?);
                Ok(true)
            }
            Err(error) => {
                warn!(error = %error, "a batch could not be indexed: {error}");
                *indexer = Indexer::restore(self.store.snapshot().await?);
                Err(error)
            }
        }
    }
}
