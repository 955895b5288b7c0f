//! Taking a merged change back: a person's wish, and the steps that follow.

use service_kit::Act;
use types::{
    CommitSha, ProposalId,
    patch::{RevertChange, Run as WireRun},
    proposal::{RunOutcome, Stage},
};

use super::{
    ActionError, App,
    drive::Progress,
    land::Landed,
    report,
    retreat::{Decided, write_revert},
    to_proposal_service, withdraw_window,
};
use crate::{
    domain::run::{Retreat, Run, State},
    git::Objects,
    store::{Move, StepNote},
};

impl App {
    /// Takes a merged change back; one that is on its way back already is the answer.
    ///
    /// # Errors
    /// When the change is not on the target branch.
    pub async fn take_back(
        &self,
        act: &Act,
        request: RevertChange,
    ) -> Result<WireRun, ActionError> {
        self.git()?;
        let run = self.store.run(request.proposal_id).await?;
        let run = run.ok_or(ActionError::NoRun(request.proposal_id))?;
        if run.state.is_going_back() {
            return Ok(self.show_run(run).await?);
        }
        if !run.state.is_revertible() {
            return Err(ActionError::NotMerged);
        }
        let by = request
            .person
            .as_deref()
            .map_or_else(|| act.actor.clone(), |person| self.clean(person));
        let retreat = Retreat {
            reason: self.clean(&request.reason),
            by: by.clone(),
            at: act.at,
            after_failed_deploy: false,
        };
        let after = run.retreating(retreat);
        let reply = self
            .show_run(Run {
                version: run.version + 1,
                ..after.clone()
            })
            .await?;
        let mut step = Move::new("run.revert", Some(&run), after);
        if let Some(window) = run.window_id.filter(|_| run.state == State::Monitoring) {
            let why = format!("taken back by {}: {}", by, request.reason);
            step = step.tell(withdraw_window(&run, window, &self.clean(&why))?);
        }
        self.store.answer(act, step, 202, &reply).await?;
        Ok(reply)
    }

    /// Brings the decided revert commit to the target branch, or decides it first.
    pub(super) async fn push_revert(&self, run: Run) -> Result<Progress, ActionError> {
        let Some(retreat) = run.retreat.clone() else {
            return Ok(Progress::Waits);
        };
        let Some(landing) = run.revert.clone() else {
            return self.decide_revert_of(&run).await;
        };
        let (subject, plan) = (run.clone(), landing.clone());
        self.known_commit(landing.onto.clone()).await?;
        let work = move |objects: Objects| write_revert(&objects, &subject, &retreat, &plan);
        self.git()?.with_objects(work).await?;
        match self.land(&landing).await? {
            Landed::Moved => self.decide_revert_of(&run).await,
            Landed::Done => {
                let after = run.to(
                    State::Redeploying,
                    Some(format!("the deploy steps of {}", landing.commit)),
                );
                let note =
                    StepNote::passed("revert", format!("{} by {}", landing.commit, landing.by));
                let step = Move::new("run.revert_merged", Some(&run), after).note(note);
                self.store.advance(&self.own_act(), step).await?;
                Ok(Progress::More)
            }
        }
    }

    async fn decide_revert_of(&self, run: &Run) -> Result<Progress, ActionError> {
        let Some(retreat) = &run.retreat else {
            return Ok(Progress::Waits);
        };
        let act = self.act_of(&retreat.by);
        match self.decide_revert(run, retreat, &act).await? {
            Decided::Commit(landing) => {
                let after = Run {
                    revert: Some(landing),
                    ..run.clone()
                };
                let step = Move::new("run.revert_decided", Some(run), after)
                    .note(StepNote::running("revert", retreat.reason.clone()));
                self.store.advance(&act, step).await?;
            }
            Decided::Conflict(files) => {
                let why = format!(
                    "these files were changed by others since, so they cannot be put back as they were: {}",
                    files.join(", ")
                );
                self.fail_revert(run.id, &why).await?;
            }
        }
        Ok(Progress::More)
    }

    /// The change cannot be taken back: a person must act.
    pub(super) async fn fail_revert(&self, id: ProposalId, why: &str) -> Result<(), ActionError> {
        let run = self.store.run(id).await?.ok_or(ActionError::NoRun(id))?;
        let why = self.clean(why);
        let after = run.to(State::RevertFailed, Some(format!("a person: {why}")));
        let event = to_proposal_service(&report(&after, RunOutcome::RevertFailed, why.clone()))?;
        let step = Move::new("run.revert_failed", Some(&run), after)
            .note(StepNote::failed("revert", why))
            .tell(event);
        self.store.advance(&self.own_act(), step).await?;
        Ok(())
    }

    /// The change is gone and the old state deployed. After a failed deployment the run has failed.
    pub(super) async fn finish_revert(
        &self,
        run: &Run,
        commit: CommitSha,
    ) -> Result<Progress, ActionError> {
        let Some(retreat) = &run.retreat else {
            return Ok(Progress::Waits);
        };
        let (state, outcome, message) = if retreat.after_failed_deploy {
            let message = format!("{}; the merge was taken back by {commit}", retreat.reason);
            (State::Failed, RunOutcome::Failed(Stage::Deployed), message)
        } else {
            let message = format!("taken back by {}: {}", retreat.by, retreat.reason);
            (State::Reverted, RunOutcome::Reverted, message)
        };
        let after = run.to(state, Some(message.clone()));
        let mut event = report(&after, outcome, message);
        event.commit = Some(commit);
        let step = Move::new("run.reverted", Some(run), after).tell(to_proposal_service(&event)?);
        self.store.advance(&self.own_act(), step).await?;
        Ok(Progress::Waits)
    }
}
