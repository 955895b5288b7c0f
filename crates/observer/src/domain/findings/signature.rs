//! Which failure one operation is an occurrence of.

use types::event::{EventType, Operation};

use super::category::category;
use crate::domain::{
    decisive::decisive_line,
    identity::fingerprint,
    templates::{WILDCARD, mask_error},
};

/// What all occurrences of one failure have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The tool or task that fails.
    pub tool: String,
    /// The kind of failure.
    pub category: String,
    /// The decisive line with its variable parts masked.
    pub template: String,
    /// A number that stands for the three.
    pub fingerprint: u64,
}

/// A shorter name may be part of any sentence.
const MIN_TOOL_BYTES: usize = 3;

/// Shown as the tool when the agent called one that does not exist: its name is part of what
/// varies, not of what fails.
const NO_TOOL: &str = "unknown tool";

/// The signature of a failed call or task; nothing else fails.
pub fn signature(operation: &Operation) -> Option<Signature> {
    let can_fail = matches!(
        operation.event_type,
        EventType::ToolCall | EventType::TaskFailure
    );
    if operation.success || !can_fail {
        return None;
    }
    let line = error_line(operation);
    let template = mask_error(&without_tool(&line, operation.tool.as_deref()));
    // What varies must not decide what kind it is: a price of 404 is no missing page.
    let category = category(operation, &template);
    let tool = match category.as_str() {
        "unknown_tool" => NO_TOOL.to_owned(),
        _ => tool_of(operation),
    };
    Some(Signature::new(tool, category, template))
}

impl Signature {
    fn new(tool: String, category: String, template: String) -> Self {
        Self {
            fingerprint: fingerprint(&["finding", &tool, &category, &template]),
            tool,
            category,
            template,
        }
    }

    /// The signature of all failures of this tool and category.
    pub(super) fn of_any_text(self) -> Self {
        Self::new(self.tool, self.category, WILDCARD.to_owned())
    }
}

fn error_line(operation: &Operation) -> String {
    let message = operation.error_message.as_deref().unwrap_or_default();
    let line = decisive_line(message);
    if !line.is_empty() {
        return line;
    }
    // An exit code is a number like any other; a name such as TIMEOUT says what happened.
    let code = operation.error_code.as_deref().unwrap_or_default();
    match code.is_empty() || code.starts_with("EXIT_") {
        true => "failed without a message".to_owned(),
        false => code.to_owned(),
    }
}

/// A tool that names itself in its error says nothing more.
fn without_tool(line: &str, tool: Option<&str>) -> String {
    let Some(tool) = tool.filter(|tool| MIN_TOOL_BYTES <= tool.len()) else {
        return line.to_owned();
    };
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(tool) {
        let (before, after) = (&rest[..at], &rest[at + tool.len()..]);
        let touches = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let alone = !touches(before.chars().next_back()) && !touches(after.chars().next());
        out.push_str(before);
        out.push_str(if alone { WILDCARD } else { tool });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn tool_of(operation: &Operation) -> String {
    let named = operation
        .tool
        .as_deref()
        .or(operation.endpoint.as_deref())
        .or(operation.task_name.as_deref());
    match (named, operation.event_type) {
        (Some(name), _) if operation.tool.is_some() => name.to_owned(),
        (Some(name), _) => without_numbers(name),
        (None, EventType::TaskFailure) => "task".to_owned(),
        (None, _) => "unnamed".to_owned(),
    }
}

/// Runs of one task are numbered or dated; the task is the same.
fn without_numbers(name: &str) -> String {
    let mut out = String::new();
    for part in name.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let letters = part.trim_start_matches(|c: char| c.is_ascii_digit());
        if letters.len() < part.len() {
            out.push_str(WILDCARD);
        }
        out.push_str(letters);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::blank;
    use types::Timestamp;

    fn failure(tool: &str, code: Option<&str>, message: &str) -> Signature {
        signature(&Operation {
            tool: Some(tool.to_owned()),
            success: false,
            error_code: code.map(str::to_owned),
            error_message: Some(message.to_owned()),
            ..blank(Timestamp::from_micros(0))
        })
        .unwrap()
    }

    #[test]
    fn one_cause_is_one_signature_under_any_exit_code_number_or_name() {
        for (first, second) in [
            (
                failure("sh", Some("EXIT_1"), "bash: jq: command not found"),
                failure(
                    "sh",
                    Some("EXIT_127"),
                    "Exit code 127\nbash: jq: command not found",
                ),
            ),
            (
                failure("book", None, "Error: flight A1 is full"),
                failure("book", None, "Error: flight B22 is full"),
            ),
            (
                failure(
                    "login_user",
                    Some("NO_SUCH_FUNCTION"),
                    "No such function name: login_user",
                ),
                failure(
                    "get_all",
                    Some("NO_SUCH_FUNCTION"),
                    "No such function name: get_all",
                ),
            ),
            (
                failure(
                    "login",
                    Some("NO_SUCH_FUNCTION"),
                    "No such function name: login",
                ),
                failure(
                    "get_all",
                    Some("NO_SUCH_FUNCTION"),
                    "No such function name: get_all",
                ),
            ),
            (
                failure("pay", None, "Error: price is 404, but paid 401"),
                failure("pay", None, "Error: price is 300, but paid 200"),
            ),
            (
                failure("sh", Some("EXIT_1"), ""),
                failure("sh", Some("EXIT_2"), ""),
            ),
        ] {
            assert_eq!(first, second);
        }
    }

    #[test]
    fn different_causes_have_different_signatures() {
        for (first, second) in [
            (
                failure("book", None, "Error: no seats"),
                failure("book", None, "Error: no money"),
            ),
            (
                failure("a", None, "Error: no seats"),
                failure("b", None, "Error: no seats"),
            ),
            (
                failure("run", Some("TIMEOUT"), "assert 1 in []"),
                failure("run", None, "assert 1 in []"),
            ),
            (
                failure("sh", None, "Checks failed:\n[FORMAT] x is not formatted"),
                failure("sh", None, "Checks failed:\n[LINT] unused variable"),
            ),
            (
                failure("get", None, "HTTP 404"),
                failure("get", None, "HTTP 500"),
            ),
        ] {
            assert_ne!(
                first.fingerprint, second.fingerprint,
                "{first:?} {second:?}"
            );
        }
    }

    #[test]
    fn only_failed_calls_and_tasks_have_a_signature() {
        let good = blank(Timestamp::from_micros(0));
        assert_eq!(signature(&good), None);
        let numbered = Operation {
            event_type: EventType::TaskFailure,
            success: false,
            task_name: Some("airline/017".to_owned()),
            ..good
        };
        assert_eq!(signature(&numbered).unwrap().tool, "airline/<*>");
    }
}
