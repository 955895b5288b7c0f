//! From failures to findings to a proposal that policy accepts.

use serde_json::{Value, json};
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path},
};

use crate::helpers::{Observer, call};

const COMMIT: &str = "1111111111111111111111111111111111111111";
const AGENTS: &str = "agents:\n  writer:\n    persona: |\n      You write.\n    extensions: []\n";

async fn peers(observer: &Observer, accepted: bool) {
    let reply = |body: Value| ResponseTemplate::new(200).set_body_json(body);
    let digest = "a".repeat(64);
    for (route, body) in [
        ("/git/head", json!({ "branch": "main", "commit": COMMIT })),
        (
            "/git/files",
            json!({ "commit": COMMIT, "path": "agents.yaml", "mode": "100644", "blob": COMMIT,
                "text": AGENTS, "size_bytes": AGENTS.len() }),
        ),
    ] {
        Mock::given(method("GET"))
            .and(path(route))
            .respond_with(reply(body))
            .mount(&observer.patch_apply)
            .await;
    }
    let refusals = if accepted {
        json!([])
    } else {
        json!([{ "code": "PATH_FORBIDDEN", "file": "agents.yaml", "line": null,
            "message": "this file is not to be changed" }])
    };
    Mock::given(method("POST"))
        .and(path("/policy/check"))
        .respond_with(reply(
            json!({ "accepted": accepted, "policy_digest": digest, "tree": null,
            "patch": null, "digest": null, "paths": ["agents.yaml"], "refusals": refusals }),
        ))
        .mount(&observer.patch_apply)
        .await;
    Mock::given(method("GET"))
        .and(path("/breakers"))
        .respond_with(reply(json!({ "data": [] })))
        .mount(&observer.proposal_service)
        .await;
    Mock::given(method("GET"))
        .and(path("/proposals"))
        .respond_with(reply(json!({ "data": [], "next_cursor": null })))
        .mount(&observer.proposal_service)
        .await;
    Mock::given(method("POST"))
        .and(path("/proposals"))
        .respond_with(ResponseTemplate::new(409).set_body_json(json!({
            "type": "urn:x", "title": "Conflict", "status": 409, "code": "RECENTLY_REJECTED",
            "detail": "it was rejected yesterday", "error": "RECENTLY_REJECTED", "message": "",
        })))
        .mount(&observer.proposal_service)
        .await;
}

async fn fail_three_times(observer: &Observer) {
    let events: Vec<Value> = (0..3)
        .map(|number| {
            let error = format!("Request {number} timed out after {}s", 30 + number);
            let (id, session) = (format!("e-{number}"), format!("s-{number}"));
            call(&id, &session, "2026-01-10T11:00:00Z", Some(&error))
        })
        .collect();
    observer.send(&events).await.json(200);
    observer
        .until("/findings", |page| {
            page["data"].as_array().unwrap().len() == 1
        })
        .await;
}

async fn analyse(observer: &Observer) -> Value {
    observer
        .api
        .post("/analysis/error-analyser/run", &json!({}))
        .await
        .json(200)
}

#[tokio::test]
async fn the_third_failure_of_a_kind_is_a_finding_with_its_evidence() {
    let observer = Observer::start().await;
    fail_three_times(&observer).await;
    let page: Value = observer.api.get("/findings").await.json(200);
    let finding = &page["data"][0];
    assert_eq!(
        (&finding["count"], &finding["sessions"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(finding["category"], json!("timeout"));
    let sample = finding["sample_events"][0].as_str().unwrap();
    let evidence: Value = observer
        .api
        .get(&format!("/ops?event_id={sample}"))
        .await
        .json(200);
    assert_eq!(evidence["data"][0]["tool"], json!("web_search"));
    observer.stop().await;
}

#[tokio::test]
async fn a_finding_becomes_a_proposal_with_a_diff_against_a_pinned_commit() {
    let observer = Observer::start().await;
    peers(&observer, true).await;
    fail_three_times(&observer).await;
    assert_eq!(analyse(&observer).await["proposed"], json!(1));
    let page = observer
        .until("/findings", |page| {
            page["data"][0]["held_because"]
                .as_str()
                .is_some_and(|why| why.contains("yesterday"))
        })
        .await;
    let sent = observer.proposal_service.received_requests().await.unwrap();
    let proposals: Vec<Value> = sent
        .iter()
        .filter(|request| request.method.as_str() == "POST")
        .map(|request| serde_json::from_slice(&request.body).unwrap())
        .collect();
    assert_eq!(proposals.len(), 1);
    assert_eq!(proposals[0]["base_commit"], json!(COMMIT));
    assert_eq!(proposals[0]["finding_id"], page["data"][0]["id"]);
    assert_eq!(proposals[0]["agents"], json!(["writer"]));
    let patch = proposals[0]["patch"].as_str().unwrap();
    let added: Vec<&str> = patch
        .lines()
        .filter(|line| line.starts_with("+ "))
        .collect();
    assert!(!added.is_empty() && added.len() <= 3, "{patch}");
    observer.stop().await;
}

#[tokio::test]
async fn what_policy_refuses_is_not_proposed_and_the_finding_says_why() {
    let observer = Observer::start().await;
    peers(&observer, false).await;
    fail_three_times(&observer).await;
    assert_eq!(analyse(&observer).await["proposed"], json!(0));
    observer
        .until("/findings", |page| {
            page["data"][0]["held_because"]
                .as_str()
                .is_some_and(|why| why.contains("PATH_FORBIDDEN"))
        })
        .await;
    observer.stop().await;
}

#[tokio::test]
async fn five_successes_of_a_kind_become_one_playbook_entry() {
    let observer = Observer::start().await;
    let events: Vec<Value> = (0..6)
        .map(|number| call(&format!("e-{number}"), "s", "2026-01-10T11:00:00Z", None))
        .collect();
    observer.send(&events).await.json(200);
    for _ in 0..2 {
        let run = "/analysis/playbook-builder/run";
        observer.api.post(run, &json!({})).await.json(200);
    }
    let page: Value = observer.api.get("/playbooks").await.json(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    assert_eq!(page["data"][0]["count"], json!(6));
    observer.stop().await;
}
