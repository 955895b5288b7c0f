//! The queue for the slot.

use service_kit::{Act, db::DbError};
use types::{
    Timestamp,
    window::{JoinQueue, LeaveQueue, LeftQueue, QueueEntry},
};

use super::App;
use crate::domain::window::latest_end;

impl App {
    /// Who waits for the slot, first come first.
    pub(crate) async fn queue(&self) -> Result<Vec<QueueEntry>, DbError> {
        let deadline = self.slot_deadline().await?;
        self.store.queue(deadline).await
    }

    /// Joins the queue; joining twice keeps the first place.
    pub(crate) async fn join_queue(
        &self,
        wish: JoinQueue,
        act: &Act,
    ) -> Result<QueueEntry, DbError> {
        let reason = self.redactor.redact(&wish.reason).into_owned();
        let deadline = self.slot_deadline().await?;
        self.store
            .join(&JoinQueue { reason, ..wish }, deadline, act)
            .await
    }

    /// Gives up a place in the queue; without one nothing changes.
    pub(crate) async fn leave_queue(
        &self,
        wish: &LeaveQueue,
        act: &Act,
    ) -> Result<LeftQueue, DbError> {
        self.store.leave(wish.proposal_id, act).await
    }

    /// When the slot is free at the latest, while a window is active.
    async fn slot_deadline(&self) -> Result<Option<Timestamp>, DbError> {
        Ok(self
            .store
            .active()
            .await?
            .first()
            .map(|active| latest_end(&active.state())))
    }
}
