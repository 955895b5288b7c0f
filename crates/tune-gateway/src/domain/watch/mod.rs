//! The verdict over time: minute by minute, first crossing, latched.
//!
//! A [`Watch`] is what the minutes so far amount to. [`Watch::advance`] takes further minutes in;
//! from the same rows it ends in the same state whether it is given them one by one, in bundles
//! or all at once, so a replica that lost its state replays the rows and loses nothing. Evidence
//! is computed only for minutes in which something was counted.

mod baseline;
mod outcome;
mod rules;
mod ruling;
mod standing;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use types::{
    Timestamp,
    series::{Metric, SeriesRow},
};

pub use baseline::Baseline;
pub use outcome::{Crossing, Outcome};
pub use rules::{Method, Rules};
pub use ruling::Ruling;
pub use standing::Standing;

use crate::domain::verdict::{Counts, InvalidCounts, Test, ln_degraded, naive};
use baseline::counts_of;

/// What the minutes since a change amount to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    deployed_at: Timestamp,
    next_minute: i64,
    standings: BTreeMap<Metric, Standing>,
    unchanged: BTreeMap<Metric, Counts>,
    degraded: Option<Crossing>,
    ended: Option<Crossing>,
}

impl Watch {
    /// A watch on a change that was deployed at that moment, before any minute.
    pub fn new(deployed_at: Timestamp) -> Self {
        Self {
            deployed_at,
            next_minute: deployed_at.minute(),
            standings: BTreeMap::new(),
            unchanged: BTreeMap::new(),
            degraded: None,
            ended: None,
        }
    }

    /// Takes in the minutes before `until_minute` that it has not seen, and stops for good at the
    /// first final outcome. Rows of other minutes are left alone, so passing all rows again is
    /// harmless; a minute must be settled before it is passed.
    pub fn advance(
        mut self,
        rules: &Rules,
        baseline: &Baseline,
        changed: &[SeriesRow],
        unchanged: &[SeriesRow],
        until_minute: i64,
    ) -> Result<Self, InvalidCounts> {
        let changed = self.by_minute(changed, until_minute);
        let unchanged = self.by_minute(unchanged, until_minute);
        let judged = baseline.judged();
        while self.ended.is_none() && self.next_minute < until_minute {
            let minute = self.next_minute;
            self.count_unchanged(unchanged.get(&minute).map_or(&[], Vec::as_slice))?;
            self.count(changed.get(&minute).map_or(&[], Vec::as_slice), baseline)?;
            self.look(rules, baseline, &judged);
            self.next_minute += 1;
        }
        Ok(self)
    }

    /// The first minute that has not been taken in.
    pub fn next_minute(&self) -> i64 {
        self.next_minute
    }

    /// How the metrics stand.
    pub fn standings(&self) -> &BTreeMap<Metric, Standing> {
        &self.standings
    }

    /// How one metric stands.
    pub fn standing(&self, metric: Metric) -> Standing {
        self.standings.get(&metric).copied().unwrap_or_default()
    }

    /// The strongest that was reached so far, and when.
    pub fn crossing(&self) -> Option<Crossing> {
        self.ended.or(self.degraded)
    }

    /// What the minutes so far say.
    pub fn outcome(&self) -> Outcome {
        self.crossing()
            .map_or(Outcome::Open, |crossing| crossing.outcome)
    }

    fn by_minute<'rows>(
        &self,
        rows: &'rows [SeriesRow],
        until_minute: i64,
    ) -> BTreeMap<i64, Vec<&'rows SeriesRow>> {
        let mut minutes = BTreeMap::<i64, Vec<&SeriesRow>>::new();
        for row in rows {
            if (self.next_minute..until_minute).contains(&row.minute) {
                minutes.entry(row.minute).or_default().push(row);
            }
        }
        minutes
    }

    fn count_unchanged(&mut self, rows: &[&SeriesRow]) -> Result<(), InvalidCounts> {
        for row in rows {
            let counts = self.unchanged.entry(row.metric).or_default();
            *counts = counts.plus(counts_of(row)?)?;
        }
        Ok(())
    }

    fn count(&mut self, rows: &[&SeriesRow], baseline: &Baseline) -> Result<(), InvalidCounts> {
        let mut touched = Vec::new();
        for row in rows.iter().filter(|row| row.n > 0) {
            let standing = self.standings.entry(row.metric).or_default();
            *standing = standing.counted(row)?;
            if !touched.contains(&row.metric) {
                touched.push(row.metric);
            }
        }
        for metric in touched {
            if let Some(standing) = self.standings.get_mut(&metric) {
                *standing = standing.weighed(metric, baseline.of(metric));
            }
        }
        Ok(())
    }

    /// One look, after a whole minute.
    fn look(&mut self, rules: &Rules, baseline: &Baseline, judged: &[Metric]) {
        let minute = self.next_minute;
        let crossed = |outcome, metric| {
            Some(Crossing {
                outcome,
                minute,
                metric,
            })
        };
        if let Some(metric) = self.harmed(rules, baseline, judged) {
            let external = self.is_external(rules, baseline, metric);
            self.ended = crossed(
                if external {
                    Outcome::External
                } else {
                    Outcome::Revert
                },
                metric,
            );
            return;
        }
        if self.degraded.is_none()
            && let Some(metric) = self.worsened(rules, judged)
        {
            self.degraded = crossed(Outcome::Degraded, metric);
        }
        let waited =
            Timestamp::from_minute(minute + 1).since(self.deployed_at) >= rules.stable_after;
        if waited && self.degraded.is_none() && self.is_stable(rules) {
            self.ended = crossed(Outcome::Stable, Metric::Failure);
        }
    }

    /// The first metric that takes the change back.
    fn harmed(&self, rules: &Rules, baseline: &Baseline, judged: &[Metric]) -> Option<Metric> {
        let harms = |metric: &&Metric| match rules.method {
            Method::Evidence => {
                rules.may_revert(**metric)
                    && rules.proves_harm(**metric, &self.standing(**metric), judged)
            }
            Method::NaiveRise { rise } => {
                let after = self.standing(**metric).after;
                **metric == Metric::Failure
                    && naive(baseline.of(**metric), after, rise) == Test::Revert
            }
        };
        judged.iter().find(harms).copied()
    }

    /// The first metric that holds the change.
    fn worsened(&self, rules: &Rules, judged: &[Metric]) -> Option<Metric> {
        let worse = |metric: &&Metric| {
            rules.method == Method::Evidence
                && rules.proves_worse(**metric, &self.standing(**metric), judged)
        };
        judged.iter().find(worse).copied()
    }

    /// Whether the agents that did not change got worse too. Where they have no counts of their
    /// own for it, as for quality, their failures are asked.
    fn is_external(&self, rules: &Rules, baseline: &Baseline, metric: Metric) -> bool {
        let asked = if metric == Metric::Quality {
            Metric::Failure
        } else {
            metric
        };
        rules.method == Method::Evidence
            && self.ln_unchanged(baseline, asked) >= rules.external.ln()
    }

    /// `ln W` of the agents that did not change.
    fn ln_unchanged(&self, baseline: &Baseline, metric: Metric) -> f64 {
        let after = self.unchanged.get(&metric).copied().unwrap_or_default();
        ln_degraded(baseline.of_unchanged(metric), after)
    }

    fn is_stable(&self, rules: &Rules) -> bool {
        let standing = self.standing(Metric::Failure);
        match rules.method {
            Method::Evidence => rules.proves_stable(&standing),
            Method::NaiveRise { .. } => standing.after.total() > 0,
        }
    }
}

#[cfg(test)]
mod tests;
