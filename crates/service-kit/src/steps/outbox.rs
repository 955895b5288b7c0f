//! Messages on the sending side.

use serde::Serialize;
use types::Service;

use crate::{
    args,
    db::{DbError, Tx},
};

/// A call to another service that must take effect exactly once.
#[derive(Clone, Debug)]
pub struct Message {
    pub(crate) kind: &'static str,
    pub(crate) subject: String,
    pub(crate) destination: Service,
    pub(crate) path: String,
    pub(crate) body: String,
}

impl Message {
    /// A POST of `body` to `path` of `destination`.
    ///
    /// `kind` names the step for whoever handles the reply; `subject` is what it is about.
    /// Messages about the same subject to the same service are delivered in order.
    pub fn post(
        kind: &'static str,
        subject: impl Into<String>,
        destination: Service,
        path: impl Into<String>,
        body: &impl Serialize,
    ) -> Result<Self, DbError> {
        let body =
            serde_json::to_string(body).map_err(|error| DbError::Value(error.to_string()))?;
        Ok(Self {
            kind,
            subject: subject.into(),
            destination,
            path: path.into(),
            body,
        })
    }
}

pub(crate) async fn enqueue(tx: &mut Tx, message: Message) -> Result<(), DbError> {
    let act = tx.act().clone();
    let lane = format!("{}:{}", message.destination, message.subject);
    let id = types::Digest::of(format!(
        "{}:{}:{}:{}:{}",
        act.trace.trace_id(),
        act.at.as_micros(),
        message.kind,
        lane,
        message.body
    ));
    tx.execute(
        "INSERT INTO outbox (id, kind, subject, lane, destination, path, body, trace, at, next_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        args![
            id,
            message.kind,
            message.subject,
            lane,
            message.destination.name(),
            message.path,
            message.body,
            act.trace.trace_id(),
            act.at
        ],
    )
    .await
    .map(drop)
}
