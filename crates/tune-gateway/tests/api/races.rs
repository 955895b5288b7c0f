//! One window, whatever races.

use futures_util::future::join_all;
use serde_json::json;
use testkit::{Api, Backend, Place};

use crate::helpers::{Gateway, replicas};

const MONITORING: &str = "/api/agent-tune/monitoring";

/// How many rounds: few here, more by `ATTUNE_RACE_ROUNDS` in a soak.
fn rounds() -> usize {
    service_kit::settings::variable("ATTUNE_RACE_ROUNDS")
        .unwrap()
        .and_then(|text| text.parse().ok())
        .unwrap_or(10)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_ask_at_once_one_gets_the_window() {
    for backend in Backend::ALL {
        let place = Place::on(backend).await;
        let gateways = replicas(&place, if backend == Backend::Postgres { 3 } else { 2 }).await;
        let apis: Vec<Api> = gateways
            .iter()
            .map(|gateway| place.api(gateway.address))
            .collect();
        let expires_at = place
            .clock
            .now()
            .plus(std::time::Duration::from_secs(3_600));
        for _ in 0..rounds() {
            let asked = (0..64).map(|client: usize| {
                let api = &apis[client % apis.len()];
                let body = json!({
                    "agent_name": format!("agent-{client}"), "rule_id": "r",
                    "change_date": "2026-01-10", "pre_quality": 1, "pre_stall_rate": 0,
                    "pre_affinity_rate": 1, "expires_at": expires_at,
                    "commit_sha": "5c9a304000000000000000000000000000000000",
                });
                async move { api.post(MONITORING, &body).await }
            });
            let answers = join_all(asked).await;
            let opened = answers.iter().filter(|answer| answer.status == 201).count();
            let refused = answers.iter().filter(|answer| answer.status == 409).count();
            assert_eq!((opened, refused), (1, 63), "{backend:?}");
            let active: Vec<serde_json::Value> = apis[0].get(MONITORING).await.expect(200);
            assert_eq!(active.len(), 1);
            let close = format!("{MONITORING}/{}/close", active[0]["id"].as_str().unwrap());
            apis[0]
                .put(&close, &json!({ "status": "completed" }))
                .await
                .json(200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_never_closed_in_both_ways() {
    let gateway = Gateway::start().await;
    for _ in 0..rounds() {
        let window = gateway.open("writer").await;
        let close = format!("{MONITORING}/{}/close", window.id);
        let answers = join_all((0..16).map(|client: usize| {
            let status = if client.is_multiple_of(2) {
                "completed"
            } else {
                "rolled_back"
            };
            let (api, close) = (&gateway.api, &close);
            async move {
                (
                    status,
                    api.put(close, &json!({ "status": status })).await.status,
                )
            }
        }))
        .await;
        let last = gateway.window(&window).await["status"]
            .as_str()
            .unwrap()
            .to_owned();
        for (status, answer) in answers {
            assert_eq!(answer, if status == last { 200 } else { 409 });
        }
    }
    gateway.stop().await;
}
