//! OpenTelemetry over HTTP: what real clients send, answered as they expect.

use std::io::Write;

use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use futures_util::future::join_all;
use observer::settings::ObserverSettings;
use opentelemetry_proto::tonic::collector::{
    logs::v1::ExportLogsServiceRequest,
    trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
};
use prost::Message;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use testkit::{Answer, Backend};
use types::key::Role;

use crate::helpers::Observer;

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn span(number: u64, attributes: &[Value]) -> Value {
    json!({
        "traceId": "5b8efff798038103d269b633813fc60c", "spanId": format!("{number:016x}"),
        "name": "a span", "kind": 1, "startTimeUnixNano": "1768046400000000000",
        "endTimeUnixNano": "1768046400250000000", "attributes": attributes, "status": {},
    })
}

fn call(number: u64) -> Value {
    let attributes = [
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", "web_search"),
        text("gen_ai.conversation.id", "chat-1"),
        text("gen_ai.tool.call.arguments", "a very private argument"),
        text("gen_ai.input.messages", "a very private prompt"),
    ];
    span(number, &attributes)
}

fn traces(spans: &[Value]) -> Value {
    json!({ "resourceSpans": [{
        "resource": { "attributes": [text("service.name", "writer")] },
        "scopeSpans": [{ "scope": { "name": "test" }, "spans": spans }],
    }] })
}

fn logs(records: &[Value]) -> Value {
    json!({ "resourceLogs": [{
        "resource": { "attributes": [text("service.name", "claude-code")] },
        "scopeLogs": [{ "scope": { "name": "test" }, "logRecords": records }],
    }] })
}

fn log(name: &str, attributes: &[Value]) -> Value {
    json!({ "timeUnixNano": "1768046400000000000", "body": { "stringValue": name },
        "attributes": attributes })
}

/// The same in protobuf, as the official types encode it.
fn traces_in_protobuf(body: &Value) -> Vec<u8> {
    let request: ExportTraceServiceRequest = serde_json::from_value(body.clone()).unwrap();
    request.encode_to_vec()
}

fn logs_in_protobuf(body: &Value) -> Vec<u8> {
    let request: ExportLogsServiceRequest = serde_json::from_value(body.clone()).unwrap();
    request.encode_to_vec()
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(body).unwrap();
    packer.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(body).unwrap();
    packer.finish().unwrap()
}

fn bare_deflate(body: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(body).unwrap();
    packer.finish().unwrap()
}

fn request(observer: &Observer, path: &str, content_type: &str, body: Vec<u8>) -> RequestBuilder {
    let request = observer.api.request(Method::POST, path);
    request.header("content-type", content_type).body(body)
}

async fn send(observer: &Observer, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
    let request = request(observer, path, content_type, body);
    observer.api.send(request).await
}

async fn send_packed(observer: &Observer, coding: &str, body: Vec<u8>) -> Answer {
    let request =
        request(observer, "/v1/traces", PROTOBUF, body).header("content-encoding", coding);
    observer.api.send(request).await
}

async fn operations(observer: &Observer) -> Vec<Value> {
    let page: Value = observer.api.get("/ops?limit=1000").await.json(200);
    page["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn spans_arrive_in_every_form_and_a_retry_counts_once() {
    for backend in Backend::ALL {
        let observer = Observer::start_on(backend).await;
        let body = traces(&[call(1), call(2)]);
        let in_protobuf = traces_in_protobuf(&body);
        let answer = send(&observer, "/v1/traces", JSON, body.to_string().into()).await;
        assert_eq!(answer.expect::<Value>(200), json!({}));
        assert_eq!(answer.header("content-type"), Some(JSON));
        for (coding, packed) in [
            ("identity", in_protobuf.clone()),
            ("gzip", gzip(&in_protobuf)),
            ("deflate", zlib(&in_protobuf)),
            ("deflate", bare_deflate(&in_protobuf)),
        ] {
            let answer = send_packed(&observer, coding, packed).await;
            assert_eq!((answer.status, answer.body.len()), (200, 0), "{coding}");
            assert_eq!(answer.header("content-type"), Some(PROTOBUF));
        }
        let stored = operations(&observer).await;
        assert_eq!(stored.len(), 2);
        let first = &stored[1];
        assert_eq!(
            first["event_id"],
            json!("5b8efff798038103d269b633813fc60c-0000000000000001")
        );
        assert_eq!(first["agent"], json!("writer"));
        assert_eq!(first["tool"], json!("web_search"));
        assert_eq!(first["session_id"], json!("chat-1"));
        assert_eq!(first["latency_ms"], json!(250.0));
        assert_eq!(first["source"], json!("otlp"));
        assert_eq!(first["timestamp"], json!("2026-01-10T12:00:00.25Z"));
        let bytes = observer.place.all_bytes();
        assert!(!bytes.windows(12).any(|window| window == b"very private"));
        observer.stop().await;
    }
}

#[tokio::test]
async fn events_of_agents_arrive_as_log_records() {
    let observer = Observer::start().await;
    let body = logs(&[
        log(
            "claude_code.tool_result",
            &[
                text("session.id", "s-1"),
                text("tool_name", "Bash"),
                text("success", "false"),
                text("duration_ms", "41"),
                text("error", "Exit code 2"),
                text("tool_parameters", "a very private argument"),
            ],
        ),
        log(
            "claude_code.tool_decision",
            &[
                text("session.id", "s-1"),
                text("tool_name", "Edit"),
                text("decision", "reject"),
                text("source", "user_reject"),
            ],
        ),
        log(
            "claude_code.api_request",
            &[
                text("session.id", "s-1"),
                text("model", "claude-sonnet-4-5"),
                json!({ "key": "input_tokens", "value": { "intValue": "1200" } }),
                json!({ "key": "output_tokens", "value": { "intValue": 34 } }),
            ],
        ),
        log(
            "codex.tool_result",
            &[
                text("conversation.id", "c-1"),
                text("tool_name", "shell"),
                text("call_id", "call-9"),
                text("success", "true"),
            ],
        ),
        log(
            "claude_code.user_prompt",
            &[text("prompt", "a very private prompt")],
        ),
    ]);
    let answer = send(&observer, "/v1/logs", PROTOBUF, logs_in_protobuf(&body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let again = send(&observer, "/v1/logs", JSON, body.to_string().into()).await;
    let reply: Value = again.expect(200);
    assert_eq!(reply["partialSuccess"]["rejectedLogRecords"], json!("1"));

    let stats = observer.until("/stats", |stats| stats["total"] == 4).await;
    assert_eq!(stats["failures"], json!(1));
    let mut seen: Vec<(Value, Value, Value)> = operations(&observer)
        .await
        .into_iter()
        .map(|mut it| {
            (
                it["event_type"].take(),
                it["tool"].take(),
                it["session_id"].take(),
            )
        })
        .collect();
    seen.reverse();
    assert_eq!(
        json!(seen),
        json!([
            ["tool_call", "Bash", "s-1"],
            ["user_correction", "Edit", "s-1"],
            ["model_call", null, "s-1"],
            ["tool_call", "shell", "c-1"],
        ])
    );
    let usage: Value = observer.api.get("/usage").await.json(200);
    assert_eq!(
        usage,
        json!([{ "model": "claude-sonnet-4-5", "source": "otlp", "requests": 1,
            "tokens": 1234 }])
    );
    observer.stop().await;
}

#[tokio::test]
async fn every_span_that_is_not_kept_is_counted_with_its_reason() {
    let observer = Observer::start().await;
    let mut without_id = call(3);
    without_id["spanId"] = json!("");
    let mut without_time = call(4);
    for name in ["startTimeUnixNano", "endTimeUnixNano"] {
        without_time[name] = json!("0");
    }
    let chat = span(5, &[text("gen_ai.operation.name", "chat")]);
    let body = traces(&[call(1), without_id, without_time, chat, call(2)]);

    let answer = send(&observer, "/v1/traces", JSON, body.to_string().into()).await;
    let reply: Value = answer.expect(200);
    assert_eq!(reply["partialSuccess"]["rejectedSpans"], json!("3"));
    let why = reply["partialSuccess"]["errorMessage"].as_str().unwrap();
    for code in ["1 INVALID_ID", "1 MISSING_TIME", "1 NOT_AN_OPERATION"] {
        assert!(why.contains(code), "{why}");
    }
    let body = traces_in_protobuf(&body);
    let answer = send(&observer, "/v1/traces", PROTOBUF, body).await;
    let reply = ExportTraceServiceResponse::decode(&*answer.body).unwrap();
    let partial = reply.partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 3);
    assert_eq!(partial.error_message, why);
    assert_eq!(operations(&observer).await.len(), 2);
    observer.stop().await;
}

#[tokio::test]
async fn what_belongs_to_the_other_path_is_said_so() {
    let observer = Observer::start().await;
    let spans = traces(&[call(1)]);
    let records = logs(&[log("claude_code.tool_result", &[text("tool_name", "Bash")])]);
    for (path, other, body, packed) in [
        (
            "/v1/traces",
            "v1/logs",
            &records,
            logs_in_protobuf(&records),
        ),
        ("/v1/logs", "v1/traces", &spans, traces_in_protobuf(&spans)),
    ] {
        let answer = send(&observer, path, JSON, body.to_string().into()).await;
        let problem = answer.assert_problem(400, "WRONG_SIGNAL");
        assert!(problem.detail.contains(other), "{}", problem.detail);
        let answer = send(&observer, path, PROTOBUF, packed).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains("WRONG_SIGNAL"), "{answer:?}");
        assert!(answer.text().contains(other));
    }
    assert_eq!(operations(&observer).await.len(), 0);
    observer.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_the_language_of_the_request() {
    let observer = Observer::start().await;
    let good = traces_in_protobuf(&traces(&[call(1)]));
    for (body, code) in [
        (good[..good.len() - 1].to_vec(), "MALFORMED_PROTOBUF"),
        (
            b"{\"resourceSpans\":[]}".to_vec(),
            "Content-Type: application/json",
        ),
        (gzip(&good), "Content-Encoding: gzip"),
    ] {
        let answer = send(&observer, "/v1/traces", PROTOBUF, body).await;
        assert_eq!(answer.status, 400, "{code}");
        assert_eq!(answer.header("content-type"), Some(PROTOBUF));
        assert!(answer.text().contains(code), "{}", answer.text());
    }
    for (body, code) in [
        ("", "MALFORMED_JSON"),
        ("{", "MALFORMED_JSON"),
        ("[]", "NOT_OTLP"),
        ("{\"data\":[]}", "NOT_OTLP"),
    ] {
        let answer = send(&observer, "/v1/traces", JSON, body.into()).await;
        answer.assert_problem(400, code);
    }
    let cut = gzip(&good)[..20].to_vec();
    assert_eq!(send_packed(&observer, "gzip", cut).await.status, 400);
    assert_eq!(send_packed(&observer, "br", good.clone()).await.status, 415);
    let answer = send(&observer, "/v1/traces", "text/plain", good.clone()).await;
    answer.assert_problem(415, "UNSUPPORTED_MEDIA_TYPE");
    for empty in [
        send(&observer, "/v1/traces", PROTOBUF, vec![]).await,
        send(&observer, "/v1/traces", JSON, b"{}".to_vec()).await,
    ] {
        assert_eq!(empty.status, 200, "an empty request is a request");
    }
    observer.stop().await;
}

#[tokio::test]
async fn a_small_body_that_would_become_a_large_one_is_refused() {
    let observer = Observer::start().await;
    let limit = 16 * 1024 * 1024;
    let bomb = gzip(&vec![0; 512 * 1024 * 1024]);
    assert!(bomb.len() < limit, "{}", bomb.len());
    for (coding, body) in [("gzip", bomb), ("deflate", zlib(&vec![0; limit + 1]))] {
        let answer = send_packed(&observer, coding, body).await;
        assert_eq!(answer.status, 413, "{coding}");
        assert!(answer.text().contains("PAYLOAD_TOO_LARGE"));
    }
    observer.stop().await;
}

#[tokio::test]
async fn metrics_are_accepted_and_ignored() {
    let observer = Observer::start().await;
    for content_type in [PROTOBUF, JSON] {
        let answer = send(&observer, "/v1/metrics", content_type, b"{}".to_vec()).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some(content_type));
    }
    let nobody = observer.api.without_key();
    let answer = nobody.post("/v1/metrics", &json!({})).await;
    answer.assert_problem(401, "UNAUTHORIZED");
    observer.stop().await;
}

#[tokio::test]
async fn a_client_of_langfuse_shows_its_key_as_a_password() {
    let observer = Observer::start().await;
    let nobody = observer.api.without_key();
    let path = "/api/public/otel/v1/traces";
    let body = traces(&[call(1)]);
    for (password, status) in [(observer.place.key(Role::Admin).as_str(), 200), ("no", 401)] {
        let request = nobody
            .request(Method::POST, path)
            .basic_auth("pk-lf-1", Some(password))
            .json(&body);
        assert_eq!(nobody.send(request).await.status, status, "{password}");
    }
    assert_eq!(operations(&observer).await.len(), 1);
    observer.stop().await;
}

#[tokio::test]
async fn what_finds_no_room_is_told_to_come_again_and_loses_nothing() {
    let settings = ObserverSettings {
        queue_bytes: 64 * 1024,
        batch_bytes: 64 * 1024,
        ..ObserverSettings::default()
    };
    let observer = Observer::start_with(Backend::Sqlite, |own, _| *own = settings).await;
    let bodies: Vec<Vec<u8>> = (0..20)
        .map(|batch| {
            let spans: Vec<Value> = (1..=50).map(|one| call(batch * 50 + one)).collect();
            traces_in_protobuf(&traces(&spans))
        })
        .collect();
    let mut waiting = bodies;
    while !waiting.is_empty() {
        let sent = waiting.iter().map(|body| async {
            let answer = send(&observer, "/v1/traces", PROTOBUF, body.clone()).await;
            if answer.status == 503 {
                assert!(answer.header("retry-after").is_some());
                assert_eq!(answer.header("content-type"), Some(PROTOBUF));
                assert!(answer.text().contains("INTAKE_FULL"), "{}", answer.text());
                return Some(body.clone());
            }
            assert_eq!(answer.status, 200, "{}", answer.text());
            None
        });
        waiting = join_all(sent).await.into_iter().flatten().collect();
    }
    assert_eq!(operations(&observer).await.len(), 1_000);
    // What could never find room is not to be sent again as it is.
    let all: Vec<Value> = (1..=200).map(call).collect();
    let body = traces_in_protobuf(&traces(&all));
    assert_eq!(
        send(&observer, "/v1/traces", PROTOBUF, body).await.status,
        413
    );
    observer.stop().await;
}
