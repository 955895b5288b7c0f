//! Old operations go, what was computed from them stays.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Backend;

use crate::helpers::{Observer, call};

const DAY: Duration = Duration::from_secs(24 * 3_600);

#[tokio::test]
async fn operations_go_thirty_days_after_they_came_in_and_totals_stay() {
    for backend in Backend::ALL {
        let observer = Observer::start_on(backend).await;
        // One of last year: what counts is when it came in.
        let error = Some("Request timed out after 30s");
        observer
            .send(&[
                call("old", "s-1", "2025-01-09T11:00:00Z", error),
                call("new", "s-2", "2026-01-10T11:00:00Z", error),
            ])
            .await
            .json(200);
        observer.until("/stats", |stats| stats["total"] == 2).await;
        observer.job("telemetry-extract").await;
        assert_eq!(observer.job("retention").await["operations_forgotten"], 0);

        observer.place.clock.advance(DAY * 20);
        observer
            .send(&[call("late", "s-3", "2026-01-30T11:00:00Z", error)])
            .await
            .json(200);
        observer.until("/stats", |stats| stats["total"] == 3).await;
        observer.job("telemetry-extract").await;
        assert_eq!(observer.job("retention").await["operations_forgotten"], 0);

        observer.place.clock.advance(DAY * 11);
        observer.job("telemetry-extract").await;
        let report = observer.job("retention").await;
        assert_eq!(report["operations_forgotten"], 2, "{report}");
        assert_eq!(report["sessions_forgotten"], 2, "{report}");

        let left: Value = observer.api.get("/ops").await.json(200);
        assert_eq!(left["data"][0]["event_id"], "late");
        assert_eq!(left["data"].as_array().unwrap().len(), 1);
        let stats: Value = observer.api.get("/stats").await.json(200);
        assert_eq!(
            (&stats["total"], &stats["failures"]),
            (&json!(3), &json!(3))
        );
        let findings: Value = observer.api.get("/findings?at_least=1").await.json(200);
        assert_eq!(findings["data"][0]["count"], 3);

        let observer = observer.restart().await;
        let stats: Value = observer.api.get("/stats").await.json(200);
        assert_eq!(stats["total"], 3);
        observer.stop().await;
    }
}

#[tokio::test]
async fn what_is_in_no_file_yet_is_not_forgotten() {
    let observer = Observer::start_with(Backend::Sqlite, |settings, folder| {
        // No file can be written there.
        settings.telemetry_dir = Some(folder.join("data/observer.db/events"));
        settings.retention_schedule = "off".to_owned();
    })
    .await;
    observer.job("retention").await;
    observer
        .send(&[call("e-1", "s", "2026-01-10T11:00:00Z", None)])
        .await
        .json(200);
    observer.place.clock.advance(DAY);
    observer.job("retention").await;
    observer.place.clock.advance(DAY * 40);
    let report = observer.job("retention").await;
    assert_eq!(report["operations_forgotten"], 0, "{report}");
    observer.stop().await;
}
