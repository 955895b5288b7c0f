//! Reading the target, and whole files onto the proposals branch.

use serde_json::json;
use testkit::git;
use types::patch::{Committed, GitFile, GitHead, GitTree};

use crate::helpers::{AGENTS, GUIDE, World, diff};

#[tokio::test]
async fn the_target_is_read_at_a_pinned_commit() {
    let world = World::start().await;
    let head: GitHead = world.api.get("/git/head").await.expect(200);
    assert_eq!((head.branch.as_str(), &head.commit), ("main", &world.tip()));

    let file: GitFile = world
        .api
        .get(&format!(
            "/git/files?rev={}&path=docs/guide.md",
            head.commit
        ))
        .await
        .expect(200);
    assert_eq!(file.text.as_deref(), Some(GUIDE));
    assert_eq!(file.mode, "100644");
    let folder: GitTree = world.api.get("/git/tree?rev=main").await.expect(200);
    let names: Vec<&str> = folder
        .entries
        .iter()
        .map(|entry| entry.name.as_str())
        .collect();
    assert_eq!(names, ["agents", "docs"]);

    let newer = world.commit_outside("docs/guide.md", "new\n");
    let head: GitHead = world.api.get("/git/head?branch=main").await.expect(200);
    assert_eq!(
        head.commit, newer,
        "a change behind our back is seen at once"
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::start().await;
    let zeros = "0".repeat(40);
    for (path, code) in [
        ("/git/head?branch=none", "BRANCH_NOT_FOUND"),
        ("/git/head?branch=a..b%00", "BRANCH_NOT_FOUND"),
        ("/git/files?rev=main&path=none", "PATH_NOT_FOUND"),
        ("/git/files?rev=main&path=docs", "PATH_NOT_FOUND"),
        ("/git/files?rev=main&path=docs//guide.md", "PATH_NOT_FOUND"),
        ("/git/files?rev=main&path=../x", "PATH_NOT_FOUND"),
        ("/git/tree?rev=main&path=docs/guide.md", "PATH_NOT_FOUND"),
        (&format!("/git/tree?rev={zeros}"), "COMMIT_NOT_FOUND"),
        ("/git/tree?rev=HEAD~1", "COMMIT_NOT_FOUND"),
        ("/pulls/99999999999999", "PULL_NOT_FOUND"),
        ("/pulls/1.diff", "PULL_NOT_FOUND"),
        (
            "/runs/00000000-0000-4000-8000-000000000001",
            "RUN_NOT_FOUND",
        ),
    ] {
        world.api.get(path).await.assert_problem(404, code);
    }
}

#[tokio::test]
async fn files_are_committed_to_the_proposals_branch_by_compare_and_swap() {
    let world = World::start().await;
    let first = json!({
        "branch": "proposals", "files": { "pending/a.md": "A\n", "index.md": "1\n" },
        "message": "Propose a", "author": "observer",
    });
    let made: Committed = world
        .post_as_service("/git/commits", &first)
        .await
        .expect(200);
    assert_eq!(world.target.tip("proposals"), Some(made.commit.clone()));
    assert_eq!(
        git(&world.target.path, &["log", "--format=%an %s", "proposals"]),
        "observer Propose a"
    );

    let again: Committed = world
        .post_as_service("/git/commits", &first)
        .await
        .expect(200);
    assert_eq!(again, made, "a repeated request finds its own commit");

    let second = json!({
        "branch": "proposals", "expected_head": made.commit, "files": { "pending/a.md": null,
        "approved/a.md": "A\n" }, "message": "Approve a", "author": "mira",
    });
    let moved: Committed = world
        .post_as_service("/git/commits", &second)
        .await
        .expect(200);
    assert_eq!(
        git(
            &world.target.path,
            &["ls-tree", "-r", "--name-only", "proposals"]
        ),
        "approved/a.md\nindex.md"
    );

    let mut same = second.clone();
    same["expected_head"] = json!(moved.commit);
    let unchanged: Committed = world
        .post_as_service("/git/commits", &same)
        .await
        .expect(200);
    assert_eq!(
        unchanged.commit, moved.commit,
        "nothing to commit is no commit"
    );

    let mut late = first.clone();
    late["files"] = json!({ "pending/b.md": "B\n" });
    let problem = world
        .post_as_service("/git/commits", &late)
        .await
        .assert_problem(409, "HEAD_MOVED");
    assert_eq!(problem.context.unwrap()["head"], json!(moved.commit));
    world.target.assert_sound();
}

#[tokio::test]
async fn other_branches_and_dangerous_names_are_refused() {
    let world = World::start().await;
    let with = |branch: &str, path: &str| json!({ "branch": branch, "files": { path: "x" }, "message": "m", "author": "a" });
    for (branch, path, status, code) in [
        ("main", "a.md", 409, "BRANCH_NOT_OPEN"),
        ("attune/proposal-x", "a.md", 409, "BRANCH_NOT_OPEN"),
        ("proposals", "../a.md", 422, "PATH_REFUSED"),
        ("proposals", ".git/config", 422, "PATH_REFUSED"),
        ("proposals", "", 422, "PATH_REFUSED"),
    ] {
        let answer = world
            .post_as_service("/git/commits", &with(branch, path))
            .await;
        answer.assert_problem(status, code);
    }
    assert_eq!(world.target.tip("proposals"), None);
}

#[tokio::test]
async fn a_diff_is_judged_without_a_trace() {
    let world = World::start().await;
    let body = |patch: String| json!({ "base_commit": world.tip(), "patch": patch });
    let fine = diff("docs/guide.md", GUIDE, "# Guide\n\nTwo lines.\n");
    let report = world
        .post_as_service("/policy/check", &body(fine.clone()))
        .await
        .json(200);
    assert_eq!(report["accepted"], true, "{report}");
    assert_eq!(report["patch"], json!(fine));

    let model = diff(
        "agents/agents.yaml",
        AGENTS,
        &AGENTS.replace("model: small", "model: large"),
    );
    let report = world
        .post_as_service("/policy/check", &body(model))
        .await
        .json(200);
    assert_eq!(report["accepted"], false, "{report}");
    assert!(!report["refusals"].as_array().unwrap().is_empty());

    let mut unknown = body(fine);
    unknown["base_commit"] = json!("0".repeat(40));
    world
        .post_as_service("/policy/check", &unknown)
        .await
        .assert_problem(404, "COMMIT_NOT_FOUND");
}

#[tokio::test]
async fn without_a_target_the_git_routes_say_so() {
    let place = testkit::Place::new();
    let running = patch_apply::start(place.settings(Default::default()), place.clock.clone())
        .await
        .unwrap();
    let api = place.api(running.address);
    api.get("/git/head")
        .await
        .assert_problem(409, "TARGET_NOT_CONFIGURED");
    api.get("/readyz").await.json(200);
    running.stop().await;
}
