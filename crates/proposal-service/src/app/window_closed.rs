//! tune-gateway tells that a window closed.

use service_kit::{
    act::Act,
    db::{DbError, Tx},
};
use tracing::instrument;
use types::{proposal::ProposalSummary, window::WindowClosed};

use super::{App, ReportError};
use crate::{
    domain::{
        breaker::BreakerName,
        case::{Case, one_line},
        event::{Event, WindowEnd},
        window,
    },
    store,
};

impl App {
    /// Keeps the change, has it taken back or asks a person; a regression halts everything.
    #[instrument(skip_all, fields(window.id = %closed.window_id))]
    pub(crate) async fn window_closed(
        &self,
        act: &Act,
        closed: WindowClosed,
    ) -> Result<Option<ProposalSummary>, ReportError> {
        let mut tx = self.db.begin(act).await?;
        let Some(id) = closed.proposal_id else {
            if self.halt_if_regressed(&mut tx, &closed, None).await? {
                tx.commit_with(200, &None::<ProposalSummary>).await?;
            }
            return Ok(None);
        };
        let before = store::proposal::lock(&mut tx, id)
            .await?
            .ok_or(ReportError::NotFound)?;
        let mut after = before.clone();
        if !after.learn_verdict(&closed) {
            return Ok(Some(before.summary()));
        }
        let event = Event::WindowEnded(window::end(closed.status, closed.verdict));
        let why = one_line(&self.redactor.redact(&closed.why));
        // What machines report is never refused.
        if let Some(next) = before.standing().after(event).unwrap_or(None) {
            after.move_to(next, reason(event, &closed, &why));
        }
        after.note(tx.now(), &window::log_text(&closed, &why));
        let after = self.save(&mut tx, &before, after, event).await?;
        self.halt_if_regressed(&mut tx, &closed, Some(&after))
            .await?;
        let summary = Some(after.summary());
        tx.commit_with(200, &summary).await?;
        Ok(summary)
    }

    async fn halt_if_regressed(
        &self,
        tx: &mut Tx,
        closed: &WindowClosed,
        case: Option<&Case>,
    ) -> Result<bool, DbError> {
        if !window::halts_everything(closed.status, closed.verdict) {
            return Ok(false);
        }
        let what = case.map_or_else(
            || "a change".to_owned(),
            |case| format!("proposal {}", case.short_id()),
        );
        let verdict = closed.verdict.name();
        let reason = format!(
            "{what} was rolled back: window {} {verdict}",
            closed.window_id
        );
        self.trip(tx, BreakerName::All, None, &reason).await?;
        Ok(true)
    }
}

fn reason(event: Event, closed: &WindowClosed, why: &str) -> Option<String> {
    match event {
        Event::WindowEnded(WindowEnd::Goes) => Some(format!("being taken back: {why}")),
        Event::WindowEnded(WindowEnd::Open) => {
            let question = window::open_question(closed.verdict);
            Some(format!(
                "waits for a person to confirm or revert it: {question}. {why}"
            ))
        }
        _ => None,
    }
}
