//! Findings, playbooks and breakers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{FindingId, ProposalId, Timestamp};

/// How bad something is, and so how soon a person hears of it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// In the daily digest.
    Low,
    /// In the daily digest.
    Medium,
    /// Within the hour.
    High,
    /// At once.
    Critical,
}

impl Severity {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What a proposal is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ProposalCategory {
    /// Something is broken.
    Bugfix,
    /// Something fails because it is slow or costly.
    Optimization,
    /// Something is missing.
    Enhancement,
}

impl ProposalCategory {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bugfix, Self::Optimization, Self::Enhancement];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bugfix => "bugfix",
            Self::Optimization => "optimization",
            Self::Enhancement => "enhancement",
        }
    }
}

/// A failure that keeps coming back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Stable for the pattern.
    pub id: FindingId,
    /// The tool or task that fails.
    pub tool: String,
    /// The decisive line of the error with its variable parts as `<*>`.
    pub template: String,
    /// The kind of failure, such as `timeout` or `not_found`.
    pub category: String,
    /// How often.
    pub count: u64,
    /// In how many sessions.
    pub sessions: u64,
    /// Who is affected.
    pub agents: Vec<String>,
    /// The first time.
    pub first_seen: Timestamp,
    /// The last time.
    pub last_seen: Timestamp,
    /// How bad.
    pub severity: Severity,
    /// Failures per day over the second half of its life against the first: 1 is steady.
    pub trend: f64,
    /// Some of its events, newest last; `GET /ops?event_id=` shows them.
    pub sample_events: Vec<String>,
    /// What was proposed against it, if anything.
    pub proposal_id: Option<ProposalId>,
    /// Why nothing is proposed, if nothing is.
    pub held_because: Option<String>,
}

/// Some findings, the most frequent first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FindingPage {
    /// The findings.
    pub data: Vec<Finding>,
}

/// What worked, so that it can be done again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Playbook {
    /// A number.
    pub id: i64,
    /// What kind of operation.
    pub operation: String,
    /// How it was done.
    pub approach: String,
    /// What came out.
    pub result: String,
    /// Where it applies.
    pub context: String,
    /// How many successes stand behind it.
    pub count: u64,
    /// Mean duration in milliseconds.
    pub mean_ms: Option<f64>,
    /// The 95th percentile of the duration in milliseconds.
    pub p95_ms: Option<f64>,
    /// The newest success.
    pub last_seen: Timestamp,
    /// Later successes of the same kind.
    pub helpful: u64,
    /// Later failures of the same kind.
    pub harmful: u64,
}

/// The playbooks, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PlaybookPage {
    /// The entries.
    pub data: Vec<Playbook>,
}

/// An entry from outside: `POST /log`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewPlaybook {
    /// What kind of operation.
    #[schema(min_length = 1)]
    pub operation: String,
    /// How it was done.
    #[serde(default)]
    pub approach: String,
    /// What came out.
    #[serde(default)]
    pub result: String,
    /// Where it applies.
    #[serde(default)]
    pub context: String,
}

/// Something that stops by itself when too much goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Breaker {
    /// `self-eval`, `category:bugfix` (and the other categories) or `all`.
    pub name: String,
    /// Whether it has tripped and still holds.
    pub open: bool,
    /// Why it tripped last.
    pub reason: Option<String>,
    /// When it tripped last.
    pub tripped_at: Option<Timestamp>,
    /// When it closes by itself; absent while open means: only a person closes it.
    pub until: Option<Timestamp>,
    /// Who closed it last.
    pub reset_by: Option<String>,
}

/// All breakers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Breakers {
    /// The breakers.
    pub data: Vec<Breaker>,
}
