//! Which program wrote a file.

use std::path::Path;

use super::{Format, compose, langfuse};

/// Judges by marks that only one format has; the path decides where the start looks like several.
pub(super) fn detect(path: &Path, head: &[u8]) -> Option<Format> {
    let head = String::from_utf8_lossy(&head[..head.len().min(Format::DETECTION_BYTES)]);
    let head = head.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    let has = |key: &str| contains_key(head, key);
    if has("resourceSpans")
        || has("resourceLogs")
        || has("resource_spans")
        || (has("batches") && has("resource"))
        || (has("traceID") && has("spans"))
    {
        return Some(Format::Otlp);
    }
    let first_line = head.lines().next().unwrap_or_default();
    if contains_key(first_line, "event_type") || looks_like_event(first_line) {
        return Some(Format::Telemetry);
    }
    let corrects = contains_key(first_line, "correction")
        && (contains_key(first_line, "task_class") || contains_key(first_line, "applied_at_turn"));
    if corrects {
        return Some(Format::Corrections);
    }
    if langfuse::is_export(&has) {
        return Some(Format::Langfuse);
    }
    if has("benchmark_start_time") {
        return Some(Format::AgBenchmark);
    }
    if has("sessionId") || (has("type") && has("isSnapshotUpdate")) {
        return Some(Format::ClaudeCode);
    }
    if has("history") && (has("mistake_agent") || has("is_correct")) {
        return Some(Format::WhoAndWhen);
    }
    if has("reward") && (has("traj") || has("task_id")) {
        return Some(Format::TauBench);
    }
    if has("tree") && has("node_type") {
        return Some(Format::ToolBench);
    }
    if has("trajectory")
        || path
            .extension()
            .is_some_and(|extension| extension == "traj")
    {
        return Some(Format::SweAgent);
    }
    compose::is_output(head).then_some(Format::Compose)
}

fn looks_like_event(line: &str) -> bool {
    contains_key(line, "success")
        && (contains_key(line, "timestamp") || contains_key(line, "endpoint"))
}

fn contains_key(text: &str, key: &str) -> bool {
    let quoted = format!("\"{key}\"");
    text.match_indices(&quoted)
        .any(|(at, _)| text[at + quoted.len()..].trim_start().starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_the_marks_of_its_format() {
        for (name, head, expected) in [
            ("a.json", r#"{"resourceSpans":[]}"#, Some(Format::Otlp)),
            (
                "a.json",
                r#"{ "batches": [ {"resource": {}}]}"#,
                Some(Format::Otlp),
            ),
            (
                "a.json",
                r#"{"data":[{"traceID":"1","spans":[]}]}"#,
                Some(Format::Otlp),
            ),
            (
                "a.jsonl",
                r#"{"timestamp":"x","event_type":"tool_call"}"#,
                Some(Format::Telemetry),
            ),
            (
                "a.jsonl",
                r#"{"endpoint":"e","success":true}"#,
                Some(Format::Telemetry),
            ),
            (
                "a.jsonl",
                r#"{"type":"user","sessionId":"s"}"#,
                Some(Format::ClaudeCode),
            ),
            (
                "a.jsonl",
                r#"{"agent":"x","benchmark_start_time":"y"}"#,
                Some(Format::AgBenchmark),
            ),
            ("a.traj", "{}", Some(Format::SweAgent)),
            (
                "a.json",
                r#"[{"task_id":0,"reward":0.0,"traj":[]}]"#,
                Some(Format::TauBench),
            ),
            (
                "a.json",
                r#"{"data":[{"id":"1","traceId":"t","type":"TOOL","parentObservationId":null}]}"#,
                Some(Format::Langfuse),
            ),
            (
                "a.log",
                "agixt-1  | INFO:     Started server process [1]\ndb-1 | ready\n",
                Some(Format::Compose),
            ),
            (
                "a.log",
                "2026-01-10 14:32:00,123 | INFO | Executing command: Web Search\n",
                Some(Format::Compose),
            ),
            ("a.txt", "hello \"sessionId\" is not a key", None),
            (
                "a.txt",
                "a | table\nof | words and more\nand text\nand text\n",
                None,
            ),
        ] {
            assert_eq!(detect(Path::new(name), head.as_bytes()), expected, "{head}");
        }
    }
}
