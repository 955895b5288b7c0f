//! Monitoring windows.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{CommitSha, FindingId, ProposalId, Timestamp, Unit, WindowId};

/// Where a window stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WindowStatus {
    /// Watching; at most one is.
    Active,
    /// Ended, the change stays.
    Completed,
    /// Ended, the change goes.
    RolledBack,
}

impl WindowStatus {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Completed => "completed",
            Self::RolledBack => "rolled_back",
        }
    }
}

/// What a window proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Not worse.
    Stable,
    /// Worse by more than a quarter.
    Regressed,
    /// Worse, but not by more than a quarter.
    Degraded,
    /// Too little was seen.
    Inconclusive,
    /// Agents that did not change got worse too.
    External,
    /// A caller closed it.
    Manual,
}

impl Verdict {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Regressed => "regressed",
            Self::Degraded => "degraded",
            Self::Inconclusive => "inconclusive",
            Self::External => "external",
            Self::Manual => "manual",
        }
    }
}

/// Whether what the change was made against went away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It is rarer.
    Improved,
    /// No difference is proven.
    Unchanged,
    /// It is more frequent.
    Worse,
    /// Nothing can be said.
    Unknown,
}

impl Effect {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Improved => "improved",
            Self::Unchanged => "unchanged",
            Self::Worse => "worse",
            Self::Unknown => "unknown",
        }
    }
}

/// Opens a window: `POST /api/agent-tune/monitoring`.
///
/// A caller outside the loop gives all three `pre_` figures; for a window with a `proposal_id`
/// they are measured when absent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OpenWindow {
    /// Who changed; `*` when several did, and then `agents` lists them.
    #[schema(min_length = 1, max_length = 200)]
    pub agent_name: String,
    /// The rule or finding behind the change.
    #[schema(min_length = 1, max_length = 200)]
    pub rule_id: String,
    /// When the change was made: RFC 3339, or a calendar day.
    #[schema(example = "2026-01-10T10:41:00Z")]
    pub change_date: String,
    /// Mean quality before, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_quality: Option<Unit>,
    /// Share of sessions with a stall before, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_stall_rate: Option<Unit>,
    /// Share of operations by the tool the playbook names before, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_affinity_rate: Option<Unit>,
    /// The commit that was deployed.
    pub commit_sha: CommitSha,
    /// When the window ends.
    pub expires_at: Timestamp,
    /// The proposal that was deployed, for a window of the loop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal_id: Option<ProposalId>,
    /// The finding behind the proposal: its rate is compared before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding_id: Option<FindingId>,
    /// Everyone who changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<String>,
    /// When the deployment was done; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_at: Option<Timestamp>,
    /// Whether to go on to 24 hours when too little was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_extend: Option<bool>,
}

/// Closes a window: `PUT /api/agent-tune/monitoring/{id}/close`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CloseWindow {
    /// `completed` or `rolled_back`.
    pub status: CloseStatus,
}

/// How a caller may close a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CloseStatus {
    /// The change stays.
    Completed,
    /// The change goes.
    RolledBack,
}

impl From<CloseStatus> for WindowStatus {
    fn from(status: CloseStatus) -> Self {
        match status {
            CloseStatus::Completed => Self::Completed,
            CloseStatus::RolledBack => Self::RolledBack,
        }
    }
}

/// Lets a window run longer: `POST /api/agent-tune/monitoring/{id}/extend`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendWindow {
    /// The new end: later than the old one, at most 24 hours after the deployment.
    pub expires_at: Timestamp,
}

/// A failure count before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// Sessions before.
    pub baseline_total: u64,
    /// Failed sessions before.
    pub baseline_failures: u64,
    /// Sessions since.
    pub after_total: u64,
    /// Failed sessions since.
    pub after_failures: u64,
    /// Evidence that the rate rose by more than a quarter, as a natural logarithm.
    pub ln_e_revert: f64,
    /// Evidence that the rate rose at all, as a natural logarithm.
    pub ln_e_degraded: f64,
    /// Evidence that the rate did not double, as a natural logarithm; absent without baseline.
    pub ln_f_stable: Option<f64>,
    /// How much rarer or more frequent the finding became, as an interval of the ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 2, max_items = 2)]
    pub effect_ratio: Option<[f64; 2]>,
}

/// A window as its clients know it, and more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MonitoringWindow {
    /// Its id.
    pub id: WindowId,
    /// Who changed.
    pub agent_name: String,
    /// The rule or finding behind the change.
    pub rule_id: String,
    /// When the change was made, as it was given.
    pub change_date: String,
    /// Mean quality before.
    pub pre_quality: Option<f64>,
    /// Share of sessions with a stall before.
    pub pre_stall_rate: Option<f64>,
    /// Share of operations by the tool the playbook names before.
    pub pre_affinity_rate: Option<f64>,
    /// The commit that was deployed.
    pub commit_sha: CommitSha,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub status: WindowStatus,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Everyone who changed.
    pub agents: Vec<String>,
    /// When the deployment was done.
    pub deployed_at: Timestamp,
    /// The proposal that was deployed.
    pub proposal_id: Option<ProposalId>,
    /// The finding behind it.
    pub finding_id: Option<FindingId>,
    /// Whether it goes on to 24 hours when too little was seen.
    pub auto_extend: bool,
    /// What it proved, once closed.
    pub verdict: Option<Verdict>,
    /// Whether the finding went away.
    pub effect: Option<Effect>,
    /// The newest figures.
    pub figures: Option<Figures>,
    /// The newest evaluation, in a sentence.
    pub why: Option<String>,
    /// Mean quality since.
    pub post_quality: Option<f64>,
    /// Share of sessions with a stall since.
    pub post_stall_rate: Option<f64>,
    /// Share of operations by the tool the playbook names since.
    pub post_affinity_rate: Option<f64>,
    /// Whether the evidence was gathered without holding the slot after a person released it.
    pub released: bool,
}

/// One look at the evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evaluation {
    /// When.
    pub at: Timestamp,
    /// What the test said: `revert`, `degraded`, `stable` or `open`.
    pub test: String,
    /// The numbers.
    pub figures: Figures,
    /// The same in a sentence.
    pub why: String,
}

/// A window with every look at it: `GET /api/agent-tune/monitoring/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WindowDetail {
    /// The window.
    #[serde(flatten)]
    pub window: MonitoringWindow,
    /// The evaluations, oldest first.
    pub evaluations: Vec<Evaluation>,
}

/// Some windows, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WindowPage {
    /// The windows.
    pub data: Vec<MonitoringWindow>,
    /// Pass as `cursor` for the next page; absent on the last.
    pub next_cursor: Option<String>,
}

/// Waits for the slot: `POST /api/agent-tune/queue`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinQueue {
    /// The change that waits.
    pub proposal_id: ProposalId,
    /// What it waits for.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Gives up a place in the queue: `POST /api/agent-tune/queue/leave`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveQueue {
    /// The change that waits no longer.
    pub proposal_id: ProposalId,
}

/// What came of giving up a place in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftQueue {
    /// The change that waits no longer.
    pub proposal_id: ProposalId,
    /// Whether it had a place.
    pub left: bool,
}

/// Ends a window whose change is being taken back by a person:
/// `POST /api/agent-tune/monitoring/{id}/withdraw`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawWindow {
    /// Who takes it back, and why.
    #[schema(min_length = 1, max_length = 2500)]
    pub reason: String,
}

/// A change that waits for the slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueEntry {
    /// Its place, from 1.
    pub position: u64,
    /// The change that waits.
    pub proposal_id: ProposalId,
    /// What it waits for.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// When the slot is free at the latest, while a window is active.
    pub deadline: Option<Timestamp>,
}

/// The queue, first come first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QueuePage {
    /// The entries.
    pub data: Vec<QueueEntry>,
}

/// Tells that a window closed: tune-gateway to patch-apply and proposal-service.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowClosed {
    /// Which window.
    pub window_id: WindowId,
    /// The proposal it watched, if one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal_id: Option<ProposalId>,
    /// How it ended.
    pub status: CloseStatus,
    /// What it proved.
    pub verdict: Verdict,
    /// Whether the finding went away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// The numbers, if there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figures: Option<Figures>,
    /// The same in a sentence.
    pub why: String,
}
