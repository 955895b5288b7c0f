//! Random edits come back exactly; random bytes never cause a panic.

use proptest::prelude::*;
use unidiff::{
    Base, BaseFile, FileResult, Limits, MemoryBase, Mode, apply, canonical, parse, suggest,
};

use crate::oracle::{Oracle, agreed, ours};

const NAMES: [&str; 6] = [
    "docs/a.md",
    "docs/b c.md",
    "docs/ü.md",
    "a",
    "x/\"q\"",
    "x/tab\there",
];

fn settings(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(String::new()),
        Just("- a".to_owned()),
        Just("-- a/docs/a.md".to_owned()),
        Just("++ b/docs/a.md".to_owned()),
        Just("@@ -1 +1 @@".to_owned()),
        Just("\\ No newline at end of file".to_owned()),
        Just("a\r".to_owned()),
        "[ab]{1,2}",
    ];
    (prop::collection::vec(line, 0..14), any::<bool>()).prop_map(|(lines, ended)| {
        let text = lines.join("\n");
        if ended && !text.is_empty() {
            text + "\n"
        } else {
            text
        }
    })
}

fn file() -> impl Strategy<Value = Option<BaseFile>> {
    let mode = prop_oneof![4 => Just(Mode::Regular), 1 => Just(Mode::Executable)];
    prop_oneof![
        1 => Just(None),
        4 => (mode, text()).prop_map(|(mode, text)| Some(BaseFile { mode, bytes: text.into_bytes() })),
    ]
}

fn changes() -> impl Strategy<Value = Vec<FileResult>> {
    prop::collection::vec((file(), file()), NAMES.len()).prop_map(|pairs| {
        let named = NAMES.iter().zip(pairs);
        let results = named.map(|(path, (old, new))| FileResult {
            path: (*path).to_owned(),
            old,
            new,
        });
        let mut changed: Vec<FileResult> =
            results.filter(|result| result.old != result.new).collect();
        changed.sort_by(|left, right| left.path.cmp(&right.path));
        changed
    })
}

fn before(changes: &[FileResult]) -> MemoryBase {
    let old = |change: &FileResult| Some((change.path.clone(), change.old.clone()?));
    changes.iter().filter_map(old).collect()
}

fn after(changes: &[FileResult]) -> MemoryBase {
    let new = |change: &FileResult| Some((change.path.clone(), change.new.clone()?));
    changes.iter().filter_map(new).collect()
}

proptest! {
    #![proptest_config(settings(400))]

    #[test]
    fn a_canonical_diff_applies_to_what_it_was_made_of(changes in changes()) {
        prop_assume!(!changes.is_empty());
        let text = canonical(&changes).expect("text");
        let patch = parse(text.as_bytes(), &Limits::UNBOUNDED).map_err(|fault| TestCaseError::fail(format!("{fault}\n{text}")))?;
        let results = apply(&patch, &before(&changes)).map_err(|fault| TestCaseError::fail(format!("{fault}\n{text}")))?;
        prop_assert_eq!(canonical(&results), Ok(text));
        prop_assert_eq!(results, changes);
    }

    #[test]
    fn random_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let base = MemoryBase::default();
        if let Ok(patch) = parse(&bytes, &Limits::default()) {
            let _ = apply(&patch, &base);
        }
    }

    #[test]
    fn a_damaged_diff_is_handled_without_a_panic(
        changes in changes(),
        cut in any::<prop::sample::Index>(),
        piece in prop_oneof![
            Just("\n"), Just("@@ -0,0 +1 @@\n"), Just("9"), Just("\\ No newline at end of file\n"),
            Just("--- a/a\n+++ b/a\n"), Just("-"), Just("+"), Just("rename to x\n"), Just("\u{0}"),
        ],
        drop in 0usize..3,
    ) {
        prop_assume!(!changes.is_empty());
        let base = before(&changes);
        let bytes = damage(canonical(&changes).expect("text").into_bytes(), cut, piece, drop);
        let outcome = parse(&bytes, &Limits::default()).and_then(|patch| apply(&patch, &base));
        if let Err(fault) = outcome {
            prop_assert!(!fault.to_string().is_empty());
            let _ = suggest(&bytes, &Limits::default(), &base, &fault);
        }
    }
}

fn damage(mut bytes: Vec<u8>, cut: prop::sample::Index, piece: &str, drop: usize) -> Vec<u8> {
    let at = cut.index(bytes.len());
    let end = (at + drop).min(bytes.len());
    bytes.splice(at..end, piece.bytes());
    bytes
}

proptest! {
    #![proptest_config(settings(24))]

    #[test]
    fn git_makes_the_same_tree_of_a_canonical_diff(changes in changes()) {
        prop_assume!(!changes.is_empty());
        let text = canonical(&changes).expect("text");
        let result = agreed(&Oracle::new(), &before(&changes), text.as_bytes());
        prop_assert_eq!(result, Ok(after(&changes)));
    }

    #[test]
    fn git_makes_the_same_tree_of_a_damaged_diff_that_we_still_accept(
        changes in changes(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, 0usize..2), 12),
    ) {
        const PIECES: [&str; 12] =
            ["", "\n", "\n\n", " ", "1", "2", "0", "a", "\t", "\"", ",", "index 1234567..1234567\n"];
        prop_assume!(!changes.is_empty());
        let base = before(&changes);
        let text = canonical(&changes).expect("text").replace("index", "dissimilarity index 1%\nindex");
        for (cut, piece, drop) in damages {
            let bytes = damage(text.clone().into_bytes(), cut, PIECES[piece], drop);
            if ours(&base, &bytes).is_ok() {
                agreed(&Oracle::new(), &base, &bytes).expect("accepted before");
            }
        }
    }
}

#[test]
fn a_folder_lists_each_name_once() {
    let base = crate::oracle::base(&[("a/b/c", ""), ("a/b/d", ""), ("a/e", ""), ("ab", "")]);
    let mut names = Vec::new();
    base.list("a", &mut |name| {
        names.push(name.to_owned());
        true
    })
    .expect("a listing");
    assert_eq!(names, ["b", "e"]);
}
