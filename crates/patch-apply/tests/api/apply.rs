//! From an approved diff to a watched change.

use serde_json::{Value, json};
use testkit::{Backend, git};
use types::{
    patch::{Pull, PullPage, WrittenPatch},
    proposal::Stage,
};

use crate::helpers::{AGENTS, BETTER, GUIDE, WINDOW, World, diff, proposal};

async fn whole_way(backend: Backend) {
    let world = World::start_with(backend, Default::default()).await;
    let base = world.tip();
    let pull = world.propose(&world.request(1)).await;
    assert_eq!(pull.html_url.split('/').next_back(), Some("1"));
    assert_eq!(pull.base.sha, base);
    let branch = format!("attune/proposal-{}", proposal(1));
    assert_eq!(world.target.tip(&branch), Some(pull.head.sha.clone()));
    let message = git(
        &world.target.path,
        &["log", "-1", "--format=%an%n%B", &branch],
    );
    let expected = format!(
        "mira\nchore(attune): Retry on time-outs\n\nProposal-Id: {}\nDiff-Sha256: {}\nApproved-by: mira",
        proposal(1),
        pull.digest
    );
    assert_eq!(message.trim_end(), expected);
    let patch = world.api.get("/pulls/1.diff").await;
    assert_eq!(patch.text(), diff("agents/agents.yaml", AGENTS, BETTER));

    let merge = world.merged(&pull).await;
    assert_eq!(world.tip(), merge);
    assert_eq!(world.target.text("main", "agents/agents.yaml"), BETTER);
    let parents = git(&world.target.path, &["log", "-1", "--format=%P", "main"]);
    assert_eq!(parents, format!("{base} {}", pull.head.sha));

    let run = world
        .run_when(1, |run| run.stage == Stage::Monitoring)
        .await;
    assert_eq!(run.merge_commit_sha.as_ref(), Some(&merge));
    let merged: Pull = world.api.get("/pulls/1").await.expect(200);
    assert_eq!(
        (merged.merged, merged.merged_by.as_deref()),
        (true, Some("owner"))
    );
    let asked = window_requests(&world).await;
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["agent_name"], "writer");
    assert_eq!(asked[0]["commit_sha"], json!(merge));
    assert_eq!(asked[0]["expires_at"], "2026-01-10T13:00:00Z");

    let noted = world.close_window(1, "completed", "stable").await;
    assert_eq!(noted["consequence"], "kept");
    world.event(1, "reached:monitoring").await;
    let names: Vec<String> = world
        .events(1)
        .await
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let expected = [
        "branch",
        "validated",
        "pr_open",
        "merged",
        "deployed",
        "monitoring",
    ]
    .map(|stage| format!("reached:{stage}"));
    assert_eq!(names, expected);
    let journal = world.api.get("/journal/verify").await.json(200);
    assert_eq!(journal["intact"], true);
    world.target.assert_sound();
}

async fn window_requests(world: &World) -> Vec<Value> {
    let requests = world.gateway.received_requests().await.unwrap();
    requests
        .iter()
        .filter(|request| {
            request.method.as_str() == "POST" && request.url.path().ends_with("monitoring")
        })
        .map(|request| request.body_json().unwrap())
        .collect()
}

#[tokio::test]
async fn an_approved_diff_is_merged_by_a_person_and_watched() {
    whole_way(Backend::Sqlite).await;
}

#[tokio::test]
async fn the_same_holds_on_postgres() {
    whole_way(Backend::Postgres).await;
}

#[tokio::test]
async fn equal_requests_make_one_branch_and_one_pull_request() {
    let world = World::start().await;
    let request = world.request(1);
    let writes = (0..10).map(|_| world.post_as_service("/actions/write_patch", &request));
    let mut answers = Vec::new();
    for write in writes {
        answers.push(write.await.expect::<WrittenPatch>(200));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    let branch = json!({ "branch": answers[0].branch });
    for _ in 0..3 {
        world
            .post_as_service("/actions/validate_branch", &branch)
            .await
            .json(200);
    }
    let open = json!({ "branch": answers[0].branch, "proposal_id": proposal(1) });
    let first: Pull = world
        .post_as_service("/actions/open_pr", &open)
        .await
        .expect(201);
    let second: Pull = world
        .post_as_service("/actions/open_pr", &open)
        .await
        .expect(200);
    assert_eq!(first, second);
    let page: PullPage = world.api.get("/pulls").await.expect(200);
    assert_eq!(page.data.len(), 1);
}

#[tokio::test]
async fn another_diff_than_the_approved_one_is_refused() {
    let world = World::start().await;
    let mut request = world.request(1);
    request["digest"] = json!("0".repeat(64));
    world
        .post_as_service("/actions/write_patch", &request)
        .await
        .assert_problem(409, "DIGEST_MISMATCH");

    let forbidden = json!({
        "proposal_id": proposal(1), "base_commit": world.tip(),
        "patch_content": diff("agents/agents.yaml", AGENTS, &AGENTS.replace("small", "large")),
    });
    let refused = world
        .post_as_service("/actions/write_patch", &forbidden)
        .await;
    let problem = refused.assert_problem(422, "POLICY_REFUSED");
    assert!(
        !problem.context.unwrap()["refusals"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    world
        .api
        .get(&format!("/runs/{}", proposal(1)))
        .await
        .assert_problem(404, "RUN_NOT_FOUND");
    assert_eq!(
        world
            .target
            .tip(&format!("attune/proposal-{}", proposal(1))),
        None
    );
}

#[tokio::test]
async fn a_base_that_moved_elsewhere_is_no_obstacle_and_one_that_moved_here_is() {
    let world = World::start().await;
    let request = world.request(1);
    world.commit_outside("docs/other.md", "changed\n");
    world.write(&request).await;

    let late = world.docs_request(2, GUIDE, "# Guide\n\nTwo lines.\n");
    world.commit_outside("docs/guide.md", "# Guide\n\nSomething else.\n");
    world
        .post_as_service("/actions/write_patch", &late)
        .await
        .assert_problem(409, "STALE_BASE");
}

#[tokio::test]
async fn a_change_of_the_same_file_before_the_merge_makes_the_proposal_stale() {
    let world = World::start().await;
    let pull = world
        .propose(&world.docs_request(1, GUIDE, "# Guide\n\nTwo lines.\n"))
        .await;
    let outside = world.commit_outside("docs/guide.md", "# Guide\n\nSomething else.\n");
    world.merge(&pull).await.assert_problem(409, "STALE_BASE");
    world.event(1, "stale").await;
    assert_eq!(world.tip(), outside);
    world.merge(&pull).await.assert_problem(409, "PULL_CLOSED");

    let revised = world.docs_request(1, "# Guide\n\nSomething else.\n", "# Guide\n\nBoth.\n");
    let second = world.propose(&revised).await;
    assert_eq!(second.number, 2);
    assert_eq!(
        world.target.tip(&second.head.branch),
        Some(second.head.sha.clone())
    );
    world.merged(&second).await;
    assert_eq!(
        world.target.text("main", "docs/guide.md"),
        "# Guide\n\nBoth.\n"
    );
}

#[tokio::test]
async fn a_change_that_touches_no_agent_is_done_when_it_is_deployed() {
    let world = World::start().await;
    let pull = world
        .propose(&world.docs_request(1, GUIDE, "# Guide\n\nTwo lines.\n"))
        .await;
    world.merged(&pull).await;
    world.event(1, "done").await;
    assert!(window_requests(&world).await.is_empty());
}

#[tokio::test]
async fn only_a_person_merges_and_only_the_head_that_was_read() {
    let world = World::start().await;
    let pull = world.propose(&world.request(1)).await;
    let body = json!({ "expected_head": pull.head.sha });
    world
        .post_as_service("/pulls/1/merge", &body)
        .await
        .assert_problem(403, "ROLE_NOT_ALLOWED");
    let other = json!({ "expected_head": world.tip() });
    world
        .api
        .post("/pulls/1/merge", &other)
        .await
        .assert_problem(409, "HEAD_MOVED");
    world.merged(&pull).await;
    world.merged(&pull).await;
    assert_eq!(
        git(
            &world.target.path,
            &["rev-list", "--count", "--merges", "main"]
        ),
        "1"
    );
}

#[tokio::test]
async fn the_branch_of_a_refused_validation_gets_no_pull_request() {
    let world = World::start().await;
    let written = world
        .write(&world.docs_request(1, GUIDE, "# Guide\n\nTwo lines.\n"))
        .await;
    world.commit_outside("docs/guide.md", "# Guide\n\nSomething else.\n");
    let branch = json!({ "branch": written.branch });
    let report = world
        .post_as_service("/actions/validate_branch", &branch)
        .await
        .json(200);
    assert_eq!(report["passed"], false, "{report}");
    world.event(1, "failed:validated").await;
    let open = json!({ "branch": written.branch, "proposal_id": proposal(1) });
    world
        .post_as_service("/actions/open_pr", &open)
        .await
        .assert_problem(409, "NOT_VALIDATED");
}

#[tokio::test]
async fn a_window_that_is_not_ours_means_nothing() {
    let world = World::start().await;
    let noted = world.close_window(9, "rolled_back", "regressed").await;
    assert_eq!(noted, json!({ "proposal_id": null, "consequence": "none" }));
    assert_eq!(WINDOW.len(), 36);
}
