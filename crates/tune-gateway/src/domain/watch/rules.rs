//! What an operator can set about verdicts.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use types::series::Metric;

use super::Standing;
use crate::domain::verdict::Thresholds;

/// The wealth that quality needs for each E that the others need: of its chance of a false alarm
/// a fifth is spent on the bound of the baseline.
const QUALITY_FACTOR: f64 = 1.25;

/// How the counts of a window become a ruling.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Which test decides.
    pub method: Method,
    /// How much evidence each answer takes, for one metric.
    pub thresholds: Thresholds,
    /// W of the unchanged agents from which a regression is not put down to the change.
    pub external: f64,
    /// The metrics that may take a change back. With `k` of them each needs `k` times the
    /// evidence, so that the chance of a false revert stays that of one. The others can only hold
    /// a change, by the same rule among themselves.
    pub revert_on: Vec<Metric>,
    /// How long nothing is called stable.
    pub stable_after: Duration,
    /// How long without any session is worth an alert.
    pub no_data_after: Duration,
}

/// The test that decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Evidence that holds however often one looks.
    #[default]
    Evidence,
    /// Seed 003 taken literally: any look at which the failure rate is up by more than `rise`
    /// (0.25 for 25 %) takes the change back; after the hour it is kept.
    NaiveRise {
        /// How much more, as a share of the rate before.
        rise: f64,
    },
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            method: Method::Evidence,
            thresholds: Thresholds::default(),
            external: 20.0,
            revert_on: vec![Metric::Failure],
            stable_after: Duration::from_secs(60 * 60),
            no_data_after: Duration::from_secs(15 * 60),
        }
    }
}

impl Rules {
    /// Whether `metric` may take a change back.
    pub fn may_revert(&self, metric: Metric) -> bool {
        self.revert_on.contains(&metric)
    }

    /// Whether `standing` proves harm enough to take the change back, when the `judged` metrics
    /// are looked at together.
    pub(super) fn proves_harm(
        &self,
        metric: Metric,
        standing: &Standing,
        judged: &[Metric],
    ) -> bool {
        let factor = if metric == Metric::Quality {
            QUALITY_FACTOR
        } else {
            1.0
        };
        standing.ln_e_revert >= (self.thresholds.revert * factor * self.share(metric, judged)).ln()
    }

    /// Whether `standing` proves that the metric got worse at all.
    pub(super) fn proves_worse(
        &self,
        metric: Metric,
        standing: &Standing,
        judged: &[Metric],
    ) -> bool {
        let needed = (self.thresholds.degraded * self.share(metric, judged)).ln();
        standing.ln_e_degraded.is_some_and(|ln_w| ln_w >= needed)
            || self.proves_harm(metric, standing, judged)
    }

    /// Whether `standing` proves that failures did not double.
    pub(super) fn proves_stable(&self, standing: &Standing) -> bool {
        standing
            .ln_f_stable
            .is_some_and(|ln_f| ln_f >= self.thresholds.stable.ln())
    }

    /// Among how many metrics the chance of a false alarm is divided.
    fn share(&self, metric: Metric, judged: &[Metric]) -> f64 {
        let reverts = self.may_revert(metric);
        judged
            .iter()
            .filter(|other| self.may_revert(**other) == reverts)
            .count()
            .max(1) as f64
    }
}
