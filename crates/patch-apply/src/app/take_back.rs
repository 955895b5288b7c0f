//! A person takes a merged change back.

use service_kit::Act;
use types::patch::{RevertChange, Run as WireRun};

use super::{ActionError, App};
use crate::{
    domain::run::{Retreat, Run},
    store::Move,
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
        let retreat = Retreat {
            reason: self.clean(&request.reason),
            by: request
                .person
                .as_deref()
                .map_or_else(|| act.actor.clone(), |person| self.clean(person)),
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
        let step = Move::new("run.revert", Some(&run), after);
        self.store.answer(act, step, 202, &reply).await?;
        Ok(reply)
    }
}
