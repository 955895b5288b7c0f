//! A running service and what tests do with it.

use std::time::Duration;

use proposal_service::ProposalSettings;
use serde_json::{Value, json};
use service_kit::{auth::KeyText, http::Running};
use testkit::{Answer, Api, Backend, Place};
use types::{
    Digest, Service,
    analysis::{Breaker, Breakers},
    key::Role,
    proposal::{Proposal, ProposalStatus, Stage},
};
use wiremock::MockServer;

use crate::patch_apply::Model;

/// A finding.
pub(crate) const FINDING: &str = "f0123456789abcdef";
/// A diff.
pub(crate) const PATCH: &str =
    "--- a/agents/agents.yaml\n+++ b/agents/agents.yaml\n@@ -1 +1,2 @@\n a\n+b\n";

/// The service, the model beside it, and two callers.
pub(crate) struct World {
    pub(crate) place: Place,
    pub(crate) model: Model,
    pub(crate) running: Running,
    /// Called under the key of the person `owner`.
    pub(crate) owner: Api,
    /// Called as a service of the loop.
    pub(crate) service: Api,
    /// Ends with the world.
    pub(crate) _server: MockServer,
}

impl World {
    pub(crate) async fn start(backend: Backend) -> Self {
        Self::with(backend, ProposalSettings::default()).await
    }

    pub(crate) async fn with(backend: Backend, own: ProposalSettings) -> Self {
        let mut place = Place::on(backend).await;
        let (model, server) = Model::start().await;
        place.introduce(Service::PatchApply, *server.address());
        let settings = place.settings(own);
        let running = proposal_service::start(settings, place.clock.clone())
            .await
            .unwrap();
        let owner = place.api(running.address);
        let service = place.api_as_service(running.address);
        Self {
            place,
            model,
            running,
            owner,
            service,
            _server: server,
        }
    }

    /// Calls under a new operator key of another person.
    pub(crate) async fn person(&self, name: &str) -> Api {
        let key = KeyText::generate(Role::Operator).unwrap();
        let body = json!({
            "id": key.id, "hash": key.hash(), "role": "operator", "person": name,
            "expires_at": "2026-04-01T00:00:00Z",
        });
        self.owner.post("/keys", &body).await.json(201);
        self.owner.with_key(key.expose())
    }

    /// A POST of a service, under a key of its own.
    pub(crate) async fn report(&self, path: &str, body: &Value) -> Answer {
        let key = Digest::of(format!("{path} {body} {}", self.place.clock.random_id()));
        self.service.post_keyed(path, key.as_str(), body).await
    }

    pub(crate) async fn propose(&self, body: &Value) -> Proposal {
        self.owner.post("/proposals", body).await.expect(201)
    }

    pub(crate) async fn get(&self, proposal: &Proposal) -> Proposal {
        self.owner
            .get(&format!("/proposals/{}", proposal.id))
            .await
            .expect(200)
    }

    /// What a person does with a proposal.
    pub(crate) async fn decide(&self, proposal: &Proposal, what: &str, body: &Value) -> Answer {
        self.owner
            .post(&format!("/proposals/{}/{what}", proposal.id), body)
            .await
    }

    pub(crate) async fn approve(&self, proposal: &Proposal) -> Proposal {
        self.decide(proposal, "approve", &json!({ "digest": proposal.digest }))
            .await
            .expect(200)
    }

    /// patch-apply reports.
    pub(crate) async fn run_event(
        &self,
        proposal: &Proposal,
        outcome: Value,
        more: &Value,
    ) -> Answer {
        let mut body = json!({
            "proposal_id": proposal.id, "outcome": outcome, "message": format!("so: {outcome}"),
        });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        self.report("/runs/events", &body).await
    }

    pub(crate) async fn reached(&self, proposal: &Proposal, stage: &str) -> Proposal {
        let outcome = json!({ "kind": "reached", "stage": stage });
        self.run_event(proposal, outcome, &json!({}))
            .await
            .json(200);
        self.get(proposal).await
    }

    /// A proposal that is approved and whose pull request waits.
    pub(crate) async fn at_pull_request(&self, body: &Value) -> Proposal {
        let proposal = self.propose(body).await;
        self.approve(&proposal).await;
        self.until(&proposal, |now| now.stage == Some(Stage::PrOpen))
            .await
    }

    /// A proposal that is deployed and watched.
    pub(crate) async fn monitored(&self, body: &Value) -> Proposal {
        let proposal = self.at_pull_request(body).await;
        let merged = json!({ "kind": "reached", "stage": "merged" });
        let commit = json!({ "commit": "a".repeat(40) });
        self.run_event(&proposal, merged, &commit).await.json(200);
        self.reached(&proposal, "deployed").await;
        self.reached(&proposal, "monitoring").await
    }

    /// tune-gateway reports the end of a window.
    pub(crate) async fn window_closed(
        &self,
        proposal: &Proposal,
        status: &str,
        verdict: &str,
    ) -> Answer {
        let body = json!({
            "window_id": WINDOW, "proposal_id": proposal.id, "status": status,
            "verdict": verdict, "effect": "improved", "why": "the numbers say so",
        });
        self.report("/windows/closed", &body).await
    }

    pub(crate) async fn breaker(&self, name: &str) -> Breaker {
        let breakers: Breakers = self.owner.get("/breakers").await.expect(200);
        breakers
            .data
            .into_iter()
            .find(|breaker| breaker.name == name)
            .unwrap()
    }

    /// Waits until the loops have brought the proposal there.
    pub(crate) async fn until(
        &self,
        proposal: &Proposal,
        there: impl Fn(&Proposal) -> bool,
    ) -> Proposal {
        for _ in 0..400 {
            let now = self.get(proposal).await;
            if there(&now) {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the proposal stays at {:#?}", self.get(proposal).await);
    }

    pub(crate) async fn until_status(
        &self,
        proposal: &Proposal,
        status: ProposalStatus,
    ) -> Proposal {
        self.until(proposal, |now| now.status == status).await
    }

    /// Waits until something about the model is so.
    pub(crate) async fn until_model(&self, there: impl Fn(&Model) -> bool) {
        for _ in 0..400 {
            if there(&self.model) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the model stays at {:#?}", self.model.messages());
    }

    /// Nothing was forged, and the service stops as it should.
    pub(crate) async fn end(self) {
        let check: Value = self.owner.get("/journal/verify").await.expect(200);
        assert_eq!(check["intact"], true, "{check}");
        self.running.stop().await;
    }
}

/// A window.
pub(crate) const WINDOW: &str = "0b9f7c9e-0000-4000-8000-000000000001";

/// A proposal without a finding.
pub(crate) fn plain() -> Value {
    json!({
        "title": "Raise the time limit", "category": "bugfix", "severity": "medium",
        "agents": ["ResearchAgent"], "problem": "web_search times out",
        "evidence": "8 failures in 24 hours", "patch": PATCH,
        "base_commit": types::Digest::of("target 0").as_str()[..40],
    })
}

/// The same with some fields changed.
pub(crate) fn with(changes: &Value) -> Value {
    let mut body = plain();
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

/// A proposal against a finding.
pub(crate) fn against_finding() -> Value {
    with(&json!({ "finding_id": FINDING }))
}
