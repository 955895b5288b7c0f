//! Trips and resets breakers.

use std::time::Duration;

use service_kit::{
    act::Act,
    db::{DbError, Tx},
};
use tracing::{instrument, warn};
use types::analysis::Breaker;

use super::{App, report::breaker_severity};
use crate::{
    domain::{
        breaker::BreakerName,
        notice::{NewNotice, Tells},
    },
    store,
};

impl App {
    /// All breakers as they are now.
    pub(crate) async fn breakers(&self) -> Result<Vec<Breaker>, DbError> {
        store::breaker::all(&mut &self.db, self.clock.now()).await
    }

    /// Closes a breaker; `None` when there is none of this name. One that is closed stays so.
    #[instrument(skip_all, fields(breaker = name, actor = %act.actor))]
    pub(crate) async fn reset_breaker(
        &self,
        act: &Act,
        name: &str,
    ) -> Result<Option<Breaker>, DbError> {
        let mut tx = self.db.begin(act).await?;
        let Some(before) = find(store::breaker::all(&mut tx, act.at).await?, name) else {
            return Ok(None);
        };
        if !store::breaker::reset(&mut tx, name).await? {
            return Ok(Some(before));
        }
        let after = find(store::breaker::all(&mut tx, act.at).await?, name);
        let subject = format!("breaker/{name}");
        tx.journal("breaker.reset", &subject, Some(&before), after.as_ref())
            .await?;
        tx.commit_with(200, &after).await?;
        Ok(after)
    }

    /// Trips a breaker, for `pause` or until a person resets it, and tells people.
    pub(super) async fn trip(
        &self,
        tx: &mut Tx,
        name: BreakerName,
        pause: Option<Duration>,
        reason: &str,
    ) -> Result<(), DbError> {
        let now = tx.now();
        let before = find(store::breaker::all(tx, now).await?, name.name());
        let until = pause.map(|pause| now.plus(pause));
        store::breaker::trip(tx, name, until, reason).await?;
        let after = find(store::breaker::all(tx, now).await?, name.name());
        let subject = format!("breaker/{}", name.name());
        tx.journal("breaker.trip", &subject, before.as_ref(), after.as_ref())
            .await?;
        warn!(
            breaker = name.name(),
            "the breaker {} tripped: {reason}",
            name.name()
        );
        let end = until.map_or_else(
            || "until a person resets it".to_owned(),
            |until| format!("until {until}"),
        );
        let notice = NewNotice {
            tells: Tells::Alert,
            severity: breaker_severity(name),
            proposal_id: None,
            text: format!("The breaker {} is open {end}: {reason}", name.name()),
        };
        self.announce(tx, notice).await
    }
}

fn find(breakers: Vec<Breaker>, name: &str) -> Option<Breaker> {
    breakers.into_iter().find(|breaker| breaker.name == name)
}
