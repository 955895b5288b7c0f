//! Which spans are operations.

use std::borrow::Cow;

use types::{
    Timestamp,
    event::{EventType, Operation},
};

use super::{
    Attributes, Log, Rejection,
    log::{LogId, meaning},
    names::Field,
};
use crate::domain::event::{UNKNOWN_AGENT, blank};

/// The source of operations that came as OpenTelemetry.
pub(super) const SOURCE: &str = "otlp";

/// A span without its content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Span<'a> {
    /// The trace, in hex.
    pub trace_id: Cow<'a, str>,
    /// The span, in hex.
    pub span_id: Cow<'a, str>,
    /// Whether there is no span above it.
    pub is_root: bool,
    /// Its name.
    pub name: Cow<'a, str>,
    /// When it started, in nanoseconds since 1970; 0 where it is not known.
    pub start_nanos: u64,
    /// When it ended.
    pub end_nanos: u64,
    /// What is let in of its attributes.
    pub attributes: Attributes<'a>,
    /// Whether its status says error.
    pub failed: bool,
    /// What its status says beside.
    pub message: Cow<'a, str>,
    /// The attributes of its last exception event.
    pub exception: Option<Attributes<'a>>,
    /// Those of its events that may be operations of their own.
    pub events: Vec<Log<'a>>,
}

impl<'a> Span<'a> {
    pub(super) fn is_exception(event_name: &str) -> bool {
        matches!(
            event_name,
            "exception" | "gen_ai.client.operation.exception"
        )
    }

    /// Takes an event on the span that is an exception or may be an operation of its own.
    pub(super) fn add_event(
        &mut self,
        time_nanos: u64,
        name: Cow<'a, str>,
        attributes: Attributes<'a>,
    ) {
        if Self::is_exception(&name) {
            self.exception = Some(attributes);
        } else {
            self.events.push(Log {
                time_nanos,
                event_name: name,
                attributes,
                ..Log::default()
            });
        }
    }

    /// The span, if it has what every span has.
    pub(super) fn checked(mut self) -> Result<Self, Rejection> {
        if self.trace_id.is_empty() || self.span_id.is_empty() {
            return Err(Rejection::InvalidId);
        }
        if self.start_nanos == 0 && self.end_nanos == 0 {
            return Err(Rejection::MissingTime);
        }
        self.end_nanos = self.end_nanos.max(self.start_nanos);
        Ok(self)
    }
}

/// Appends the operations that a span is or carries: itself, judgements on it, events on it.
pub fn map_span(span: &Span<'_>, operations: &mut Vec<Operation>) {
    operations.extend(itself(span));
    let judgements = &span.attributes.judgements;
    if judgements.is_empty() && span.events.is_empty() {
        return;
    }
    let base = base(span);
    operations.extend(judgements.operations(&base));
    operations.extend(span.events.iter().filter_map(|event| {
        let id = LogId {
            trace_id: &span.trace_id,
            span_id: &span.span_id,
            session_id: base.session_id.as_deref(),
        };
        let base = Operation {
            event_id: id.of(event),
            timestamp: moment(event.time_nanos),
            ..base.clone()
        };
        meaning(&event.event_name, &event.attributes, base)
    }));
}

/// Whose it is, when, in which session; nothing of what it is.
fn base(span: &Span<'_>) -> Operation {
    let session = session_of(&span.attributes);
    Operation {
        event_id: [&*span.trace_id, &*span.span_id].join("-"),
        agent: agent_of(&span.attributes),
        session_id: Some(session.unwrap_or_else(|| span.trace_id.clone().into_owned())),
        source: SOURCE.to_owned(),
        ..blank(moment(span.end_nanos))
    }
}

fn itself(span: &Span<'_>) -> Option<Operation> {
    let failed = has_failed(span);
    let (event_type, tool) = kind_of(span, failed)?;
    let attributes = &span.attributes;
    Some(Operation {
        event_type,
        tool,
        success: !failed,
        error_code: failed.then(|| error_code(span)).flatten(),
        error_message: failed.then(|| error_message(span)).flatten(),
        latency_ms: latency_ms(span),
        task_name: (event_type == EventType::TaskFailure).then(|| span.name.clone().into_owned()),
        model: attributes.shown(Field::Model),
        tokens: tokens_of(attributes),
        ..base(span)
    })
}

fn kind_of(span: &Span<'_>, failed: bool) -> Option<(EventType, Option<String>)> {
    if let Some(tool) = tool_of(span) {
        return Some((EventType::ToolCall, Some(tool)));
    }
    if span.attributes.text(Field::Operation) == Some("handoff") {
        return Some((EventType::Escalation, None));
    }
    let fails_a_task = failed && span.is_root && is_task(&span.attributes);
    fails_a_task.then_some((EventType::TaskFailure, None))
}

/// The tool that the span is a call of, by the first convention that says so.
fn tool_of(span: &Span<'_>) -> Option<String> {
    let attributes = &span.attributes;
    let named = attributes.text(Field::GenAiTool);
    let named_by = |field| named.or_else(|| attributes.text(field));
    let is_kind = |kind| {
        let stated = attributes.text(Field::Kind);
        stated.is_some_and(|stated| stated.eq_ignore_ascii_case(kind))
    };
    let is_call = named.is_some()
        || attributes.text(Field::Operation) == Some("execute_tool")
        || is_tool_method(attributes)
        || is_kind("tool");
    if is_call {
        let name = named_by(Field::Tool).or_else(|| named_by(Field::Entity));
        return Some(name.unwrap_or_else(|| bare_name(&span.name)).to_owned());
    }
    let method = attributes.text(Field::HttpMethod)?;
    attributes.text(Field::Url)?;
    Some(format!("http:{method}"))
}

fn is_tool_method(attributes: &Attributes<'_>) -> bool {
    attributes.text(Field::McpMethod) == Some("tools/call")
}

/// The conventions name such spans after the operation and then the tool.
fn bare_name(name: &str) -> &str {
    let bare = name
        .strip_prefix("execute_tool ")
        .or_else(|| name.strip_prefix("tools/call "));
    bare.filter(|bare| !bare.is_empty()).unwrap_or(name)
}

fn is_task(attributes: &Attributes<'_>) -> bool {
    let operation = attributes.text(Field::Operation);
    let kind = attributes.text(Field::Kind).map(str::to_ascii_lowercase);
    matches!(operation, Some("invoke_agent" | "invoke_workflow"))
        || matches!(kind.as_deref(), Some("agent" | "chain" | "workflow"))
}

fn has_failed(span: &Span<'_>) -> bool {
    span.failed
        || span.exception.is_some()
        || span.attributes.get(Field::ErrorType).is_some()
        || span.attributes.text(Field::Level) == Some("ERROR")
        || span.attributes.says_error()
}

fn error_code(span: &Span<'_>) -> Option<String> {
    let attributes = &span.attributes;
    let exception = span.exception.as_ref();
    // `_OTHER` is the convention's word for having no code.
    let stated = attributes
        .text(Field::ErrorType)
        .filter(|code| *code != "_OTHER");
    let told_by_tool = is_tool_method(attributes) && attributes.says_error();
    stated
        .or_else(|| told_by_tool.then_some("tool_error"))
        .or_else(|| exception.and_then(|it| it.text(Field::ExceptionType)))
        .map(str::to_owned)
        .or_else(|| Some(format!("HTTP_{}", attributes.number(Field::HttpStatus)?)))
}

fn error_message(span: &Span<'_>) -> Option<String> {
    let attributes = &span.attributes;
    let exception = span.exception.as_ref();
    let of_exception = |field| exception.and_then(|it| it.text(field));
    Some(&*span.message)
        .filter(|text| !text.is_empty())
        .or_else(|| attributes.text(Field::ErrorMessage))
        .or_else(|| of_exception(Field::ExceptionMessage))
        .or_else(|| of_exception(Field::ExceptionType))
        .map(str::to_owned)
        .or_else(|| {
            let status = attributes.number(Field::HttpStatus)?;
            let url = attributes.text(Field::Url)?;
            Some(format!("HTTP {status} {url}"))
        })
}

fn latency_ms(span: &Span<'_>) -> Option<f64> {
    let nanos = span.end_nanos.saturating_sub(span.start_nanos);
    (span.start_nanos != 0).then(|| (nanos as f64 / 1e6).round())
}

pub(super) fn moment(nanos: u64) -> Timestamp {
    Timestamp::from_micros(i64::try_from(nanos / 1000).unwrap_or(i64::MAX))
}

/// Who it says it is of; whoever sent it is asked later.
pub(super) fn agent_of(attributes: &Attributes<'_>) -> String {
    attributes
        .text(Field::Agent)
        .or_else(|| attributes.text(Field::AgentAlias))
        .unwrap_or(UNKNOWN_AGENT)
        .to_owned()
}

pub(super) fn session_of(attributes: &Attributes<'_>) -> Option<String> {
    attributes.shown(Field::Session)
}

/// Tokens in and out.
pub(super) fn tokens_of(attributes: &Attributes<'_>) -> Option<u64> {
    let input = attributes.number(Field::InputTokens);
    let output = attributes.number(Field::OutputTokens);
    let sum = match (input, output) {
        (None, None) => attributes.number(Field::TotalTokens)?,
        (input, output) => input.unwrap_or(0.0) + output.unwrap_or(0.0),
    };
    Some(sum.max(0.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::super::AttributeValue;
    use super::*;

    fn span<'a>(attributes: &[(&str, &'a str)]) -> Span<'a> {
        let mut span = Span {
            trace_id: "t".into(),
            span_id: "s".into(),
            is_root: true,
            name: "name".into(),
            start_nanos: 1_000_000_000,
            end_nanos: 3_500_400_000,
            ..Span::default()
        };
        for (name, value) in attributes {
            let value = AttributeValue::Text((*value).into());
            span.attributes.push(name, value);
        }
        span
    }

    fn mapped(span: &Span<'_>) -> Option<Operation> {
        let mut operations = Vec::new();
        map_span(span, &mut operations);
        assert!(operations.len() < 2, "{operations:?}");
        operations.pop()
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
            (&[("langfuse.observation.type", "tool")], Some("name")),
            (&[("ai.toolCall.name", "weather")], Some("weather")),
            (
                &[("http.method", "GET"), ("http.url", "http://a/b")],
                Some("http:GET"),
            ),
            (&[("http.method", "GET")], None),
            (&[("gen_ai.operation.name", "chat")], None),
            (&[("openinference.span.kind", "LLM")], None),
            (&[("tool.name", "search")], None),
        ] {
            let tool = mapped(&span(attributes)).and_then(|operation| operation.tool);
            assert_eq!(tool.as_deref(), expected, "{attributes:?}");
        }
        let named = Span {
            name: "tools/call get-weather".into(),
            ..span(&[("mcp.method.name", "tools/call")])
        };
        assert_eq!(mapped(&named).unwrap().tool.as_deref(), Some("get-weather"));
    }

    #[test]
    fn a_failed_root_span_of_an_agent_is_a_failed_task() {
        for kind in [
            ("gen_ai.operation.name", "invoke_agent"),
            ("gen_ai.operation.name", "invoke_workflow"),
            ("openinference.span.kind", "CHAIN"),
            ("traceloop.span.kind", "workflow"),
            ("langfuse.observation.type", "agent"),
        ] {
            let mut root = span(&[kind, ("error.type", "timeout")]);
            let operation = mapped(&root).unwrap();
            assert_eq!(operation.event_type, EventType::TaskFailure);
            assert_eq!(operation.task_name.as_deref(), Some("name"));
            assert_eq!(operation.error_code.as_deref(), Some("timeout"));
            root.is_root = false;
            assert_eq!(mapped(&root), None);
            assert_eq!(mapped(&span(&[kind])), None);
        }
    }

    #[test]
    fn a_call_fails_by_status_error_type_exception_level_or_result() {
        let call = [("gen_ai.tool.name", "Bash")];
        let good = mapped(&span(&call)).unwrap();
        assert!(good.success);
        assert_eq!(good.latency_ms, Some(2500.0));
        assert_eq!(good.event_id, "t-s");
        assert_eq!(good.session_id.as_deref(), Some("t"));

        let mut by_status = span(&call);
        by_status.failed = true;
        by_status.message = "boom".into();
        let mut by_exception = span(&call);
        by_exception.exception = Some(span(&[("exception.type", "IOError")]).attributes);
        let by_type = span(&[call[0], ("error.type", "_OTHER")]);
        let by_level = span(&[
            call[0],
            ("langfuse.observation.level", "ERROR"),
            ("langfuse.observation.status_message", "no"),
        ]);
        let result = ("gen_ai.tool.call.result", "{\"isError\":true}");
        let by_result = span(&[call[0], result]);
        let by_mcp_result = span(&[call[0], result, ("mcp.method.name", "tools/call")]);
        for (span, code, message) in [
            (by_status, None, Some("boom")),
            (by_exception, Some("IOError"), Some("IOError")),
            (by_type, None, None),
            (by_level, None, Some("no")),
            (by_result, None, None),
            (by_mcp_result, Some("tool_error"), None),
        ] {
            let operation = mapped(&span).unwrap();
            assert!(!operation.success);
            assert_eq!(operation.error_code.as_deref(), code);
            assert_eq!(operation.error_message.as_deref(), message);
        }
    }

    #[test]
    fn old_and_new_names_say_the_same() {
        for (model, input, output) in [
            (
                "gen_ai.request.model",
                "gen_ai.usage.prompt_tokens",
                "gen_ai.usage.completion_tokens",
            ),
            (
                "gen_ai.response.model",
                "gen_ai.usage.input_tokens",
                "gen_ai.usage.output_tokens",
            ),
            (
                "llm.model_name",
                "llm.token_count.prompt",
                "llm.token_count.completion",
            ),
        ] {
            let call = [
                ("gen_ai.tool.name", "Bash"),
                (model, "m"),
                (input, "7"),
                (output, "3"),
            ];
            let operation = mapped(&span(&call)).unwrap();
            assert_eq!(
                (operation.model.as_deref(), operation.tokens),
                (Some("m"), Some(10)),
                "{model}"
            );
        }
    }

    #[test]
    fn judgements_and_events_on_a_span_are_operations_beside_it() {
        let mut judged = span(&[
            ("gen_ai.tool.name", "Bash"),
            ("session.id", "chat"),
            ("evaluations.0.evaluation.name", "helpful"),
            ("evaluations.0.evaluation.label", "good"),
        ]);
        judged.events.push(Log {
            time_nanos: 2_000_000_000,
            event_name: "app.user_correction".into(),
            ..Log::default()
        });
        let mut operations = Vec::new();
        map_span(&judged, &mut operations);
        let kinds: Vec<_> = operations.iter().map(|it| it.event_type).collect();
        use EventType::{Feedback, ToolCall, UserCorrection};
        assert_eq!(kinds, [ToolCall, Feedback, UserCorrection]);
        let sessions = operations.iter().map(|it| it.session_id.as_deref());
        assert!(sessions.eq([Some("chat"); 3]));
        assert_eq!(operations[2].timestamp, Timestamp::from_micros(2_000_000));
    }
}
