//! Spans as OTLP clients export them, a hundred a request, each with an id of its own.

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span, Status},
};
use prost::Message;

/// A body in protobuf of `count` calls of a tool, numbered from `first` on; one in ten failed.
pub(crate) fn body(first: u64, count: u64) -> Vec<u8> {
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes: vec![text("service.name", "booking")],
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                spans: (first..first + count).map(call).collect(),
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
    .encode_to_vec()
}

fn call(number: u64) -> Span {
    let failed = number.is_multiple_of(10);
    let ended = 1_768_046_400_000_000_000 + number * 1_000_000;
    let mut attributes = vec![
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", "seat_search"),
        text("gen_ai.tool.call.id", "call_81c2"),
        text("gen_ai.agent.name", "booking-agent"),
        text("gen_ai.conversation.id", &format!("trip-{}", number / 20)),
        text(
            "gen_ai.tool.call.arguments",
            "{\"from\": \"LYS\", \"to\": \"HAM\"}",
        ),
    ];
    if failed {
        attributes.push(text("error.type", "timeout"));
    }
    Span {
        trace_id: u128::from(number / 20 + 1).to_be_bytes().to_vec(),
        span_id: (number + 1).to_be_bytes().to_vec(),
        name: "execute_tool seat_search".to_owned(),
        kind: 1,
        start_time_unix_nano: ended - 250_000_000,
        end_time_unix_nano: ended,
        attributes,
        status: failed.then(|| Status {
            message: "no answer from the airline after 30 s".to_owned(),
            code: 2,
        }),
        ..Span::default()
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
