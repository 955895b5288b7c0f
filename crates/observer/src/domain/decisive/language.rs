//! How programs in various languages report the error that ended them.

use super::unwrap::stated_message;

/// The exception under the last Python traceback, or what an API said right after it.
pub(super) fn error_of_traceback(text: &str) -> Option<&str> {
    let start = text.rfind("Traceback (most recent call last)")?;
    let mut lines = text[start..].lines().skip(1);
    let exception = lines.find(|line| {
        let inside = line.is_empty() || line.starts_with([' ', '\t', '|', '+']);
        !inside && !line.trim().is_empty()
    })?;
    // A program that prints the answer it choked on names the cause better than the choking.
    let answer = lines.take(3).find_map(stated_message);
    Some(answer.unwrap_or(exception).trim())
}

/// The error line of a compiler, a runtime or a shell.
pub(super) fn error_of_program(text: &str) -> Option<&str> {
    stated_by_json(text)
        .or_else(|| after_panic(text))
        .or_else(|| elixir_error(text))
        .or_else(|| last_cause(text))
        .or_else(|| compiler_error(text))
        .or_else(|| last_exception_line(text))
}

fn stated_by_json(text: &str) -> Option<&str> {
    super::unwrap::is_json(text)
        .then(|| stated_message(text))
        .flatten()
}

/// Rust prints the message on the line after the place, Go on the same line.
fn after_panic(text: &str) -> Option<&str> {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("thread '") && line.contains("panicked at") {
            return lines.next().map(str::trim).filter(|line| !line.is_empty());
        }
        if line.starts_with("panic: ") {
            return Some(line.trim());
        }
    }
    None
}

/// Elixir marks what ended a program with two stars.
fn elixir_error(text: &str) -> Option<&str> {
    let mut lines = text.lines().map(str::trim);
    lines.find(|line| {
        let refers = line.starts_with("** (exit") || line.ends_with("(errors have been logged)");
        line.starts_with("** (") && !refers
    })
}

/// The innermost cause of a chain of Java exceptions.
fn last_cause(text: &str) -> Option<&str> {
    let mut found = None;
    for line in text.lines().map(str::trim) {
        if let Some(cause) = line.strip_prefix("Caused by: ") {
            found = Some(cause);
        } else if found.is_none() && line.starts_with("Exception in thread ") {
            found = line.splitn(3, '"').nth(2).map(str::trim);
        }
    }
    found
}

/// The first error of a compiler: those that follow are often its consequences.
fn compiler_error(text: &str) -> Option<&str> {
    text.lines().map(str::trim).find(|line| {
        line.starts_with("error[E")
            || line.contains(": error TS")
            || line.contains(": error: ")
            || line.contains(": fatal error: ")
    })
}

/// The last line of the form `package.SomeError: text`.
fn last_exception_line(text: &str) -> Option<&str> {
    text.lines().rev().find_map(|line| {
        let line = line.trim_end();
        let bare = line.strip_prefix("- ").unwrap_or(line);
        let bare = bare.strip_prefix("Uncaught ").unwrap_or(bare);
        is_exception(bare).then_some(bare)
    })
}

fn is_exception(line: &str) -> bool {
    // A linter puts its own code before the name: `E999 IndentationError: …`.
    let name = line
        .split(": ")
        .next()
        .unwrap_or(line)
        .trim_end_matches(':');
    let name = name.rsplit(' ').next().unwrap_or(name);
    let words = line.split(": ").next().unwrap_or(line).split(' ').count();
    let valid = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
    let ends = ["Error", "Exception", "Interrupt", "Exit", "Failure"]
        .iter()
        .any(|end| name.ends_with(end) && name.len() != end.len());
    valid && ends && words <= 2 && name.chars().any(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_line_is_told_from_prose() {
        for (line, expected) in [
            ("ValueError: bad", true),
            (
                "requests.exceptions.ConnectionError: HTTPSConnectionPool",
                true,
            ),
            ("E999 IndentationError: unexpected indent", true),
            ("KeyboardInterrupt", true),
            ("Error: not enough", false),
            ("This was an Error: sorry", false),
            ("a DeprecationWarning: x", false),
        ] {
            assert_eq!(is_exception(line), expected, "{line}");
        }
    }
}
