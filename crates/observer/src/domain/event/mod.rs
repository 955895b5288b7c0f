//! Strict reading of one event as JSON: the body of `POST /event`, a line of a batch, a line of a
//! telemetry file.
//!
//! The fields of the scenario events and of the telemetry schema may be mixed. Unknown fields are
//! ignored; a known one of another type than it should be is refused by name, never guessed at.

mod fields;
mod object;

use types::{
    Timestamp,
    event::{EventType, Operation, Scenario},
    problem::FieldError,
};

use fields::Fields;
pub use object::Event;

/// The source of events that name none.
pub const DEFAULT_SOURCE: &str = "scenario";
/// The endpoint of scenario events that name none.
pub const DEFAULT_ENDPOINT: &str = "scenario:fill";
/// The agent of events that name nobody.
pub const UNKNOWN_AGENT: &str = "unknown";

/// An operation of nobody at that moment, to be filled in.
pub fn blank(timestamp: Timestamp) -> Operation {
    Operation {
        event_id: String::new(),
        timestamp,
        event_type: EventType::ToolCall,
        agent: UNKNOWN_AGENT.to_owned(),
        tool: None,
        success: true,
        error_code: None,
        error_message: None,
        latency_ms: None,
        session_id: None,
        source: String::new(),
        endpoint: None,
        input_summary: None,
        output_summary: None,
        task_name: None,
        error_category: None,
        retry_count: None,
        correction_type: None,
        reason_category: None,
        feedback: None,
        model: None,
        tokens: None,
        task_class: None,
        scenario: None,
    }
}

/// Reads one event; without a timestamp it happened `now`, without an id it gets a new one.
pub fn parse_event(
    event: &Event<'_>,
    now: Timestamp,
    new_id: impl FnOnce() -> String,
) -> Result<Operation, Vec<FieldError>> {
    let Event::Object(object) = event else {
        return Err(vec![FieldError {
            pointer: String::new(),
            detail: "expected a JSON object".to_owned(),
        }]);
    };
    let mut fields = Fields {
        object,
        errors: Vec::new(),
    };
    let operation = read(&mut fields, now);
    if !fields.errors.is_empty() {
        return Err(fields.errors);
    }
    Ok(Operation {
        event_id: match operation.event_id.is_empty() {
            true => new_id(),
            false => operation.event_id,
        },
        ..operation
    })
}

fn read(fields: &mut Fields<'_>, now: Timestamp) -> Operation {
    let event_type = fields.event_type();
    let success = fields.success(event_type);
    let scenario = fields.scenario();
    let error = fields.text("error");
    let duration = fields.amount("duration_ms");
    let mut operation = Operation {
        event_id: fields.name("event_id").unwrap_or_default(),
        event_type: event_type.unwrap_or(EventType::ToolCall),
        agent: fields.name("agent").unwrap_or_default(),
        tool: fields.name("tool"),
        success,
        error_code: fields.name("error_code"),
        error_message: fields.text("error_message").or_else(|| error.clone()),
        latency_ms: fields.amount("latency_ms").or(duration),
        session_id: fields.name("session_id"),
        source: fields
            .name("source")
            .unwrap_or_else(|| DEFAULT_SOURCE.to_owned()),
        endpoint: fields.name("endpoint"),
        input_summary: fields.text("input_summary"),
        output_summary: fields.text("output_summary"),
        task_name: fields.name("task_name"),
        error_category: fields.name("error_category"),
        retry_count: fields.retry_count(),
        correction_type: fields.name("correction_type"),
        reason_category: fields.name("reason_category"),
        feedback: fields.feedback(),
        model: fields.name("model"),
        tokens: fields.count("tokens"),
        task_class: fields.name("task_class"),
        ..blank(fields.timestamp("timestamp").unwrap_or(now))
    };
    if operation.agent.is_empty() {
        operation.agent = scenario
            .staffer_id
            .clone()
            .unwrap_or_else(|| UNKNOWN_AGENT.to_owned());
    }
    // An event that names neither its type nor a tool is one of a staffing scenario.
    if event_type.is_none() && operation.tool.is_none() {
        fill_scenario_defaults(&mut operation, &scenario, error);
    }
    if scenario != Scenario::default() {
        operation.scenario = Some(Box::new(scenario));
    }
    operation
}

fn fill_scenario_defaults(operation: &mut Operation, scenario: &Scenario, error: Option<String>) {
    let shown = |field: &Option<String>| field.clone().unwrap_or_else(|| "?".to_owned());
    let success = operation.success;
    operation
        .endpoint
        .get_or_insert_with(|| DEFAULT_ENDPOINT.to_owned());
    operation.input_summary.get_or_insert_with(|| {
        format!(
            "{} {}×{} in {}, {}",
            shown(&scenario.event_kind),
            shown(&scenario.role),
            scenario
                .count
                .map_or_else(|| "?".to_owned(), |count| count.to_string()),
            shown(&scenario.city),
            shown(&scenario.state),
        )
    });
    operation
        .output_summary
        .get_or_insert_with(|| match success {
            true => "filled".to_owned(),
            false => error.unwrap_or_else(|| "failed".to_owned()),
        });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn parse(value: &Value) -> Result<Operation, Vec<FieldError>> {
        let text = value.to_string();
        let event = serde_json::from_str(&text).unwrap();
        parse_event(&event, Timestamp::from_micros(7), || "new".to_owned())
    }

    #[test]
    fn a_scenario_event_gets_the_defaults_of_its_kind() {
        let body = json!({"success": true, "event_kind": "fill", "role": "welder", "count": 2,
            "city": "Toledo", "state": "OH", "staffer_id": "s-1", "duration_ms": 12});

        let operation = parse(&body).unwrap();

        assert_eq!(operation.event_id, "new");
        assert_eq!(operation.timestamp, Timestamp::from_micros(7));
        assert_eq!(operation.endpoint.as_deref(), Some("scenario:fill"));
        assert_eq!(
            operation.input_summary.as_deref(),
            Some("fill welder×2 in Toledo, OH")
        );
        assert_eq!(operation.output_summary.as_deref(), Some("filled"));
        assert_eq!(operation.source, "scenario");
        assert_eq!(operation.agent, "s-1");
        assert_eq!(operation.latency_ms, Some(12.0));
        assert_eq!(operation.scenario.unwrap().role.as_deref(), Some("welder"));
    }

    #[test]
    fn a_bare_failure_says_failed_or_its_error() {
        let bare = parse(&json!({"success": false})).unwrap();
        assert_eq!(bare.output_summary.as_deref(), Some("failed"));
        assert_eq!(bare.input_summary.as_deref(), Some("? ?×? in ?, ?"));
        assert_eq!(bare.scenario, None);

        let told = parse(&json!({"success": false, "error": "no match"})).unwrap();
        assert_eq!(told.output_summary.as_deref(), Some("no match"));
        assert_eq!(told.error_message.as_deref(), Some("no match"));
    }

    #[test]
    fn a_telemetry_event_keeps_its_fields_and_gets_no_scenario_defaults() {
        let body = json!({"timestamp": "2026-01-10T14:32:00Z", "event_type": "tool_call",
            "agent": "ResearchAgent", "tool": "web_search", "success": false,
            "error_code": "TIMEOUT", "error_message": "Request timed out after 30s",
            "latency_ms": 30000, "session_id": "abc123", "event_id": "e-1", "later": [1]});

        let operation = parse(&body).unwrap();

        assert_eq!(operation.event_id, "e-1");
        assert_eq!(operation.timestamp.to_string(), "2026-01-10T14:32:00Z");
        assert_eq!(operation.tool.as_deref(), Some("web_search"));
        assert_eq!(operation.error_code.as_deref(), Some("TIMEOUT"));
        assert_eq!(operation.endpoint, None);
        assert_eq!(operation.input_summary, None);
    }

    #[test]
    fn a_wrong_type_is_refused_with_its_field() {
        for (body, pointer) in [
            (json!([]), ""),
            (json!("x"), ""),
            (json!({}), "/success"),
            (json!({"success": null}), "/success"),
            (json!({"success": "false"}), "/success"),
            (json!({"success": 1}), "/success"),
            (json!({"success": true, "agent": 5}), "/agent"),
            (
                json!({"success": true, "duration_ms": "12"}),
                "/duration_ms",
            ),
            (json!({"success": true, "latency_ms": -1}), "/latency_ms"),
            (
                json!({"success": true, "timestamp": "yesterday"}),
                "/timestamp",
            ),
            (json!({"success": true, "timestamp": 12}), "/timestamp"),
            (
                json!({"success": true, "event_type": "dance"}),
                "/event_type",
            ),
            (json!({"success": true, "count": "2"}), "/count"),
            (json!({"success": true, "error": {"a": 1}}), "/error"),
            (json!({"success": true, "feedback": 2}), "/feedback"),
            (json!({"success": true, "retry_count": 1.5}), "/retry_count"),
            (
                json!({"success": true, "session_id": "x".repeat(1025)}),
                "/session_id",
            ),
        ] {
            let errors = parse(&body).unwrap_err();
            assert_eq!(errors.len(), 1, "{body}");
            assert_eq!(errors[0].pointer, pointer, "{body}");
        }
    }

    #[test]
    fn types_that_say_themselves_whether_it_worked_need_no_success() {
        for (kind, expected) in [
            ("task_failure", false),
            ("user_correction", true),
            ("escalation", true),
            ("feedback", true),
            ("session_end", true),
        ] {
            let operation = parse(&json!({"event_type": kind, "agent": "a"})).unwrap();
            assert_eq!(operation.success, expected, "{kind}");
        }
    }

    #[test]
    fn feedback_is_read_as_a_number_or_a_thumb() {
        for (body, expected) in [
            (json!({"feedback": 0.25}), 0.25),
            (json!({"thumbs": "up"}), 1.0),
            (json!({"feedback": "thumbs_down"}), 0.0),
            (json!({"thumbs_up": true}), 1.0),
            (json!({"thumbs_up": false}), 0.0),
            (json!({"thumbs_down": true}), 0.0),
        ] {
            let mut body = body;
            body["event_type"] = json!("feedback");
            assert_eq!(parse(&body).unwrap().feedback, Some(expected), "{body}");
        }
    }
}
