//! Arrows: launcher → services and console → clients → service-kit → types, never back.

use crate::{assert_kept, manifest};

/// The crates without any of ours under them.
const PURE: [&str; 3] = ["types", "redact", "unidiff"];

/// The services and the console, none of which knows another.
pub(crate) const SERVICES: [&str; 4] = [
    "tune-gateway",
    "observer",
    "proposal-service",
    "patch-apply",
];

/// Our crates that `name` may build on; `None` for a crate without a place in the picture.
fn below(name: &str) -> Option<Vec<&'static str>> {
    let mut allowed = PURE.to_vec();
    match name {
        name if PURE.contains(&name) => allowed.clear(),
        "service-kit" => {}
        "clients" => allowed.push("service-kit"),
        "console" | "testkit" => allowed.extend(["service-kit", "clients"]),
        name if SERVICES.contains(&name) => allowed.extend(["service-kit", "clients"]),
        "launcher" => {
            allowed.extend(["service-kit", "clients", "console"]);
            allowed.extend(SERVICES);
        }
        "stack-tests" => {
            allowed.extend(["service-kit", "clients", "console", "launcher", "testkit"]);
            allowed.extend(SERVICES);
        }
        _ => return None,
    }
    Some(allowed)
}

#[test]
fn every_crate_has_a_place_in_the_picture() {
    let strangers: Vec<String> = manifest::members()
        .into_iter()
        .filter(|member| below(&member.name).is_none())
        .map(|member| member.path)
        .collect();
    assert_kept("say in arrows.rs what a new crate may build on", &strangers);
}

#[test]
fn crates_build_only_on_those_below_them() {
    let own = manifest::own();
    let mut breaches = Vec::new();
    for member in manifest::members() {
        let allowed = below(&member.name).unwrap_or_default();
        for dependency in member.dependencies() {
            let tests_with_kit =
                dependency.section == "dev-dependencies" && dependency.name == "testkit";
            if own.contains(dependency.name)
                && !tests_with_kit
                && !allowed.contains(&dependency.name)
            {
                breaches.push(format!("{} → {}", member.name, dependency.name));
            }
        }
    }
    assert_kept(
        "launcher → services and console → clients → service-kit → types; \
         types, redact and unidiff stand alone; testkit is for tests",
        &breaches,
    );
}
