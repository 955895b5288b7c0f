//! Counts, checked.

use serde::{Deserialize, Serialize};

/// Failures among sessions (or stalls, or slow ones: whatever is counted).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawCounts", into = "RawCounts")]
pub struct Counts {
    failures: u64,
    total: u64,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCounts {
    failures: u64,
    total: u64,
}

/// Counts that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCounts {
    /// More failures than there are sessions.
    #[error("{failures} failures are more than the total of {total}")]
    MoreFailuresThanTotal {
        /// The failures given.
        failures: u64,
        /// The total given.
        total: u64,
    },
    /// More than a verdict is computed for.
    #[error("a total of {0} is beyond the largest that is judged, {LARGEST_TOTAL}")]
    TooMany(u64),
}

/// The most sessions that are judged at once; beyond it rounding would reach the figures shown.
pub const LARGEST_TOTAL: u64 = 1_000_000_000;

impl Counts {
    /// `failures` among `total`.
    pub fn new(failures: u64, total: u64) -> Result<Self, InvalidCounts> {
        if failures > total {
            return Err(InvalidCounts::MoreFailuresThanTotal { failures, total });
        }
        if total > LARGEST_TOTAL {
            return Err(InvalidCounts::TooMany(total));
        }
        Ok(Self { failures, total })
    }

    /// How many failed.
    pub fn failures(self) -> u64 {
        self.failures
    }

    /// How many there were.
    pub fn total(self) -> u64 {
        self.total
    }

    /// The share that failed; none without any.
    pub fn rate(self) -> Option<f64> {
        (self.total > 0).then(|| self.failures_f64() / self.total_f64())
    }

    /// These and those.
    pub fn plus(self, more: Self) -> Result<Self, InvalidCounts> {
        let failures = self.failures.saturating_add(more.failures);
        Self::new(failures, self.total.saturating_add(more.total))
    }

    /// The same, with one failure where there was none: what stability is judged against when
    /// the baseline never failed. Without any session there is nothing to be judged against.
    #[must_use]
    pub fn with_a_failure(self) -> Self {
        Self {
            failures: self.failures.max(1).min(self.total),
            total: self.total,
        }
    }

    pub(super) fn failures_f64(self) -> f64 {
        self.failures as f64
    }

    pub(super) fn total_f64(self) -> f64 {
        self.total as f64
    }
}

impl TryFrom<RawCounts> for Counts {
    type Error = InvalidCounts;

    fn try_from(raw: RawCounts) -> Result<Self, InvalidCounts> {
        Self::new(raw.failures, raw.total)
    }
}

impl From<Counts> for RawCounts {
    fn from(counts: Counts) -> Self {
        Self {
            failures: counts.failures,
            total: counts.total,
        }
    }
}
