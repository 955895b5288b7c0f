//! What a stop in the middle leaves is taken up again, once.

use std::{fs, time::Duration};

use testkit::git;
use types::{patch::MergeOutcome, proposal::Stage};

use crate::helpers::{BETTER, World, proposal};

#[tokio::test]
async fn a_merge_that_could_not_be_pushed_is_pushed_after_a_restart_once() {
    let mut world = World::start().await;
    let pull = world.propose(&world.request(1)).await;
    // The target takes nothing: as when a disk is full or a server is down.
    let hook = world.target.path.join("hooks/pre-receive");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
    make_executable(&hook);
    let outcome: MergeOutcome = world.merge(&pull).await.expect(202);
    assert!(!outcome.merged, "{outcome:?}");
    world.stop().await;
    fs::remove_file(&hook).unwrap();
    world.restart().await;

    let run = world
        .run_when(1, |run| run.stage == Stage::Monitoring)
        .await;
    assert_eq!(run.merge_commit_sha, outcome.sha);
    assert_eq!(
        git(
            &world.target.path,
            &["rev-list", "--count", "--merges", "main"]
        ),
        "1"
    );
    world.target.assert_sound();
}

#[tokio::test]
async fn a_push_that_took_effect_before_it_was_noted_is_found() {
    let mut world = World::start().await;
    let pull = world.propose(&world.request(1)).await;
    // The target takes the merge, then the line goes dead before the answer.
    let hook = world.target.path.join("hooks/post-receive");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\nkill -9 $PPID\n").unwrap();
    make_executable(&hook);
    let outcome: MergeOutcome = world.merge(&pull).await.expect(200);
    assert!(outcome.merged);
    fs::remove_file(&hook).unwrap();
    world.restart().await;
    world
        .run_when(1, |run| run.stage == Stage::Monitoring)
        .await;
    assert_eq!(
        git(
            &world.target.path,
            &["rev-list", "--count", "--merges", "main"]
        ),
        "1"
    );
    assert_eq!(world.target.text("main", "agents/agents.yaml"), BETTER);
}

#[tokio::test]
async fn a_mirror_that_was_lost_is_made_again_from_the_database_and_the_target() {
    let mut world = World::start().await;
    let pull = world.propose(&world.request(1)).await;
    world.stop().await;
    fs::remove_dir_all(world.place.common.server.data_dir.join("patch-apply")).unwrap();
    git(
        &world.target.path,
        &["branch", "-D", &format!("attune/proposal-{}", proposal(1))],
    );
    git(&world.target.path, &["gc", "--prune=now", "--quiet"]);
    world.restart().await;
    world.merged(&pull).await;
    assert_eq!(world.target.text("main", "agents/agents.yaml"), BETTER);
}

#[tokio::test]
async fn stale_lock_files_of_a_killed_process_do_not_stand_in_the_way() {
    let mut world = World::start().await;
    world.stop().await;
    let mirror = world
        .place
        .common
        .server
        .data_dir
        .join("patch-apply/mirror.git");
    for lock in [
        "HEAD.lock",
        "packed-refs.lock",
        "refs/remotes/target/main.lock",
    ] {
        fs::write(mirror.join(lock), "").unwrap();
    }
    world.restart().await;
    world.commit_outside("docs/other.md", "changed\n");
    let pull = world.propose(&world.request(1)).await;
    world.merged(&pull).await;
}

#[tokio::test]
async fn a_target_that_does_not_answer_is_no_reason_not_to_start() {
    let mut world = World::start().await;
    let away = world.place.folder.path().join("away.git");
    world.stop().await;
    fs::rename(&world.target.path, &away).unwrap();
    world.restart().await;
    world.api.get("/readyz").await.json(200);
    world
        .api
        .get("/git/head")
        .await
        .assert_problem(503, "TARGET_UNAVAILABLE");
    fs::rename(&away, &world.target.path).unwrap();
    world.place.clock.advance(Duration::from_secs(10));
    world.api.get("/git/head").await.json(200);
}

fn make_executable(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}
