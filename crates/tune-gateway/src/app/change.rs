//! Closing, extending and releasing a window because a caller says so.

use service_kit::{Act, db::DbError};
use tracing::info;
use types::{
    Timestamp, WindowId,
    window::{CloseStatus, MonitoringWindow},
};

use super::App;
use crate::{
    domain::window::{Asked, WindowRefusal, close_by_caller, extend, release},
    store::{Change, StoredWindow, closed},
};

/// Why a window is not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeWindowError {
    /// There is no such window.
    #[error("there is no window {0}")]
    NotFound(WindowId),
    /// It does not allow that.
    #[error("{0}")]
    Refused(#[from] WindowRefusal),
    /// Somebody else changes it at the same time, again and again.
    #[error("the window is being changed by others; try again")]
    Contended,
    /// The database.
    #[error(transparent)]
    Store(#[from] DbError),
}

/// How often a change is computed anew when another one came first.
const TRIES: usize = 8;

impl App {
    /// Closes a window by hand. Closing it twice in the same way changes nothing.
    pub(crate) async fn close_window(
        &self,
        id: WindowId,
        status: CloseStatus,
        act: &Act,
    ) -> Result<MonitoringWindow, ChangeWindowError> {
        let actor = act.actor.clone();
        self.change_window(id, act, "window.close", move |stored| {
            Ok(match close_by_caller(&stored.state(), status)? {
                Asked::AlreadySo => None,
                Asked::Close(closing) => {
                    let mut to = closed(&stored.window, closing, act.at);
                    to.why = Some(format!("closed by {actor}"));
                    Some(to)
                }
            })
        })
        .await
    }

    /// Ends a window whose change a person takes back; one that has ended stays as it ended.
    pub(crate) async fn withdraw_window(
        &self,
        id: WindowId,
        reason: &str,
        act: &Act,
    ) -> Result<MonitoringWindow, ChangeWindowError> {
        let why = self.redactor.redact(reason).into_owned();
        self.change_window(id, act, "window.withdraw", move |stored| {
            let asked = close_by_caller(&stored.state(), CloseStatus::RolledBack);
            let Ok(Asked::Close(closing)) = asked else {
                return Ok(None);
            };
            let mut to = closed(&stored.window, closing, act.at);
            to.why = Some(why.clone());
            Ok(Some(to))
        })
        .await
    }

    /// Frees the slot; what the change does is still watched until the next one.
    pub(crate) async fn release_window(
        &self,
        id: WindowId,
        act: &Act,
    ) -> Result<MonitoringWindow, ChangeWindowError> {
        let actor = act.actor.clone();
        self.change_window(id, act, "window.release", move |stored| {
            Ok(match release(&stored.state())? {
                Asked::AlreadySo => None,
                Asked::Close(closing) => {
                    let mut to = closed(&stored.window, closing, act.at);
                    to.released = true;
                    let so_far = to.why.take().map(|why| format!("; so far: {why}"));
                    to.why = Some(format!("released by {actor}{}", so_far.unwrap_or_default()));
                    Some(to)
                }
            })
        })
        .await
    }

    /// Lets a window run until a later moment.
    pub(crate) async fn extend_window(
        &self,
        id: WindowId,
        until: Timestamp,
        act: &Act,
    ) -> Result<MonitoringWindow, ChangeWindowError> {
        self.change_window(id, act, "window.extend", move |stored| {
            extend(&stored.state(), until)?;
            Ok(Some(MonitoringWindow {
                expires_at: until,
                ..stored.window.clone()
            }))
        })
        .await
    }

    async fn change_window(
        &self,
        id: WindowId,
        act: &Act,
        action: &'static str,
        decide: impl Fn(&StoredWindow) -> Result<Option<MonitoringWindow>, WindowRefusal>,
    ) -> Result<MonitoringWindow, ChangeWindowError> {
        for _ in 0..TRIES {
            let found = self.store.find(id).await?;
            let from = found.ok_or(ChangeWindowError::NotFound(id))?;
            let Some(to) = decide(&from)? else {
                return Ok(from.window);
            };
            let evidence = from.evidence.clone();
            let change = Change {
                from,
                to,
                evidence,
                evaluation: None,
                action: Some(action),
            };
            if self.store.change(&change, act).await? {
                info!(window.id = %id, "{action} of {id} by {}", act.actor);
                return Ok(change.to);
            }
        }
        Err(ChangeWindowError::Contended)
    }
}
