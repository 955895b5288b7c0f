//! How one metric stands after the minutes seen so far.

use serde::{Deserialize, Serialize};
use types::series::{Metric, SeriesRow};

use super::baseline::{counts_of, quality_of};
use crate::domain::verdict::{Counts, InvalidCounts, Wealth, ln_degraded, ln_revert, ln_stable};

/// The counts of one metric since the change, and what they prove.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// What was counted since the change.
    pub after: Counts,
    /// The sum of the quality, for quality.
    pub quality_sum: f64,
    /// The wealth of the bets that quality fell, for quality.
    pub wealth: Wealth,
    /// `ln E`; for quality the logarithm of the wealth.
    pub ln_e_revert: f64,
    /// `ln W`; none for quality, which has no lesser proof.
    pub ln_e_degraded: Option<f64>,
    /// `ln F`, for failures, with one failure in a baseline that had none.
    pub ln_f_stable: Option<f64>,
}

impl Standing {
    /// This standing with one more row counted, not yet weighed.
    pub(super) fn counted(mut self, row: &SeriesRow) -> Result<Self, InvalidCounts> {
        self.after = self.after.plus(counts_of(row)?)?;
        self.quality_sum += quality_of(row).unwrap_or_default();
        if let Some(factors) = &row.wealth {
            self.wealth = self.wealth.after_minute(factors);
        }
        Ok(self)
    }

    /// This standing with its evidence brought up to its counts.
    pub(super) fn weighed(mut self, metric: Metric, baseline: Counts) -> Self {
        match metric {
            Metric::Finding => {}
            Metric::Quality => self.ln_e_revert = self.wealth.ln_mean(),
            Metric::Failure => {
                self.weigh_rise(baseline);
                self.ln_f_stable = ln_stable(baseline.with_a_failure(), self.after);
            }
            Metric::Stall | Metric::NotAffine | Metric::Slow => self.weigh_rise(baseline),
        }
        self
    }

    /// The mean quality since the change, if there was any.
    pub fn quality(&self) -> Option<f64> {
        (self.after.total() > 0).then(|| self.quality_sum / self.after.total() as f64)
    }

    fn weigh_rise(&mut self, baseline: Counts) {
        self.ln_e_revert = ln_revert(baseline, self.after);
        self.ln_e_degraded = Some(ln_degraded(baseline, self.after));
    }
}
