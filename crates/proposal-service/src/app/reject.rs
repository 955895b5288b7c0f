//! A person says no.

use service_kit::{
    act::Act,
    db::{DbError, Tx},
};
use tracing::instrument;
use types::{
    ProposalId,
    proposal::{DecisionKind, Proposal, Reason},
};

use super::{App, DecideError, refused};
use crate::{
    domain::{breaker::BreakerName, draft, event::Event},
    store,
};

impl App {
    /// Rejects a proposal; too many rejections in a row pause self-evaluation.
    #[instrument(skip_all, fields(proposal.id = %id, actor = %act.actor))]
    pub(crate) async fn reject(
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
            .after(Event::Rejected)
            .map_err(refused(&before))?;
        let mut after = before.clone();
        after.decide(DecisionKind::Rejected, &act.actor, act.at, Some(reason));
        if let Some(next) = next {
            after.move_to(next, None);
        }
        let after = self.save(&mut tx, &before, after, Event::Rejected).await?;
        self.count_rejection(&mut tx).await?;
        tx.commit_with(200, &after.proposal).await?;
        Ok(after.proposal)
    }

    async fn count_rejection(&self, tx: &mut Tx) -> Result<(), DbError> {
        let in_a_row = store::breaker::lengthen_streak(tx).await?;
        if in_a_row < self.settings.rejections_to_pause {
            return Ok(());
        }
        store::breaker::end_streak(tx).await?;
        let reason = format!("{in_a_row} proposals in a row were rejected");
        self.trip(
            tx,
            BreakerName::SelfEval,
            Some(self.settings.self_eval_pause()),
            &reason,
        )
        .await
    }
}
