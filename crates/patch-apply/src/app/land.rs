//! The commits of a run: made from what is stored, so that the same row is the same commit.

use service_kit::Act;
use types::{CommitSha, Digest, Timestamp};

use super::{ActionError, App, judge, judge::apply_canonical, judge_alone};
use crate::{
    domain::{
        message,
        policy::Policy,
        run::{Change, Landing, Run},
    },
    git::{CommitPlan, GitError, Objects, Published},
};

/// How far back a commit of ours is looked for on the target branch.
const HISTORY: usize = 10_000;

/// The commit with the diff.
pub(super) fn change_plan(change: &Change) -> CommitPlan {
    CommitPlan {
        tree: change.tree.clone(),
        parents: vec![change.parent.clone()],
        author: change
            .approved_by
            .clone()
            .unwrap_or_else(|| "Attune".to_owned()),
        message: change.message.clone(),
        at: change.written_at,
    }
}

/// Writes the objects of the commit with the diff, unless they are there.
pub(super) fn write_change(objects: &Objects, change: &Change) -> Result<(), GitError> {
    if objects.tree_of(&change.commit)?.is_some() {
        return Ok(());
    }
    let before = objects.tree_of_known(&change.parent)?;
    let results = apply_canonical(&change.patch, objects, &before)?
        .ok_or_else(|| GitError::Objects("the stored diff does not fit its own base".to_owned()))?;
    let tree = objects.write_changes(&before, &results)?;
    check_same(&change.tree, &tree)?;
    check_same(&change.commit, &objects.write_commit(&change_plan(change))?)
}

/// What was computed again must be what was decided.
fn check_same(decided: &CommitSha, computed: &CommitSha) -> Result<(), GitError> {
    if decided == computed {
        return Ok(());
    }
    Err(GitError::Objects(format!(
        "{computed} was computed where {decided} was decided"
    )))
}

/// Decides the merge commit: both parents, and exactly the approved diff between tip and result.
pub(super) fn plan_merge(
    objects: &Objects,
    policy: &Policy,
    run: &Run,
    tip: &CommitSha,
    by: &str,
    at: Timestamp,
) -> Result<Landing, ActionError> {
    write_change(objects, &run.change)?;
    let before = objects.tree_of_known(tip)?;
    let patch = run.change.patch.as_bytes();
    let alone = judge_alone(patch, objects, &before)?;
    if alone.digest.as_ref() != Some(&run.change.digest) {
        let why = alone.refusals.first().map_or_else(
            || "files that it touches have changed".to_owned(),
            |refusal| refusal.message.clone(),
        );
        return Err(ActionError::StaleBase(why));
    }
    let report = judge(policy, patch, objects, &before)?;
    let Some(tree) = report.tree.clone() else {
        return Err(ActionError::Refused(Box::new(report)));
    };
    let mut landing = Landing {
        onto: tip.clone(),
        tree,
        commit: tip.clone(),
        by: by.to_owned(),
        at,
    };
    landing.commit = objects.write_commit(&merge_plan(run, &landing))?;
    Ok(landing)
}

fn merge_plan(run: &Run, landing: &Landing) -> CommitPlan {
    let change = &run.change;
    CommitPlan {
        tree: landing.tree.clone(),
        parents: vec![landing.onto.clone(), change.commit.clone()],
        author: landing.by.clone(),
        message: message::of_merge(
            run.id,
            &run.branch,
            &change.title,
            &change.digest,
            &landing.by,
        ),
        at: landing.at,
    }
}

/// Writes the objects of the merge commit, unless they are there. The difference between the tip
/// and the result is computed once more and must be the approved one.
pub(super) fn write_merge(objects: &Objects, run: &Run, landing: &Landing) -> Result<(), GitError> {
    write_change(objects, &run.change)?;
    let before = objects.tree_of_known(&landing.onto)?;
    let results = apply_canonical(&run.change.patch, objects, &before)?.ok_or_else(|| {
        GitError::Objects("the approved diff does not fit the decided tip".to_owned())
    })?;
    let tree = objects.write_changes(&before, &results)?;
    check_same(&landing.tree, &tree)?;
    let delta = unidiff::canonical(&objects.difference(&before, &tree)?)
        .map_err(|error| GitError::Objects(error.to_string()))?;
    if Digest::of(delta) != run.change.digest {
        return Err(GitError::Objects(
            "the merged files are not those of the approved diff".to_owned(),
        ));
    }
    check_same(
        &landing.commit,
        &objects.write_commit(&merge_plan(run, landing))?,
    )
}

/// What came of bringing a decided commit to the target branch.
pub(super) enum Landed {
    /// It is there.
    Done,
    /// The branch has moved.
    Moved,
}

impl App {
    /// Brings a decided commit to the target branch. One that is there already, because an
    /// earlier push was cut off after it took effect, is found.
    pub(super) async fn land(&self, landing: &Landing) -> Result<Landed, ActionError> {
        if landing.commit == landing.onto {
            return Ok(Landed::Done);
        }
        let (repository, branch) = (self.git()?, &self.target.branch);
        let now = match repository
            .publish(branch, Some(&landing.onto), &landing.commit)
            .await?
        {
            Published::Done => return Ok(Landed::Done),
            Published::Moved(now) => now.ok_or_else(|| ActionError::NoBranch(branch.clone()))?,
        };
        let (wanted, tip) = (landing.commit.clone(), now.clone());
        let is_there = repository
            .with_objects(move |objects| objects.leads_to(&wanted, &tip, HISTORY))
            .await
            .map_err(|error: GitError| error)?;
        Ok(if is_there {
            Landed::Done
        } else {
            Landed::Moved
        })
    }

    /// Decides the merge commit of a run on the tip that the target has now.
    pub(super) async fn decide_merge(
        &self,
        run: &Run,
        by: &str,
        act: &Act,
    ) -> Result<Landing, ActionError> {
        let tip = self.target_tip().await?;
        let (policy, run, by, at) = (self.policy.clone(), run.clone(), by.to_owned(), act.at);
        self.git()?
            .with_objects(move |objects| {
                plan_merge(&objects.in_memory(), &policy, &run, &tip, &by, at)
            })
            .await
    }

    /// Makes sure that the objects of a run's branch are in the mirror.
    pub(super) async fn materialise(&self, run: &Run) -> Result<(), ActionError> {
        let change = run.change.clone();
        self.known_commit(change.parent.clone()).await?;
        let work = move |objects: Objects| write_change(&objects, &change);
        Ok(self.git()?.with_objects(work).await?)
    }
}
