//! Spans and log records in JSON: ids and numbers as text or not, enums by name or number, the
//! older and the exporters' own names of the fields.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::lenient::{FromMap, Lenient, Simple, Text};
use crate::domain::formats::otlp::{
    AttributeValue, Attributes, Log, Rejection, Span, id, log::is_told, names::Slot,
};

/// A span, or why it is none.
pub(super) struct SpanRecord<'a>(pub(super) Result<Span<'a>, Rejection>);

impl<'de> FromMap<'de> for SpanRecord<'de> {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut span = Span {
            is_root: true,
            ..Span::default()
        };
        let (mut trace_id, mut span_id) = (Cow::default(), Cow::default());
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "traceId" | "trace_id" => trace_id = map.next_value::<Simple<'_>>()?.text(),
                "spanId" | "span_id" => span_id = map.next_value::<Simple<'_>>()?.text(),
                "parentSpanId" | "parent_span_id" => {
                    span.is_root = id::is_none(&map.next_value::<Simple<'_>>()?.text());
                }
                "name" => span.name = map.next_value::<Simple<'_>>()?.text(),
                "startTimeUnixNano" | "start_time_unix_nano" => {
                    span.start_nanos = map.next_value::<Simple<'_>>()?.nanos();
                }
                "endTimeUnixNano" | "end_time_unix_nano" => {
                    span.end_nanos = map.next_value::<Simple<'_>>()?.nanos();
                }
                "attributes" => span.attributes = map.next_value::<List<'_>>()?.0,
                "status" => {
                    if let Lenient(Some(status)) = map.next_value::<Lenient<Status<'_>>>()? {
                        span.failed = status.is_error;
                        span.message = status.message;
                    }
                }
                "events" => add_events(&mut span, map.next_value::<Events<'_>>()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Self(identified(span, trace_id, span_id)))
    }
}

fn identified<'a>(
    span: Span<'a>,
    trace_id: Cow<'a, str>,
    span_id: Cow<'a, str>,
) -> Result<Span<'a>, Rejection> {
    Span {
        trace_id: id::of_text(trace_id, id::TRACE)?,
        span_id: id::of_text(span_id, id::SPAN)?,
        ..span
    }
    .checked()
}

fn add_events<'a>(span: &mut Span<'a>, Events(events): Events<'a>) {
    for event in events {
        span.add_event(event.time_nanos, event.name, event.attributes);
    }
}

/// A log record, or why it is none.
pub(super) struct LogRecord<'a>(pub(super) Result<Log<'a>, Rejection>);

impl<'de> FromMap<'de> for LogRecord<'de> {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let (mut log, mut observed_nanos, mut body) = (Log::default(), 0, Cow::default());
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "timeUnixNano" | "time_unix_nano" => {
                    log.time_nanos = map.next_value::<Simple<'_>>()?.nanos();
                }
                "observedTimeUnixNano" | "observed_time_unix_nano" => {
                    observed_nanos = map.next_value::<Simple<'_>>()?.nanos();
                }
                "eventName" | "event_name" => {
                    log.event_name = map.next_value::<Simple<'_>>()?.text();
                }
                "body" => {
                    let value = map.next_value::<Lenient<AnyValue<'_>>>()?;
                    if let Lenient(Some(AnyValue(Some(AttributeValue::Text(text))))) = value {
                        body = text;
                    }
                }
                "attributes" => log.attributes = map.next_value::<List<'_>>()?.0,
                "traceId" | "trace_id" => {
                    let text = map.next_value::<Simple<'_>>()?.text();
                    log.trace_id = id::of_text(text, id::TRACE).unwrap_or_default();
                }
                "spanId" | "span_id" => {
                    let text = map.next_value::<Simple<'_>>()?.text();
                    log.span_id = id::of_text(text, id::SPAN).unwrap_or_default();
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        log.name_by(body);
        Ok(Self(log.checked(observed_nanos)))
    }
}

/// The resource of a batch.
#[derive(Default)]
pub(super) struct Resource<'a>(pub(super) Attributes<'a>);

impl<'de> FromMap<'de> for Resource<'de> {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut attributes = Attributes::default();
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "attributes" => attributes = map.next_value::<List<'_>>()?.0,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Self(attributes))
    }
}

struct Status<'a> {
    is_error: bool,
    message: Cow<'a, str>,
}

impl<'de> FromMap<'de> for Status<'de> {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let (mut is_error, mut message) = (false, Cow::default());
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "code" => {
                    is_error = match map.next_value::<Simple<'_>>()? {
                        Simple::Whole(code) => code == 2,
                        Simple::Text(code) => code == "STATUS_CODE_ERROR",
                        _ => false,
                    };
                }
                "message" => message = map.next_value::<Simple<'_>>()?.text(),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Self { is_error, message })
    }
}

#[derive(Default)]
struct Event<'a> {
    time_nanos: u64,
    name: Cow<'a, str>,
    attributes: Attributes<'a>,
}

impl<'de> FromMap<'de> for Event<'de> {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut event = Self::default();
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "timeUnixNano" | "time_unix_nano" => {
                    event.time_nanos = map.next_value::<Simple<'_>>()?.nanos();
                }
                "name" => event.name = map.next_value::<Simple<'_>>()?.text(),
                "attributes" => event.attributes = map.next_value::<List<'_>>()?.0,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(event)
    }
}

/// An attribute that is let in.
struct KeyValue<'a>(Option<(Slot, AttributeValue<'a>)>);

impl<'de> FromMap<'de> for KeyValue<'de> {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let (mut slot, mut value) = (None, None);
        let mut is_named = false;
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "key" => {
                    slot = Slot::of(&map.next_value::<Simple<'_>>()?.text());
                    is_named = true;
                }
                // Content is not even looked at when its name came first, as it nearly always does.
                "value" if slot.is_some() || !is_named => {
                    let Lenient(stated) = map.next_value::<Lenient<AnyValue<'_>>>()?;
                    value = stated.and_then(|stated| stated.0);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Self(slot.zip(value)))
    }
}

/// A value of one of the simple kinds; lists and maps are content.
struct AnyValue<'a>(Option<AttributeValue<'a>>);

impl<'de> FromMap<'de> for AnyValue<'de> {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut found = None;
        while let Some(Text(key)) = map.next_key()? {
            let is_text = matches!(&*key, "stringValue" | "string_value");
            found = match map.next_value::<Simple<'_>>()? {
                Simple::Text(text) if is_text => Some(AttributeValue::Text(text)),
                Simple::Flag(flag) => Some(AttributeValue::Flag(flag)),
                Simple::Whole(number) => Some(AttributeValue::Whole(number)),
                Simple::Large(number) => Some(AttributeValue::Number(number as f64)),
                Simple::Number(number) => Some(AttributeValue::Number(number)),
                // Whole numbers of 64 bits are written as text.
                Simple::Text(text) => number(&text),
                Simple::Other => None,
            };
        }
        Ok(Self(found))
    }
}

fn number(text: &str) -> Option<AttributeValue<'static>> {
    let whole = text.parse().map(AttributeValue::Whole);
    whole
        .or_else(|_| text.parse().map(AttributeValue::Number))
        .ok()
}

/// A list of attributes; anything else is an empty one.
struct List<'a>(Attributes<'a>);

impl<'de> Deserialize<'de> for List<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut attributes = Attributes::default();
        each(deserializer, |KeyValue(kept)| {
            if let Some((slot, value)) = kept {
                attributes.put(slot, value);
            }
        })?;
        Ok(Self(attributes))
    }
}

/// Those of a span's events that are wanted.
struct Events<'a>(Vec<Event<'a>>);

impl<'de> Deserialize<'de> for Events<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut events = Vec::new();
        each(deserializer, |event: Event<'de>| {
            if is_told(&event.name) || Span::is_exception(&event.name) {
                events.push(event);
            }
        })?;
        Ok(Self(events))
    }
}

/// Calls `take` with each object of a list.
fn each<'de, T: FromMap<'de>, D: Deserializer<'de>>(
    deserializer: D,
    take: impl FnMut(T),
) -> Result<(), D::Error> {
    struct Each<T, F>(F, std::marker::PhantomData<T>);

    impl<'de, T: FromMap<'de>, F: FnMut(T)> Visitor<'de> for Each<T, F> {
        type Value = ();

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
            while let Some(Lenient(element)) = seq.next_element()? {
                element.into_iter().for_each(&mut self.0);
            }
            Ok(())
        }

        fn visit_unit<E>(self) -> Result<(), E> {
            Ok(())
        }
    }

    deserializer.deserialize_any(Each(take, std::marker::PhantomData))
}
