//! Branches, policy, pull requests, merges, deployments and reverts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{CommitSha, Digest, FindingId, ProposalId, Timestamp, proposal::Stage};

/// The tip of a branch of the target repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GitHead {
    /// The branch.
    pub branch: String,
    /// Its newest commit.
    pub commit: CommitSha,
}

/// Which branch: the query of `GET /git/head`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HeadQuery {
    /// The branch; the target branch when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

/// Which path at which commit: the query of `GET /git/files` and `GET /git/tree`.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PathQuery {
    /// A full commit id, or the name of a branch.
    pub rev: String,
    /// The path from the root, with `/`; for a tree the root when empty.
    #[serde(default)]
    pub path: String,
}

/// A file at a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GitFile {
    /// The commit it was read at.
    pub commit: CommitSha,
    /// Its path.
    pub path: String,
    /// Its mode, `100644` or `100755`.
    pub mode: String,
    /// Its id.
    pub blob: CommitSha,
    /// Its text; absent when it is not UTF-8.
    pub text: Option<String>,
    /// How long it is.
    pub size_bytes: u64,
}

/// A folder at a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GitTree {
    /// The commit it was read at.
    pub commit: CommitSha,
    /// Its path.
    pub path: String,
    /// What is in it, by name.
    pub entries: Vec<GitTreeEntry>,
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GitTreeEntry {
    /// The name.
    pub name: String,
    /// The mode as git writes it, such as `100644` or `40000`.
    pub mode: String,
    /// The object.
    pub id: CommitSha,
}

/// Commits whole files onto a branch: `POST /git/commits`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitFiles {
    /// The branch; only the proposals branch and the journal branch are open to this route.
    pub branch: String,
    /// The commit the branch must be at; absent when it must not exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_head: Option<CommitSha>,
    /// New text by path; null removes the file.
    pub files: BTreeMap<String, Option<String>>,
    /// The commit message.
    #[schema(min_length = 1)]
    pub message: String,
    /// Who made the change.
    #[schema(min_length = 1)]
    pub author: String,
}

/// A commit that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Committed {
    /// The branch.
    pub branch: String,
    /// Its new tip.
    pub commit: CommitSha,
}

/// Asks whether a diff would be accepted: `POST /policy/check`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckPatch {
    /// The commit the diff was made against.
    pub base_commit: CommitSha,
    /// The unified diff.
    #[schema(min_length = 1)]
    pub patch: String,
}

/// Why a diff is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// A stable name of the rule.
    pub code: String,
    /// The file in question.
    pub file: Option<String>,
    /// The line of the diff in question.
    pub line: Option<u64>,
    /// What is wrong and what to do.
    pub message: String,
}

/// What policy and the strict applier say of a diff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PatchReport {
    /// Whether it may go on.
    pub accepted: bool,
    /// Which policy was asked.
    pub policy_digest: Digest,
    /// The tree that results, if accepted.
    pub tree: Option<CommitSha>,
    /// The diff in its canonical form, if accepted: recomputed from the two trees.
    pub patch: Option<String>,
    /// SHA-256 of that form.
    pub digest: Option<Digest>,
    /// The files touched, old and new names.
    pub paths: Vec<String>,
    /// Everything that stands against it.
    pub refusals: Vec<Refusal>,
    /// A corrected diff for a new approval, where the body fits at exactly one other place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested_patch: Option<String>,
}

/// Puts an approved diff onto a branch: `POST /actions/write_patch`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WritePatch {
    /// The proposal.
    pub proposal_id: ProposalId,
    /// The commit it applies to.
    pub base_commit: CommitSha,
    /// The diff.
    #[schema(min_length = 1)]
    pub patch_content: String,
    /// The digest that was approved; when given, the diff must have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// One line for the commit message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub title: Option<String>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// Whose behaviour it changes; nobody's: it is not monitored.
    #[serde(default)]
    pub agents: Vec<String>,
    /// The finding it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding_id: Option<FindingId>,
}

/// The branch that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrittenPatch {
    /// The branch, `attune/proposal-` and the id.
    pub branch: String,
    /// Its commit.
    pub commit_sha: CommitSha,
    /// The tree of that commit.
    pub tree: CommitSha,
    /// SHA-256 of the canonical diff.
    pub digest: Digest,
    /// The run that records every step: `GET /runs/{id}`.
    pub run_id: ProposalId,
}

/// Validates a branch: `POST /actions/validate_branch`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidateBranch {
    /// The branch.
    #[schema(min_length = 1)]
    pub branch: String,
}

/// What validation found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ValidationReport {
    /// The branch.
    pub branch: String,
    /// The commit that was looked at.
    pub commit_sha: CommitSha,
    /// Whether everything passed.
    pub passed: bool,
    /// Which policy was asked.
    pub policy_digest: Digest,
    /// Each check that was made.
    pub checks: Vec<Check>,
}

/// One check of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// What was checked: `policy`, `yaml`, `json`, `json_schema`, `shell`, `python`.
    pub name: String,
    /// The file; absent for a check of the whole change.
    pub file: Option<String>,
    /// Whether it passed.
    pub passed: bool,
    /// What was found.
    pub message: String,
}

/// Opens a pull request: `POST /actions/open_pr`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenPull {
    /// The branch.
    #[schema(min_length = 1)]
    pub branch: String,
    /// The proposal.
    pub proposal_id: ProposalId,
    /// The description: the proposal as markdown.
    #[serde(default)]
    pub body: String,
}

/// Takes a merged change back: `POST /actions/revert`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevertChange {
    /// The proposal that was merged.
    pub proposal_id: ProposalId,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// Who decided; absent for an automatic revert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// One end of a pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PullEnd {
    /// The branch.
    #[serde(rename = "ref")]
    pub branch: String,
    /// The commit.
    pub sha: CommitSha,
}

/// Whether a pull request can still be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PullState {
    /// Waits.
    Open,
    /// Merged or given up.
    Closed,
}

/// Why a pull request waits in the merge queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueuedMerge {
    /// Its place, from 1.
    pub position: u64,
    /// What it waits for.
    pub reason: String,
    /// Until when, where there is a limit.
    pub deadline: Option<Timestamp>,
    /// Who asked for the merge.
    pub requested_by: String,
}

/// A pull request, under the field names of GitHub.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// Open or closed.
    pub state: PullState,
    /// Whether it was merged.
    pub merged: bool,
    /// One line.
    pub title: String,
    /// The description.
    pub body: String,
    /// What is to be merged.
    pub head: PullEnd,
    /// Into what.
    pub base: PullEnd,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// The person who merged it.
    pub merged_by: Option<String>,
    /// The commit on the target branch.
    pub merge_commit_sha: Option<CommitSha>,
    /// Where to see it.
    pub html_url: String,
    /// The proposal.
    pub proposal_id: ProposalId,
    /// SHA-256 of the canonical diff that was approved.
    pub digest: Digest,
    /// The checks that were made.
    pub checks: Vec<Check>,
    /// Its place in the merge queue, while it is in it.
    pub queue: Option<QueuedMerge>,
}

/// Some pull requests, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PullPage {
    /// The pull requests.
    pub data: Vec<Pull>,
}

/// Merges a pull request: `POST /pulls/{number}/merge`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergePull {
    /// The head that was read.
    pub expected_head: CommitSha,
}

/// What came of asking for a merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MergeOutcome {
    /// Whether it is on the target branch now.
    pub merged: bool,
    /// The merge commit.
    pub sha: Option<CommitSha>,
    /// Whether it waits in the merge queue.
    pub queued: bool,
    /// What happened, or what it waits for.
    pub message: String,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// Under way or waiting.
    Running,
    /// Done.
    Passed,
    /// Not to be done again.
    Failed,
}

impl StepState {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Failed => "failed",
        }
    }
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunStep {
    /// What it does, such as `write_patch` or `deploy: provision`.
    pub name: String,
    /// How it went.
    pub state: StepState,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What it printed or found, redacted.
    pub output: String,
}

/// The record of one proposal's way to production and back: `GET /runs/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// The id of the proposal.
    pub id: ProposalId,
    /// How far it has come.
    pub stage: Stage,
    /// What it waits for, if it waits.
    pub waiting_for: Option<String>,
    /// Until when, where there is a limit.
    pub deadline: Option<Timestamp>,
    /// The branch.
    pub branch: String,
    /// The commit on that branch.
    pub commit_sha: CommitSha,
    /// The commit on the target branch.
    pub merge_commit_sha: Option<CommitSha>,
    /// The commit that took it back.
    pub revert_commit_sha: Option<CommitSha>,
    /// The steps, oldest first.
    pub steps: Vec<RunStep>,
}
