//! Playbooks: what worked often enough to be worth repeating.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use types::{
    Timestamp,
    event::{EventType, Operation},
};

use super::sessions::percentile;

/// So many successes of all kinds there must be,
pub const MIN_SUCCESSES: u64 = 5;
/// and so many of the kind in question.
pub const MIN_SUCCESSES_OF_KIND: u64 = 3;

const MAX_DURATIONS: usize = 200;
const EXAMPLES: usize = 3;
const MAX_APPROACH_CHARS: usize = 200;

/// What is kept of one kind of operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kind {
    /// The class of task where one is given, else the endpoint, else the tool.
    pub operation: String,
    /// Successes.
    pub successes: u64,
    /// Failures.
    pub failures: u64,
    /// Successes by tool.
    pub tools: BTreeMap<String, u64>,
    /// The sum of the durations of successes, in milliseconds,
    pub duration_sum_ms: f64,
    /// and how many were timed.
    pub timed: u64,
    /// The newest durations.
    pub recent_ms: VecDeque<f64>,
    /// The newest summaries of successes.
    pub examples: VecDeque<String>,
    /// The newest success.
    pub last_success: Option<Timestamp>,
    /// Successes at the time its entry was made: those after it are the entry's doing.
    pub successes_at_entry: Option<u64>,
    /// Failures at that time.
    pub failures_at_entry: u64,
}

/// A playbook entry as the rule makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What kind of operation.
    pub operation: String,
    /// How it was done.
    pub approach: String,
    /// What came out.
    pub result: String,
    /// Where it applies.
    pub context: String,
    /// The tool that did it most often, if tools did it.
    pub tool: Option<String>,
    /// How many successes stand behind it.
    pub count: u64,
    /// Their mean duration in milliseconds.
    pub mean_ms: Option<f64>,
    /// The 95th percentile of the newest durations.
    pub p95_ms: Option<f64>,
    /// The newest success.
    pub last_seen: Timestamp,
    /// Successes since the entry was made.
    pub helpful: u64,
    /// Failures since the entry was made.
    pub harmful: u64,
}

/// All kinds, and which changed since they were last saved.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    rows: BTreeMap<String, Kind>,
    changed: BTreeSet<String>,
}

/// What kind of work an operation is, where that can be said.
pub fn kind_of(operation: &Operation) -> Option<&str> {
    let named = [&operation.task_class, &operation.endpoint, &operation.tool];
    let name = named.into_iter().flatten().find(|name| !name.is_empty())?;
    (operation.event_type == EventType::ToolCall).then_some(name.as_str())
}

impl Kinds {
    /// The kinds as they were saved.
    pub fn restore(rows: impl IntoIterator<Item = Kind>) -> Self {
        Self {
            rows: rows
                .into_iter()
                .map(|row| (row.operation.clone(), row))
                .collect(),
            changed: BTreeSet::new(),
        }
    }

    /// Counts one operation.
    pub fn observe(&mut self, operation: &Operation) {
        let Some(name) = kind_of(operation) else {
            return;
        };
        let row = self
            .rows
            .entry(name.to_owned())
            .or_insert_with(|| Kind::named(name));
        row.add(operation);
        self.changed.insert(name.to_owned());
    }

    /// The entries that the rule now gives, one for each kind with enough successes. From the first
    /// time on, what happens is counted for or against the entry.
    pub fn consolidate(&mut self) -> Vec<Entry> {
        let successes: u64 = self.rows.values().map(|row| row.successes).sum();
        if successes < MIN_SUCCESSES {
            return Vec::new();
        }
        let mut entries = Vec::new();
        for row in self.rows.values_mut() {
            if row.successes < MIN_SUCCESSES_OF_KIND {
                continue;
            }
            if row.successes_at_entry.is_none() {
                row.successes_at_entry = Some(row.successes);
                row.failures_at_entry = row.failures;
                self.changed.insert(row.operation.clone());
            }
            entries.extend(row.entry());
        }
        entries
    }

    /// The rows that changed since the last call, to be saved.
    pub fn take_changed(&mut self) -> Vec<Kind> {
        let changed = std::mem::take(&mut self.changed);
        let rows = changed.iter().filter_map(|name| self.rows.get(name));
        rows.cloned().collect()
    }
}

impl Kind {
    fn named(name: &str) -> Self {
        Self {
            operation: name.to_owned(),
            successes: 0,
            failures: 0,
            tools: BTreeMap::new(),
            duration_sum_ms: 0.0,
            timed: 0,
            recent_ms: VecDeque::new(),
            examples: VecDeque::new(),
            last_success: None,
            successes_at_entry: None,
            failures_at_entry: 0,
        }
    }

    fn add(&mut self, operation: &Operation) {
        if !operation.success {
            self.failures += 1;
            return;
        }
        self.successes += 1;
        self.last_success = self.last_success.max(Some(operation.timestamp));
        if let Some(tool) = &operation.tool {
            *self.tools.entry(tool.clone()).or_default() += 1;
        }
        if let Some(duration) = operation.latency_ms {
            self.duration_sum_ms += duration;
            self.timed += 1;
            keep_newest(&mut self.recent_ms, duration, MAX_DURATIONS);
        }
        if let Some(summary) = &operation.input_summary {
            keep_newest(&mut self.examples, summary.clone(), EXAMPLES);
        }
    }

    fn entry(&self) -> Option<Entry> {
        let mean_ms = (self.timed != 0).then(|| self.duration_sum_ms / self.timed as f64);
        let mut durations: Vec<f64> = self.recent_ms.iter().copied().collect();
        let most_used = self.tools.iter().max_by_key(|(_, count)| **count);
        let tool = most_used.map(|(tool, _)| tool.clone());
        let took = mean_ms.map_or_else(String::new, |mean| format!("avg_duration={mean:.0}ms, "));
        Some(Entry {
            operation: self.operation.clone(),
            approach: self.approach(tool.as_deref()),
            result: format!("{took}{} successes", self.successes),
            context: format!("endpoint={}", self.operation),
            tool,
            count: self.successes,
            mean_ms,
            p95_ms: percentile(&mut durations, 0.95),
            last_seen: self.last_success?,
            helpful: self.successes.saturating_sub(self.successes_at_entry?),
            harmful: self.failures.saturating_sub(self.failures_at_entry),
        })
    }

    fn approach(&self, tool: Option<&str>) -> String {
        let examples: Vec<&str> = self.examples.iter().map(String::as_str).collect();
        let pattern = examples.join("; ");
        let text = match (tool, pattern.is_empty()) {
            (Some(tool), true) => format!("use {tool}"),
            (Some(tool), false) => format!("use {tool}; common pattern: {pattern}"),
            (None, _) => format!("common pattern: {pattern}"),
        };
        text.chars().take(MAX_APPROACH_CHARS).collect()
    }
}

fn keep_newest<T>(list: &mut VecDeque<T>, value: T, limit: usize) {
    list.push_back(value);
    if limit < list.len() {
        list.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::blank;

    fn call(endpoint: &str, success: bool, duration: f64) -> Operation {
        Operation {
            endpoint: Some(endpoint.to_owned()),
            success,
            latency_ms: Some(duration),
            input_summary: Some(format!("call {duration}")),
            ..blank(Timestamp::from_micros(duration as i64))
        }
    }

    #[test]
    fn an_entry_needs_five_successes_in_all_and_three_of_its_kind() {
        for (first, second, expected) in [
            (3, 1, vec![]),
            (3, 2, vec!["a"]),
            (3, 3, vec!["a", "b"]),
            (9, 0, vec!["a"]),
            (2, 2, vec![]),
        ] {
            let mut kinds = Kinds::default();
            (0..first).for_each(|_| kinds.observe(&call("a", true, 1.0)));
            (0..second).for_each(|_| kinds.observe(&call("b", true, 1.0)));
            let entries = kinds.consolidate();
            let names: Vec<_> = entries
                .iter()
                .map(|entry| entry.operation.as_str())
                .collect();
            assert_eq!(names, expected);
        }
    }

    #[test]
    fn an_entry_is_brought_up_to_date_and_judged_by_what_came_after() {
        let mut kinds = Kinds::default();
        for duration in [10.0, 20.0, 30.0, 40.0, 50.0] {
            kinds.observe(&call("a", true, duration));
        }
        kinds.observe(&call("a", false, 1.0));
        let first = kinds.consolidate().remove(0);
        assert_eq!((first.mean_ms, first.p95_ms), (Some(30.0), Some(50.0)));
        assert_eq!(first.approach, "common pattern: call 30; call 40; call 50");
        assert_eq!((first.helpful, first.harmful), (0, 0));

        let mut kinds = Kinds::restore(kinds.take_changed());
        kinds.observe(&call("a", true, 60.0));
        kinds.observe(&call("a", false, 60.0));
        let second = kinds.consolidate().remove(0);
        assert_eq!((second.count, second.helpful, second.harmful), (6, 1, 1));
    }
}
