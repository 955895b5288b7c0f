//! Pull requests that the service keeps itself.

use types::{CommitSha, Digest, ProposalId, Timestamp, patch::PullState};

/// A person asked for the merge, and it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Who asked.
    pub requested_by: String,
    /// When.
    pub since: Timestamp,
    /// What it waits for.
    pub reason: String,
    /// Until when, where there is a limit.
    pub deadline: Option<Timestamp>,
}

/// A pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// The proposal.
    pub proposal_id: ProposalId,
    /// Open or closed.
    pub state: PullState,
    /// One line.
    pub title: String,
    /// The description.
    pub body: String,
    /// The branch to be merged.
    pub branch: String,
    /// Its commit.
    pub head: CommitSha,
    /// The branch that it goes into.
    pub base_branch: String,
    /// Its commit when the pull request was opened.
    pub base: CommitSha,
    /// SHA-256 of the canonical diff.
    pub digest: Digest,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// Who merged it.
    pub merged_by: Option<String>,
    /// The merge commit.
    pub merge_commit: Option<CommitSha>,
    /// Its wait in the merge queue.
    pub waiting: Option<Waiting>,
}
