//! What kind of failure an error is.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, BuildError};
use types::event::Operation;

/// Codes that say what happened, whatever the text says.
const CODES: &[(&str, &str)] = &[
    ("TIMEOUT", "timeout"),
    ("RATE_LIMIT", "rate_limit"),
    ("TOO_MANY_REQUESTS", "rate_limit"),
    ("HTTP_429", "rate_limit"),
    ("UNAUTHORIZED", "permission"),
    ("NOT_SUBSCRIBED", "permission"),
    ("NO_SUCH_FUNCTION", "unknown_tool"),
    ("NOT_FOUND_404", "not_found"),
    ("USER_REJECTED", "user_rejected"),
    ("REQUEST_INVALID", "invalid_input"),
];

/// Words of the decisive line, the first match wins: what is more specific comes first.
const WORDS: &[(&str, &[&str])] = &[
    (
        "user_rejected",
        &[
            "the user doesn't want",
            "user rejected",
            "user denied",
            "rejected by user",
        ],
    ),
    (
        "unknown_tool",
        &[
            "no such function name",
            "no such tool",
            "unknown tool",
            "tool not found",
            "unknown function",
        ],
    ),
    (
        "data_loss",
        &[
            "data loss",
            "database corrupt",
            "disk image is malformed",
            "checksum mismatch",
            "corrupted data",
        ],
    ),
    (
        "security",
        &[
            "certificate verify failed",
            "security violation",
            "signature verification failed",
            "tampered",
        ],
    ),
    (
        "out_of_resources",
        &[
            "out of memory",
            "cannot allocate memory",
            "no space left",
            "disk quota",
            "memoryerror",
            "oomkilled",
            "too many open files",
        ],
    ),
    (
        "syntax_error",
        &[
            "syntaxerror",
            "syntax error",
            "indentationerror",
            "taberror",
            "unexpected token",
            "parse error",
            "jsondecodeerror",
            "decoding json",
        ],
    ),
    (
        "undefined_name",
        &[
            "nameerror",
            "is not defined",
            "undefined variable",
            "importerror",
            "modulenotfounderror",
            "no module named",
            "unresolved import",
            "cannot find name",
        ],
    ),
    (
        "rate_limit",
        &["rate limit", "too many requests", "quota exceeded", "429"],
    ),
    ("timeout", &["timed out", "timeout", "deadline exceeded"]),
    (
        "network",
        &[
            "connection refused",
            "connection reset",
            "connectionerror",
            "connection aborted",
            "max retries",
            "could not resolve",
            "name resolution",
            "unreachable",
            "redirects",
            "broken pipe",
            "econnrefused",
            "getaddrinfo",
            "502",
            "503",
            "bad gateway",
            "service unavailable",
        ],
    ),
    (
        "permission",
        &[
            "verify you are human",
            "are you a robot",
            "captcha",
            "not authenticated",
            "permission denied",
            "unauthorized",
            "forbidden",
            "not subscribed",
            "access denied",
            "not permitted",
            "eacces",
            "401",
            "403",
            "invalid api key",
            "not allowed",
            "authentication",
        ],
    ),
    ("test_failure", &["tests failed", "errors while collecting"]),
    (
        "check_failure",
        &[
            "not formatted",
            "[format]",
            "[credo]",
            "[dialyzer]",
            "[lint]",
            "never match",
            "clippy",
            "eslint",
        ],
    ),
    (
        "edit_mismatch",
        &[
            "string to replace not found",
            "no replacement was performed",
            "matches of the string to replace",
            "has not been read yet",
            "has been modified since",
        ],
    ),
    (
        "not_found",
        &[
            "not a git repository",
            "not found",
            "no such file",
            "does not exist",
            "doesn't exist",
            "filenotfounderror",
            "enoent",
            "did not match any",
            "404",
        ],
    ),
    (
        "type_error",
        &[
            "error ts",
            "could not compile",
            "cannot compile",
            "typeerror",
            "attributeerror",
            "keyerror",
            "indexerror",
            "mismatched types",
            "error[e",
            "nullpointer",
        ],
    ),
    (
        "conflict",
        &[
            "already in use",
            "failed to push",
            "conflict",
            "already exists",
            "locked",
            "deadlock",
        ],
    ),
    (
        "invalid_input",
        &[
            "exceeds maximum",
            "too large",
            "cannot be",
            "invalid",
            "valueerror",
            "validation",
            "malformed",
            "not enough",
            "does not add up",
            "cannot be used",
            "not available",
            "missing required",
            "unknown language",
            "illegal",
            "bad request",
            "400",
        ],
    ),
    (
        "crash",
        &[
            "segmentation fault",
            "panicked",
            "index out of bounds",
            "core dumped",
            "killed",
            "stack overflow",
        ],
    ),
    (
        "wrong_result",
        &["assert", "does not match the expected", "wrong answer"],
    ),
];

/// The category that the source states, that its code implies, or that the line's words suggest.
pub(super) fn category(operation: &Operation, line: &str) -> String {
    let stated = operation.error_category.as_deref().filter(|it| is_name(it));
    if let Some(stated) = stated {
        return stated.to_owned();
    }
    let code = operation.error_code.as_deref().unwrap_or_default();
    let by_code = CODES.iter().find(|(name, _)| *name == code);
    if let Some((_, category)) = by_code {
        return (*category).to_owned();
    }
    by_words(line).to_owned()
}

/// All words of [`WORDS`], to be found in one pass.
struct Finder {
    words: AhoCorasick,
    /// Of each word, where its category stands in the list, and whether it is a number.
    known: Vec<(usize, bool)>,
}

static FINDER: LazyLock<Result<Finder, BuildError>> = LazyLock::new(|| {
    let words = || {
        let numbered = WORDS.iter().enumerate();
        numbered.flat_map(|(rank, (_, words))| words.iter().map(move |word| (rank, *word)))
    };
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    Ok(Finder {
        words: AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(words().map(|(_, word)| word))?,
        known: words()
            .map(|(rank, word)| (rank, is_number(word)))
            .collect(),
    })
});

fn by_words(line: &str) -> &'static str {
    let first = FINDER.as_ref().ok().and_then(|finder| finder.first(line));
    first.map_or("error", |rank| WORDS[rank].0)
}

impl Finder {
    /// The first category of which a word stands on the line.
    fn first(&self, line: &str) -> Option<usize> {
        let ranks = self.words.find_overlapping_iter(line).filter_map(|found| {
            let (rank, is_number) = self.known[found.pattern().as_usize()];
            (!is_number || stands_alone(line, found.start(), found.end())).then_some(rank)
        });
        ranks.min()
    }
}

/// 404 is not in 14041.
fn stands_alone(line: &str, start: usize, end: usize) -> bool {
    let touches = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !touches(line[..start].chars().next_back()) && !touches(line[end..].chars().next())
}

fn is_name(text: &str) -> bool {
    let valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (2..=40).contains(&text.len()) && text.bytes().all(valid)
}

#[cfg(test)]
mod tests {
    use super::by_words;

    #[test]
    fn words_name_the_kind_of_failure() {
        for (line, expected) in [
            (
                "HTTPConnectionPool(host='a'): Read timed out. (read timeout=30)",
                "timeout",
            ),
            ("Exceeded 30 redirects.", "network"),
            (
                "FileNotFoundError: [Errno 2] No such file or directory: 'x'",
                "not_found",
            ),
            ("Error: not enough seats on flight HAT229", "invalid_input"),
            ("zsh: permission denied: ./x", "permission"),
            ("pytest: tests failed", "test_failure"),
            ("HTTP 404 http://a", "not_found"),
            ("ran 14041 things", "error"),
            ("Message error...", "error"),
        ] {
            assert_eq!(by_words(line), expected, "{line}");
        }
    }
}
