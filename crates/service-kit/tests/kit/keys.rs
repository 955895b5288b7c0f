//! Keys: made, shown once, ended.

use serde_json::{Value, json};
use service_kit::auth::KeyText;
use testkit::Backend;
use types::key::Role;

use crate::notes::Notes;

fn registration(key: &KeyText, person: &str) -> Value {
    json!({ "id": key.id, "hash": key.hash(), "role": key.role, "person": person })
}

#[tokio::test]
async fn a_key_works_from_its_registration_to_its_revocation() {
    for backend in Backend::ALL {
        let notes = Notes::start_on(backend).await;
        let key = KeyText::generate(Role::Auditor).unwrap();
        let reader = notes.api.with_key(key.expose());
        reader
            .get("/notes")
            .await
            .assert_problem(401, "UNAUTHORIZED");

        notes
            .api
            .post("/keys", &registration(&key, "ann"))
            .await
            .json(201);
        assert_eq!(reader.get("/notes").await.status, 200);
        let refused = reader.post("/notes", &json!({ "text": "a" })).await;
        refused.assert_problem(403, "ROLE_NOT_ALLOWED");
        notes
            .api
            .post("/keys", &registration(&key, "ann"))
            .await
            .assert_problem(409, "KEY_EXISTS");

        let listed = notes.api.get("/keys").await;
        assert!(!listed.text().contains(key.expose()));
        let revoke = notes
            .api
            .request(reqwest::Method::DELETE, &format!("/keys/{}", key.id));
        notes.api.send(revoke).await.json(200);
        reader
            .get("/notes")
            .await
            .assert_problem(401, "UNAUTHORIZED");
        assert!(!String::from_utf8_lossy(&notes.place.all_bytes()).contains(&key.expose()[20..]));
    }
}

#[tokio::test]
async fn an_expired_key_is_no_key() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    let key = KeyText::generate(Role::Auditor).unwrap();
    notes
        .api
        .post("/keys", &registration(&key, "ann"))
        .await
        .json(201);
    notes
        .place
        .clock
        .advance(std::time::Duration::from_secs(91 * 24 * 3_600));
    let refused = notes.api.with_key(key.expose()).get("/notes").await;
    refused.assert_problem(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn a_service_must_name_each_of_its_calls() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    let service = notes.place.api_as_service(notes.running.address);
    let refused = service.post("/notes", &json!({ "text": "a" })).await;
    refused.assert_problem(400, "IDEMPOTENCY_KEY_REQUIRED");
    assert_eq!(
        service
            .post_keyed("/notes", "k", &json!({ "text": "a" }))
            .await
            .status,
        201
    );
}
