//! Exports of Langfuse: traces, observations and scores, as the API answers them or as the
//! exports write them, one JSON document or one row a line. What went in and came out is left.

mod row;

use std::collections::HashMap;

use serde_json::Value;
use types::{
    Timestamp,
    event::{EventType, Operation},
};

use self::row::{Kind, Row};
use super::{Decode, Output};
use crate::domain::{event::blank, identity::event_id};

const SOURCE: &str = "langfuse";
/// Whose an observation is when nothing says it.
const AGENT: &str = "langfuse";
/// So many traces and agents are remembered; older ones are forgotten all at once.
const MAX_KNOWN: usize = 200_000;

/// Keys that only exports of Langfuse have beside the id of a trace.
const MARKS: [&str; 6] = [
    "parentObservationId",
    "parent_observation_id",
    "observationId",
    "observation_id",
    "statusMessage",
    "status_message",
];

/// An export, with what its rows have said of traces and agents so far.
#[derive(Default)]
pub(super) struct Export {
    traces: HashMap<String, Trace>,
    observations: HashMap<String, Known>,
}

#[derive(Default)]
struct Trace {
    name: Option<String>,
    session_id: Option<String>,
}

struct Known {
    parent: Option<String>,
    agent: Option<String>,
}

/// Whether a file is an export, by the keys at its start.
pub(super) fn is_export(has: &impl Fn(&str) -> bool) -> bool {
    let of_trace = has("traceId") || has("trace_id");
    let rows = of_trace && MARKS.iter().any(|mark| has(mark));
    let whole_trace = has("observations") && (has("scores") || has("htmlPath"));
    let traces = has("timestamp")
        && has("tags")
        && (has("userId") || has("user_id"))
        && (has("sessionId") || has("session_id"))
        && has("release");
    rows || whole_trace || traces
}

impl Decode for Export {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>) {
        let Ok(document) = serde_json::from_slice::<Value>(unit) else {
            return output.skip("not JSON");
        };
        let mut rows = Vec::new();
        add_rows(&document, &mut rows);
        // A row may come before the one that says whose it is.
        for row in &rows {
            self.learn(*row);
        }
        for row in rows {
            match row.kind() {
                Some(Kind::Observation) => self.observation(row, output),
                Some(Kind::Score) => self.score(row, output),
                Some(Kind::Trace) => {}
                None => output.skip("not a trace, observation or score"),
            }
        }
    }
}

/// The rows of a document: a list, a page of the API, a trace with its observations, or one row.
fn add_rows<'a>(document: &'a Value, rows: &mut Vec<Row<'a>>) {
    if let Value::Array(list) = document {
        return list.iter().for_each(|inner| add_rows(inner, rows));
    }
    if let Some(page @ Value::Array(_)) = document.get("data") {
        return add_rows(page, rows);
    }
    if let Some(trace @ Value::Object(_)) = document.get("trace") {
        add_rows(trace, rows);
    } else {
        rows.push(Row(document));
    }
    for inner in ["observations", "scores"] {
        let list = document.get(inner).and_then(Value::as_array);
        // Some exports name observations by their id only.
        rows.extend(
            list.into_iter()
                .flatten()
                .filter(|row| row.is_object())
                .map(Row),
        );
    }
}

impl Export {
    fn learn(&mut self, row: Row<'_>) {
        let Some(kind) = row.kind() else { return };
        let trace_id = if kind == Kind::Trace {
            row.id()
        } else {
            row.trace_id()
        };
        if let Some(id) = trace_id {
            if MAX_KNOWN <= self.traces.len() {
                self.traces.clear();
            }
            let trace = self.traces.entry(id.to_owned()).or_default();
            let name = if kind == Kind::Trace {
                row.name()
            } else {
                row.trace_name()
            };
            trace.name = name.map(str::to_owned).or_else(|| trace.name.take());
            let session = row.session_id().map(str::to_owned);
            trace.session_id = session.or_else(|| trace.session_id.take());
        }
        if let (Kind::Observation, Some(id)) = (kind, row.id()) {
            if MAX_KNOWN <= self.observations.len() {
                self.observations.clear();
            }
            let is_agent = row
                .text(&["type"])
                .is_some_and(|kind| kind.eq_ignore_ascii_case("agent"));
            let known = Known {
                parent: row.parent_id().map(str::to_owned),
                agent: row.name().filter(|_| is_agent).map(str::to_owned),
            };
            self.observations.insert(id.to_owned(), known);
        }
    }

    /// Who did it: what is noted, the agent above it, or the name of the trace.
    fn agent_of(&self, row: Row<'_>) -> String {
        let noted = row.noted(&["gen_ai.agent.name", "agent", "agent_name"]);
        let above = || {
            let mut next = row.id();
            // A tree is not this deep; a circle is.
            for _ in 0..64 {
                let known = self.observations.get(next?)?;
                if known.agent.is_some() {
                    return known.agent.clone();
                }
                next = known.parent.as_deref();
            }
            None
        };
        noted
            .or_else(above)
            .or_else(|| self.trace_of(row)?.name.clone())
            .unwrap_or_else(|| AGENT.to_owned())
    }

    fn trace_of(&self, row: Row<'_>) -> Option<&Trace> {
        self.traces.get(row.trace_id()?)
    }

    fn template(&self, row: Row<'_>, id: &str, at: Timestamp) -> Operation {
        let trace_id = row.trace_id().unwrap_or_default();
        let session = self
            .trace_of(row)
            .and_then(|trace| trace.session_id.clone());
        let session = session.or_else(|| row.trace_id().map(str::to_owned));
        Operation {
            event_id: event_id(&[SOURCE, trace_id, id]),
            agent: self.agent_of(row),
            session_id: session.or_else(|| row.session_id().map(str::to_owned)),
            source: SOURCE.to_owned(),
            ..blank(at)
        }
    }

    fn observation(&self, row: Row<'_>, output: &mut Output<'_>) {
        let (Some(id), Some(at)) = (row.id(), row.end().or(row.start())) else {
            return output.skip("observation without id or time");
        };
        let failed = row
            .text(&["level"])
            .is_some_and(|level| level.eq_ignore_ascii_case("error"));
        let Some((event_type, tool)) = kind_of(row, failed) else {
            return output.skip("observation that is no operation of an agent");
        };
        let is_task = event_type == EventType::TaskFailure;
        output.emit(Operation {
            event_type,
            tool,
            success: !failed,
            error_code: failed
                .then(|| row.noted(&["error.type", "exception.type"]))
                .flatten(),
            error_message: row
                .text(&["statusMessage", "status_message"])
                .filter(|_| failed)
                .map(str::to_owned),
            latency_ms: row.latency_ms(),
            task_name: row.name().filter(|_| is_task).map(str::to_owned),
            model: row
                .text(&["model", "providedModelName", "provided_model_name"])
                .map(str::to_owned),
            tokens: row.tokens(),
            ..self.template(row, id, at)
        });
    }

    fn score(&self, row: Row<'_>, output: &mut Output<'_>) {
        let at = row.time(&["timestamp", "createdAt", "created_at"]);
        let (Some(id), Some(at)) = (row.id(), at) else {
            return output.skip("score without id or time");
        };
        let template = self.template(row, id, at);
        let named = |name: &str| row.name().is_some_and(|it| it.eq_ignore_ascii_case(name));
        if named("user_correction") {
            return output.emit(Operation {
                event_type: EventType::UserCorrection,
                correction_type: Some("score".to_owned()),
                ..template
            });
        }
        if named("escalation") {
            return output.emit(Operation {
                event_type: EventType::Escalation,
                reason_category: Some("score".to_owned()),
                ..template
            });
        }
        match judgement(row) {
            Some(feedback) => output.emit(Operation {
                event_type: EventType::Feedback,
                feedback: Some(feedback),
                ..template
            }),
            None => output.skip("score that is no judgement from 0 to 1"),
        }
    }
}

fn kind_of(row: Row<'_>, failed: bool) -> Option<(EventType, Option<String>)> {
    let named = || row.name().unwrap_or("unnamed").to_owned();
    let noted = || row.noted(&["gen_ai.tool.name", "tool.name"]);
    let kind = row.text(&["type"])?.to_ascii_uppercase();
    let tool = match kind.as_str() {
        "TOOL" => Some(noted().unwrap_or_else(named)),
        // A call of a model fails and costs like one of a tool.
        "GENERATION" | "EMBEDDING" | "RETRIEVER" => Some(named()),
        _ => noted(),
    };
    if tool.is_some() {
        return Some((EventType::ToolCall, tool));
    }
    let fails_a_task = failed && row.parent_id().is_none() && kind != "EVENT";
    fails_a_task.then_some((EventType::TaskFailure, None))
}

/// A score as a judgement from 0 (bad) to 1 (good).
fn judgement(row: Row<'_>) -> Option<f64> {
    if let Some(value) = row.number(&["value"]) {
        return Some(value).filter(|value| (0.0..=1.0).contains(value));
    }
    let word = row
        .text(&["stringValue", "string_value", "value"])?
        .to_ascii_lowercase();
    match word.as_str() {
        "true" | "good" | "up" | "thumbs_up" | "positive" | "correct" | "pass" => Some(1.0),
        "false" | "bad" | "down" | "thumbs_down" | "negative" | "incorrect" | "fail" => Some(0.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
