//! Why an action was not taken.

use service_kit::db::DbError;
use types::{CommitSha, ProposalId, patch::PatchReport};

use crate::{git::GitError, store::StoreError};

/// Why an action was not taken; nothing is half done.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The database failed, or something else came first.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No run belongs to the proposal.
    #[error("no diff of proposal {0} was written to a branch")]
    NoRun(ProposalId),
    /// No such branch.
    #[error("there is no branch {0}")]
    NoBranch(String),
    /// No such pull request.
    #[error("there is no pull request {0}")]
    NoPull(u64),
    /// No such commit.
    #[error("there is no commit {0} in the target repository")]
    NoCommit(String),
    /// No such file or folder.
    #[error("there is nothing at {0}")]
    NoPath(String),
    /// The branch is written by other ways only.
    #[error("the branch {0} is not open to this route; only {1} are")]
    BranchNotOpen(String, String),
    /// A name that must not be in a repository.
    #[error("{0:?} cannot be the name of a file: {1}")]
    BadPath(String, String),
    /// A name that may not be kept.
    #[error("{0}: expected names; one of these looks like a secret")]
    SecretName(&'static str),
    /// The branch or pull request is not where the caller thinks.
    #[error("the head is not the expected one; read it again")]
    HeadMoved(Option<CommitSha>),
    /// The diff was made against files that have changed since.
    #[error("the diff no longer applies exactly to the target branch: {0}")]
    StaleBase(String),
    /// The diff is not the one that was approved.
    #[error("the digest of the diff is {0}, not the one that was approved")]
    DigestMismatch(types::Digest),
    /// Policy or the strict applier refuse the diff.
    #[error("the diff is refused: {}", summary(.0))]
    Refused(Box<PatchReport>),
    /// Another diff of the same proposal is on its way or in place.
    #[error("another diff of this proposal is under way: it stands at {0}")]
    UnderWay(String),
    /// The branch belongs to another proposal.
    #[error("the branch {0} is not that of this proposal")]
    OtherProposal(String),
    /// The branch was not validated, or did not pass.
    #[error("the branch {0} has not passed validation")]
    NotValidated(String),
    /// The pull request was closed without a merge.
    #[error("the pull request {0} is closed")]
    PullClosed(u64),
    /// The change is not on the target branch.
    #[error("the change is not on the target branch, so there is nothing to take back")]
    NotMerged,
    /// Another service does not answer.
    #[error("{0}")]
    PeerUnavailable(String),
}

impl From<DbError> for ActionError {
    fn from(error: DbError) -> Self {
        Self::Store(error.into())
    }
}

fn summary(report: &PatchReport) -> String {
    let first = report
        .refusals
        .first()
        .map_or("no reason given", |refusal| &refusal.message);
    match report.refusals.len() {
        0 | 1 => first.to_owned(),
        many => format!("{first} (and {} more)", many - 1),
    }
}
