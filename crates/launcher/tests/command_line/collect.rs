//! `attune collect --follow`: nothing lost, nothing doubled, whatever happens to the files, to the
//! process or to the observer.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};
use testkit::Api;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::program::{Running, Up, free_base, run};

/// Services, and a folder of logs.
pub(crate) struct Site {
    place: tempfile::TempDir,
    services: Option<Up>,
    api: Api,
}

impl Site {
    pub(crate) fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("logs")).unwrap();
        let services = Some(up(place.path()));
        let api = api(place.path());
        Self {
            place,
            services,
            api,
        }
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.place.path().join("logs").join(name)
    }

    /// Follows what `target` names below the site's folder.
    fn follow(&self, target: &str) -> Running {
        self.follow_all(&[target])
    }

    pub(crate) fn follow_all(&self, targets: &[&str]) -> Running {
        let options = [
            "collect", "--follow", "--every", "0.02", "--data", "d", "--json",
        ];
        Running::start(self.place.path(), &[&options, targets].concat())
    }

    /// Waits until the observer has exactly the events of these numbers, each once.
    pub(crate) async fn has(&self, numbers: std::ops::Range<u32>) {
        let expected: Vec<String> = numbers.map(tool).collect();
        self.has_tools(&expected).await;
    }

    async fn has_tools(&self, expected: &[String]) {
        let mut seen = Vec::new();
        for _ in 0..600 {
            seen = self.tools().await;
            if seen == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let missing = expected.iter().filter(|one| !seen.contains(one));
        let missing = missing.collect::<Vec<_>>();
        panic!(
            "{} events instead of {}; missing {missing:?}, surplus {:?}",
            seen.len(),
            expected.len(),
            surplus(&seen, expected)
        );
    }

    /// The tools of all events, sorted.
    async fn tools(&self) -> Vec<String> {
        let mut tools = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self
                .api
                .get(&format!("/ops?limit=1000{cursor}"))
                .await
                .json(200);
            let data = page["data"].as_array().unwrap();
            tools.extend(
                data.iter()
                    .map(|one| one["tool"].as_str().unwrap_or("").to_owned()),
            );
            let Some(next) = page["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        tools.sort();
        tools
    }

    async fn has_more_than(&self, count: u64) {
        for _ in 0..600 {
            let stats = self.api.get("/stats").await.json(200);
            if count < stats["total"].as_u64().unwrap() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("nothing more than {count} events came");
    }

    fn stop_services(&mut self) {
        assert_eq!(self.services.take().unwrap().stop(), Some(0));
    }

    /// Kills them where they stand and starts them again.
    pub(crate) fn restart_services_by_force(&mut self) {
        self.services = None;
        self.start_services();
    }

    fn start_services(&mut self) {
        self.services = Some(up(self.place.path()));
        self.api = api(self.place.path());
    }
}

/// What was seen more often than expected, both sorted.
fn surplus<'a>(seen: &'a [String], expected: &[String]) -> Vec<&'a String> {
    let mut rest = expected.iter().peekable();
    let is_surplus = |one: &&String| {
        while rest.next_if(|expected| *expected < *one).is_some() {}
        rest.next_if_eq(one).is_none()
    };
    seen.iter().filter(is_surplus).collect()
}

fn up(folder: &Path) -> Up {
    // The same ports after a restart, so that whoever follows finds it again.
    let file = folder.join("base");
    let base = fs::read_to_string(&file).unwrap_or_else(|_| free_base());
    fs::write(file, &base).unwrap();
    Up::start(folder, &["up", "--data", "d", "--port-base", &base])
}

fn api(folder: &Path) -> Api {
    let endpoints = fs::read(folder.join("d/endpoints.json")).unwrap();
    let endpoints: Value = serde_json::from_slice(&endpoints).unwrap();
    let address = endpoints["observer"]
        .as_str()
        .unwrap()
        .strip_prefix("http://")
        .unwrap();
    let key = fs::read_to_string(folder.join("d/admin.key")).unwrap();
    Api::new(address.parse().unwrap(), key.trim())
}

pub(crate) fn tool(number: u32) -> String {
    format!("tool-{number:05}")
}

pub(crate) fn lines(numbers: std::ops::Range<u32>) -> String {
    numbers
        .map(|number| {
            let event = json!({
                "timestamp": "2026-01-10T14:00:00Z", "event_type": "tool_call", "agent": "writer",
                "tool": tool(number), "success": true, "session_id": "s",
            });
            format!("{event}\n")
        })
        .collect()
}

pub(crate) fn append(path: &Path, text: &str) {
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

#[tokio::test]
async fn growing_files_new_files_and_half_written_lines_are_read_once() {
    let site = Site::start();
    append(&site.log("a.jsonl"), &lines(0..3));
    let follower = site.follow("logs");
    site.has(0..3).await;

    let next = lines(3..4);
    append(&site.log("a.jsonl"), &next[..20]);
    append(&site.log("b.jsonl"), &lines(4..6));
    let without_the_half: Vec<String> = [0, 1, 2, 4, 5].map(tool).to_vec();
    site.has_tools(&without_the_half).await;
    append(&site.log("a.jsonl"), &next[20..]);
    fs::create_dir(site.log("deeper")).unwrap();
    append(&site.log("deeper/c.jsonl"), &lines(6..8));
    append(&site.log("deeper/c.jsonl"), "not json\n");
    site.has(0..8).await;

    let summary = follower.stop().assert(0).json();
    assert_eq!(
        (&summary["files"], &summary["new"], &summary["duplicates"]),
        (&json!(3), &json!(8), &json!(0)),
        "{summary}"
    );
    let again = site.follow("logs");
    append(&site.log("b.jsonl"), &lines(8..9));
    site.has(0..9).await;
    let summary = again.stop().assert(0).json();
    assert_eq!(
        (&summary["events"], &summary["new"]),
        (&json!(1), &json!(1)),
        "{summary}"
    );
}

#[tokio::test]
async fn a_file_that_is_rotated_is_read_to_its_end_and_its_successor_from_its_start() {
    for target in ["logs", "logs/a.jsonl"] {
        let site = Site::start();
        let log = site.log("a.jsonl");
        append(&log, &lines(0..3));
        let follower = site.follow(target);
        site.has(0..3).await;
        // The writer goes on with the old file until it opens the new one.
        append(&log, &lines(3..5));
        fs::rename(&log, site.log("a.jsonl.1")).unwrap();
        append(&site.log("a.jsonl.1"), &lines(5..6));
        append(&log, &lines(6..8));
        site.has(0..8).await;
        append(&site.log("a.jsonl.1"), &lines(8..9));
        fs::rename(site.log("a.jsonl.1"), site.log("a.jsonl.2")).unwrap();
        fs::rename(&log, site.log("a.jsonl.1")).unwrap();
        append(&log, &lines(9..11));
        site.has(0..11).await;
        let summary = follower.stop().assert(0).json();
        assert_eq!(summary["duplicates"], 0, "{target}: {summary}");
    }
}

#[tokio::test]
async fn a_file_that_is_copied_and_cut_off_is_read_on_in_its_copy() {
    for target in ["logs", "logs/a.jsonl"] {
        let site = Site::start();
        let log = site.log("a.jsonl");
        append(&log, &lines(0..20));
        let follower = site.follow(target);
        site.has(0..20).await;
        append(&log, &lines(20..23));
        fs::copy(&log, site.log("a.jsonl.1")).unwrap();
        fs::write(&log, lines(23..24)).unwrap();
        append(&log, &lines(24..26));
        site.has(0..26).await;
        let summary = follower.stop().assert(0).json();
        assert_eq!(summary["events"], 26, "{target}: {summary}");
    }
}

#[tokio::test]
async fn a_follower_that_is_killed_goes_on_where_it_was_also_when_files_were_rotated_meanwhile() {
    let site = Site::start();
    let log = site.log("a.jsonl");
    let mut written = 0;
    for round in 0..3 {
        append(&log, &lines(written..written + 1_500));
        let follower = site.follow("logs/a.jsonl");
        // Somewhere between the first batch and the last.
        site.has_more_than(u64::from(written)).await;
        follower.kill();
        written += 1_500;
        // Two rotations while nobody looks: one file was never seen under its first name.
        append(&log, &lines(written..written + 5));
        fs::rename(&log, site.log(&format!("a.jsonl.{round}.older"))).unwrap();
        append(&log, &lines(written + 5..written + 10));
        fs::rename(&log, site.log(&format!("a.jsonl.{round}.newer"))).unwrap();
        append(&log, &lines(written + 10..written + 15));
        written += 15;
    }
    let follower = site.follow("logs/a.jsonl");
    site.has(0..written).await;
    follower.stop().assert(0);
}

#[tokio::test]
async fn tracebacks_of_services_come_as_one_event_once_nothing_follows() {
    let site = Site::start();
    let log = site.log("compose.log");
    append(
        &log,
        "agixt-1  | 2026-01-10 14:00:00,1 | INFO | Executing command: Web Search with args: {}\n",
    );
    let follower = site.follow("logs");
    site.has_tools(&["Web Search".to_owned()]).await;
    append(
        &log,
        "agixt-1  | 2026-01-10 14:00:01,1 | ERROR | no\nagixt-1  | Traceback (most recent call last):\n",
    );
    append(
        &log,
        "agixt-1  |   File \"a.py\", line 3\nagixt-1  | KeyError: 'x'\n",
    );
    site.has_tools(&[String::new(), "Web Search".to_owned()])
        .await;
    follower.stop().assert(0);
    let failed = site.api.get("/ops?success=false").await.json(200);
    let event = &failed["data"][0];
    assert_eq!(
        (&event["agent"], &event["error_code"]),
        (&json!("agixt"), &json!("KeyError"))
    );
}

#[tokio::test]
async fn an_observer_that_is_down_is_waited_for() {
    let mut site = Site::start();
    let log = site.log("a.jsonl");
    append(&log, &lines(0..2));
    let follower = site.follow("logs");
    site.has(0..2).await;
    site.stop_services();
    append(&log, &lines(2..4));
    site.start_services();
    append(&log, &lines(4..6));
    site.has(0..6).await;
    follower.stop().assert(0);
}

#[tokio::test]
async fn an_observer_without_room_gets_the_same_events_again_and_refusals_name_their_line() {
    let place = tempfile::tempdir().unwrap();
    let observer = MockServer::start().await;
    let busy = Mock::given(method("POST")).and(path("/events"));
    busy.respond_with(ResponseTemplate::new(503))
        .up_to_n_times(2)
        .mount(&observer)
        .await;
    let outcome = json!({ "accepted": 1, "duplicates": 0, "rejected": 1,
        "errors": [{ "line": 2, "message": "/agent: expected text" }] });
    let taken = Mock::given(method("POST")).and(path("/events"));
    taken
        .respond_with(ResponseTemplate::new(200).set_body_json(outcome))
        .mount(&observer)
        .await;
    service_kit::auth::first_keys(place.path()).unwrap();
    let endpoints = json!({ "observer": observer.uri(), "proposal-service": observer.uri() });
    fs::write(place.path().join("endpoints.json"), endpoints.to_string()).unwrap();
    fs::write(place.path().join("a.jsonl"), lines(0..2)).unwrap();

    let arguments = [
        "collect", "--follow", "--every", "0.02", "a.jsonl", "--data", ".", "--json",
    ];
    let follower = Running::start(place.path(), &arguments);
    let mut bodies = Vec::new();
    for _ in 0..600 {
        bodies = observer.received_requests().await.unwrap();
        if bodies.len() == 3 && place.path().join("collect.json").exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(bodies.len(), 3);
    assert!(bodies.iter().all(|one| one.body == bodies[0].body));
    let ended = follower.stop().assert(0);
    assert!(
        ended
            .err
            .contains("a.jsonl:2: the observer refuses an event: /agent"),
        "{ended:?}"
    );
    assert_eq!(ended.json()["rejected"], 1);
}

#[test]
fn two_followers_do_not_share_what_they_remember() {
    let place = tempfile::tempdir().unwrap();
    service_kit::auth::first_keys(place.path()).unwrap();
    let endpoints = r#"{"observer": "http://127.0.0.1:1"}"#;
    fs::write(place.path().join("endpoints.json"), endpoints).unwrap();
    let held = fs::File::create(place.path().join("collect.lock")).unwrap();
    held.lock().unwrap();
    let refused = run(place.path(), &["collect", "--follow", ".", "--data", "."]).assert(3);
    assert!(refused.err.contains("--state FILE"), "{refused:?}");
}

#[test]
fn the_help_names_every_format() {
    let place = tempfile::tempdir().unwrap();
    let help = run(place.path(), &["collect", "--help"]).assert(0).out;
    for format in [
        "claude-code",
        "compose",
        "langfuse",
        "otlp",
        "swe-agent",
        "tau-bench",
        "toolbench",
    ] {
        assert!(help.contains(format), "{format}: {help}");
    }
}
