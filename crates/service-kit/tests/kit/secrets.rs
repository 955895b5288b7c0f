//! What callers send beside their bodies: ids, headers, names of fields.

use reqwest::Method;
use serde_json::json;
use testkit::Backend;
use types::key::Role;

use crate::notes::Notes;

/// Made up, in the form of a token of a code forge.
const SECRET: &str = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

#[tokio::test]
async fn an_idempotency_key_that_may_not_be_kept_still_does_its_work() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    let note = json!({ "text": "once" });
    let first = notes.api.post_keyed("/notes", SECRET, &note).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let second = notes.api.post_keyed("/notes", SECRET, &note).await;
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    let other = json!({ "text": "twice" });
    let refused = notes.api.post_keyed("/notes", SECRET, &other).await;
    refused.assert_problem(422, "IDEMPOTENCY_KEY_REUSED");

    let kept: Vec<String> = notes
        .running
        .kit()
        .db
        .fetch_all("SELECT key FROM inbox", vec![])
        .await
        .unwrap();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].starts_with("sealed:"), "{kept:?}");
}

#[tokio::test]
async fn a_refusal_repeats_no_secret_of_the_request() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    let field = json!({ "text": "a", SECRET: 1 });
    let refused = notes.api.post("/notes", &field).await;
    let problem = refused.assert_problem(422, "INVALID_INPUT");
    assert!(problem.detail.contains("unknown field"), "{problem:?}");
    assert!(!refused.text().contains(SECRET), "{}", refused.text());

    let value = notes.api.post("/notes", &json!({ "text": [SECRET] })).await;
    assert_eq!(
        value.assert_problem(422, "INVALID_INPUT").errors[0].pointer,
        "/text"
    );
    assert!(!value.text().contains(SECRET), "{}", value.text());

    let named = notes
        .api
        .request(Method::GET, &format!("/notes/{SECRET}"))
        .header("x-request-id", SECRET);
    let missing = notes.api.send(named).await;
    assert_eq!(missing.status, 404);
    let id = missing.header("x-request-id").unwrap();
    assert!(id != SECRET && !id.is_empty());
    assert!(!missing.text().contains(SECRET), "{}", missing.text());
}

#[tokio::test]
async fn an_ordinary_request_id_comes_back() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    let request = notes
        .api
        .request(Method::GET, "/notes")
        .header("x-request-id", "trip-42");
    let answer = notes.api.send(request).await;
    assert_eq!(answer.header("x-request-id"), Some("trip-42"));
}

#[tokio::test]
async fn a_key_belongs_to_a_name_and_not_to_a_secret() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    let key = service_kit::auth::KeyText::generate(Role::Agent).unwrap();
    let new = json!({ "id": key.id, "hash": key.hash(), "role": "agent", "person": SECRET });
    let refused = notes.api.post("/keys", &new).await;
    let problem = refused.assert_problem(422, "INVALID_INPUT");
    assert_eq!(problem.errors[0].pointer, "/person");
    assert!(!refused.text().contains(SECRET), "{}", refused.text());
}

#[tokio::test]
async fn what_went_is_counted_by_kind_and_strange_methods_are_not_repeated() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    notes.api.get(&format!("/notes?{SECRET}=1")).await;
    let note = json!({ "text": "a" });
    notes.api.post_keyed("/notes", SECRET, &note).await;
    let method = Method::from_bytes(SECRET.as_bytes()).unwrap();
    notes.api.send(notes.api.request(method, "/notes")).await;

    let metrics = notes.api.get("/metrics").await.text();
    let counted = metrics
        .lines()
        .any(|line| line.starts_with("attune_redacted_total") && line.contains(r#"kind="key""#));
    assert!(counted, "{metrics}");
    assert!(metrics.contains(r#"method="other""#), "{metrics}");
    assert!(!metrics.contains(SECRET), "{metrics}");
}
