//! The labelled cases of the shared data folder, under the policy that they were labelled with.

use std::collections::BTreeMap;
use std::path::PathBuf;

use patch_apply::domain::policy::{Policy, check, check_alone};
use patch_apply::domain::validators::{validate, yaml};
use serde::Deserialize;
use unidiff::{BaseFile, FileResult, MemoryBase, Mode};

#[derive(Deserialize)]
struct Case {
    id: String,
    base_files: BTreeMap<String, String>,
    #[serde(default)]
    base_modes: BTreeMap<String, String>,
    patch: String,
    expect: Option<String>,
    expect_files: Option<BTreeMap<String, String>>,
    #[serde(default)]
    expect_modes: BTreeMap<String, String>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the data folder is named by the environment"
)]
fn read(name: &str) -> String {
    let shared = std::env::var("ATTUNE_SHARED").expect("ATTUNE_SHARED names the data folder");
    let path = PathBuf::from(shared).join("data/patches").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn cases(name: &str) -> Vec<Case> {
    read(name)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case"))
        .collect()
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

fn applied(base: &MemoryBase, results: Vec<FileResult>) -> MemoryBase {
    let mut tree = base.clone();
    for result in results {
        match result.new {
            Some(file) => tree.insert(result.path, file),
            None => tree.remove(&result.path),
        }
    }
    tree
}

#[test]
fn every_labelled_case_is_judged_right() {
    let policy = Policy::parse(&read("policy.json")).expect("a policy");
    for case in cases("dev_cases.jsonl") {
        let base = tree(&case.base_files, &case.base_modes);
        let (verdict, results) = check(&policy, case.patch.as_bytes(), &base);
        let accepted = case.expect.as_deref() == Some("accept");
        assert_eq!(verdict.accepted, accepted, "{}: {verdict:#?}", case.id);
        if let Some(results) = results {
            let expected = tree(&case.expect_files.expect("files"), &case.base_modes);
            assert_eq!(applied(&base, results), expected, "{}", case.id);
        }
    }
}

#[test]
fn every_real_commit_passes_without_a_policy_and_its_files_are_well_formed() {
    let limits = yaml::Limits {
        depth: 64,
        nodes: 100_000,
    };
    let mut broken = Vec::new();
    for case in cases("real_patches.jsonl") {
        let base = tree(&case.base_files, &case.base_modes);
        let (verdict, results) = check_alone(case.patch.as_bytes(), &base);
        let results = results.unwrap_or_else(|| panic!("{}: {verdict:#?}", case.id));
        let files = case.expect_files.expect("files");
        assert_eq!(
            applied(&base, results),
            tree(&files, &case.expect_modes),
            "{}",
            case.id
        );
        // Charts are templates that only become YAML.
        for (path, text) in files.iter().filter(|(_, text)| !text.contains("{{- ")) {
            if let Err(flaw) = validate(path, text, limits) {
                broken.push(format!("{} {path}: {flaw:?}", case.id));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
