//! An approved diff onto a branch of its own.

use service_kit::Act;
use types::{
    CommitSha, Digest, ProposalId,
    patch::{PatchReport, WritePatch, WrittenPatch},
    proposal::{RunOutcome, Stage},
};

use super::{ActionError, App, judge, land::change_plan, report, to_proposal_service};
use crate::{
    domain::{
        message,
        policy::Policy,
        run::{Change, Run},
    },
    git::Objects,
    store::{Move, PullChange, StepNote},
};

impl App {
    /// Puts an approved diff onto the branch of its proposal: recorded first, then written, then
    /// pushed. The same request again answers the same.
    ///
    /// # Errors
    /// When the diff is refused, stale, or not the approved one.
    pub async fn write_patch(
        &self,
        act: &Act,
        request: WritePatch,
    ) -> Result<WrittenPatch, ActionError> {
        self.git()?;
        if !request
            .agents
            .iter()
            .all(|name| self.redactor.is_clean(name))
        {
            return Err(ActionError::SecretName("/agents"));
        }
        let asked = fingerprint(&request);
        let before = self.store.run(request.proposal_id).await?;
        if let Some(run) = &before {
            // The same diff for a run that has ended is a new try, not a repetition: a repeated
            // request is answered from its idempotency key.
            if run.change.request == asked && !run.state.has_ended_without_effect() {
                self.settle_branch(run).await;
                return Ok(written(run));
            }
            if !run.state.is_replaceable() {
                return Err(ActionError::UnderWay(run.stage.name().to_owned()));
            }
        }
        let change = self.prepare(act, request.clone(), asked).await?;
        let branch = self.branch_of(request.proposal_id);
        let mut run = Run::begun(request.proposal_id, branch, change);
        if let Some(before) = &before {
            run.created_at = before.created_at;
        }
        let mut event = report(
            &run,
            RunOutcome::Reached(Stage::Branch),
            format!("the diff is on {}", run.branch),
        );
        event.commit = Some(run.change.commit.clone());
        let note = StepNote::passed(
            "write_patch",
            format!("{} on {}", run.change.commit, run.branch),
        );
        let step = Move::new("run.write_patch", before.as_ref(), run.clone())
            .note(note)
            .pull(if before.is_some() {
                PullChange::Close
            } else {
                PullChange::Keep
            })
            .tell(to_proposal_service(&event)?);
        let reply = written(&run);
        let run = self.store.answer(act, step, 200, &reply).await?;
        self.settle_branch(&run).await;
        Ok(reply)
    }

    /// The branch of a proposal.
    pub(super) fn branch_of(&self, id: ProposalId) -> String {
        format!("{}/proposal-{id}", self.target.branch_prefix)
    }

    /// Writes and pushes what is recorded. When that cannot be done at once, the run is driven on
    /// until it is.
    async fn settle_branch(&self, run: &Run) {
        let done = match self.materialise(run).await {
            Ok(()) => self.drive(run.id).await,
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            tracing::warn!(error = %error, "{} is recorded and not yet pushed: {error}", run.branch);
        }
    }

    async fn prepare(
        &self,
        act: &Act,
        request: WritePatch,
        asked: Digest,
    ) -> Result<Change, ActionError> {
        let tip = self.target_tip().await?;
        let base = match self.known_commit(request.base_commit.clone()).await {
            Err(ActionError::NoCommit(base)) => {
                return Err(ActionError::StaleBase(format!("there is no commit {base}")));
            }
            base => base?,
        };
        let title = request
            .title
            .clone()
            .unwrap_or_else(|| format!("apply proposal {}", request.proposal_id));
        let draft = Draft {
            title: message::one_line(&self.clean(&title)),
            approved_by: request
                .approved_by
                .as_deref()
                .map(|person| self.clean(person)),
            at: act.at,
            asked,
            request,
        };
        let policy = self.policy.clone();
        self.git()?
            .with_objects(move |objects| decide(&objects.in_memory(), &policy, &base, &tip, draft))
            .await
    }
}

struct Draft {
    title: String,
    approved_by: Option<String>,
    at: types::Timestamp,
    asked: Digest,
    request: WritePatch,
}

fn decide(
    objects: &Objects,
    policy: &Policy,
    base: &CommitSha,
    tip: &CommitSha,
    draft: Draft,
) -> Result<Change, ActionError> {
    let request = draft.request;
    let accepted = accepted_on_both(objects, policy, base, tip, request.patch_content.as_bytes())?;
    let (Some(tree), Some(patch), Some(digest)) =
        (&accepted.tree, &accepted.patch, &accepted.digest)
    else {
        return Err(ActionError::Refused(Box::new(accepted)));
    };
    if request
        .digest
        .as_ref()
        .is_some_and(|approved| approved != digest)
    {
        return Err(ActionError::DigestMismatch(digest.clone()));
    }
    let approved_by = draft.approved_by;
    let mut change = Change {
        message: message::of_change(
            request.proposal_id,
            &draft.title,
            digest,
            approved_by.as_deref(),
        ),
        title: draft.title,
        approved_by,
        finding_id: request.finding_id,
        agents: request.agents,
        request: draft.asked,
        patch: patch.clone(),
        digest: digest.clone(),
        paths: accepted.paths.clone(),
        parent: tip.clone(),
        tree: tree.clone(),
        commit: tip.clone(),
        written_at: draft.at,
    };
    change.commit = objects.write_commit(&change_plan(&change))?;
    Ok(change)
}

/// The report on the diff at the tip of the target branch, where it must mean the same as at the
/// base that it was made against.
fn accepted_on_both(
    objects: &Objects,
    policy: &Policy,
    base: &CommitSha,
    tip: &CommitSha,
    patch: &[u8],
) -> Result<PatchReport, ActionError> {
    let at_base = judge(policy, patch, objects, &objects.tree_of_known(base)?)?;
    if base == tip || !at_base.accepted {
        return Ok(at_base);
    }
    let at_tip = judge(policy, patch, objects, &objects.tree_of_known(tip)?)?;
    if at_tip.digest == at_base.digest {
        return Ok(at_tip);
    }
    let why = at_tip.refusals.first().map_or_else(
        || "files that it touches have changed since its base commit".to_owned(),
        |refusal| refusal.message.clone(),
    );
    Err(ActionError::StaleBase(why))
}

fn fingerprint(request: &WritePatch) -> Digest {
    Digest::of(serde_json::to_vec(request).unwrap_or_default())
}

fn written(run: &Run) -> WrittenPatch {
    WrittenPatch {
        branch: run.branch.clone(),
        commit_sha: run.change.commit.clone(),
        tree: run.change.tree.clone(),
        digest: run.change.digest.clone(),
        run_id: run.id,
    }
}
