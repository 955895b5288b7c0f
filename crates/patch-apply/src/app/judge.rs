//! What policy and the strict applier say of a diff, with the tree and the canonical diff.

use redact::Redactor;
use service_kit::redaction::presentable;
use types::{
    CommitSha, Digest,
    patch::{PatchReport, Refusal},
};
use unidiff::{FileResult, Limits};

use crate::{
    domain::policy::{self, Policy, Verdict},
    git::{GitError, Objects},
};

/// Judges a diff against a tree. What it writes goes to `objects`, which had better be in memory.
///
/// # Errors
/// When the objects cannot be read.
pub fn judge(
    policy: &Policy,
    patch: &[u8],
    objects: &Objects,
    tree: &CommitSha,
) -> Result<PatchReport, GitError> {
    let (verdict, results) = policy::check(policy, patch, &objects.base(tree)?);
    let verdict = discreet(verdict, policy.redactor());
    let digest = policy
        .digest()
        .parse()
        .unwrap_or_else(|_| Digest::of(policy.digest()));
    conclude(verdict, digest, results.as_deref(), objects, tree)
}

/// What is said of a diff quotes it, and may be shown where the diff is not.
fn discreet(mut verdict: Verdict, redactor: &Redactor) -> Verdict {
    for refusal in &mut verdict.refusals {
        refusal.message = presentable(redactor, &refusal.message).into_owned();
    }
    verdict
        .suggested_patch
        .take_if(|patch| redactor.finds_secret(patch).is_some());
    verdict
}

/// Judges a diff by itself, without a policy.
///
/// # Errors
/// When the objects cannot be read.
pub fn judge_alone(
    patch: &[u8],
    objects: &Objects,
    tree: &CommitSha,
) -> Result<PatchReport, GitError> {
    let (verdict, results) = policy::check_alone(patch, &objects.base(tree)?);
    conclude(verdict, Digest::of(""), results.as_deref(), objects, tree)
}

fn conclude(
    verdict: Verdict,
    policy_digest: Digest,
    results: Option<&[FileResult]>,
    objects: &Objects,
    tree: &CommitSha,
) -> Result<PatchReport, GitError> {
    let refusals = verdict.refusals.into_iter().map(|refusal| Refusal {
        code: refusal.code,
        file: refusal.file.filter(|file| !file.is_empty()),
        line: refusal.line,
        message: refusal.message,
    });
    let mut report = PatchReport {
        accepted: false,
        policy_digest,
        tree: None,
        patch: None,
        digest: None,
        paths: verdict.paths,
        refusals: refusals.collect(),
        suggested_patch: verdict.suggested_patch,
    };
    if let Some(results) = results.filter(|_| verdict.accepted) {
        match outcome(results, objects, tree)? {
            Ok((tree, patch)) => {
                report.accepted = true;
                report.digest = Some(Digest::of(&patch));
                (report.tree, report.patch) = (Some(tree), Some(patch));
            }
            Err(refusal) => report.refusals.push(refusal),
        }
    }
    Ok(report)
}

type Outcome = Result<(CommitSha, String), Refusal>;

/// The tree that results, and the diff recomputed from the two trees: that is what is approved.
fn outcome(
    results: &[FileResult],
    objects: &Objects,
    tree: &CommitSha,
) -> Result<Outcome, GitError> {
    let refuse = |code: &str, message: String| {
        Ok(Err(Refusal {
            code: code.to_owned(),
            file: None,
            line: None,
            message,
        }))
    };
    let after = objects.write_changes(tree, results)?;
    let difference = objects.difference(tree, &after)?;
    if difference != results {
        return refuse(
            "tree_mismatch",
            "the resulting tree differs in other files than the diff names".to_owned(),
        );
    }
    match unidiff::canonical(&difference) {
        Ok(patch) => Ok(Ok((after, patch))),
        Err(not_text) => refuse("not_text", not_text.to_string()),
    }
}

/// What a canonical diff makes of a tree; none when it does not fit there exactly.
///
/// # Errors
/// When the tree cannot be read.
pub(super) fn apply_canonical(
    patch: &str,
    objects: &Objects,
    tree: &CommitSha,
) -> Result<Option<Vec<FileResult>>, GitError> {
    let base = objects.base(tree)?;
    let Ok(parsed) = unidiff::parse(patch.as_bytes(), &Limits::UNBOUNDED) else {
        return Ok(None);
    };
    match unidiff::apply(&parsed, &base) {
        Ok(results) => Ok(Some(results)),
        Err(fault) if fault.code == unidiff::Code::Unreadable => {
            Err(GitError::Objects(fault.message))
        }
        Err(_) => Ok(None),
    }
}
