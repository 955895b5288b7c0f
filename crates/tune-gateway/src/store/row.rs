//! What a row of a window holds.

use serde::{Deserialize, Serialize};
use service_kit::db::{DbError, FromRow, Row};
use types::window::{Evaluation, MonitoringWindow};

use crate::domain::{
    watch::{Baseline, Watch},
    window::WindowState,
};

/// A window, what its evidence amounts to so far, and which version of both this is.
#[derive(Clone, Debug)]
pub(crate) struct StoredWindow {
    pub(crate) window: MonitoringWindow,
    pub(crate) evidence: Option<Evidence>,
    pub(crate) version: i64,
}

/// The baseline, fixed at the first look, and the minutes taken in since.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Evidence {
    pub(crate) baseline: Baseline,
    /// Operations slower than this count as slow: the baseline's 95th percentile.
    pub(crate) slow_over_ms: Option<f64>,
    pub(crate) watch: Watch,
}

impl StoredWindow {
    /// What its transitions depend on.
    pub(crate) fn state(&self) -> WindowState {
        WindowState {
            status: self.window.status,
            deployed_at: self.window.deployed_at,
            expires_at: self.window.expires_at,
            auto_extend: self.window.auto_extend,
            released: self.window.released,
        }
    }
}

impl FromRow for StoredWindow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            window: window(row)?,
            evidence: row.json_optional("evidence")?,
            version: row.get("version")?,
        })
    }
}

fn window(row: &Row) -> Result<MonitoringWindow, DbError> {
    Ok(MonitoringWindow {
        id: row.get("id")?,
        agent_name: row.get("agent_name")?,
        rule_id: row.get("rule_id")?,
        change_date: row.get("change_date")?,
        pre_quality: row.get("pre_quality")?,
        pre_stall_rate: row.get("pre_stall_rate")?,
        pre_affinity_rate: row.get("pre_affinity_rate")?,
        commit_sha: row.get("commit_sha")?,
        expires_at: row.get("expires_at")?,
        status: row.name("status")?,
        created_at: row.get("created_at")?,
        closed_at: row.get("closed_at")?,
        agents: row.json("agents")?,
        deployed_at: row.get("deployed_at")?,
        proposal_id: row.get("proposal_id")?,
        finding_id: row.get("finding_id")?,
        auto_extend: row.get("auto_extend")?,
        verdict: row.name_optional("verdict")?,
        effect: row.name_optional("effect")?,
        figures: row.json_optional("figures")?,
        why: row.get("why")?,
        post_quality: row.get("post_quality")?,
        post_stall_rate: row.get("post_stall_rate")?,
        post_affinity_rate: row.get("post_affinity_rate")?,
        released: row.get("released")?,
    })
}

pub(super) struct EvaluationRow(pub(super) Evaluation);

impl FromRow for EvaluationRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self(Evaluation {
            at: row.get("at")?,
            test: row.get("test")?,
            figures: row.json("figures")?,
            why: row.get("why")?,
        }))
    }
}
