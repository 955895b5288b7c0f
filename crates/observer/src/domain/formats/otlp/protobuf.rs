//! OTLP as protobuf.

use std::borrow::Cow;

use super::{
    AttributeValue, Attributes, Found, Log, Rejection, Span, id,
    log::is_told,
    names::Slot,
    wire::{Fields, Malformed, Value},
};

/// Reads a body of `/v1/traces`.
///
/// # Errors
/// The body is no message, or holds lists that are none. A single record that cannot be read is
/// counted instead.
pub fn read_traces(body: &[u8], found: &mut Found) -> Result<(), Malformed> {
    each_record(body, found, |record, found| {
        found.span(span(record).map_err(|rejection| match is_log(record) {
            true => Rejection::WrongSignal,
            false => rejection,
        }));
    })
}

/// Reads a body of `/v1/logs`.
///
/// # Errors
/// As for traces.
pub fn read_logs(body: &[u8], found: &mut Found) -> Result<(), Malformed> {
    each_record(body, found, |record, found| {
        found.log(log(record).map_err(|rejection| match is_span(record) {
            true => Rejection::WrongSignal,
            false => rejection,
        }));
    })
}

/// Both signals nest alike: a request holds batches (1); a batch its resource (1) and scopes (2); a
/// scope its records (2).
fn each_record(
    body: &[u8],
    found: &mut Found,
    mut read: impl FnMut(&[u8], &mut Found),
) -> Result<(), Malformed> {
    for batch in messages(body, 1) {
        let batch = batch?;
        let first = found.operations.len();
        for scope in messages(batch, 2) {
            for record in messages(scope?, 2) {
                read(record?, found);
            }
        }
        for resource in messages(batch, 1) {
            found.sent_by(first, &attributes(resource?, 1)?);
        }
    }
    Ok(())
}

/// The messages in one field of another.
fn messages(message: &[u8], wanted: u32) -> impl Iterator<Item = Result<&[u8], Malformed>> {
    Fields::of(message).filter_map(move |field| match field {
        Ok((number, Value::Bytes(inner))) if number == wanted => Some(Ok(inner)),
        Ok(_) => None,
        Err(malformed) => Some(Err(malformed)),
    })
}

impl From<Malformed> for Rejection {
    fn from(Malformed: Malformed) -> Self {
        Self::Unreadable
    }
}

fn span(record: &[u8]) -> Result<Span<'_>, Rejection> {
    let mut span = Span {
        is_root: true,
        ..Span::default()
    };
    for field in Fields::of(record) {
        match field? {
            (1, Value::Bytes(bytes)) => span.trace_id = id::of_bytes(bytes, id::TRACE)?.into(),
            (2, Value::Bytes(bytes)) => span.span_id = id::of_bytes(bytes, id::SPAN)?.into(),
            (4, Value::Bytes(bytes)) => span.is_root = bytes.iter().all(|byte| *byte == 0),
            (5, Value::Bytes(bytes)) => span.name = text(bytes),
            (7, Value::Fixed64(nanos)) => span.start_nanos = nanos,
            (8, Value::Fixed64(nanos)) => span.end_nanos = nanos,
            (9, Value::Bytes(bytes)) => attribute(bytes, &mut span.attributes)?,
            (11, Value::Bytes(bytes)) => event(bytes, &mut span)?,
            (15, Value::Bytes(bytes)) => status(bytes, &mut span)?,
            _ => {}
        }
    }
    span.checked()
}

fn event<'a>(message: &'a [u8], span: &mut Span<'a>) -> Result<(), Malformed> {
    let (mut time_nanos, mut name) = (0, Cow::default());
    for field in Fields::of(message) {
        match field? {
            (1, Value::Fixed64(nanos)) => time_nanos = nanos,
            (2, Value::Bytes(bytes)) => name = text(bytes),
            _ => {}
        }
    }
    if is_told(&name) || Span::is_exception(&name) {
        let attributes = attributes(message, 3)?;
        span.add_event(time_nanos, name, attributes);
    }
    Ok(())
}

fn status<'a>(message: &'a [u8], span: &mut Span<'a>) -> Result<(), Malformed> {
    const ERROR: u64 = 2;
    for field in Fields::of(message) {
        match field? {
            (2, Value::Bytes(bytes)) => span.message = text(bytes),
            (3, Value::Varint(code)) => span.failed = code == ERROR,
            _ => {}
        }
    }
    Ok(())
}

fn log(record: &[u8]) -> Result<Log<'_>, Rejection> {
    let (mut log, mut observed_nanos, mut body) = (Log::default(), 0, Cow::default());
    for field in Fields::of(record) {
        match field? {
            (1, Value::Fixed64(nanos)) => log.time_nanos = nanos,
            (5, Value::Bytes(bytes)) => {
                if let Some(AttributeValue::Text(text)) = any_value(bytes)? {
                    body = text;
                }
            }
            (6, Value::Bytes(bytes)) => attribute(bytes, &mut log.attributes)?,
            (9, Value::Bytes(bytes)) => log.trace_id = id::hex(bytes).into(),
            (10, Value::Bytes(bytes)) => log.span_id = id::hex(bytes).into(),
            (11, Value::Fixed64(nanos)) => observed_nanos = nanos,
            (12, Value::Bytes(bytes)) => log.event_name = text(bytes),
            _ => {}
        }
    }
    log.name_by(body);
    log.checked(observed_nanos)
}

/// Whether a record has the times of a log record where a span has its trace id and events.
fn is_log(record: &[u8]) -> bool {
    let mut fields = Fields::of(record);
    fields.any(|field| matches!(field, Ok((1 | 11, Value::Fixed64(_)))))
}

/// Whether a record has a trace id where a log record has its time.
fn is_span(record: &[u8]) -> bool {
    let mut fields = Fields::of(record);
    fields.any(|field| matches!(field, Ok((1, Value::Bytes(id))) if id.len() == id::TRACE))
}

/// The attributes in one field of a message.
fn attributes(message: &[u8], wanted: u32) -> Result<Attributes<'_>, Malformed> {
    let mut attributes = Attributes::default();
    for entry in messages(message, wanted) {
        attribute(entry?, &mut attributes)?;
    }
    Ok(attributes)
}

/// Only the value of an attribute that is let in is looked at.
fn attribute<'a>(entry: &'a [u8], attributes: &mut Attributes<'a>) -> Result<(), Malformed> {
    let (mut name, mut value): (&[u8], &[u8]) = (&[], &[]);
    for field in Fields::of(entry) {
        match field? {
            (1, Value::Bytes(bytes)) => name = bytes,
            (2, Value::Bytes(bytes)) => value = bytes,
            _ => {}
        }
    }
    let slot = std::str::from_utf8(name).ok().and_then(Slot::of);
    if let Some(slot) = slot
        && let Some(value) = any_value(value)?
    {
        attributes.put(slot, value);
    }
    Ok(())
}

/// A value of one of the simple kinds; lists and maps are content.
fn any_value(message: &[u8]) -> Result<Option<AttributeValue<'_>>, Malformed> {
    let mut found = None;
    for field in Fields::of(message) {
        found = match field? {
            (1, Value::Bytes(bytes)) => Some(AttributeValue::Text(text(bytes))),
            (2, Value::Varint(flag)) => Some(AttributeValue::Flag(flag != 0)),
            (3, Value::Varint(number)) => Some(AttributeValue::Whole(number.cast_signed())),
            (4, Value::Fixed64(bits)) => Some(AttributeValue::Number(f64::from_bits(bits))),
            _ => None,
        };
    }
    Ok(found)
}

/// Text in which a sender has cut a character in two is still text.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{
        collector::{logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest},
        common::v1::{AnyValue, KeyValue, any_value::Value as Any},
        logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
        resource::v1::Resource,
        trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span::Event},
    };
    use prost::Message;

    use super::*;
    use crate::domain::formats::otlp::{Signal, read_json};

    fn attributes(pairs: &[(&str, Any)]) -> Vec<KeyValue> {
        let pairs = pairs.iter().map(|(key, value)| KeyValue {
            key: (*key).to_owned(),
            value: Some(AnyValue {
                value: Some(value.clone()),
            }),
            ..KeyValue::default()
        });
        pairs.collect()
    }

    fn text(text: &str) -> Any {
        Any::StringValue(text.to_owned())
    }

    fn resource() -> Option<Resource> {
        Some(Resource {
            attributes: attributes(&[("service.name", text("writer"))]),
            ..Resource::default()
        })
    }

    fn traces(spans: Vec<Span>) -> ExportTraceServiceRequest {
        ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                resource: resource(),
                scope_spans: vec![ScopeSpans {
                    spans,
                    ..ScopeSpans::default()
                }],
                ..ResourceSpans::default()
            }],
        }
    }

    fn logs(log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
        ExportLogsServiceRequest {
            resource_logs: vec![ResourceLogs {
                resource: resource(),
                scope_logs: vec![ScopeLogs {
                    log_records,
                    ..ScopeLogs::default()
                }],
                ..ResourceLogs::default()
            }],
        }
    }

    fn failed_call() -> Span {
        Span {
            trace_id: vec![0xab; 16],
            span_id: vec![1, 2, 3, 4, 5, 6, 7, 8],
            parent_span_id: vec![9; 8],
            name: "execute_tool search".to_owned(),
            start_time_unix_nano: 1_000_000_000,
            end_time_unix_nano: 1_250_000_000,
            attributes: attributes(&[
                ("gen_ai.operation.name", text("execute_tool")),
                ("gen_ai.tool.call.arguments", text("my password")),
                ("http.status_code", Any::IntValue(-1)),
                ("is_error", Any::BoolValue(true)),
                ("evaluations.0.evaluation.name", text("helpful")),
                ("evaluations.0.evaluation.score", Any::DoubleValue(0.25)),
            ]),
            events: vec![Event {
                time_unix_nano: 1_200_000_000,
                name: "exception".to_owned(),
                attributes: attributes(&[
                    ("exception.type", text("TimeoutError")),
                    ("exception.stacktrace", text("my password")),
                ]),
                ..Event::default()
            }],
            status: Some(Status {
                message: "no answer".to_owned(),
                code: 2,
            }),
            ..Span::default()
        }
    }

    fn result() -> LogRecord {
        LogRecord {
            time_unix_nano: 5_000_000,
            body: Some(AnyValue {
                value: Some(text("claude_code.tool_result")),
            }),
            attributes: attributes(&[
                ("tool_name", text("Bash")),
                ("success", text("true")),
                ("duration_ms", Any::IntValue(7)),
            ]),
            trace_id: vec![0xcd; 16],
            span_id: vec![0; 8],
            ..LogRecord::default()
        }
    }

    #[test]
    fn what_others_encode_is_read_the_same_as_protobuf_and_as_json() {
        let mut from_json = Found::default();
        let mut from_protobuf = Found::default();
        let request = traces(vec![failed_call(), Span::default()]);
        let json = serde_json::to_vec(&request).unwrap();
        read_json(&json, Some(Signal::Traces), &mut from_json).unwrap();
        read_traces(&request.encode_to_vec(), &mut from_protobuf).unwrap();
        let request = logs(vec![result(), LogRecord::default()]);
        let json = serde_json::to_vec(&request).unwrap();
        read_json(&json, Some(Signal::Logs), &mut from_json).unwrap();
        read_logs(&request.encode_to_vec(), &mut from_protobuf).unwrap();

        assert_eq!(from_protobuf.operations, from_json.operations);
        assert_eq!(from_protobuf.rejected, from_json.rejected);
        assert_eq!(from_protobuf.rejected.total(), 2);
        let [call, judgement, result] = &from_protobuf.operations[..] else {
            panic!("{from_protobuf:?}");
        };
        assert_eq!(
            call.event_id,
            format!("{}-0102030405060708", "ab".repeat(16))
        );
        assert_eq!(call.tool.as_deref(), Some("search"));
        assert_eq!(call.error_code.as_deref(), Some("TimeoutError"));
        assert_eq!(call.error_message.as_deref(), Some("no answer"));
        assert_eq!(call.latency_ms, Some(250.0));
        assert_eq!(judgement.feedback, Some(0.25));
        assert_eq!(result.latency_ms, Some(7.0));
        assert_eq!(result.session_id, Some("cd".repeat(16)));
        for operation in &from_protobuf.operations {
            assert_eq!(operation.agent, "writer");
        }
        assert!(!format!("{from_protobuf:?}").contains("password"));
    }

    #[test]
    fn a_body_of_the_other_signal_is_recognised() {
        let mut found = Found::default();
        let observed = LogRecord {
            time_unix_nano: 0,
            observed_time_unix_nano: 5,
            ..result()
        };
        let body = logs(vec![result(), observed]).encode_to_vec();
        read_traces(&body, &mut found).unwrap();
        assert_eq!(found.rejected.count(Rejection::WrongSignal), 2);

        let mut found = Found::default();
        read_logs(&traces(vec![failed_call()]).encode_to_vec(), &mut found).unwrap();
        assert_eq!(found.rejected.count(Rejection::WrongSignal), 1);
        assert!(found.operations.is_empty());
    }

    #[test]
    fn no_cut_and_no_flipped_bit_brings_the_reader_down() {
        let spans = traces(vec![failed_call()]).encode_to_vec();
        let records = logs(vec![result()]).encode_to_vec();
        for body in [&spans, &records] {
            for at in 0..body.len() {
                let mut bodies = vec![body[..at].to_vec()];
                bodies.extend((0..8).map(|bit| {
                    let mut flipped = body.clone();
                    flipped[at] ^= 1 << bit;
                    flipped
                }));
                for body in bodies {
                    let mut found = Found::default();
                    // Whatever comes of it, it comes to an end.
                    let _either_way = read_traces(&body, &mut found);
                    let _either_way = read_logs(&body, &mut found);
                }
            }
        }
    }

    #[test]
    fn a_record_that_cannot_be_read_does_not_take_the_others_down() {
        // Field 9, an attribute, is cut in the first span; the name of the second is no UTF-8.
        let cut = [0x4a, 0x02, 0x0a, 0x05];
        let mut second = failed_call().encode_to_vec();
        second.extend([0x2a, 0x02, b'a', 0xff]);
        let mut scope = Vec::new();
        for span in [cut.to_vec(), second] {
            scope.push(0x12);
            scope.push(u8::try_from(span.len() & 0x7f).unwrap() | 0x80);
            scope.push(u8::try_from(span.len() >> 7).unwrap());
            scope.extend(span);
        }
        let wrap = |tag: u8, message: &[u8]| {
            let size = [
                (message.len() & 0x7f | 0x80) as u8,
                (message.len() >> 7) as u8,
            ];
            [&[tag][..], &size, message].concat()
        };
        let body = wrap(0x0a, &wrap(0x12, &scope));
        let mut found = Found::default();
        read_traces(&body, &mut found).unwrap();
        assert_eq!(found.rejected.count(Rejection::Unreadable), 1);
        assert_eq!(found.operations[0].tool.as_deref(), Some("a\u{fffd}"));
        assert_eq!(
            read_traces(&body[..body.len() - 1], &mut Found::default()),
            Err(Malformed)
        );
    }
}
