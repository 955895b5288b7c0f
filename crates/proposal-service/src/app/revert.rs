//! A person takes a merged change back.

use service_kit::{
    act::Act,
    db::{DbError, Tx},
    steps::Message,
};
use tracing::instrument;
use types::{
    ProposalId, Service,
    patch::RevertChange,
    proposal::{DecisionKind, Proposal, Reason},
};

use super::{App, DecideError, refused, save::subject};
use crate::domain::{case::Case, draft, event::Event};

/// The step that takes a change back.
pub(super) const REVERT: &str = "revert";

/// The longest reason that patch-apply takes.
const REASON_CHARACTERS: usize = 2_000;

impl App {
    /// Asks patch-apply to take the change back; it is reverted when that has happened.
    #[instrument(skip_all, fields(proposal.id = %id, actor = %act.actor))]
    pub(crate) async fn revert(
        &self,
        act: &Act,
        id: ProposalId,
        body: Reason,
    ) -> Result<Proposal, DecideError> {
        let reason = draft::reason(&body.reason, &self.redactor)?;
        let mut tx = self.db.begin(act).await?;
        let before = self.locked(&mut tx, id).await?;
        let next = before
            .standing()
            .after(Event::RevertAsked)
            .map_err(refused(&before))?;
        let mut after = before.clone();
        after.decide(
            DecisionKind::Reverted,
            &act.actor,
            act.at,
            Some(reason.clone()),
        );
        if let Some(next) = next {
            after.move_to(
                next,
                Some(format!("being taken back, as {} asked", act.actor)),
            );
            after.note(act.at, &format!("{} asked to take it back", act.actor));
        }
        let after = self
            .save(&mut tx, &before, after, Event::RevertAsked)
            .await?;
        send_revert(&mut tx, &after, &reason).await?;
        tx.commit_with(200, &after.proposal).await?;
        Ok(after.proposal)
    }
}

async fn send_revert(tx: &mut Tx, case: &Case, reason: &str) -> Result<(), DbError> {
    let body = RevertChange {
        proposal_id: case.proposal.id,
        reason: reason.chars().take(REASON_CHARACTERS).collect(),
        person: Some(tx.act().actor.clone()),
    };
    let path = "/actions/revert";
    tx.send(Message::post(
        REVERT,
        subject(case),
        Service::PatchApply,
        path,
        &body,
    )?)
    .await
}
