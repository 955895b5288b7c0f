//! Calls through the observer, and calls that tell it how they went.

use std::time::Duration;

use clients::{About, Observer as Client};
use observer::settings::ObserverSettings;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::Backend;
use types::Service;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::helpers::Observer;

async fn answers(upstream: &MockServer, at: &str, reply: ResponseTemplate) {
    let mock = Mock::given(method("POST")).and(path(at));
    mock.respond_with(reply).mount(upstream).await;
}

async fn observer_of(upstream: &str) -> Observer {
    let settings = ObserverSettings {
        upstream: Some(upstream.parse().unwrap()),
        upstream_timeout_seconds: 1,
        ..ObserverSettings::default()
    };
    Observer::start_with(Backend::Sqlite, |own, _| *own = settings).await
}

async fn newest(observer: &Observer) -> Value {
    let page: Value = observer.api.get("/ops?limit=1").await.json(200);
    page["data"][0].clone()
}

#[tokio::test]
async fn a_call_is_forwarded_answered_and_recorded() {
    let upstream = MockServer::start().await;
    let reply = ResponseTemplate::new(200).set_body_json(json!({ "rows": [1, 2, 3] }));
    answers(&upstream, "/v1/search", reply).await;
    let observer = observer_of(&format!("{}/v1/", upstream.uri())).await;

    let request = observer
        .api
        .request(Method::POST, "/observed/search?limit=3")
        .header("x-attune-description", "find the invoices")
        .header("x-attune-agent", "clerk")
        .header("x-attune-session", "s-1")
        .header("idempotency-key", "call-1")
        .json(&json!({ "sql": "select" }));
    let answer = observer.api.send(request).await;

    assert_eq!(answer.expect::<Value>(200), json!({ "rows": [1, 2, 3] }));
    assert_eq!(answer.header("attune-recorded"), Some("true"));
    assert_eq!(answer.header("attune-event-id"), Some("call-1"));
    let seen = &upstream.received_requests().await.unwrap()[0];
    assert_eq!(seen.url.query(), Some("limit=3"));
    assert_eq!(seen.body, br#"{"sql":"select"}"#);
    assert_eq!(seen.headers["idempotency-key"], "call-1");
    for private in ["authorization", "x-api-key", "x-attune-agent", "cookie"] {
        assert!(!seen.headers.contains_key(private), "{private}");
    }
    let operation = newest(&observer).await;
    for (field, value) in [
        ("event_id", json!("call-1")),
        ("agent", json!("clerk")),
        ("session_id", json!("s-1")),
        ("source", json!("mcp")),
        ("endpoint", json!("/search")),
        ("input_summary", json!("find the invoices")),
        ("output_summary", json!("3 rows")),
        ("success", json!(true)),
    ] {
        assert_eq!(operation[field], value, "{field}");
    }
    assert!(operation["latency_ms"].is_number());
    observer.stop().await;
}

#[tokio::test]
async fn a_reply_with_an_error_is_passed_on_and_recorded_as_a_failure() {
    let upstream = MockServer::start().await;
    let reply = ResponseTemplate::new(200)
        .set_body_json(json!({ "error": "no such table on 203.0.113.77" }));
    answers(&upstream, "/search", reply).await;
    answers(
        &upstream,
        "/down",
        ResponseTemplate::new(503).set_body_string("busy"),
    )
    .await;
    let observer = observer_of(&upstream.uri()).await;

    let answer = observer.api.post("/observed/search", &json!({})).await;
    assert_eq!(answer.status, 200);
    let operation = newest(&observer).await;
    assert_eq!(operation["success"], json!(false));
    assert_eq!(operation["input_summary"], json!("POST /search"));
    assert!(
        operation["output_summary"]
            .as_str()
            .unwrap()
            .starts_with("ERROR: no such table")
    );
    assert!(!operation.to_string().contains("203.0.113.77"));

    let answer = observer.api.post("/observed/down", &json!({})).await;
    assert_eq!((answer.status, answer.text().as_str()), (503, "busy"));
    assert_eq!(newest(&observer).await["success"], json!(false));
    observer.stop().await;
}

#[tokio::test]
async fn an_upstream_that_does_not_answer_in_time_is_a_failure() {
    let upstream = MockServer::start().await;
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    answers(&upstream, "/slow", late).await;
    let observer = observer_of(&upstream.uri()).await;
    let answer = observer.api.post("/observed/slow", &json!({})).await;
    answer.assert_problem(502, "UPSTREAM_NO_ANSWER");
    let operation = newest(&observer).await;
    assert_eq!(operation["success"], json!(false));
    assert!(
        operation["error_message"]
            .as_str()
            .unwrap()
            .contains("no answer in time")
    );
    observer.stop().await;
}

#[tokio::test]
async fn only_what_is_configured_is_called() {
    let upstream = MockServer::start().await;
    let observer = observer_of(&format!("{}/v1", upstream.uri())).await;
    for path in [
        "//evil.example/x",
        "http://evil.example/x",
        "x%2f..%2f..",
        "x",
    ] {
        let answer = observer
            .api
            .post(&format!("/observed/{path}"), &json!([1]))
            .await;
        assert_eq!(answer.status, 404, "{path}: the upstream's own answer");
        assert!(answer.header("attune-event-id").is_some());
    }
    let seen = upstream.received_requests().await.unwrap();
    assert_eq!(seen.len(), 4);
    assert!(
        seen.iter()
            .all(|request| request.url.path().starts_with("/v1/"))
    );
    observer.stop().await;

    let without = Observer::start().await;
    let answer = without.api.post("/observed/search", &json!({})).await;
    let problem = answer.assert_problem(404, "UPSTREAM_NOT_CONFIGURED");
    assert!(
        problem.detail.contains("observer.upstream"),
        "{}",
        problem.detail
    );
    let stats: Value = without.api.get("/stats").await.json(200);
    assert_eq!(stats["total"], json!(0));
    without.stop().await;
}

#[tokio::test]
async fn a_rust_caller_tells_the_observer_how_its_call_went() {
    let observer = Observer::start().await;
    let address = observer.address();
    let client = Client::new(observer.place.caller(&[(Service::Observer, address)]));
    let about = About {
        endpoint: "/search".to_owned(),
        description: "find the invoices".to_owned(),
        agent: "clerk".to_owned(),
        session_id: Some("s-1".to_owned()),
    };

    let good = client
        .observed(&about, async { Ok::<_, String>(json!({ "answer": "42" })) })
        .await;
    assert_eq!(good.result.unwrap()["answer"], json!("42"));
    assert_eq!(good.recorded.unwrap().accepted, 1);
    let operation = newest(&observer).await;
    assert_eq!(operation["output_summary"], json!("answer: 42..."));

    let bad = client
        .observed(&about, async {
            Err::<Value, _>("connection refused".to_owned())
        })
        .await;
    assert!(bad.result.is_err());
    assert!(!bad.operation.success);
    let operation = newest(&observer).await;
    assert_eq!(operation["event_id"], json!(bad.operation.event_id));
    assert_eq!(operation["error_message"], json!("connection refused"));
    observer.stop().await;
}
