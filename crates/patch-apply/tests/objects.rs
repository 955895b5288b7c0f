//! The object layer against git itself, and the check of a diff without a service.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so at once"
)]

use std::{collections::BTreeMap, fs, path::Path};

use patch_apply::{
    check_patch,
    domain::policy::Policy,
    git::{CommitPlan, Objects},
};
use proptest::prelude::*;
use testkit::{BareRepository, git};
use types::CommitSha;
use unidiff::{BaseFile, FileResult, Mode};

const FILES: [(&str, &str); 4] = [
    ("a/one.txt", "1\n"),
    ("a/b/two.txt", "2\n"),
    ("a.b", "dot\n"),
    ("c.txt", "3\n"),
];

fn repository(folder: &Path) -> (BareRepository, Objects, CommitSha) {
    let target = BareRepository::new(folder, "target.git", &FILES);
    let objects = Objects::at(&target.path).unwrap();
    let tree = objects
        .tree_of(&target.tip("main").unwrap())
        .unwrap()
        .unwrap();
    (target, objects, tree)
}

/// The tree that git makes of the files in a work folder.
fn tree_by_git(folder: &Path, files: &BTreeMap<String, String>) -> String {
    let work = folder.join("work");
    fs::create_dir_all(&work).unwrap();
    git(&work, &["init", "--quiet"]);
    for (path, text) in files {
        let file = work.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    git(&work, &["add", "--all"]);
    let tree = git(&work, &["write-tree"]);
    fs::remove_dir_all(work).unwrap();
    tree
}

fn names() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a/one.txt",
        "a/b/two.txt",
        "a.b",
        "c.txt",
        "a/b/three.txt",
        "d/e/f.txt",
        "a-b",
        "a0",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn edited_trees_are_those_that_git_makes(
        edits in prop::collection::btree_map(names(), prop::option::of("[a-z]{0,4}\n"), 1..6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (target, objects, tree) = repository(folder.path());
        let mut files: BTreeMap<String, String> =
            FILES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let changes: Vec<FileResult> = edits.iter().map(|(path, text)| FileResult {
            path: path.clone(),
            old: files.get(path).map(|text| BaseFile::regular(text.as_str())),
            new: text.as_ref().map(|text| BaseFile::regular(text.as_str())),
        }).collect();
        for (path, text) in &edits {
            match text {
                Some(text) => files.insert(path.clone(), text.clone()),
                None => files.remove(path),
            };
        }
        let after = objects.write_changes(&tree, &changes).unwrap();
        prop_assert_eq!(after.to_string(), tree_by_git(folder.path(), &files));
        let difference = objects.difference(&tree, &after).unwrap();
        let expected: Vec<FileResult> =
            changes.into_iter().filter(|change| change.old != change.new).collect();
        prop_assert_eq!(difference, expected);
        target.assert_sound();
    }
}

#[test]
fn modes_survive_and_a_file_may_take_the_place_of_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (target, objects, tree) = repository(folder.path());
    let gone = |path: &str| FileResult {
        path: path.to_owned(),
        old: None,
        new: None,
    };
    let run = BaseFile {
        mode: Mode::Executable,
        bytes: b"#!/bin/sh\n".to_vec(),
    };
    let changes = [
        gone("a/one.txt"),
        gone("a/b/two.txt"),
        FileResult {
            path: "a".to_owned(),
            old: None,
            new: Some(run),
        },
    ];
    let after = objects.write_changes(&tree, &changes).unwrap();
    let listed = git(
        &target.path,
        &[
            "ls-tree",
            "-r",
            "--format=%(objectmode) %(path)",
            after.as_str(),
        ],
    );
    assert_eq!(listed, "100755 a\n100644 a.b\n100644 c.txt");
}

#[test]
fn the_same_plan_is_the_same_commit_and_git_finds_it_sound() {
    let folder = tempfile::tempdir().unwrap();
    let (target, objects, tree) = repository(folder.path());
    for author in ["mira", "Ünï <x> \n Y", "", ".,:", "\u{0}"] {
        let plan = CommitPlan {
            tree: tree.clone(),
            parents: vec![target.tip("main").unwrap()],
            author: author.to_owned(),
            message: "One\n\nProposal-Id: x\n".to_owned(),
            at: "2026-01-10T12:00:00Z".parse().unwrap(),
        };
        let commit = objects.write_commit(&plan).unwrap();
        assert_eq!(
            commit,
            objects.clone().in_memory().write_commit(&plan).unwrap()
        );
        git(
            &target.path,
            &["update-ref", "refs/heads/made", commit.as_str()],
        );
        target.assert_sound();
    }
}

#[test]
fn replaced_objects_have_no_say() {
    let folder = tempfile::tempdir().unwrap();
    let (target, _, _) = repository(folder.path());
    let blob = git(&target.path, &["rev-parse", "main:c.txt"]);
    let other = git(&target.path, &["rev-parse", "main:a.b"]);
    git(&target.path, &["replace", &blob, &other]);
    let objects = Objects::at(&target.path).unwrap();
    assert_eq!(objects.blob(&blob.parse().unwrap()).unwrap(), b"3\n");
}

#[test]
fn a_diff_is_checked_against_a_repository_that_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let files = [("docs/a.md", "one\n"), (".env", "KEY=x\n")];
    let target = BareRepository::new(folder.path(), "target.git", &files);
    let before = git(&target.path, &["count-objects", "-v"]);
    let policy = Policy::shipped().unwrap();
    let diff = |path: &str, old: &str, new: &str| {
        format!("--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-{old}\n+{new}\n")
    };
    let check =
        |patch: &str, policy| check_patch(&target.path, "main", policy, patch.as_bytes()).unwrap();

    let fine = check(&diff("docs/a.md", "one", "two"), Some(&policy));
    assert!(fine.accepted, "{fine:?}");
    assert_eq!(fine.paths, ["docs/a.md"]);
    let forbidden = diff(".env", "KEY=x", "KEY=y");
    assert!(!check(&forbidden, Some(&policy)).accepted);
    assert!(
        check(&forbidden, None).accepted,
        "without a policy the diff alone counts"
    );
    let stale = check(&diff("docs/a.md", "other", "two"), None);
    assert_eq!((stale.accepted, stale.tree.is_some()), (false, false));
    assert_eq!(git(&target.path, &["count-objects", "-v"]), before);
    assert!(check_patch(&target.path, "nowhere", None, b"").is_err());
}
