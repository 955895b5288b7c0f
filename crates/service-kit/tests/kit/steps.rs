//! Journal, inbox and outbox.

use futures_util::future::join_all;
use serde_json::{Value, json};
use service_kit::{Act, args};
use testkit::{Backend, Place};
use types::Service;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::notes::Notes;

#[tokio::test]
async fn a_repeated_request_takes_effect_once_and_gets_the_same_answer() {
    for backend in Backend::ALL {
        let notes = Notes::start_on(backend).await;
        let body = json!({ "text": "once" });
        let answers = join_all((0..16).map(|_| notes.api.post_keyed("/notes", "k-1", &body))).await;
        for answer in &answers {
            assert!([201, 409].contains(&answer.status), "{}", answer.text());
        }
        let later = notes.api.post_keyed("/notes", "k-1", &body).await;
        assert_eq!(later.status, 201);
        assert_eq!(later.header("idempotency-replayed"), Some("true"));
        let other = notes
            .api
            .post_keyed("/notes", "k-1", &json!({ "text": "two" }))
            .await;
        other.assert_problem(422, "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(notes.texts().await, ["once"]);
    }
}

#[tokio::test]
async fn what_fails_leaves_no_trace_and_may_be_tried_again() {
    for backend in Backend::ALL {
        let notes = Notes::start_on(backend).await;
        notes
            .api
            .post_keyed("/notes", "k-1", &json!({ "text": "a" }))
            .await
            .json(201);
        // The constraint stands against a second note of the same text.
        assert_eq!(
            notes
                .api
                .post_keyed("/notes", "k-2", &json!({ "text": "a" }))
                .await
                .status,
            500
        );
        let check: Value = notes.api.get("/journal/verify").await.json(200);
        assert_eq!(check["entries"], json!(3));
        let kept: i64 = notes
            .relay
            .db
            .fetch_one(
                "SELECT COUNT(*) AS kept FROM inbox WHERE key = $1",
                args!["k-2"],
            )
            .await
            .unwrap();
        assert_eq!(kept, 0);
    }
}

#[tokio::test]
async fn the_journal_cannot_be_changed_and_a_forged_entry_is_noticed() {
    for backend in Backend::ALL {
        let notes = Notes::start_on(backend).await;
        for text in ["a", "b", "c"] {
            notes
                .api
                .post("/notes", &json!({ "text": text }))
                .await
                .json(201);
        }
        let act = service_kit::Act::of_service(Service::Observer, &notes.place.clock);
        for statement in [
            "UPDATE journal SET actor = 'x'",
            "DELETE FROM journal WHERE sequence = 4",
        ] {
            let mut tx = notes.relay.db.begin(&act).await.unwrap();
            assert!(tx.execute(statement, vec![]).await.is_err(), "{statement}");
        }
        let whole: Value = notes.api.get("/journal/verify").await.json(200);
        assert_eq!(
            (&whole["intact"], &whole["entries"]),
            (&json!(true), &json!(5))
        );

        // Whoever owns the database can drop the guard; the chain still tells.
        let drop_guard = match backend {
            Backend::Sqlite => "DROP TRIGGER journal_is_not_changed",
            Backend::Postgres => "ALTER TABLE journal DISABLE TRIGGER journal_is_not_changed",
        };
        for statement in [
            drop_guard,
            "UPDATE journal SET actor = 'x' WHERE sequence = 4",
        ] {
            let mut tx = notes.relay.db.begin(&act).await.unwrap();
            tx.execute(statement, vec![]).await.unwrap();
            tx.commit().await.unwrap();
        }
        let forged: Value = notes.api.get("/journal/verify").await.json(200);
        assert_eq!(forged["intact"], json!(false));
        assert!(
            forged["fault"].as_str().unwrap().contains("entry 4"),
            "{forged}"
        );
    }
}

async fn peer(backend: Backend, status: u16) -> (Notes, MockServer) {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(status).set_body_json(json!({})))
        .mount(&server)
        .await;
    let mut place = Place::on(backend).await;
    place.introduce(Service::PatchApply, *server.address());
    (Notes::start_in(place).await, server)
}

#[tokio::test]
async fn messages_arrive_in_order_each_under_a_key_of_its_own() {
    for backend in Backend::ALL {
        let (notes, server) = peer(backend, 200).await;
        for text in ["a", "b", "c"] {
            notes
                .api
                .post("/notes", &json!({ "text": text }))
                .await
                .json(201);
        }
        while 0 < notes.relay.tick().await.unwrap() {}
        let received = server.received_requests().await.unwrap();
        let texts: Vec<String> = received
            .iter()
            .map(|request| {
                let body: Value = serde_json::from_slice(&request.body).unwrap();
                body["text"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(texts, ["a", "b", "c"]);
        let mut keys: Vec<_> = received
            .iter()
            .map(|request| request.headers["idempotency-key"].clone())
            .collect();
        keys.dedup();
        assert_eq!(keys.len(), 3);
        assert!(
            received
                .iter()
                .all(|request| request.headers.contains_key("traceparent"))
        );
        assert_eq!(*notes.receiver.0.lock().unwrap(), [200, 200, 200]);
    }
}

#[tokio::test]
async fn a_peer_that_is_down_gets_the_message_later_under_the_same_key() {
    let (notes, server) = peer(Backend::Sqlite, 503).await;
    notes
        .api
        .post("/notes", &json!({ "text": "a" }))
        .await
        .json(201);
    notes.relay.tick().await.unwrap();
    assert_eq!(notes.relay.tick().await.unwrap(), 0, "not at once again");
    notes
        .place
        .clock
        .advance(std::time::Duration::from_secs(60));
    notes.relay.tick().await.unwrap();
    let received = server.received_requests().await.unwrap();
    assert_eq!(received.len(), 2);
    assert_eq!(
        received[0].headers["idempotency-key"],
        received[1].headers["idempotency-key"]
    );
    assert!(notes.receiver.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_refusal_is_handed_over_once_and_does_not_hold_up_the_rest() {
    let (notes, server) = peer(Backend::Sqlite, 422).await;
    for text in ["a", "b"] {
        notes
            .api
            .post("/notes", &json!({ "text": text }))
            .await
            .json(201);
    }
    while 0 < notes.relay.tick().await.unwrap() {}
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
    assert_eq!(*notes.receiver.0.lock().unwrap(), [422, 422]);
}

#[tokio::test]
async fn a_disk_that_was_full_is_written_again_once_it_has_room() {
    let notes = Notes::start_on(Backend::Sqlite).await;
    let kit = notes.running.kit();
    let act = Act::of_service(kit.service, &kit.clock);
    let mut tx = kit.db.begin(&act).await.unwrap();
    // No page more than there are now, for as long as this connection lasts.
    tx.execute("PRAGMA max_page_count = 1", vec![])
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let large = json!({ "text": "a".repeat(500_000) });
    let refused = notes.api.post("/notes", &large).await;
    assert_eq!(refused.status, 503, "{}", refused.text());

    let taken = notes.api.post("/notes", &large).await;
    assert_eq!(taken.status, 201, "{}", taken.text());
    assert_eq!(notes.texts().await.len(), 1);
}
