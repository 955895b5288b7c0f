//! The decisive line of an error's text: the one a person would quote.
//!
//! Tools print much around it: progress, frames of a traceback, the echoed input, a wrapper that
//! says only that something failed. Wrappers are taken off first; then the marks of languages and
//! test runners decide; what they do not know is settled by how much a line sounds like an error.

mod language;
mod runner;
mod score;
mod unwrap;

use std::borrow::Cow;

/// A decisive line may be this long; the rest says nothing new.
const MAX_LINE_CHARS: usize = 400;

/// Of a longer text only the two ends are looked at, each of this size.
const MAX_END_BYTES: usize = 16 * 1024;

/// The decisive line of `text`, trimmed; empty only when the text is blank.
pub fn decisive_line(text: &str) -> String {
    let ends = two_ends(text);
    let clean = unwrap::clean(&ends);
    let line = of_section(unwrap::unwrapped(&clean));
    let line = unwrap::without_echoed_command(&line);
    line.chars().take(MAX_LINE_CHARS).collect()
}

/// What decides stands near an end of a very long output.
fn two_ends(text: &str) -> Cow<'_, str> {
    if text.len() <= 2 * MAX_END_BYTES {
        return Cow::Borrowed(text);
    }
    let head = &text[..text.floor_char_boundary(MAX_END_BYTES)];
    let tail = &text[text.ceil_char_boundary(text.len() - MAX_END_BYTES)..];
    Cow::Owned(format!("{head}\n{tail}"))
}

fn of_section(text: &str) -> Cow<'_, str> {
    if let Some((name, body)) = unwrap::last_section(text) {
        return Cow::Owned(format!("[{name}] {}", of_text(body)));
    }
    of_text(text)
}

fn of_text(text: &str) -> Cow<'_, str> {
    if let Some(line) = language::error_of_traceback(text) {
        return Cow::Borrowed(line);
    }
    if let Some(summary) = runner::summary(text) {
        return Cow::Borrowed(summary);
    }
    if let Some(line) = language::error_of_program(text) {
        return Cow::Borrowed(line);
    }
    Cow::Borrowed(score::most_telling_line(text))
}

#[cfg(test)]
mod tests {
    use super::decisive_line;

    #[test]
    fn the_decisive_line_is_the_one_a_person_would_quote() {
        for (text, expected) in [
            ("", ""),
            (
                "Error: gift card balance is not enough",
                "Error: gift card balance is not enough",
            ),
            (
                "Exit code 1\nOn branch main\nnothing to commit, working tree clean",
                "nothing to commit, working tree clean",
            ),
            (
                "Exit code 127\n(eval):1: command not found: jq",
                "(eval):1: command not found: jq",
            ),
            (
                "<tool_use_error>String to replace not found in file.\nString: raise ValueError('error')</tool_use_error>",
                "String to replace not found in file.",
            ),
            (
                "Code output: Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    f()\nKeyError: 'x'\nSearch Result 1:\nTop ten errors of failed people\n",
                "KeyError: 'x'",
            ),
            (
                "Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: a\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"b.py\", line 2\npkg.BError: b\n",
                "pkg.BError: b",
            ),
            (
                "Traceback (most recent call last):\n  File \"a.py\", line 1\n    return r[\"transcript\"]\nKeyError: 'transcript'\n{'message': 'You are not subscribed to this API.'}\n",
                "You are not subscribed to this API.",
            ),
            (
                "  File \"a.py\", line 1\n    import pandas\nIndentationError: unexpected indent\n",
                "IndentationError: unexpected indent",
            ),
            (
                "Executing my_tools.api error...\nExceeded 30 redirects.",
                "Exceeded 30 redirects.",
            ),
            (
                "collected 3 items\n\ntests/test_a.py F..\n\n=== short test summary info ===\nFAILED tests/test_a.py::test_x - assert 1 == 2\n=== 1 failed, 2 passed in 0.12s ===\n",
                "pytest: tests failed",
            ),
            (
                "running 2 tests\ntest a ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored\nerror: test failed, to rerun pass `--lib`",
                "cargo test: tests failed",
            ),
            (
                "error[E0308]: mismatched types\n --> src/a.rs:1:2\nerror: could not compile `a` (lib) due to 1 previous error",
                "error[E0308]: mismatched types",
            ),
            (
                "thread 'main' panicked at src/main.rs:2:5:\nindex out of bounds: the len is 0\nnote: run with RUST_BACKTRACE=1",
                "index out of bounds: the len is 0",
            ),
            (
                "Exception in thread \"main\" java.lang.RuntimeException: outer\n\tat a.b(C.java:1)\nCaused by: java.io.IOException: disk full\n\tat d.e(F.java:2)\n",
                "java.io.IOException: disk full",
            ),
            (
                "Checks failed:\\n\\n[FORMAT] Code is not formatted.\\nRun 'fmt' to fix.\\n\\nFix these issues before committing.",
                "[FORMAT] Code is not formatted.",
            ),
            (
                "{\"error\": {\"code\": 429, \"message\": \"Rate limit reached for requests\"}}",
                "Rate limit reached for requests",
            ),
            (
                "Permission to use Bash with command git push --force has been denied.",
                "Permission to use Bash has been denied.",
            ),
            (
                "<tool_use_error>InputValidationError: Read failed due to the following issue:\nThe required parameter `file_path` is missing</tool_use_error>",
                "The required parameter `file_path` is missing",
            ),
            (
                "** (KeyError) key :a not found in: %{}\n    (elixir) lib/x.ex:1",
                "** (KeyError) key :a not found in: %{}",
            ),
            ("HTTP 404 http://a.b:80/x", "HTTP 404 http://a.b:80/x"),
            (
                "\u{1b}[31merror\u{1b}[0m: pathspec 'x' did not match any file(s)",
                "error: pathspec 'x' did not match any file(s)",
            ),
            (
                "npm ERR! code ENOENT\nnpm ERR! A complete log of this run can be found in: /x",
                "npm ERR! code ENOENT",
            ),
        ] {
            assert_eq!(decisive_line(text), expected, "{text:?}");
        }
    }
}
