//! `attune patch check`.

use std::{fs, path::Path};

use testkit::git;

use crate::program::run;

const DOCUMENT: &str = "one\ntwo\nthree\n";

fn repository(folder: &Path) {
    fs::create_dir_all(folder.join("docs")).unwrap();
    fs::write(folder.join("docs/a.md"), DOCUMENT).unwrap();
    fs::write(folder.join("SYSTEM_CONTRACT.md"), DOCUMENT).unwrap();
    git(folder, &["init", "--quiet", "--initial-branch=main"]);
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message=first"]);
}

fn diff(path: &str) -> String {
    format!("--- a/{path}\n+++ b/{path}\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\n")
}

fn check(folder: &Path, patch: &str, more: &[&str]) -> crate::program::Ended {
    fs::write(folder.join("change.diff"), patch).unwrap();
    let mut arguments = vec![
        "patch", "check", "--json", "--repo", "target", "--base", "main",
    ];
    arguments.extend(more);
    arguments.push("change.diff");
    run(folder, &arguments)
}

#[test]
fn an_accepted_diff_names_its_tree_and_changes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("target");
    repository(&target);
    let objects = git(&target, &["count-objects", "-v"]);

    let report = check(place.path(), &diff("docs/a.md"), &[])
        .assert(0)
        .json();

    assert_eq!(report["accepted"], true);
    assert_eq!(report["paths"][0], "docs/a.md");
    assert_eq!(git(&target, &["count-objects", "-v"]), objects);
    fs::write(target.join("docs/a.md"), "one\nzwei\nthree\n").unwrap();
    git(&target, &["add", "docs/a.md"]);
    assert_eq!(report["tree"], git(&target, &["write-tree"]));
}

#[test]
fn a_refused_diff_says_by_which_rule() {
    let place = tempfile::tempdir().unwrap();
    repository(&place.path().join("target"));
    let contract = diff("SYSTEM_CONTRACT.md");
    let report = check(place.path(), &contract, &[]).assert(3).json();
    assert_eq!(report["accepted"], false);
    assert!(report["tree"].is_null());
    assert!(report["refusals"][0]["code"].is_string(), "{report}");

    let alone = check(place.path(), &contract, &["--policy", "none"]);
    assert_eq!(alone.assert(0).json()["accepted"], true);

    let stale = diff("docs/a.md").replace("-two", "-deux");
    let report = check(place.path(), &stale, &["--policy", "none"])
        .assert(3)
        .json();
    assert_eq!(report["refusals"][0]["file"], "docs/a.md", "{report}");
}

#[test]
fn a_policy_of_ones_own_decides_instead() {
    let place = tempfile::tempdir().unwrap();
    repository(&place.path().join("target"));
    let policy = place.path().join("policy.toml");
    fs::write(
        &policy,
        "allowed_paths = ['SYSTEM_CONTRACT.md']\nforbidden_paths = []\n",
    )
    .unwrap();
    check(
        place.path(),
        &diff("SYSTEM_CONTRACT.md"),
        &["--policy", "policy.toml"],
    )
    .assert(0);
    check(
        place.path(),
        &diff("docs/a.md"),
        &["--policy", "policy.toml"],
    )
    .assert(3);
    fs::write(&policy, "allow = 3\n").unwrap();
    check(
        place.path(),
        &diff("docs/a.md"),
        &["--policy", "policy.toml"],
    )
    .assert(2);
    check(
        place.path(),
        &diff("docs/a.md"),
        &["--policy", "absent.toml"],
    )
    .assert(1);
}

#[test]
fn a_repository_that_is_none_is_a_failure() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("target")).unwrap();
    check(place.path(), &diff("docs/a.md"), &[]).assert(1);
}
