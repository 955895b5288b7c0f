//! Our own cases after the themes of git's tests of `apply` (t4100 to t4141), git judging too.

use unidiff::{BaseFile, Limits, MemoryBase, Mode, apply, parse, suggest};

use crate::oracle::{Oracle, agreed, base, ours};

/// Ten lines, `1` to `10`.
fn ten() -> String {
    (1..=10).map(|line| format!("{line}\n")).collect()
}

/// A diff of `docs/a` in git's form with these hunks.
fn of_a(hunks: &str) -> String {
    format!("diff --git a/docs/a b/docs/a\n--- a/docs/a\n+++ b/docs/a\n{hunks}")
}

/// A header for a rename or copy without edits.
fn moved(verb: &str, old: &str, new: &str) -> String {
    format!(
        "diff --git a/{old} b/{new}\nsimilarity index 100%\n{verb} from {old}\n{verb} to {new}\n"
    )
}

fn tree() -> MemoryBase {
    base(&[
        ("docs/a", &ten()),
        ("docs/b", "b\n"),
        ("docs/empty", ""),
        ("docs/open", "x\ny"),
        ("docs/ü x", "u\n"),
    ])
}

#[test]
fn diffs_that_git_and_we_apply() {
    let oracle = Oracle::new();
    let accepted = [
        ("one hunk", of_a("@@ -1,3 +1,3 @@ section\n 1\n-2\n+two\n 3\n")),
        ("many hunks", of_a("@@ -1,2 +1,3 @@\n 1\n+1a\n 2\n@@ -5,2 +6,1 @@\n-5\n 6\n@@ -10 +10 @@\n-10\n+ten\n")),
        ("no context at the start", of_a("@@ -4,2 +4,2 @@\n-4\n+four\n 5\n")),
        ("blank line as empty context", "--- a/docs/c\n+++ b/docs/c\n@@ -1,3 +1,3 @@\n x\n\n-y\n+z\n".to_owned()),
        ("plain form", "--- a/docs/b\t2026-01-10 02:00:00 +0000\n+++ b/docs/b\t2026-01-10 02:01:00 +0000\n@@ -1 +1 @@\n-b\n+c\n".to_owned()),
        ("plain new file", "--- /dev/null\n+++ b/docs/n\n@@ -0,0 +1 @@\n+n\n".to_owned()),
        ("plain deletion", "--- a/docs/b\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n".to_owned()),
        ("output of diff -ru", "diff -ru a/docs/b b/docs/b\n--- a/docs/b\n+++ b/docs/b\n@@ -1 +1 @@\n-b\n+c\n".to_owned()),
        ("svn's decoration", format!("Index: docs/b\n{}\n--- a/docs/b\n+++ b/docs/b\n@@ -1 +1 @@\n-b\n+c\n", "=".repeat(67))),
        ("emptied", "--- a/docs/b\n+++ b/docs/b\n@@ -1 +0,0 @@\n-b\n".to_owned()),
        ("empty new file", "diff --git a/docs/n b/docs/n\nnew file mode 100644\nindex 0000000..e69de29\n".to_owned()),
        ("empty file deleted", "diff --git a/docs/empty b/docs/empty\ndeleted file mode 100644\n".to_owned()),
        ("filling an empty file", "--- a/docs/empty\n+++ b/docs/empty\n@@ -0,0 +1 @@\n+x\n".to_owned()),
        ("newline added", "--- a/docs/open\n+++ b/docs/open\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+y\n".to_owned()),
        ("newline removed", of_a("@@ -9,2 +9,2 @@\n 9\n-10\n+10\n\\ No newline at end of file\n")),
        ("open end kept", "--- a/docs/open\n+++ b/docs/open\n@@ -1,2 +1,2 @@\n-x\n+z\n y\n\\ No newline at end of file\n".to_owned()),
        ("marker cut short by the end", "--- a/docs/open\n+++ b/docs/open\n@@ -1,2 +1,2 @@\n-x\n+z\n y\n\\ No newline at end of file".to_owned()),
        ("rename", moved("rename", "docs/a", "docs/z")),
        ("copy", moved("copy", "docs/a", "docs/z")),
        ("rename with edits", format!("{}--- a/docs/b\n+++ b/docs/z\n@@ -1 +1 @@\n-b\n+c\n", moved("rename", "docs/b", "docs/z"))),
        ("names that change places", moved("rename", "docs/a", "docs/b") + &moved("rename", "docs/b", "docs/a")),
        ("copy of a file that changes too", of_a("@@ -1,2 +1,2 @@\n-1\n+one\n 2\n") + &moved("copy", "docs/a", "docs/z")),
        ("rename into a folder of the same name", moved("rename", "docs/b", "docs/b/c")),
        ("mode", "diff --git a/docs/b b/docs/b\nold mode 100644\nnew mode 100755\n".to_owned()),
        ("octal name", "diff --git \"a/docs/\\303\\274 x\" \"b/docs/\\303\\274 x\"\n--- \"a/docs/\\303\\274 x\"\n+++ \"b/docs/\\303\\274 x\"\n@@ -1 +1 @@\n-u\n+v\n".to_owned()),
        ("raw name with space", "diff --git a/docs/ü x b/docs/ü x\n--- a/docs/ü x\t\n+++ b/docs/ü x\t\n@@ -1 +1 @@\n-u\n+v\n".to_owned()),
        ("line that looks like a header", of_a("@@ -1,2 +1,3 @@\n 1\n+++ b/docs/b\n 2\n")),
        ("blank lines at the end", of_a("@@ -1,2 +1,2 @@\n-1\n+one\n 2\n\n\n")),
        ("mail", format!("From {} Mon Sep 17 00:00:00 2001\nFrom: A <a@b.example>\nSubject: [PATCH] x\n\n- why\n---\n docs/a | 2 +-\n\n{}-- \n2.47.3\n\n", "0".repeat(40), of_a("@@ -1,2 +1,2 @@\n-1\n+one\n 2\n"))),
    ];
    let mut tree = tree();
    tree.insert("docs/c", BaseFile::regular("x\n\ny\n"));
    for (theme, patch) in accepted {
        let result = agreed(&oracle, &tree, patch.as_bytes());
        assert!(result.is_ok(), "{theme}: {result:?}\n{patch}");
        assert_ne!(result.as_ref(), Ok(&tree), "{theme}");
    }
}

#[test]
fn diffs_that_we_refuse_whatever_git_says() {
    let full = "0123456789012345678901234567890123456789";
    let refused = [
        ("stray_text", "count too low", of_a("@@ -1,2 +1,2 @@\n-1\n+one\n 2\n 3\n")),
        ("wrong_count", "count too high", of_a("@@ -1,4 +1,4 @@\n-1\n+one\n 2\n 3\n")),
        ("wrong_count", "count of one side too low", of_a("@@ -1,1 +1,2 @@\n-1\n-2\n+one\n+two\n")),
        ("bad_hunk", "overflow", of_a("@@ -1,99999999999999999999 +1 @@\n-1\n+2\n")),
        ("bad_hunk", "negative", of_a("@@ --1,2 +1 @@\n-1\n+2\n")),
        ("bad_hunk", "no closing signs", of_a("@@ -1,2 +1,2\n-1\n+one\n 2\n")),
        ("bad_hunk", "context alone", of_a("@@ -1,2 +1,2 @@\n 1\n 2\n")),
        ("bad_hunk", "cut inside a line", of_a("@@ -1,2 +1,2 @@\n-1\n+one\n 2")),
        ("bad_hunk", "a line after the last one", of_a("@@ -10 +10,2 @@\n-10\n+a\n\\ No newline at end of file\n+b\n")),
        ("bad_hunk", "a marker of nothing", of_a("@@ -1,2 +1,2 @@\n\\ No newline at end of file\n-1\n+one\n 2\n")),
        ("bad_hunk", "no hunk", of_a("")),
        ("context_mismatch", "offset", of_a("@@ -2,3 +2,3 @@\n 1\n-2\n+two\n 3\n")),
        ("context_mismatch", "case", "--- a/docs/b\n+++ b/docs/b\n@@ -1 +1 @@\n-B\n+c\n".to_owned()),
        ("context_mismatch", "white space", "--- a/docs/b\n+++ b/docs/b\n@@ -1 +1 @@\n-b \n+c\n".to_owned()),
        ("context_mismatch", "carriage return", "--- a/docs/b\n+++ b/docs/b\n@@ -1 +1 @@\n-b\r\n+c\r\n".to_owned()),
        ("context_mismatch", "newline at the end", "--- a/docs/open\n+++ b/docs/open\n@@ -1,2 +1,2 @@\n x\n-y\n+z\n".to_owned()),
        ("out_of_place", "new start", of_a("@@ -2,3 +9,3 @@\n 2\n-3\n+three\n 4\n")),
        ("out_of_place", "beyond the end", of_a("@@ -40,2 +40,2 @@\n 40\n-41\n+x\n")),
        ("out_of_place", "hunks out of order", of_a("@@ -5,2 +5,2 @@\n-5\n+five\n 6\n@@ -1,2 +1,2 @@\n-1\n+one\n 2\n")),
        ("no_trailing_context", "no context below", of_a("@@ -4,2 +4,2 @@\n 4\n-5\n+five\n")),
        ("no_trailing_context", "no context at all", of_a("@@ -4,0 +5,1 @@\n+x\n")),
        ("file_missing", "missing file", "--- a/docs/x\n+++ b/docs/x\n@@ -1 +1 @@\n-b\n+c\n".to_owned()),
        ("file_exists", "new file that is there", "--- /dev/null\n+++ b/docs/b\n@@ -0,0 +1 @@\n+n\n".to_owned()),
        ("file_exists", "rename onto a file", moved("rename", "docs/a", "docs/b")),
        ("folder_conflict", "file below a file", "--- /dev/null\n+++ b/docs/b/c\n@@ -0,0 +1 @@\n+n\n".to_owned()),
        ("folder_conflict", "file over a folder", "--- /dev/null\n+++ b/docs\n@@ -0,0 +1 @@\n+n\n".to_owned()),
        ("name_twice", "one name twice", of_a("@@ -1,2 +1,2 @@\n-1\n+one\n 2\n") + &of_a("@@ -1,2 +1,2 @@\n-one\n+1\n 2\n")),
        ("name_twice", "deleted and made again", "--- a/docs/b\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n--- /dev/null\n+++ b/docs/b\n@@ -0,0 +1 @@\n+n\n".to_owned()),
        ("name_twice", "renamed twice", moved("rename", "docs/a", "docs/x") + &moved("rename", "docs/a", "docs/y")),
        ("incomplete_deletion", "rest left", "diff --git a/docs/b b/docs/b\ndeleted file mode 100644\n".to_owned()),
        ("bad_header", "create and rename", "diff --git a/docs/b b/docs/c\nnew file mode 100644\nrename from docs/b\nrename to docs/c\n".to_owned()),
        ("bad_header", "half a rename", "diff --git a/docs/b b/docs/c\nrename from docs/b\n".to_owned()),
        ("bad_header", "names disagree", "diff --git a/docs/b b/docs/b\n--- a/docs/open\n+++ b/docs/open\n@@ -1,2 +1,2 @@\n-x\n+z\n y\n\\ No newline at end of file\n".to_owned()),
        ("bad_header", "plain rename", "--- a/docs/b\n+++ b/docs/c\n@@ -1 +1 @@\n-b\n+c\n".to_owned()),
        ("bad_header", "/dev/null without new file mode", "diff --git a/docs/n b/docs/n\n--- /dev/null\n+++ b/docs/n\n@@ -0,0 +1 @@\n+n\n".to_owned()),
        ("bad_header", "carriage return in a header", "--- a/docs/b\r\n+++ b/docs/b\r\n@@ -1 +1 @@\n-b\n+c\n".to_owned()),
        ("bad_header", "both null", "--- /dev/null\n+++ /dev/null\n@@ -0,0 +1 @@\n+n\n".to_owned()),
        ("bad_header", "new side missing", "--- a/docs/b\n@@ -1 +1 @@\n-b\n+c\n".to_owned()),
        ("bad_name", "no prefix", "--- docs/b\n+++ docs/b\n@@ -1 +1 @@\n-b\n+c\n".to_owned()),
        ("bad_name", "broken quotes", "--- \"a/docs/b\n+++ \"b/docs/b\n@@ -1 +1 @@\n-b\n+c\n".to_owned()),
        ("bad_name", "epoch for null", "--- a/docs/n\t1970-01-01 00:00:00 +0000\n+++ b/docs/n\t2026-01-01 00:00:00 +0000\n@@ -0,0 +1 @@\n+n\n".to_owned()),
        ("bad_mode", "link", "diff --git a/docs/l b/docs/l\nnew file mode 120000\n--- /dev/null\n+++ b/docs/l\n@@ -0,0 +1 @@\n+../x\n\\ No newline at end of file\n".to_owned()),
        ("bad_mode", "change of type", "diff --git a/docs/b b/docs/b\nold mode 100644\nnew mode 120000\n".to_owned()),
        ("mode_mismatch", "stated mode", "diff --git a/docs/b b/docs/b\nindex 1234567..89abcde 100755\n--- a/docs/b\n+++ b/docs/b\n@@ -1 +1 @@\n-b\n+c\n".to_owned()),
        ("id_mismatch", "old id", format!("diff --git a/docs/b b/docs/b\nindex {full}..1234567 100644\n--- a/docs/b\n+++ b/docs/b\n@@ -1 +1 @@\n-b\n+c\n")),
        ("id_mismatch", "new id", format!("diff --git a/docs/b b/docs/b\nindex 1234567..{full} 100644\n--- a/docs/b\n+++ b/docs/b\n@@ -1 +1 @@\n-b\n+c\n")),
        ("binary", "binary", "diff --git a/docs/b b/docs/b\nindex 1234567..89abcde 100644\nGIT binary patch\nliteral 1\nIcmZPo000310RR91\n\n".to_owned()),
        ("binary", "binary files differ", "diff --git a/docs/b b/docs/b\nindex 1234567..89abcde 100644\nBinary files a/docs/b and b/docs/b differ\n".to_owned()),
        ("combined_diff", "merge", "diff --cc docs/b\nindex 1234567,1234567..89abcde\n--- a/docs/b\n+++ b/docs/b\n@@@ -1,1 -1,1 +1,1 @@@\n--b\n++c\n".to_owned()),
        ("no_change", "no-op", "--- a/docs/b\n+++ b/docs/b\n@@ -1 +1 @@\n-b\n+b\n".to_owned()),
        ("no_change", "header alone", "diff --git a/docs/b b/docs/b\nindex 1234567..89abcde 100644\n".to_owned()),
        ("stray_text", "ed script", "1c\nx\n.\nw\n--- a/docs/b\n+++ b/docs/b\n@@ -1 +1 @@\n-b\n+c\n".to_owned()),
        ("stray_text", "fence", format!("```diff\n{}```\n", of_a("@@ -1,2 +1,2 @@\n-1\n+one\n 2\n"))),
        ("stray_text", "prose", "Here is the diff:\n--- a/docs/b\n+++ b/docs/b\n@@ -1 +1 @@\n-b\n+c\n".to_owned()),
        ("stray_text", "context diff", "*** a/docs/b\n--- b/docs/b\n***************\n*** 1 ****\n! b\n--- 1 ----\n! c\n".to_owned()),
        ("patch_empty", "nothing", String::new()),
        ("unsafe_name", "parent", "--- /dev/null\n+++ b/../x\n@@ -0,0 +1 @@\n+n\n".to_owned()),
        ("unsafe_name", "absolute", "--- /dev/null\n+++ b//etc/x\n@@ -0,0 +1 @@\n+n\n".to_owned()),
        ("unsafe_name", "git folder", "--- /dev/null\n+++ b/docs/.GIT/config\n@@ -0,0 +1 @@\n+n\n".to_owned()),
    ];
    for (code, theme, patch) in refused {
        let outcome =
            parse(patch.as_bytes(), &Limits::default()).and_then(|patch| apply(&patch, &tree()));
        let fault = outcome.expect_err(theme);
        assert_eq!(fault.code.as_str(), code, "{theme}: {fault}");
    }
}

#[test]
fn links_and_submodules_in_the_base_are_left_alone() {
    let mut tree = tree();
    tree.insert(
        "docs/link",
        BaseFile {
            mode: Mode::Symlink,
            bytes: b"../x".to_vec(),
        },
    );
    for patch in [
        "--- a/docs/link\n+++ b/docs/link\n@@ -1 +1 @@\n-../x\n\\ No newline at end of file\n+y\n"
            .to_owned(),
        "--- /dev/null\n+++ b/docs/link/y\n@@ -0,0 +1 @@\n+y\n".to_owned(),
        moved("rename", "docs/link", "docs/other"),
        moved("copy", "docs/link", "docs/other"),
    ] {
        assert!(ours(&tree, patch.as_bytes()).is_err(), "{patch}");
    }
}

#[test]
fn limits_come_before_anything_else() {
    let patch = of_a("@@ -1,2 +1,2 @@\n-1\n+one\n 2\n");
    let tight = |limits: Limits| {
        parse(patch.as_bytes(), &limits)
            .expect_err("a limit")
            .code
            .as_str()
    };
    assert_eq!(
        tight(Limits {
            patch_bytes: 10,
            ..Limits::UNBOUNDED
        }),
        "patch_too_large"
    );
    assert_eq!(
        tight(Limits {
            line_bytes: 10,
            ..Limits::UNBOUNDED
        }),
        "line_too_long"
    );
    assert_eq!(
        tight(Limits {
            files: 0,
            ..Limits::UNBOUNDED
        }),
        "too_many_files"
    );
}

#[test]
fn a_fault_says_where_it_is_and_what_was_there() {
    let patch = of_a("@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n@@ -6,2 +6,2 @@\n 6\n-7x\n+seven\n");
    let parsed = parse(patch.as_bytes(), &Limits::default()).expect("a diff");
    let fault = apply(&parsed, &tree()).expect_err("a mismatch");
    assert_eq!(
        (fault.file.as_deref(), fault.hunk, fault.line),
        (Some("docs/a"), Some(2), Some(11))
    );
    assert_eq!(
        (fault.expected.as_deref(), fault.found.as_deref()),
        (Some("7x"), Some("7"))
    );
}

#[test]
fn a_suggestion_is_made_where_there_is_one_place_only() {
    let oracle = Oracle::new();
    let mut tree = tree();
    tree.insert("docs/twice", BaseFile::regular("x\ny\nx\ny\n"));
    let twice = "--- a/docs/twice\n+++ b/docs/twice\n@@ -2,2 +2,2 @@\n-x\n+z\n y\n".to_owned();
    let table = [
        (
            of_a("@@ -3,3 +3,3 @@\n 5\n-6\n+six\n 7\n"),
            Some("@@ -3,7 +3,7 @@"),
        ),
        (
            of_a("@@ -5,9 +5,2 @@\n 5\n-6\n+six\n 7\n"),
            Some("@@ -3,7 +3,7 @@"),
        ),
        (of_a("@@ -5 +5 @@\n-6\n+six\n"), Some("@@ -3,7 +3,7 @@")),
        (of_a("@@ -5,3 +5,3 @@\n 5\n-six\n+6\n 7\n"), None),
        (twice, None),
    ];
    for (patch, expected) in table {
        let bytes = patch.as_bytes();
        let fault = parse(bytes, &Limits::default())
            .and_then(|patch| apply(&patch, &tree))
            .expect_err("a fault");
        let suggested = suggest(bytes, &Limits::default(), &tree, &fault);
        assert_eq!(suggested.is_some(), expected.is_some(), "{patch}");
        if let (Some(suggested), Some(expected)) = (suggested, expected) {
            assert!(suggested.contains(expected), "{suggested}");
            agreed(&oracle, &tree, suggested.as_bytes()).expect("git takes it too");
        }
    }
}
