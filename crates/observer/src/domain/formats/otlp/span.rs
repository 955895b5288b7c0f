//! Which spans are operations.

use types::{
    Timestamp,
    event::{EventType, Operation},
};

use super::Attributes;
use crate::domain::event::{UNKNOWN_AGENT, blank};

/// A span without its content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Span {
    /// The trace, in hex.
    pub trace_id: String,
    /// The span, in hex.
    pub span_id: String,
    /// The span above it; empty for a root.
    pub parent_span_id: String,
    /// Its name.
    pub name: String,
    /// When it started, in nanoseconds since 1970.
    pub start_nanos: u64,
    /// When it ended.
    pub end_nanos: u64,
    /// What is let in of its attributes.
    pub attributes: Attributes,
    /// Whether its status says error.
    pub failed: bool,
    /// What its status says beside.
    pub message: Option<String>,
    /// The attributes of its last exception event.
    pub exception: Option<Attributes>,
}

/// The operation that a span is, if it is one.
pub fn map_span(resource: &Attributes, span: &Span) -> Option<Operation> {
    let failed = has_failed(span);
    let (event_type, tool) = kind_of(span, failed)?;
    let attributes = &span.attributes;
    let task_name = (event_type == EventType::TaskFailure).then(|| span.name.clone());
    Some(Operation {
        event_id: format!("{}-{}", span.trace_id, span.span_id),
        event_type,
        agent: agent_of(resource, attributes),
        tool,
        success: !failed,
        error_code: failed.then(|| error_code(span)).flatten(),
        error_message: failed.then(|| error_message(span)).flatten(),
        latency_ms: Some(latency_ms(span)),
        session_id: Some(session_of(attributes).unwrap_or_else(|| span.trace_id.clone())),
        source: "otlp".to_owned(),
        task_name,
        model: model_of(attributes),
        tokens: tokens_of(attributes),
        ..blank(moment(span.end_nanos))
    })
}

fn kind_of(span: &Span, failed: bool) -> Option<(EventType, Option<String>)> {
    if let Some(tool) = tool_of(span) {
        return Some((EventType::ToolCall, Some(tool)));
    }
    let fails_a_task = failed && span.parent_span_id.is_empty() && is_task(&span.attributes);
    fails_a_task.then_some((EventType::TaskFailure, None))
}

/// The tool that the span is a call of, by the first convention that says so.
fn tool_of(span: &Span) -> Option<String> {
    let attributes = &span.attributes;
    let operation = attributes.text(&["gen_ai.operation.name"]);
    let named = attributes.text(&["gen_ai.tool.name", "mcp.tool.name", "tool.name"]);
    let name = || named.unwrap_or(&span.name).to_owned();
    if operation == Some("execute_tool")
        || attributes.get("gen_ai.tool.name").is_some()
        || attributes.text(&["mcp.method.name"]) == Some("tools/call")
        || attributes.text(&["openinference.span.kind"]) == Some("TOOL")
    {
        return Some(name());
    }
    if attributes.text(&["traceloop.span.kind"]) == Some("tool") {
        let entity = attributes.text(&["traceloop.entity.name"]);
        return Some(entity.map_or_else(name, str::to_owned));
    }
    let method = attributes.text(&["http.request.method", "http.method"])?;
    attributes.text(&["url.full", "http.url"])?;
    Some(format!("http:{method}"))
}

fn is_task(attributes: &Attributes) -> bool {
    let operation = attributes.text(&["gen_ai.operation.name"]);
    let inference = attributes.text(&["openinference.span.kind"]);
    let traceloop = attributes.text(&["traceloop.span.kind"]);
    matches!(operation, Some("invoke_agent" | "invoke_workflow"))
        || matches!(inference, Some("AGENT" | "CHAIN"))
        || matches!(traceloop, Some("agent" | "workflow"))
}

fn has_failed(span: &Span) -> bool {
    span.failed
        || span.attributes.get("error.type").is_some()
        || span.exception.is_some()
        || span.attributes.flag("is_error") == Some(true)
}

fn error_code(span: &Span) -> Option<String> {
    let attributes = &span.attributes;
    let exception = span.exception.as_ref();
    // `_OTHER` is the convention's word for having no code.
    let stated = attributes
        .text(&["error.type"])
        .filter(|code| *code != "_OTHER");
    stated
        .or_else(|| exception.and_then(|it| it.text(&["exception.type"])))
        .map(str::to_owned)
        .or_else(|| status_code(attributes).map(|status| format!("HTTP_{status}")))
}

fn error_message(span: &Span) -> Option<String> {
    let exception = span.exception.as_ref();
    let stated = span.message.clone().filter(|text| !text.is_empty());
    stated
        .or_else(|| span.attributes.shown(&["error.message"]))
        .or_else(|| exception.and_then(|it| it.shown(&["exception.message", "exception.type"])))
        .or_else(|| {
            let status = status_code(&span.attributes)?;
            let url = span.attributes.text(&["http.url", "url.full"])?;
            Some(format!("HTTP {status} {url}"))
        })
}

fn status_code(attributes: &Attributes) -> Option<f64> {
    attributes.number(&["http.status_code", "http.response.status_code"])
}

fn latency_ms(span: &Span) -> f64 {
    (span.end_nanos.saturating_sub(span.start_nanos) as f64 / 1e6).round()
}

pub(super) fn moment(nanos: u64) -> Timestamp {
    Timestamp::from_micros(i64::try_from(nanos / 1000).unwrap_or(i64::MAX))
}

pub(super) fn agent_of(resource: &Attributes, attributes: &Attributes) -> String {
    attributes
        .text(&["gen_ai.agent.name"])
        .or_else(|| resource.text(&["gen_ai.agent.name", "service.name"]))
        .unwrap_or(UNKNOWN_AGENT)
        .to_owned()
}

pub(super) fn session_of(attributes: &Attributes) -> Option<String> {
    attributes.shown(&["gen_ai.conversation.id", "session.id", "conversation.id"])
}

pub(super) fn model_of(attributes: &Attributes) -> Option<String> {
    attributes.shown(&[
        "gen_ai.request.model",
        "gen_ai.response.model",
        "llm.model_name",
        "model",
    ])
}

pub(super) fn tokens_of(attributes: &Attributes) -> Option<u64> {
    let input = attributes.number(&["gen_ai.usage.input_tokens"]);
    let output = attributes.number(&["gen_ai.usage.output_tokens"]);
    match (input, output) {
        (None, None) => None,
        (input, output) => Some((input.unwrap_or(0.0) + output.unwrap_or(0.0)).max(0.0) as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::super::AttributeValue;
    use super::*;

    fn span(attributes: &[(&str, &str)]) -> Span {
        let mut span = Span {
            trace_id: "t".to_owned(),
            span_id: "s".to_owned(),
            name: "name".to_owned(),
            start_nanos: 1_000_000_000,
            end_nanos: 3_500_400_000,
            ..Span::default()
        };
        for (key, value) in attributes {
            let value = AttributeValue::Text((*value).to_owned());
            span.attributes.push(key, value);
        }
        span
    }

    #[test]
    fn each_convention_names_its_tool() {
        for (attributes, expected) in [
            (
                &[
                    ("gen_ai.operation.name", "execute_tool"),
                    ("gen_ai.tool.name", "Bash"),
                ][..],
                Some("Bash"),
            ),
            (&[("gen_ai.operation.name", "execute_tool")], Some("name")),
            (
                &[("openinference.span.kind", "TOOL"), ("tool.name", "search")],
                Some("search"),
            ),
            (
                &[("mcp.method.name", "tools/call"), ("mcp.tool.name", "read")],
                Some("read"),
            ),
            (
                &[
                    ("traceloop.span.kind", "tool"),
                    ("traceloop.entity.name", "fetch"),
                ],
                Some("fetch"),
            ),
            (
                &[("http.method", "GET"), ("http.url", "http://a/b")],
                Some("http:GET"),
            ),
            (&[("http.method", "GET")], None),
            (&[("gen_ai.operation.name", "chat")], None),
            (&[("openinference.span.kind", "LLM")], None),
        ] {
            let operation = map_span(&Attributes::default(), &span(attributes));
            let tool = operation.and_then(|operation| operation.tool);
            assert_eq!(tool.as_deref(), expected, "{attributes:?}");
        }
    }

    #[test]
    fn a_failed_root_span_of_an_agent_is_a_failed_task() {
        let mut root = span(&[
            ("gen_ai.operation.name", "invoke_agent"),
            ("error.type", "timeout"),
        ]);
        let operation = map_span(&Attributes::default(), &root).unwrap();
        assert_eq!(operation.event_type, EventType::TaskFailure);
        assert_eq!(operation.task_name.as_deref(), Some("name"));
        assert_eq!(operation.error_code.as_deref(), Some("timeout"));
        root.parent_span_id = "p".to_owned();
        assert_eq!(map_span(&Attributes::default(), &root), None);
    }

    #[test]
    fn a_call_fails_by_status_error_type_exception_or_result() {
        let call = [("gen_ai.tool.name", "Bash")];
        let good = map_span(&Attributes::default(), &span(&call)).unwrap();
        assert!(good.success);
        assert_eq!(good.latency_ms, Some(2500.0));
        assert_eq!(good.event_id, "t-s");

        let mut by_status = span(&call);
        by_status.failed = true;
        by_status.message = Some("boom".to_owned());
        let mut by_exception = span(&call);
        by_exception.exception = Some(span(&[("exception.type", "IOError")]).attributes);
        let by_type = span(&[("gen_ai.tool.name", "Bash"), ("error.type", "_OTHER")]);
        let by_result = span(&[
            ("gen_ai.tool.name", "Bash"),
            ("gen_ai.tool.call.result", "{\"isError\":true}"),
        ]);
        for (span, code, message) in [
            (by_status, None, Some("boom")),
            (by_exception, Some("IOError"), Some("IOError")),
            (by_type, None, None),
            (by_result, None, None),
        ] {
            let operation = map_span(&Attributes::default(), &span).unwrap();
            assert!(!operation.success);
            assert_eq!(operation.error_code.as_deref(), code);
            assert_eq!(operation.error_message.as_deref(), message);
        }
    }
}
