//! The states of a monitoring window.
//!
//! ```text
//!            stable · open at its end · degraded · external · a caller · released
//!   active ─────────────────────────────────────────────────────────────────────▶ completed
//!      │   regressed · degraded with on_degraded = revert · a caller
//!      └──────────────────────────────────────────────────────────────────────────▶ rolled_back
//! ```
//!
//! Both ends are final. Nothing is called stable, and nothing is reverted, on silence.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use types::{
    Timestamp,
    window::{CloseStatus, Verdict, WindowStatus},
};

use super::watch::Outcome;

/// How long a window runs at most when it is extended: from the deployment on.
pub const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What of a window its transitions depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowState {
    /// Where it stands.
    pub status: WindowStatus,
    /// When the change was deployed.
    pub deployed_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether it goes on to [`LONGEST`] when too little was seen.
    pub auto_extend: bool,
    /// Whether a person released its slot.
    pub released: bool,
}

/// What happens at its end to a change that is proven worse, though not by more than 25 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDegraded {
    /// It stays until a person decides.
    #[default]
    Hold,
    /// It is taken back.
    Revert,
}

/// How a window ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Its last status.
    pub status: CloseStatus,
    /// What it proved.
    pub verdict: Verdict,
}

/// What the sweep does with an active window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing yet.
    Wait,
    /// Lets it run until this moment.
    Extend(Timestamp),
    /// Ends it.
    Close(Closing),
}

/// What a caller's wish to close or release a window comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is done now.
    Close(Closing),
    /// It was done before; asking twice changes nothing.
    AlreadySo,
}

/// Why a window does not do what a caller asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowRefusal {
    /// It ended in another way.
    #[error("the window is closed already, as {}", .0.name())]
    AlreadyClosed(WindowStatus),
    /// An end that is not after the present one.
    #[error("the new end must be later than the present one, {0}")]
    NotLater(Timestamp),
    /// An end beyond the longest.
    #[error("a window runs 24 hours after the deployment at most, until {0}")]
    TooLong(Timestamp),
    /// An end in the past.
    #[error("the end must lie ahead")]
    EndsInThePast,
    /// A deployment that has not happened.
    #[error("the deployment lies ahead")]
    DeployedInTheFuture,
}

/// Refuses a window that would end before it begins or watch what has not happened.
pub fn check_opening(
    deployed_at: Timestamp,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), WindowRefusal> {
    if deployed_at > now {
        Err(WindowRefusal::DeployedInTheFuture)
    } else if expires_at <= now {
        Err(WindowRefusal::EndsInThePast)
    } else {
        Ok(())
    }
}

/// What the sweep does with a window, given what its evidence says at `now`.
///
/// Evidence comes before the clock: a regression that was found late, after downtime, is still
/// one. Where the evidence could not be read, `outcome` is [`Outcome::Open`], and the end of the
/// window frees the slot all the same.
pub fn step(
    window: &WindowState,
    outcome: Outcome,
    on_degraded: OnDegraded,
    now: Timestamp,
) -> Step {
    if window.status != WindowStatus::Active {
        return Step::Wait;
    }
    let over = now >= window.expires_at;
    match outcome {
        Outcome::Revert => close(CloseStatus::RolledBack, Verdict::Regressed),
        Outcome::External => close(CloseStatus::Completed, Verdict::External),
        Outcome::Stable => close(CloseStatus::Completed, Verdict::Stable),
        Outcome::Degraded if over => close(end_of_degraded(on_degraded), Verdict::Degraded),
        Outcome::Open if over => extension(window, now).map_or_else(
            || close(CloseStatus::Completed, Verdict::Inconclusive),
            Step::Extend,
        ),
        Outcome::Degraded | Outcome::Open => Step::Wait,
    }
}

/// Closes a window because a caller says so.
pub fn close_by_caller(window: &WindowState, asked: CloseStatus) -> Result<Asked, WindowRefusal> {
    if window.status == WindowStatus::Active {
        Ok(Asked::Close(Closing {
            status: asked,
            verdict: Verdict::Manual,
        }))
    } else if window.status == WindowStatus::from(asked) {
        Ok(Asked::AlreadySo)
    } else {
        Err(WindowRefusal::AlreadyClosed(window.status))
    }
}

/// Frees the slot because a person says so: the change stays, undecided, and its evidence goes on
/// being gathered until the next change.
pub fn release(window: &WindowState) -> Result<Asked, WindowRefusal> {
    match window.status {
        WindowStatus::Active => {
            let verdict = Verdict::Inconclusive;
            Ok(Asked::Close(Closing {
                status: CloseStatus::Completed,
                verdict,
            }))
        }
        WindowStatus::Completed if window.released => Ok(Asked::AlreadySo),
        ended @ (WindowStatus::Completed | WindowStatus::RolledBack) => {
            Err(WindowRefusal::AlreadyClosed(ended))
        }
    }
}

/// Lets a window run until a later moment because a person says so.
pub fn extend(window: &WindowState, until: Timestamp) -> Result<(), WindowRefusal> {
    let latest = window.deployed_at.plus(LONGEST);
    if window.status != WindowStatus::Active {
        Err(WindowRefusal::AlreadyClosed(window.status))
    } else if until <= window.expires_at {
        Err(WindowRefusal::NotLater(window.expires_at))
    } else if until > latest {
        Err(WindowRefusal::TooLong(latest))
    } else {
        Ok(())
    }
}

/// When the slot is free at the latest.
pub fn latest_end(window: &WindowState) -> Timestamp {
    if window.auto_extend {
        window.expires_at.max(window.deployed_at.plus(LONGEST))
    } else {
        window.expires_at
    }
}

fn close(status: CloseStatus, verdict: Verdict) -> Step {
    Step::Close(Closing { status, verdict })
}

fn end_of_degraded(on_degraded: OnDegraded) -> CloseStatus {
    match on_degraded {
        OnDegraded::Hold => CloseStatus::Completed,
        OnDegraded::Revert => CloseStatus::RolledBack,
    }
}

/// The end of a window that goes on, if it may and that still lies ahead.
fn extension(window: &WindowState, now: Timestamp) -> Option<Timestamp> {
    let latest = latest_end(window);
    (latest > window.expires_at && latest > now).then_some(latest)
}

#[cfg(test)]
mod tests;
