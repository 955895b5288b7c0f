//! Corrections of an overseer: what a stronger model advised an agent that had failed, one a line.

use serde::Deserialize;
use serde_json::Value;
use types::{
    Timestamp,
    event::{EventType, Operation, Scenario},
};

use super::{Decode, Output};
use crate::domain::{event::blank, identity::event_id};

/// The source of such operations.
pub const OVERSEER_SOURCE: &str = "overseer_correction";
/// What their endpoint begins with; the model follows.
pub const OVERSEER_ENDPOINT: &str = "overseer:";
const AGENT: &str = "overseer";
const NO_MODEL: &str = "unknown";
const NO_REASON: &str = "escalation";
const SUMMARY_CHARS: usize = 200;

pub(super) struct Corrections {
    generation: u64,
    /// When rows that name no time are taken to have been written.
    now: Timestamp,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    created_at: Value,
    model: Option<String>,
    task_class: Option<String>,
    reason: Option<String>,
    correction: Option<String>,
    sig_hash: Option<String>,
    applied_at_turn: Option<i64>,
    agent: Option<String>,
    session_id: Option<String>,
    #[serde(default)]
    usage: Value,
}

impl Corrections {
    pub(super) fn new(now: Timestamp, generation: u64) -> Self {
        Self { generation, now }
    }

    fn operation(&self, row: Row, at: Option<Timestamp>, id: String) -> Operation {
        let model = row.model.unwrap_or_else(|| NO_MODEL.to_owned());
        let correction = row.correction.unwrap_or_default();
        let task = row.task_class.as_deref().unwrap_or("?");
        let reason = row.reason.unwrap_or_else(|| NO_REASON.to_owned());
        Operation {
            event_id: id,
            event_type: EventType::UserCorrection,
            correction_type: Some(AGENT.to_owned()),
            agent: row.agent.unwrap_or_else(|| AGENT.to_owned()),
            session_id: row.session_id,
            source: OVERSEER_SOURCE.to_owned(),
            endpoint: Some(format!("{OVERSEER_ENDPOINT}{model}")),
            input_summary: Some(format!("{task}: {reason}")),
            output_summary: Some(correction.chars().take(SUMMARY_CHARS).collect()),
            latency_ms: row.usage["latency_ms"].as_f64().filter(|ms| 0.0 <= *ms),
            tokens: row.usage["total_tokens"].as_u64(),
            model: (model != NO_MODEL).then_some(model),
            task_class: row.task_class,
            scenario: Some(Box::new(Scenario {
                sig_hash: row.sig_hash,
                correction: Some(correction),
                applied_at_turn: Some(row.applied_at_turn.unwrap_or(0)),
                ..Scenario::default()
            })),
            ..blank(at.unwrap_or(self.now))
        }
    }
}

impl Decode for Corrections {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>) {
        let Ok(row) = serde_json::from_slice::<Row>(unit) else {
            return output.skip("not a correction");
        };
        if row.correction.is_none() && row.task_class.is_none() {
            return output.skip("not a correction");
        }
        let at = row.created_at.as_str().and_then(|text| text.parse().ok());
        let text = String::from_utf8_lossy(unit);
        // A row with a time is itself wherever it stands; equal ones without are told apart by
        // their place.
        let id = match at {
            Some(_) => event_id(&[OVERSEER_SOURCE, &text]),
            None => {
                let (line, generation) = (output.line.to_string(), self.generation.to_string());
                event_id(&[OVERSEER_SOURCE, &text, &line, &generation])
            }
        };
        let operation = self.operation(row, at, id);
        output.emit(operation);
    }

    fn happening(&mut self, now: Timestamp) {
        self.now = now;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Reader};
    use super::*;
    use std::path::Path;

    #[test]
    fn a_row_becomes_a_correction_that_is_neither_success_nor_failure_of_an_agent() {
        let text = concat!(
            r#"{"created_at":"2026-01-10T14:32:00Z","model":"gpt-oss:120b","task_class":"staffing.fill","reason":"stuck","correction":"widen the radius","sig_hash":"ab","applied_at_turn":3,"usage":{"latency_ms":812}}"#,
            "\n{\"correction\":\"x\"}\n{\"correction\":\"x\"}\n[]\n{\"a\":1}\n"
        );
        let path = Path::new("overseer_corrections.jsonl");
        assert_eq!(
            Format::detect(path, text.as_bytes()),
            Some(Format::Corrections)
        );
        let mut reader = Reader::new(Format::Corrections, path, Timestamp::from_micros(0));
        let mut parsed = Vec::new();
        reader.feed(text.as_bytes(), &mut parsed);

        assert_eq!(parsed.len(), 3);
        let first = &parsed[0].operation;
        assert_eq!(first.endpoint.as_deref(), Some("overseer:gpt-oss:120b"));
        assert_eq!(first.input_summary.as_deref(), Some("staffing.fill: stuck"));
        assert_eq!(first.latency_ms, Some(812.0));
        assert_eq!(first.event_type, EventType::UserCorrection);
        assert_eq!(first.scenario.as_ref().unwrap().applied_at_turn, Some(3));
        assert_eq!(
            parsed[1].operation.input_summary.as_deref(),
            Some("?: escalation")
        );
        assert_ne!(parsed[1].operation.event_id, parsed[2].operation.event_id);
        assert_eq!(reader.skipped().get("not a correction"), Some(&2));
    }
}
