//! Folding operations into sessions, patterns, kinds and totals, in their order.

mod feed;
mod sessions;

use std::{collections::BTreeMap, time::Duration};

use service_kit::Act;
use types::{Service, event::Operation};

use super::App;
use crate::{
    domain::{findings::Patterns, playbooks::Kinds, sessions::Habits},
    store::{Batch, IndexedOperation, Snapshot},
};
use feed::Portion;
pub(crate) use feed::{Feed, IndexError};
use sessions::Sessions;

/// What is held in memory between batches.
pub(crate) struct Indexer {
    feed: Feed,
    last_sequence: i64,
    /// Whether memory has gone ahead of the tables and must be made from them again.
    is_ahead: bool,
    pub(crate) patterns: Patterns,
    pub(crate) kinds: Kinds,
    habits: BTreeMap<String, Habits>,
}

impl Indexer {
    /// Goes on where the index stopped.
    pub(crate) fn restore(snapshot: Snapshot, mut feed: Feed) -> Self {
        feed.rewind(snapshot.position);
        Self {
            feed,
            last_sequence: snapshot.last_sequence,
            is_ahead: false,
            patterns: Patterns::restore(snapshot.patterns),
            kinds: Kinds::restore(snapshot.kinds),
            habits: snapshot.habits,
        }
    }

    /// Makes memory from the tables again.
    fn start_over(&mut self, snapshot: Snapshot) {
        let feed = std::mem::replace(&mut self.feed, Feed::Table);
        *self = Self::restore(snapshot, feed);
    }

    fn fold(
        &mut self,
        portion: Portion,
        sessions: &mut Sessions,
        stall_after: Duration,
        mut batch: Batch,
    ) -> Batch {
        for IndexedOperation {
            sequence,
            operation,
        } in &portion.operations
        {
            let pattern = self.patterns.observe(operation);
            self.kinds.observe(operation);
            sessions.add(*sequence, operation, pattern, stall_after);
            self.note_habits(operation, &mut batch);
            count(operation, &mut batch);
            batch.to_sequence = *sequence;
            batch.operation_patterns.push(pattern);
        }
        batch.patterns = self.patterns.take_changed();
        batch.kinds = self.kinds.take_changed();
        batch.sessions = sessions.take(stall_after);
        batch.operations = portion.operations;
        batch.bodies = portion.bodies;
        batch
    }

    fn note_habits(&mut self, operation: &Operation, batch: &mut Batch) {
        let known = self.habits.entry(operation.agent.clone()).or_default();
        let after = known.after(operation);
        if after != *known {
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

impl App {
    /// Indexes what is new until nothing is left.
    pub(crate) async fn index_new(&self) -> Result<(), IndexError> {
        while self.index_some().await? {}
        Ok(())
    }

    /// Indexes some of what is new, so that on a day without a rush whoever asks sees what was
    /// acknowledged before.
    pub(crate) async fn catch_up(&self) -> Result<(), IndexError> {
        self.index_some().await.map(drop)
    }

    async fn index_some(&self) -> Result<bool, IndexError> {
        let mut indexer = self.indexer.lock().await;
        if indexer.is_ahead {
            indexer.start_over(self.store.snapshot().await?);
            self.read_tallies().await?;
        }
        let from_position = indexer.feed.position();
        let last_sequence = indexer.last_sequence;
        let Some(portion) = indexer.feed.next(&self.store, last_sequence).await? else {
            return Ok(false);
        };
        // Until it is written. If it is not, another replica was first, or the disk is full.
        indexer.is_ahead = true;
        if self.index_portion(&mut indexer, portion).await? {
            indexer.is_ahead = false;
            if from_position.segment < indexer.feed.position().segment {
                indexer.feed.forget_read()?;
            }
        }
        Ok(true)
    }

    /// Whether it was written.
    async fn index_portion(
        &self,
        indexer: &mut Indexer,
        portion: Portion,
    ) -> Result<bool, IndexError> {
        let mut sessions = Sessions::load(&self.store, &portion.operations).await?;
        let batch = Batch {
            from_sequence: indexer.last_sequence,
            to_sequence: indexer.last_sequence,
            position: portion.position,
            ..Batch::default()
        };
        let batch = indexer.fold(portion, &mut sessions, self.settings.stall_after(), batch);
        let act = Act::of_service(Service::Observer, &self.clock);
        let written = self.store.index(&batch, &act).await?;
        if written {
            indexer.last_sequence = batch.to_sequence;
        }
        self.tally(&batch, written).await?;
        Ok(written)
    }
}
