//! Summaries of test runners. How many tests failed differs from run to run; that tests failed is
//! what recurs.

/// One stable sentence for the runner whose failed summary is in the text.
pub(super) fn summary(text: &str) -> Option<&'static str> {
    text.lines().rev().map(str::trim).find_map(of_line)
}

fn of_line(line: &str) -> Option<&'static str> {
    if line.starts_with('=') && line.ends_with('=') {
        let inner = line.trim_matches(['=', ' ']);
        if inner.contains(" in ") && has_count(inner, &["failed"]) {
            return Some("pytest: tests failed");
        }
        if inner.contains(" in ") && has_count(inner, &["error", "errors"]) {
            return Some("pytest: errors while collecting or setting up");
        }
    }
    if line.starts_with("test result: FAILED") {
        return Some("cargo test: tests failed");
    }
    if line.starts_with("Tests:") && has_count(line, &["failed"]) {
        return Some("jest: tests failed");
    }
    if line.starts_with("--- FAIL:") || line.starts_with("FAIL\t") {
        return Some("go test: tests failed");
    }
    if line.starts_with("FAILED (") && (line.contains("failures=") || line.contains("errors=")) {
        return Some("unittest: tests failed");
    }
    if has_count(line, &["failing"]) && line.split(' ').count() == 2 {
        return Some("mocha: tests failed");
    }
    let is_count = |word: &str| has_count(line, &[word]) && !line.contains(&format!(" 0 {word}"));
    if has_count(line, &["tests", "examples"]) && (is_count("failures") || is_count("failure")) {
        return Some("tests failed");
    }
    None
}

/// Whether a number stands before one of the words.
fn has_count(line: &str, words: &[&str]) -> bool {
    let tokens: Vec<_> = line
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '.'))
        .filter(|token| !token.is_empty())
        .collect();
    tokens.windows(2).any(|pair| {
        let number = pair[0].parse::<u64>();
        words.contains(&pair[1]) && number.is_ok_and(|number| 0 < number)
    })
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn a_failed_run_is_known_by_its_last_lines() {
        for (line, expected) in [
            (
                "==== 3 failed, 2 passed in 1.20s ====",
                Some("pytest: tests failed"),
            ),
            ("==== 2 passed in 1.20s ====", None),
            ("test result: ok. 3 passed; 0 failed", None),
            (
                "Tests:       1 failed, 3 passed, 4 total",
                Some("jest: tests failed"),
            ),
            ("Tests:       3 passed, 3 total", None),
            (
                "FAILED (failures=1, errors=2)",
                Some("unittest: tests failed"),
            ),
            ("12 tests, 2 failures", Some("tests failed")),
            ("12 tests, 0 failures", None),
            ("  2 failing", Some("mocha: tests failed")),
            ("--- FAIL: TestX (0.00s)", Some("go test: tests failed")),
        ] {
            assert_eq!(summary(line), expected, "{line}");
        }
    }
}
