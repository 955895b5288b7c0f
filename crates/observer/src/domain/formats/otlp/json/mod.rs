//! OTLP as JSON, read in one pass: nothing is built but the operations.

mod lenient;
mod record;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use thiserror::Error;

use super::{Found, Rejection};
use lenient::{Lenient, Text};
use record::{LogRecord, Resource, SpanRecord};

/// Which of the two kinds of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Log records.
    Logs,
}

/// What a document says that it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// There is a list of spans.
    pub traces: bool,
    /// There is a list of log records.
    pub logs: bool,
    /// There is something else.
    pub other: bool,
}

/// Why a body is not OTLP.
#[derive(Debug, Error)]
pub enum OtlpJsonError {
    /// It is not JSON.
    #[error("the body is not JSON: {0}")]
    Json(serde_json::Error),
    /// It is JSON, but not in the form of OTLP.
    #[error("the body is not OTLP: {0}")]
    Shape(serde_json::Error),
}

/// Reads a body of `/v1/traces`, of `/v1/logs`, or of both in one. With `only`, records of the
/// other kind are counted as such instead of being taken.
///
/// # Errors
/// The body is no JSON, or not an object of lists. A single record that cannot be read is counted
/// instead.
pub fn read_json(
    body: &[u8],
    only: Option<Signal>,
    found: &mut Found,
) -> Result<Contents, OtlpJsonError> {
    let mut contents = Contents::default();
    let mut reader = serde_json::Deserializer::from_slice(body);
    let node = Node {
        level: Level::Document(&mut contents),
        only,
        found,
    };
    node.deserialize(&mut reader)
        .and_then(|()| reader.end())
        .map_err(|error| match error.is_data() {
            true => OtlpJsonError::Shape(error),
            false => OtlpJsonError::Json(error),
        })?;
    Ok(contents)
}

/// A JSON object on the way down to the records.
struct Node<'f> {
    level: Level<'f>,
    only: Option<Signal>,
    found: &'f mut Found,
}

enum Level<'f> {
    Document(&'f mut Contents),
    Batch(Signal),
    Scope(Signal),
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        match self.level {
            Level::Document(contents) => document(map, contents, self.only, self.found),
            Level::Batch(signal) => batch(map, signal, self.only, self.found),
            Level::Scope(signal) => scope(map, signal, self.only, self.found),
        }
    }
}

fn document<'de, A: MapAccess<'de>>(
    mut map: A,
    contents: &mut Contents,
    only: Option<Signal>,
    found: &mut Found,
) -> Result<(), A::Error> {
    while let Some(Text(key)) = map.next_key()? {
        let signal = match &*key {
            // The last is Tempo's name for it.
            "resourceSpans" | "resource_spans" | "batches" => {
                contents.traces = true;
                Signal::Traces
            }
            "resourceLogs" | "resource_logs" => {
                contents.logs = true;
                Signal::Logs
            }
            _ => {
                contents.other = true;
                map.next_value::<IgnoredAny>()?;
                continue;
            }
        };
        map.next_value_seed(List(|| Level::Batch(signal), only, found))?;
    }
    Ok(())
}

fn batch<'de, A: MapAccess<'de>>(
    mut map: A,
    signal: Signal,
    only: Option<Signal>,
    found: &mut Found,
) -> Result<(), A::Error> {
    let first = found.operations.len();
    let mut resource = Resource::default();
    while let Some(Text(key)) = map.next_key()? {
        match (&*key, signal) {
            ("resource", _) => {
                let Lenient(stated) = map.next_value::<Lenient<Resource<'_>>>()?;
                resource = stated.unwrap_or_default();
            }
            ("scopeSpans" | "scope_spans" | "instrumentationLibrarySpans", Signal::Traces)
            | ("scopeLogs" | "scope_logs", Signal::Logs) => {
                map.next_value_seed(List(|| Level::Scope(signal), only, &mut *found))?;
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
    }
    found.sent_by(first, &resource.0);
    Ok(())
}

fn scope<'de, A: MapAccess<'de>>(
    mut map: A,
    signal: Signal,
    only: Option<Signal>,
    found: &mut Found,
) -> Result<(), A::Error> {
    let wanted = only.is_none_or(|only| only == signal);
    while let Some(Text(key)) = map.next_key()? {
        match (&*key, signal) {
            ("spans", Signal::Traces) | ("logRecords" | "log_records", Signal::Logs) => {
                map.next_value_seed(Records {
                    signal,
                    wanted,
                    found: &mut *found,
                })?;
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
    }
    Ok(())
}

/// A list of nodes of one level; `null` is an empty one.
struct List<'f, F>(F, Option<Signal>, &'f mut Found);

impl<'de, 'f, F: Fn() -> Level<'f>> DeserializeSeed<'de> for List<'f, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, 'f, F: Fn() -> Level<'f>> Visitor<'de> for List<'f, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self(level, only, found) = self;
        loop {
            let node = Node {
                level: level(),
                only,
                found: &mut *found,
            };
            if seq.next_element_seed(node)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The list of records of a scope.
struct Records<'f> {
    signal: Signal,
    wanted: bool,
    found: &'f mut Found,
}

impl<'de> DeserializeSeed<'de> for Records<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Records<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { signal, found, .. } = self;
        if !self.wanted {
            while seq.next_element::<IgnoredAny>()?.is_some() {
                found.reject(Rejection::WrongSignal);
            }
            return Ok(());
        }
        match signal {
            Signal::Traces => {
                while let Some(Lenient(record)) = seq.next_element()? {
                    let SpanRecord(span) = record.unwrap_or(SpanRecord(UNREADABLE_SPAN));
                    found.span(span);
                }
            }
            Signal::Logs => {
                while let Some(Lenient(record)) = seq.next_element()? {
                    let LogRecord(log) = record.unwrap_or(LogRecord(UNREADABLE_LOG));
                    found.log(log);
                }
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

const UNREADABLE_SPAN: Result<super::Span<'static>, Rejection> = Err(Rejection::Unreadable);
const UNREADABLE_LOG: Result<super::Log<'static>, Rejection> = Err(Rejection::Unreadable);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(document: &Value) -> (Contents, Found) {
        let mut found = Found::default();
        let body = document.to_string();
        let contents = read_json(body.as_bytes(), None, &mut found).unwrap();
        (contents, found)
    }

    #[test]
    fn every_spelling_of_a_span_is_read() {
        let span = |code: Value, start: Value| {
            json!({"traceId": "AB000000000000000000000000000001", "spanId": "0000000000000001",
                "name": "search", "startTimeUnixNano": start, "endTimeUnixNano": "5000000",
                "status": {"code": code}, "attributes": [
                    {"key": "gen_ai.tool.name", "value": {"stringValue": "search"}},
                    {"key": "http.status_code", "value": {"intValue": "404"}}],
                "events": [{"name": "exception",
                    "attributes": [{"key": "exception.type", "value": {"stringValue": "E"}}]}]})
        };
        let batch = |list: &str, scopes: &str, span: Value| {
            json!({ list: [{scopes: [{"spans": [span, {"name": "no id"}, 7]}],
                "resource": {"attributes": [
                    {"key": "service.name", "value": {"stringValue": "writer"}}]}}]})
        };
        let plain = batch(
            "resourceSpans",
            "scopeSpans",
            span(json!(2), json!("2000000")),
        );
        let tempo = batch(
            "batches",
            "instrumentationLibrarySpans",
            span(json!("STATUS_CODE_ERROR"), json!(2_000_000)),
        );
        let (contents, found) = read(&plain);
        assert_eq!(
            contents,
            Contents {
                traces: true,
                ..Contents::default()
            }
        );
        assert_eq!(found.rejected.count(Rejection::InvalidId), 1);
        assert_eq!(found.rejected.count(Rejection::Unreadable), 1);
        let operation = &found.operations[0];
        assert_eq!(
            operation.event_id,
            "ab000000000000000000000000000001-0000000000000001"
        );
        assert_eq!(operation.agent, "writer");
        assert_eq!(operation.latency_ms, Some(3.0));
        assert!(!operation.success);
        assert_eq!(operation.error_code.as_deref(), Some("E"));
        assert_eq!(read(&tempo).1.operations, found.operations);
    }

    #[test]
    fn a_log_record_is_read_and_named() {
        let record = json!({"observedTimeUnixNano": "3000", "body": {"stringValue":
            "claude_code.tool_result"}, "attributes": [
                {"value": {"stringValue": "Bash"}, "key": "tool_name"},
                {"key": "success", "value": {"boolValue": true}},
                {"key": "duration_ms", "value": {"doubleValue": 1.5}}]});
        let resource = json!({"attributes": [
            {"key": "session.id", "value": {"stringValue": "s-1"}}]});
        let logs = json!({"resourceLogs": [{"resource": resource, "scopeLogs": [
            {"logRecords": [record, {"body": {"stringValue": "no time"}}]}]}], "x": 1});
        let (contents, found) = read(&logs);
        assert!(contents.logs && contents.other && !contents.traces);
        assert_eq!(found.rejected.count(Rejection::MissingTime), 1);
        let operation = &found.operations[0];
        assert_eq!(operation.tool.as_deref(), Some("Bash"));
        assert_eq!(operation.latency_ms, Some(1.5));
        assert_eq!(operation.timestamp.as_micros(), 3);
        assert_eq!(operation.session_id.as_deref(), Some("s-1"));
    }

    #[test]
    fn records_of_the_other_signal_are_counted() {
        let body = br#"{"resourceLogs": [{"scopeLogs": [{"logRecords": [{}, {}]}]}]}"#;
        let mut found = Found::default();
        read_json(body, Some(Signal::Traces), &mut found).unwrap();
        assert_eq!(found.rejected.count(Rejection::WrongSignal), 2);
    }

    #[test]
    fn what_is_no_otlp_is_refused_and_null_is_empty() {
        for (body, is_json) in [
            ("", false),
            ("{", false),
            ("{} {}", false),
            ("[]", true),
            ("7", true),
            ("{\"resourceSpans\": 7}", true),
            ("{\"resourceSpans\": [7]}", true),
        ] {
            let error = read_json(body.as_bytes(), None, &mut Found::default()).unwrap_err();
            assert_eq!(matches!(error, OtlpJsonError::Shape(_)), is_json, "{body}");
        }
        for body in [
            "{}",
            "{\"resourceSpans\": null}",
            "{\"resourceSpans\": [{}]}",
        ] {
            let mut found = Found::default();
            read_json(body.as_bytes(), None, &mut found).unwrap();
            assert_eq!(found.rejected.total(), 0);
        }
    }
}
