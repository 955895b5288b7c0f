//! Replies to what this service sent.

use service_kit::{
    caller::Reply,
    db::{DbError, Tx},
    steps::{Receive, Receiving, Sent, Settlement},
};
use types::{
    ProposalId,
    proposal::{RunOutcome, Stage},
    window::MonitoringWindow,
};

use super::{report, to_proposal_service, withdraw_window};
use crate::{
    domain::run::{Run, State},
    store::{self, Move, StepNote, StoreError},
};

/// Takes the replies of tune-gateway and proposal-service.
#[derive(Clone, Copy, Debug)]
pub struct Replies;

impl Receive for Replies {
    fn receive<'a>(&'a self, tx: &'a mut Tx, sent: &'a Sent, reply: &'a Reply) -> Receiving<'a> {
        Box::pin(async move {
            match sent.kind.as_str() {
                "open_window" => window_answered(tx, sent, reply).await,
                // Whoever reads the run learns it there: a proposal that is not known is no loss.
                _ if reply.is_success() || reply.status == 404 => Ok(Settlement::Done),
                _ => Ok(Settlement::Dead(reply.refusal())),
            }
        })
    }
}

async fn window_answered(tx: &mut Tx, sent: &Sent, reply: &Reply) -> Result<Settlement, DbError> {
    let Ok(id) = sent.subject.parse::<ProposalId>() else {
        return Ok(Settlement::Dead("the message names no proposal".to_owned()));
    };
    let run = store::run_in_transaction(tx, id).await?;
    let Some(run) = run else {
        return Ok(Settlement::Done);
    };
    // The window may have closed, or the change been taken back, before the reply came.
    if run.state != State::OpeningWindow {
        if run.state.is_going_back()
            && reply.is_success()
            && let Ok(window) = reply.json::<MonitoringWindow>()
        {
            let why = "the change was taken back before its window opened";
            tx.send(withdraw_window(&run, window.id, why)?).await?;
        }
        return Ok(Settlement::Done);
    }
    let step = match reply.json::<MonitoringWindow>() {
        Ok(window) if reply.is_success() => opened(&run, &window)?,
        _ if reply.status == 409 => slot_is_taken(&run, reply)?,
        _ => refused(&run, reply)?,
    };
    match store::make(tx, step).await {
        Ok(_) => Ok(Settlement::Done),
        Err(StoreError::Db(error)) => Err(error),
        Err(error) => Err(DbError::Contended(error.to_string())),
    }
}

fn opened<'a>(run: &'a Run, window: &MonitoringWindow) -> Result<Move<'a>, DbError> {
    let after = Run {
        window_id: Some(window.id),
        deadline: Some(window.expires_at),
        ..run.to(
            State::Monitoring,
            Some(format!("the end of window {}", window.id)),
        )
    };
    let outcome = RunOutcome::Reached(Stage::Monitoring);
    let event = report(
        &after,
        outcome,
        format!("window {} watches the change", window.id),
    );
    Ok(Move::new("run.monitor", Some(run), after)
        .note(StepNote::passed(
            "open_window",
            format!("window {}", window.id),
        ))
        .tell(to_proposal_service(&event)?))
}

fn slot_is_taken<'a>(run: &'a Run, reply: &Reply) -> Result<Move<'a>, DbError> {
    let why = format!("another window to end: {}", reply.refusal());
    let after = run.to(State::AwaitingSlot, Some(why.clone()));
    let event = report(
        &after,
        RunOutcome::Reached(Stage::Deployed),
        format!("waits for {why}"),
    );
    Ok(Move::new("run.await_slot", Some(run), after).tell(to_proposal_service(&event)?))
}

/// The change is deployed and cannot be watched: a person decides whether it stays.
fn refused<'a>(run: &'a Run, reply: &Reply) -> Result<Move<'a>, DbError> {
    let why = format!("tune-gateway opens no window: {}", reply.refusal());
    let after = run.to(
        State::Confirming,
        Some(format!("a person to confirm or revert: {why}")),
    );
    let event = report(
        &after,
        RunOutcome::Reached(Stage::NeedsConfirmation),
        why.clone(),
    );
    Ok(Move::new("run.unwatched", Some(run), after)
        .note(StepNote::failed("open_window", why))
        .tell(to_proposal_service(&event)?))
}
