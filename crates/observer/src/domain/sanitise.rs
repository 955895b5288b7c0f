//! The one place where text of an operation is redacted and cut to size.

use service_kit::redaction::CountingRedactor;
use types::event::{Operation, Scenario};

/// Error texts keep this many characters; longer ones keep their two ends.
pub const MAX_MESSAGE_CHARS: usize = 6000;
/// Summaries keep this many characters.
pub const MAX_SUMMARY_CHARS: usize = 2000;
/// Names and ids keep this many characters.
pub const MAX_NAME_CHARS: usize = 256;

const CUT: &str = "\n[...]\n";

/// The operation with every text in it redacted and bounded.
///
/// Cutting comes second: half a secret is harder to recognise than a whole one.
pub fn sanitise(redactor: &CountingRedactor, operation: Operation) -> Operation {
    let clean = |text: String, limit: usize| shortened(redactor.redact_owned(text), limit);
    let name = |text: String| clean(text, MAX_NAME_CHARS);
    // Ids tell things apart; two that may not be kept must not become the same.
    let id = |text: String| shortened(redactor.id(&text).into_owned(), MAX_NAME_CHARS);
    Operation {
        event_id: id(operation.event_id),
        agent: name(operation.agent),
        tool: operation.tool.map(name),
        error_code: operation.error_code.map(name),
        error_message: operation
            .error_message
            .map(|text| clean(text, MAX_MESSAGE_CHARS)),
        session_id: operation.session_id.map(id),
        source: name(operation.source),
        endpoint: operation.endpoint.map(name),
        input_summary: operation
            .input_summary
            .map(|text| clean(text, MAX_SUMMARY_CHARS)),
        output_summary: operation
            .output_summary
            .map(|text| clean(text, MAX_SUMMARY_CHARS)),
        task_name: operation.task_name.map(name),
        error_category: operation.error_category.map(name),
        correction_type: operation.correction_type.map(name),
        reason_category: operation.reason_category.map(name),
        model: operation.model.map(name),
        task_class: operation.task_class.map(name),
        scenario: operation
            .scenario
            .map(|scenario| Box::new(sanitise_scenario(redactor, *scenario))),
        timestamp: operation.timestamp,
        event_type: operation.event_type,
        success: operation.success,
        latency_ms: operation.latency_ms,
        retry_count: operation.retry_count,
        feedback: operation.feedback,
        tokens: operation.tokens,
    }
}

fn sanitise_scenario(redactor: &CountingRedactor, scenario: Scenario) -> Scenario {
    let name = |text: String| shortened(redactor.redact_owned(text), MAX_NAME_CHARS);
    Scenario {
        staffer_id: scenario.staffer_id.map(name),
        sig_hash: scenario.sig_hash.map(name),
        event_kind: scenario.event_kind.map(name),
        role: scenario.role.map(name),
        city: scenario.city.map(name),
        state: scenario.state.map(name),
        correction: scenario
            .correction
            .map(|text| shortened(redactor.redact_owned(text), MAX_SUMMARY_CHARS)),
        count: scenario.count,
        rescue_attempted: scenario.rescue_attempted,
        rescue_succeeded: scenario.rescue_succeeded,
        applied_at_turn: scenario.applied_at_turn,
    }
}

/// The two ends of a text that is longer than `limit` characters.
fn shortened(text: String, limit: usize) -> String {
    // Bytes bound characters from above, which settles nearly every text without counting.
    if text.len() <= limit {
        return text;
    }
    let count = text.chars().count();
    if count <= limit {
        return text;
    }
    let half = limit / 2;
    let head = boundary_after(&text, half);
    let tail = boundary_after(&text, count - half);
    format!("{}{CUT}{}", &text[..head], &text[tail..])
}

fn boundary_after(text: &str, characters: usize) -> usize {
    text.char_indices()
        .nth(characters)
        .map_or(text.len(), |(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::blank;

    fn redactor() -> CountingRedactor {
        CountingRedactor::uncounted(redact::Redactor::standard())
    }

    #[test]
    fn two_sessions_whose_names_may_not_be_kept_stay_two() {
        let session = |name: &str| {
            let operation = Operation {
                session_id: Some(name.to_owned()),
                ..blank(types::Timestamp::from_micros(0))
            };
            sanitise(&redactor(), operation).session_id
        };
        assert_ne!(session("run of 10.1.2.3"), session("run of 10.1.2.4"));
        assert_eq!(session("run of 10.1.2.3"), session("run of 10.1.2.3"));
    }

    #[test]
    fn every_text_of_an_operation_is_redacted() {
        let secret = || "client=10.1.2.3".to_owned();
        let operation = Operation {
            event_id: secret(),
            agent: secret(),
            tool: Some(secret()),
            error_code: Some(secret()),
            error_message: Some(secret()),
            session_id: Some(secret()),
            source: secret(),
            endpoint: Some(secret()),
            input_summary: Some(secret()),
            output_summary: Some(secret()),
            task_name: Some(secret()),
            error_category: Some(secret()),
            correction_type: Some(secret()),
            reason_category: Some(secret()),
            model: Some(secret()),
            task_class: Some(secret()),
            scenario: Some(Box::new(Scenario {
                staffer_id: Some(secret()),
                sig_hash: Some(secret()),
                event_kind: Some(secret()),
                role: Some(secret()),
                city: Some(secret()),
                state: Some(secret()),
                correction: Some(secret()),
                ..Scenario::default()
            })),
            ..blank(types::Timestamp::from_micros(0))
        };

        let text = serde_json::to_string(&sanitise(&redactor(), operation)).unwrap();

        assert!(!text.contains("10.1.2.3"), "{text}");
        assert_eq!(text.matches("192.168.x.x").count(), 21);
        assert_eq!(text.matches("sealed:").count(), 2);
    }

    #[test]
    fn a_long_text_keeps_its_two_ends() {
        let text = format!("a{}z", "é".repeat(100));
        assert_eq!(shortened(text, 10), "aéééé\n[...]\nééééz");
        assert_eq!(shortened("é".repeat(10), 10), "é".repeat(10));
    }
}
