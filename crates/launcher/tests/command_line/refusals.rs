//! What is refused, and in which words.

use std::{fs, net::TcpListener};

use crate::program::run;

#[test]
fn a_port_that_is_taken_is_named() {
    let place = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().min(65_531).to_string();
    for command in [vec!["up"], vec!["demo", "--once"]] {
        let arguments = [command, vec!["--data", "d", "--port-base", &port]].concat();
        let ended = run(place.path(), &arguments).assert(1);
        assert!(ended.err.contains(&format!("port {port}")), "{ended:?}");
        assert!(ended.err.contains("--port-base"), "{ended:?}");
    }
}

#[test]
fn without_services_a_command_says_how_to_start_them() {
    let place = tempfile::tempdir().unwrap();
    for arguments in [
        vec!["findings"],
        vec!["healthcheck"],
        vec!["openapi", "observer"],
    ] {
        let ended = run(place.path(), &arguments).assert(5);
        assert!(ended.err.contains("attune up"), "{ended:?}");
    }
}

#[test]
fn services_that_do_not_answer_are_unreachable() {
    let place = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let endpoints =
        format!(r#"{{"observer": "http://{address}", "proposal-service": "http://{address}"}}"#);
    fs::write(place.path().join("endpoints.json"), endpoints).unwrap();
    service_kit::auth::first_keys(place.path()).unwrap();
    for command in ["findings", "proposals", "healthcheck"] {
        run(place.path(), &[command, "--data", "."]).assert(5);
    }
}

#[test]
fn without_a_key_nobody_is_asked() {
    let place = tempfile::tempdir().unwrap();
    let endpoints = r#"{"observer": "http://127.0.0.1:1"}"#;
    fs::write(place.path().join("endpoints.json"), endpoints).unwrap();
    let ended = run(place.path(), &["findings", "--data", "."]).assert(4);
    assert!(ended.err.contains("ATTUNE_KEY"), "{ended:?}");
}

#[test]
fn a_setting_that_is_unknown_is_named() {
    let place = tempfile::tempdir().unwrap();
    fs::write(
        place.path().join("attune.toml"),
        "[observer]\nfast = true\n",
    )
    .unwrap();
    for command in [
        vec!["config", "check"],
        vec!["config", "show"],
        vec!["up", "--port-base", "1"],
    ] {
        let ended = run(place.path(), &command).assert(2);
        assert!(ended.err.contains("fast"), "{ended:?}");
    }
}

#[test]
fn a_shown_setting_holds_no_secret() {
    let place = tempfile::tempdir().unwrap();
    let text = "[database]\nurl = 'postgres://attune:squeamish@db/attune'\n\
                [redact]\nknown_secrets = ['ossifrage']\n\
                [target]\nrepository = 'https://bot:ghs-tangerine-7@forge.example/agents.git'\n";
    fs::write(place.path().join("attune.toml"), text).unwrap();
    for arguments in [vec!["config", "show"], vec!["config", "show", "--json"]] {
        let ended = run(place.path(), &arguments).assert(0);
        for secret in ["squeamish", "ossifrage", "tangerine"] {
            assert!(!ended.out.contains(secret), "{ended:?}");
        }
        for shown in ["cycle_seconds", "forge.example", ".attune"] {
            assert!(ended.out.contains(shown), "{shown}: {ended:?}");
        }
    }
}

#[test]
fn a_shell_gets_its_completions() {
    let place = tempfile::tempdir().unwrap();
    for shell in ["bash", "fish", "zsh"] {
        let script = run(place.path(), &["completions", shell]).assert(0);
        assert!(script.out.contains("attune"), "{script:?}");
    }
}
