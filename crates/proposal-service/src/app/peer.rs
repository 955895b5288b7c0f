//! Asks patch-apply about a diff.

use clients::ClientError;
use types::{
    CommitSha, Digest,
    patch::{CheckPatch, PatchReport},
    problem::Problem,
};

use super::App;

/// A diff that may be proposed.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) patch: String,
    pub(crate) digest: Digest,
    pub(crate) result_tree: CommitSha,
    pub(crate) policy_digest: Digest,
    pub(crate) paths: Vec<String>,
}

/// Why there is no checked diff.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    /// Policy or the strict applier refuse it.
    #[error("the diff is refused: {}", first_refusal(.0))]
    Refused(Box<PatchReport>),
    /// patch-apply could not even look at it.
    #[error("{}", .0.detail)]
    Unsuitable(Box<Problem>),
    /// patch-apply does not answer.
    #[error("patch-apply cannot check the diff now: {0}")]
    Unavailable(String),
    /// patch-apply answered something that cannot be.
    #[error("patch-apply gave an answer that cannot be used: {0}")]
    Unusable(&'static str),
}

/// The first thing that stands against a diff.
pub(super) fn first_refusal(report: &PatchReport) -> &str {
    report
        .refusals
        .first()
        .map_or("no reason was given", |refusal| &refusal.message)
}

impl App {
    /// Has a diff checked against a commit.
    pub(super) async fn check(
        &self,
        base_commit: &CommitSha,
        patch: &str,
    ) -> Result<Checked, CheckError> {
        let asked = CheckPatch {
            base_commit: base_commit.clone(),
            patch: patch.to_owned(),
        };
        let report = self.patch_apply.check(&asked).await.map_err(why_not)?;
        if !report.accepted {
            return Err(CheckError::Refused(Box::new(report)));
        }
        let PatchReport {
            tree,
            patch,
            digest,
            policy_digest,
            paths,
            ..
        } = report;
        let (Some(result_tree), Some(patch), Some(digest)) = (tree, patch, digest) else {
            return Err(CheckError::Unusable(
                "the accepted diff has no tree, text or digest",
            ));
        };
        if Digest::of(&patch) != digest {
            return Err(CheckError::Unusable(
                "the digest is not that of the canonical diff",
            ));
        }
        Ok(Checked {
            patch,
            digest,
            result_tree,
            policy_digest,
            paths,
        })
    }
}

/// A problem that another diff or commit would not have is the caller's; the rest is ours.
fn why_not(error: ClientError) -> CheckError {
    match error {
        ClientError::Refused(problem) if matches!(problem.status, 404 | 409 | 413 | 422) => {
            CheckError::Unsuitable(problem)
        }
        other => CheckError::Unavailable(other.to_string()),
    }
}
