//! Every error is a problem document, and nothing is let in that should not be.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Backend, Place};

use crate::notes::Notes;

#[tokio::test]
async fn whatever_goes_wrong_is_a_problem_with_a_stable_code() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    let api = &notes.api;
    api.get("/nowhere")
        .await
        .assert_problem(404, "NO_SUCH_PATH");
    let wrong = api.send(api.request(Method::DELETE, "/notes")).await;
    wrong.assert_problem(405, "METHOD_NOT_ALLOWED");
    assert_eq!(wrong.header("allow"), Some("GET, POST"));

    let raw = |text: &str, kind: &str| {
        api.request(Method::POST, "/notes")
            .header("content-type", kind)
            .body(text.to_owned())
    };
    for (text, status, code) in [
        ("{", 400, "MALFORMED_JSON"),
        ("", 400, "MALFORMED_JSON"),
        (r#"{"text":"a"} {}"#, 400, "MALFORMED_JSON"),
        (r#"{"text":7}"#, 422, "INVALID_INPUT"),
        (r#"{"txt":"a"}"#, 422, "INVALID_INPUT"),
        (r#"{"text":"a","more":1}"#, 422, "INVALID_INPUT"),
        ("[]", 422, "INVALID_INPUT"),
    ] {
        let answer = api.send(raw(text, "application/json")).await;
        answer.assert_problem(status, code);
    }
    let answer = api.send(raw(r#"{"text":7}"#, "application/json")).await;
    assert_eq!(
        answer.assert_problem(422, "INVALID_INPUT").errors[0].pointer,
        "/text"
    );
    let answer = api.send(raw("[]", "application/json")).await;
    let problem = answer.assert_problem(422, "INVALID_INPUT");
    assert_eq!(problem.detail, "expected a JSON object");
    for (query, pointer) in [("limit=ten", "limit"), ("more=1", "more")] {
        let answer = api.get(&format!("/journal?{query}")).await;
        let problem = answer.assert_problem(422, "INVALID_INPUT");
        assert_eq!(problem.errors[0].pointer, pointer);
    }
    let answer = api.send(raw("text", "text/plain")).await;
    answer.assert_problem(415, "UNSUPPORTED_MEDIA_TYPE");
    let long = format!(r#"{{"text":"{}"}}"#, "a".repeat(1024 * 1024));
    let answer = api.send(raw(&long, "application/json")).await;
    let problem = answer.assert_problem(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(problem.request_id.as_deref(), answer.header("x-request-id"));
    assert!(notes.texts().await.is_empty());
}

#[tokio::test]
async fn whoever_speaks_protobuf_gets_errors_in_protobuf() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    for (api, status, rpc_code, code) in [
        (notes.api.clone(), 415, 3, "UNSUPPORTED_MEDIA_TYPE"),
        (notes.api.without_key(), 401, 16, "UNAUTHORIZED"),
    ] {
        let request = api
            .request(Method::POST, "/notes")
            .header("content-type", "application/x-protobuf")
            .body("x");
        let answer = api.send(request).await;
        assert_eq!(answer.status, status);
        assert_eq!(
            answer.header("content-type"),
            Some("application/x-protobuf")
        );
        // google.rpc.Status: field 1 is the code, field 2 the text.
        assert_eq!(answer.body[..3], [0x08, rpc_code, 0x12]);
        assert!(answer.text().contains(code), "{answer:?}");
    }
}

#[tokio::test]
async fn large_bodies_wait_for_room_and_all_get_their_answer() {
    let mut place = Place::on(Backend::Sqlite).await;
    place.common.limits.bodies_bytes = 300 * 1024;
    let notes = Notes::start_in(place).await;
    let sent = (0..12).map(|number| {
        let (api, text) = (
            notes.api.clone(),
            format!("{number}{}", "a".repeat(200 * 1024)),
        );
        async move { api.post("/notes", &json!({ "text": text })).await.status }
    });
    let statuses = futures_util::future::join_all(sent).await;
    assert_eq!(statuses, [201; 12]);
    // One that is larger than the room takes all of it.
    let text = "b".repeat(400 * 1024);
    assert_eq!(
        notes
            .api
            .post("/notes", &json!({ "text": text }))
            .await
            .status,
        201
    );
    assert_eq!(notes.texts().await.len(), 13);
}

#[tokio::test]
async fn when_too_many_wait_for_room_the_others_are_told_to_come_again() {
    let mut place = Place::on(Backend::Sqlite).await;
    place.common.limits.bodies_bytes = 100 * 1024;
    let notes = Notes::start_in(place).await;
    let sent = (0..200).map(|number| {
        let text = format!("{number}{}", "a".repeat(98 * 1024));
        let (api, body) = (notes.api.clone(), json!({ "text": text }));
        async move { api.post("/notes", &body).await }
    });
    let answers = futures_util::future::join_all(sent).await;
    let (taken, told): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    for answer in &told {
        answer.assert_problem(503, "TOO_MUCH_AT_ONCE");
        assert!(answer.header("retry-after").is_some());
    }
    assert_eq!(notes.texts().await.len(), taken.len());
    assert!(!told.is_empty(), "not all can wait");
    assert!(64 <= taken.len(), "those that wait are served");
}

#[tokio::test]
async fn probes_and_the_document_need_no_key_and_nothing_else_goes_without() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    let nobody = notes.api.without_key();
    let health: Value = nobody.get("/health").await.json(200);
    assert_eq!(health["status"], json!("ok"));
    for path in ["/livez", "/readyz", "/openapi.json", "/docs/"] {
        assert_eq!(nobody.get(path).await.status, 200, "{path}");
    }
    for path in ["/notes", "/journal", "/metrics", "/keys", "/nowhere"] {
        let refused = nobody.get(path).await;
        refused.assert_problem(401, "UNAUTHORIZED");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    }
}

#[tokio::test]
async fn the_page_of_the_document_loads_nothing_from_elsewhere() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    let page = notes.api.without_key().get("/docs/index.html").await;
    assert!(!page.text().contains("https://"), "{}", page.text());
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .contains("default-src 'none'")
    );
}

#[tokio::test]
async fn too_many_requests_are_told_to_wait() {
    let mut place = Place::new();
    place.common.limits.requests_per_second = 3;
    let notes = Notes::start_in(place).await;
    let mut limited = None;
    for _ in 0..10 {
        let answer = notes.api.get("/notes").await;
        if answer.status == 429 {
            limited = Some(answer);
        }
    }
    let limited = limited.unwrap();
    limited.assert_problem(429, "RATE_LIMITED");
    assert!(limited.header("retry-after").is_some());
}

#[tokio::test]
async fn a_stopping_service_is_not_ready_and_stops_in_time() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    let began = std::time::Instant::now();
    notes.running.stop().await;
    assert!(began.elapsed() < std::time::Duration::from_secs(5));
}
