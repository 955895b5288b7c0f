//! Trees and diffs for the tests.

use patch_apply::domain::policy::{Policy, Rules, Verdict, check};
use unidiff::{BaseFile, FileResult, MemoryBase, Mode, canonical};

/// A tree of plain files.
pub(crate) fn tree(files: &[(&str, &str)]) -> MemoryBase {
    files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), BaseFile::regular(*text)))
        .collect()
}

/// The diff that makes one file of another.
pub(crate) fn edit(path: &str, old: &str, new: &str) -> String {
    let file = |text: &str| Some(BaseFile::regular(text)).filter(|file| !file.bytes.is_empty());
    let change = FileResult {
        path: path.to_owned(),
        old: file(old),
        new: file(new),
    };
    canonical(&[change]).expect("text")
}

/// Rules that allow scripts and settings too, with a schema for one file.
pub(crate) fn wide() -> Policy {
    let mut rules = Rules::default();
    let more = ["scripts/**", "config/**", "tools/**"];
    rules
        .allowed_paths
        .extend(more.iter().map(|path| (*path).to_owned()));
    let schema = r#"{"type": "object", "additionalProperties": false,
        "properties": {"retries": {"type": "integer", "maximum": 10}}}"#;
    let schema = serde_json::from_str(schema).expect("a schema");
    rules
        .json_schema
        .insert("config/limits.json".to_owned(), schema);
    Policy::new(rules).expect("a policy")
}

/// The verdict on a diff; results are there exactly when it is accepted.
pub(crate) fn judge(base: &MemoryBase, patch: &str) -> Verdict {
    let (verdict, results) = check(&wide(), patch.as_bytes(), base);
    assert_eq!(verdict.accepted, verdict.refusals.is_empty());
    assert_eq!(verdict.accepted, results.is_some());
    verdict
}

/// Checks that a diff is refused by the rule `code`, and that the refusal explains itself.
pub(crate) fn assert_refused(base: &MemoryBase, patch: &str, code: &str) {
    let verdict = judge(base, patch);
    let refusal = verdict.refusals.iter().find(|refusal| refusal.code == code);
    let refusal = refusal.unwrap_or_else(|| panic!("no {code} in {verdict:#?} for\n{patch}"));
    assert!(refusal.message.len() > 10, "{refusal:?}");
}

/// Checks that a diff is accepted.
pub(crate) fn assert_accepted(base: &MemoryBase, patch: &str) {
    let verdict = judge(base, patch);
    assert!(verdict.accepted, "{verdict:#?} for\n{patch}");
}

/// The same tree with one file of another mode.
pub(crate) fn with_mode(mut base: MemoryBase, path: &str, mode: Mode) -> MemoryBase {
    let bytes = base
        .files()
        .get(path)
        .map(|file| file.bytes.clone())
        .unwrap_or_default();
    base.insert(path, BaseFile { mode, bytes });
    base
}
