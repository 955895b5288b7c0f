//! Proposals and the decisions on them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    CommitSha, Digest, FindingId, ProposalId, Timestamp, WindowId,
    analysis::{ProposalCategory, Severity},
    window::{Effect, Verdict},
};

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProposalStatus {
    /// Waits for a person.
    Pending,
    /// A person said yes to exactly this diff.
    Approved,
    /// A person said no.
    Rejected,
    /// Deployed, watched and kept.
    Implemented,
    /// Taken back.
    Reverted,
    /// Applying, validating, merging or deploying failed.
    Blocked,
    /// The base moved and the diff no longer applies exactly.
    Stale,
}

impl ProposalStatus {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Approved,
        Self::Rejected,
        Self::Implemented,
        Self::Reverted,
        Self::Blocked,
        Self::Stale,
    ];

    /// The name on the wire and in the markdown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Implemented => "implemented",
            Self::Reverted => "reverted",
            Self::Blocked => "blocked",
            Self::Stale => "stale",
        }
    }
}

/// How far the run of an approved proposal has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Waits for its turn.
    Queued,
    /// The diff is on a branch.
    Branch,
    /// Policy and validators passed.
    Validated,
    /// A pull request waits for a person's merge.
    PrOpen,
    /// On the target branch.
    Merged,
    /// The deploy steps are done.
    Deployed,
    /// The one window is open.
    Monitoring,
    /// The window ended without proof; a person decides.
    NeedsConfirmation,
}

impl Stage {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Branch => "branch",
            Self::Validated => "validated",
            Self::PrOpen => "pr_open",
            Self::Merged => "merged",
            Self::Deployed => "deployed",
            Self::Monitoring => "monitoring",
            Self::NeedsConfirmation => "needs_confirmation",
        }
    }
}

/// Proposes one change: `POST /proposals`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProposal {
    /// The finding it answers; while a proposal for it is open, that one is returned instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding_id: Option<FindingId>,
    /// One line.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// What it is for.
    pub category: ProposalCategory,
    /// How bad what it mends is.
    pub severity: Severity,
    /// Whose behaviour it changes; empty when no agent is touched, and then nothing is monitored.
    #[serde(default)]
    pub agents: Vec<String>,
    /// What is broken.
    #[schema(min_length = 1)]
    pub problem: String,
    /// What shows it.
    #[serde(default)]
    pub evidence: String,
    /// Why it happens.
    #[serde(default)]
    pub root_cause: String,
    /// What to change.
    #[serde(default)]
    pub solution: String,
    /// The change, as a unified diff against `base_commit`.
    #[schema(min_length = 1)]
    pub patch: String,
    /// The commit the diff was made against.
    pub base_commit: CommitSha,
    /// What could go wrong.
    #[serde(default)]
    pub risk: String,
    /// How to take it back.
    #[serde(default)]
    pub rollback: String,
}

/// A new diff for a proposal that is blocked or stale: `POST /proposals/{id}/revise`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviseProposal {
    /// The change, as a unified diff against `base_commit`.
    #[schema(min_length = 1)]
    pub patch: String,
    /// The commit the diff was made against.
    pub base_commit: CommitSha,
}

/// Says yes to exactly one diff: `POST /proposals/{id}/approve`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// The digest of the diff that was read.
    pub digest: Digest,
    /// What the record should say besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// Says no, or takes back: `POST /proposals/{id}/reject` and `/revert`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Why; it is read by whoever proposes next.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

/// Keeps a change whose window ended without proof: `POST /proposals/{id}/confirm`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// What the record should say besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// What kind of decision a person took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DecisionKind {
    /// Yes to this diff.
    Approved,
    /// No.
    Rejected,
    /// Keep it though nothing is proven.
    Confirmed,
    /// Take it back.
    Reverted,
}

impl DecisionKind {
    /// The name on the wire and in the markdown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Confirmed => "confirmed",
            Self::Reverted => "reverted",
        }
    }
}

/// One decision, for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// What was decided.
    pub kind: DecisionKind,
    /// By whom.
    pub person: String,
    /// When.
    pub at: Timestamp,
    /// On which diff.
    pub digest: Digest,
    /// On which revision of the proposal.
    pub revision: u32,
    /// The reason or the notes.
    pub notes: Option<String>,
}

/// A line of the implementation log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// What happened, in a sentence.
    pub text: String,
}

/// A proposal and all that happened to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// Which diff this is: 1, and one more for each `revise`.
    pub revision: u32,
    /// Where it stands.
    pub status: ProposalStatus,
    /// How far its run has come, once approved.
    pub stage: Option<Stage>,
    /// What it waits for, or why it stopped.
    pub stage_reason: Option<String>,
    /// Until when it waits, where there is a limit.
    pub stage_deadline: Option<Timestamp>,
    /// The finding it answers.
    pub finding_id: Option<FindingId>,
    /// One line.
    pub title: String,
    /// What it is for.
    pub category: ProposalCategory,
    /// How bad what it mends is.
    pub severity: Severity,
    /// Who proposed it.
    pub author: String,
    /// Whose behaviour it changes.
    pub agents: Vec<String>,
    /// What is broken.
    pub problem: String,
    /// What shows it.
    pub evidence: String,
    /// Why it happens.
    pub root_cause: String,
    /// What to change.
    pub solution: String,
    /// The change, in its canonical form: what a decision is bound to.
    pub patch: String,
    /// SHA-256 of `patch`: name it to approve.
    pub digest: Digest,
    /// The commit the change applies to.
    pub base_commit: CommitSha,
    /// The tree that results.
    pub result_tree: CommitSha,
    /// The policy it passed.
    pub policy_digest: Digest,
    /// The files it touches.
    pub paths: Vec<String>,
    /// What could go wrong.
    pub risk: String,
    /// How to take it back.
    pub rollback: String,
    /// Its file on the proposals branch.
    pub markdown_path: String,
    /// The decisions, oldest first.
    pub decisions: Vec<Decision>,
    /// What happened since, oldest first.
    pub log: Vec<LogLine>,
    /// The branch with the change.
    pub branch: Option<String>,
    /// The pull request.
    pub pull_number: Option<u64>,
    /// Where to see the pull request.
    pub pull_url: Option<String>,
    /// The commit that brought it onto the target branch.
    pub merge_commit: Option<CommitSha>,
    /// The commit that took it back.
    pub revert_commit: Option<CommitSha>,
    /// The window that watched it.
    pub window_id: Option<WindowId>,
    /// What the window proved.
    pub verdict: Option<Verdict>,
    /// Whether the finding went away.
    pub effect: Option<Effect>,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A proposal in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProposalSummary {
    /// Its id.
    pub id: ProposalId,
    /// Where it stands.
    pub status: ProposalStatus,
    /// How far its run has come.
    pub stage: Option<Stage>,
    /// What it waits for.
    pub stage_reason: Option<String>,
    /// The finding it answers.
    pub finding_id: Option<FindingId>,
    /// One line.
    pub title: String,
    /// What it is for.
    pub category: ProposalCategory,
    /// How bad what it mends is.
    pub severity: Severity,
    /// Whose behaviour it changes.
    pub agents: Vec<String>,
    /// Who proposed it.
    pub author: String,
    /// SHA-256 of the diff.
    pub digest: Digest,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Some proposals, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProposalPage {
    /// The proposals.
    pub data: Vec<ProposalSummary>,
    /// Pass as `cursor` for the next page; absent on the last.
    pub next_cursor: Option<String>,
}

/// Tells how a run is getting on: patch-apply to proposal-service, `POST /runs/events`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunEvent {
    /// Whose run.
    pub proposal_id: ProposalId,
    /// What came of it.
    pub outcome: RunOutcome,
    /// What happened, in a sentence.
    pub message: String,
    /// Until when it waits, where there is a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// The pull request, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_number: Option<u64>,
    /// Where to see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_url: Option<String>,
    /// The commit in question: of the branch, the merge or the revert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<CommitSha>,
    /// The window, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_id: Option<WindowId>,
}

/// What a run event reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "stage")]
pub enum RunOutcome {
    /// The run reached this stage, or waits in it.
    Reached(Stage),
    /// The run failed on its way to this stage and stopped: the proposal is blocked.
    Failed(Stage),
    /// The diff no longer applies exactly to the target branch: the proposal is stale.
    Stale,
    /// Deployed, and no agent is touched: there is nothing to watch.
    Done,
    /// The change is taken back and the old state deployed again.
    Reverted,
    /// Taking it back failed; a person must act.
    RevertFailed,
}
