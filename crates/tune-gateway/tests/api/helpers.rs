//! A gateway on port 0, an observer that answers as told, and shorthand.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use service_kit::http::Running;
use testkit::{Api, Backend, Place};
use types::{Service, Timestamp, window::MonitoringWindow};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{method, path},
};

/// A running gateway and all around it.
pub(crate) struct Gateway {
    pub(crate) place: Place,
    pub(crate) api: Api,
    pub(crate) observer: MockServer,
    running: Running,
}

/// What the fleet does: failures of sessions before and after a moment, per minute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fleet {
    pub(crate) sessions_a_minute: u64,
    pub(crate) failures_before: u64,
    pub(crate) failures_after: u64,
    pub(crate) others_fail_after: u64,
}

impl Gateway {
    pub(crate) async fn start() -> Self {
        Self::start_on(Backend::Sqlite).await
    }

    pub(crate) async fn start_on(backend: Backend) -> Self {
        let mut place = Place::on(backend).await;
        let observer = MockServer::start().await;
        place.introduce(Service::Observer, *observer.address());
        // Nobody listens for the news of closed windows.
        place.introduce(Service::PatchApply, ([127, 0, 0, 1], 9).into());
        place.introduce(Service::ProposalService, ([127, 0, 0, 1], 9).into());
        let settings = place.settings(Default::default());
        let running = tune_gateway::start(settings, place.clock.clone())
            .await
            .unwrap();
        let api = place.api(running.address);
        Self {
            place,
            api,
            observer,
            running,
        }
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }

    /// The body of a window as its original clients send it.
    pub(crate) fn request(&self, agent: &str) -> Value {
        json!({
            "agent_name": agent,
            "rule_id": "r-1",
            "change_date": "2026-01-10",
            "pre_quality": 0.9,
            "pre_stall_rate": 0.02,
            "pre_affinity_rate": 0.8,
            "commit_sha": "5c9a304000000000000000000000000000000000",
            "expires_at": self.in_minutes(60),
        })
    }

    pub(crate) fn in_minutes(&self, minutes: u64) -> Timestamp {
        self.place
            .clock
            .now()
            .plus(Duration::from_secs(minutes * 60))
    }

    pub(crate) async fn open(&self, agent: &str) -> MonitoringWindow {
        self.api
            .post("/api/agent-tune/monitoring", &self.request(agent))
            .await
            .expect(201)
    }

    pub(crate) async fn window(&self, window: &MonitoringWindow) -> Value {
        self.api
            .get(&format!("/api/agent-tune/monitoring/{}", window.id))
            .await
            .json(200)
    }

    pub(crate) async fn active(&self) -> Vec<MonitoringWindow> {
        self.api.get("/api/agent-tune/monitoring").await.expect(200)
    }

    /// Moves the clock and waits until the gateway has looked at what that brings.
    pub(crate) async fn pass_minutes(&self, minutes: u64) {
        self.place.clock.advance(Duration::from_secs(minutes * 60));
    }

    /// Waits, in real time, until the window is as it should be.
    pub(crate) async fn until(
        &self,
        window: &MonitoringWindow,
        holds: impl Fn(&Value) -> bool,
    ) -> Value {
        for _ in 0..200 {
            let seen = self.window(window).await;
            if holds(&seen) {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "it did not come to this in time: {}",
            self.window(window).await
        );
    }

    /// Lets the observer report this fleet.
    pub(crate) async fn fleet(&self, fleet: Fleet) {
        let clock = self.place.clock.clone();
        let deployed_at = clock.now();
        let answer = move |request: &Request| {
            let query = |name: &str| {
                request
                    .url
                    .query_pairs()
                    .find(|(key, _)| key == name)
                    .map(|(_, value)| value.into_owned())
            };
            let moment = |name: &str| query(name).unwrap().parse::<Timestamp>().unwrap();
            let others = query("except").is_some();
            let (from, to) = (moment("from"), moment("to"));
            let last_hours = to.minus(Duration::from_secs(24 * 3_600)).max(from);
            let rows: Vec<Value> = (last_hours.minute()..to.minute())
                .map(|minute| {
                    let after = deployed_at.minute() <= minute;
                    let failures = match (others, after) {
                        (false, true) => fleet.failures_after,
                        (true, true) => fleet.others_fail_after,
                        (_, false) => fleet.failures_before,
                    };
                    json!({ "minute": minute, "metric": "failure",
                        "n": fleet.sessions_a_minute, "x": failures })
                })
                .collect();
            ResponseTemplate::new(200).set_body_json(json!({
                "from": from, "to": to, "settled_until": clock.now(), "rows": rows,
                "p95_latency_ms": 800.0,
            }))
        };
        Mock::given(method("GET"))
            .and(path("/series"))
            .respond_with(answer)
            .mount(&self.observer)
            .await;
    }
}

/// Several gateways on one database.
pub(crate) async fn replicas(place: &Place, count: usize) -> Vec<Arc<Running>> {
    let mut out = Vec::new();
    for _ in 0..count {
        let settings = place.settings(Default::default());
        out.push(Arc::new(
            tune_gateway::start(settings, place.clock.clone())
                .await
                .unwrap(),
        ));
    }
    out
}
