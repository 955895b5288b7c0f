//! Opening, closing, extending, releasing.

use serde_json::{Value, json};
use testkit::Backend;
use types::window::WindowStatus;

use crate::helpers::Gateway;

const MONITORING: &str = "/api/agent-tune/monitoring";

#[tokio::test]
async fn a_second_window_is_refused_while_one_is_active() {
    for backend in Backend::ALL {
        let gateway = Gateway::start_on(backend).await;
        let first = gateway.open("writer").await;

        let refused = gateway
            .api
            .post(MONITORING, &gateway.request("planner"))
            .await;

        let problem = refused.assert_problem(409, "SERIALISATION_VIOLATION");
        assert_eq!(
            problem.context.unwrap()["active_window"]["id"],
            json!(first.id)
        );
        assert_eq!(gateway.active().await.len(), 1);
        gateway.stop().await;
    }
}

#[tokio::test]
async fn closing_frees_the_slot_and_closing_again_changes_nothing() {
    let gateway = Gateway::start().await;
    let window = gateway.open("writer").await;
    let close = format!("{MONITORING}/{}/close", window.id);

    let closed: Value = gateway
        .api
        .put(&close, &json!({ "status": "completed" }))
        .await
        .expect(200);
    assert_eq!(
        (&closed["status"], &closed["verdict"]),
        (&json!("completed"), &json!("manual"))
    );
    let again: Value = gateway
        .api
        .put(&close, &json!({ "status": "completed" }))
        .await
        .expect(200);
    assert_eq!(again["closed_at"], closed["closed_at"]);
    gateway
        .api
        .put(&close, &json!({ "status": "rolled_back" }))
        .await
        .assert_problem(409, "ALREADY_CLOSED");

    assert_eq!(gateway.open("planner").await.status, WindowStatus::Active);
    gateway.stop().await;
}

#[tokio::test]
async fn a_window_that_is_not_there_cannot_be_closed() {
    let gateway = Gateway::start().await;
    let body = json!({ "status": "completed" });
    for id in ["0199a1c2-0000-7000-8000-000000000000", "banana"] {
        let answer = gateway
            .api
            .put(&format!("{MONITORING}/{id}/close"), &body)
            .await;
        assert_eq!(answer.status, 404, "{id}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_window_that_is_over_gives_way_to_the_next() {
    for backend in Backend::ALL {
        let gateway = Gateway::start_on(backend).await;
        let forgotten = gateway.open("writer").await;
        gateway.pass_minutes(61).await;

        let next = gateway.open("planner").await;

        assert_eq!(next.status, WindowStatus::Active);
        let old = gateway.window(&forgotten).await;
        assert_eq!(old["status"], "completed");
        assert_eq!(old["verdict"], "inconclusive");
        gateway.stop().await;
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_the_name_of_its_field() {
    let gateway = Gateway::start().await;
    let wrong: [(&str, Value); 9] = [
        ("pre_stall_rate", json!(99)),
        ("pre_quality", json!("high")),
        ("pre_affinity_rate", json!(-0.1)),
        ("change_date", json!("banana")),
        ("commit_sha", json!("HEAD")),
        ("expires_at", json!("2001-01-01T00:00:00Z")),
        ("expires_at", json!("tomorrow")),
        ("agent_name", json!("")),
        ("agents", json!("writer")),
    ];
    for (field, value) in wrong {
        let mut body = gateway.request("writer");
        body[field] = value.clone();
        let problem = gateway
            .api
            .post(MONITORING, &body)
            .await
            .assert_problem(422, "INVALID_INPUT");
        assert_eq!(problem.errors[0].pointer, format!("/{field}"), "{value}");
    }
    for field in ["agent_name", "pre_quality", "commit_sha", "expires_at"] {
        let mut body = gateway.request("writer");
        body.as_object_mut().unwrap().remove(field);
        gateway
            .api
            .post(MONITORING, &body)
            .await
            .assert_problem(422, "INVALID_INPUT");
    }
    assert!(gateway.active().await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn a_window_can_be_extended_up_to_a_day_and_released() {
    let gateway = Gateway::start().await;
    let window = gateway.open("writer").await;
    let extend = format!("{MONITORING}/{}/extend", window.id);
    let later = json!({ "expires_at": gateway.in_minutes(120) });
    let extended: Value = gateway.api.post(&extend, &later).await.expect(200);
    assert_eq!(extended["expires_at"], later["expires_at"]);
    let too_long = json!({ "expires_at": gateway.in_minutes(25 * 60) });
    gateway
        .api
        .post(&extend, &too_long)
        .await
        .assert_problem(422, "INVALID_INPUT");

    let release = format!("{MONITORING}/{}/release", window.id);
    let released: Value = gateway.api.post(&release, &json!({})).await.expect(200);
    assert_eq!(
        (&released["released"], &released["verdict"]),
        (&json!(true), &json!("inconclusive"))
    );
    assert!(gateway.active().await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn windows_are_listed_the_newest_first_and_by_agent() {
    for backend in Backend::ALL {
        let gateway = Gateway::start_on(backend).await;
        for agent in ["a_b", "axb", "a_b"] {
            let window = gateway.open(agent).await;
            let close = format!("{MONITORING}/{}/close", window.id);
            gateway
                .api
                .put(&close, &json!({ "status": "completed" }))
                .await
                .json(200);
            gateway.pass_minutes(1).await;
        }
        let all: Value = gateway.api.get("/api/agent-tune/windows").await.json(200);
        assert_eq!(all["data"].as_array().unwrap().len(), 3);
        assert!(all["data"][2]["created_at"].as_str() < all["data"][0]["created_at"].as_str());
        let of_one: Value = gateway
            .api
            .get("/api/agent-tune/windows?agent=a_b")
            .await
            .json(200);
        assert_eq!(of_one["data"].as_array().unwrap().len(), 2);
        let none: Value = gateway
            .api
            .get("/api/agent-tune/windows?status=active")
            .await
            .json(200);
        assert!(none["data"].as_array().unwrap().is_empty());
        gateway.stop().await;
    }
}

#[tokio::test]
async fn the_same_request_under_one_key_opens_one_window_and_gets_one_answer() {
    for backend in Backend::ALL {
        let gateway = Gateway::start_on(backend).await;
        let body = gateway.request("writer");
        let first = gateway.api.post_keyed(MONITORING, "key-1", &body).await;
        let second = gateway.api.post_keyed(MONITORING, "key-1", &body).await;
        assert_eq!((second.status, &second.body), (201, &first.body));
        assert_eq!(second.header("idempotency-replayed"), Some("true"));
        gateway
            .api
            .post_keyed(MONITORING, "key-1", &gateway.request("planner"))
            .await
            .assert_problem(422, "IDEMPOTENCY_KEY_REUSED");
        gateway.stop().await;
    }
}

#[tokio::test]
async fn every_change_is_in_the_journal_and_the_chain_holds() {
    for backend in Backend::ALL {
        let gateway = Gateway::start_on(backend).await;
        let window = gateway.open("writer").await;
        let close = format!("{MONITORING}/{}/close", window.id);
        gateway
            .api
            .put(&close, &json!({ "status": "rolled_back" }))
            .await
            .json(200);
        let journal: Value = gateway.api.get("/journal").await.json(200);
        let actions: Vec<&str> = journal["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["action"].as_str().unwrap())
            .collect();
        assert_eq!(
            actions,
            ["key.create", "key.create", "window.open", "window.close"]
        );
        let check: Value = gateway.api.get("/journal/verify").await.json(200);
        assert_eq!(
            (&check["intact"], &check["entries"]),
            (&json!(true), &json!(4))
        );
        gateway.stop().await;
    }
}

#[tokio::test]
async fn a_change_that_a_person_takes_back_gives_up_its_window() {
    let gateway = Gateway::start().await;
    let window = gateway.open("writer").await;
    let withdraw = format!("{MONITORING}/{}/withdraw", window.id);
    let reason = json!({ "reason": "taken back by ann: too slow" });
    for _ in 0..2 {
        let closed: Value = gateway.api.post(&withdraw, &reason).await.expect(200);
        assert_eq!(
            (&closed["status"], &closed["verdict"]),
            (&json!("rolled_back"), &json!("manual"))
        );
    }
    assert!(gateway.active().await.is_empty());
    gateway.stop().await;
}
