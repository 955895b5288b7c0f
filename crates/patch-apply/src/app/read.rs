//! Reading the target repository.

use types::{
    CommitSha,
    patch::{CheckPatch, GitFile, GitHead, GitTree, PatchReport, PathQuery},
};

use super::{ActionError, App, judge};
use crate::git::{Entry, GitError};

impl App {
    /// The tip of a branch; the target branch when none is named.
    ///
    /// # Errors
    /// When there is no such branch, or the target cannot be reached.
    pub async fn head(&self, branch: Option<&str>) -> Result<GitHead, ActionError> {
        let branch = branch.unwrap_or(&self.target.branch);
        let repository = self.git()?;
        repository.refresh(branch).await?;
        let commit = repository.tip(branch).await?;
        Ok(GitHead {
            branch: branch.to_owned(),
            commit: commit.ok_or_else(|| ActionError::NoBranch(branch.to_owned()))?,
        })
    }

    /// The tip of the target branch.
    pub(super) async fn target_tip(&self) -> Result<CommitSha, ActionError> {
        Ok(self.head(None).await?.commit)
    }

    /// The commit that a full id or the name of a branch stands for.
    async fn resolve(&self, rev: &str) -> Result<CommitSha, ActionError> {
        match rev.parse::<CommitSha>() {
            Ok(commit) => self.known_commit(commit).await,
            Err(_) => match self.head(Some(rev)).await {
                Err(ActionError::NoBranch(rev)) => Err(ActionError::NoCommit(rev)),
                head => Ok(head?.commit),
            },
        }
    }

    /// A commit that is in the mirror, if need be after asking the target.
    pub(super) async fn known_commit(&self, commit: CommitSha) -> Result<CommitSha, ActionError> {
        let repository = self.git()?;
        for is_fresh in [false, true] {
            if is_fresh {
                repository.refresh(&self.target.branch).await?;
            }
            let wanted = commit.clone();
            let tree = repository
                .with_objects(move |objects| objects.tree_of(&wanted))
                .await;
            if tree.map_err(|error: GitError| error)?.is_some() {
                return Ok(commit);
            }
        }
        Err(ActionError::NoCommit(commit.to_string()))
    }

    /// A file at a commit or branch.
    ///
    /// # Errors
    /// When there is no such commit or file.
    pub async fn file(&self, query: PathQuery) -> Result<GitFile, ActionError> {
        let commit = self.resolve(&query.rev).await?;
        let work = move |objects: crate::git::Objects| {
            let tree = objects.tree_of_known(&commit)?;
            let Some(Entry::File { mode, id }) = objects.entry(&tree, &query.path)? else {
                return Err(ActionError::NoPath(query.path));
            };
            if mode == unidiff::Mode::Gitlink {
                return Err(ActionError::NoPath(query.path));
            }
            let bytes = objects.blob(&id)?;
            Ok(GitFile {
                commit,
                path: query.path,
                mode: mode.as_str().to_owned(),
                blob: id,
                size_bytes: bytes.len() as u64,
                text: String::from_utf8(bytes).ok(),
            })
        };
        self.git()?.with_objects(work).await
    }

    /// A folder at a commit or branch.
    ///
    /// # Errors
    /// When there is no such commit or folder.
    pub async fn folder(&self, query: PathQuery) -> Result<GitTree, ActionError> {
        let commit = self.resolve(&query.rev).await?;
        let work = move |objects: crate::git::Objects| {
            let tree = objects.tree_of_known(&commit)?;
            let path = query.path.trim_end_matches('/').to_owned();
            let Some(Entry::Folder(folder)) = objects.entry(&tree, &path)? else {
                return Err(ActionError::NoPath(path));
            };
            let entries = objects.folder(&folder)?;
            Ok(GitTree {
                commit,
                path,
                entries,
            })
        };
        self.git()?.with_objects(work).await
    }

    /// Whether a diff would be accepted; nothing is written.
    ///
    /// # Errors
    /// When there is no such commit.
    pub async fn check(&self, request: CheckPatch) -> Result<PatchReport, ActionError> {
        let commit = self.known_commit(request.base_commit).await?;
        let policy = self.policy.clone();
        let work = move |objects: crate::git::Objects| {
            let objects = objects.in_memory();
            let tree = objects.tree_of_known(&commit)?;
            Ok(judge(&policy, request.patch.as_bytes(), &objects, &tree)?)
        };
        self.git()?.with_objects(work).await
    }
}
