//! The labelled cases and the real commits of the shared data folder.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use unidiff::{BaseFile, MemoryBase, Mode};

use crate::oracle::{Oracle, agreed};

#[derive(Deserialize)]
struct Case {
    id: String,
    base_files: BTreeMap<String, String>,
    #[serde(default)]
    base_modes: BTreeMap<String, String>,
    patch: String,
    expect: Option<String>,
    git_apply: Option<String>,
    expect_files: Option<BTreeMap<String, String>>,
    #[serde(default)]
    expect_modes: BTreeMap<String, String>,
}

impl Case {
    fn base(&self) -> MemoryBase {
        tree(&self.base_files, &self.base_modes)
    }
}

fn tree(files: &BTreeMap<String, String>, modes: &BTreeMap<String, String>) -> MemoryBase {
    let entry = |(path, text): (&String, &String)| {
        let mode = modes.get(path).map_or("100644", String::as_str);
        let mode = Mode::parse(mode).expect("a mode");
        (
            path.clone(),
            BaseFile {
                mode,
                bytes: text.clone().into_bytes(),
            },
        )
    };
    files.iter().map(entry).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the data folder is named by the environment"
)]
fn cases(name: &str) -> Vec<Case> {
    let shared = std::env::var("ATTUNE_SHARED").expect("ATTUNE_SHARED names the data folder");
    let path = PathBuf::from(shared).join("data/patches").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a case"))
        .collect()
}

#[test]
fn every_real_commit_is_applied_byte_for_byte_as_git_does() {
    let oracle = Oracle::new();
    for case in cases("real_patches.jsonl") {
        let result = agreed(&oracle, &case.base(), case.patch.as_bytes());
        let files = case.expect_files.as_ref().expect("expected files");
        let expected = tree(files, &case.expect_modes);
        assert_eq!(result.as_ref(), Ok(&expected), "{}", case.id);
    }
}

#[test]
fn every_labelled_case_that_is_to_be_accepted_gives_its_tree() {
    let oracle = Oracle::new();
    for case in cases("dev_cases.jsonl") {
        let result = agreed(&oracle, &case.base(), case.patch.as_bytes());
        if case.expect.as_deref() == Some("accept") {
            let expected = tree(
                &case.expect_files.expect("expected files"),
                &case.base_modes,
            );
            assert_eq!(result, Ok(expected), "{}", case.id);
        } else if case.git_apply.as_deref() == Some("refuses") {
            assert!(result.is_err(), "{} is refused by git", case.id);
        }
    }
}
