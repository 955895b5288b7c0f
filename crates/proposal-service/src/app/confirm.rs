//! A person keeps a change that nothing was proven about.

use service_kit::act::Act;
use tracing::instrument;
use types::{
    ProposalId,
    proposal::{Confirm, DecisionKind, Proposal},
};

use super::{App, DecideError, refused};
use crate::domain::{draft, event::Event};

impl App {
    /// Answers the open question of a window with yes.
    #[instrument(skip_all, fields(proposal.id = %id, actor = %act.actor))]
    pub(crate) async fn confirm(
        &self,
        act: &Act,
        id: ProposalId,
        body: Confirm,
    ) -> Result<Proposal, DecideError> {
        let notes = draft::notes(body.notes.as_deref(), &self.redactor)?;
        let mut tx = self.db.begin(act).await?;
        let before = self.locked(&mut tx, id).await?;
        let next = before
            .standing()
            .after(Event::Confirmed)
            .map_err(refused(&before))?;
        let mut after = before.clone();
        after.decide(DecisionKind::Confirmed, &act.actor, act.at, notes);
        if let Some(next) = next {
            after.move_to(next, None);
            after.note(act.at, &format!("kept by {}", act.actor));
        }
        let after = self.save(&mut tx, &before, after, Event::Confirmed).await?;
        tx.commit_with(200, &after.proposal).await?;
        Ok(after.proposal)
    }
}
