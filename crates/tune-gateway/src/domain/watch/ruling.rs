//! A look at the evidence, for people and for the record.

use serde::{Deserialize, Serialize};
use types::{Timestamp, series::Metric, window::Figures};

use super::{Baseline, Crossing, Method, Outcome, Rules, Watch};
use crate::domain::verdict::{Counts, Test, Wording, compare, explain};

/// What the test says at one moment, why, and since when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    /// What it says.
    pub outcome: Outcome,
    /// The same in a sentence.
    pub why: String,
    /// The failures before and after, and what they prove.
    pub figures: Figures,
    /// The minute after which the outcome was first reached, counted from 1970; none while open.
    pub crossed_at_minute: Option<i64>,
    /// The metric whose evidence it was; none while open.
    pub metric: Option<Metric>,
    /// Whether nothing at all was counted since the change, for longer than is usual.
    pub no_data: bool,
}

impl Watch {
    /// What the minutes taken in so far say at the moment `now`.
    pub fn ruling(&self, rules: &Rules, baseline: &Baseline, now: Timestamp) -> Ruling {
        let crossing = self.crossing();
        let silent = self.standing(Metric::Failure).after.total() == 0;
        Ruling {
            outcome: self.outcome(),
            why: self.why(rules, baseline, crossing),
            figures: self.figures(baseline),
            crossed_at_minute: crossing.map(|crossing| crossing.minute),
            metric: crossing.map(|crossing| crossing.metric),
            no_data: silent && now.since(self.deployed_at) >= rules.no_data_after,
        }
    }

    /// The failures before and after, as they are stored with every look.
    pub fn figures(&self, baseline: &Baseline) -> Figures {
        let before = baseline.of(Metric::Failure);
        let standing = self.standing(Metric::Failure);
        Figures {
            baseline_total: before.total(),
            baseline_failures: before.failures(),
            after_total: standing.after.total(),
            after_failures: standing.after.failures(),
            ln_e_revert: standing.ln_e_revert,
            ln_e_degraded: standing.ln_e_degraded.unwrap_or_default(),
            ln_f_stable: standing.ln_f_stable,
            effect_ratio: None,
        }
    }

    fn why(&self, rules: &Rules, baseline: &Baseline, crossing: Option<Crossing>) -> String {
        let metric = crossing.map_or(Metric::Failure, |crossing| crossing.metric);
        let (before, after) = (baseline.of(metric), self.standing(metric).after);
        let about = wording(metric);
        let outcome = self.outcome();
        match (outcome, rules.method) {
            (Outcome::Revert | Outcome::Stable, Method::NaiveRise { rise }) => {
                let within = if outcome == Outcome::Revert {
                    "above"
                } else {
                    "within"
                };
                let limit = rise * 100.0;
                format!(
                    "{}; {within} the fixed limit of {limit:.0} % more",
                    compare(about, before, after)
                )
            }
            (Outcome::External, _) => self.why_external(baseline, metric),
            _ if metric == Metric::Quality => self.why_quality(baseline),
            (Outcome::Revert, _) => explain(about, before, after, Test::Revert),
            (Outcome::Degraded, _) => explain(about, before, after, Test::Degraded),
            (Outcome::Stable, _) => explain(about, before, after, Test::Stable),
            (Outcome::Open, _) => explain(about, before, after, Test::Open),
        }
    }

    fn why_external(&self, baseline: &Baseline, metric: Metric) -> String {
        let changed = if metric == Metric::Quality {
            self.why_quality(baseline)
        } else {
            compare(
                wording(metric),
                baseline.of(metric),
                self.standing(metric).after,
            )
        };
        let asked = if metric == Metric::Quality {
            Metric::Failure
        } else {
            metric
        };
        let unchanged: Counts = self.unchanged.get(&asked).copied().unwrap_or_default();
        format!(
            "{changed}; but the agents that did not change got worse too: {}",
            compare(wording(asked), baseline.of_unchanged(asked), unchanged)
        )
    }

    fn why_quality(&self, baseline: &Baseline) -> String {
        let standing = self.standing(Metric::Quality);
        let mean = |quality: Option<f64>| {
            quality.map_or_else(|| "unknown".to_owned(), |quality| format!("{quality:.2}"))
        };
        format!(
            "quality {} → {} over {} ({} before); proven to have fallen by more than 0.05",
            mean(baseline.quality()),
            mean(standing.quality()),
            wording(Metric::Quality).count(standing.after.total()),
            baseline.of(Metric::Quality).total(),
        )
    }
}

/// What sentences about `metric` call it.
fn wording(metric: Metric) -> Wording {
    let (rate, one, many) = match metric {
        Metric::Failure => return Wording::ERRORS,
        Metric::Stall => ("stall rate", "session", "sessions"),
        Metric::NotAffine => (
            "share of operations by another tool",
            "operation",
            "operations",
        ),
        Metric::Slow => ("share of slow operations", "operation", "operations"),
        Metric::Quality => ("quality", "session", "sessions"),
        Metric::Finding => ("rate of the finding", "session", "sessions"),
    };
    Wording { rate, one, many }
}
