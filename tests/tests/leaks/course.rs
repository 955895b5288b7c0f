//! What agents, people and services send in earnest, so that it is kept: each text holds a secret
//! and a word that may stay.

use reqwest::Method;
use serde_json::{Map, Value, json};
use stack_tests::{
    course::{STEP_WITHIN, merge, pull_of, wait_for_stage},
    leaks::Vault,
    site::Holder,
    stack::Stack,
    target::diff,
    wait::until,
};
use testkit::Answer;
use types::{
    ProposalId, Service,
    key::Role,
    proposal::{Proposal, ProposalStatus, Stage},
};

use crate::{files::log_of, requests::bytes};

const RUNBOOK: &str = "docs/runbook.md";

/// A deploy step that prints what it should keep to itself.
pub(crate) fn talkative_deployment(vault: &mut Vault) -> String {
    let texts: Vec<String> = (0..10)
        .map(|_| vault.text_with_canary("the output of a deploy step"))
        .collect();
    let mut run = vec!["printf".to_owned(), r"%s\n".to_owned()];
    run.extend(texts);
    format!(
        "[[patch_apply.deploy]]\nname = \"talk\"\nrun = {}\n",
        json!(run)
    )
}

struct Course<'test> {
    stack: &'test Stack,
    vault: &'test mut Vault,
    mira: Holder,
    replies: Vec<(String, Vec<u8>)>,
}

/// Runs it, and gives back what was answered.
pub(crate) async fn run(stack: &Stack, vault: &mut Vault) -> Vec<(String, Vec<u8>)> {
    let mira = stack.site.register(Role::Operator, "mira", None).await;
    let mut course = Course {
        stack,
        vault,
        mira,
        replies: Vec::new(),
    };
    course.events().await;
    course.batches().await;
    course.playbooks().await;
    course.telemetry().await;
    course.windows().await;
    course.refused_diffs().await;
    course.rejected().await;
    course.deployed_and_reverted().await;
    course.failed().await;
    course.commits().await;
    course.own_secret().await;
    course.replies
}

impl Course<'_> {
    async fn post(&mut self, service: Service, path: &str, body: &Value, status: u16) -> Answer {
        let answer = self.stack.site.api(service).post(path, body).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        self.replies
            .push((format!("the answer to {service} {path}"), bytes(&answer)));
        answer
    }

    async fn post_as_mira(&mut self, path: &str, body: &Value) -> Proposal {
        let service = Service::ProposalService;
        let api = self.stack.site.api_of(service, &self.mira);
        let answer = api.post(path, body).await;
        self.replies
            .push((format!("the answer to mira's {path}"), bytes(&answer)));
        answer.expect(200)
    }

    fn event(&mut self, entrance: &str) -> Value {
        const TEXTS: [&str; 20] = [
            "agent",
            "tool",
            "error_code",
            "error_message",
            "source",
            "endpoint",
            "input_summary",
            "output_summary",
            "task_name",
            "error_category",
            "correction_type",
            "reason_category",
            "model",
            "task_class",
            "staffer_id",
            "event_kind",
            "role",
            "city",
            "state",
            "correction",
        ];
        let mut event = Map::new();
        for name in TEXTS {
            let entrance = format!("{entrance}, {name}");
            event.insert(
                name.to_owned(),
                json!(self.vault.text_with_canary(&entrance)),
            );
        }
        for name in ["event_id", "session_id"] {
            let entrance = format!("{entrance}, {name}");
            event.insert(name.to_owned(), json!(self.vault.word(&entrance)));
        }
        let unknown = self.vault.word(&format!("{entrance}, an unknown field"));
        event.insert(unknown, json!(self.vault.text(entrance)));
        event.insert("success".to_owned(), json!(false));
        Value::Object(event)
    }

    async fn events(&mut self) {
        for _ in 0..3 {
            let event = self.event("POST /event");
            self.post(Service::Observer, "/event", &event, 200).await;
        }
        // An id that is an idempotency key as well.
        let key = self.vault.word("POST /event, idempotency-key");
        let text = self.vault.text_with_canary("POST /event under a key");
        let event = json!({ "agent": "keyed", "success": false, "error_message": text });
        let api = self.stack.site.api(Service::Observer);
        let answer = api.post_keyed("/event", &key, &event).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.replies
            .push(("the answer under a key".to_owned(), bytes(&answer)));
    }

    async fn batches(&mut self) {
        let mut lines = String::new();
        for _ in 0..3 {
            lines.push_str(&format!("{}\n", self.event("POST /events")));
        }
        let entrance = "a line of POST /events that is refused";
        let secret = self.vault.word(entrance);
        lines.push_str(&format!("{{\"agent\": \"{secret}\"\n"));
        let wrong = json!({ "agent": "a", "success": self.vault.word(entrance) });
        lines.push_str(&format!("{wrong}\n"));
        let wrong = json!({ "timestamp": self.vault.word(entrance), "success": true });
        lines.push_str(&format!("{wrong}\n"));
        let api = self.stack.site.api(Service::Observer);
        let request = api
            .request(Method::POST, "/events")
            .header("content-type", "application/x-ndjson")
            .body(lines);
        let answer = api.send(request).await;
        let outcome = answer.json(200);
        assert_eq!(outcome["accepted"], 3, "{outcome}");
        assert_eq!(outcome["rejected"], 3, "{outcome}");
        self.replies
            .push(("the answer to POST /events".to_owned(), bytes(&answer)));
    }

    async fn playbooks(&mut self) {
        for _ in 0..2 {
            let mut entry = Map::new();
            for name in ["operation", "approach", "result", "context"] {
                let text = self.vault.text_with_canary(&format!("POST /log, {name}"));
                entry.insert(name.to_owned(), json!(text));
            }
            let entry = Value::Object(entry);
            let key = self.vault.word("POST /log, idempotency-key");
            let api = self.stack.site.api(Service::Observer);
            let answer = api.post_keyed("/log", &key, &entry).await;
            assert_eq!(answer.status, 201, "{}", answer.text());
            self.replies
                .push(("the answer to POST /log".to_owned(), bytes(&answer)));
        }
    }

    /// What agents export, where the observer takes it.
    async fn telemetry(&mut self) {
        let observer = self.stack.site.shared(Service::Observer);
        let document = observer.openapi().await.unwrap();
        for (path, file) in [("/v1/traces", "otlp.json"), ("/v1/logs", "otlp-logs.json")] {
            if document["paths"].get(path).is_some() {
                // Another span than the one in the file that is collected: it would count once.
                let body =
                    log_of(file, path, self.vault).replace("00f067aa0ba902b7", "00f067aa0ba902b8");
                let body: Value = serde_json::from_str(&body).unwrap();
                self.post(Service::Observer, path, &body, 200).await;
            }
        }
    }

    async fn windows(&mut self) {
        let gateway = Service::TuneGateway;
        let now = self.stack.site.clock.now();
        let path = "/api/agent-tune/monitoring";
        let window = json!({
            "agent_name": self.vault.line_with_canary("a window's agent"),
            "rule_id": self.vault.line_with_canary("a window's rule"),
            "agents": [self.vault.line_with_canary("a window's agents")],
            "change_date": now,
            "pre_quality": 0.9, "pre_stall_rate": 0.1, "pre_affinity_rate": 0.9,
            "commit_sha": "0".repeat(40),
            "expires_at": now.plus(std::time::Duration::from_secs(7_200)),
        });
        let opened = self.post(gateway, path, &window, 201).await.json(201);
        let id = opened["id"].as_str().unwrap();
        let withdraw = json!({ "reason": self.vault.text_with_canary("withdrawing a window") });
        let path = format!("{path}/{id}/withdraw");
        self.post(gateway, &path, &withdraw, 200).await;
        let wish = json!({
            "proposal_id": self.stack.site.clock.random_id(),
            "reason": self.vault.text_with_canary("joining the queue"),
        });
        let path = "/api/agent-tune/queue";
        self.post(gateway, path, &wish, 201).await;
        let leave = json!({ "proposal_id": wish["proposal_id"] });
        self.post(gateway, "/api/agent-tune/queue/leave", &leave, 200)
            .await;
        let question = json!({
            "task_class": self.vault.text("asking the truth rules"),
            "context": { "note": self.vault.text("asking the truth rules") },
        });
        self.post(gateway, "/api/truth/evaluate", &question, 200)
            .await;
    }

    async fn base(&self) -> (String, String) {
        let patches = self.stack.site.patches();
        let head = patches.head(None).await.unwrap();
        let file = patches.file(head.commit.as_str(), RUNBOOK).await.unwrap();
        (head.commit.to_string(), file.text.unwrap())
    }

    async fn proposal(&mut self, line: &str) -> Value {
        let (base, before) = self.base().await;
        let after = format!("{before}\n{line}\n");
        let mut body = json!({
            "title": self.vault.line_with_canary("a proposal's title"),
            "category": "enhancement",
            "severity": "medium",
            "agents": [],
            "patch": diff(RUNBOOK, &before, &after),
            "base_commit": base,
        });
        for name in [
            "problem",
            "evidence",
            "root_cause",
            "solution",
            "risk",
            "rollback",
        ] {
            let entrance = format!("a proposal's {name}");
            body[name] = json!(self.vault.text_with_canary(&entrance));
        }
        body
    }

    /// A diff that adds a credential goes nowhere.
    async fn refused_diffs(&mut self) {
        let (base, before) = self.base().await;
        for number in 0..32 {
            let entrance = "a diff that adds a credential";
            let line = self.vault.credential(entrance);
            let patch = spoilt(
                number,
                &diff(RUNBOOK, &before, &format!("{before}\n{line}\n")),
            );
            let mut body = self.proposal("A plain line.").await;
            body["patch"] = json!(patch);
            self.post(Service::ProposalService, "/proposals", &body, 422)
                .await;
            let check = json!({ "base_commit": base, "patch": patch });
            let report = self.post(Service::PatchApply, "/policy/check", &check, 200);
            assert_eq!(report.await.json(200)["accepted"], false, "{patch}");
            let write = json!({
                "proposal_id": self.stack.site.clock.random_id(),
                "base_commit": base,
                "patch_content": patch,
                "title": self.vault.text("a title to write"),
                "approved_by": self.vault.text("an approver to write"),
            });
            self.post(Service::PatchApply, "/actions/write_patch", &write, 422)
                .await;
        }
        self.refused_names(&base).await;
        // What was not proposed leaves no word behind.
        let kept = ["a proposal's "];
        self.vault
            .canaries
            .retain(|canary| !kept.iter().any(|start| canary.entrance.starts_with(start)));
    }

    async fn refused_names(&mut self, base: &str) {
        let name = self.vault.word("the name of a file in a diff");
        let path = format!("docs/{name}.md");
        let text = self.vault.word("text before a diff");
        let patch = format!(
            "{text}\ndiff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n\
             +++ b/{path}\n@@ -0,0 +1 @@\n+A line.\n"
        );
        let mut body = self.proposal("A plain line.").await;
        body["patch"] = json!(patch);
        body["base_commit"] = json!(base);
        self.post(Service::ProposalService, "/proposals", &body, 422)
            .await;
        let mut body = self.proposal("A plain line.").await;
        body["agents"] = json!([self.vault.word("a proposal's agents")]);
        self.post(Service::ProposalService, "/proposals", &body, 422)
            .await;
    }

    async fn propose(&mut self, line: &str) -> Proposal {
        let body = self.proposal(line).await;
        let answer = self.post(Service::ProposalService, "/proposals", &body, 201);
        answer.await.expect(201)
    }

    async fn rejected(&mut self) {
        let proposal = self.propose("Nobody wants this line.").await;
        let reason = json!({ "reason": self.vault.text_with_canary("a reason to reject") });
        let path = format!("/proposals/{}/reject", proposal.id);
        self.post_as_mira(&path, &reason).await;
    }

    async fn approve(&mut self, proposal: &Proposal) {
        let notes = self.vault.text_with_canary("the notes of an approval");
        let body = json!({ "digest": proposal.digest, "notes": notes });
        let path = format!("/proposals/{}/approve", proposal.id);
        self.post_as_mira(&path, &body).await;
    }

    async fn deployed_and_reverted(&mut self) {
        let proposal = self.propose("Ask twice where it matters.").await;
        self.approve(&proposal).await;
        let site = &self.stack.site;
        wait_for_stage(site, proposal.id, Stage::PrOpen).await;
        merge(site, &self.mira, &pull_of(site, proposal.id).await).await;
        self.wait_for(proposal.id, ProposalStatus::Implemented)
            .await;
        let reason = json!({ "reason": self.vault.text_with_canary("a reason to revert") });
        let path = format!("/proposals/{}/revert", proposal.id);
        self.post_as_mira(&path, &reason).await;
        self.wait_for(proposal.id, ProposalStatus::Reverted).await;
    }

    /// What services tell each other of a run.
    async fn failed(&mut self) {
        let proposal = self.propose("Ask three times where it matters.").await;
        self.approve(&proposal).await;
        wait_for_stage(&self.stack.site, proposal.id, Stage::PrOpen).await;
        let service = Service::ProposalService;
        let mut event = json!({
            "proposal_id": proposal.id,
            "outcome": { "kind": "failed", "stage": "merged" },
            "message": self.vault.text("a report with a link"),
            "pull_url": self.vault.text("the link of a report"),
        });
        self.post(service, "/runs/events", &event, 422).await;
        event["message"] = json!(self.vault.text_with_canary("the report of a run"));
        event["pull_url"] = Value::Null;
        self.post(service, "/runs/events", &event, 200).await;
        let closed = json!({
            "window_id": self.stack.site.clock.random_id(),
            "proposal_id": proposal.id,
            "status": "completed",
            "verdict": "inconclusive",
            "why": self.vault.text_with_canary("the report of a window"),
        });
        self.post(service, "/windows/closed", &closed, 200).await;
        self.post(Service::PatchApply, "/windows/closed", &closed, 200)
            .await;
    }

    /// Whole files of the record.
    async fn commits(&mut self) {
        let texts: Vec<String> = (0..20)
            .map(|_| {
                let word = self.vault.canary("a committed file");
                let line = self.vault.credential("a committed file");
                format!("{word}\n{line}\n")
            })
            .collect();
        let body = json!({
            "branch": "attune/journal",
            "files": { "notes.md": texts.join("\n") },
            "message": self.vault.text_with_canary("the message of a commit"),
            "author": self.vault.line_with_canary("the author of a commit"),
        });
        self.post(Service::PatchApply, "/git/commits", &body, 200)
            .await;
        let named = json!({
            "branch": "attune/journal",
            "files": { self.vault.word("the name of a committed file"): "a text" },
            "message": "a message",
            "author": "an author",
        });
        self.post(Service::PatchApply, "/git/commits", &named, 422)
            .await;
    }

    /// What the environment of the services holds, plain and encoded.
    async fn own_secret(&mut self) {
        let own = crate::OWN_SECRET;
        let entry = json!({
            "operation": format!("push with {own}"),
            "approach": format!("{own}{own} {own}"),
            "result": own.replace('-', "%2D"),
            "context": "the token is in the vault",
        });
        self.post(Service::Observer, "/log", &entry, 201).await;
        let event = json!({ "event_id": own, "session_id": own, "agent": own, "success": true });
        self.post(Service::Observer, "/event", &event, 200).await;
    }

    async fn wait_for(&self, id: ProposalId, status: ProposalStatus) {
        let proposals = self.stack.site.proposals();
        let what = format!("the proposal is {}", status.name());
        until(&what, STEP_WITHIN, || async {
            let proposal = proposals.get(id).await.ok()?;
            assert!(
                proposal.status != ProposalStatus::Blocked,
                "{:?}",
                proposal.stage_reason
            );
            (proposal.status == status).then_some(())
        })
        .await;
    }
}

/// Some of the diffs do not fit either, so that another is suggested.
fn spoilt(number: usize, patch: &str) -> String {
    if number % 4 == 3 {
        patch.replacen("@@ -", "@@ -1", 1)
    } else {
        patch.to_owned()
    }
}
