//! Commands that work on files alone.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
};

use serde_json::{Value, json};

use crate::program::{begin, run, run_with};

fn event(number: u32, success: bool, message: &str) -> Value {
    json!({
        "timestamp": format!("2026-01-10T14:{number:02}:00Z"),
        "event_type": "tool_call",
        "agent": "writer",
        "tool": "fetch",
        "success": success,
        "error_message": (!success).then_some(message),
        "session_id": format!("s{}", number / 2),
    })
}

fn log() -> String {
    (0..8)
        .map(|number| {
            let message = format!("Error: page {number} not found at 10.0.0.{number}");
            format!("{}\n", event(number, number % 2 == 0, &message))
        })
        .collect()
}

#[test]
fn redact_takes_secrets_out_of_a_stream_and_counts_them() {
    let place = tempfile::tempdir().unwrap();
    let ended = run_with(
        place.path(),
        &["redact", "--report"],
        "from 10.1.2.3\nnothing\n",
    );
    let ended = ended.assert(0);
    assert_eq!(ended.out, "from 192.168.x.x\nnothing\n");
    assert_eq!(ended.err.trim(), r#"{"internal_ip":1}"#);
}

#[test]
fn redact_honours_the_settings_and_knows_their_secrets() {
    let place = tempfile::tempdir().unwrap();
    let settings = "[redact]\nallowed_path_prefixes = ['/srv/agents']\npatterns = ['PRJ-[0-9]+']\n\
                    known_secrets = ['tangerine harbour']\n\
                    [database]\nurl = 'postgres://attune:quince-7-lark@db/attune'\n";
    fs::write(place.path().join("other.toml"), settings).unwrap();
    let text = "/srv/agents/a /home/mira/b PRJ-17 tangerine harbour quince-7-lark\n";

    let plain = run_with(place.path(), &["redact"], text).assert(0);
    assert!(plain.out.contains("PRJ-17 tangerine harbour quince-7-lark"));
    let named = ["redact", "--report", "--config", "other.toml"];
    let ended = run_with(place.path(), &named, text).assert(0);
    assert_eq!(
        ended.out,
        "/srv/agents/a [PATH] [REDACTED] [REDACTED_KEY] [REDACTED_KEY]\n"
    );
    assert_eq!(ended.err.trim(), r#"{"key":2,"path":1,"pattern":1}"#);
    fs::rename(
        place.path().join("other.toml"),
        place.path().join("attune.toml"),
    )
    .unwrap();
    let found = run_with(place.path(), &["redact"], text).assert(0);
    assert_eq!(found.out, ended.out);
}

#[test]
fn redact_refuses_settings_that_it_cannot_honour() {
    let place = tempfile::tempdir().unwrap();
    let absent = run_with(place.path(), &["redact", "--config", "absent.toml"], "a\n");
    assert_eq!(absent.assert(2).out, "");
    for text in [
        "patterns = ['(']",
        "patterns = ['']",
        "known_secrets = ['abc']",
    ] {
        fs::write(
            place.path().join("attune.toml"),
            format!("[redact]\n{text}\n"),
        )
        .unwrap();
        let ended = run_with(place.path(), &["redact"], "a\n").assert(2);
        assert_eq!(ended.out, "", "{text}");
        assert!(!ended.err.contains("abc"), "{ended:?}");
    }
}

#[test]
fn redact_takes_bytes_of_any_kind() {
    let place = tempfile::tempdir().unwrap();
    let ended = run_with(place.path(), &["redact"], "").assert(0);
    assert_eq!(ended.out, "");
    let ended = run_with(place.path(), &["redact"], "\r\n\0 from 10.1.2.3").assert(0);
    assert_eq!(ended.out, "\r\n\0 from 192.168.x.x");
    let lines = "[1, \"10.1.2.3\"]\nno json from 10.1.2.3\n\n";
    let ended = run_with(place.path(), &["redact", "--jsonl", "message"], lines).assert(0);
    assert_eq!(ended.out, lines.replace("10.1.2.3", "192.168.x.x"));
}

#[test]
fn redact_gives_each_line_before_the_next_one_comes() {
    let place = tempfile::tempdir().unwrap();
    for arguments in [vec!["redact"], vec!["redact", "--jsonl", "message"]] {
        let mut child = begin(place.path(), &arguments);
        let mut input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        for number in 1..4 {
            writeln!(input, "{{\"message\": \"{number} from 10.1.2.3\"}}").unwrap();
            let mut line = String::new();
            output.read_line(&mut line).unwrap();
            assert_eq!(
                line,
                format!("{{\"message\": \"{number} from 192.168.x.x\"}}\n")
            );
        }
        // Who reads no more is not an error.
        drop(output);
        let _nobody_reads = (0..1_000).try_for_each(|_| writeln!(input, "a line"));
        drop(input);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn redact_keeps_the_other_fields_of_json_lines() {
    let place = tempfile::tempdir().unwrap();
    let line = "{\"id\": 1.0, \"message\": \"from 10.1.2.3\", \"host\": \"10.1.2.3\"}\n";
    let ended = run_with(place.path(), &["redact", "--jsonl", "message"], line).assert(0);
    assert_eq!(ended.out, line.replacen("10.1.2.3", "192.168.x.x", 1));
}

#[test]
fn analyse_names_the_place_of_every_event() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("a.jsonl"), log()).unwrap();
    let found = run(place.path(), &["analyse", "--json", "a.jsonl"])
        .assert(0)
        .json();
    let findings = found["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{found}");
    let finding = &findings[0];
    assert_eq!(
        (&finding["tool"], &finding["count"], &finding["sessions"]),
        (&json!("fetch"), &json!(4), &json!(4))
    );
    assert_eq!(finding["agents"], json!(["writer"]));
    let places: Vec<Value> = [2, 4, 6, 8]
        .map(|line| json!({ "file": "a.jsonl", "line": line, "index": 0 }))
        .to_vec();
    assert_eq!(finding["events"], json!(places));
    assert!(!found.to_string().contains("10.0.0."), "{found}");
}

#[test]
fn analyse_prints_a_line_for_each_finding_where_nobody_looks() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("a.jsonl"), log()).unwrap();
    fs::write(place.path().join("notes.txt"), "nothing\n").unwrap();
    let ended = run(place.path(), &["analyse", "."]).assert(0);
    assert_eq!(ended.out.lines().count(), 1, "{ended:?}");
    assert!(ended.err.contains("notes.txt"), "{ended:?}");
}

#[test]
fn nothing_to_analyse_is_a_failure() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("notes.txt"), "nothing\n").unwrap();
    run(place.path(), &["analyse", "notes.txt"]).assert(1);
    run(place.path(), &["analyse", "absent.jsonl"]).assert(1);
}

#[test]
fn templates_are_given_for_every_record_in_order() {
    let place = tempfile::tempdir().unwrap();
    let lines = [
        "Connection to 10.0.0.1 closed",
        "Session opened",
        "Connection to 10.0.0.2 closed",
    ];
    fs::write(place.path().join("plain.log"), lines.join("\n")).unwrap();
    let rows: String = (1..)
        .zip(lines)
        .map(|(number, line)| format!("{number},{line}\n"))
        .collect();
    fs::write(
        place.path().join("table.csv"),
        format!("LineId,Content\n{rows}"),
    )
    .unwrap();

    let plain = run(place.path(), &["templates", "plain.log"])
        .assert(0)
        .json_lines();
    let table = run(
        place.path(),
        &["templates", "--csv", "Content", "table.csv"],
    );
    assert_eq!(plain, table.assert(0).json_lines());
    assert_eq!(plain[0]["template"], "Connection to <*> closed");
    assert_eq!(plain[0]["template_id"], plain[2]["template_id"]);
    assert_eq!(
        plain
            .iter()
            .map(|one| one["line"].clone())
            .collect::<Vec<_>>(),
        [1, 2, 3]
    );
    run(
        place.path(),
        &["templates", "--csv", "Message", "table.csv"],
    )
    .assert(2);
}

#[test]
fn every_row_of_counts_gets_its_verdict() {
    let place = tempfile::tempdir().unwrap();
    let rows = [
        r#"{"baseline":{"failures":24,"total":480},"after":{"failures":90,"total":300}}"#,
        r#"{"baseline":{"failures":24,"total":480},"after":{"failures":30,"total":1200}}"#,
        r#"{"baseline":{"failures":0,"total":480},"after":{"failures":0,"total":3}}"#,
    ];
    let ended = run_with(place.path(), &["verdict"], &rows.join("\n")).assert(0);
    let verdicts = ended.json_lines();
    let words: Vec<_> = verdicts.iter().map(|one| one["verdict"].clone()).collect();
    assert_eq!(words, ["revert", "stable", "open"]);
    assert!(verdicts[2]["ln_f_stable"].is_null());
    for verdict in &verdicts {
        for field in ["ln_e_revert", "ln_e_degraded"] {
            assert!(verdict[field].is_number(), "{verdict}");
        }
        assert!(verdict["why"].is_string());
    }
}

#[test]
fn a_row_that_cannot_be_judged_keeps_its_place_and_fails_the_call() {
    let place = tempfile::tempdir().unwrap();
    let rows = "{}\n{\"baseline\":{\"failures\":2,\"total\":10},\"after\":{\"failures\":1,\"total\":10}}\n";
    let ended = run_with(place.path(), &["verdict"], rows).assert(1);
    let lines = ended.json_lines();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["line"], 1);
    assert!(lines[1]["verdict"].is_string());
}
