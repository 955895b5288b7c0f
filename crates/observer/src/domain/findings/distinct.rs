//! How many different values there were, in bounded memory.

use serde::{Deserialize, Serialize};

use crate::domain::identity::fingerprint;

/// Below this many values the count is exact; above it is within a few percent.
const KEPT: usize = 256;

/// The smallest hashes seen: their spread tells how many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Distinct(Vec<u64>);

impl Distinct {
    /// Counts the value unless it was counted before.
    pub fn add(&mut self, value: &str) {
        let hash = fingerprint(&["distinct", value]);
        if let Err(index) = self.0.binary_search(&hash)
            && index < KEPT
        {
            self.0.insert(index, hash);
            self.0.truncate(KEPT);
        }
    }

    /// Counts all that the other counted.
    pub fn join(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
        self.0.sort_unstable();
        self.0.dedup();
        self.0.truncate(KEPT);
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        match self.0.last() {
            Some(largest) if self.0.len() == KEPT => {
                let share = *largest as f64 / u64::MAX as f64;
                ((KEPT - 1) as f64 / share).round() as u64
            }
            _ => self.0.len() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_counted_exactly_and_many_nearly() {
        let mut distinct = Distinct::default();
        for number in 0..200 {
            distinct.add(&format!("s{}", number % 100));
        }
        assert_eq!(distinct.count(), 100);
        for number in 0..20_000 {
            distinct.add(&format!("s{number}"));
        }
        let count = distinct.count() as f64;
        assert!((count / 20_000.0 - 1.0).abs() < 0.25, "{count}");
        let before = distinct.count();
        distinct.join(&distinct.clone());
        assert_eq!(distinct.count(), before);
    }
}
