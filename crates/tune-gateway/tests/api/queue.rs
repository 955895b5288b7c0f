//! Changes that wait for the slot.

use serde_json::{Value, json};
use testkit::Backend;

use crate::helpers::Gateway;

const QUEUE: &str = "/api/agent-tune/queue";

fn proposal(number: u8) -> String {
    format!("6f1d7e2b-8f7b-4b1e-9c8f-2f2f0b1a2e{number:02x}")
}

#[tokio::test]
async fn the_queue_keeps_its_order_and_says_until_when() {
    for backend in Backend::ALL {
        let gateway = Gateway::start_on(backend).await;
        let window = gateway.open("writer").await;
        for number in [1, 2, 1] {
            let wish = json!({ "proposal_id": proposal(number), "reason": "the slot is taken" });
            let entry: Value = gateway.api.post(QUEUE, &wish).await.expect(201);
            assert_eq!(entry["position"], json!(number));
            assert_eq!(entry["deadline"], json!(window.expires_at));
        }
        let queue: Value = gateway.api.get(QUEUE).await.json(200);
        assert_eq!(queue["data"].as_array().unwrap().len(), 2);
        gateway.stop().await;
    }
}

#[tokio::test]
async fn opening_the_window_of_a_change_takes_it_out_of_the_queue() {
    let gateway = Gateway::start().await;
    let wish = json!({ "proposal_id": proposal(7), "reason": "the slot is taken" });
    gateway.api.post(QUEUE, &wish).await.json(201);
    let mut body = gateway.request("writer");
    body["proposal_id"] = json!(proposal(7));
    gateway
        .api
        .post("/api/agent-tune/monitoring", &body)
        .await
        .json(201);
    let queue: Value = gateway.api.get(QUEUE).await.json(200);
    assert!(queue["data"].as_array().unwrap().is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn a_change_that_waits_no_longer_leaves_the_queue() {
    for backend in Backend::ALL {
        let gateway = Gateway::start_on(backend).await;
        for number in [1, 2] {
            let wish = json!({ "proposal_id": proposal(number), "reason": "the slot is taken" });
            gateway.api.post(QUEUE, &wish).await.json(201);
        }
        let leave = json!({ "proposal_id": proposal(1) });
        for left in [true, false] {
            let path = "/api/agent-tune/queue/leave";
            let reply: Value = gateway.api.post(path, &leave).await.json(200);
            assert_eq!(reply["left"], json!(left));
            let queue: Value = gateway.api.get(QUEUE).await.json(200);
            assert_eq!(queue["data"].as_array().unwrap().len(), 1);
            assert_eq!(queue["data"][0]["position"], json!(1));
        }
        gateway.stop().await;
    }
}
