//! Verdicts from what the observer reports.

use serde_json::{Value, json};
use testkit::Backend;
use types::window::MonitoringWindow;

use crate::helpers::{Fleet, Gateway};

async fn open_loop_window(gateway: &Gateway) -> MonitoringWindow {
    let mut body = gateway.request("writer");
    let fields = body.as_object_mut().unwrap();
    for given in ["pre_quality", "pre_stall_rate", "pre_affinity_rate"] {
        fields.remove(given);
    }
    fields.insert(
        "proposal_id".into(),
        json!("6f1d7e2b-8f7b-4b1e-9c8f-2f2f0b1a2e11"),
    );
    gateway
        .api
        .post("/api/agent-tune/monitoring", &body)
        .await
        .expect(201)
}

fn closed(seen: &Value) -> bool {
    seen["status"] != "active"
}

#[tokio::test]
async fn a_harmless_change_is_stable_after_an_hour() {
    for backend in Backend::ALL {
        let gateway = Gateway::start_on(backend).await;
        let fleet = Fleet {
            sessions_a_minute: 20,
            failures_before: 2,
            failures_after: 2,
            others_fail_after: 2,
        };
        gateway.fleet(fleet).await;
        let window = open_loop_window(&gateway).await;
        gateway.pass_minutes(59).await;
        let early = gateway
            .until(&window, |seen| seen["figures"]["after_total"] == 1_180)
            .await;
        assert_eq!(early["status"], "active");
        gateway.pass_minutes(2).await;
        let late = gateway.until(&window, closed).await;
        assert_eq!(
            (&late["status"], &late["verdict"]),
            (&json!("completed"), &json!("stable"))
        );
        gateway.stop().await;
    }
}

#[tokio::test]
async fn a_regression_is_taken_back_early() {
    let gateway = Gateway::start().await;
    let fleet = Fleet {
        sessions_a_minute: 20,
        failures_before: 2,
        failures_after: 10,
        others_fail_after: 2,
    };
    gateway.fleet(fleet).await;
    let window = open_loop_window(&gateway).await;
    gateway.pass_minutes(10).await;
    let seen = gateway.until(&window, closed).await;
    assert_eq!(
        (&seen["status"], &seen["verdict"]),
        (&json!("rolled_back"), &json!("regressed"))
    );
    assert!(seen["why"].as_str().unwrap().contains('%'), "{seen}");
    assert!(!seen["evaluations"].as_array().unwrap().is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn when_everybody_fails_more_nobody_is_taken_back() {
    let gateway = Gateway::start().await;
    let fleet = Fleet {
        sessions_a_minute: 20,
        failures_before: 2,
        failures_after: 10,
        others_fail_after: 10,
    };
    gateway.fleet(fleet).await;
    let window = open_loop_window(&gateway).await;
    gateway.pass_minutes(10).await;
    let seen = gateway.until(&window, closed).await;
    assert_eq!(
        (&seen["status"], &seen["verdict"]),
        (&json!("completed"), &json!("external"))
    );
    gateway.stop().await;
}

#[tokio::test]
async fn silence_extends_the_window_and_ends_inconclusive() {
    let gateway = Gateway::start().await;
    let fleet = Fleet {
        sessions_a_minute: 0,
        failures_before: 0,
        failures_after: 0,
        others_fail_after: 0,
    };
    gateway.fleet(fleet).await;
    let window = open_loop_window(&gateway).await;
    gateway.pass_minutes(61).await;
    let longer = gateway.in_minutes(23 * 60 - 1);
    gateway
        .until(&window, |seen| seen["expires_at"] == json!(longer))
        .await;
    gateway.pass_minutes(23 * 60).await;
    let seen = gateway.until(&window, closed).await;
    assert_eq!(
        (&seen["status"], &seen["verdict"]),
        (&json!("completed"), &json!("inconclusive"))
    );
    gateway.stop().await;
}

#[tokio::test]
async fn a_window_ends_at_its_time_also_when_the_observer_is_down() {
    let gateway = Gateway::start().await;
    let window = gateway.open("writer").await;
    gateway.pass_minutes(61).await;
    let seen = gateway.until(&window, closed).await;
    assert_eq!(
        (&seen["status"], &seen["verdict"]),
        (&json!("completed"), &json!("inconclusive"))
    );
    gateway.stop().await;
}
