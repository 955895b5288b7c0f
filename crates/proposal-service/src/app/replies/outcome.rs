//! What a reply does to the proposal: it goes on, or it stops.

use service_kit::{
    caller::Reply,
    db::{DbError, Tx},
    steps::Settlement,
};
use types::proposal::Stage;

use super::super::{App, report::Report};
use crate::domain::{case::Case, event::Event};

/// The code with which patch-apply says that the base has moved.
const STALE_BASE: &str = "STALE_BASE";

impl App {
    /// Goes on to a stage, unless a report of patch-apply was faster.
    pub(super) async fn advance(
        &self,
        tx: &mut Tx,
        before: Case,
        after: Case,
        stage: Stage,
        message: String,
    ) -> Result<Case, DbError> {
        let event = Event::Reached(stage);
        if before.standing().has_reached(stage) {
            if after == before {
                return Ok(before);
            }
            return self.save(tx, &before, after, event).await;
        }
        let report = Report::new(event, message);
        Ok(self
            .take_report(tx, &before, after, report)
            .await?
            .unwrap_or(before))
    }

    /// patch-apply said no.
    pub(super) async fn stopped(
        &self,
        tx: &mut Tx,
        before: Case,
        stage: Stage,
        reply: &Reply,
    ) -> Result<Settlement, DbError> {
        if reply
            .problem()
            .is_some_and(|problem| problem.code == STALE_BASE)
        {
            let report = Report::new(Event::WentStale, reply.refusal());
            let after = before.clone();
            self.take_report(tx, &before, after, report).await?;
            return Ok(Settlement::Done);
        }
        self.failed(tx, before, stage, reply.refusal()).await
    }

    /// patch-apply said something that is no answer to this step.
    pub(super) async fn unreadable(
        &self,
        tx: &mut Tx,
        before: Case,
        stage: Stage,
        reply: &Reply,
    ) -> Result<Settlement, DbError> {
        let why = format!("the answer {} of patch-apply cannot be read", reply.status);
        self.failed(tx, before, stage, why.clone()).await?;
        Ok(Settlement::Dead(why))
    }

    pub(super) async fn failed(
        &self,
        tx: &mut Tx,
        before: Case,
        stage: Stage,
        why: String,
    ) -> Result<Settlement, DbError> {
        let report = Report::new(Event::Failed(stage), why);
        let after = before.clone();
        self.take_report(tx, &before, after, report).await?;
        Ok(Settlement::Done)
    }
}
