//! Drives a run from its stored state to where it has to wait.

use std::time::Duration;

use types::{
    CommitSha, ProposalId,
    patch::PullState,
    proposal::{RunOutcome, Stage},
};

use super::{
    ActionError, App,
    land::{Landed, write_merge},
    report, to_proposal_service,
};
use crate::{
    domain::run::{Run, State},
    git::{Objects, Published},
    store::{Move, PullChange, StepNote, StoreError},
};

/// Whether a run has another step to make by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It has.
    More,
    /// It waits for somebody else, or has ended.
    Waits,
}

/// How long a run belongs to whoever drives it, in real time.
pub(super) const LEASE: Duration = Duration::from_secs(150);
/// How long a run is left alone after a step that could not be made, in real time.
const PAUSE: Duration = Duration::from_secs(2);
/// More steps than any run has between two waits; a safeguard against going in circles.
const MOST_STEPS: usize = 100;

impl App {
    /// A span of real time, as it is on the service's clock.
    pub(super) fn on_the_clock(&self, span: Duration) -> Duration {
        span.mul_f64(self.clock.scale())
    }

    /// Drives every run that can be driven; the first error after all were tried.
    ///
    /// # Errors
    /// What stopped one of the runs; it is tried again later.
    pub async fn drive_all(&self) -> Result<(), ActionError> {
        let mut outcome = Ok(());
        for id in self.store.drivable(self.clock.now()).await? {
            outcome = outcome.and(self.drive(id).await);
        }
        while self.turn_queue().await? {}
        outcome
    }

    /// Drives one run, unless somebody else does.
    ///
    /// # Errors
    /// What stopped it; it is tried again later.
    pub async fn drive(&self, id: ProposalId) -> Result<(), ActionError> {
        let act = self.own_act();
        let until = act.at.plus(self.on_the_clock(LEASE));
        if !self.store.lease(&act, id, until).await? {
            return Ok(());
        }
        let result = self.take_steps(id).await;
        let again = result
            .is_err()
            .then(|| self.clock.now().plus(self.on_the_clock(PAUSE)));
        self.store.release(&act, id, again).await?;
        result
    }

    async fn take_steps(&self, id: ProposalId) -> Result<(), ActionError> {
        for _ in 0..MOST_STEPS {
            let Some(run) = self.store.run(id).await? else {
                return Ok(());
            };
            match Box::pin(self.take_step(run)).await {
                Ok(Progress::More) => {}
                Ok(Progress::Waits) => return Ok(()),
                // Something else changed the run: go on from what it is now.
                Err(ActionError::Store(StoreError::Changed)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn take_step(&self, run: Run) -> Result<Progress, ActionError> {
        match run.state {
            State::Branch | State::Validated | State::PrOpen if !run.is_pushed => {
                self.push_branch(run).await
            }
            State::Merging => self.push_merge(run).await,
            State::Deploying => self.deploy(run).await,
            State::AwaitingSlot => self.await_slot(run).await,
            State::Reverting => self.push_revert(run).await,
            State::Redeploying => self.redeploy(run).await,
            State::Branch
            | State::Validated
            | State::PrOpen
            | State::OpeningWindow
            | State::Monitoring
            | State::Confirming
            | State::Done
            | State::Reverted
            | State::RevertFailed
            | State::Failed
            | State::Stale => Ok(Progress::Waits),
        }
    }

    /// The names of proposal branches are ours: what is there under one is replaced.
    async fn push_branch(&self, run: Run) -> Result<Progress, ActionError> {
        self.materialise(&run).await?;
        let repository = self.git()?;
        let mut old = repository.tip(&run.branch).await?;
        while let Published::Moved(now) = repository
            .publish(&run.branch, old.as_ref(), &run.change.commit)
            .await?
        {
            old = now;
        }
        self.store.mark_pushed(&self.own_act(), &run).await?;
        Ok(Progress::Waits)
    }

    async fn push_merge(&self, run: Run) -> Result<Progress, ActionError> {
        let Some(landing) = run.merge.clone() else {
            return Ok(Progress::Waits);
        };
        let (subject, plan) = (run.clone(), landing.clone());
        self.known_commit(landing.onto.clone()).await?;
        self.known_commit(run.change.parent.clone()).await?;
        let work = move |objects: Objects| write_merge(&objects, &subject, &plan);
        self.git()?.with_objects(work).await?;
        match self.land(&landing).await? {
            Landed::Done => self.note_merge(&run, &landing.commit).await?,
            Landed::Moved => self.decide_merge_again(&run, &landing.by).await?,
        }
        Ok(Progress::More)
    }

    async fn note_merge(&self, run: &Run, commit: &CommitSha) -> Result<(), ActionError> {
        let Some(landing) = &run.merge else {
            return Ok(());
        };
        let act = self.act_of(&landing.by);
        let waiting_for = format!("the deploy steps of {commit}");
        let after = Run {
            landed_at: Some(act.at),
            ..run.to(State::Deploying, Some(waiting_for))
        };
        let pull = self
            .store
            .pull_of(run.id)
            .await?
            .filter(|pull| pull.head == run.change.commit);
        let change = match pull {
            Some(mut pull) => {
                pull.state = PullState::Closed;
                pull.merged_at = Some(act.at);
                pull.merged_by = Some(landing.by.clone());
                pull.merge_commit = Some(commit.clone());
                pull.waiting = None;
                PullChange::Set(Box::new(pull))
            }
            None => PullChange::Keep,
        };
        let mut event = report(
            &after,
            RunOutcome::Reached(Stage::Merged),
            format!("merged by {}", landing.by),
        );
        event.commit = Some(commit.clone());
        let step = Move::new("run.merged", Some(run), after)
            .note(StepNote::passed(
                "merge",
                format!("{commit} by {}", landing.by),
            ))
            .pull(change)
            .tell(to_proposal_service(&event)?);
        self.store.advance(&act, step).await?;
        tracing::info!(run.id = %run.id, "merged {commit}");
        Ok(())
    }

    /// The target branch moved between the decision and the push: decide on the new tip.
    async fn decide_merge_again(&self, run: &Run, by: &str) -> Result<(), ActionError> {
        let act = self.act_of(by);
        let landing = match self.decide_merge(run, by, &act).await {
            Ok(landing) => landing,
            Err(error @ (ActionError::StaleBase(_) | ActionError::Refused(_))) => {
                return self.give_up_merge(&act, run, &error).await;
            }
            Err(error) => return Err(error),
        };
        let after = Run {
            merge: Some(landing),
            ..run.clone()
        };
        self.store
            .advance(&act, Move::new("run.merge", Some(run), after))
            .await?;
        Ok(())
    }
}
