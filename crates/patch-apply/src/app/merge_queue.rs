//! The merge queue: whoever is first goes when the slot is free.

use types::proposal::{RunOutcome, Stage};

use super::{
    ActionError, App,
    merge_pull::{Obstacle, queued},
    report, to_proposal_service,
};
use crate::{
    domain::{
        pull::{PullRequest, Waiting},
        run::{Run, State},
    },
    store::{Move, PullChange, StoreError},
};

impl App {
    /// Merges the head of the queue, if nothing stands in the way, in the name of the person who
    /// asked for it. True when something was merged or dropped from the queue.
    ///
    /// # Errors
    /// When the database, the target or the gateway fails; the queue stays as it is.
    pub async fn turn_queue(&self) -> Result<bool, ActionError> {
        let Some((pull, waiting, run)) = self.head_of_queue().await? else {
            return Ok(false);
        };
        if let Some(obstacle) = self.obstacle(Some(pull.number)).await? {
            self.note_obstacle(pull, waiting, &run, obstacle).await?;
            return Ok(false);
        }
        let act = self.act_of(&waiting.requested_by);
        match self
            .begin_merge(&act, &run, &pull, &waiting.requested_by)
            .await
        {
            Ok(run) => {
                self.drive(run.id).await?;
                Ok(true)
            }
            // Somebody else was quicker; there is another turn.
            Err(ActionError::Store(StoreError::SlotTaken | StoreError::Changed)) => Ok(false),
            // The diff was dropped and its proposal told; the next one may go.
            Err(ActionError::StaleBase(_) | ActionError::Refused(_)) => Ok(true),
            Err(error) => Err(error),
        }
    }

    async fn head_of_queue(&self) -> Result<Option<(PullRequest, Waiting, Run)>, ActionError> {
        let Some(pull) = self.store.merge_queue().await?.into_iter().next() else {
            return Ok(None);
        };
        let run = self.store.run(pull.proposal_id).await?;
        let run = run.filter(|run| run.state == State::PrOpen && run.change.commit == pull.head);
        Ok(match (pull.waiting.clone(), run) {
            (Some(waiting), Some(run)) => Some((pull, waiting, run)),
            _ => None,
        })
    }

    /// What the head of the queue waits for may become something else while it waits.
    async fn note_obstacle(
        &self,
        mut pull: PullRequest,
        waiting: Waiting,
        run: &Run,
        obstacle: Obstacle,
    ) -> Result<(), ActionError> {
        let reason = self.clean(&obstacle.reason);
        if (&waiting.reason, waiting.deadline) == (&reason, obstacle.deadline) {
            return Ok(());
        }
        let after = queued(run, &reason, obstacle.deadline);
        let outcome = RunOutcome::Reached(Stage::PrOpen);
        let event = report(&after, outcome, format!("the merge waits: {reason}"));
        pull.waiting = Some(Waiting {
            reason,
            deadline: obstacle.deadline,
            ..waiting
        });
        let step = Move::new("run.queue", Some(run), after)
            .pull(PullChange::Set(Box::new(pull)))
            .tell(to_proposal_service(&event)?);
        match self.store.advance(&self.own_act(), step).await {
            // Whatever changed it will be seen at the next turn.
            Ok(_) | Err(StoreError::Changed) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
