//! The window over a change has closed.

use serde::{Deserialize, Serialize};
use service_kit::Act;
use types::{ProposalId, window::WindowClosed};
use utoipa::ToSchema;

use super::{ActionError, App};
use crate::{
    domain::{
        closing::{Consequence, consequence},
        run::{Retreat, Run, State},
    },
    store::{Move, StepNote},
};

/// What the end of a window means here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WindowNoted {
    /// The change it watched; absent when it is none of this service's.
    pub proposal_id: Option<ProposalId>,
    /// What becomes of the change: `kept`, `reverting`, `needs_confirmation` or `none`.
    pub consequence: String,
}

impl App {
    /// Takes note of the end of a window: the change stays, goes, or waits for a person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_window(
        &self,
        act: &Act,
        closed: WindowClosed,
    ) -> Result<WindowNoted, ActionError> {
        let run = match closed.proposal_id {
            Some(id) => self.store.run(id).await?,
            None => None,
        };
        let Some(run) = run.filter(|run| watched(run, &closed)) else {
            return Ok(WindowNoted {
                proposal_id: None,
                consequence: "none".to_owned(),
            });
        };
        let why = self.clean(&closed.why);
        let (after, name) = match consequence(closed.status, closed.verdict) {
            Consequence::Keep => (run.to(State::Done, None), "kept"),
            Consequence::Ask => {
                let waiting_for = format!("a person to confirm or revert: {why}");
                (
                    run.to(State::Confirming, Some(waiting_for)),
                    "needs_confirmation",
                )
            }
            Consequence::TakeBack => {
                let retreat = Retreat {
                    reason: why.clone(),
                    by: act.actor.clone(),
                    at: act.at,
                    after_failed_deploy: false,
                };
                (run.retreating(retreat), "reverting")
            }
        };
        let after = Run {
            window_id: Some(closed.window_id),
            ..after
        };
        let note = StepNote::passed("monitor", format!("{}: {why}", closed.verdict.name()));
        let reply = WindowNoted {
            proposal_id: Some(run.id),
            consequence: name.to_owned(),
        };
        let step = Move::new("run.window_closed", Some(&run), after).note(note);
        self.store.answer(act, step, 200, &reply).await?;
        Ok(reply)
    }
}

/// Whether the end of this window decides about the run. It may come before the reply that names
/// the window; and a window that a person released may find a regression later.
fn watched(run: &Run, closed: &WindowClosed) -> bool {
    let is_its_own = run.window_id == Some(closed.window_id);
    match run.state {
        State::OpeningWindow => true,
        State::Monitoring => is_its_own,
        State::Done | State::Confirming => {
            is_its_own && consequence(closed.status, closed.verdict) == Consequence::TakeBack
        }
        _ => false,
    }
}
