//! Containers: locked down, reachable from this machine only, and built alike from source or not.

use serde_json::Value;

use crate::{arrows::SERVICES, assert_kept, repository};

fn compose() -> Value {
    serde_saphyr::from_str(&repository::read("docker-compose.yml")).unwrap()
}

fn containers() -> Vec<(String, Value)> {
    let compose = compose();
    let services = compose["services"].as_object().unwrap();
    services
        .iter()
        .map(|(name, container)| (name.clone(), container.clone()))
        .collect()
}

#[test]
fn every_service_has_a_container() {
    let compose = compose();
    let missing: Vec<String> = SERVICES
        .iter()
        .filter(|service| !compose["services"][**service].is_object())
        .map(|service| (*service).to_owned())
        .collect();
    assert_kept("is not in docker-compose.yml", &missing);
}

#[test]
fn every_container_is_locked_down() {
    let demands = [
        ("read_only", Value::from(true)),
        ("cap_drop", Value::from(vec!["ALL"])),
        ("security_opt", Value::from(vec!["no-new-privileges:true"])),
        ("init", Value::from(true)),
    ];
    let mut breaches = Vec::new();
    for (name, container) in containers() {
        for (key, value) in &demands {
            if container[*key] != *value {
                breaches.push(format!("{name}: {key}: {value}"));
            }
        }
        for key in ["pids_limit", "mem_limit", "stop_grace_period"] {
            if container[key].is_null() {
                breaches.push(format!("{name}: {key}"));
            }
        }
    }
    assert_kept("docker-compose.yml lacks", &breaches);
}

#[test]
fn ports_are_open_on_this_machine_only() {
    let mut breaches = Vec::new();
    for (name, container) in containers() {
        for port in container["ports"].as_array().into_iter().flatten() {
            if !port
                .as_str()
                .is_some_and(|port| port.starts_with("127.0.0.1:"))
            {
                breaches.push(format!("{name}: {port}"));
            }
        }
    }
    assert_kept("publish it on 127.0.0.1", &breaches);
}

#[test]
fn compose_stays_with_what_its_oldest_version_knows() {
    let compose = compose();
    let mut breaches = Vec::new();
    for key in ["name", "include", "configs"] {
        if !compose[key].is_null() {
            breaches.push(key.to_owned());
        }
    }
    for (name, container) in containers() {
        if !container["healthcheck"]["start_interval"].is_null() {
            breaches.push(format!("{name}: healthcheck.start_interval"));
        }
        for file in container["env_file"].as_array().into_iter().flatten() {
            if file.is_object() {
                breaches.push(format!("{name}: env_file as an object"));
            }
        }
    }
    assert_kept("docker-compose 1.29 does not know it", &breaches);
}

#[test]
fn images_are_alike_whether_built_from_source_or_wrapped() {
    let last_stage = |path: &str| {
        let file = repository::read(path);
        let (_, stage) = file.rsplit_once("\nFROM ").unwrap();
        let (_, steps) = stage.split_once('\n').unwrap();
        steps
            .replace("--from=builder ", "")
            .replace("/source/dist/", "dist/")
    };
    assert_eq!(
        last_stage("deploy/Dockerfile"),
        last_stage("deploy/Dockerfile.runtime")
    );
}

#[test]
fn wrapping_a_binary_runs_nothing_and_fetches_nothing() {
    let file = repository::read("deploy/Dockerfile.runtime");
    let breaches: Vec<String> = file
        .lines()
        .filter(|line| line.starts_with("RUN ") || line.starts_with("# syntax"))
        .map(str::to_owned)
        .collect();
    assert_kept(
        "deploy/Dockerfile.runtime must work without a network",
        &breaches,
    );
}
