//! Delivers the outbox and hands replies back.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use futures_util::future::join_all;
use tracing::{debug, error, warn};
use types::{Service, Timestamp};

use super::inbox;
use crate::{
    act::Act,
    args,
    caller::{CallError, Caller, Reply},
    clock::Clock,
    db::{Db, DbError, FromRow, Row, Tx},
    tasks::Stop,
};

/// A message that was answered.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its key: the receiver knows it by this.
    pub id: String,
    /// Which step it is.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// Who was called.
    pub destination: Service,
    /// What was called.
    pub path: String,
    /// What was sent.
    pub body: String,
    /// When it was written.
    pub at: Timestamp,
    attempts: i64,
    trace: String,
}

impl FromRow for Sent {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.get("kind")?,
            subject: row.get("subject")?,
            destination: row.name("destination")?,
            path: row.get("path")?,
            body: row.get("body")?,
            at: row.get("at")?,
            attempts: row.get("attempts")?,
            trace: row.get("trace")?,
        })
    }
}

/// What became of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The step is done, one way or the other.
    Done,
    /// The same call is to be made again after this long.
    Again(Duration),
    /// The reply is one that cannot be: the message is set aside and somebody is told.
    Dead(String),
}

/// The future of [`Receive::receive`].
pub type Receiving<'a> = Pin<Box<dyn Future<Output = Result<Settlement, DbError>> + Send + 'a>>;

/// Handles replies to what a service sent.
///
/// What it writes in `tx` commits together with the message's being done.
pub trait Receive: Send + Sync + 'static {
    /// Takes the reply: any 2xx, or a 4xx other than 401, 403, 408, 425 and 429.
    fn receive<'a>(&'a self, tx: &'a mut Tx, sent: &'a Sent, reply: &'a Reply) -> Receiving<'a>;
}

/// Delivers one service's outbox until it is stopped.
#[derive(Clone)]
pub struct Relay {
    /// The service's database.
    pub db: Db,
    /// How other services are called.
    pub caller: Caller,
    /// The time.
    pub clock: Clock,
    /// Whose outbox it is.
    pub service: Service,
    /// Who takes the replies.
    pub receiver: Arc<dyn Receive>,
}

/// How many messages are under way at once.
const AT_ONCE: i64 = 16;
/// How long a delivery may take before another replica may try it.
const LEASE: Duration = Duration::from_secs(60);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// From this many tries on, somebody should look.
const WORRYING_ATTEMPTS: i64 = 20;

impl Relay {
    /// Delivers until `stop` says otherwise.
    pub async fn run(self, stop: Stop) {
        if let Err(error) = self.release_own().await {
            warn!(error = %error, "messages under way at the last stop wait for their lease: {error}");
        }
        loop {
            let idle = match self.tick().await {
                Ok(delivered) => delivered == 0,
                Err(error) => {
                    warn!(error = %error, "the outbox cannot be read: {error}");
                    true
                }
            };
            if stop.is_set() {
                return;
            }
            if idle {
                tokio::select! {
                    () = self.db.bell.notified() => {}
                    () = tokio::time::sleep(Duration::from_millis(250)) => {}
                    () = stop.wait() => return,
                }
            }
        }
    }

    /// Frees what was under way when the service was cut off. Where replicas share the database a
    /// lease may be another's, and is waited for.
    async fn release_own(&self) -> Result<(), DbError> {
        if self.db.is_shared() {
            return Ok(());
        }
        let act = Act::of_service(self.service, &self.clock);
        let mut tx = self.db.begin(&act).await?;
        tx.execute(
            "UPDATE outbox SET leased_until = NULL WHERE leased_until IS NOT NULL AND done_at IS NULL",
            args![],
        )
        .await?;
        tx.commit().await
    }

    /// Delivers what is due once; the number of messages that were tried.
    pub async fn tick(&self) -> Result<usize, DbError> {
        let due = self.due().await?;
        let tried = due.len();
        for result in join_all(due.into_iter().map(|sent| self.deliver(sent))).await {
            result?;
        }
        Ok(tried)
    }

    async fn due(&self) -> Result<Vec<Sent>, DbError> {
        self.db
            .fetch_all(
                "SELECT id, kind, subject, destination, path, body, at, attempts, trace
                 FROM outbox AS o
                 WHERE done_at IS NULL AND dead_at IS NULL AND next_at <= $1
                   AND (leased_until IS NULL OR leased_until < $1)
                   AND NOT EXISTS (SELECT 1 FROM outbox AS e WHERE e.lane = o.lane
                     AND e.sequence < o.sequence AND e.done_at IS NULL AND e.dead_at IS NULL)
                 ORDER BY sequence LIMIT $2",
                args![self.clock.now(), AT_ONCE],
            )
            .await
    }

    async fn deliver(&self, sent: Sent) -> Result<(), DbError> {
        if !self.lease(&sent).await? {
            return Ok(());
        }
        let reply = self
            .caller
            .post_raw(
                sent.destination,
                &sent.path,
                sent.body.clone(),
                &sent.id,
                &sent.trace,
            )
            .await;
        match reply {
            Ok(reply) if reply.is_final() => self.settle(&sent, &reply).await,
            Ok(reply) => {
                self.try_later(&sent, format!("answered {}", reply.status))
                    .await
            }
            Err(CallError(cause)) => self.try_later(&sent, cause).await,
        }
    }

    async fn lease(&self, sent: &Sent) -> Result<bool, DbError> {
        let act = Act::of_service(self.service, &self.clock);
        let until = act.at.plus(LEASE.mul_f64(self.clock.scale()));
        let mut tx = self.db.begin(&act).await?;
        let leased = tx
            .execute(
                "UPDATE outbox SET leased_until = $1, attempts = attempts + 1
                 WHERE id = $2 AND done_at IS NULL AND dead_at IS NULL
                   AND (leased_until IS NULL OR leased_until < $3)",
                args![until, &sent.id, act.at],
            )
            .await?;
        tx.commit().await?;
        Ok(leased == 1)
    }

    async fn settle(&self, sent: &Sent, reply: &Reply) -> Result<(), DbError> {
        let act = Act::of_service(self.service, &self.clock);
        let mut tx = self.db.begin(&act).await?;
        match self.receiver.receive(&mut tx, sent, reply).await? {
            Settlement::Done => {
                tx.execute(
                    "UPDATE outbox SET done_at = $1, status = $2, leased_until = NULL WHERE id = $3",
                    args![act.at, u32::from(reply.status), &sent.id],
                )
                .await?;
                debug!(message.kind = %sent.kind, "{} about {} is done", sent.kind, sent.subject);
            }
            Settlement::Again(pause) => {
                tx.execute(
                    "UPDATE outbox SET next_at = $1, leased_until = NULL WHERE id = $2",
                    args![act.at.plus(pause), &sent.id],
                )
                .await?;
            }
            Settlement::Dead(why) => {
                error!(
                    message.kind = %sent.kind, message.subject = %sent.subject,
                    "{} refused {} about {}: {why}", sent.destination, sent.kind, sent.subject
                );
                metrics::counter!("attune_outbox_dead_total", "service" => self.service.name())
                    .increment(1);
                tx.execute(
                    "UPDATE outbox SET dead_at = $1, status = $2, last_error = $3,
                     leased_until = NULL WHERE id = $4",
                    args![act.at, u32::from(reply.status), why, &sent.id],
                )
                .await?;
            }
        }
        tx.commit().await
    }

    async fn try_later(&self, sent: &Sent, cause: String) -> Result<(), DbError> {
        let tries = sent.attempts + 1;
        if tries % WORRYING_ATTEMPTS == 0 {
            warn!(
                message.kind = %sent.kind,
                "{} about {} is not delivered after {tries} tries: {cause}", sent.kind, sent.subject
            );
        }
        let exponent = u32::try_from(sent.attempts.clamp(0, 16)).unwrap_or(16);
        let pause = Duration::from_millis(50)
            .saturating_mul(1 << exponent)
            .min(LONGEST_PAUSE);
        let act = Act::of_service(self.service, &self.clock);
        let mut tx = self.db.begin(&act).await?;
        tx.execute(
            "UPDATE outbox SET next_at = $1, last_error = $2, leased_until = NULL WHERE id = $3",
            args![
                act.at.plus(pause.mul_f64(self.clock.scale())),
                cause,
                &sent.id
            ],
        )
        .await?;
        tx.commit().await
    }

    /// Forgets old keys and messages.
    pub async fn forget(&self) -> Result<(), DbError> {
        let act = Act::of_service(self.service, &self.clock);
        let mut tx = self.db.begin(&act).await?;
        inbox::forget(&mut tx, act.at).await?;
        tx.commit().await
    }
}
