//! The verdict on a change: how its failures before and after compare.
//!
//! Everything here is a function of counts alone. [`judge`] weighs one row of counts; the rules
//! over time (first crossing, the hour before stability, agents that did not change) are in
//! [`watch`](super::watch).

mod counts;
mod evidence;
mod integral;
mod naive;
mod quality;
mod words;

use serde::{Deserialize, Serialize};

pub use counts::{Counts, InvalidCounts, LARGEST_TOTAL};
pub use evidence::{ln_closed_form, ln_degraded, ln_revert, ln_stable};
pub use naive::naive;
pub use quality::{QUALITY_STAKES, Wealth, quality_bound};
pub(in crate::domain) use words::compare;
pub use words::{Wording, explain, per_cent};

pub(in crate::domain) use evidence::{BETS_ON_BETTER, BETS_ON_WORSE, ln_mean_closed_form};

/// What the counts say, as logarithms of wealth won by betting against a hypothesis.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// `ln E`: that the failure rate rose by more than 25 %.
    pub ln_e_revert: f64,
    /// `ln W`: that the failure rate rose.
    pub ln_e_degraded: f64,
    /// `ln F`: that the failure rate did not double; none when nothing failed in the baseline.
    pub ln_f_stable: Option<f64>,
    /// The closed form of `ln E` for Poisson counts, as a cross-check.
    pub ln_closed_form: f64,
}

/// What a test says of one row of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Proven worse by more than a quarter.
    Revert,
    /// Proven worse, not proven worse by more than a quarter.
    Degraded,
    /// Proven not to have doubled.
    Stable,
    /// Nothing is proven yet.
    Open,
}

/// How much evidence each answer takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// E from which a change is taken back: one over the chance of a false revert.
    pub revert: f64,
    /// W from which a change counts as degraded.
    pub degraded: f64,
    /// F from which a change counts as stable.
    pub stable: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            revert: 100.0,
            degraded: 100.0,
            stable: 20.0,
        }
    }
}

/// Weighs the failures after a change against those before it.
pub fn judge(baseline: Counts, after: Counts) -> Evidence {
    Evidence {
        ln_e_revert: ln_revert(baseline, after),
        ln_e_degraded: ln_degraded(baseline, after),
        ln_f_stable: ln_stable(baseline, after),
        ln_closed_form: ln_closed_form(baseline, after),
    }
}

impl Evidence {
    /// The answer for this row by itself: the strongest that its evidence supports.
    pub fn test(&self, thresholds: &Thresholds) -> Test {
        if self.ln_e_revert >= thresholds.revert.ln() {
            Test::Revert
        } else if self.ln_e_degraded >= thresholds.degraded.ln() {
            Test::Degraded
        } else if self
            .ln_f_stable
            .is_some_and(|ln_f| ln_f >= thresholds.stable.ln())
        {
            Test::Stable
        } else {
            Test::Open
        }
    }
}

/// One answer of `attune verdict`: a row by itself, without latch or waiting time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowVerdict {
    /// The answer.
    pub verdict: Test,
    /// `ln E`.
    pub ln_e_revert: f64,
    /// `ln W`.
    pub ln_e_degraded: f64,
    /// `ln F`; none when nothing failed in the baseline.
    pub ln_f_stable: Option<f64>,
    /// The answer as a sentence.
    pub why: String,
}

/// Answers one row of `attune verdict`.
pub fn verdict_of_row(baseline: Counts, after: Counts, thresholds: &Thresholds) -> RowVerdict {
    let evidence = judge(baseline, after);
    let test = evidence.test(thresholds);
    RowVerdict {
        verdict: test,
        ln_e_revert: evidence.ln_e_revert,
        ln_e_degraded: evidence.ln_e_degraded,
        ln_f_stable: evidence.ln_f_stable,
        why: explain(Wording::ERRORS, baseline, after, test),
    }
}

#[cfg(test)]
mod tests;
