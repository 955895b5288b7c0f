//! The error table: what each failure is over HTTP.

use std::time::Duration;

use serde_json::json;
use service_kit::Problem;

use crate::{app::ActionError, git::GitError, store::StoreError};

impl From<ActionError> for Problem {
    fn from(error: ActionError) -> Self {
        let text = error.to_string();
        match error {
            ActionError::Git(cause) => of_git(&cause),
            ActionError::Store(cause) => of_store(cause),
            ActionError::NoRun(_) => Self::not_found("RUN_NOT_FOUND", text),
            ActionError::NoBranch(_) => Self::not_found("BRANCH_NOT_FOUND", text),
            ActionError::NoPull(_) => Self::not_found("PULL_NOT_FOUND", text),
            ActionError::NoCommit(_) => Self::not_found("COMMIT_NOT_FOUND", text),
            ActionError::NoPath(_) => Self::not_found("PATH_NOT_FOUND", text),
            ActionError::BranchNotOpen(..) => Self::conflict("BRANCH_NOT_OPEN", text),
            ActionError::BadPath(..) => Self::unprocessable("PATH_REFUSED", text),
            ActionError::SecretName(pointer) => {
                Self::invalid_field(pointer, "expected names; one of these looks like a secret")
            }
            ActionError::HeadMoved(head) => {
                Self::conflict("HEAD_MOVED", text).with_context(json!({ "head": head }))
            }
            ActionError::StaleBase(_) => Self::conflict("STALE_BASE", text),
            ActionError::DigestMismatch(digest) => {
                Self::conflict("DIGEST_MISMATCH", text).with_context(json!({ "digest": digest }))
            }
            ActionError::Refused(report) => Self::unprocessable("POLICY_REFUSED", text)
                .with_context(json!({
                    "policy_digest": report.policy_digest,
                    "refusals": report.refusals,
                    "suggested_patch": report.suggested_patch,
                })),
            ActionError::UnderWay(_) => Self::conflict("RUN_UNDER_WAY", text),
            ActionError::OtherProposal(_) => Self::conflict("OTHER_PROPOSAL", text),
            ActionError::NotValidated(_) => Self::conflict("NOT_VALIDATED", text),
            ActionError::PullClosed(_) => Self::conflict("PULL_CLOSED", text),
            ActionError::NotMerged => Self::conflict("NOT_MERGED", text),
            ActionError::PeerUnavailable(_) => Self::unavailable("PEER_UNAVAILABLE", text),
        }
    }
}

fn of_git(error: &GitError) -> Problem {
    let text = error.to_string();
    match error {
        GitError::NoTarget => Problem::conflict("TARGET_NOT_CONFIGURED", text),
        GitError::Unreachable(_) => {
            tracing::warn!(error = %text, "{text}");
            Problem::unavailable(
                "TARGET_UNAVAILABLE",
                "the target repository cannot be used; the log says why",
            )
            .retry_after(Duration::from_secs(5))
        }
        GitError::Held => Problem::unavailable("MIRROR_HELD", text),
        GitError::Missing { .. } | GitError::Objects(_) => Problem::internal(text),
    }
}

fn of_store(error: StoreError) -> Problem {
    match error {
        StoreError::Db(cause) => cause.into(),
        changed @ (StoreError::Changed | StoreError::SlotTaken) => {
            Problem::unavailable("CHANGED_MEANWHILE", format!("{changed}; try again"))
        }
    }
}
