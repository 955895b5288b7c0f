//! The JSON of one event, read without a copy of its texts.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Number;

/// What an event may be sent as.
#[derive(Debug)]
pub enum Event<'a> {
    /// An object, as it should be.
    Object(Object<'a>),
    /// Some other JSON value.
    Other,
}

/// The members of a JSON object.
#[derive(Debug)]
pub struct Object<'a>(Vec<(Name<'a>, Field<'a>)>);

/// The name of a member.
#[derive(Debug, Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The value of a member; no event has a member that holds others.
#[derive(Debug, PartialEq)]
pub(super) enum Field<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    Nested,
}

impl Field<'_> {
    pub(super) fn number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }
}

impl<'a> Object<'a> {
    /// The member of that name, the last one if there are several.
    pub(super) fn get(&self, name: &str) -> Option<&Field<'a>> {
        let named = self.0.iter().rev().find(|(own, _)| own.0 == name);
        named.map(|(_, field)| field)
    }
}

impl Event<'_> {
    /// Whether it has a member of that name that is not `null`.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::Object(object) => object.get(name).is_some_and(|it| *it != Field::Null),
            Self::Other => false,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Event<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EventVisitor)
    }
}

struct EventVisitor;

impl<'de> Visitor<'de> for EventVisitor {
    type Value = Event<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Event<'de>, A::Error> {
        let mut members = Vec::with_capacity(MEMBERS_EXPECTED);
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Event::Object(Object(members)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Event<'de>, A::Error> {
        skip(seq).map(|()| Event::Other)
    }

    fn visit_unit<E>(self) -> Result<Event<'de>, E> {
        Ok(Event::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Event<'de>, E> {
        Ok(Event::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Event<'de>, E> {
        Ok(Event::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Event<'de>, E> {
        Ok(Event::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Event<'de>, E> {
        Ok(Event::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Event<'de>, E> {
        Ok(Event::Other)
    }
}

/// Most events have fewer members.
const MEMBERS_EXPECTED: usize = 24;

impl<'de: 'a, 'a> Deserialize<'de> for Field<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Field<'de>, E> {
        Ok(Field::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Field<'de>, E> {
        Ok(Field::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Field<'de>, E> {
        Ok(Field::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Field<'de>, E> {
        Ok(Field::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Field<'de>, E> {
        Number::from_f64(value)
            .map(Field::Number)
            .ok_or_else(|| E::custom("expected a finite number"))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Field<'de>, E> {
        Ok(Field::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Field<'de>, E> {
        Ok(Field::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Field<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Field::Nested)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Field<'de>, A::Error> {
        skip(seq).map(|()| Field::Nested)
    }
}

fn skip<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}
