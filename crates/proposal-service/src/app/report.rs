//! Takes over what machines report of a run.

use service_kit::db::{DbError, Tx};
use types::{
    Timestamp,
    analysis::Severity,
    proposal::{DecisionKind, ProposalStatus},
};

use super::App;
use crate::domain::{
    breaker::BreakerName,
    case::{Case, one_line},
    event::Event,
};

/// What is reported.
#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) event: Event,
    pub(super) message: String,
    pub(super) deadline: Option<Timestamp>,
}

impl Report {
    /// A report without a deadline.
    pub(super) fn new(event: Event, message: impl Into<String>) -> Self {
        Self {
            event,
            message: message.into(),
            deadline: None,
        }
    }
}

impl App {
    /// Writes what is new: the facts that `after` has and `before` has not, and where the event
    /// leads. `None` when nothing is new.
    pub(super) async fn take_report(
        &self,
        tx: &mut Tx,
        before: &Case,
        mut after: Case,
        report: Report,
    ) -> Result<Option<Case>, DbError> {
        let message = one_line(&self.redactor.redact(&report.message));
        // What machines report is never refused; an event for people only would be ignored here.
        let next = before.standing().after(report.event).unwrap_or(None);
        if let Some(next) = next {
            after.move_to(next, waiting_reason(report.event, next.status, &message));
            after.proposal.stage_deadline = report.deadline.filter(|_| next.stage.is_some());
            // The reply and the report of one step both tell of it; the log does so once.
            if next != before.standing() {
                after.note(tx.now(), &message);
            }
        }
        if after == *before {
            return Ok(None);
        }
        let after = self.save(tx, before, after, report.event).await?;
        let newly_blocked = before.proposal.status != ProposalStatus::Blocked
            && after.proposal.status == ProposalStatus::Blocked;
        if newly_blocked {
            self.pause_category(tx, &after).await?;
        }
        if taken_back_by_nobody(before, &after) {
            self.halt_all(tx, &after).await?;
        }
        Ok(Some(after))
    }

    /// The news that the window closed may come after the news that the change is gone.
    async fn halt_all(&self, tx: &mut Tx, case: &Case) -> Result<(), DbError> {
        let reason = format!("proposal {} was taken back automatically", case.short_id());
        self.trip(tx, BreakerName::All, None, &reason).await
    }

    async fn pause_category(&self, tx: &mut Tx, case: &Case) -> Result<(), DbError> {
        let reason = format!("the implementation of proposal {} failed", case.short_id());
        let name = BreakerName::Category(case.proposal.category);
        self.trip(tx, name, Some(self.settings.category_pause()), &reason)
            .await
    }
}

/// Whether the change is gone now, and neither a decision nor a window closed by hand says why.
fn taken_back_by_nobody(before: &Case, after: &Case) -> bool {
    let by_a_person = after
        .proposal
        .decisions
        .iter()
        .any(|decision| decision.kind == DecisionKind::Reverted);
    before.proposal.status != ProposalStatus::Reverted
        && after.proposal.status == ProposalStatus::Reverted
        && after.proposal.verdict.is_none()
        && !by_a_person
}

fn waiting_reason(event: Event, status: ProposalStatus, message: &str) -> Option<String> {
    match (event, status) {
        (Event::RevertFailed, _) => Some(format!(
            "taking it back failed, a person must act: {message}"
        )),
        (_, ProposalStatus::Approved | ProposalStatus::Blocked | ProposalStatus::Stale) => {
            Some(message.to_owned()).filter(|message| !message.is_empty())
        }
        _ => None,
    }
}

/// How soon people hear of a breaker that tripped.
pub(super) fn breaker_severity(name: BreakerName) -> Severity {
    match name {
        BreakerName::All => Severity::Critical,
        BreakerName::SelfEval | BreakerName::Category(_) => Severity::High,
    }
}
