//! Decisions of people.

use proposal_service::ProposalSettings;
use serde_json::json;
use testkit::Backend;
use types::proposal::{DecisionKind, Proposal, ProposalStatus, Stage};

use crate::helpers::{World, plain, with};

#[tokio::test]
async fn an_approved_diff_goes_to_a_branch_through_validation_into_a_pull_request() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let proposal = world.propose(&plain()).await;
        let approved = world.approve(&proposal).await;
        assert_eq!(
            (approved.status, approved.stage),
            (ProposalStatus::Approved, Some(Stage::Queued))
        );
        let decision = &approved.decisions[0];
        assert_eq!(
            (decision.kind, decision.person.as_str()),
            (DecisionKind::Approved, "owner")
        );
        assert_eq!((&decision.digest, decision.revision), (&proposal.digest, 1));

        let open = world
            .until(&proposal, |now| now.stage == Some(Stage::PrOpen))
            .await;
        assert_eq!(
            open.branch,
            Some(format!("attune/proposal-{}", proposal.id))
        );
        assert_eq!((open.pull_number, open.log.len()), (Some(7), 4));
        assert_eq!(
            open.stage_reason.unwrap(),
            "waits for a person to merge pull request #7"
        );
        let actions = [
            "/actions/write_patch",
            "/actions/validate_branch",
            "/actions/open_pr",
        ];
        assert_eq!(world.model.actions(), actions);
        let state = world.model.state().posts.clone();
        let written = &state.iter().find(|(path, _)| path == actions[0]).unwrap().1;
        assert_eq!(written["patch_content"], json!(proposal.patch));
        assert_eq!(
            (&written["digest"], &written["approved_by"]),
            (&json!(proposal.digest), &json!("owner"))
        );
        let opened = &state.iter().find(|(path, _)| path == actions[2]).unwrap().1;
        assert!(
            opened["body"]
                .as_str()
                .unwrap()
                .contains("**Status**: approved")
        );
        world.end().await;
    }
}

#[tokio::test]
async fn a_yes_is_to_exactly_one_diff_and_only_once() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let proposal = world.propose(&plain()).await;
        let other = json!({ "digest": types::Digest::of("another diff") });
        let answer = world.decide(&proposal, "approve", &other).await;
        let context = answer
            .assert_problem(409, "DIGEST_MISMATCH")
            .context
            .unwrap();
        assert_eq!(context["digest"], json!(proposal.digest));
        assert_eq!(world.get(&proposal).await, proposal);

        let body = json!({ "digest": proposal.digest });
        let path = format!("/proposals/{}/approve", proposal.id);
        let answers =
            futures_util::future::join_all((0..8).map(|_| world.owner.post(&path, &body))).await;
        assert_eq!(
            answers.iter().filter(|answer| answer.status == 200).count(),
            1
        );
        let refused = answers.iter().find(|answer| answer.status != 200).unwrap();
        refused.assert_problem(409, "WRONG_STATUS");
        world
            .until(&proposal, |now| now.stage == Some(Stage::PrOpen))
            .await;
        assert_eq!(world.model.actions().len(), 3);
        world.end().await;
    }
}

#[tokio::test]
async fn no_decision_comes_from_a_service() {
    let world = World::start(Backend::Sqlite).await;
    let proposal = world.propose(&plain()).await;
    for (what, body) in [
        ("approve", json!({ "digest": proposal.digest })),
        ("reject", json!({ "reason": "no" })),
        ("confirm", json!({})),
        ("revert", json!({ "reason": "no" })),
    ] {
        let answer = world
            .report(&format!("/proposals/{}/{what}", proposal.id), &body)
            .await;
        answer.assert_problem(403, "ROLE_NOT_ALLOWED");
    }
    world
        .report("/breakers/all/reset", &json!({}))
        .await
        .assert_problem(403, "ROLE_NOT_ALLOWED");
    assert_eq!(world.get(&proposal).await, proposal);
    world.end().await;
}

#[tokio::test]
async fn guarded_paths_wait_for_a_second_person() {
    for backend in Backend::ALL {
        let own = ProposalSettings {
            two_person_paths: vec!["agents/**".to_owned()],
            ..ProposalSettings::default()
        };
        let world = World::with(backend, own).await;
        let proposal = world.propose(&plain()).await;
        let first = world.approve(&proposal).await;
        assert_eq!(first.status, ProposalStatus::Pending);
        assert!(
            first
                .stage_reason
                .unwrap()
                .contains("second person besides owner")
        );
        let body = json!({ "digest": proposal.digest });
        let again = world.decide(&proposal, "approve", &body).await;
        again.assert_problem(409, "SECOND_PERSON_NEEDED");

        let ada = world.person("ada").await;
        let path = format!("/proposals/{}/approve", proposal.id);
        let second: Proposal = ada.post(&path, &body).await.expect(200);
        assert_eq!(
            (second.status, second.decisions.len()),
            (ProposalStatus::Approved, 2)
        );
        world
            .until(&proposal, |now| now.stage == Some(Stage::PrOpen))
            .await;
        assert_eq!(world.model.actions().len(), 3);
        world.end().await;
    }
}

#[tokio::test]
async fn where_it_is_not_allowed_nobody_approves_their_own_proposal() {
    let own = ProposalSettings {
        allow_self_approval: false,
        ..ProposalSettings::default()
    };
    let world = World::with(Backend::Sqlite, own).await;
    let proposal = world.propose(&plain()).await;
    let body = json!({ "digest": proposal.digest });
    world
        .decide(&proposal, "approve", &body)
        .await
        .assert_problem(409, "SELF_APPROVAL");
    let ada = world.person("ada").await;
    let path = format!("/proposals/{}/approve", proposal.id);
    assert_eq!(ada.post(&path, &body).await.status, 200);
    world.end().await;
}

#[tokio::test]
async fn a_rejection_needs_a_reason_and_is_redacted() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let proposal = world.propose(&plain()).await;
        for reason in ["", "  ", "\n"] {
            let answer = world
                .decide(&proposal, "reject", &json!({ "reason": reason }))
                .await;
            answer.assert_problem(422, "INVALID_INPUT");
        }
        let reason = json!({ "reason": "it calls 10.20.30.40 \u{0}" });
        let rejected: Proposal = world.decide(&proposal, "reject", &reason).await.expect(200);
        assert_eq!(rejected.status, ProposalStatus::Rejected);
        assert!(
            !rejected.decisions[0]
                .notes
                .as_deref()
                .unwrap()
                .contains("10.20.30.40")
        );
        world
            .decide(&proposal, "reject", &reason)
            .await
            .assert_problem(409, "WRONG_STATUS");
        let body = json!({ "digest": proposal.digest });
        world
            .decide(&proposal, "approve", &body)
            .await
            .assert_problem(409, "WRONG_STATUS");
        world.end().await;
    }
}

#[tokio::test]
async fn what_patch_apply_refuses_blocks_the_proposal_and_pauses_its_category() {
    for (path, status, code, expected) in [
        (
            "/actions/write_patch",
            422,
            "POLICY_REFUSED",
            ProposalStatus::Blocked,
        ),
        (
            "/actions/write_patch",
            409,
            "STALE_BASE",
            ProposalStatus::Stale,
        ),
        (
            "/actions/validate_branch",
            404,
            "BRANCH_NOT_FOUND",
            ProposalStatus::Blocked,
        ),
        (
            "/actions/open_pr",
            409,
            "CHECKS_MISSING",
            ProposalStatus::Blocked,
        ),
    ] {
        let world = World::start(Backend::Sqlite).await;
        world.model.refuse(path, status, code);
        let proposal = world.propose(&plain()).await;
        world.approve(&proposal).await;
        let stopped = world.until_status(&proposal, expected).await;
        assert!(stopped.stage_reason.unwrap().contains(code));
        let paused = world.breaker("category:bugfix").await;
        assert_eq!(
            paused.open,
            expected == ProposalStatus::Blocked,
            "{path} {code}"
        );
        let reason = json!({ "reason": "give up" });
        let rejected: Proposal = world.decide(&proposal, "reject", &reason).await.expect(200);
        assert_eq!(rejected.status, ProposalStatus::Rejected);
        world.end().await;
    }
}

#[tokio::test]
async fn a_branch_that_fails_validation_is_blocked_with_the_checks_that_failed() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        world.model.state().fails_validation = true;
        let proposal = world.propose(&plain()).await;
        world.approve(&proposal).await;
        let blocked = world.until_status(&proposal, ProposalStatus::Blocked).await;
        let reason = blocked.stage_reason.unwrap();
        assert_eq!(
            reason,
            "validation failed: yaml of agents/agents.yaml: a tab where none may be"
        );
        assert_eq!(blocked.stage, Some(Stage::Branch));
        assert!(
            !world
                .model
                .actions()
                .contains(&"/actions/open_pr".to_owned())
        );

        world.model.state().fails_validation = false;
        let body = json!({ "patch": format!("{}+c\n", proposal.patch), "base_commit": proposal.base_commit });
        let revised: Proposal = world.decide(&proposal, "revise", &body).await.expect(200);
        assert_eq!(
            (revised.status, revised.branch.as_deref()),
            (ProposalStatus::Pending, None)
        );
        world.approve(&revised).await;
        let open = world
            .until(&proposal, |now| now.stage == Some(Stage::PrOpen))
            .await;
        assert_eq!(open.decisions.len(), 2);
        world.end().await;
    }
}

#[tokio::test]
async fn a_person_takes_a_merged_change_back() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let reason = json!({ "reason": "it confuses people" });
        let proposal = world.at_pull_request(&plain()).await;
        world
            .decide(&proposal, "revert", &reason)
            .await
            .assert_problem(409, "NOT_MERGED");
        world.reached(&proposal, "merged").await;
        let going: Proposal = world.decide(&proposal, "revert", &reason).await.expect(200);
        assert_eq!(going.status, ProposalStatus::Approved);
        assert_eq!(
            going.stage_reason.as_deref(),
            Some("being taken back, as owner asked")
        );
        world
            .decide(&proposal, "revert", &reason)
            .await
            .assert_problem(409, "BEING_TAKEN_BACK");
        world
            .until_model(|model| model.actions().contains(&"/actions/revert".to_owned()))
            .await;
        let more = json!({ "commit": "b".repeat(40) });
        world
            .run_event(&proposal, json!({ "kind": "reverted" }), &more)
            .await
            .json(200);
        let reverted = world.get(&proposal).await;
        assert_eq!(reverted.status, ProposalStatus::Reverted);
        assert_eq!(reverted.revert_commit.unwrap().as_str(), "b".repeat(40));
        world.end().await;
    }
}

#[tokio::test]
async fn a_revert_that_patch_apply_refuses_asks_a_person() {
    let world = World::start(Backend::Sqlite).await;
    world
        .model
        .refuse("/actions/revert", 409, "REVERT_CONFLICT");
    let proposal = world.monitored(&plain()).await;
    let reason = json!({ "reason": "it confuses people" });
    world.decide(&proposal, "revert", &reason).await.json(200);
    let asked = world
        .until(&proposal, |now| now.stage == Some(Stage::NeedsConfirmation))
        .await;
    assert!(asked.stage_reason.unwrap().contains("REVERT_CONFLICT"));
    let kept: Proposal = world
        .decide(&proposal, "confirm", &json!({}))
        .await
        .expect(200);
    assert_eq!(kept.status, ProposalStatus::Implemented);
    world.end().await;
}

#[tokio::test]
async fn the_analysers_proposal_is_the_services() {
    let world = World::start(Backend::Sqlite).await;
    let request = world
        .service
        .request(reqwest::Method::POST, "/proposals")
        .header("x-attune-service", "observer")
        .header("idempotency-key", "one")
        .json(&with(&json!({ "severity": "critical" })));
    let proposal: Proposal = world.service.send(request).await.expect(201);
    assert_eq!(proposal.author, "observer");
    world.approve(&proposal).await;
    world.end().await;
}
