//! Spans as OTLP clients export them.

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span, Status},
};

/// `count` calls of a tool, numbered from `first` on and each with an id of its own; one in ten
/// failed.
pub fn calls(first: u64, count: u64) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes: vec![text("service.name", "research-service")],
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                spans: (first..first + count).map(call).collect(),
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(Value::StringValue(value.to_owned())),
        }),
        ..KeyValue::default()
    }
}

/// A call of a tool as instrumentations send it: names, ids, and some content.
fn call(number: u64) -> Span {
    let start = 1_768_046_400_000_000_000 + number * 1_000_000;
    let mut attributes = vec![
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", "web_search"),
        text("gen_ai.tool.call.id", "call_3f7a"),
        text("gen_ai.tool.type", "function"),
        text("gen_ai.agent.name", "researcher"),
        text(
            "gen_ai.conversation.id",
            &format!("conversation-{}", number / 20),
        ),
        text(
            "gen_ai.tool.call.arguments",
            &"{\"query\": \"rust\"}".repeat(8),
        ),
        text(
            "gen_ai.tool.call.result",
            &"{\"title\": \"a page\"}".repeat(16),
        ),
    ];
    let failed = number.is_multiple_of(10);
    if failed {
        attributes.push(text("error.type", "timeout"));
    }
    Span {
        trace_id: vec![0x5b; 16],
        span_id: (number + 1).to_be_bytes().to_vec(),
        parent_span_id: vec![9; 8],
        name: "execute_tool web_search".to_owned(),
        kind: 1,
        start_time_unix_nano: start,
        end_time_unix_nano: start + 250_000_000,
        attributes,
        status: Some(Status {
            message: if failed {
                "Request timed out after 30s"
            } else {
                ""
            }
            .to_owned(),
            code: if failed { 2 } else { 0 },
        }),
        ..Span::default()
    }
}
