//! Traces as Jaeger exports them.

use std::collections::HashMap;

use serde_json::Value;

use super::{AttributeValue, Attributes, OtlpJsonError, Span, Telemetry};

pub(super) fn telemetry(document: &Value) -> Result<Telemetry, OtlpJsonError> {
    let traces = document["data"].as_array().ok_or(OtlpJsonError::Shape)?;
    let mut telemetry = Telemetry::default();
    for trace in traces {
        let mut numbers = HashMap::new();
        for (id, process) in trace["processes"].as_object().into_iter().flatten() {
            let mut resource = tags(&process["tags"]);
            if let Some(name) = process["serviceName"].as_str() {
                resource.push("service.name", AttributeValue::Text(name.to_owned()));
            }
            numbers.insert(id.as_str(), telemetry.resources.len());
            telemetry.resources.push(resource);
        }
        for record in trace["spans"].as_array().into_iter().flatten() {
            let resource = record["processID"].as_str().and_then(|id| numbers.get(id));
            match (resource, span(record)) {
                (Some(resource), Some(span)) => telemetry.spans.push((*resource, span)),
                _ => telemetry.unreadable += 1,
            }
        }
    }
    Ok(telemetry)
}

fn span(record: &Value) -> Option<Span> {
    let start_micros = record["startTime"].as_u64()?;
    let end_micros = start_micros.checked_add(record["duration"].as_u64()?)?;
    let stated = |key: &str| tag(&record["tags"], key);
    Some(Span {
        trace_id: record["traceID"].as_str()?.to_lowercase(),
        span_id: record["spanID"].as_str()?.to_lowercase(),
        parent_span_id: parent(&record["references"]),
        name: record["operationName"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        start_nanos: start_micros.checked_mul(1000)?,
        end_nanos: end_micros.checked_mul(1000)?,
        attributes: tags(&record["tags"]),
        failed: stated("otel.status_code").and_then(Value::as_str) == Some("ERROR"),
        message: stated("otel.status_description")
            .and_then(Value::as_str)
            .map(str::to_owned),
        exception: exception(&record["logs"]),
    })
}

fn parent(references: &Value) -> String {
    let references = references.as_array().into_iter().flatten();
    let mut parents = references.filter(|reference| reference["refType"] == "CHILD_OF");
    let parent = parents.find_map(|reference| reference["spanID"].as_str());
    parent.unwrap_or_default().to_owned()
}

fn exception(logs: &Value) -> Option<Attributes> {
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

fn tags(list: &Value) -> Attributes {
    let mut attributes = Attributes::default();
    for entry in list.as_array().into_iter().flatten() {
        let value = match &entry["value"] {
            Value::String(text) => AttributeValue::Text(text.clone()),
            Value::Bool(flag) => AttributeValue::Flag(*flag),
            Value::Number(number) => AttributeValue::Number(number.as_f64().unwrap_or_default()),
            _ => continue,
        };
        if let Some(key) = entry["key"].as_str() {
            // Jaeger's own `error` flag says no more than the status; the text of that name does.
            if !(key == "error" && matches!(value, AttributeValue::Flag(_))) {
                attributes.push(key, value);
            }
        }
    }
    attributes
}
