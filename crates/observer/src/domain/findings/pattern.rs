//! One row per failure pattern, and all of them.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use serde::{Deserialize, Serialize};
use types::{
    FindingId, Timestamp,
    analysis::Finding,
    event::{EventType, Operation},
};

use super::{Distinct, Signature, rules, signature, variants};

/// Past so many patterns, texts that are new say too little: they share one pattern for each tool
/// and category.
const MAX_PATTERNS: usize = 10_000;
const MAX_AGENTS: usize = 64;
const MAX_DAYS: usize = 120;
const MAX_SAMPLES: usize = 20;
const MICROS_A_DAY: i64 = 86_400_000_000;

/// Everything that is kept of one failure pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// Stands for tool, category and template.
    pub fingerprint: u64,
    /// The finding that it belongs to: its own, or that of an older pattern that differs from it in
    /// one varying word.
    pub finding: FindingId,
    /// The tool or task that fails.
    pub tool: String,
    /// The kind of failure.
    pub category: String,
    /// The decisive line, masked.
    pub template: String,
    /// How often.
    pub count: u64,
    /// How many of them ended a whole task.
    pub failed_tasks: u64,
    /// In which sessions.
    pub sessions: Distinct,
    /// Who was affected; the first sixty-four by name.
    pub agents: BTreeSet<String>,
    /// The first time.
    pub first_seen: Timestamp,
    /// The last time.
    pub last_seen: Timestamp,
    /// Occurrences per day since 1970, for the last hundred and twenty days with any.
    pub days: BTreeMap<i64, u64>,
    /// The newest events, oldest first.
    pub samples: Vec<(Timestamp, String)>,
}

impl Pattern {
    fn first(signature: Signature, operation: &Operation) -> Self {
        Self {
            fingerprint: signature.fingerprint,
            finding: FindingId::from_fingerprint(signature.fingerprint),
            tool: signature.tool,
            category: signature.category,
            template: signature.template,
            count: 0,
            failed_tasks: 0,
            sessions: Distinct::default(),
            agents: BTreeSet::new(),
            first_seen: operation.timestamp,
            last_seen: operation.timestamp,
            days: BTreeMap::new(),
            samples: Vec::new(),
        }
    }

    fn add(&mut self, operation: &Operation) {
        let session = operation.session_id.as_ref().unwrap_or(&operation.event_id);
        self.count += 1;
        self.failed_tasks += u64::from(operation.event_type == EventType::TaskFailure);
        self.sessions.add(session);
        self.agents.insert(operation.agent.clone());
        self.first_seen = self.first_seen.min(operation.timestamp);
        self.last_seen = self.last_seen.max(operation.timestamp);
        *self.days.entry(day(operation.timestamp)).or_default() += 1;
        let sample = (operation.timestamp, operation.event_id.clone());
        let index = self.samples.partition_point(|it| *it <= sample);
        self.samples.insert(index, sample);
        self.trim();
    }

    /// Takes in another pattern of the same finding.
    fn join(&mut self, other: &Self) {
        self.template = variants::common_template(&self.template, &other.template);
        self.count += other.count;
        self.failed_tasks += other.failed_tasks;
        self.sessions.join(&other.sessions);
        self.agents.extend(other.agents.iter().cloned());
        self.first_seen = self.first_seen.min(other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        for (day, count) in &other.days {
            *self.days.entry(*day).or_default() += count;
        }
        self.samples.extend_from_slice(&other.samples);
        self.samples.sort();
        self.trim();
    }

    fn trim(&mut self) {
        while MAX_AGENTS < self.agents.len() {
            self.agents.pop_last();
        }
        while MAX_DAYS < self.days.len() {
            self.days.pop_first();
        }
        let surplus = self.samples.len().saturating_sub(MAX_SAMPLES);
        self.samples.drain(..surplus);
    }

    fn finding(&self) -> Finding {
        Finding {
            id: self.finding.clone(),
            tool: self.tool.clone(),
            template: self.template.clone(),
            category: self.category.clone(),
            count: self.count,
            sessions: self.sessions.count(),
            agents: self.agents.iter().cloned().collect(),
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            severity: rules::severity(self),
            trend: rules::trend(&self.days),
            sample_events: self.samples.iter().map(|(_, id)| id.clone()).collect(),
            proposal_id: None,
            held_because: None,
        }
    }
}

fn day(moment: Timestamp) -> i64 {
    moment.as_micros().div_euclid(MICROS_A_DAY)
}

/// All patterns seen, and which of them changed since they were last saved.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    rows: BTreeMap<u64, Pattern>,
    changed: BTreeSet<u64>,
}

impl Patterns {
    /// The patterns as they were saved.
    pub fn restore(rows: impl IntoIterator<Item = Pattern>) -> Self {
        Self {
            rows: rows.into_iter().map(|row| (row.fingerprint, row)).collect(),
            changed: BTreeSet::new(),
        }
    }

    /// Counts the operation if it failed; gives the fingerprint of its pattern. The caller sees to
    /// it that every event is shown once.
    pub fn observe(&mut self, operation: &Operation) -> Option<u64> {
        let mut signature = signature(operation)?;
        let is_known = self.rows.contains_key(&signature.fingerprint);
        if !is_known && MAX_PATTERNS <= self.rows.len() {
            signature = signature.of_any_text();
        }
        let fingerprint = signature.fingerprint;
        let is_new = !self.rows.contains_key(&fingerprint);
        self.rows
            .entry(fingerprint)
            .or_insert_with(|| Pattern::first(signature, operation))
            .add(operation);
        self.changed.insert(fingerprint);
        if is_new {
            for joined in variants::join(&mut self.rows, fingerprint) {
                self.changed.insert(joined);
            }
        }
        Some(fingerprint)
    }

    /// The rows that changed since the last call, to be saved.
    pub fn take_changed(&mut self) -> Vec<Pattern> {
        let changed = std::mem::take(&mut self.changed);
        let rows = changed.iter().filter_map(|id| self.rows.get(id));
        rows.cloned().collect()
    }

    /// The finding that the pattern belongs to.
    pub fn finding_of(&self, fingerprint: u64) -> Option<&FindingId> {
        self.rows.get(&fingerprint).map(|row| &row.finding)
    }

    /// The fingerprints whose operations belong to the finding.
    pub fn fingerprints_of(&self, finding: &FindingId) -> Vec<u64> {
        let rows = self.rows.values().filter(|row| row.finding == *finding);
        rows.map(|row| row.fingerprint).collect()
    }

    /// Every finding, the most frequent first.
    pub fn findings(&self) -> Vec<Finding> {
        let mut groups: BTreeMap<&FindingId, Pattern> = BTreeMap::new();
        for row in self.rows.values() {
            match groups.entry(&row.finding) {
                Entry::Vacant(free) => {
                    free.insert(row.clone());
                }
                Entry::Occupied(mut whole) => whole.get_mut().join(row),
            }
        }
        let mut findings: Vec<_> = groups.values().map(Pattern::finding).collect();
        findings.sort_by(|left, right| {
            let order = right.count.cmp(&left.count);
            order.then_with(|| left.id.cmp(&right.id))
        });
        findings
    }

    /// The findings that rule on proposals lets through, the most frequent first.
    pub fn recurring(&self) -> Vec<Finding> {
        let mut findings = self.findings();
        findings.retain(rules::deserves_a_proposal);
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::blank;
    use types::analysis::Severity;

    fn failure(number: i64, message: &str) -> Operation {
        Operation {
            event_id: format!("e{number}"),
            tool: Some("book".to_owned()),
            success: false,
            error_message: Some(message.to_owned()),
            session_id: Some(format!("s{}", number / 2)),
            ..blank(Timestamp::from_micros(number * MICROS_A_DAY))
        }
    }

    #[test]
    fn a_finding_counts_its_events_sessions_and_days() {
        let mut patterns = Patterns::default();
        for number in 0..5 {
            let message = format!("Error: flight A{number} is full");
            patterns.observe(&failure(number, &message));
        }
        patterns.observe(&failure(9, "Error: no money"));

        let findings = patterns.recurring();

        assert_eq!(findings.len(), 1);
        let finding = &findings[0];
        assert_eq!((finding.count, finding.sessions), (5, 3));
        assert_eq!(finding.template, "Error: flight <*> is full");
        assert_eq!(finding.sample_events, ["e0", "e1", "e2", "e3", "e4"]);
        assert_eq!(finding.severity, Severity::Medium);
        assert_eq!(patterns.findings().len(), 2);
    }

    #[test]
    fn saved_rows_go_on_where_they_stopped() {
        let mut whole = Patterns::default();
        let mut first = Patterns::default();
        for number in 0..10 {
            whole.observe(&failure(number, "Error: full"));
            if number < 4 {
                first.observe(&failure(number, "Error: full"));
            }
        }
        let rows = first.take_changed();
        assert_eq!(first.take_changed(), []);
        let text = serde_json::to_string(&rows).unwrap();
        let mut second = Patterns::restore(serde_json::from_str::<Vec<Pattern>>(&text).unwrap());
        for number in 4..10 {
            second.observe(&failure(number, "Error: full"));
        }
        assert_eq!(second.findings(), whole.findings());
    }

    #[test]
    fn the_number_of_patterns_is_bounded() {
        let mut patterns = Patterns::default();
        let letter = |number: i64| char::from(b'a' + u8::try_from(number % 26).unwrap());
        for number in 0..12_000 {
            let word: String = [number, number / 26, number / 676]
                .map(letter)
                .iter()
                .collect();
            patterns.observe(&failure(number, &format!("{word} {word}")));
        }
        let findings = patterns.findings();
        assert_eq!(findings.len(), MAX_PATTERNS + 1);
        assert_eq!(
            (findings[0].count, findings[0].template.as_str()),
            (2000, "<*>")
        );
    }

    #[test]
    fn a_third_value_of_one_word_makes_the_word_a_variable() {
        let mut patterns = Patterns::default();
        let city =
            |number, name: &str| failure(number, &format!("Error: no route to {name} today"));
        patterns.observe(&city(1, "Paris"));
        patterns.observe(&city(2, "Rome"));
        assert_eq!(patterns.findings().len(), 2);
        let oldest = patterns.findings();
        patterns.observe(&city(3, "Oslo"));

        let findings = patterns.findings();

        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].template, "Error: no route to <*> today");
        assert_eq!(findings[0].count, 3);
        assert!(oldest.iter().any(|finding| finding.id == findings[0].id));
        assert_eq!(patterns.fingerprints_of(&findings[0].id).len(), 3);
    }
}
