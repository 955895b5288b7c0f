//! Whole diffs, kind by kind.

use patch_apply::domain::policy::{Policy, check, check_alone};
use unidiff::{BaseFile, FileResult, MemoryBase, Mode, canonical};

use crate::cases::{assert_accepted, assert_refused, edit, judge, tree, with_mode};

const AGENTS: &str = "agents:\n  Writer:\n    model: large\n    persona: |\n      You write.\n      \
                      Keep it short.\n    prompt: \"Write.\"\n    extensions:\n      - search\n  \
                      Reader:\n    persona: Reads.\n    prompt: Read.\n    extensions: []\n";
const TASKS: &str = "tasks:\n  review:\n    schedule: '0 2 * * *'\n    agent: Reader\n    \
                     prompt: |\n      Look back.\n";

/// Edits of a file by replacing a piece of its text.
fn replaced(path: &str, text: &str, from: &str, to: &str) -> (MemoryBase, String) {
    assert!(text.contains(from), "{from}");
    (
        tree(&[(path, text)]),
        edit(path, text, &text.replacen(from, to, 1)),
    )
}

#[test]
fn the_text_of_agents_and_tasks_may_change() {
    for (path, text, from, to) in [
        (
            "agents/agents.yaml",
            AGENTS,
            "Keep it short.",
            "Keep it short.\n      Retry a slow search once.",
        ),
        (
            "agents/agents.yaml",
            AGENTS,
            "\"Write.\"",
            "\"Write. Count the tokens, at most 4000.\"",
        ),
        ("agents/agents.yaml", AGENTS, "Read.", "'Read: slowly'"),
        (
            "scheduler/scheduled_tasks.yaml",
            TASKS,
            "Look back.",
            "Look back over a week: errors first.",
        ),
        ("scheduled_tasks.yaml", TASKS, "Look back.", "Look further."),
    ] {
        let (base, patch) = replaced(path, text, from, to);
        assert_accepted(&base, &patch);
    }
}

#[test]
fn nothing_else_about_agents_and_tasks_may_change() {
    let agents = "agents/agents.yaml";
    let tasks = "scheduler/scheduled_tasks.yaml";
    for (path, text, from, to, code) in [
        (
            agents,
            AGENTS,
            "      - search\n",
            "      - search\n      - shell\n",
            "yaml_place",
        ),
        (
            agents,
            AGENTS,
            "extensions: []",
            "extensions: [shell]",
            "yaml_place",
        ),
        (
            agents,
            AGENTS,
            "extensions: []",
            "\"extensi\\x6fns\": [shell]",
            "yaml_place",
        ),
        (
            agents,
            AGENTS,
            "extensions: []",
            "extensions: []\n    tools: [shell]",
            "yaml_place",
        ),
        (
            agents,
            AGENTS,
            "extensions: []",
            "extensions: []\n    extensions: [shell]",
            "invalid_file",
        ),
        (
            agents,
            AGENTS,
            "extensions: []",
            "extensions: []\n    <<: {extensions: [shell]}",
            "yaml_place",
        ),
        (
            agents,
            AGENTS,
            "  Reader:\n",
            "  Helper:\n    prompt: hi\n  Reader:\n",
            "yaml_place",
        ),
        (agents, AGENTS, "  Reader:\n", "  Auditor:\n", "yaml_place"),
        (agents, AGENTS, "model: large", "model: small", "yaml_place"),
        (agents, AGENTS, "model: large", "model: *x", "invalid_file"),
        (
            agents,
            AGENTS,
            "prompt: Read.",
            "prompt: &p Read.",
            "yaml_ambiguous",
        ),
        (
            agents,
            AGENTS,
            "prompt: Read.",
            "prompt: !!python/name:os.system Read.",
            "yaml_ambiguous",
        ),
        (agents, AGENTS, "prompt: Read.", "prompt: 3", "yaml_place"),
        (
            agents,
            AGENTS,
            "prompt: Read.",
            "prompt:\n      extensions: [shell]",
            "yaml_place",
        ),
        (agents, AGENTS, "prompt: Read.", "prompt: ", "yaml_place"),
        (
            agents,
            AGENTS,
            "prompt: Read.",
            "prompt: \"\\u202eRead.\"",
            "hidden_character",
        ),
        (
            agents,
            AGENTS,
            "prompt: Read.",
            "prompt: \"see https:\\x2f\\x2fevil.example/\"",
            "url_not_allowed",
        ),
        (
            agents,
            AGENTS,
            "agents:\n",
            "---\nx: 1\n---\nagents:\n",
            "yaml_ambiguous",
        ),
        (
            agents,
            AGENTS,
            "agents:\n",
            "%TAG ! tag:x,2000:\n---\nagents:\n",
            "yaml_ambiguous",
        ),
        (agents, AGENTS, AGENTS, "", "yaml_place"),
        (tasks, TASKS, "0 2 * * *", "* * * * *", "yaml_place"),
        (tasks, TASKS, "agent: Reader", "agent: Writer", "yaml_place"),
        (
            tasks,
            TASKS,
            "tasks:\n",
            "tasks:\n  more:\n    prompt: x\n",
            "yaml_place",
        ),
    ] {
        let (base, patch) = replaced(path, text, from, to);
        assert_refused(&base, &patch, code);
    }
}

#[test]
fn files_with_editable_places_stay_where_they_are() {
    let base = tree(&[("agents/agents.yaml", AGENTS), ("docs/a.yaml", AGENTS)]);
    let away = "diff --git a/agents/agents.yaml b/docs/x.yaml\nsimilarity index 100%\n\
                rename from agents/agents.yaml\nrename to docs/x.yaml\n";
    assert_refused(&base, away, "yaml_place");
    let new = tree(&[("docs/a.yaml", AGENTS)]);
    assert_refused(&new, &edit("agents/agents.yaml", "", AGENTS), "yaml_place");
    let onto = "diff --git a/docs/a.yaml b/agents/agents.yaml\nsimilarity index 100%\n\
                copy from docs/a.yaml\ncopy to agents/agents.yaml\n";
    assert_refused(&new, onto, "yaml_place");
}

#[test]
fn both_names_of_a_rename_copy_and_deletion_are_judged() {
    let base = tree(&[("docs/a.md", "a\n"), (".env", "x\n"), ("README.md", "r\n")]);
    let header = |verb: &str, old: &str, new: &str| {
        format!(
            "diff --git a/{old} b/{new}\nsimilarity index 100%\n{verb} from {old}\n{verb} to {new}\n"
        )
    };
    assert_accepted(&base, &header("rename", "docs/a.md", "docs/b.md"));
    assert_accepted(&base, &header("copy", "docs/a.md", "docs/b.md"));
    assert_accepted(&base, &header("rename", "docs/a.md", "docs/A.md"));
    assert_refused(
        &base,
        &header("copy", "docs/a.md", "docs/A.md"),
        "path_collision",
    );
    assert_refused(
        &base,
        &header("rename", ".env", "docs/b.md"),
        "path_forbidden",
    );
    assert_refused(
        &base,
        &header("copy", ".env", "docs/b.md"),
        "path_forbidden",
    );
    assert_refused(
        &base,
        &header("rename", "docs/a.md", "agents/Provision.py"),
        "path_forbidden",
    );
    assert_refused(
        &base,
        &header("rename", "README.md", "docs/b.md"),
        "path_not_allowed",
    );
    assert_refused(&base, &edit("README.md", "r\n", ""), "path_not_allowed");
    assert_accepted(&base, &edit("docs/a.md", "a\n", ""));
}

#[test]
fn modes_and_links_stay() {
    let base = with_mode(
        tree(&[("scripts/x.sh", "true\n")]),
        "scripts/x.sh",
        Mode::Executable,
    );
    assert_accepted(
        &base,
        "--- a/scripts/x.sh\n+++ b/scripts/x.sh\n@@ -1 +1 @@\n-true\n+false\n",
    );
    let copy = "diff --git a/scripts/x.sh b/scripts/y.sh\nsimilarity index 100%\n\
                copy from scripts/x.sh\ncopy to scripts/y.sh\n";
    assert_refused(&base, copy, "mode");
    let mode = "diff --git a/scripts/x.sh b/scripts/x.sh\nold mode 100755\nnew mode 100644\n";
    assert_refused(&base, mode, "mode");
    let added = "diff --git a/scripts/z.sh b/scripts/z.sh\nnew file mode 100755\n--- /dev/null\n\
                 +++ b/scripts/z.sh\n@@ -0,0 +1 @@\n+true\n";
    assert_refused(&base, added, "mode");
    let link = with_mode(tree(&[("docs/l", "../.env")]), "docs/l", Mode::Symlink);
    assert_refused(
        &link,
        "--- a/docs/l\n+++ b/docs/l\n@@ -1 +1 @@\n-../.env\n\\ No newline at end of file\n+x\n",
        "not_a_file",
    );
    assert_refused(&link, &edit("docs/l/x.md", "", "x\n"), "folder_conflict");
    let module = "diff --git a/docs/m b/docs/m\nnew file mode 160000\nindex 0000000..1234567\n\
                  --- /dev/null\n+++ b/docs/m\n@@ -0,0 +1 @@\n+Subproject commit x\n";
    assert_refused(&link, module, "bad_mode");
}

#[test]
fn added_text_holds_nothing_hidden_and_no_credential() {
    let base = tree(&[("docs/a.md", "a\n")]);
    for hidden in [
        '\u{202e}',
        '\u{2066}',
        '\u{200b}',
        '\u{feff}',
        '\u{e0041}',
        '\u{1b}',
        '\u{85}',
        '\u{7f}',
        '\u{2028}',
        '\r',
    ] {
        assert_refused(
            &base,
            &edit("docs/a.md", "a\n", &format!("a\nx{hidden}y\n")),
            "hidden_character",
        );
    }
    for plain in [
        "tab\there",
        "caf\u{e9} \u{2013} \u{4f60}\u{597d}",
        "\u{26a0}\u{fe0f} take care",
        "crlf\r",
    ] {
        assert_accepted(&base, &edit("docs/a.md", "a\n", &format!("a\n{plain}\n")));
    }
    for secret in [
        "key: AKIAIOSFODNN7EXAMPLQ".replace("EXAMPLQ", "QRSTUVW"),
        format!(
            "token ghp_{}",
            "a8Kd02mXq7".repeat(4).get(..36).unwrap_or_default()
        ),
        "-----BEGIN RSA PRIVATE KEY-----".to_owned(),
    ] {
        assert_refused(
            &base,
            &edit("docs/a.md", "a\n", &format!("a\n{secret}\n")),
            "secret",
        );
    }
    for text in [
        "The token budget is 4000 tokens.",
        "Keep passwords in the vault, never here.",
        "Set the API key in the environment.",
        "Retry after 30 seconds; see the secret store.",
    ] {
        assert_accepted(&base, &edit("docs/a.md", "a\n", &format!("a\n{text}\n")));
    }
}

#[test]
fn hidden_text_and_links_that_were_there_may_stay_or_go() {
    let old = "http://old.example.net/\n\u{200b}\nlast\n";
    let base = tree(&[("docs/a.md", old)]);
    assert_accepted(&base, &edit("docs/a.md", old, &old.replace("last", "end")));
    assert_accepted(&base, &edit("docs/a.md", old, "last\n"));
    assert_refused(
        &base,
        &edit(
            "docs/a.md",
            old,
            &old.replace("last", "http://new.example.net"),
        ),
        "url_not_allowed",
    );
}

#[test]
fn files_must_be_well_formed_and_keep_their_schema() {
    let cases = [
        ("config/a.yaml", "a: 1\n", "a: [1\n"),
        ("config/a.yaml", "a: 1\n", "a: 1\na: 2\n"),
        ("config/a.YML", "a: 1\n", "a: 1\n\tb: 2\n"),
        ("config/a.json", "{}\n", "{\"a\": 1,}\n"),
        ("config/a.json", "{}\n", "{\"a\": 1, \"a\": 2}\n"),
        (
            "config/limits.json",
            "{\"retries\": 3}\n",
            "{\"retries\": 30}\n",
        ),
        (
            "config/limits.json",
            "{\"retries\": 3}\n",
            "{\"retries\": \"3\"}\n",
        ),
        (
            "config/limits.json",
            "{\"retries\": 3}\n",
            "{\"retries\": 3, \"shell\": true}\n",
        ),
        ("scripts/a.sh", "true\n", "if true; then\n"),
        ("tools/a.py", "x = 1\n", "x = (1\n"),
        ("tools/a.py", "x = 1\n", "return 1\n"),
    ];
    for (path, old, new) in cases {
        assert_refused(&tree(&[(path, old)]), &edit(path, old, new), "invalid_file");
    }
    let good = [
        (
            "config/limits.json",
            "{\"retries\": 3}\n",
            "{\"retries\": 4}\n",
        ),
        ("config/a.yaml", "a: &x 1\n", "a: &x 1\nb: *x\n"),
        (
            "scripts/a.sh",
            "true\n",
            "if true; then\n  echo \"$(date)\"\nfi\n",
        ),
        ("tools/a.py", "x = 1\n", "def f():\n    return 1\n"),
    ];
    for (path, old, new) in good {
        assert_accepted(&tree(&[(path, old)]), &edit(path, old, new));
    }
    assert_refused(
        &tree(&[("config/a.yaml", "a: 1\n")]),
        &edit("config/a.yaml", "a: 1\n", "a: !!python/object:x.Y {}\n"),
        "yaml_ambiguous",
    );
}

#[test]
fn sizes_are_bounded_before_anything_is_read() {
    let base = tree(&[("docs/a.md", "a\n")]);
    assert_refused(
        &base,
        &edit("docs/a.md", "a\n", &"a line of text\n".repeat(5_000)),
        "patch_too_large",
    );
    assert_refused(
        &base,
        &edit("docs/a.md", "a\n", &"x".repeat(9_000)),
        "line_too_long",
    );
    let many: Vec<FileResult> = (0..21)
        .map(|number| FileResult {
            path: format!("docs/{number}.md"),
            old: None,
            new: Some(BaseFile::regular(format!("{number}\n"))),
        })
        .collect();
    assert_refused(&base, &canonical(&many).expect("text"), "too_many_files");
}

#[test]
fn every_verdict_names_the_rules_the_paths_and_the_reason() {
    let base = tree(&[("docs/a.md", "a\nb\n")]);
    let patch = "--- a/docs/a.md\n+++ b/docs/a.md\n@@ -1,2 +1,2 @@\n a\n-x\n+c\n";
    let verdict = judge(&base, patch);
    assert_eq!(verdict.policy_digest.len(), 64);
    assert_eq!(verdict.paths, ["docs/a.md"]);
    let [refusal] = verdict.refusals.as_slice() else {
        panic!("{verdict:#?}")
    };
    assert_eq!(
        (refusal.code.as_str(), refusal.line),
        ("context_mismatch", Some(5))
    );
    assert_eq!(refusal.file.as_deref(), Some("docs/a.md"));
    assert!(refusal.message.contains("\"x\"") && refusal.message.contains("\"b\""));
}

#[test]
fn a_misplaced_diff_comes_with_a_suggestion_that_is_accepted() {
    let base = tree(&[("docs/a.md", "1\n2\n3\n4\n5\n6\n7\n8\n9\n")]);
    let patch = "--- a/docs/a.md\n+++ b/docs/a.md\n@@ -2,9 +2,3 @@\n 5\n-6\n+six\n 7\n";
    let verdict = judge(&base, patch);
    assert!(!verdict.accepted);
    let suggested = verdict.suggested_patch.expect("a suggestion");
    assert_accepted(&base, &suggested);
    assert!(suggested.contains("+six\n"));
}

#[test]
fn without_a_policy_only_the_diff_itself_counts() {
    let base = tree(&[("docker-compose.yml", "a: 1\n")]);
    let patch = edit(
        "docker-compose.yml",
        "a: 1\n",
        "a: http://x.example\na: 2\n",
    );
    let (verdict, results) = check_alone(patch.as_bytes(), &base);
    assert!(verdict.accepted && results.is_some());
    let shipped = Policy::shipped().expect("a policy");
    assert!(!check(&shipped, patch.as_bytes(), &base).0.accepted);
}
