//! Totals as they are asked for all the time: kept in memory, and made from the tables at a start.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{PoisonError, RwLock},
};

use service_kit::db::DbError;
use types::{Timestamp, event::Operation};

use super::App;
use crate::{
    domain::event::DEFAULT_SOURCE,
    store::{Batch, OperationQuery},
};

/// How many of the newest operations of scenarios are shown.
const SHOWN: usize = 10;

/// Successes and failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) successes: u64,
    pub(crate) failures: u64,
}

impl Tally {
    pub(crate) fn total(self) -> u64 {
        self.successes + self.failures
    }

    fn plus(self, (successes, failures): (u64, u64)) -> Self {
        Self {
            successes: self.successes + successes,
            failures: self.failures + failures,
        }
    }
}

/// What is shown of an operation of a scenario.
#[derive(Clone, Debug)]
pub(crate) struct ScenarioCall {
    pub(crate) at: Timestamp,
    pub(crate) success: bool,
    pub(crate) staffer_id: Option<String>,
    pub(crate) event_kind: Option<String>,
    pub(crate) role: Option<String>,
}

impl ScenarioCall {
    fn of(operation: &Operation) -> Self {
        let scenario = operation.scenario.as_deref();
        Self {
            at: operation.timestamp,
            success: operation.success,
            staffer_id: scenario.and_then(|it| it.staffer_id.clone()),
            event_kind: scenario.and_then(|it| it.event_kind.clone()),
            role: scenario.and_then(|it| it.role.clone()),
        }
    }
}

/// All operations that are indexed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tallies {
    pub(crate) by_source: BTreeMap<String, Tally>,
    /// The newest of scenarios, oldest first.
    pub(crate) recent: VecDeque<ScenarioCall>,
}

impl Tallies {
    /// Of all sources together.
    pub(crate) fn all(&self) -> Tally {
        let none = Tally::default();
        let add = |sum: Tally, one: &Tally| sum.plus((one.successes, one.failures));
        self.by_source.values().fold(none, add)
    }

    fn add(&mut self, batch: &Batch) {
        for (source, counts) in &batch.totals {
            let known = self.by_source.entry(source.clone()).or_default();
            *known = known.plus(*counts);
        }
        let operations = batch.operations.iter().map(|it| &it.operation);
        let scenarios = operations.filter(|operation| operation.source == DEFAULT_SOURCE);
        let mut newest: Vec<ScenarioCall> =
            scenarios.rev().take(SHOWN).map(ScenarioCall::of).collect();
        newest.reverse();
        self.recent.extend(newest);
        let surplus = self.recent.len().saturating_sub(SHOWN);
        self.recent.drain(..surplus);
    }
}

/// The tallies that all parts of the process share.
#[derive(Debug, Default)]
pub(crate) struct SharedTallies(RwLock<Tallies>);

impl SharedTallies {
    /// What `read` makes of them.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&Tallies) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut Tallies)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl App {
    /// Adds what was indexed, if this process did it. Where replicas share the tables, any of them
    /// may have indexed more.
    pub(super) async fn tally(&self, batch: &Batch, is_own: bool) -> Result<(), DbError> {
        if self.store.is_shared() {
            return self.read_tallies().await;
        }
        if is_own {
            self.tallies.change(|tallies| tallies.add(batch));
        }
        Ok(())
    }

    /// Makes the tallies from the tables.
    pub(crate) async fn read_tallies(&self) -> Result<(), DbError> {
        let totals = self.store.totals().await?;
        let query = OperationQuery {
            source: Some(DEFAULT_SOURCE.to_owned()),
            limit: SHOWN as i64,
            ..OperationQuery::default()
        };
        let newest = self.store.page(&query).await?.operations;
        let by_source = totals.into_iter().map(|total| {
            let tally = Tally {
                successes: total.successes,
                failures: total.failures,
            };
            (total.source, tally)
        });
        let recent = newest
            .iter()
            .rev()
            .map(|it| ScenarioCall::of(&it.operation));
        let read = Tallies {
            by_source: by_source.collect(),
            recent: recent.collect(),
        };
        self.tallies.change(|tallies| *tallies = read);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::event::blank, store::IndexedOperation};

    #[test]
    fn the_newest_ten_of_scenarios_are_shown() {
        let operation = |micros| IndexedOperation {
            sequence: micros,
            operation: Operation {
                source: DEFAULT_SOURCE.to_owned(),
                ..blank(Timestamp::from_micros(micros))
            },
        };
        let mut tallies = Tallies::default();
        for range in [0..7, 7..9, 9..40] {
            tallies.add(&Batch {
                totals: BTreeMap::from([(DEFAULT_SOURCE.to_owned(), (1, 2))]),
                operations: range.map(operation).collect(),
                ..Batch::default()
            });
        }
        let shown: Vec<i64> = tallies.recent.iter().map(|it| it.at.as_micros()).collect();
        assert_eq!(shown, (30..40).collect::<Vec<i64>>());
        assert_eq!(tallies.all().total(), 9);
    }
}
