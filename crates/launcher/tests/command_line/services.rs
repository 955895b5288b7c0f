//! `attune up` and the commands that talk to it.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::program::{Up, attune, free_base, run};

fn up(folder: &Path, more: &[&str]) -> Up {
    let base = free_base();
    let arguments = [&["up", "--data", "d", "--port-base", &base], more].concat();
    Up::start(folder, &arguments)
}

fn ask(folder: &Path, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--data", "d", "--json"]].concat();
    run(folder, &arguments).assert(0).json()
}

#[test]
fn one_process_serves_and_the_commands_find_it() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    let services = up(folder, &[]);
    for name in [
        "tune-gateway",
        "observer",
        "proposal-service",
        "patch-apply",
    ] {
        assert!(services.line.contains(name), "{}", services.line);
    }
    let endpoints = fs::read(folder.join("d/endpoints.json")).unwrap();
    let endpoints: Value = serde_json::from_slice(&endpoints).unwrap();
    let observer = endpoints["observer"].as_str().unwrap();
    assert!(
        services.line.contains(observer) && !observer.ends_with('/'),
        "{endpoints}"
    );

    run(folder, &["healthcheck", "--data", "d"]).assert(0);
    assert_eq!(ask(folder, &["findings"])["data"], json!([]));
    assert_eq!(ask(folder, &["proposals", "list"])["data"], json!([]));
    assert_eq!(ask(folder, &["windows"])["data"], json!([]));
    assert!(ask(folder, &["breakers"])["data"].is_array());
    let jobs = ask(folder, &["jobs"]);
    let extract = jobs
        .as_array()
        .unwrap()
        .iter()
        .find(|job| job["name"] == "telemetry-extract");
    assert_eq!(extract.unwrap()["schedule"], "0 1 * * *");
    let listed = run(folder, &["jobs", "--data", "d"]).assert(0);
    assert!(
        listed.out.contains("error-analyser\tevery 30 s"),
        "{listed:?}"
    );
    assert!(ask(folder, &["openapi", "observer"])["paths"].is_object());
    let chains = ask(folder, &["journal", "verify"]);
    assert_eq!(chains.as_array().unwrap().len(), 4);
    run(folder, &["proposals", "show", "1234", "--data", "d"]).assert(1);

    let second = run(folder, &["up", "--data", "d", "--port-base", "1"]).assert(3);
    assert!(second.err.contains("in use"), "{second:?}");

    assert_eq!(services.stop(), Some(0));
    run(folder, &["healthcheck", "--data", "d"]).assert(5);
}

#[test]
fn a_new_key_works_at_once_everywhere_until_it_is_ended() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    let services = up(folder, &[]);
    let create = ["keys", "create", "--person", "mira", "--role", "auditor"];
    let created = ask(folder, &create);
    let (id, key) = (
        created["id"].as_str().unwrap(),
        created["key"].as_str().unwrap(),
    );
    let as_mira = |arguments: &[&str]| {
        let arguments = [arguments, &["--data", "d"]].concat();
        let output = attune(folder, &arguments)
            .env("ATTUNE_KEY", key)
            .output()
            .unwrap();
        output.status.code().unwrap()
    };
    for command in ["findings", "proposals", "windows", "pulls"] {
        assert_eq!(as_mira(&[command]), 0, "{command}");
    }
    assert_eq!(as_mira(&["breakers", "reset", "all"]), 4);
    assert_eq!(as_mira(&["keys", "list"]), 4);

    let listed = ask(folder, &["keys"]);
    let mira = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["person"] == "mira")
        .unwrap();
    assert_eq!(mira["services"].as_array().unwrap().len(), 4);
    assert!(!listed.to_string().contains(key));

    ask(folder, &["keys", "revoke", &id[..6]]);
    assert_eq!(as_mira(&["findings"]), 4);
    assert_eq!(services.stop(), Some(0));
}

#[test]
fn logs_are_collected_once_however_often_they_are_read() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    let services = up(folder, &[]);
    let line = |number: u32| {
        json!({
            "timestamp": format!("2026-01-10T14:{number:02}:00Z"), "event_type": "tool_call",
            "agent": "writer", "tool": "fetch", "success": false, "session_id": format!("s{number}"),
            "error_message": format!("Error: page {number} not found"),
        })
    };
    let text: String = (0..5).map(|number| format!("{}\n", line(number))).collect();
    fs::create_dir(folder.join("logs")).unwrap();
    fs::write(folder.join("logs/a.jsonl"), format!("{text}not json\n")).unwrap();
    fs::write(folder.join("logs/notes.txt"), "nothing\n").unwrap();

    let first = ask(folder, &["collect", "logs"]);
    let second = ask(
        folder,
        &["collect", "logs/a.jsonl", "--format", "telemetry"],
    );

    assert_eq!(
        (&first["files"], &first["events"], &first["new"]),
        (&json!(1), &json!(5), &json!(5))
    );
    assert_eq!(first["skipped"], json!({ "not JSON": 1 }));
    assert_eq!(first["unknown"], json!(["logs/notes.txt"]));
    assert_eq!(first["findings"][0]["count"], 5, "{first}");
    assert_eq!(
        (&second["new"], &second["duplicates"]),
        (&json!(0), &json!(5))
    );
    run(folder, &["collect", "logs/notes.txt", "--data", "d"]).assert(1);
    assert_eq!(services.stop(), Some(0));
}

#[test]
fn a_trial_clock_is_said_loudly_and_goes_on_after_a_restart() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    let trial = up(folder, &["--test-clock", "1000"]);
    assert!(trial.line.contains("TRIAL CLOCK"), "{}", trial.line);
    let doctor = attune(folder, &["doctor", "--data", "d"]).output().unwrap();
    let said = String::from_utf8_lossy(&doctor.stdout);
    assert!(said.contains("trial clock"), "{said}");
    assert_eq!(trial.stop(), Some(0));

    let without = run(folder, &["up", "--data", "d", "--port-base", &free_base()]).assert(3);
    assert!(without.err.contains("--test-clock 1000"), "{without:?}");
    assert_eq!(up(folder, &["--test-clock", "1000"]).stop(), Some(0));
}
