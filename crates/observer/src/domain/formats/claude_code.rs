//! Session transcripts of Claude Code: one JSON record a line, the calls of a tool in records of
//! the assistant, their results in records of the user. Subagents write files of their own.

use std::{borrow::Cow, collections::HashMap};

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use types::{
    Timestamp,
    event::{EventType, Operation},
};

use super::{Decode, Output, text::content_text};
use crate::domain::{event::blank, identity::event_id};

const AGENT: &str = "claude-code";
const SUBAGENT: &str = "claude-code/subagent";
const INTERRUPTED: &str = "[Request interrupted by user";

/// Calls whose results have not come may be this many; the oldest transcripts stay far below.
const MAX_OPEN_CALLS: usize = 100_000;

/// One transcript, with the calls that still wait for their result.
#[derive(Default)]
pub(super) struct Transcript {
    open_calls: HashMap<String, (String, Timestamp)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    session_id: Option<Cow<'a, str>>,
    #[serde(default)]
    is_sidechain: Option<bool>,
    timestamp: Option<Timestamp>,
    #[serde(borrow)]
    uuid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Option<Message<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    model: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tool_use_id: Option<Cow<'a, str>>,
    is_error: Option<bool>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

impl Decode for Transcript {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>) {
        let Ok(record) = serde_json::from_slice::<Record<'_>>(unit) else {
            return output.skip("not a transcript record");
        };
        let Some(content) = record.message.as_ref().and_then(|message| message.content) else {
            return;
        };
        match record.kind.as_deref() {
            Some("assistant") => self.read_calls(&record, content, output),
            Some("user") => self.read_results(&record, content, output),
            _ => {}
        }
    }
}

impl Transcript {
    fn read_calls(&mut self, record: &Record<'_>, content: &RawValue, output: &mut Output<'_>) {
        let Ok(blocks) = serde_json::from_str::<Vec<Block<'_>>>(content.get()) else {
            return;
        };
        for block in blocks {
            if block.kind.as_deref() != Some("tool_use") {
                continue;
            }
            let (Some(id), Some(name), Some(time)) = (block.id, block.name, record.timestamp)
            else {
                output.skip("call without id, name or time");
                continue;
            };
            if self.open_calls.len() < MAX_OPEN_CALLS {
                self.open_calls
                    .insert(id.into_owned(), (name.into_owned(), time));
            }
        }
    }

    fn read_results(&mut self, record: &Record<'_>, content: &RawValue, output: &mut Output<'_>) {
        if let Ok(text) = serde_json::from_str::<String>(content.get()) {
            if text.starts_with(INTERRUPTED) {
                self.interruption(record, 0, output);
            }
            return;
        }
        let Ok(blocks) = serde_json::from_str::<Vec<Block<'_>>>(content.get()) else {
            return output.skip("content of an unknown form");
        };
        for (position, block) in blocks.iter().enumerate() {
            match block.kind.as_deref() {
                Some("text") => {
                    let text = block.text.as_deref().unwrap_or_default();
                    if text.starts_with(INTERRUPTED) {
                        self.interruption(record, position, output);
                    }
                }
                Some("tool_result") => self.result(record, block, output),
                _ => {}
            }
        }
    }

    fn interruption(&self, record: &Record<'_>, position: usize, output: &mut Output<'_>) {
        let Some(mut operation) = operation_of(record) else {
            return output.skip("record without time");
        };
        let place = match &record.uuid {
            Some(uuid) => uuid.to_string(),
            None => format!("line {}", output.line),
        };
        let session = operation.session_id.clone().unwrap_or_default();
        operation.event_id = event_id(&[AGENT, &session, &place, &position.to_string()]);
        operation.event_type = EventType::UserCorrection;
        operation.correction_type = Some("interrupted".to_owned());
        output.emit(operation);
    }

    fn result(&mut self, record: &Record<'_>, block: &Block<'_>, output: &mut Output<'_>) {
        let (Some(call_id), Some(operation)) = (&block.tool_use_id, operation_of(record)) else {
            return output.skip("result without call id or time");
        };
        let call = self.open_calls.remove(call_id.as_ref());
        let session = operation.session_id.clone().unwrap_or_default();
        let failed = block.is_error == Some(true);
        let text = failed.then(|| block_text(block));
        let error_code = text.as_deref().and_then(error_code);
        let rejected = error_code.as_deref() == Some("USER_REJECTED");
        let (tool, called_at) = call.map_or((None, None), |(tool, at)| (Some(tool), Some(at)));
        let operation = Operation {
            event_id: event_id(&[AGENT, &session, call_id]),
            latency_ms: called_at.map(|at| elapsed_ms(at, operation.timestamp)),
            tool,
            success: !failed,
            error_code,
            error_message: text,
            ..operation
        };
        output.emit(operation.clone());
        if rejected {
            output.emit(Operation {
                event_id: event_id(&[AGENT, &session, call_id, "rejected"]),
                event_type: EventType::UserCorrection,
                correction_type: Some("tool_rejected".to_owned()),
                success: true,
                error_code: None,
                error_message: None,
                latency_ms: None,
                ..operation
            });
        }
    }
}

fn operation_of(record: &Record<'_>) -> Option<Operation> {
    let agent = match record.is_sidechain {
        Some(true) => SUBAGENT,
        _ => AGENT,
    };
    let model = record.message.as_ref().and_then(|it| it.model.as_deref());
    Some(Operation {
        agent: agent.to_owned(),
        session_id: record.session_id.as_deref().map(str::to_owned),
        model: model.map(str::to_owned),
        source: "collect".to_owned(),
        ..blank(record.timestamp?)
    })
}

fn block_text(block: &Block<'_>) -> String {
    let content = block.content.map(RawValue::get).unwrap_or_default();
    content_text(&serde_json::from_str(content).unwrap_or(Value::Null))
}

/// The code that the text of a failed result states.
fn error_code(text: &str) -> Option<String> {
    if let Some(rest) = text.strip_prefix("Exit code ") {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if 0 < digits {
            return Some(format!("EXIT_{}", &rest[..digits]));
        }
    }
    if text.starts_with("The user doesn't want") {
        return Some("USER_REJECTED".to_owned());
    }
    text.contains("<tool_use_error>")
        .then(|| "TOOL_USE_ERROR".to_owned())
}

/// Whole milliseconds from the call to its result; a clock set back gives a negative time, which
/// is no duration.
fn elapsed_ms(from: Timestamp, to: Timestamp) -> f64 {
    (to.since(from).as_micros() as f64 / 1000.0).round()
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Reader};
    use super::*;
    use std::path::Path;

    fn read(lines: &[&str]) -> (Vec<super::super::Parsed>, Reader) {
        let mut reader = Reader::new(
            Format::ClaudeCode,
            Path::new("a.jsonl"),
            Timestamp::from_micros(0),
        );
        let mut parsed = Vec::new();
        reader.feed((lines.join("\n") + "\n").as_bytes(), &mut parsed);
        (parsed, reader)
    }

    const CALL: &str = r#"{"type":"assistant","sessionId":"s","timestamp":"2026-02-01T10:00:00.000Z","message":{"model":"m","content":[{"type":"text","text":"let me"},{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"ls"}}]}}"#;

    #[test]
    fn a_failed_call_carries_code_message_and_latency() {
        let result = r#"{"type":"user","isSidechain":true,"sessionId":"s","timestamp":"2026-02-01T10:00:01.500Z","message":{"content":[{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":[{"type":"text","text":"Exit code 2"},{"type":"text","text":"no"}]}]}}"#;
        let (parsed, reader) = read(&[CALL, "{broken", result]);

        assert_eq!(parsed.len(), 1);
        let operation = &parsed[0].operation;
        assert_eq!(parsed[0].line, 3);
        assert_eq!(operation.tool.as_deref(), Some("Bash"));
        assert_eq!(operation.agent, "claude-code/subagent");
        assert_eq!(operation.error_code.as_deref(), Some("EXIT_2"));
        assert_eq!(operation.error_message.as_deref(), Some("Exit code 2\nno"));
        assert_eq!(operation.latency_ms, Some(1500.0));
        assert_eq!(reader.skipped().get("not a transcript record"), Some(&1));
    }

    #[test]
    fn a_rejection_is_a_failed_call_and_a_correction() {
        let result = r#"{"type":"user","sessionId":"s","timestamp":"2026-02-01T10:00:01Z","message":{"content":[{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":"The user doesn't want to proceed"},{"type":"text","text":"[Request interrupted by user for tool use]"}]}}"#;
        let (parsed, _) = read(&[CALL, result]);

        let kinds: Vec<_> = parsed
            .iter()
            .map(|one| (one.index, one.operation.event_type, one.operation.success))
            .collect();
        assert_eq!(
            kinds,
            [
                (0, EventType::ToolCall, false),
                (1, EventType::UserCorrection, true),
                (2, EventType::UserCorrection, true),
            ]
        );
        assert_eq!(parsed[1].operation.tool.as_deref(), Some("Bash"));
        assert_eq!(parsed[2].operation.tool, None);
        assert_eq!(
            parsed[2].operation.correction_type.as_deref(),
            Some("interrupted")
        );
    }

    #[test]
    fn an_event_has_the_same_id_wherever_it_is_read() {
        let result = r#"{"type":"user","sessionId":"s","timestamp":"2026-02-01T10:00:01Z","message":{"content":[{"type":"tool_result","tool_use_id":"t1","content":"ok"}]}}"#;
        let (first, _) = read(&[CALL, result]);
        let (second, _) = read(&["{}", CALL, "{}", result]);
        assert_eq!(first[0].operation.event_id, second[0].operation.event_id);
        assert!(first[0].operation.success);
        assert_eq!(first[0].operation.error_message, None);
    }
}
