use std::path::Path;

use serde_json::json;
use types::{
    Timestamp,
    event::{EventType, Operation},
};

use super::super::{Format, Reader};

fn read(text: &str) -> (Vec<Operation>, Reader) {
    let path = Path::new("export.json");
    assert_eq!(
        Format::detect(path, text.as_bytes()),
        Some(Format::Langfuse)
    );
    let mut reader = Reader::new(Format::Langfuse, path, Timestamp::from_micros(0));
    let mut parsed = Vec::new();
    reader.feed(text.as_bytes(), &mut parsed);
    reader.finish(&mut parsed);
    (
        parsed.into_iter().map(|one| one.operation).collect(),
        reader,
    )
}

#[test]
fn a_trace_of_the_api_gives_calls_failures_and_feedback() {
    let trace = json!({
        "id": "t1", "timestamp": "2026-01-10T14:30:00.000Z", "name": "research", "htmlPath": "/x",
        "sessionId": "s1", "userId": "u", "input": "SECRET", "output": "SECRET",
        "observations": [
            {"id": "o3", "traceId": "t1", "type": "TOOL", "name": "web_search",
                "startTime": "2026-01-10T14:30:01.000Z", "endTime": "2026-01-10T14:30:31.500Z",
                "parentObservationId": "o1", "level": "ERROR", "input": "SECRET",
                "statusMessage": "Request timed out after 30s",
                "metadata": {"attributes": {"error.type": "TimeoutError"}}},
            {"id": "o1", "traceId": "t1", "type": "AGENT", "name": "Researcher",
                "startTime": "2026-01-10T14:30:00.000Z", "endTime": null, "level": "ERROR",
                "parentObservationId": null, "statusMessage": "gave up"},
            {"id": "o2", "traceId": "t1", "type": "GENERATION", "name": "ChatOpenAI",
                "startTime": "2026-01-10T14:30:00.500Z", "endTime": "2026-01-10T14:30:01.000Z",
                "parentObservationId": "o1", "level": "DEFAULT", "model": "gpt-4o",
                "usageDetails": {"input": 10, "output": 5, "total": 15}, "output": "SECRET"},
            {"id": "o4", "traceId": "t1", "type": "SPAN", "name": "parse", "level": "ERROR",
                "startTime": "2026-01-10T14:30:01.000Z", "parentObservationId": "o1"}
        ],
        "scores": [
            {"id": "c1", "traceId": "t1", "name": "helpful", "value": 0.25, "dataType": "NUMERIC",
                "timestamp": "2026-01-10T15:00:00Z", "comment": "SECRET"},
            {"id": "c2", "traceId": "t1", "name": "length", "value": 240, "dataType": "NUMERIC",
                "timestamp": "2026-01-10T15:00:00Z"},
            {"id": "c3", "traceId": "t1", "name": "user_correction", "value": 1,
                "dataType": "BOOLEAN", "timestamp": "2026-01-10T15:00:00Z"}
        ]
    });
    let (operations, reader) = read(&serde_json::to_string_pretty(&trace).unwrap());

    let seen: Vec<_> = operations
        .iter()
        .map(|one| (one.event_type, one.tool.as_deref(), one.success))
        .collect();
    assert_eq!(
        seen,
        [
            (EventType::ToolCall, Some("web_search"), false),
            (EventType::TaskFailure, None, false),
            (EventType::ToolCall, Some("ChatOpenAI"), true),
            (EventType::Feedback, None, true),
            (EventType::UserCorrection, None, true),
        ]
    );
    let call = &operations[0];
    assert_eq!(call.error_code.as_deref(), Some("TimeoutError"));
    assert_eq!(call.latency_ms, Some(30_500.0));
    assert_eq!(call.timestamp.to_string(), "2026-01-10T14:30:31.5Z");
    assert_eq!(operations[2].tokens, Some(15));
    assert_eq!(operations[3].feedback, Some(0.25));
    assert!(
        operations
            .iter()
            .all(|one| one.session_id.as_deref() == Some("s1"))
    );
    assert!(operations[..3].iter().all(|one| one.agent == "Researcher"));
    assert!(
        !serde_json::to_string(&operations)
            .unwrap()
            .contains("SECRET")
    );
    assert_eq!(reader.skipped().values().sum::<u64>(), 2);
}

#[test]
fn rows_of_an_export_to_files_give_the_same_under_their_own_names() {
    let lines = [
        json!({"id": "t1", "timestamp": "2026-01-10 14:30:00.000000", "name": "research",
            "session_id": "s1", "user_id": "u", "tags": [], "release": ""}),
        json!({"id": "o3", "trace_id": "t1", "type": "TOOL", "name": "web_search",
            "start_time": "2026-01-10 14:30:01.000000", "end_time": "2026-01-10 14:30:31.500000",
            "parent_observation_id": "", "level": "ERROR", "status_message": "timed out"}),
        json!({"id": "c1", "trace_id": "t1", "observation_id": "o3", "name": "thumb",
            "string_value": "down", "data_type": "CATEGORICAL",
            "timestamp": "2026-01-10 15:00:00.000000"}),
        json!({"x": 1}),
    ];
    let text = lines.map(|line| line.to_string()).join("\n");
    let (operations, reader) = read(&text);

    assert_eq!(operations.len(), 2);
    assert_eq!(operations[0].agent, "research");
    assert_eq!(operations[0].error_message.as_deref(), Some("timed out"));
    assert_eq!(operations[0].latency_ms, Some(30_500.0));
    assert_eq!(operations[1].feedback, Some(0.0));
    assert_eq!(operations[1].session_id.as_deref(), Some("s1"));
    assert_eq!(
        reader
            .first_skipped()
            .get("not a trace, observation or score"),
        Some(&4)
    );
}

#[test]
fn a_page_of_observations_names_no_trace_and_still_counts_once() {
    let page = json!({"data": [{"id": "o1", "traceId": "t9", "type": "SPAN", "name": "run",
        "startTime": "2026-01-10T14:30:00Z", "latency": 1.5, "parentObservationId": null,
        "metadata": "{\"attributes\": {\"gen_ai.tool.name\": \"Bash\"}}"}], "meta": {"page": 1}});
    let (first, _) = read(&page.to_string());
    let (second, _) = read(&page.to_string());
    assert_eq!(first, second);
    assert_eq!(first[0].tool.as_deref(), Some("Bash"));
    assert_eq!(first[0].latency_ms, Some(1_500.0));
    assert_eq!(
        (first[0].agent.as_str(), first[0].session_id.as_deref()),
        ("langfuse", Some("t9"))
    );
}
