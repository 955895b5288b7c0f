//! Traces as Jaeger exports them.

use std::collections::HashMap;

use serde_json::Value;

use super::{AttributeValue, Attributes, Found, Rejection, Span};

/// Reads a document of Jaeger's; `None` if it is none.
pub(super) fn read(body: &[u8], found: &mut Found) -> Option<()> {
    let document: Value = serde_json::from_slice(body).ok()?;
    for trace in document["data"].as_array()? {
        let mut processes = HashMap::new();
        for (id, process) in trace["processes"].as_object().into_iter().flatten() {
            let mut resource = tags(&process["tags"]);
            if let Some(name) = process["serviceName"].as_str() {
                resource.push("service.name", AttributeValue::Text(name.into()));
            }
            processes.insert(id.as_str(), resource);
        }
        for record in trace["spans"].as_array().into_iter().flatten() {
            let process = record["processID"].as_str();
            let resource = process.and_then(|id| processes.get(id));
            let first = found.operations.len();
            found.span(span(record).ok_or(Rejection::Unreadable));
            if let Some(resource) = resource {
                found.sent_by(first, resource);
            }
        }
    }
    Some(())
}

fn span(record: &Value) -> Option<Span<'_>> {
    let start_micros = record["startTime"].as_u64()?;
    let end_micros = start_micros.checked_add(record["duration"].as_u64()?)?;
    let stated = |key: &str| tag(&record["tags"], key);
    let message = stated("otel.status_description").and_then(Value::as_str);
    Some(Span {
        trace_id: record["traceID"].as_str()?.to_lowercase().into(),
        span_id: record["spanID"].as_str()?.to_lowercase().into(),
        is_root: !has_parent(&record["references"]),
        name: record["operationName"].as_str().unwrap_or_default().into(),
        start_nanos: start_micros.checked_mul(1000)?,
        end_nanos: end_micros.checked_mul(1000)?,
        attributes: tags(&record["tags"]),
        failed: stated("otel.status_code").and_then(Value::as_str) == Some("ERROR"),
        message: message.unwrap_or_default().into(),
        exception: exception(&record["logs"]),
        events: vec![],
    })
}

fn has_parent(references: &Value) -> bool {
    let mut references = references.as_array().into_iter().flatten();
    references.any(|reference| {
        let parent = reference["spanID"].as_str().unwrap_or_default();
        reference["refType"] == "CHILD_OF" && !parent.is_empty()
    })
}

fn exception(logs: &Value) -> Option<Attributes<'_>> {
    let logs = logs.as_array()?;
    let is_exception =
        |log: &&Value| tag(&log["fields"], "event").and_then(Value::as_str) == Some("exception");
    logs.iter()
        .rev()
        .find(is_exception)
        .map(|log| tags(&log["fields"]))
}

fn tag<'a>(list: &'a Value, key: &str) -> Option<&'a Value> {
    let mut entries = list.as_array()?.iter();
    entries.find_map(|entry| (entry["key"] == key).then_some(&entry["value"]))
}

fn tags(list: &Value) -> Attributes<'_> {
    let mut attributes = Attributes::default();
    for entry in list.as_array().into_iter().flatten() {
        let value = match &entry["value"] {
            Value::String(text) => AttributeValue::Text(text.into()),
            Value::Bool(flag) => AttributeValue::Flag(*flag),
            Value::Number(number) => number.as_i64().map_or_else(
                || AttributeValue::Number(number.as_f64().unwrap_or_default()),
                AttributeValue::Whole,
            ),
            _ => continue,
        };
        if let Some(key) = entry["key"].as_str() {
            attributes.push(key, value);
        }
    }
    attributes
}
