//! One change at a time.

use serde_json::json;
use types::{
    patch::{MergeOutcome, Pull},
    proposal::Stage,
};

use crate::helpers::{GUIDE, World, window};

#[tokio::test]
async fn a_second_merge_waits_until_the_first_is_kept() {
    let world = World::start().await;
    let first = world.propose(&world.request(1)).await;
    let second = world
        .propose(&world.docs_request(2, GUIDE, "# Guide\n\nTwo lines.\n"))
        .await;
    world.merged(&first).await;
    world
        .run_when(1, |run| run.stage == Stage::Monitoring)
        .await;

    let outcome: MergeOutcome = world.merge(&second).await.expect(202);
    assert!(outcome.queued && !outcome.merged, "{outcome:?}");
    let shown: Pull = world.api.get("/pulls/2").await.expect(200);
    let queue = shown.queue.expect("it is in the queue");
    assert_eq!((queue.position, queue.requested_by.as_str()), (1, "owner"));
    assert!(
        queue.reason.contains("merged and not yet kept"),
        "{}",
        queue.reason
    );
    world.merge(&second).await.expect::<MergeOutcome>(202);

    world.close_window(1, "completed", "stable").await;
    world.event(2, "done").await;
    let shown: Pull = world.api.get("/pulls/2").await.expect(200);
    assert_eq!(
        (shown.merged_by.as_deref(), shown.queue),
        (Some("owner"), None)
    );
    assert_eq!(
        world.target.text("main", "docs/guide.md"),
        "# Guide\n\nTwo lines.\n"
    );
}

#[tokio::test]
async fn a_merge_waits_for_a_window_of_somebody_else() {
    let world = World::start().await;
    let pull = world.propose(&world.request(1)).await;
    let active = window(&json!({
        "agent_name": "planner", "rule_id": "r", "change_date": "2026-01-10", "agents": ["planner"],
        "commit_sha": world.tip(), "expires_at": "2026-01-10T12:30:00Z",
        "deployed_at": "2026-01-10T11:30:00Z", "auto_extend": false,
    }));
    world.neighbours_agree(json!([active])).await;
    let outcome: MergeOutcome = world.merge(&pull).await.expect(202);
    assert!(outcome.message.contains("planner"), "{}", outcome.message);
    let run = world.run(1).await;
    assert_eq!(run.deadline.unwrap().to_string(), "2026-01-10T12:30:00Z");

    world.neighbours_agree(json!([])).await;
    world
        .run_when(1, |run| run.stage == Stage::Monitoring)
        .await;
}

#[tokio::test]
async fn a_queued_change_that_became_stale_makes_room_for_the_next() {
    let world = World::start().await;
    let first = world.propose(&world.request(1)).await;
    let stale = world
        .propose(&world.docs_request(2, GUIDE, "# Guide\n\nTwo lines.\n"))
        .await;
    world.merged(&first).await;
    world
        .run_when(1, |run| run.stage == Stage::Monitoring)
        .await;
    world.merge(&stale).await.expect::<MergeOutcome>(202);
    let other = "# Guide\n\nSomething else.\n";
    world.commit_outside("docs/guide.md", other);
    let next = world
        .propose(&world.docs_request(3, other, "# Guide\n\nThird.\n"))
        .await;
    world.merge(&next).await.expect::<MergeOutcome>(202);

    world.close_window(1, "completed", "stable").await;
    world.event(2, "stale").await;
    world.event(3, "done").await;
}

#[tokio::test]
async fn without_the_gateway_nobody_knows_whether_the_slot_is_free() {
    let mut world = World::start().await;
    let pull = world.propose(&world.request(1)).await;
    world
        .place
        .introduce(types::Service::TuneGateway, ([127, 0, 0, 1], 9).into());
    world.restart().await;
    let before = world.tip();
    world
        .merge(&pull)
        .await
        .assert_problem(503, "PEER_UNAVAILABLE");
    assert_eq!(world.tip(), before);
}
