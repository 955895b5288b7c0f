//! What an overseer corrected: taken in once from its file, listed without secrets.

use std::{fs, io::Write, path::PathBuf};

use serde_json::{Value, json};
use testkit::Backend;

use crate::helpers::Observer;

const NAME: &str = "overseer_corrections.jsonl";

async fn start_on(backend: Backend) -> Observer {
    Observer::start_with(backend, |settings, folder| {
        settings.corrections_file = Some(folder.join(NAME));
        // Only what a test asks for runs.
        settings.cycle_seconds = 86_400;
    })
    .await
}

fn file(observer: &Observer) -> PathBuf {
    observer.place.folder.path().join(NAME)
}

fn append(observer: &Observer, text: &str) {
    let file = fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(file(observer));
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

fn row(number: u32, advice: &str) -> String {
    let row = json!({
        "created_at": format!("2026-01-10T11:{number:02}:00Z"), "model": "gpt-oss:120b",
        "task_class": if number.is_multiple_of(2) { "staffing.fill" } else { "staffing.match" },
        "reason": "stuck", "correction": advice, "sig_hash": format!("sig-{number}"),
        "applied_at_turn": number, "usage": { "latency_ms": 800 },
    });
    format!("{row}\n")
}

async fn listed(observer: &Observer, query: &str) -> Vec<u64> {
    let page: Value = observer
        .api
        .get(&format!("/corrections{query}"))
        .await
        .json(200);
    let data = page["data"].as_array().unwrap().clone();
    data.iter()
        .map(|one| one["applied_at_turn"].as_u64().unwrap())
        .collect()
}

/// Has the file read now; so many corrections have come from it by then, by this or before.
async fn take_in(observer: &Observer, count: usize) {
    observer.job("corrections").await;
    assert_eq!(
        listed(observer, "?by=overseer&limit=1000").await.len(),
        count
    );
}

#[tokio::test]
async fn each_row_is_taken_in_once_across_restarts_rotation_and_truncation() {
    for backend in Backend::ALL {
        let observer = start_on(backend).await;
        take_in(&observer, 0).await;
        append(&observer, &row(1, "widen the radius"));
        let half = row(2, "ask again");
        append(&observer, &half[..30]);
        take_in(&observer, 1).await;
        append(&observer, &half[30..]);
        take_in(&observer, 2).await;

        let observer = observer.restart().await;
        take_in(&observer, 2).await;
        append(&observer, &row(3, "three"));
        fs::rename(file(&observer), file(&observer).with_extension("1")).unwrap();
        append(&observer, &row(4, "four"));
        take_in(&observer, 4).await;
        append(&observer, &row(5, "five"));
        fs::copy(file(&observer), file(&observer).with_extension("2")).unwrap();
        fs::write(file(&observer), row(6, "six")).unwrap();
        take_in(&observer, 6).await;

        assert_eq!(listed(&observer, "").await, [6, 5, 4, 3, 2, 1]);
        let stats = observer.until("/stats", |stats| stats["total"] == 6).await;
        assert_eq!(stats["by_source"], json!({ "overseer_correction": 6 }));
        assert_eq!(stats["failures"], 0);
        observer.stop().await;
    }
}

#[tokio::test]
async fn the_loop_takes_them_in_by_itself() {
    let observer = Observer::start_with(Backend::Sqlite, |settings, folder| {
        settings.corrections_file = Some(folder.join(NAME));
        settings.cycle_seconds = 1;
    })
    .await;
    append(&observer, &row(1, "one"));
    let seen = |page: &Value| page["data"].as_array().unwrap().len() == 1;
    observer.until("/corrections", seen).await;
    observer.stop().await;
}

#[tokio::test]
async fn a_correction_says_by_whom_on_what_and_what_and_holds_no_secret() {
    let observer = start_on(Backend::Sqlite).await;
    let secret = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    append(&observer, &row(3, &format!("use {secret} on 203.0.113.77")));
    append(&observer, "not json\n[1]\n");
    take_in(&observer, 1).await;

    let page: Value = observer.api.get("/corrections").await.json(200);
    let one = &page["data"][0];
    for (field, expected) in [
        ("by", json!("overseer")),
        ("model", json!("gpt-oss:120b")),
        ("task_class", json!("staffing.match")),
        ("summary", json!("staffing.match: stuck")),
        ("sig_hash", json!("sig-3")),
        ("applied_at_turn", json!(3)),
        ("latency_ms", json!(800.0)),
        ("timestamp", json!("2026-01-10T11:03:00Z")),
    ] {
        assert_eq!(one[field], expected, "{field}: {one}");
    }
    assert!(!one.to_string().contains(&secret), "{one}");
    assert!(!one.to_string().contains("203.0.113.77"), "{one}");
    let id = one["event_id"].as_str().unwrap();
    let shown: Value = observer
        .api
        .get(&format!("/ops?event_id={id}"))
        .await
        .json(200);
    assert_eq!(shown["data"][0]["source"], "overseer_correction");
    // The file itself is the overseer's; nothing of ours may hold it.
    fs::remove_file(file(&observer)).unwrap();
    let bytes = observer.place.all_bytes();
    assert!(
        !bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes())
    );
    observer.stop().await;
}

#[tokio::test]
async fn corrections_are_listed_by_filter_and_page() {
    for backend in Backend::ALL {
        let observer = start_on(backend).await;
        let rows: String = (0..25).map(|number| row(number, "x")).collect();
        append(&observer, &rows);
        take_in(&observer, 25).await;
        observer
            .send(
                &[json!({ "event_type": "user_correction", "agent": "writer",
                "correction_type": "edited", "timestamp": "2026-01-10T11:00:00Z" })],
            )
            .await
            .json(200);

        assert_eq!(
            listed(&observer, "?by=overseer&task_class=staffing.fill")
                .await
                .len(),
            13
        );
        assert_eq!(listed(&observer, "?sig_hash=sig-7").await, [7]);
        assert_eq!(listed(&observer, "?model=none").await, [0; 0]);
        let person: Value = observer.api.get("/corrections?by=person").await.json(200);
        assert_eq!(person["data"][0]["agent"], "writer");
        assert_eq!(person["data"].as_array().unwrap().len(), 1);

        let first: Value = observer
            .api
            .get("/corrections?by=overseer&limit=20")
            .await
            .json(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        assert_eq!(
            listed(&observer, &format!("?by=overseer&cursor={cursor}")).await,
            [4, 3, 2, 1, 0]
        );
        for query in [
            "?limit=0",
            "?limit=1001",
            "?cursor=0",
            "?by=nobody",
            "?colour=red",
        ] {
            let answer = observer.api.get(&format!("/corrections{query}")).await;
            assert_eq!(answer.status, 422, "{query}: {}", answer.text());
        }
        observer.stop().await;
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_said_and_tried_again() {
    let observer = start_on(Backend::Sqlite).await;
    fs::create_dir(file(&observer)).unwrap();
    let refused = observer
        .api
        .post("/analysis/corrections/run", &json!({}))
        .await;
    refused.assert_problem(503, "FILE_UNAVAILABLE");
    let info = observer.job_info("corrections").await;
    assert!(
        info["last_outcome"].as_str().unwrap().contains(NAME),
        "{info}"
    );
    fs::remove_dir(file(&observer)).unwrap();
    append(&observer, &row(1, "one"));
    take_in(&observer, 1).await;
    observer.stop().await;
}
