//! Real traces over HTTP give the events that come with them.

use std::path::{Path, PathBuf};

use observer::domain::{
    formats::{Format, Reader},
    sanitise::sanitise,
};
use redact::Redactor;
use serde_json::Value;
use service_kit::redaction::CountingRedactor;
use types::{
    Timestamp,
    event::{EventType, Operation},
};

use crate::helpers::Observer;

fn telemetry(path: &str) -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings")]
    let root = std::env::var_os("ATTUNE_SHARED").unwrap();
    Path::new(&root).join("data/telemetry").join(path)
}

/// What the file readers make of a file, as it would be stored.
fn read(path: &Path) -> Vec<Operation> {
    let bytes = std::fs::read(path).unwrap();
    let format = Format::detect(path, &bytes).unwrap();
    let (mut reader, mut all) = (
        Reader::new(format, path, Timestamp::from_micros(0)),
        Vec::new(),
    );
    reader.feed(&bytes, &mut all);
    reader.finish(&mut all);
    let redactor = CountingRedactor::uncounted(Redactor::standard());
    all.into_iter()
        .map(|parsed| sanitise(&redactor, parsed.operation))
        .collect()
}

async fn stored(observer: &Observer) -> Vec<Operation> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/ops?limit=1000{cursor}");
        let page: Value = observer.api.get(&path).await.json(200);
        all.extend(serde_json::from_value::<Vec<Operation>>(page["data"].clone()).unwrap());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn sorted(operations: Vec<Operation>, essence: impl Fn(Operation) -> Operation) -> Vec<String> {
    let essences = operations.into_iter().map(|operation| {
        let operation = essence(Operation {
            source: String::new(),
            ..operation
        });
        serde_json::to_string(&operation).unwrap()
    });
    let mut essences: Vec<String> = essences.collect();
    essences.sort();
    essences
}

async fn send(observer: &Observer, path: &Path) {
    let request = observer
        .api
        .request(reqwest::Method::POST, "/v1/traces")
        .header("content-type", "application/json")
        .body(std::fs::read(path).unwrap());
    let answer = observer.api.send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn a_file_gives_the_same_operations_by_either_door() {
    for file in [
        "otlp/claude_code.otlp.json",
        "raw/otel/tempo_export_with_batches.json",
    ] {
        let observer = Observer::start().await;
        let path = telemetry(file);
        send(&observer, &path).await;
        let by_http = sorted(stored(&observer).await, |operation| operation);
        assert!(!by_http.is_empty());
        assert_eq!(
            by_http,
            sorted(read(&path), |operation| operation),
            "{file}"
        );
        observer.stop().await;
    }
}

#[tokio::test]
async fn spans_sent_over_http_give_the_tool_calls_that_they_were_made_from() {
    let observer = Observer::start().await;
    send(&observer, &telemetry("otlp/claude_code.otlp.json")).await;
    let events = read(&telemetry("events/claude_code.jsonl"))
        .into_iter()
        .filter(|event| event.event_type == EventType::ToolCall)
        .collect();
    // The ids of events come from their transcripts, those of spans from the trace; the events
    // were cut to size before they were redacted.
    let essence = |operation: Operation| Operation {
        event_id: String::new(),
        error_message: operation
            .error_message
            .map(|text| text.chars().take(500).collect()),
        timestamp: Timestamp::from_micros(operation.timestamp.as_micros() / 1000 * 1000),
        ..operation
    };
    assert_eq!(
        sorted(stored(&observer).await, essence),
        sorted(events, essence)
    );
    observer.stop().await;
}
