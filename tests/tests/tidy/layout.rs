//! Layout: every service has the same rooms.

use std::path::Path;

use crate::{arrows::SERVICES, assert_kept, repository};

/// What is in every service; other rooms are there when they are needed.
const ROOMS: [&str; 9] = [
    "README.md",
    "src/main.rs",
    "src/settings.rs",
    "src/service.rs",
    "src/domain/",
    "src/app/",
    "src/store/mod.rs",
    "src/http/mod.rs",
    "tests/api/main.rs",
];

/// Names that say nothing about what a module is for.
const EMPTY_NAMES: [&str; 7] = [
    "util", "utils", "helper", "helpers", "manager", "managers", "common",
];

#[test]
fn every_service_has_the_same_rooms() {
    let paths = repository::paths();
    let mut breaches = Vec::new();
    for service in SERVICES {
        for room in ROOMS {
            let place = format!("crates/{service}/{room}");
            if !paths.iter().any(|path| is_at(path, &place)) {
                breaches.push(place);
            }
        }
    }
    assert_kept("is missing", &breaches);
}

/// Whether `path` is `place`, or inside it when it is a folder.
fn is_at(path: &str, place: &str) -> bool {
    path == place || (place.ends_with('/') && path.starts_with(place))
}

#[test]
fn modules_are_named_after_what_they_are_for() {
    let breaches: Vec<String> = repository::sources()
        .into_iter()
        .filter(|source| {
            let is_empty_name = |name: &str| EMPTY_NAMES.contains(&name);
            Path::new(&source.path)
                .with_extension("")
                .iter()
                .filter_map(|part| part.to_str())
                .any(is_empty_name)
        })
        .map(|source| source.path)
        .collect();
    assert_kept("name the module after what it does", &breaches);
}
