//! The rows of an export, under the names of the API and of the exports to files.

use serde_json::Value;
use types::Timestamp;

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Trace,
    Observation,
    Score,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a>(pub(super) &'a Value);

impl<'a> Row<'a> {
    pub(super) fn kind(self) -> Option<Kind> {
        let is_judgement = self.has(&["value", "stringValue", "string_value", "longStringValue"]);
        if is_judgement && self.has(&["dataType", "data_type"]) {
            return Some(Kind::Score);
        }
        if self.start().is_some() && self.text(&["type"]).is_some() {
            return Some(Kind::Observation);
        }
        let is_trace = self.text(&["id"]).is_some() && self.time(&["timestamp"]).is_some();
        is_trace.then_some(Kind::Trace)
    }

    fn field(self, names: &[&str]) -> Option<&'a Value> {
        let found = names.iter().find_map(|name| self.0.get(name));
        found.filter(|value| !value.is_null())
    }

    fn has(self, names: &[&str]) -> bool {
        names.iter().any(|name| self.0.get(name).is_some())
    }

    pub(super) fn text(self, names: &[&str]) -> Option<&'a str> {
        let text = self.field(names)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn number(self, names: &[&str]) -> Option<f64> {
        match self.field(names)? {
            // Exports write large and exact numbers as text.
            Value::String(text) => text.parse().ok(),
            other => other.as_f64(),
        }
    }

    pub(super) fn time(self, names: &[&str]) -> Option<Timestamp> {
        let text = self.text(names)?;
        // Exports to files write `2024-05-29 13:46:19.963000`, in UTC.
        text.parse()
            .or_else(|_| format!("{}Z", text.replacen(' ', "T", 1)).parse())
            .ok()
    }

    pub(super) fn start(self) -> Option<Timestamp> {
        self.time(&["startTime", "start_time"])
    }

    pub(super) fn end(self) -> Option<Timestamp> {
        self.time(&["endTime", "end_time"])
    }

    pub(super) fn id(self) -> Option<&'a str> {
        self.text(&["id"])
    }

    pub(super) fn name(self) -> Option<&'a str> {
        self.text(&["name"])
    }

    pub(super) fn trace_id(self) -> Option<&'a str> {
        self.text(&["traceId", "trace_id"])
    }

    pub(super) fn trace_name(self) -> Option<&'a str> {
        self.text(&["traceName", "trace_name"])
    }

    pub(super) fn session_id(self) -> Option<&'a str> {
        self.text(&["sessionId", "session_id"])
    }

    pub(super) fn parent_id(self) -> Option<&'a str> {
        self.text(&["parentObservationId", "parent_observation_id"])
    }

    pub(super) fn latency_ms(self) -> Option<f64> {
        match (self.start(), self.end()) {
            (Some(start), Some(end)) => Some((end.since(start).as_micros() as f64 / 1e3).round()),
            _ => Some((self.number(&["latency"])? * 1e3).round()),
        }
    }

    pub(super) fn tokens(self) -> Option<u64> {
        let usage = self
            .field(&["usageDetails", "usage_details", "usage"])
            .map(Row);
        let total = usage.and_then(|usage| usage.number(&["total"]));
        let parts = || {
            let usage = usage?;
            let (input, output) = (usage.number(&["input"]), usage.number(&["output"]));
            match (input, output) {
                (None, None) => None,
                (input, output) => Some(input.unwrap_or(0.0) + output.unwrap_or(0.0)),
            }
        };
        let tokens = total
            .or_else(parts)
            .or_else(|| self.number(&["totalTokens", "total_tokens"]))?;
        (0.0 <= tokens).then_some(tokens as u64)
    }

    /// What an instrumentation by OpenTelemetry or the user noted beside, under a name.
    pub(super) fn noted(self, names: &[&str]) -> Option<String> {
        let metadata = self.field(&["metadata"])?;
        let parsed: Value;
        let metadata = match metadata {
            Value::String(text) => {
                parsed = serde_json::from_str(text).ok()?;
                &parsed
            }
            other => other,
        };
        let attributes = metadata.get("attributes").unwrap_or(&Value::Null);
        [metadata, attributes]
            .into_iter()
            .find_map(|place| Row(place).text(names))
            .map(str::to_owned)
    }
}
