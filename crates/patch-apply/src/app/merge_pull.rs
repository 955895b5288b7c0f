//! A person's merge: at once when nothing else is under way, in order otherwise.

use service_kit::{Act, steps::Message};
use types::{
    CommitSha, Service, Timestamp,
    patch::{MergeOutcome, PullState},
    proposal::{RunOutcome, Stage},
    window::JoinQueue,
};

use super::{ActionError, App, leave_queue, report, to_proposal_service};
use crate::{
    domain::{
        pull::{PullRequest, Waiting},
        run::{Landing, Run, State},
    },
    store::{Move, PullChange, StepNote, StoreError},
};

/// What came of asking for a merge.
#[derive(Clone, Debug)]
pub enum Merging {
    /// It is on the target branch.
    Done(MergeOutcome),
    /// It is in the queue, or decided and on its way.
    Waits(MergeOutcome),
}

/// What another merge is in the way of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Obstacle {
    pub(super) reason: String,
    pub(super) deadline: Option<Timestamp>,
}

impl App {
    /// Merges a pull request in the name of a person, or puts it into the merge queue.
    ///
    /// # Errors
    /// When the head is another one, the pull request is closed, or its diff is stale or refused.
    pub async fn merge_pull(
        &self,
        act: &Act,
        number: u64,
        expected_head: &CommitSha,
    ) -> Result<Merging, ActionError> {
        let pull = self
            .store
            .pull(number)
            .await?
            .ok_or(ActionError::NoPull(number))?;
        let run = self
            .store
            .run(pull.proposal_id)
            .await?
            .ok_or(ActionError::NoRun(pull.proposal_id))?;
        if pull.head != *expected_head {
            return Err(ActionError::HeadMoved(Some(pull.head)));
        }
        let is_current = run.change.commit == pull.head;
        if is_current && run.is_landed() {
            return Ok(Merging::Done(done(&run)));
        }
        if is_current && run.state == State::Merging {
            return self.carry_out(act, &run).await;
        }
        if pull.state == PullState::Closed || !is_current || run.state != State::PrOpen {
            return Err(ActionError::PullClosed(number));
        }
        if pull.waiting.is_some() {
            return Ok(Merging::Waits(waits(&pull)));
        }
        if let Some(obstacle) = self.obstacle(None).await? {
            return self.join_queue(act, &run, pull, obstacle).await;
        }
        match self.begin_merge(act, &run, &pull, &act.actor).await {
            Ok(run) => self.carry_out(act, &run).await,
            Err(ActionError::Store(StoreError::SlotTaken)) => {
                let obstacle = self.obstacle(None).await?.unwrap_or_else(another_change);
                self.join_queue(act, &run, pull, obstacle).await
            }
            Err(error) => Err(error),
        }
    }

    /// What stands in the way of a merge; `own` is the pull request that heads the queue itself.
    pub(super) async fn obstacle(&self, own: Option<u64>) -> Result<Option<Obstacle>, ActionError> {
        if let Some(holder) = self.store.slot_holder().await? {
            return Ok(Some(Obstacle {
                reason: format!(
                    "proposal {} is merged and not yet kept or reverted",
                    holder.id
                ),
                deadline: holder.deadline,
            }));
        }
        let queue = self.store.merge_queue().await?;
        if let Some(first) = queue.first().filter(|first| Some(first.number) != own) {
            return Ok(Some(Obstacle {
                reason: format!("pull request {} is ahead in the merge queue", first.number),
                deadline: None,
            }));
        }
        let windows = self.gateway.active().await.map_err(|error| {
            ActionError::PeerUnavailable(format!(
                "tune-gateway cannot say whether a window is active: {error}"
            ))
        })?;
        Ok(windows.first().map(|window| Obstacle {
            reason: format!("window {} over {} is active", window.id, window.agent_name),
            deadline: Some(window.expires_at),
        }))
    }

    async fn join_queue(
        &self,
        act: &Act,
        run: &Run,
        mut pull: PullRequest,
        obstacle: Obstacle,
    ) -> Result<Merging, ActionError> {
        let reason = self.clean(&obstacle.reason);
        let after = queued(run, &reason, obstacle.deadline);
        pull.waiting = Some(Waiting {
            requested_by: act.actor.clone(),
            since: act.at,
            reason: reason.clone(),
            deadline: obstacle.deadline,
        });
        let mut event = report(
            &after,
            RunOutcome::Reached(Stage::PrOpen),
            format!("{} asked for the merge; it waits: {reason}", act.actor),
        );
        event.pull_number = Some(pull.number);
        let wish = JoinQueue {
            proposal_id: run.id,
            reason,
        };
        let subject = run.id.to_string();
        let join = Message::post(
            "join_queue",
            subject,
            Service::TuneGateway,
            "/api/agent-tune/queue",
            &wish,
        )?;
        let outcome = waits(&pull);
        let step = Move::new("run.queue", Some(run), after)
            .note(StepNote::passed(
                "queue",
                format!("{} asked for the merge", act.actor),
            ))
            .pull(PullChange::Set(Box::new(pull)))
            .tell(to_proposal_service(&event)?)
            .tell(join);
        self.store.answer(act, step, 202, &outcome).await?;
        Ok(Merging::Waits(outcome))
    }

    /// Decides the merge commit and records it; the slot is taken from here on.
    pub(super) async fn begin_merge(
        &self,
        act: &Act,
        run: &Run,
        pull: &PullRequest,
        by: &str,
    ) -> Result<Run, ActionError> {
        let landing = match self.decide_merge(run, by, act).await {
            Ok(landing) => landing,
            Err(error) => {
                self.give_up_merge(act, run, &error).await?;
                return Err(error);
            }
        };
        let note = StepNote::running("merge", format!("{by} merges pull request {}", pull.number));
        let mut pull = pull.clone();
        pull.waiting = None;
        let after = Run {
            merge: Some(landing),
            ..run.to(
                State::Merging,
                Some("the target to take the merge commit".to_owned()),
            )
        };
        let step = Move::new("run.merge", Some(run), after)
            .note(note)
            .pull(PullChange::Set(Box::new(pull)));
        Ok(self.store.advance(act, step).await?)
    }

    /// Records that a diff can no longer be merged; other errors leave the run as it is.
    pub(super) async fn give_up_merge(
        &self,
        act: &Act,
        run: &Run,
        error: &ActionError,
    ) -> Result<(), ActionError> {
        let (state, outcome) = match error {
            ActionError::StaleBase(_) => (State::Stale, RunOutcome::Stale),
            ActionError::Refused(_) => (State::Failed, RunOutcome::Failed(Stage::Merged)),
            _ => return Ok(()),
        };
        let why = self.clean(&error.to_string());
        let after = run.to(state, Some(why.clone()));
        let event = to_proposal_service(&report(&after, outcome, why.clone()))?;
        let step = Move::new("run.merge_refused", Some(run), after)
            .note(StepNote::failed("merge", why))
            .pull(PullChange::Close)
            .tell(event)
            .tell(leave_queue(run)?);
        self.store.advance(act, step).await?;
        Ok(())
    }

    /// Brings the decided merge commit to the target and answers; when the target cannot be
    /// reached, the run is driven on later.
    async fn carry_out(&self, act: &Act, run: &Run) -> Result<Merging, ActionError> {
        if let Err(error) = self.drive(run.id).await {
            tracing::warn!(error = %error, "the merge of {} is decided and not yet pushed: {error}", run.branch);
        }
        let now = self
            .store
            .run(run.id)
            .await?
            .ok_or(ActionError::NoRun(run.id))?;
        if now.is_landed() {
            let outcome = done(&now);
            self.store.remember(act, 200, &outcome).await?;
            return Ok(Merging::Done(outcome));
        }
        match now.state {
            State::Stale => Err(ActionError::StaleBase(now.waiting_for.unwrap_or_default())),
            State::Merging => Ok(Merging::Waits(MergeOutcome {
                merged: false,
                sha: now.merge.map(|landing: Landing| landing.commit),
                queued: true,
                message: "the merge is decided and waits for the target repository".to_owned(),
            })),
            _ => Err(ActionError::Store(StoreError::Changed)),
        }
    }
}

/// The run of a pull request that waits in the merge queue.
pub(super) fn queued(run: &Run, reason: &str, deadline: Option<Timestamp>) -> Run {
    let waiting_for = format!("its turn to be merged: {reason}");
    Run {
        deadline,
        ..run.to(State::PrOpen, Some(waiting_for))
    }
}

fn another_change() -> Obstacle {
    Obstacle {
        reason: "another change is under way".to_owned(),
        deadline: None,
    }
}

fn done(run: &Run) -> MergeOutcome {
    let landing = run.merge.as_ref();
    let by = landing.map_or("somebody", |landing| landing.by.as_str());
    MergeOutcome {
        merged: true,
        sha: landing.map(|landing| landing.commit.clone()),
        queued: false,
        message: format!("merged by {by}"),
    }
}

fn waits(pull: &PullRequest) -> MergeOutcome {
    let reason = pull
        .waiting
        .as_ref()
        .map_or("", |waiting| waiting.reason.as_str());
    MergeOutcome {
        merged: false,
        sha: None,
        queued: true,
        message: format!("it waits in the merge queue: {reason}"),
    }
}
