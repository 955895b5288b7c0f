//! What an operator can set under `[patch_apply]`.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::{deploy::DeployStep, policy::Policy};

/// The section `[patch_apply]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PatchApplySettings {
    /// The policy, a TOML or JSON file; the shipped rules when absent.
    pub policy: Option<PathBuf>,
    /// What brings a merged change into production, in order; without any, merging deploys.
    pub deploy: Vec<DeployStep>,
    /// How long a deployed change is watched at first, in minutes.
    pub monitor_minutes: u64,
    /// What links to pull requests begin with; the address of this service when absent.
    pub public_url: Option<Url>,
}

impl Default for PatchApplySettings {
    fn default() -> Self {
        Self {
            policy: None,
            deploy: Vec::new(),
            monitor_minutes: 60,
            public_url: None,
        }
    }
}

impl PatchApplySettings {
    /// Checks what no type checks, and reads the policy.
    ///
    /// # Errors
    /// Says which setting cannot be used.
    pub fn checked_policy(&self) -> anyhow::Result<Policy> {
        let mut names = BTreeSet::new();
        for step in &self.deploy {
            if step.run.is_empty() || step.name.is_empty() {
                bail!("setting patch_apply.deploy: a step needs a name and a program to run");
            }
            if !(1..=3_600).contains(&step.timeout_seconds) {
                bail!(
                    "setting patch_apply.deploy: timeout_seconds of {} must be 1 to 3600",
                    step.name
                );
            }
            if !names.insert(&step.name) {
                bail!(
                    "setting patch_apply.deploy: there are two steps named {}",
                    step.name
                );
            }
        }
        if !(1..=1_440).contains(&self.monitor_minutes) {
            bail!("setting patch_apply.monitor_minutes must be 1 to 1440");
        }
        let Some(file) = &self.policy else {
            return Policy::shipped().context("the shipped policy");
        };
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("the policy {} cannot be read", file.display()))?;
        Policy::parse(&text).with_context(|| format!("the policy {}", file.display()))
    }

    /// How long a deployed change is watched at first.
    pub fn monitor_span(&self) -> Duration {
        Duration::from_secs(self.monitor_minutes * 60)
    }
}
