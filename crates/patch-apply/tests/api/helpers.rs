//! A patch-apply on port 0, a target repository, neighbours that answer as told, and shorthand.

use std::time::Duration;

use patch_apply::PatchApplySettings;
use serde_json::{Value, json};
use service_kit::http::Running;
use testkit::{Api, Backend, BareRepository, Place, git};
use types::{
    CommitSha, ProposalId, Service,
    patch::{MergeOutcome, Pull, Run, WrittenPatch},
};
use unidiff::{BaseFile, FileResult};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{method, path},
};

pub(crate) const AGENTS: &str = "agents:\n  writer:\n    model: small\n    persona: Write plainly.\n  planner:\n    model: small\n    persona: Plan ahead.\n";
pub(crate) const BETTER: &str = "agents:\n  writer:\n    model: small\n    persona: Write plainly. Retry once on a timeout.\n  planner:\n    model: small\n    persona: Plan ahead.\n";
pub(crate) const GUIDE: &str = "# Guide\n\nOne line.\n";
pub(crate) const WINDOW: &str = "5b0f1a52-9d0e-4b7a-a1c6-2f4d5e6b7a80";

/// A running patch-apply and all around it.
pub(crate) struct World {
    pub(crate) place: Place,
    pub(crate) api: Api,
    pub(crate) service: Api,
    pub(crate) target: BareRepository,
    pub(crate) gateway: MockServer,
    pub(crate) proposals: MockServer,
    settings: PatchApplySettings,
    running: Option<Running>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with(Backend::Sqlite, PatchApplySettings::default()).await
    }

    pub(crate) async fn start_with(backend: Backend, settings: PatchApplySettings) -> Self {
        let mut place = Place::on(backend).await;
        let files = [
            ("agents/agents.yaml", AGENTS),
            ("docs/guide.md", GUIDE),
            ("docs/other.md", "other\n"),
        ];
        let target = BareRepository::new(place.folder.path(), "target.git", &files);
        place.common.target.repository = Some(target.path.display().to_string());
        let (gateway, proposals) = (MockServer::start().await, MockServer::start().await);
        place.introduce(Service::TuneGateway, *gateway.address());
        place.introduce(Service::ProposalService, *proposals.address());
        let running = patch_apply::start(place.settings(settings.clone()), place.clock.clone())
            .await
            .unwrap();
        let world = Self {
            api: place.api(running.address),
            service: place.api_as_service(running.address),
            place,
            target,
            gateway,
            proposals,
            settings,
            running: Some(running),
        };
        world.neighbours_agree(json!([])).await;
        world
    }

    /// The neighbours accept everything; these windows are active.
    pub(crate) async fn neighbours_agree(&self, active: Value) {
        self.gateway.reset().await;
        let base = "/api/agent-tune/monitoring";
        Mock::given(method("GET"))
            .and(path(base))
            .respond_with(ResponseTemplate::new(200).set_body_json(active))
            .mount(&self.gateway)
            .await;
        Mock::given(method("POST"))
            .and(path(base))
            .respond_with(|request: &Request| {
                ResponseTemplate::new(201).set_body_json(window(&request.body_json().unwrap()))
            })
            .mount(&self.gateway)
            .await;
        Mock::given(method("POST"))
            .and(path("/api/agent-tune/queue"))
            .respond_with(ResponseTemplate::new(201).set_body_json(json!({})))
            .mount(&self.gateway)
            .await;
        Mock::given(method("POST"))
            .and(path("/runs/events"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
            .mount(&self.proposals)
            .await;
    }

    pub(crate) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Stops, and starts again on the same data.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        let settings = self.place.settings(self.settings.clone());
        let running = patch_apply::start(settings, self.place.clock.clone())
            .await
            .unwrap();
        self.api = self.place.api(running.address);
        self.service = self.place.api_as_service(running.address);
        self.running = Some(running);
    }

    pub(crate) fn tip(&self) -> CommitSha {
        self.target.tip("main").unwrap()
    }

    /// Commits a file to the target branch behind the service's back.
    pub(crate) fn commit_outside(&self, file: &str, text: &str) -> CommitSha {
        let work = self.place.folder.path().join("outside");
        git(
            self.place.folder.path(),
            &[
                "clone",
                "--quiet",
                &self.target.path.to_string_lossy(),
                "outside",
            ],
        );
        std::fs::write(work.join(file), text).unwrap();
        git(&work, &["commit", "--quiet", "--all", "--message=outside"]);
        git(&work, &["push", "--quiet", "origin", "main"]);
        std::fs::remove_dir_all(work).unwrap();
        self.tip()
    }

    /// The body of a request for a change to the writer's persona.
    pub(crate) fn request(&self, number: u8) -> Value {
        json!({
            "proposal_id": proposal(number),
            "base_commit": self.tip(),
            "patch_content": diff("agents/agents.yaml", AGENTS, BETTER),
            "title": "Retry on time-outs",
            "approved_by": "mira",
            "agents": ["writer"],
            "finding_id": "f0123456789abcdef",
        })
    }

    /// The same for a change to the guide, which touches no agent.
    pub(crate) fn docs_request(&self, number: u8, before: &str, after: &str) -> Value {
        json!({
            "proposal_id": proposal(number),
            "base_commit": self.tip(),
            "patch_content": diff("docs/guide.md", before, after),
            "title": "Say more",
            "approved_by": "mira",
        })
    }

    pub(crate) async fn write(&self, request: &Value) -> WrittenPatch {
        self.post_as_service("/actions/write_patch", request)
            .await
            .expect(200)
    }

    pub(crate) async fn post_as_service(&self, path: &str, body: &Value) -> testkit::Answer {
        let key = self.place.clock.random_id().to_string();
        self.service.post_keyed(path, &key, body).await
    }

    /// Everything up to an open pull request.
    pub(crate) async fn propose(&self, request: &Value) -> Pull {
        let written = self.write(request).await;
        let validate = json!({ "branch": written.branch });
        let report = self
            .post_as_service("/actions/validate_branch", &validate)
            .await
            .json(200);
        assert_eq!(report["passed"], true, "{report}");
        let open =
            json!({ "branch": written.branch, "proposal_id": written.run_id, "body": "why" });
        self.post_as_service("/actions/open_pr", &open)
            .await
            .expect(201)
    }

    pub(crate) async fn merge(&self, pull: &Pull) -> testkit::Answer {
        let path = format!("/pulls/{}/merge", pull.number);
        self.api
            .post(&path, &json!({ "expected_head": pull.head.sha }))
            .await
    }

    pub(crate) async fn merged(&self, pull: &Pull) -> CommitSha {
        let outcome: MergeOutcome = self.merge(pull).await.expect(200);
        assert!(outcome.merged, "{outcome:?}");
        outcome.sha.unwrap()
    }

    pub(crate) async fn run(&self, number: u8) -> Run {
        self.api
            .get(&format!("/runs/{}", proposal(number)))
            .await
            .expect(200)
    }

    /// Waits until a run is as it should be; the jobs of the service work in real time.
    pub(crate) async fn run_when(&self, number: u8, is_right: impl Fn(&Run) -> bool) -> Run {
        for _ in 0..3_000 {
            let run = self.run(number).await;
            if is_right(&run) {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it never came to that: {:#?}", self.run(number).await);
    }

    /// The events that the proposal service was sent about a run, as `kind:stage`.
    pub(crate) async fn events(&self, number: u8) -> Vec<(String, Value)> {
        let requests = self.proposals.received_requests().await.unwrap();
        requests
            .iter()
            .map(|request| request.body_json::<Value>().unwrap())
            .filter(|event| event["proposal_id"] == json!(proposal(number)))
            .map(|event| {
                let outcome = &event["outcome"];
                let kind = outcome["kind"].as_str().unwrap().to_owned();
                let name = outcome["stage"]
                    .as_str()
                    .map_or(kind.clone(), |stage| format!("{kind}:{stage}"));
                (name, event)
            })
            .collect()
    }

    /// Waits for an event.
    pub(crate) async fn event(&self, number: u8, name: &str) -> Value {
        for _ in 0..3_000 {
            let events = self.events(number).await;
            if let Some((_, event)) = events.into_iter().find(|(known, _)| known == name) {
                return event;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{name} was never sent: {:#?}", self.events(number).await);
    }

    pub(crate) async fn close_window(&self, number: u8, status: &str, verdict: &str) -> Value {
        let body = json!({
            "window_id": WINDOW,
            "proposal_id": proposal(number),
            "status": status,
            "verdict": verdict,
            "why": "24 of 480 failed before, 60 of 300 since",
        });
        self.post_as_service("/windows/closed", &body)
            .await
            .json(200)
    }
}

/// A window as the gateway describes it.
pub(crate) fn window(body: &Value) -> Value {
    let mut window = json!({
        "id": WINDOW,
        "status": "active",
        "created_at": "2026-01-10T12:00:00Z",
        "released": false,
    });
    for (name, value) in body.as_object().unwrap() {
        window[name] = value.clone();
    }
    window
}

pub(crate) fn proposal(number: u8) -> ProposalId {
    format!("00000000-0000-4000-8000-0000000000{number:02x}")
        .parse()
        .unwrap()
}

pub(crate) fn diff(path: &str, before: &str, after: &str) -> String {
    let change = FileResult {
        path: path.to_owned(),
        old: Some(BaseFile::regular(before)),
        new: Some(BaseFile::regular(after)),
    };
    unidiff::canonical(&[change]).unwrap()
}
