//! Which log records are operations: the events that agents send as OTLP logs.

use types::event::{EventType, Operation};

use super::{
    Attributes,
    span::{agent_of, model_of, moment, session_of},
};
use crate::domain::{event::blank, identity::event_id};

/// A log record without its content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    /// When it happened, in nanoseconds since 1970.
    pub time_nanos: u64,
    /// The event's name: of its own field, the attribute `event.name`, or a body of one word.
    pub event_name: String,
    /// What is let in of its attributes.
    pub attributes: Attributes,
    /// The trace it belongs to; may be empty.
    pub trace_id: String,
    /// The span it belongs to; may be empty.
    pub span_id: String,
}

/// The operation that a log record is, if it is one.
pub fn map_log(resource: &Attributes, log: &Log) -> Option<Operation> {
    let attributes = &log.attributes;
    let name = match log.event_name.is_empty() {
        true => attributes.text(&["event.name"])?,
        false => &log.event_name,
    };
    let base = Operation {
        event_id: log_id(log, name),
        agent: agent_of(resource, attributes),
        session_id: session_of(attributes)
            .or_else(|| Some(log.trace_id.clone()).filter(|trace| !trace.is_empty())),
        source: "otlp".to_owned(),
        model: model_of(attributes),
        ..blank(moment(log.time_nanos))
    };
    match name.rsplit('.').next().unwrap_or(name) {
        "tool_result" => Some(tool_result(attributes, base)),
        "tool_decision" => rejection(attributes, base),
        _ if name == "gen_ai.evaluation.result" => evaluation(attributes, base),
        _ if name == "gen_ai.client.operation.exception" => Some(failed_task(attributes, base)),
        "user_correction" => Some(Operation {
            event_type: EventType::UserCorrection,
            ..base
        }),
        "escalation" => Some(Operation {
            event_type: EventType::Escalation,
            ..base
        }),
        _ => None,
    }
}

/// Logs have no id of their own: what places one in its session stands for it.
fn log_id(log: &Log, name: &str) -> String {
    let attributes = &log.attributes;
    let shown = |keys: &[&str]| attributes.shown(keys).unwrap_or_default();
    event_id(&[
        "otlp-log",
        &log.trace_id,
        &log.span_id,
        &log.time_nanos.to_string(),
        name,
        &session_of(attributes).unwrap_or_default(),
        &shown(&["event.sequence"]),
        &shown(&["call_id", "gen_ai.tool.call.id"]),
        &shown(&["tool_name", "gen_ai.evaluation.name"]),
    ])
}

fn tool_result(attributes: &Attributes, base: Operation) -> Operation {
    let code = attributes.text(&["error.type"]).map(str::to_owned);
    let success = attributes.flag("success").unwrap_or(code.is_none());
    let message = attributes.shown(&["error", "error_message", "error.message"]);
    Operation {
        tool: attributes.shown(&["tool_name", "gen_ai.tool.name", "tool.name"]),
        success,
        error_code: code.filter(|_| !success),
        error_message: message.filter(|_| !success),
        latency_ms: attributes
            .number(&["duration_ms"])
            .filter(|duration| 0.0 <= *duration),
        ..base
    }
}

fn rejection(attributes: &Attributes, base: Operation) -> Option<Operation> {
    let rejected = matches!(
        attributes.text(&["decision"])?,
        "reject" | "rejected" | "denied" | "abort"
    );
    rejected.then(|| Operation {
        event_type: EventType::UserCorrection,
        tool: attributes.shown(&["tool_name", "gen_ai.tool.name"]),
        correction_type: Some("tool_rejected".to_owned()),
        ..base
    })
}

fn evaluation(attributes: &Attributes, base: Operation) -> Option<Operation> {
    let name = attributes.text(&["gen_ai.evaluation.name"])?;
    match name {
        "user_correction" => Some(Operation {
            event_type: EventType::UserCorrection,
            correction_type: attributes.shown(&["gen_ai.evaluation.score.label"]),
            ..base
        }),
        "escalation" => Some(Operation {
            event_type: EventType::Escalation,
            reason_category: attributes.shown(&["gen_ai.evaluation.score.label"]),
            ..base
        }),
        _ => Some(Operation {
            event_type: EventType::Feedback,
            task_class: Some(name.to_owned()),
            feedback: Some(score(attributes)?),
            ..base
        }),
    }
}

/// A score from 0 to 1; a score on another scale is no judgement that can be compared.
fn score(attributes: &Attributes) -> Option<f64> {
    if let Some(value) = attributes.number(&["gen_ai.evaluation.score.value"]) {
        return Some(value).filter(|value| (0.0..=1.0).contains(value));
    }
    match attributes.text(&["gen_ai.evaluation.score.label"])? {
        "pass" | "passed" | "good" | "thumbs_up" | "relevant" | "correct" => Some(1.0),
        "fail" | "failed" | "bad" | "thumbs_down" | "not_relevant" | "incorrect" => Some(0.0),
        _ => None,
    }
}

fn failed_task(attributes: &Attributes, base: Operation) -> Operation {
    Operation {
        event_type: EventType::TaskFailure,
        success: false,
        error_code: attributes.shown(&["exception.type", "error.type"]),
        error_message: attributes.shown(&["exception.message", "exception.type"]),
        ..base
    }
}

#[cfg(test)]
mod tests {
    use super::super::AttributeValue;
    use super::*;

    fn log(name: &str, attributes: &[(&str, &str)]) -> Log {
        let mut log = Log {
            time_nanos: 5_000_000_000,
            event_name: name.to_owned(),
            ..Log::default()
        };
        for (key, value) in attributes {
            let value = AttributeValue::Text((*value).to_owned());
            log.attributes.push(key, value);
        }
        log
    }

    #[test]
    fn agents_events_become_operations() {
        let map = |log: &Log| map_log(&Attributes::default(), log);
        let failed = map(&log(
            "claude_code.tool_result",
            &[
                ("tool_name", "Bash"),
                ("success", "false"),
                ("duration_ms", "120"),
                ("error", "Exit code 1"),
                ("session.id", "s"),
            ],
        ))
        .unwrap();
        assert_eq!(failed.tool.as_deref(), Some("Bash"));
        assert!(!failed.success);
        assert_eq!(failed.latency_ms, Some(120.0));
        assert_eq!(failed.session_id.as_deref(), Some("s"));

        let codex = [
            ("conversation.id", "c"),
            ("tool_name", "shell"),
            ("decision", "denied"),
        ];
        let rejected = map(&log("codex.tool_decision", &codex)).unwrap();
        assert_eq!(rejected.event_type, EventType::UserCorrection);
        assert_eq!(
            map(&log("codex.tool_decision", &[("decision", "approved")])),
            None
        );

        let judged = map(&log(
            "gen_ai.evaluation.result",
            &[
                ("gen_ai.evaluation.name", "helpful"),
                ("gen_ai.evaluation.score.value", "0.5"),
            ],
        ))
        .unwrap();
        assert_eq!(judged.feedback, Some(0.5));
        assert_eq!(map(&log("claude_code.user_prompt", &[])), None);
    }
}
