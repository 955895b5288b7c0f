//! Proposing and reading.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Backend;
use types::proposal::{Proposal, ProposalPage, ProposalStatus};

use crate::helpers::{FINDING, PATCH, World, against_finding, plain, with};

#[tokio::test]
async fn a_proposal_is_kept_listed_and_shown_as_markdown() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let proposal = world.propose(&against_finding()).await;
        assert_eq!(proposal.status, ProposalStatus::Pending);
        assert_eq!(
            (proposal.author.as_str(), proposal.patch.as_str()),
            ("owner", PATCH)
        );
        let path = format!("proposals/2026/01/{}-raise-the-time-limit.md", proposal.id);
        assert_eq!(proposal.markdown_path, path);
        assert_eq!(world.get(&proposal).await, proposal);

        let page: ProposalPage = world
            .owner
            .get("/proposals?status=pending")
            .await
            .expect(200);
        assert_eq!(page.data.len(), 1);
        let page: ProposalPage = world
            .owner
            .get("/proposals?status=approved")
            .await
            .expect(200);
        assert!(page.data.is_empty());

        let request = world
            .owner
            .request(reqwest::Method::GET, &format!("/proposals/{}", proposal.id))
            .header("accept", "text/markdown");
        let answer = world.owner.send(request).await;
        assert_eq!(
            answer.header("content-type"),
            Some("text/markdown; charset=utf-8")
        );
        assert!(
            answer
                .text()
                .starts_with("# Proposal: Raise the time limit\n\n**ID**: ")
        );
        let index = world.owner.get("/index.md").await;
        assert!(
            index
                .text()
                .contains("| pending | medium | bugfix | Raise the time limit |")
        );
        world.end().await;
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let mut expected = Vec::new();
        for number in 0..5 {
            if number % 2 == 0 {
                world.place.clock.advance(Duration::from_secs(1));
            }
            expected.push(world.propose(&plain()).await.id);
        }
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page: ProposalPage = world
                .owner
                .get(&format!("/proposals?limit=2{cursor}"))
                .await
                .expect(200);
            found.extend(page.data.iter().map(|summary| summary.id));
            match page.next_cursor {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
        for wrong in [
            "limit=0",
            "limit=201",
            "cursor=x",
            "status=odd",
            "color=red",
        ] {
            let answer = world.owner.get(&format!("/proposals?{wrong}")).await;
            answer.assert_problem(422, "INVALID_INPUT");
        }
        world.end().await;
    }
}

#[tokio::test]
async fn while_a_finding_has_an_open_proposal_that_one_is_the_answer() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let body = against_finding();
        let answers =
            futures_util::future::join_all((0..12).map(|_| world.owner.post("/proposals", &body)))
                .await;
        let created = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(
            created,
            1,
            "{:?}",
            answers.iter().map(|a| a.status).collect::<Vec<_>>()
        );
        let ids: Vec<Value> = answers
            .iter()
            .map(|answer| serde_json::from_slice::<Value>(&answer.body).unwrap()["id"].clone())
            .collect();
        assert!(ids.iter().all(|id| *id == ids[0]));
        world.end().await;
    }
}

#[tokio::test]
async fn a_rejected_finding_rests_for_a_week() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let proposal = world.propose(&against_finding()).await;
        world
            .decide(&proposal, "reject", &json!({ "reason": "not now" }))
            .await
            .json(200);
        let refused = world.owner.post("/proposals", &against_finding()).await;
        let context = refused
            .assert_problem(409, "RECENTLY_REJECTED")
            .context
            .unwrap();
        assert_eq!(context["proposal_id"], json!(proposal.id));
        assert_eq!(
            (&context["reason"], &context["until"]),
            (&json!("not now"), &json!("2026-01-17T12:00:00Z"))
        );
        world
            .place
            .clock
            .advance(Duration::from_secs(7 * 24 * 3_600));
        let again = world.propose(&against_finding()).await;
        assert_eq!(again.finding_id.unwrap().as_str(), FINDING);
        world.end().await;
    }
}

#[tokio::test]
async fn what_policy_refuses_is_not_proposed() {
    let world = World::start(Backend::Sqlite).await;
    let patch = "--- a/docker-compose.yml\n+++ b/docker-compose.yml\n";
    let answer = world
        .owner
        .post("/proposals", &with(&json!({ "patch": patch })))
        .await;
    let context = answer
        .assert_problem(422, "POLICY_REFUSED")
        .context
        .unwrap();
    assert_eq!(context["refusals"][0]["code"], "FORBIDDEN_PATH");
    assert_eq!(context["suggested_patch"], "a better one");
    let page: ProposalPage = world.owner.get("/proposals").await.expect(200);
    assert!(page.data.is_empty());
    world.end().await;
}

#[tokio::test]
async fn without_patch_apply_nothing_is_half_proposed() {
    let world = World::start(Backend::Sqlite).await;
    for (status, code, answered, expected) in [
        (500, "INTERNAL", 503, "PEER_UNAVAILABLE"),
        (409, "TARGET_NOT_CONFIGURED", 409, "TARGET_NOT_CONFIGURED"),
        (422, "UNKNOWN_BASE", 422, "UNKNOWN_BASE"),
    ] {
        world.model.refuse("/policy/check", status, code);
        let answer = world.owner.post("/proposals", &plain()).await;
        answer.assert_problem(answered, expected);
    }
    let page: ProposalPage = world.owner.get("/proposals").await.expect(200);
    assert!(page.data.is_empty());
    world.end().await;
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_proposal() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let first: Proposal = world
            .service
            .post_keyed("/proposals", "k1", &plain())
            .await
            .expect(201);
        let answer = world.service.post_keyed("/proposals", "k1", &plain()).await;
        assert_eq!(answer.expect::<Proposal>(201), first);
        world
            .service
            .post_keyed("/proposals", "k1", &against_finding())
            .await
            .assert_problem(422, "IDEMPOTENCY_KEY_REUSED");
        world.end().await;
    }
}

#[tokio::test]
async fn prose_is_redacted_and_the_diff_is_exact() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let address = "10.20.30.40";
        let patch = format!("{PATCH} \u{1f600}{address}\r\n");
        let proposal = world
            .propose(&with(
                &json!({ "problem": format!("calls to {address} fail"), "patch": patch }),
            ))
            .await;
        assert!(!proposal.problem.contains(address), "{}", proposal.problem);
        assert_eq!(world.get(&proposal).await.patch, patch);
        world.end().await;
    }
}

#[tokio::test]
async fn odd_input_is_refused_by_field() {
    let world = World::start(Backend::Sqlite).await;
    for (changes, pointer) in [
        (json!({ "title": "a\u{0}b" }), "/title"),
        (json!({ "problem": " \n" }), "/problem"),
        (json!({ "agents": ["x\u{0}"] }), "/agents"),
        (json!({ "patch": "x\u{0}" }), "/patch"),
        (json!({ "patch": "x".repeat(300 * 1024) }), "/patch"),
        (json!({ "severity": "dire" }), "/severity"),
        (json!({ "color": "red" }), "/color"),
        (json!({ "base_commit": "main" }), "/base_commit"),
    ] {
        let answer = world.owner.post("/proposals", &with(&changes)).await;
        let problem = answer.assert_problem(422, "INVALID_INPUT");
        assert_eq!(problem.errors[0].pointer, pointer, "{problem:?}");
    }
    world
        .owner
        .get("/proposals/none")
        .await
        .assert_problem(404, "NOT_FOUND");
    let unknown = "/proposals/0b9f7c9e-0000-4000-8000-000000000009";
    world
        .owner
        .get(unknown)
        .await
        .assert_problem(404, "PROPOSAL_NOT_FOUND");
    world
        .owner
        .get("/templates/none")
        .await
        .assert_problem(404, "NOT_FOUND");
    assert_eq!(world.owner.get("/templates/bugfix").await.status, 200);
    world.end().await;
}

#[tokio::test]
async fn a_pending_proposal_whose_base_moved_away_goes_stale_and_can_be_revised() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let stays = world.propose(&plain()).await;
        let goes = world.propose(&with(&json!({ "patch": "--- STALE" }))).await;
        world.model.state().target_moves = 1;
        let stale = world.until_status(&goes, ProposalStatus::Stale).await;
        assert!(
            stale
                .stage_reason
                .unwrap()
                .contains("no longer applies exactly")
        );
        assert_eq!(world.get(&stays).await.status, ProposalStatus::Pending);

        let body =
            json!({ "patch": PATCH, "base_commit": types::Digest::of("target 1").as_str()[..40] });
        let revised: Proposal = world.decide(&goes, "revise", &body).await.expect(200);
        assert_eq!(
            (revised.status, revised.revision),
            (ProposalStatus::Pending, 2)
        );
        assert_ne!(revised.digest, goes.digest);
        let old = json!({ "digest": goes.digest });
        world
            .decide(&goes, "approve", &old)
            .await
            .assert_problem(409, "DIGEST_MISMATCH");
        world
            .decide(&stays, "revise", &body)
            .await
            .assert_problem(409, "WRONG_STATUS");
        world.end().await;
    }
}
