//! What comes in is durable, counted once, and without secrets.

use serde_json::{Value, json};
use testkit::Backend;

use crate::helpers::{Observer, call};

#[tokio::test]
async fn an_event_gets_the_answer_its_clients_know_and_the_defaults_they_rely_on() {
    for backend in Backend::ALL {
        let observer = Observer::start_on(backend).await;
        let body = json!({ "success": true, "event_kind": "fill", "role": "welder", "count": 2,
            "city": "Toledo", "state": "OH", "staffer_id": "s-1" });
        let reply: Value = observer.api.post("/event", &body).await.json(200);
        assert_eq!(reply["accepted"], json!(true));
        assert!(reply["ring_size"].is_u64());

        let stats = observer.until("/stats", |stats| stats["total"] == 1).await;
        assert_eq!(stats["successes"], json!(1));
        assert_eq!(stats["by_source"], json!({ "scenario": 1 }));
        assert_eq!(stats["recent_scenario_ops"][0]["staffer"], json!("s-1"));
        observer.stop().await;
    }
}

#[tokio::test]
async fn the_same_event_counts_once_however_it_comes_in() {
    for backend in Backend::ALL {
        let observer = Observer::start_on(backend).await;
        let event = call("e-1", "s", "2026-01-10T11:00:00Z", None);
        let first: Value = observer
            .send(&[event.clone(), event.clone()])
            .await
            .json(200);
        assert_eq!(
            (&first["accepted"], &first["duplicates"]),
            (&json!(1), &json!(1))
        );
        let again: Value = observer.api.post("/event", &event).await.json(200);
        assert_eq!(again["duplicate"], json!(true));
        observer.until("/stats", |stats| stats["total"] == 1).await;
        observer.stop().await;
    }
}

#[tokio::test]
async fn a_batch_says_which_lines_it_refuses_and_takes_the_rest() {
    let observer = Observer::start().await;
    let good = call("e-1", "s", "2026-01-10T11:00:00Z", None);
    let reply: Value = observer
        .send(&[good, json!({ "success": "false" }), json!([]), json!({})])
        .await
        .json(200);
    assert_eq!(
        (&reply["accepted"], &reply["rejected"]),
        (&json!(1), &json!(3))
    );
    let lines: Vec<u64> = reply["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [2, 3, 4]);
    observer.stop().await;
}

#[tokio::test]
async fn what_is_not_an_event_is_refused_by_the_name_of_its_field() {
    let observer = Observer::start().await;
    for (body, pointer) in [
        (json!([]), ""),
        (json!("x"), ""),
        (json!({}), "/success"),
        (json!({ "success": "false" }), "/success"),
        (
            json!({ "success": true, "duration_ms": "soon" }),
            "/duration_ms",
        ),
    ] {
        let problem = observer
            .api
            .post("/event", &body)
            .await
            .assert_problem(422, "INVALID_INPUT");
        assert_eq!(problem.errors[0].pointer, pointer, "{body}");
    }
    let stats: Value = observer.api.get("/stats").await.json(200);
    assert_eq!(stats["total"], json!(0));
    observer.stop().await;
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() {
    let observer = Observer::start().await;
    let events: Vec<Value> = (0..500)
        .map(|number| call(&format!("e-{number}"), "s", "2026-01-10T11:00:00Z", None))
        .collect();
    observer.send(&events).await.json(200);
    let observer = observer.restart().await;
    let stats: Value = observer.api.get("/stats").await.json(200);
    assert_eq!(stats["total"], json!(500));
    observer.stop().await;
}

#[tokio::test]
async fn no_secret_that_comes_in_is_on_disk_or_in_an_answer() {
    let observer = Observer::start().await;
    let secret = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let address = "203.0.113.77";
    let mut event = call("e-1", "s", "2026-01-10T11:00:00Z", None);
    event["success"] = json!(false);
    event["error_message"] = json!(format!("push with {secret} to {address} refused"));
    observer.send(&[event]).await.json(200);
    observer
        .api
        .post("/log", &json!({ "operation": "x", "result": secret }))
        .await
        .json(201);

    for path in [
        "/ops",
        "/findings?at_least=1",
        "/telemetry/2026-01-10.jsonl",
        "/playbooks",
    ] {
        let answer = observer.api.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            !answer.text().contains(&secret) && !answer.text().contains(address),
            "{path}"
        );
    }
    let bytes = observer.place.all_bytes();
    for hidden in [secret.as_bytes(), address.as_bytes()] {
        assert!(!bytes.windows(hidden.len()).any(|window| window == hidden));
    }
    observer.stop().await;
}

#[tokio::test]
async fn operations_are_listed_by_filter_and_page() {
    for backend in Backend::ALL {
        let observer = Observer::start_on(backend).await;
        let events: Vec<Value> = (0..25)
            .map(|number| {
                let error = (number % 5 == 0).then_some("Request timed out after 30s");
                call(&format!("e-{number}"), "s", "2026-01-10T11:00:00Z", error)
            })
            .collect();
        observer.send(&events).await.json(200);
        let failed: Value = observer.api.get("/ops?success=false").await.json(200);
        assert_eq!(failed["data"].as_array().unwrap().len(), 5);
        let first: Value = observer.api.get("/ops?limit=20").await.json(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second: Value = observer
            .api
            .get(&format!("/ops?limit=20&cursor={cursor}"))
            .await
            .json(200);
        assert_eq!(second["data"].as_array().unwrap().len(), 5);
        assert!(second["next_cursor"].is_null());
        let day = observer.api.get("/telemetry/2026-01-10.jsonl").await;
        assert_eq!(day.text().lines().count(), 25);
        observer.stop().await;
    }
}
