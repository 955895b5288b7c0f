//! What other services report.

use serde_json::{Value, json};
use testkit::Backend;
use types::{
    proposal::{Proposal, ProposalStatus, Stage},
    window::{Effect, Verdict},
};

use crate::helpers::{WINDOW, World, plain};

#[tokio::test]
async fn reports_move_a_proposal_forward_and_never_back() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let proposal = world.monitored(&plain()).await;
        assert_eq!(proposal.stage, Some(Stage::Monitoring));
        assert_eq!(
            proposal.merge_commit.clone().unwrap().as_str(),
            "a".repeat(40)
        );
        for late in ["queued", "branch", "pr_open", "merged", "deployed"] {
            assert_eq!(world.reached(&proposal, late).await, proposal, "{late}");
        }
        let failed = json!({ "kind": "failed", "stage": "branch" });
        world
            .run_event(&proposal, failed, &json!({}))
            .await
            .json(200);
        world
            .run_event(&proposal, json!({ "kind": "stale" }), &json!({}))
            .await
            .json(200);
        assert_eq!(world.get(&proposal).await, proposal);
        world.end().await;
    }
}

#[tokio::test]
async fn a_waiting_stage_says_what_it_waits_for_and_until_when() {
    let world = World::start(Backend::Sqlite).await;
    let proposal = world.at_pull_request(&plain()).await;
    let outcome = json!({ "kind": "reached", "stage": "pr_open" });
    let more = json!({ "message": "waits in the merge queue", "deadline": "2026-01-10T13:00:00Z" });
    world.run_event(&proposal, outcome, &more).await.json(200);
    let waiting = world.get(&proposal).await;
    assert_eq!(
        waiting.stage_reason.as_deref(),
        Some("waits in the merge queue")
    );
    assert_eq!(
        waiting.stage_deadline.unwrap().to_string(),
        "2026-01-10T13:00:00Z"
    );
    world.end().await;
}

#[tokio::test]
async fn a_failed_deployment_blocks_and_a_new_diff_starts_afresh() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let proposal = world.at_pull_request(&plain()).await;
        world.reached(&proposal, "merged").await;
        let failed = json!({ "kind": "failed", "stage": "deployed" });
        for _ in 0..2 {
            let more = json!({ "commit": "c".repeat(40) });
            world
                .run_event(&proposal, failed.clone(), &more)
                .await
                .json(200);
        }
        let blocked = world.get(&proposal).await;
        assert_eq!(
            (blocked.status, blocked.stage),
            (ProposalStatus::Blocked, Some(Stage::Merged))
        );
        let breaker = world.breaker("category:bugfix").await;
        assert_eq!(breaker.until.unwrap().to_string(), "2026-01-11T12:00:00Z");
        assert_eq!(blocked.revert_commit.unwrap().as_str(), "c".repeat(40));
        let reason = json!({ "reason": "x" });
        let refused = world.decide(&proposal, "revert", &reason).await;
        refused.assert_problem(409, "NOT_MERGED");
        let body = json!({ "patch": "--- another", "base_commit": proposal.base_commit });
        let revised: Proposal = world.decide(&proposal, "revise", &body).await.expect(200);
        assert_eq!(revised.status, ProposalStatus::Pending);
        assert_eq!((revised.merge_commit, revised.pull_number), (None, None));
        world.end().await;
    }
}

#[tokio::test]
async fn each_end_of_a_window_has_its_consequence() {
    use ProposalStatus::{Approved, Implemented};
    for (status, verdict, expected, stage, halts) in [
        ("completed", "stable", Implemented, None, false),
        ("completed", "manual", Implemented, None, false),
        (
            "completed",
            "degraded",
            Approved,
            Some(Stage::NeedsConfirmation),
            false,
        ),
        (
            "completed",
            "inconclusive",
            Approved,
            Some(Stage::NeedsConfirmation),
            false,
        ),
        (
            "completed",
            "external",
            Approved,
            Some(Stage::NeedsConfirmation),
            false,
        ),
        (
            "rolled_back",
            "regressed",
            Approved,
            Some(Stage::Monitoring),
            true,
        ),
        (
            "rolled_back",
            "degraded",
            Approved,
            Some(Stage::Monitoring),
            true,
        ),
        (
            "rolled_back",
            "manual",
            Approved,
            Some(Stage::Monitoring),
            false,
        ),
    ] {
        let world = World::start(Backend::Sqlite).await;
        let proposal = world.monitored(&plain()).await;
        world
            .window_closed(&proposal, status, verdict)
            .await
            .json(200);
        let now = world.get(&proposal).await;
        assert_eq!(
            (now.status, now.stage),
            (expected, stage),
            "{status} {verdict}"
        );
        assert_eq!(now.verdict.map(Verdict::name), Some(verdict));
        assert_eq!(now.effect, Some(Effect::Improved));
        assert_eq!(now.window_id.unwrap().to_string(), WINDOW);
        assert_eq!(world.breaker("all").await.open, halts, "{status} {verdict}");
        if status == "rolled_back" {
            assert!(
                now.stage_reason
                    .clone()
                    .unwrap()
                    .starts_with("being taken back")
            );
        }
        world
            .window_closed(&proposal, status, verdict)
            .await
            .json(200);
        assert_eq!(
            world.get(&proposal).await,
            now,
            "the second report changes nothing"
        );
        world.end().await;
    }
}

#[tokio::test]
async fn a_regression_ends_reverted_in_whatever_order_it_is_reported() {
    for backend in Backend::ALL {
        for window_first in [true, false] {
            let world = World::start(backend).await;
            let proposal = world.monitored(&plain()).await;
            if window_first {
                world
                    .window_closed(&proposal, "rolled_back", "regressed")
                    .await
                    .json(200);
            }
            let taken_back = json!({ "kind": "reverted" });
            world
                .run_event(&proposal, taken_back, &json!({}))
                .await
                .json(200);
            // Nothing may be proposed from here on, whichever news came first.
            assert!(world.breaker("all").await.open);
            if !window_first {
                world
                    .window_closed(&proposal, "rolled_back", "regressed")
                    .await
                    .json(200);
            }
            let reverted = world.get(&proposal).await;
            assert_eq!(reverted.status, ProposalStatus::Reverted);
            assert_eq!(reverted.verdict, Some(Verdict::Regressed));
            let refused = world.owner.post("/proposals", &plain()).await;
            let context = refused.assert_problem(409, "BREAKER_OPEN").context.unwrap();
            assert_eq!(
                (&context["breaker"], &context["until"]),
                (&json!("all"), &Value::Null)
            );
            world.end().await;
        }
    }
}

#[tokio::test]
async fn an_open_question_is_answered_by_a_person() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let proposal = world.monitored(&plain()).await;
        world
            .decide(&proposal, "confirm", &json!({}))
            .await
            .assert_problem(409, "WRONG_STATUS");
        world
            .window_closed(&proposal, "completed", "inconclusive")
            .await
            .json(200);
        let body = json!({ "notes": "seen enough" });
        let kept: Proposal = world.decide(&proposal, "confirm", &body).await.expect(200);
        assert_eq!(
            (kept.status, kept.stage),
            (ProposalStatus::Implemented, None)
        );
        assert_eq!(
            kept.decisions.last().unwrap().notes.as_deref(),
            Some("seen enough")
        );
        world.end().await;
    }
}

#[tokio::test]
async fn a_failed_revert_needs_a_person() {
    let world = World::start(Backend::Sqlite).await;
    let proposal = world.monitored(&plain()).await;
    world
        .window_closed(&proposal, "rolled_back", "regressed")
        .await
        .json(200);
    for _ in 0..2 {
        world
            .run_event(&proposal, json!({ "kind": "revert_failed" }), &json!({}))
            .await
            .json(200);
    }
    let open = world.get(&proposal).await;
    assert_eq!(
        (open.status, open.stage),
        (ProposalStatus::Approved, Some(Stage::NeedsConfirmation))
    );
    assert!(
        open.stage_reason
            .unwrap()
            .starts_with("taking it back failed")
    );
    world
        .decide(&proposal, "revert", &json!({ "reason": "again" }))
        .await
        .json(200);
    world.end().await;
}

#[tokio::test]
async fn a_change_that_touches_no_agent_is_done_when_it_is_deployed() {
    let world = World::start(Backend::Sqlite).await;
    let proposal = world.at_pull_request(&plain()).await;
    world.reached(&proposal, "deployed").await;
    world
        .run_event(&proposal, json!({ "kind": "done" }), &json!({}))
        .await
        .json(200);
    assert_eq!(
        world.get(&proposal).await.status,
        ProposalStatus::Implemented
    );
    world.end().await;
}

#[tokio::test]
async fn a_report_is_redacted_and_about_something_that_exists() {
    let world = World::start(Backend::Sqlite).await;
    let proposal = world.at_pull_request(&plain()).await;
    let failed = json!({ "kind": "failed", "stage": "merged" });
    let more = json!({ "message": "cannot reach 10.20.30.40\nfrom here" });
    world.run_event(&proposal, failed, &more).await.json(200);
    let reason = world.get(&proposal).await.stage_reason.unwrap();
    assert!(
        !reason.contains("10.20.30.40") && !reason.contains('\n'),
        "{reason}"
    );

    let body = json!({
        "proposal_id": WINDOW, "outcome": { "kind": "done" }, "message": "",
    });
    world
        .report("/runs/events", &body)
        .await
        .assert_problem(404, "PROPOSAL_NOT_FOUND");
    world
        .owner
        .post("/runs/events", &json!({}))
        .await
        .assert_problem(422, "INVALID_INPUT");
    let ada = world.person("ada").await;
    ada.post("/runs/events", &body)
        .await
        .assert_problem(403, "ROLE_NOT_ALLOWED");
    world.end().await;
}

#[tokio::test]
async fn a_window_without_a_proposal_only_halts() {
    let world = World::start(Backend::Sqlite).await;
    for (verdict, halted) in [("stable", false), ("regressed", true)] {
        let status = if halted { "rolled_back" } else { "completed" };
        let body =
            json!({ "window_id": WINDOW, "status": status, "verdict": verdict, "why": "so" });
        assert_eq!(
            world.report("/windows/closed", &body).await.json(200),
            Value::Null
        );
        assert_eq!(world.breaker("all").await.open, halted);
    }
    world.end().await;
}
