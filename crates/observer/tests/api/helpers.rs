//! An observer on port 0, peers that answer as told, and shorthand.

use std::{net::SocketAddr, path::Path, time::Duration};

use observer::settings::ObserverSettings;
use serde_json::{Value, json};
use service_kit::http::Running;
use testkit::{Answer, Api, Backend, Place};
use types::Service;
use wiremock::MockServer;

/// A running observer and all around it.
pub(crate) struct Observer {
    pub(crate) place: Place,
    pub(crate) api: Api,
    pub(crate) patch_apply: MockServer,
    pub(crate) proposal_service: MockServer,
    settings: ObserverSettings,
    running: Running,
}

impl Observer {
    pub(crate) async fn start() -> Self {
        Self::start_on(Backend::Sqlite).await
    }

    pub(crate) async fn start_on(backend: Backend) -> Self {
        Self::start_with(backend, |_, _| {}).await
    }

    /// With settings that may name files in the place's folder.
    pub(crate) async fn start_with(
        backend: Backend,
        change: impl FnOnce(&mut ObserverSettings, &Path),
    ) -> Self {
        let mut place = Place::on(backend).await;
        let mut settings = ObserverSettings::default();
        change(&mut settings, place.folder.path());
        place.common.targets = serde_json::from_value(json!([{
            "agents": ["writer*"], "file": "agents.yaml", "place": "agents.{agent}.persona",
        }]))
        .unwrap();
        let patch_apply = MockServer::start().await;
        let proposal_service = MockServer::start().await;
        place.introduce(Service::PatchApply, *patch_apply.address());
        place.introduce(Service::ProposalService, *proposal_service.address());
        let running = start(&place, &settings).await;
        let api = place.api(running.address);
        Self {
            place,
            api,
            patch_apply,
            proposal_service,
            settings,
            running,
        }
    }

    /// Stops it and starts it again on the same data.
    pub(crate) async fn restart(self) -> Self {
        self.running.stop().await;
        let running = start(&self.place, &self.settings).await;
        let api = self.place.api(running.address);
        Self {
            running,
            api,
            ..self
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }

    /// Runs a job now; its report.
    pub(crate) async fn job(&self, name: &str) -> Value {
        let path = format!("/analysis/{name}/run");
        self.api.post(&path, &json!({})).await.json(200)
    }

    /// What is known of a job.
    pub(crate) async fn job_info(&self, name: &str) -> Value {
        let jobs: Vec<Value> = self.api.get("/analysis").await.expect(200);
        jobs.into_iter().find(|job| job["name"] == name).unwrap()
    }

    pub(crate) async fn send(&self, events: &[Value]) -> Answer {
        let lines: Vec<String> = events.iter().map(Value::to_string).collect();
        let request = self
            .api
            .request(reqwest::Method::POST, "/events")
            .header("content-type", "application/x-ndjson")
            .body(lines.join("\n"));
        self.api.send(request).await
    }

    /// Asks again, in real time, until the answer is as it should be.
    pub(crate) async fn until(&self, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let mut seen = Value::Null;
        for _ in 0..200 {
            seen = self.api.get(path).await.json(200);
            if holds(&seen) {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it did not come to this in time: {seen}");
    }
}

async fn start(place: &Place, settings: &ObserverSettings) -> Running {
    let settings = place.settings(settings.clone());
    observer::start(settings, place.clock.clone())
        .await
        .unwrap()
}

/// A call of a tool as the telemetry schema writes it.
pub(crate) fn call(id: &str, session: &str, at: &str, error: Option<&str>) -> Value {
    json!({
        "event_id": id, "timestamp": at, "event_type": "tool_call", "agent": "writer",
        "tool": "web_search", "success": error.is_none(), "error_code": error.map(|_| "TIMEOUT"),
        "error_message": error, "latency_ms": 120, "session_id": session,
    })
}
