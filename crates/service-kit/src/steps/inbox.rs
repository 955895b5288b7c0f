//! Idempotency keys on the receiving side.

use std::time::Duration;

use serde::Serialize;
use types::{Digest, Timestamp};

use crate::{
    act::Idempotency,
    args,
    db::{Db, DbError, FromRow, Row, Tx},
};

/// How long a key is remembered.
pub(crate) const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3_600);

struct Known {
    request: Digest,
    status: Option<i64>,
    reply: Option<String>,
}

impl FromRow for Known {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            request: row.get("request")?,
            status: row.get("status")?,
            reply: row.get("reply")?,
        })
    }
}

const KNOWN: &str = "SELECT request, status, reply FROM inbox WHERE source = $1 AND key = $2";

/// The stored answer to a key, if there is one; an error if the key belongs to another request.
pub(crate) async fn lookup(
    db: &Db,
    source: &str,
    idempotency: &Idempotency,
) -> Result<(), DbError> {
    let known: Option<Known> = db
        .fetch_optional(KNOWN, args![source, &idempotency.key])
        .await?;
    known.map_or(Ok(()), |known| judge(known, idempotency))
}

/// Claims the key of the act, so that a second request under it finds it taken.
pub(crate) async fn claim(tx: &mut Tx) -> Result<(), DbError> {
    let act = tx.act().clone();
    let Some(idempotency) = act.idempotency else {
        return Ok(());
    };
    let inserted = tx
        .execute(
            "INSERT INTO inbox (source, key, request, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (source, key) DO NOTHING",
            args![&act.actor, &idempotency.key, &idempotency.request, act.at],
        )
        .await?;
    if inserted == 1 {
        return Ok(());
    }
    let known: Known = tx
        .fetch_one(KNOWN, args![&act.actor, &idempotency.key])
        .await?;
    judge(known, &idempotency)
}

fn judge(known: Known, idempotency: &Idempotency) -> Result<(), DbError> {
    if known.request != idempotency.request {
        return Err(DbError::KeyReused);
    }
    match (known.status, known.reply) {
        (Some(status), Some(reply)) => Err(DbError::Replay {
            status: u16::try_from(status).unwrap_or(200),
            body: reply.into_bytes(),
        }),
        _ => Err(DbError::KeyInFlight),
    }
}

/// Keeps the answer beside the claimed key.
pub(crate) async fn answer<T: Serialize + Sync>(
    tx: &mut Tx,
    status: u16,
    reply: &T,
) -> Result<(), DbError> {
    let act = tx.act().clone();
    let Some(idempotency) = act.idempotency else {
        return Ok(());
    };
    let body = serde_json::to_string(reply).map_err(|error| DbError::Value(error.to_string()))?;
    tx.execute(
        "UPDATE inbox SET status = $1, reply = $2 WHERE source = $3 AND key = $4",
        args![u32::from(status), body, &act.actor, &idempotency.key],
    )
    .await
    .map(drop)
}

/// Forgets keys that are too old to be repeated, and messages delivered as long ago.
pub(crate) async fn forget(tx: &mut Tx, now: Timestamp) -> Result<(), DbError> {
    let before = now.minus(KEPT_FOR);
    tx.execute("DELETE FROM inbox WHERE at < $1", args![before])
        .await?;
    tx.execute("DELETE FROM outbox WHERE done_at < $1", args![before])
        .await
        .map(drop)
}
