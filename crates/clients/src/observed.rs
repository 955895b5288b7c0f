//! Calls that are watched: measured, judged by what they answer, and told to the observer.

use std::{
    fmt::Display,
    future::Future,
    time::{Duration, Instant},
};

use serde::Serialize;
use serde_json::Value;
use types::{
    Timestamp,
    event::{BatchOutcome, EventType, Operation},
};

use crate::{error::ClientError, observer::Observer};

/// The source of watched calls.
const SOURCE: &str = "mcp";

const SUMMARY_CHARS: usize = 100;
const ANSWER_CHARS: usize = 80;

/// What a call is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What is called, such as `/search`.
    pub endpoint: String,
    /// What for.
    pub description: String,
    /// Who calls.
    pub agent: String,
    /// The task it belongs to.
    pub session_id: Option<String>,
}

/// How a call went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// What came out, in short.
    pub summary: String,
}

impl Outcome {
    /// A reply succeeded unless it has an `error`.
    pub fn of_reply(reply: &Value) -> Self {
        match error(reply) {
            Some(error) => Self::of_failure(error),
            None => Self {
                error: None,
                summary: summary(reply),
            },
        }
    }

    /// A call that failed.
    pub fn of_failure(error: String) -> Self {
        Self {
            summary: format!("ERROR: {error}"),
            error: Some(error),
        }
    }

    /// The operation that the call was, ended at `at`.
    pub fn operation(
        self,
        about: &About,
        event_id: String,
        at: Timestamp,
        took: Duration,
    ) -> Operation {
        Operation {
            event_id,
            timestamp: at,
            event_type: EventType::ToolCall,
            agent: about.agent.clone(),
            tool: None,
            success: self.error.is_none(),
            error_code: None,
            error_message: self.error,
            latency_ms: Some(took.as_millis() as f64),
            session_id: about.session_id.clone(),
            source: SOURCE.to_owned(),
            endpoint: Some(about.endpoint.clone()),
            input_summary: Some(about.description.clone()),
            output_summary: Some(self.summary),
            task_name: None,
            error_category: None,
            retry_count: None,
            correction_type: None,
            reason_category: None,
            feedback: None,
            model: None,
            tokens: None,
            task_class: None,
            scenario: None,
        }
    }
}

/// What the reply says went wrong. `null`, `false`, 0 and an empty text say nothing.
fn error(reply: &Value) -> Option<String> {
    match reply.get("error")? {
        Value::Null | Value::Bool(false) => None,
        Value::Number(number) if number.as_f64() == Some(0.0) => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => {
            let message = other.get("message").and_then(Value::as_str);
            Some(message.map_or_else(|| other.to_string(), str::to_owned))
        }
    }
}

/// What a reply holds, by the fields that replies of gateways have.
fn summary(reply: &Value) -> String {
    if let Some(matches) = reply.get("sql_matches") {
        let reranked = reply.get("vector_reranked").unwrap_or(&Value::Null);
        return format!("hybrid: {matches} sql → {reranked} results");
    }
    if let Some(rows) = reply.get("rows").and_then(Value::as_array) {
        let stated = reply.get("row_count").and_then(Value::as_u64);
        let count = stated.filter(|count| *count != 0);
        return format!("{} rows", count.unwrap_or(rows.len() as u64));
    }
    if let Some(answer) = reply.get("answer").and_then(Value::as_str)
        && !answer.is_empty()
    {
        return format!("answer: {}...", first(answer, ANSWER_CHARS));
    }
    if let Some(sources) = reply.get("sources").and_then(Value::as_array) {
        return format!("{} sources", sources.len());
    }
    first(&reply.to_string(), SUMMARY_CHARS).to_owned()
}

fn first(text: &str, characters: usize) -> &str {
    let end = text.char_indices().nth(characters);
    &text[..end.map_or(text.len(), |(index, _)| index)]
}

/// A watched call.
#[derive(Debug)]
pub struct Observed<T> {
    /// What the call gave.
    pub result: T,
    /// What was told of it.
    pub operation: Operation,
    /// Whether the observer took that. A call that succeeded is not undone when it did not.
    pub recorded: Result<BatchOutcome, ClientError>,
}

impl Observer {
    /// Makes a call, measures it, and tells the observer how it went.
    pub async fn observed<T: Serialize, E: Display>(
        &self,
        about: &About,
        call: impl Future<Output = Result<T, E>>,
    ) -> Observed<Result<T, E>> {
        let began = Instant::now();
        let result = call.await;
        let took = began.elapsed();
        let outcome = match &result {
            Ok(reply) => match serde_json::to_value(reply) {
                Ok(reply) => Outcome::of_reply(&reply),
                Err(error) => Outcome::of_failure(format!("the reply cannot be read: {error}")),
            },
            Err(error) => Outcome::of_failure(error.to_string()),
        };
        let clock = self.clock();
        let id = clock.ordered_id().to_string();
        let operation = outcome.operation(about, id, clock.now(), took);
        let recorded = self.send(std::slice::from_ref(&operation)).await;
        Observed {
            result,
            operation,
            recorded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_reply_is_summed_up_by_what_it_holds() {
        for (reply, expected) in [
            (
                json!({ "sql_matches": 12, "vector_reranked": 5 }),
                "hybrid: 12 sql → 5 results",
            ),
            (json!({ "rows": [1, 2], "row_count": 40 }), "40 rows"),
            (json!({ "rows": [1, 2] }), "2 rows"),
            (json!({ "answer": "yes" }), "answer: yes..."),
            (json!({ "sources": [1] }), "1 sources"),
            (json!({ "ok": true }), "{\"ok\":true}"),
            (json!([1, 2]), "[1,2]"),
        ] {
            let outcome = Outcome::of_reply(&reply);
            assert_eq!((outcome.error, outcome.summary.as_str()), (None, expected));
        }
        let long = Outcome::of_reply(&json!({ "answer": "ä".repeat(200) }));
        assert_eq!(long.summary.chars().count(), "answer: ...".len() + 80);
    }

    #[test]
    fn a_reply_failed_if_it_has_an_error() {
        for (error, expected) in [
            (json!("no such table"), Some("no such table")),
            (
                json!({ "message": "slow down", "code": 1 }),
                Some("slow down"),
            ),
            (json!({ "code": 1 }), Some("{\"code\":1}")),
            (json!(true), Some("true")),
            (json!(null), None),
            (json!(false), None),
            (json!(""), None),
            (json!(0), None),
        ] {
            let outcome = Outcome::of_reply(&json!({ "error": error, "rows": [] }));
            assert_eq!(outcome.error.as_deref(), expected, "{error}");
            let summary = expected.map_or("0 rows".to_owned(), |it| format!("ERROR: {it}"));
            assert_eq!(outcome.summary, summary);
        }
    }
}
