//! Raw logs give the events that were made from them by other means.

use std::collections::HashSet;

use types::event::{EventType, Operation};

use super::{read, shared};

/// What two readings of one event must agree on; `timed` where the source records times.
fn essence(operation: &Operation, timed: bool) -> String {
    let millis = operation.timestamp.as_micros() / 1000;
    // The events were cut to size before they are redacted here; ours are redacted first.
    let message = operation.error_message.as_deref().map(|message| {
        let cut = message.contains("\n[...]\n");
        message
            .chars()
            .take(if cut { 500 } else { usize::MAX })
            .collect::<String>()
    });
    format!(
        "{} {:?} {} {:?} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        if timed { millis } else { 0 },
        operation.event_type,
        operation.agent,
        operation.tool,
        operation.success,
        operation.error_code,
        message,
        operation.latency_ms,
        operation.session_id,
        operation.task_name,
        operation.error_category,
        operation.retry_count,
        operation.correction_type,
        operation.reason_category,
    )
}

fn essences<'a>(operations: impl Iterator<Item = &'a Operation>, timed: bool) -> Vec<String> {
    let mut essences: Vec<_> = operations
        .map(|operation| essence(operation, timed))
        .collect();
    essences.sort();
    essences
}

#[test]
fn raw_logs_give_the_events_that_come_with_them() {
    for (source, timed) in [
        ("claude_code", true),
        ("agbenchmark", true),
        ("tau_bench", false),
        ("toolbench", false),
        ("swe_agent", false),
        ("who_and_when", false),
    ] {
        let raw = read(&shared(&format!("telemetry/raw/{source}")));
        let events = read(&shared(&format!("telemetry/events/{source}.jsonl")));
        assert_eq!(
            essences(raw.iter().map(|one| &one.operation), timed),
            essences(events.iter().map(|one| &one.operation), timed),
            "{source}"
        );
    }
}

#[test]
fn every_collected_event_has_an_id_of_its_own_and_keeps_it() {
    for source in ["telemetry/raw", "telemetry/events", "telemetry/otlp"] {
        let first = read(&shared(source));
        let ids: HashSet<_> = first.iter().map(|one| &one.operation.event_id).collect();
        assert_eq!(ids.len(), first.len(), "{source}");
        let second = read(&shared(source));
        assert!(
            second
                .iter()
                .all(|one| ids.contains(&one.operation.event_id))
        );
    }
}

#[test]
fn an_otlp_file_gives_the_tool_calls_that_it_was_made_from() {
    let otlp = read(&shared("telemetry/otlp/claude_code.otlp.json"));
    let events = read(&shared("telemetry/events/claude_code.jsonl"));
    let calls = events
        .iter()
        .map(|one| &one.operation)
        .filter(|operation| operation.event_type == EventType::ToolCall);
    assert_eq!(
        essences(otlp.iter().map(|one| &one.operation), true),
        essences(calls, true)
    );
}

#[test]
fn traces_of_jaeger_and_tempo_give_the_events_that_come_with_them() {
    // Ours goes by the conversation where the trace names one; the events went by the trace.
    let without_session = |operations: Vec<super::Parsed>| {
        let operations = operations.into_iter().map(|one| Operation {
            session_id: None,
            ..one.operation
        });
        essences(operations.collect::<Vec<_>>().iter(), true)
    };
    let raw = read(&shared("telemetry/raw/otel"));
    let events = read(&shared("telemetry/events/otel.jsonl"));
    assert_eq!(without_session(raw), without_session(events));
}
