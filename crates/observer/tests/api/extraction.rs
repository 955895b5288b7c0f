//! The daily files, on a clock that stands still.

use std::{fs, path::PathBuf, time::Duration};

use serde_json::{Value, json};
use testkit::Backend;

use crate::helpers::{Observer, call};

const HOUR: Duration = Duration::from_secs(3_600);

fn folder(observer: &Observer) -> PathBuf {
    observer.place.folder.path().join("data/telemetry/events")
}

fn files(observer: &Observer) -> Vec<String> {
    let entries = fs::read_dir(folder(observer))
        .into_iter()
        .flatten()
        .flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn day(observer: &Observer, day: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder(observer).join(format!("{day}.jsonl"))).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn a_day_is_written_when_it_is_over_and_again_when_late_events_came() {
    for backend in Backend::ALL {
        let observer = Observer::start_on(backend).await;
        observer
            .send(&[
                call("e-2", "s", "2026-01-09T23:59:59.999999Z", None),
                call(
                    "e-1",
                    "s",
                    "2026-01-09T00:00:00Z",
                    Some("Request timed out after 30s"),
                ),
                call("e-3", "s", "2026-01-10T11:00:00Z", None),
            ])
            .await
            .json(200);
        let report = observer.job("telemetry-extract").await;
        assert_eq!(
            (&report["days"], &report["events"]),
            (&json!(1), &json!(2)),
            "{report}"
        );
        assert_eq!(files(&observer), ["2026-01-09.jsonl"], "today is not over");
        let times: Vec<Value> = day(&observer, "2026-01-09")
            .iter()
            .map(|one| one["timestamp"].clone())
            .collect();
        assert_eq!(
            times,
            ["2026-01-09T00:00:00Z", "2026-01-09T23:59:59.999999Z"]
        );

        let again = observer.job("telemetry-extract").await;
        assert_eq!((&again["days"], &again["events"]), (&json!(0), &json!(0)));
        observer
            .send(&[call("e-4", "s", "2026-01-09T12:00:00Z", None)])
            .await
            .json(200);
        assert_eq!(observer.job("telemetry-extract").await["events"], 3);
        assert_eq!(day(&observer, "2026-01-09").len(), 3);

        observer.place.clock.advance(HOUR * 24);
        assert_eq!(observer.job("telemetry-extract").await["days"], 1);
        assert_eq!(files(&observer), ["2026-01-09.jsonl", "2026-01-10.jsonl"]);
        observer.stop().await;
    }
}

#[tokio::test]
async fn a_line_has_the_nine_fields_in_their_order_and_no_secret() {
    let observer = Observer::start().await;
    let error = "Request to 203.0.113.77 timed out after 30s";
    let mut event = call("e-1", "s", "2026-01-09T14:32:00Z", Some(error));
    event["model"] = json!("m");
    let end = json!({ "event_type": "session_end", "agent": "writer", "session_id": "s",
        "timestamp": "2026-01-09T14:33:00Z" });
    observer.send(&[event, end]).await.json(200);
    observer.job("telemetry-extract").await;
    let text = fs::read_to_string(folder(&observer).join("2026-01-09.jsonl")).unwrap();
    assert_eq!(
        text,
        "{\"timestamp\":\"2026-01-09T14:32:00Z\",\"event_type\":\"tool_call\",\
         \"agent\":\"writer\",\"tool\":\"web_search\",\"success\":false,\
         \"error_code\":\"TIMEOUT\",\
         \"error_message\":\"Request to [EXTERNAL_IP] timed out after 30s\",\
         \"latency_ms\":120.0,\"session_id\":\"s\"}\n"
    );
    observer.stop().await;
}

#[tokio::test]
async fn at_one_in_the_night_it_runs_by_itself_once_also_for_days_that_were_missed() {
    for backend in Backend::ALL {
        let observer = Observer::start_on(backend).await;
        let info = observer.job_info("telemetry-extract").await;
        assert_eq!(info["schedule"], "0 1 * * *");
        assert_eq!(info["next_run"], "2026-01-11T01:00:00Z");
        assert!(info["last_started"].is_null());
        observer
            .send(&[call("e-1", "s", "2026-01-10T11:00:00Z", None)])
            .await
            .json(200);

        observer.place.clock.advance(HOUR * 24 * 3 + HOUR * 13);
        let ran = |jobs: &Value| {
            let jobs = jobs.as_array().unwrap();
            let done =
                |job: &&Value| job["name"] == "telemetry-extract" && job["last_outcome"] == "ok";
            jobs.iter().any(|job| done(&job))
        };
        observer.until("/analysis", ran).await;
        assert_eq!(files(&observer), ["2026-01-10.jsonl"]);
        let info = observer.job_info("telemetry-extract").await;
        assert_eq!(info["next_run"], "2026-01-15T01:00:00Z");
        assert_eq!(info["last_started"], "2026-01-14T01:00:00Z");
        observer.stop().await;
    }
}

#[tokio::test]
async fn files_are_kept_for_thirty_days_and_strange_files_for_ever() {
    let observer = Observer::start().await;
    fs::create_dir_all(folder(&observer)).unwrap();
    for name in [
        "2025-12-10.jsonl",
        "2025-12-11.jsonl",
        "2020-13-01.jsonl",
        "notes.txt",
    ] {
        fs::write(folder(&observer).join(name), "").unwrap();
    }
    observer
        .send(&[call("e-1", "s", "2023-08-17T11:00:00Z", None)])
        .await
        .json(200);
    let report = observer.job("telemetry-extract").await;
    assert_eq!(
        (&report["files_removed"], &report["days"]),
        (&json!(1), &json!(0)),
        "{report}"
    );
    assert_eq!(
        files(&observer),
        ["2020-13-01.jsonl", "2025-12-11.jsonl", "notes.txt"]
    );
    observer.stop().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_loses_nothing() {
    let observer = Observer::start_with(Backend::Sqlite, |settings, folder| {
        settings.telemetry_dir = Some(folder.join("elsewhere/events"));
    })
    .await;
    let blocked = observer.place.folder.path().join("elsewhere");
    fs::write(&blocked, "").unwrap();
    observer
        .send(&[call("e-1", "s", "2026-01-09T11:00:00Z", None)])
        .await
        .json(200);
    let refused = observer
        .api
        .post("/analysis/telemetry-extract/run", &json!({}))
        .await;
    refused.assert_problem(503, "FILE_UNAVAILABLE");
    let info = observer.job_info("telemetry-extract").await;
    assert!(
        info["last_outcome"]
            .as_str()
            .unwrap()
            .contains("2026-01-09.jsonl"),
        "{info}"
    );

    fs::remove_file(&blocked).unwrap();
    assert_eq!(observer.job("telemetry-extract").await["events"], 1);
    assert!(blocked.join("events/2026-01-09.jsonl").exists());
    observer.stop().await;
}

#[tokio::test]
async fn a_job_without_a_schedule_runs_only_when_it_is_asked_for() {
    let observer = Observer::start_with(Backend::Sqlite, |settings, _| {
        settings.telemetry_extract_schedule = "off".to_owned();
    })
    .await;
    observer
        .send(&[call("e-1", "s", "2026-01-09T11:00:00Z", None)])
        .await
        .json(200);
    let info = observer.job_info("telemetry-extract").await;
    assert!(
        info["schedule"].is_null() && info["next_run"].is_null(),
        "{info}"
    );
    assert_eq!(observer.job("telemetry-extract").await["events"], 1);
    let info = observer.job_info("telemetry-extract").await;
    assert_eq!(info["last_outcome"], "ok");
    assert!(info["next_run"].is_null());
    let cycle = observer.job_info("error-analyser").await;
    assert_eq!(cycle["every_seconds"], 30);
    observer.stop().await;
}
