//! The record in Git.

use serde_json::json;
use testkit::Backend;
use types::proposal::ProposalStatus;

use crate::helpers::{World, plain};

#[tokio::test]
async fn each_transition_is_one_commit_by_its_actor() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let proposal = world.monitored(&plain()).await;
        world
            .window_closed(&proposal, "completed", "stable")
            .await
            .json(200);
        world.until_model(|model| model.messages().len() == 3).await;
        let short = &proposal.id.to_string()[..8];
        assert_eq!(
            world.model.messages(),
            [
                format!("proposal {short}: pending"),
                format!("proposal {short}: pending -> approved"),
                format!("proposal {short}: approved -> implemented"),
            ]
        );
        let commits = world.model.commits();
        let authors: Vec<&str> = commits
            .iter()
            .map(|(commit, _)| commit.author.as_str())
            .collect();
        assert_eq!(authors[..2], ["owner", "owner"]);
        let statuses: Vec<bool> = ["pending", "approved", "implemented"]
            .iter()
            .zip(&commits)
            .map(|(status, (_, tree))| {
                let file = &tree[&proposal.markdown_path];
                file.contains(&format!("\n**Status**: {status}\n"))
            })
            .collect();
        assert_eq!(statuses, [true, true, true]);
        let (_, tree) = commits.last().unwrap();
        assert!(tree["proposals/index.md"].contains("| implemented |"));
        for name in ["bugfix", "optimization", "enhancement"] {
            assert!(tree.contains_key(&format!("proposals/templates/{name}.md")));
        }
        world.end().await;
    }
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_not_made_twice() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        world.model.state().lost_answers = 1;
        let proposal = world.propose(&plain()).await;
        world
            .decide(&proposal, "reject", &json!({ "reason": "no" }))
            .await
            .json(200);
        world.until_model(|model| model.messages().len() == 2).await;
        let short = &proposal.id.to_string()[..8];
        assert_eq!(
            world.model.messages(),
            [
                format!("proposal {short}: pending"),
                format!("proposal {short}: pending -> rejected")
            ]
        );
        world.end().await;
    }
}

#[tokio::test]
async fn when_somebody_else_commits_first_the_commit_is_made_on_top() {
    let world = World::start(Backend::Sqlite).await;
    world.model.state().interlopers = 2;
    let proposal = world.propose(&plain()).await;
    world.until_model(|model| model.messages().len() == 3).await;
    let commits = world.model.commits();
    let (_, tree) = commits.last().unwrap();
    assert!(tree.contains_key("notes.md") && tree.contains_key(&proposal.markdown_path));
    world.end().await;
}

#[tokio::test]
async fn what_was_not_recorded_at_the_stop_is_recorded_after_the_next_start() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        world.model.refuse("/git/head", 503, "STOPPING");
        let proposal = world.propose(&plain()).await;
        world.approve(&proposal).await;
        let World {
            place,
            model,
            running,
            _server,
            ..
        } = world;
        running.stop().await;
        assert!(model.messages().is_empty());

        model.state().refusals.clear();
        let settings = place.settings(proposal_service::ProposalSettings::default());
        let running = proposal_service::start(settings, place.clock.clone())
            .await
            .unwrap();
        let owner = place.api(running.address);
        let service = place.api_as_service(running.address);
        let world = World {
            place,
            model,
            running,
            owner,
            service,
            _server,
        };
        world.until_model(|model| model.messages().len() == 2).await;
        world.until_model(|model| model.actions().len() == 3).await;
        assert_eq!(world.get(&proposal).await.status, ProposalStatus::Approved);
        world.end().await;
    }
}

#[tokio::test]
async fn two_replicas_make_each_commit_and_take_each_step_once() {
    let world = World::start(Backend::Postgres).await;
    let settings = world
        .place
        .settings(proposal_service::ProposalSettings::default());
    let replica = proposal_service::start(settings, world.place.clock.clone())
        .await
        .unwrap();
    let other = world.place.api(replica.address);
    let mut proposals = Vec::new();
    for _ in 0..6 {
        proposals.push(world.propose(&plain()).await);
    }
    for proposal in &proposals {
        let path = format!("/proposals/{}/approve", proposal.id);
        let body = json!({ "digest": proposal.digest });
        let both =
            futures_util::future::join(world.owner.post(&path, &body), other.post(&path, &body));
        let (one, two) = both.await;
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
    world.until_model(|model| model.actions().len() == 18).await;
    world
        .until_model(|model| model.messages().len() == 12)
        .await;
    let mut messages = world.model.messages();
    messages.sort();
    messages.dedup();
    assert_eq!(messages.len(), 12);
    replica.stop().await;
    assert_eq!(world.model.messages().len(), 12);
    world.end().await;
}
