//! Breakers.

use std::time::Duration;

use serde_json::json;
use testkit::Backend;
use types::analysis::Breaker;

use crate::helpers::{World, plain};

#[tokio::test]
async fn three_rejections_in_a_row_pause_the_analyser_for_two_days() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let no = json!({ "reason": "no" });
        for rejects in [true, true, false, true, true, true] {
            assert!(!world.breaker("self-eval").await.open);
            let proposal = world.propose(&plain()).await;
            if rejects {
                world.decide(&proposal, "reject", &no).await.json(200);
            } else {
                world.approve(&proposal).await;
            }
        }
        let breaker = world.breaker("self-eval").await;
        assert!(breaker.open);
        assert_eq!(breaker.until.unwrap().to_string(), "2026-01-12T12:00:00Z");
        let refused = world.report("/proposals", &plain()).await;
        let problem = refused.assert_problem(409, "BREAKER_OPEN");
        assert_eq!(problem.context.unwrap()["breaker"], "self-eval");
        world.propose(&plain()).await;

        world.place.clock.advance(Duration::from_secs(48 * 3_600));
        assert!(!world.breaker("self-eval").await.open);
        assert_eq!(world.report("/proposals", &plain()).await.status, 201);
        world.end().await;
    }
}

#[tokio::test]
async fn a_person_resets_a_breaker_and_is_named() {
    for backend in Backend::ALL {
        let world = World::start(backend).await;
        let body = json!({
            "window_id": crate::helpers::WINDOW, "status": "rolled_back", "verdict": "regressed",
            "why": "so",
        });
        world.report("/windows/closed", &body).await;
        world
            .place
            .clock
            .advance(Duration::from_secs(365 * 24 * 3_600));
        assert!(world.breaker("all").await.open, "only a person closes it");
        let ada = world.owner.clone();
        let reset: Breaker = ada
            .post("/breakers/all/reset", &json!({}))
            .await
            .expect(200);
        assert_eq!(
            (reset.open, reset.reset_by.as_deref()),
            (false, Some("owner"))
        );
        let again: Breaker = ada
            .post("/breakers/all/reset", &json!({}))
            .await
            .expect(200);
        assert_eq!(again, reset);
        world.propose(&plain()).await;
        let unknown = ada.post("/breakers/none/reset", &json!({})).await;
        unknown.assert_problem(404, "BREAKER_NOT_FOUND");
        let journal = world.owner.get("/journal").await.text();
        assert!(journal.contains("breaker.trip") && journal.contains("breaker.reset"));
        world.end().await;
    }
}
