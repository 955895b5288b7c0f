//! Dependencies: named once, in the root manifest, with a line on why.

use toml::Value;

use crate::{assert_kept, manifest, repository};

#[test]
fn crates_take_every_dependency_from_the_workspace() {
    let mut breaches = Vec::new();
    for member in manifest::members() {
        for dependency in member.dependencies() {
            if dependency.value.get("workspace").and_then(Value::as_bool) != Some(true) {
                breaches.push(format!("{}: {}", member.path, dependency.name));
            }
        }
    }
    assert_kept(
        "name it in the root Cargo.toml and write `name.workspace = true`",
        &breaches,
    );
}

#[test]
fn every_outside_dependency_has_a_reason() {
    let manifest = repository::read("Cargo.toml");
    let (_, after) = manifest.split_once("\n[workspace.dependencies]\n").unwrap();
    let section = after
        .split_once("\n[")
        .map_or(after, |(section, _)| section);
    let breaches: Vec<String> = section
        .lines()
        .filter(|line| line.contains(" = ") && !line.starts_with('#'))
        .filter(|line| !line.contains("path = ") && !has_reason(line))
        .map(str::to_owned)
        .collect();
    assert_kept("say behind it, after `# `, why it is ours", &breaches);
}

fn has_reason(line: &str) -> bool {
    line.rsplit_once(" # ")
        .is_some_and(|(_, reason)| 3 <= reason.trim().len())
}

#[test]
fn every_dependency_of_the_workspace_is_used() {
    let members = manifest::members();
    let own = manifest::own();
    let unused: Vec<String> = manifest::named()
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| !own.contains(name))
        .filter(|name| {
            !members
                .iter()
                .any(|member| member.dependencies().iter().any(|used| used.name == name))
        })
        .collect();
    assert_kept(
        "no crate uses it; take it out of the root Cargo.toml",
        &unused,
    );
}

#[test]
fn every_crate_takes_the_lints_and_values_of_the_workspace() {
    let mut breaches = Vec::new();
    for member in manifest::members() {
        let shared = |value: Option<&Value>| {
            value
                .and_then(|value| value.get("workspace"))
                .and_then(Value::as_bool)
                == Some(true)
        };
        if !shared(member.table.get("lints")) {
            breaches.push(format!("{}: [lints] workspace = true", member.path));
        }
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            if !shared(member.table["package"].get(key)) {
                breaches.push(format!("{}: {key}.workspace = true", member.path));
            }
        }
    }
    assert_kept("every crate is under the same rules", &breaches);
}
