//! The revert commit of a run: the files from before, where the target still has ours.

use service_kit::Act;
use types::CommitSha;
use unidiff::Mode;

use super::{ActionError, App};
use crate::{
    domain::{
        message,
        retreat::{Content, Touched, Way, way_back},
        run::{Landing, Retreat, Run},
    },
    git::{CommitPlan, Entry, GitError, Objects},
};

/// What came of deciding a revert commit.
pub(super) enum Decided {
    /// This commit takes the change back; the tip itself when nothing of the change is left.
    Commit(Landing),
    /// These files were changed by others since.
    Conflict(Vec<String>),
}

impl App {
    /// Decides the revert commit of a run on the tip that the target has now.
    pub(super) async fn decide_revert(
        &self,
        run: &Run,
        retreat: &Retreat,
        act: &Act,
    ) -> Result<Decided, ActionError> {
        let tip = self.target_tip().await?;
        let (run, retreat, at) = (run.clone(), retreat.clone(), act.at);
        let work =
            move |objects: Objects| plan_revert(&objects.in_memory(), &run, &retreat, tip, at);
        Ok(self.git()?.with_objects(work).await?)
    }
}

fn plan_revert(
    objects: &Objects,
    run: &Run,
    retreat: &Retreat,
    tip: CommitSha,
    at: types::Timestamp,
) -> Result<Decided, GitError> {
    let tip_tree = objects.tree_of_known(&tip)?;
    let mut landing = Landing {
        onto: tip.clone(),
        tree: tip_tree.clone(),
        commit: tip,
        by: retreat.by.clone(),
        at,
    };
    match way_back(&touched(objects, run, &tip_tree)?) {
        Way::Conflict(files) => return Ok(Decided::Conflict(files)),
        Way::NothingToDo => {}
        Way::Swap(entries) => {
            landing.tree = objects.write_entries(&tip_tree, &entries)?;
            landing.commit = objects.write_commit(&revert_plan(run, retreat, &landing))?;
        }
    }
    Ok(Decided::Commit(landing))
}

/// Writes the objects of a decided revert commit, unless they are there.
pub(super) fn write_revert(
    objects: &Objects,
    run: &Run,
    retreat: &Retreat,
    landing: &Landing,
) -> Result<(), GitError> {
    if landing.commit == landing.onto {
        return Ok(());
    }
    let before = objects.tree_of_known(&landing.onto)?;
    let Way::Swap(entries) = way_back(&touched(objects, run, &before)?) else {
        return Err(GitError::Objects(
            "the decided revert does not fit its own base".to_owned(),
        ));
    };
    let tree = objects.write_entries(&before, &entries)?;
    let commit = objects.write_commit(&revert_plan(run, retreat, landing))?;
    if (&tree, &commit) == (&landing.tree, &landing.commit) {
        return Ok(());
    }
    Err(GitError::Objects(format!(
        "{commit} was computed where {} was decided",
        landing.commit
    )))
}

fn revert_plan(run: &Run, retreat: &Retreat, landing: &Landing) -> CommitPlan {
    let merge = run.merge.as_ref().map_or("", |merge| merge.commit.as_str());
    CommitPlan {
        tree: landing.tree.clone(),
        parents: vec![landing.onto.clone()],
        author: landing.by.clone(),
        message: message::of_revert(
            run.id,
            &run.change.title,
            merge,
            &retreat.reason,
            &retreat.by,
        ),
        at: landing.at,
    }
}

/// Every file that the merge changed: before it, after it, and at the tip.
fn touched(objects: &Objects, run: &Run, tip_tree: &CommitSha) -> Result<Vec<Touched>, GitError> {
    let merge = run.merge.as_ref().ok_or_else(|| {
        GitError::Objects("a run without a merge cannot be taken back".to_owned())
    })?;
    let before = objects.tree_of_known(&merge.onto)?;
    let changes = objects.difference(&before, &merge.tree)?;
    let look = |path: String| {
        Ok(Touched {
            before: content(objects, &before, &path)?,
            after: content(objects, &merge.tree, &path)?,
            now: content(objects, tip_tree, &path)?,
            path,
        })
    };
    changes
        .into_iter()
        .map(|change| look(change.path))
        .collect()
}

fn content(objects: &Objects, tree: &CommitSha, path: &str) -> Result<Content, GitError> {
    Ok(match objects.entry(tree, path)? {
        Some(Entry::File { mode, id }) => Some((mode, id)),
        // A folder where a file was is as foreign as a submodule would be.
        Some(Entry::Folder(id)) => Some((Mode::Gitlink, id)),
        None => None,
    })
}
