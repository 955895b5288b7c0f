//! Whole files onto the proposals branch or the journal branch.

use std::collections::BTreeMap;

use service_kit::Act;
use types::{
    CommitSha, Timestamp,
    patch::{CommitFiles, Committed},
};
use unidiff::Mode;

use super::{ActionError, App};
use crate::{
    domain::record::committable,
    git::{CommitPlan, Objects, Published},
};

/// What came of looking at the branch.
enum Outcome {
    /// The branch has these files already.
    Same(CommitSha),
    /// This commit brings them.
    New(CommitSha),
}

impl App {
    /// Commits whole files onto a branch that is open to it, and pushes.
    ///
    /// A request that is repeated after it took effect finds its own commit and answers the same.
    ///
    /// # Errors
    /// When the branch is not open to this, or has moved.
    pub async fn commit_files(
        &self,
        act: &Act,
        request: CommitFiles,
    ) -> Result<Committed, ActionError> {
        let journal = format!("{}/journal", self.target.branch_prefix);
        let open = [&self.target.proposals_branch, &journal];
        if !open.contains(&&request.branch) {
            let open = format!("{} and {journal}", self.target.proposals_branch);
            return Err(ActionError::BranchNotOpen(request.branch, open));
        }
        check_paths(&request.files)?;
        if !request
            .files
            .keys()
            .all(|path| self.redactor.is_clean(path))
        {
            return Err(ActionError::SecretName("/files"));
        }
        let files = request.files.into_iter().map(|(path, text)| {
            let text = text.map(|text| committable(&text, &self.redactor));
            (path, text)
        });
        let request = CommitFiles {
            files: files.collect(),
            message: self.clean(&request.message),
            author: self.clean(&request.author),
            ..request
        };
        let repository = self.git()?;
        repository.refresh(&request.branch).await?;
        let head = repository.tip(&request.branch).await?;
        let (at, wanted, now) = (act.at, request.clone(), head.clone());
        let outcome = repository
            .with_objects(move |objects| prepare(&objects, &wanted, now, at))
            .await?;
        let commit = match outcome {
            Outcome::Same(commit) => commit,
            Outcome::New(commit) => {
                match repository
                    .publish(&request.branch, head.as_ref(), &commit)
                    .await?
                {
                    Published::Done => commit,
                    Published::Moved(now) => return Err(ActionError::HeadMoved(now)),
                }
            }
        };
        let reply = Committed {
            branch: request.branch,
            commit,
        };
        self.store.record_commit(act, &reply.branch, &reply).await?;
        Ok(reply)
    }
}

/// Names that may be in a repository, none of which is a folder of another.
fn check_paths(files: &BTreeMap<String, Option<String>>) -> Result<(), ActionError> {
    let refuse = |path: &str, why: &str| Err(ActionError::BadPath(path.to_owned(), why.to_owned()));
    for path in files.keys() {
        if let Some(danger) = unidiff::name_danger(path) {
            return refuse(path, danger.explain());
        }
        let mut folders = path
            .match_indices('/')
            .filter_map(|(end, _)| path.get(..end));
        if folders.any(|folder| matches!(files.get(folder), Some(Some(_)))) {
            return refuse(
                path,
                "a file of the same request stands where a folder is needed",
            );
        }
    }
    Ok(())
}

fn prepare(
    objects: &Objects,
    request: &CommitFiles,
    head: Option<CommitSha>,
    at: Timestamp,
) -> Result<Outcome, ActionError> {
    if head != request.expected_head {
        return match &head {
            Some(head) if is_ours(objects, request, head)? => Ok(Outcome::Same(head.clone())),
            _ => Err(ActionError::HeadMoved(head)),
        };
    }
    let before = match &head {
        Some(head) => objects.tree_of_known(head)?,
        None => objects.empty_tree()?,
    };
    let tree = write_files(objects, &before, &request.files)?;
    if let Some(head) = head.as_ref().filter(|_| tree == before) {
        return Ok(Outcome::Same(head.clone()));
    }
    let plan = CommitPlan {
        tree,
        parents: head.into_iter().collect(),
        author: request.author.clone(),
        message: request.message.clone(),
        at,
    };
    Ok(Outcome::New(objects.write_commit(&plan)?))
}

/// Whether the head is the commit that this very request made before.
fn is_ours(
    objects: &Objects,
    request: &CommitFiles,
    head: &CommitSha,
) -> Result<bool, ActionError> {
    let parents = objects.parents(head)?;
    let expected: Vec<CommitSha> = request.expected_head.iter().cloned().collect();
    if parents != expected || objects.message(head)? != request.message {
        return Ok(false);
    }
    let before = match &request.expected_head {
        Some(parent) => objects.tree_of_known(parent)?,
        None => objects.empty_tree()?,
    };
    Ok(write_files(objects, &before, &request.files)? == objects.tree_of_known(head)?)
}

fn write_files(
    objects: &Objects,
    before: &CommitSha,
    files: &BTreeMap<String, Option<String>>,
) -> Result<CommitSha, ActionError> {
    let changes: Vec<unidiff::FileResult> = files
        .iter()
        .map(|(path, text)| unidiff::FileResult {
            path: path.clone(),
            old: None,
            new: text.as_ref().map(|text| unidiff::BaseFile {
                mode: Mode::Regular,
                bytes: text.clone().into_bytes(),
            }),
        })
        .collect();
    Ok(objects.write_changes(before, &changes)?)
}
