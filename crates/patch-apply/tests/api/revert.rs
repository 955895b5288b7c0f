//! Taking a change back.

use serde_json::json;
use types::{patch::Run, proposal::Stage};

use crate::helpers::{AGENTS, BETTER, World, proposal};

async fn monitored() -> (World, String) {
    let world = World::start().await;
    let before = world.target.tree("main");
    let pull = world.propose(&world.request(1)).await;
    world.merged(&pull).await;
    world
        .run_when(1, |run| run.stage == Stage::Monitoring)
        .await;
    (world, before)
}

#[tokio::test]
async fn a_regression_restores_exactly_the_tree_from_before() {
    let (world, before) = monitored().await;
    let noted = world.close_window(1, "rolled_back", "regressed").await;
    assert_eq!(noted["consequence"], "reverting");
    let event = world.event(1, "reverted").await;
    assert_eq!(world.target.tree("main"), before);
    assert_eq!(event["commit"], json!(world.tip()));
    let run = world.run(1).await;
    assert_eq!(run.revert_commit_sha, Some(world.tip()));

    let tip = world.tip();
    let again = world.close_window(1, "rolled_back", "regressed").await;
    assert_eq!(again["consequence"], "none");
    let asked = json!({ "proposal_id": proposal(1), "reason": "again", "person": "mira" });
    world
        .post_as_service("/actions/revert", &asked)
        .await
        .expect::<Run>(202);
    assert_eq!(world.tip(), tip, "a change is taken back once");
    world.target.assert_sound();
}

#[tokio::test]
async fn changes_elsewhere_survive_a_revert() {
    let (world, _) = monitored().await;
    world.commit_outside("docs/other.md", "kept\n");
    world.close_window(1, "rolled_back", "regressed").await;
    world.event(1, "reverted").await;
    assert_eq!(world.target.text("main", "agents/agents.yaml"), AGENTS);
    assert_eq!(world.target.text("main", "docs/other.md"), "kept\n");
}

#[tokio::test]
async fn a_file_that_others_changed_since_is_a_conflict_that_is_said() {
    let (world, _) = monitored().await;
    let theirs = BETTER.replace("Plan ahead.", "Plan well ahead.");
    let tip = world.commit_outside("agents/agents.yaml", &theirs);
    world.close_window(1, "rolled_back", "regressed").await;
    let event = world.event(1, "revert_failed").await;
    assert!(
        event["message"]
            .as_str()
            .unwrap()
            .contains("agents/agents.yaml"),
        "{event}"
    );
    assert_eq!(world.tip(), tip);

    world.commit_outside("agents/agents.yaml", BETTER);
    let asked = json!({ "proposal_id": proposal(1), "reason": "try again", "person": "mira" });
    world
        .post_as_service("/actions/revert", &asked)
        .await
        .expect::<Run>(202);
    world.event(1, "reverted").await;
    assert_eq!(world.target.text("main", "agents/agents.yaml"), AGENTS);
}

#[tokio::test]
async fn a_window_without_proof_waits_for_a_person() {
    let (world, before) = monitored().await;
    let noted = world.close_window(1, "completed", "inconclusive").await;
    assert_eq!(noted["consequence"], "needs_confirmation");
    assert_eq!(world.run(1).await.stage, Stage::NeedsConfirmation);
    let asked = json!({ "proposal_id": proposal(1), "reason": "rather not", "person": "mira" });
    world
        .post_as_service("/actions/revert", &asked)
        .await
        .expect::<Run>(202);
    world.event(1, "reverted").await;
    assert_eq!(world.target.tree("main"), before);
}

#[tokio::test]
async fn what_is_not_merged_cannot_be_taken_back() {
    let world = World::start().await;
    world.propose(&world.request(1)).await;
    let asked = json!({ "proposal_id": proposal(1), "reason": "no", "person": "mira" });
    world
        .post_as_service("/actions/revert", &asked)
        .await
        .assert_problem(409, "NOT_MERGED");
    let unknown = json!({ "proposal_id": proposal(2), "reason": "no" });
    world
        .post_as_service("/actions/revert", &unknown)
        .await
        .assert_problem(404, "RUN_NOT_FOUND");
}

#[tokio::test]
async fn a_released_window_may_find_a_regression_later() {
    let (world, before) = monitored().await;
    assert_eq!(
        world.close_window(1, "completed", "manual").await["consequence"],
        "kept"
    );
    assert_eq!(
        world.close_window(1, "completed", "stable").await["consequence"],
        "none"
    );
    let noted = world.close_window(1, "rolled_back", "regressed").await;
    assert_eq!(noted["consequence"], "reverting");
    world.event(1, "reverted").await;
    assert_eq!(world.target.tree("main"), before);
}
