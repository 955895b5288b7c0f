//! A call to the upstream, made for somebody and recorded.

use std::time::Instant;

use clients::{About, Outcome};
use serde_json::Value;
use tracing::warn;

use super::App;
use crate::{
    domain::sanitise::sanitise,
    ingest::IngestError,
    upstream::{UpstreamError, UpstreamReply},
};

/// What is to be called.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The path below the upstream's address.
    pub(crate) path: &'a str,
    /// The query, which goes along.
    pub(crate) query: &'a str,
    /// The body, which goes along as it is.
    pub(crate) body: Vec<u8>,
    /// The idempotency key, which goes along and is the id of the operation.
    pub(crate) key: Option<&'a str>,
}

/// A call that was made.
#[derive(Debug)]
pub(crate) struct Watched {
    /// What the upstream answered.
    pub(crate) reply: Result<UpstreamReply, UpstreamError>,
    /// The id of the operation.
    pub(crate) event_id: String,
    /// Whether it is on disk. The call has taken place either way.
    pub(crate) recorded: Result<(), IngestError>,
}

impl App {
    /// Makes the call and records how it went.
    ///
    /// # Errors
    /// There is nothing to call: then nothing is recorded.
    pub(crate) async fn observe(
        &self,
        call: Call<'_>,
        about: &About,
    ) -> Result<Watched, UpstreamError> {
        let url = self.upstream.url(call.path, call.query)?;
        let began = Instant::now();
        let reply = self.upstream.post(url, call.body, call.key).await;
        let took = began.elapsed();
        let event_id = call
            .key
            .map_or_else(|| self.clock.ordered_id().to_string(), str::to_owned);
        let operation = outcome(&reply).operation(about, event_id, self.clock.now(), took);
        let operation = sanitise(&self.redactor, operation);
        let event_id = operation.event_id.clone();
        let size_bytes = size_of_val(&operation);
        let recorded = self.intake.take(vec![operation], size_bytes).await;
        if let Err(error) = &recorded {
            warn!(error = %error, "a watched call could not be recorded: {error}");
        }
        Ok(Watched {
            reply,
            event_id,
            recorded: recorded.map(drop),
        })
    }
}

/// A call succeeded unless there was no reply, or none in JSON, or it says `error`, or its status
/// does.
fn outcome(reply: &Result<UpstreamReply, UpstreamError>) -> Outcome {
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => return Outcome::of_failure(error.to_string()),
    };
    let outcome = match serde_json::from_slice::<Value>(&reply.body) {
        Ok(value) => Outcome::of_reply(&value),
        Err(_) if reply.body.is_empty() => Outcome::of_reply(&Value::Null),
        Err(_) => Outcome::of_failure("the reply is not JSON".to_owned()),
    };
    match reply.status {
        400.. if outcome.error.is_none() => Outcome::of_failure(format!("HTTP {}", reply.status)),
        _ => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_judged_by_reply_and_status() {
        for (status, body, expected) in [
            (200, "{\"rows\":[]}", None),
            (200, "{\"error\":\"no\"}", Some("no")),
            (500, "{\"error\":\"no\"}", Some("no")),
            (500, "{}", Some("HTTP 500")),
            (204, "", None),
            (200, "<html>", Some("the reply is not JSON")),
            (502, "", Some("HTTP 502")),
        ] {
            let reply = UpstreamReply {
                status,
                content_type: None,
                body: body.into(),
            };
            let error = outcome(&Ok(reply)).error;
            assert_eq!(error.as_deref(), expected, "{status} {body}");
        }
    }
}
