//! What was before the change: fixed when the window opens.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use types::series::{Metric, SeriesRow};

use crate::domain::verdict::{Counts, InvalidCounts, quality_bound};

/// The counts before the change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Of the agents that changed.
    pub changed: BTreeMap<Metric, Counts>,
    /// Of the agents that did not change.
    pub unchanged: BTreeMap<Metric, Counts>,
    /// The sum of the quality of what [`Metric::Quality`] counts, for the agents that changed.
    pub quality_sum: f64,
}

impl Baseline {
    /// Sums the rows of the baseline's days.
    pub fn of_rows(changed: &[SeriesRow], unchanged: &[SeriesRow]) -> Result<Self, InvalidCounts> {
        Ok(Self {
            changed: sum(changed)?,
            unchanged: sum(unchanged)?,
            quality_sum: changed.iter().filter_map(quality_of).sum(),
        })
    }

    /// The counts of `metric` for the agents that changed.
    pub fn of(&self, metric: Metric) -> Counts {
        self.changed.get(&metric).copied().unwrap_or_default()
    }

    /// The same for the agents that did not change.
    pub fn of_unchanged(&self, metric: Metric) -> Counts {
        self.unchanged.get(&metric).copied().unwrap_or_default()
    }

    /// The mean quality, if there was any.
    pub fn quality(&self) -> Option<f64> {
        let count = self.of(Metric::Quality).total();
        (count > 0).then(|| self.quality_sum / count as f64)
    }

    /// The bound `q` that the observer is asked to bet against.
    pub fn quality_bound(&self) -> Option<f64> {
        quality_bound(self.of(Metric::Quality).total(), self.quality_sum)
    }

    /// The metrics that a verdict can look at: those that were counted before the change. The
    /// finding's own rate is left out: it says whether the change helped, not whether it harms.
    pub fn judged(&self) -> Vec<Metric> {
        let counted = |(metric, counts): (&Metric, &Counts)| {
            (*metric != Metric::Finding && counts.total() > 0).then_some(*metric)
        };
        self.changed.iter().filter_map(counted).collect()
    }
}

/// What a row counts. Quality is a sum and no count of failures.
pub(super) fn counts_of(row: &SeriesRow) -> Result<Counts, InvalidCounts> {
    Counts::new(
        if row.metric == Metric::Quality {
            0
        } else {
            row.x
        },
        row.n,
    )
}

/// The sum of the quality in a row, if it is one of quality.
pub(super) fn quality_of(row: &SeriesRow) -> Option<f64> {
    row.sum
        .filter(|sum| row.metric == Metric::Quality && sum.is_finite())
}

fn sum(rows: &[SeriesRow]) -> Result<BTreeMap<Metric, Counts>, InvalidCounts> {
    let mut sums = BTreeMap::<Metric, Counts>::new();
    for row in rows {
        let so_far = sums.entry(row.metric).or_default();
        *so_far = so_far.plus(counts_of(row)?)?;
    }
    Ok(sums)
}
