//! Which log records are operations: the events that agents send as OTLP logs.

use std::borrow::Cow;

use types::event::{EventType, Operation};

use super::{
    Attributes, Rejection, id,
    judgement::Judgement,
    names::Field,
    span::{SOURCE, agent_of, moment, session_of, tokens_of},
};
use crate::domain::{event::blank, identity::event_id};

/// A log record, or an event on a span, without its content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log<'a> {
    /// When it happened, in nanoseconds since 1970.
    pub time_nanos: u64,
    /// The event's name: of its own field, the attribute `event.name`, or a body of one word.
    pub event_name: Cow<'a, str>,
    /// What is let in of its attributes.
    pub attributes: Attributes<'a>,
    /// The trace it belongs to; may be empty.
    pub trace_id: Cow<'a, str>,
    /// The span it belongs to; may be empty.
    pub span_id: Cow<'a, str>,
}

impl<'a> Log<'a> {
    /// Finds the name where it has no field of its own. A body is an event's name only when it
    /// could be nothing else; other bodies are content.
    pub(super) fn name_by(&mut self, body: Cow<'a, str>) {
        if !self.event_name.is_empty() {
            return;
        }
        if let Some(stated) = self.attributes.text(Field::EventName) {
            self.event_name = stated.to_owned().into();
        } else if body.contains('.') && !body.contains(char::is_whitespace) {
            self.event_name = body;
        }
    }

    /// The record, if it says when it happened or was seen.
    pub(super) fn checked(mut self, observed_nanos: u64) -> Result<Self, Rejection> {
        if self.time_nanos == 0 {
            self.time_nanos = observed_nanos;
        }
        for id in [&mut self.trace_id, &mut self.span_id] {
            if id::is_none(id) {
                *id = Cow::default();
            }
        }
        match self.time_nanos {
            0 => Err(Rejection::MissingTime),
            _ => Ok(self),
        }
    }
}

/// The operation that a log record is, if it is one.
pub fn map_log(log: &Log<'_>) -> Option<Operation> {
    let attributes = &log.attributes;
    if !is_told(&log.event_name) {
        return None;
    }
    let session_id = session_of(attributes);
    let id = LogId {
        trace_id: &log.trace_id,
        span_id: &log.span_id,
        session_id: session_id.as_deref(),
    };
    let base = Operation {
        event_id: id.of(log),
        agent: agent_of(attributes),
        session_id: session_id.or_else(|| {
            let trace = Some(&*log.trace_id).filter(|trace| !trace.is_empty());
            trace.map(str::to_owned)
        }),
        source: SOURCE.to_owned(),
        ..blank(moment(log.time_nanos))
    };
    meaning(&log.event_name, attributes, base)
}

/// What places a record that has no id of its own.
pub(super) struct LogId<'a> {
    pub(super) trace_id: &'a str,
    pub(super) span_id: &'a str,
    pub(super) session_id: Option<&'a str>,
}

impl LogId<'_> {
    /// The id of a record: its own, or one that is the same whenever the record is sent again.
    pub(super) fn of(&self, log: &Log<'_>) -> String {
        let attributes = &log.attributes;
        if let Some(id) = attributes.shown(Field::RecordId) {
            return id;
        }
        let shown = |field| attributes.shown(field).unwrap_or_default();
        event_id(&[
            "otlp-log",
            self.trace_id,
            self.span_id,
            &log.time_nanos.to_string(),
            &log.event_name,
            self.session_id.unwrap_or_default(),
            &shown(Field::Sequence),
            &shown(Field::CallId),
            &shown(Field::GenAiTool),
            &shown(Field::Tool),
            &shown(Field::EvaluationName),
            &shown(Field::Duration),
        ])
    }
}

/// Whether an event of this name may be an operation.
pub(super) fn is_told(name: &str) -> bool {
    matches!(
        last_part(name),
        "tool_result"
            | "tool_call"
            | "tool_decision"
            | "api_request"
            | "api_response"
            | "sse_event"
            | "user_correction"
            | "escalation"
            | "handoff"
            | "task_failure"
            | "session_end"
    ) || matches!(name, EVALUATION | EXCEPTION | INFERENCE)
}

const EVALUATION: &str = "gen_ai.evaluation.result";
const EXCEPTION: &str = "gen_ai.client.operation.exception";
const INFERENCE: &str = "gen_ai.client.inference.operation.details";

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// What an event of this name is to us.
pub(super) fn meaning(
    name: &str,
    attributes: &Attributes<'_>,
    base: Operation,
) -> Option<Operation> {
    match (name, last_part(name)) {
        (EVALUATION, _) => Judgement::stated(attributes)?.operation(base),
        (EXCEPTION, _) | (_, "task_failure") => Some(failed_task(attributes, base)),
        (INFERENCE, _) | (_, "api_request" | "api_response" | "sse_event") => {
            model_call(attributes, base)
        }
        (_, "tool_result") => Some(tool_result(attributes, base)),
        // Some send this when the tool has answered, others when it is asked.
        (_, "tool_call") => {
            attributes.get(Field::Success)?;
            Some(tool_result(attributes, base))
        }
        (_, "tool_decision") => rejection(attributes, base),
        (_, "user_correction") => Some(of_type(EventType::UserCorrection, base)),
        (_, "escalation" | "handoff") => Some(of_type(EventType::Escalation, base)),
        (_, "session_end") => Some(of_type(EventType::SessionEnd, base)),
        _ => None,
    }
}

fn of_type(event_type: EventType, base: Operation) -> Operation {
    Operation { event_type, ..base }
}

fn tool_of(attributes: &Attributes<'_>) -> Option<String> {
    attributes
        .shown(Field::GenAiTool)
        .or_else(|| attributes.shown(Field::Tool))
}

fn tool_result(attributes: &Attributes<'_>, base: Operation) -> Operation {
    let code = attributes.text(Field::ErrorType).map(str::to_owned);
    let success = attributes.flag(Field::Success).unwrap_or(code.is_none());
    let message = attributes.text(Field::ErrorMessage).map(str::to_owned);
    let duration = attributes.number(Field::Duration);
    Operation {
        tool: tool_of(attributes),
        success,
        error_code: code.filter(|_| !success),
        error_message: message.filter(|_| !success),
        latency_ms: duration.filter(|duration| 0.0 <= *duration),
        ..base
    }
}

/// A person who does not let a tool run corrects the agent; a rule that does not, corrects nobody.
fn rejection(attributes: &Attributes<'_>, base: Operation) -> Option<Operation> {
    let by_rule = matches!(
        attributes.text(Field::DecisionSource),
        Some("config" | "hook")
    );
    let rejected = matches!(
        attributes.text(Field::Decision)?,
        "reject" | "rejected" | "denied" | "abort"
    );
    (rejected && !by_rule).then(|| Operation {
        event_type: EventType::UserCorrection,
        tool: tool_of(attributes),
        correction_type: Some("tool_rejected".to_owned()),
        ..base
    })
}

/// A request to a model, where its tokens are known: attempts without an answer used nothing. How
/// long the model took is not the latency of a tool.
fn model_call(attributes: &Attributes<'_>, base: Operation) -> Option<Operation> {
    Some(Operation {
        event_type: EventType::ModelCall,
        model: Some(attributes.shown(Field::Model)?),
        tokens: Some(tokens_of(attributes)?),
        ..base
    })
}

fn failed_task(attributes: &Attributes<'_>, base: Operation) -> Operation {
    let text = |field| attributes.text(field).map(str::to_owned);
    Operation {
        event_type: EventType::TaskFailure,
        success: false,
        error_code: text(Field::ExceptionType).or_else(|| text(Field::ErrorType)),
        error_message: text(Field::ExceptionMessage)
            .or_else(|| text(Field::ErrorMessage))
            .or_else(|| text(Field::ExceptionType)),
        ..base
    }
}

#[cfg(test)]
mod tests {
    use super::super::AttributeValue;
    use super::*;

    fn log<'a>(name: &'a str, attributes: &[(&str, &'a str)]) -> Log<'a> {
        let mut log = Log {
            time_nanos: 5_000_000_000,
            event_name: name.into(),
            ..Log::default()
        };
        for (name, value) in attributes {
            let value = AttributeValue::Text((*value).into());
            log.attributes.push(name, value);
        }
        log
    }

    #[test]
    fn the_result_of_a_tool_is_a_call() {
        let failed = map_log(&log(
            "claude_code.tool_result",
            &[
                ("tool_name", "Bash"),
                ("success", "false"),
                ("duration_ms", "120"),
                ("error", "Exit code 1"),
                ("session.id", "s"),
                ("model", "m"),
                ("tool_parameters", "secret"),
            ],
        ))
        .unwrap();
        assert_eq!(failed.event_type, EventType::ToolCall);
        assert_eq!(failed.tool.as_deref(), Some("Bash"));
        assert!(!failed.success);
        assert_eq!(failed.latency_ms, Some(120.0));
        assert_eq!(failed.error_message.as_deref(), Some("Exit code 1"));
        assert_eq!(failed.session_id.as_deref(), Some("s"));
        // Requests to models are told by events of their own.
        assert_eq!(failed.model, None);
    }

    #[test]
    fn each_agents_events_are_told_apart() {
        use EventType::{
            Escalation, Feedback, ModelCall, SessionEnd, TaskFailure, ToolCall, UserCorrection,
        };
        let tokens = [
            ("model", "m"),
            ("input_tokens", "7"),
            ("output_tokens", "3"),
        ];
        let codex = [
            ("model", "m"),
            ("input_token_count", "7"),
            ("event.kind", "x"),
        ];
        for (name, attributes, expected) in [
            ("claude_code.user_prompt", &[("prompt", "secret")][..], None),
            ("claude_code.api_request", &tokens, Some(ModelCall)),
            ("codex.api_request", &[("model", "m")], None),
            ("codex.sse_event", &codex, Some(ModelCall)),
            ("codex.sse_event", &[("model", "m")], None),
            ("gemini_cli.api_response", &codex, Some(ModelCall)),
            (
                "gemini_cli.tool_call",
                &[("success", "true")],
                Some(ToolCall),
            ),
            ("some.tool_call", &[("tool_name", "x")], None),
            (
                "codex.tool_result",
                &[("tool_name", "shell")],
                Some(ToolCall),
            ),
            (
                "codex.tool_decision",
                &[("decision", "denied")],
                Some(UserCorrection),
            ),
            ("codex.tool_decision", &[("decision", "approved")], None),
            (
                "claude_code.tool_decision",
                &[("decision", "reject"), ("source", "user_reject")],
                Some(UserCorrection),
            ),
            (
                "claude_code.tool_decision",
                &[("decision", "reject"), ("source", "config")],
                None,
            ),
            (
                "gen_ai.evaluation.result",
                &[
                    ("gen_ai.evaluation.name", "helpful"),
                    ("gen_ai.evaluation.score.value", "0.5"),
                ],
                Some(Feedback),
            ),
            ("gen_ai.client.operation.exception", &[], Some(TaskFailure)),
            ("user_correction", &[], Some(UserCorrection)),
            ("shop.escalation", &[], Some(Escalation)),
            ("shop.session_end", &[], Some(SessionEnd)),
            ("shop.other", &[], None),
            ("", &[], None),
        ] {
            let operation = map_log(&log(name, attributes));
            let found = operation.map(|operation| operation.event_type);
            assert_eq!(found, expected, "{name} {attributes:?}");
        }
    }

    #[test]
    fn a_record_keeps_its_id_and_another_record_has_another() {
        let id = |attributes: &[(&str, &str)]| {
            let log = log("claude_code.tool_result", attributes);
            map_log(&log).unwrap().event_id
        };
        let first = id(&[("session.id", "s"), ("event.sequence", "1")]);
        assert_eq!(id(&[("session.id", "s"), ("event.sequence", "1")]), first);
        assert_ne!(id(&[("session.id", "s"), ("event.sequence", "2")]), first);
        assert_ne!(id(&[("session.id", "t"), ("event.sequence", "1")]), first);
        assert_eq!(id(&[("log.record.uid", "own")]), "own");
    }

    #[test]
    fn a_log_is_named_by_field_attribute_or_a_body_of_one_word() {
        let named = |event_name: &'static str, attribute: &'static str, body: &'static str| {
            let mut log = log(event_name, &[("event.name", attribute)]);
            log.name_by(body.into());
            log.event_name.into_owned()
        };
        assert_eq!(named("a.b", "c", "d.e"), "a.b");
        assert_eq!(named("", "tool_result", "d.e"), "tool_result");
        assert_eq!(
            named("", "", "claude_code.tool_result"),
            "claude_code.tool_result"
        );
        assert_eq!(named("", "", "The user said so."), "");
        assert_eq!(named("", "", "word"), "");
    }
}
