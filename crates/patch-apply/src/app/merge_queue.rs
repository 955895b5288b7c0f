//! The merge queue: whoever is first goes when the slot is free.

use super::{ActionError, App};
use crate::{domain::run::State, store::StoreError};

impl App {
    /// Merges the head of the queue, if nothing stands in the way, in the name of the person who
    /// asked for it. True when something was merged or dropped from the queue.
    ///
    /// # Errors
    /// When the database, the target or the gateway fails; the queue stays as it is.
    pub async fn turn_queue(&self) -> Result<bool, ActionError> {
        let Some(pull) = self.store.merge_queue().await?.into_iter().next() else {
            return Ok(false);
        };
        let Some(waiting) = pull.waiting.clone() else {
            return Ok(false);
        };
        if self.obstacle(Some(pull.number)).await?.is_some() {
            return Ok(false);
        }
        let run = self.store.run(pull.proposal_id).await?;
        let Some(run) =
            run.filter(|run| run.state == State::PrOpen && run.change.commit == pull.head)
        else {
            return Ok(false);
        };
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
}
