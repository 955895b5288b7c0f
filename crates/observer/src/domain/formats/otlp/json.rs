//! OTLP as JSON, read leniently: ids and numbers as text or not, enums by name or number, the
//! older and the exporters' own names of the lists.

use serde_json::Value;
use thiserror::Error;

use super::{AttributeValue, Attributes, Log, Span};

/// Spans and log records, each with the number of its resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Telemetry {
    /// The resources that sent them.
    pub resources: Vec<Attributes>,
    /// The spans.
    pub spans: Vec<(usize, Span)>,
    /// The log records.
    pub logs: Vec<(usize, Log)>,
    /// Records that lack what every record has.
    pub unreadable: u64,
}

/// Why a body is not OTLP.
#[derive(Debug, Error)]
pub enum OtlpJsonError {
    /// It is not JSON.
    #[error("the body is not JSON")]
    Json(#[source] serde_json::Error),
    /// It has none of the lists that OTLP knows.
    #[error("expected an object with resourceSpans or resourceLogs")]
    Shape,
}

/// Reads a body of `/v1/traces` or `/v1/logs`.
pub fn parse_json(body: &[u8]) -> Result<Telemetry, OtlpJsonError> {
    telemetry(&serde_json::from_slice(body).map_err(OtlpJsonError::Json)?)
}

pub(super) fn telemetry(document: &Value) -> Result<Telemetry, OtlpJsonError> {
    let spans = list(document, &["resourceSpans", "resource_spans", "batches"]);
    let logs = list(document, &["resourceLogs", "resource_logs"]);
    if spans.is_none() && logs.is_none() {
        return Err(OtlpJsonError::Shape);
    }
    let mut telemetry = Telemetry::default();
    for batch in spans.unwrap_or_default() {
        let resource = telemetry.add_resource(&batch["resource"]);
        let scopes = list(
            batch,
            &["scopeSpans", "scope_spans", "instrumentationLibrarySpans"],
        );
        for scope in scopes.unwrap_or_default() {
            for record in list(scope, &["spans"]).unwrap_or_default() {
                match span(record) {
                    Some(span) => telemetry.spans.push((resource, span)),
                    None => telemetry.unreadable += 1,
                }
            }
        }
    }
    for batch in logs.unwrap_or_default() {
        let resource = telemetry.add_resource(&batch["resource"]);
        let scopes = list(batch, &["scopeLogs", "scope_logs"]);
        for scope in scopes.unwrap_or_default() {
            for record in list(scope, &["logRecords", "log_records"]).unwrap_or_default() {
                match log(record) {
                    Some(log) => telemetry.logs.push((resource, log)),
                    None => telemetry.unreadable += 1,
                }
            }
        }
    }
    Ok(telemetry)
}

impl Telemetry {
    fn add_resource(&mut self, resource: &Value) -> usize {
        self.resources.push(attributes(&resource["attributes"]));
        self.resources.len() - 1
    }
}

fn span(record: &Value) -> Option<Span> {
    let text = |names: &[&str]| field(record, names).and_then(Value::as_str);
    let start = nanos(record, &["startTimeUnixNano", "start_time_unix_nano"])?;
    let end = nanos(record, &["endTimeUnixNano", "end_time_unix_nano"]);
    let status = &record["status"];
    Some(Span {
        trace_id: text(&["traceId", "trace_id"])
            .filter(|id| !id.is_empty())?
            .to_lowercase(),
        span_id: text(&["spanId", "span_id"])
            .filter(|id| !id.is_empty())?
            .to_lowercase(),
        parent_span_id: text(&["parentSpanId", "parent_span_id"])
            .unwrap_or_default()
            .to_owned(),
        name: text(&["name"]).unwrap_or_default().to_owned(),
        start_nanos: start,
        end_nanos: end.filter(|end| start <= *end).unwrap_or(start),
        attributes: attributes(&record["attributes"]),
        failed: status["code"] == 2 || status["code"] == "STATUS_CODE_ERROR",
        message: status["message"].as_str().map(str::to_owned),
        exception: exception(&record["events"]),
    })
}

/// The attributes of the last exception among a span's events.
fn exception(events: &Value) -> Option<Attributes> {
    let events = events.as_array()?;
    let last = events.iter().rfind(|event| event["name"] == "exception")?;
    Some(attributes(&last["attributes"]))
}

fn log(record: &Value) -> Option<Log> {
    let text = |names: &[&str]| {
        let found = field(record, names).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let time = nanos(record, &["timeUnixNano", "time_unix_nano"])
        .filter(|time| *time != 0)
        .or_else(|| nanos(record, &["observedTimeUnixNano", "observed_time_unix_nano"]))?;
    let attributes = attributes(&record["attributes"]);
    let body = record["body"]["stringValue"].as_str().unwrap_or_default();
    let mut event_name = text(&["eventName", "event_name"]);
    if event_name.is_empty() {
        // A body is an event's name only when it could be nothing else; other bodies are content.
        let stated = attributes.text(&["event.name"]).map(str::to_owned);
        let is_name = body.contains('.') && !body.contains(char::is_whitespace);
        event_name = stated
            .or_else(|| is_name.then(|| body.to_owned()))
            .unwrap_or_default();
    }
    Some(Log {
        time_nanos: time,
        event_name,
        attributes,
        trace_id: text(&["traceId", "trace_id"]).to_lowercase(),
        span_id: text(&["spanId", "span_id"]).to_lowercase(),
    })
}

fn attributes(list: &Value) -> Attributes {
    let mut attributes = Attributes::default();
    for entry in list.as_array().into_iter().flatten() {
        let value = entry["value"].as_object().and_then(|it| it.iter().next());
        let (Some(key), Some((kind, value))) = (entry["key"].as_str(), value) else {
            continue;
        };
        if let Some(value) = attribute_value(kind, value) {
            attributes.push(key, value);
        }
    }
    attributes
}

fn attribute_value(kind: &str, value: &Value) -> Option<AttributeValue> {
    match (kind, value) {
        ("stringValue" | "string_value", Value::String(text)) => {
            Some(AttributeValue::Text(text.clone()))
        }
        (_, Value::Bool(flag)) => Some(AttributeValue::Flag(*flag)),
        (_, Value::Number(number)) => number.as_f64().map(AttributeValue::Number),
        // Whole numbers of 64 bits are written as text.
        (_, Value::String(text)) => text.parse().ok().map(AttributeValue::Number),
        _ => None,
    }
}

fn nanos(record: &Value, names: &[&str]) -> Option<u64> {
    match field(record, names)? {
        Value::String(text) => text.parse().ok(),
        number => number.as_u64(),
    }
}

fn list<'a>(value: &'a Value, names: &[&str]) -> Option<&'a [Value]> {
    field(value, names)?.as_array().map(Vec::as_slice)
}

fn field<'a>(value: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| value.get(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_spelling_of_a_span_is_read() {
        let span = |code: Value, time: Value| {
            json!({"traceId": "AB", "spanId": "01", "name": "n", "startTimeUnixNano": time,
                "endTimeUnixNano": "9", "status": {"code": code, "message": "m"},
                "attributes": [{"key": "gen_ai.tool.name", "value": {"stringValue": "Bash"}},
                    {"key": "http.status_code", "value": {"intValue": "404"}}],
                "events": [{"name": "exception",
                    "attributes": [{"key": "exception.type", "value": {"stringValue": "E"}}]}]})
        };
        let plain = json!({"resourceSpans": [{"resource": {}, "scopeSpans": [
            {"spans": [span(json!(2), json!("5")), {"name": "no id"}]}]}]});
        let tempo = json!({"batches": [{"resource": {}, "instrumentationLibrarySpans": [
            {"spans": [span(json!("STATUS_CODE_ERROR"), json!(5))]}]}]});

        let plain = telemetry(&plain).unwrap();
        assert_eq!(plain.unreadable, 1);
        let read = &plain.spans[0].1;
        assert_eq!(
            (read.trace_id.as_str(), read.start_nanos, read.failed),
            ("ab", 5, true)
        );
        assert_eq!(read.attributes.number(&["http.status_code"]), Some(404.0));
        assert!(read.exception.is_some());
        assert_eq!(telemetry(&tempo).unwrap().spans[0].1, *read);
        assert!(telemetry(&json!({"x": 1})).is_err());
    }

    #[test]
    fn a_log_is_named_by_field_attribute_or_a_body_of_one_word() {
        let named = |record: Value| {
            let document = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]});
            telemetry(&document).unwrap().logs[0].1.event_name.clone()
        };
        let by_attribute = json!({"timeUnixNano": "1", "attributes": [
            {"key": "event.name", "value": {"stringValue": "tool_result"}}]});
        assert_eq!(
            named(json!({"timeUnixNano": "1", "eventName": "a.b"})),
            "a.b"
        );
        assert_eq!(named(by_attribute), "tool_result");
        let body = |text: &str| json!({"timeUnixNano": "1", "body": {"stringValue": text}});
        assert_eq!(
            named(body("claude_code.tool_result")),
            "claude_code.tool_result"
        );
        assert_eq!(named(body("The user said so.")), "");
    }
}
