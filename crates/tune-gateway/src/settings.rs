//! What an operator can set: section `[tune_gateway]`.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::domain::{
    verdict::Thresholds,
    watch::{Method, Rules},
    window::OnDegraded,
};

/// The settings of the tune gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TuneGatewaySettings {
    /// A JSON file with truth rules; none are in force without one.
    pub truth_rules: Option<PathBuf>,
    /// What happens at the end of a window to a change that is proven worse, but not by 25 %.
    pub on_degraded: OnDegraded,
    /// The test that decides: evidence, or the seed's literal 25 %.
    pub method: Method,
    /// How much evidence each answer takes.
    pub thresholds: Thresholds,
    /// How many days before the deployment are compared.
    pub baseline_days: u32,
    /// How long nothing is called stable, in minutes.
    pub stable_after_minutes: u32,
    /// How long without any session is worth an alert, in minutes.
    pub no_data_after_minutes: u32,
}

impl Default for TuneGatewaySettings {
    fn default() -> Self {
        Self {
            truth_rules: None,
            on_degraded: OnDegraded::default(),
            method: Method::default(),
            thresholds: Thresholds::default(),
            baseline_days: 7,
            stable_after_minutes: 60,
            no_data_after_minutes: 15,
        }
    }
}

impl TuneGatewaySettings {
    /// How counts become a ruling.
    ///
    /// # Errors
    /// Names the setting that cannot be.
    pub fn rules(&self) -> anyhow::Result<Rules> {
        let Thresholds {
            revert,
            degraded,
            stable,
        } = self.thresholds;
        let sound = [revert, degraded, stable]
            .iter()
            .all(|e| e.is_finite() && 1.0 < *e);
        anyhow::ensure!(
            sound,
            "setting tune_gateway.thresholds: each must be a number above 1"
        );
        anyhow::ensure!(
            (1..=90).contains(&self.baseline_days),
            "setting tune_gateway.baseline_days: expected 1 to 90"
        );
        let minutes = |count: u32| Duration::from_secs(u64::from(count) * 60);
        Ok(Rules {
            method: self.method,
            thresholds: self.thresholds,
            stable_after: minutes(self.stable_after_minutes),
            no_data_after: minutes(self.no_data_after_minutes),
            ..Rules::default()
        })
    }

    /// How far back the baseline goes.
    pub fn baseline(&self) -> Duration {
        Duration::from_secs(u64::from(self.baseline_days) * 24 * 3_600)
    }
}
