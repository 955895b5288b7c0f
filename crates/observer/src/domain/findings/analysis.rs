//! Findings of files, each with the places of its events: what `attune analyse` prints.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use serde::{Serialize, Serializer};
use types::{analysis::Finding, event::Operation};

use super::{Patterns, rules};
use crate::domain::identity::fingerprint;

/// Where an event stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Location {
    /// The file.
    #[serde(serialize_with = "as_text")]
    pub file: Arc<str>,
    /// The line, counted from 1.
    pub line: u64,
    /// Which event of that line, counted from 0.
    pub index: u32,
}

/// A finding with all of its events.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LocatedFinding {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// Where its events stand, by file and line.
    pub events: Vec<Location>,
}

/// Findings under way.
#[derive(Default)]
pub struct Analysis {
    patterns: Patterns,
    places: BTreeMap<u64, Vec<Location>>,
    seen: HashSet<u64>,
}

impl Analysis {
    /// Takes in one operation, unless an event of the same id was taken in before.
    pub fn observe(&mut self, operation: &Operation, place: Location) {
        if operation.success || !self.seen.insert(fingerprint(&[&operation.event_id])) {
            return;
        }
        if let Some(pattern) = self.patterns.observe(operation) {
            self.places.entry(pattern).or_default().push(place);
        }
    }

    /// The findings that recur, are critical or systemic, the most frequent first.
    pub fn findings(&self) -> Vec<LocatedFinding> {
        let findings = self.patterns.findings().into_iter();
        findings
            .filter(rules::deserves_a_proposal)
            .map(|finding| {
                let mut events: Vec<_> = self
                    .patterns
                    .fingerprints_of(&finding.id)
                    .iter()
                    .filter_map(|pattern| self.places.get(pattern))
                    .flatten()
                    .cloned()
                    .collect();
                events.sort();
                LocatedFinding { finding, events }
            })
            .collect()
    }
}

fn as_text<S: Serializer>(file: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(file)
}
