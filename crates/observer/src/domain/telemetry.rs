//! A line of the daily telemetry files: the event schema of the telemetry plan, field by field in
//! its order, with the fields beside it that it gives to single types.

use serde::Serialize;
use types::{
    Timestamp,
    event::{EventType, Operation},
};

/// One event.
#[derive(Debug, Serialize)]
pub struct TelemetryEvent<'a> {
    timestamp: Timestamp,
    event_type: EventType,
    agent: &'a str,
    tool: Option<&'a str>,
    success: bool,
    error_code: Option<&'a str>,
    error_message: Option<&'a str>,
    latency_ms: Option<f64>,
    session_id: Option<&'a str>,
    #[serde(flatten)]
    beside: Beside<'a>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Beside<'a> {
    Nothing {},
    TaskFailure {
        task_name: Option<&'a str>,
        error_category: Option<&'a str>,
        retry_count: u32,
    },
    UserCorrection {
        correction_type: Option<&'a str>,
    },
    Feedback {
        feedback: Option<f64>,
    },
    Escalation {
        reason_category: Option<&'a str>,
    },
}

/// The event that an operation is; the schema knows no end of a session and no call of a model.
pub fn telemetry_event(operation: &Operation) -> Option<TelemetryEvent<'_>> {
    let beside = match operation.event_type {
        EventType::ToolCall => Beside::Nothing {},
        EventType::TaskFailure => Beside::TaskFailure {
            task_name: operation.task_name.as_deref(),
            error_category: operation.error_category.as_deref(),
            retry_count: operation.retry_count.unwrap_or(0),
        },
        EventType::UserCorrection => Beside::UserCorrection {
            correction_type: operation.correction_type.as_deref(),
        },
        EventType::Feedback => Beside::Feedback {
            feedback: operation.feedback,
        },
        EventType::Escalation => Beside::Escalation {
            reason_category: operation.reason_category.as_deref(),
        },
        EventType::SessionEnd | EventType::ModelCall => return None,
    };
    Some(TelemetryEvent {
        timestamp: operation.timestamp,
        event_type: operation.event_type,
        agent: &operation.agent,
        tool: operation.tool.as_deref(),
        success: operation.success,
        error_code: operation.error_code.as_deref(),
        error_message: operation.error_message.as_deref(),
        latency_ms: operation.latency_ms,
        session_id: operation.session_id.as_deref(),
        beside,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::blank;

    fn line(event_type: EventType) -> Option<String> {
        let operation = Operation {
            event_type,
            event_id: "e".to_owned(),
            agent: "ResearchAgent".to_owned(),
            source: "otlp".to_owned(),
            correction_type: Some("edit".to_owned()),
            ..blank(Timestamp::from_micros(0))
        };
        telemetry_event(&operation).map(|event| serde_json::to_string(&event).unwrap())
    }

    #[test]
    fn a_line_has_the_fields_of_the_schema_in_its_order_and_those_of_its_type() {
        let nine = |event_type: &str| {
            format!(
                r#"{{"timestamp":"1970-01-01T00:00:00Z","event_type":"{event_type}","agent":"ResearchAgent","tool":null,"success":true,"error_code":null,"error_message":null,"latency_ms":null,"session_id":null"#
            )
        };
        for (event_type, beside) in [
            (EventType::ToolCall, ""),
            (
                EventType::TaskFailure,
                r#","task_name":null,"error_category":null,"retry_count":0"#,
            ),
            (EventType::UserCorrection, r#","correction_type":"edit""#),
            (EventType::Feedback, r#","feedback":null"#),
            (EventType::Escalation, r#","reason_category":null"#),
        ] {
            let expected = format!("{}{beside}}}", nine(event_type.name()));
            assert_eq!(line(event_type), Some(expected));
        }
        assert_eq!(line(EventType::SessionEnd), None);
        assert_eq!(line(EventType::ModelCall), None);
    }
}
