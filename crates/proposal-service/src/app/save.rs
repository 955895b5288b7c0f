//! Writes a change with everything that belongs to it.

use service_kit::db::{DbError, Tx};
use tracing::info;
use types::analysis::Severity;

use super::App;
use crate::{
    domain::{
        case::Case,
        event::Event,
        markdown,
        notice::{self, NewNotice},
    },
    store::{self, record},
};

/// What the journal and the outbox call a proposal.
pub(super) fn subject(case: &Case) -> String {
    format!("proposal/{}", case.proposal.id)
}

impl App {
    /// Writes a changed proposal, its journal entry, its commit and its notice.
    pub(super) async fn save(
        &self,
        tx: &mut Tx,
        before: &Case,
        mut after: Case,
        event: Event,
    ) -> Result<Case, DbError> {
        after.proposal.updated_at = tx.now().max(before.proposal.updated_at);
        store::proposal::update(tx, before, &after).await?;
        let (old, new) = (&before.proposal, &after.proposal);
        tx.journal(event.action(), &subject(&after), Some(old), Some(new))
            .await?;
        if let Some(message) = commit_message(before, &after) {
            self.record(tx, &after, message).await?;
        }
        if let Some(notice) = notice::of_event(event, Some(before.standing()), &after) {
            self.announce(tx, notice).await?;
        }
        if old.status != new.status {
            let (from, to) = (old.status.name(), new.status.name());
            info!(proposal.id = %new.id, from, to, "proposal {} went from {from} to {to}", new.id);
        }
        Ok(after)
    }

    /// Has the proposal's file committed as it is now.
    pub(super) async fn record(
        &self,
        tx: &mut Tx,
        case: &Case,
        message: String,
    ) -> Result<(), DbError> {
        let text = markdown::proposal(case);
        let path = &case.proposal.markdown_path;
        record::enqueue(tx, case.proposal.id, path, text, message).await
    }

    /// Tells people, as soon as its severity asks for it.
    pub(super) async fn announce(&self, tx: &mut Tx, notice: NewNotice) -> Result<(), DbError> {
        let due = notice::due_at(notice.severity, tx.now(), self.settings.digest_hour);
        let id = self.clock.ordered_id().to_string();
        if notice.severity == Severity::Critical {
            tracing::warn!("{}", notice.text);
        }
        store::notice::insert(tx, id, &notice, due).await
    }
}

/// Each transition is a commit, and so is each decision; progress in between is in the log of the
/// next one.
fn commit_message(before: &Case, after: &Case) -> Option<String> {
    let (old, new) = (&before.proposal, &after.proposal);
    let short = after.short_id();
    if old.status != new.status {
        let (from, to) = (old.status.name(), new.status.name());
        return Some(format!("proposal {short}: {from} -> {to}"));
    }
    let decision = new.decisions.get(old.decisions.len()..)?.last()?;
    Some(format!(
        "proposal {short}: {} by {}",
        decision.kind.name(),
        decision.person
    ))
}
