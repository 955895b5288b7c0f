//! Judging a diff against a repository on disk, without a service: `attune patch check`.

use std::path::Path;

use types::patch::PatchReport;

use crate::{
    app::{judge, judge_alone},
    domain::policy::Policy,
    git::{GitError, Objects},
};

/// What a policy, or the strict applier alone, says of a diff against a revision of a repository.
/// The repository is only read.
///
/// # Errors
/// When there is no such repository or revision, or it cannot be read.
pub fn check_patch(
    repository: &Path,
    base: &str,
    policy: Option<&Policy>,
    patch: &[u8],
) -> Result<PatchReport, GitError> {
    let objects = Objects::at(repository)?.in_memory();
    let tree = objects.tree_of_known(&objects.resolve(base)?)?;
    match policy {
        Some(policy) => judge(policy, patch, &objects, &tree),
        None => judge_alone(patch, &objects, &tree),
    }
}
