//! Values of any kind where one kind is meant: a record that says nonsense is counted, and does not
//! take the body down with it.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Text, borrowed from the body unless it has escapes.
#[derive(Debug)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

/// A value of a simple kind; `Other` for all else.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Simple<'a> {
    Text(Cow<'a, str>),
    Flag(bool),
    Whole(i64),
    Large(u64),
    Number(f64),
    Other,
}

impl<'a> Simple<'a> {
    pub(super) fn text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            _ => Cow::default(),
        }
    }

    /// Nanoseconds, written as a number or, as OTLP has it, as text; 0 where they are neither.
    pub(super) fn nanos(&self) -> u64 {
        match self {
            Self::Text(text) => text.parse().unwrap_or_default(),
            Self::Whole(number) => u64::try_from(*number).unwrap_or_default(),
            Self::Large(number) => *number,
            Self::Number(number) => number.max(0.0) as u64,
            Self::Flag(_) | Self::Other => 0,
        }
    }
}

/// What can be read from a JSON object.
pub(super) trait FromMap<'de>: Sized {
    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

/// What the object says, or `None` if it is no object.
#[derive(Debug)]
pub(super) struct Lenient<T>(pub(super) Option<T>);

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct SimpleVisitor;

impl<'de> Visitor<'de> for SimpleVisitor {
    type Value = Simple<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Simple<'de>, E> {
        Ok(Simple::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Simple<'de>, E> {
        Ok(Simple::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Simple<'de>, E> {
        Ok(Simple::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Simple<'de>, E> {
        Ok(Simple::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Simple<'de>, E> {
        Ok(i64::try_from(number).map_or(Simple::Large(number), Simple::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Simple<'de>, E> {
        Ok(Simple::Number(number))
    }

    fn visit_unit<E>(self) -> Result<Simple<'de>, E> {
        Ok(Simple::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Simple<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Simple::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Simple<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Simple::Other)
    }
}

impl<'de> Deserialize<'de> for Simple<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SimpleVisitor)
    }
}

struct MapVisitor<T>(PhantomData<T>);

impl<'de, T: FromMap<'de>> Visitor<'de> for MapVisitor<T> {
    type Value = Lenient<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Lenient<T>, A::Error> {
        T::from_map(map).map(|value| Lenient(Some(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Lenient<T>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Lenient(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Lenient<T>, E> {
        Ok(Lenient(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Lenient<T>, E> {
        Ok(Lenient(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Lenient<T>, E> {
        Ok(Lenient(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Lenient<T>, E> {
        Ok(Lenient(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Lenient<T>, E> {
        Ok(Lenient(None))
    }

    fn visit_unit<E>(self) -> Result<Lenient<T>, E> {
        Ok(Lenient(None))
    }
}

impl<'de, T: FromMap<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MapVisitor(PhantomData))
    }
}
