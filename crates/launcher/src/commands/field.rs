//! Where a field stands in a line of JSON, so that the rest of the line can stay as it is.

use std::{fmt, ops::Range};

use serde::{
    Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

/// One occurrence of a field.
#[derive(Debug, PartialEq)]
pub(super) struct Place {
    /// The bytes of its value.
    pub(super) range: Range<usize>,
    /// The value.
    pub(super) value: Value,
}

/// Every occurrence of a field in a JSON object, in order; `None` when the line is none. JSON lets
/// a name stand twice, and a reader may take either.
pub(super) fn places_of(line: &[u8], field: &str) -> Option<Vec<Place>> {
    let text = std::str::from_utf8(line).ok()?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let values = reader.deserialize_map(Fields { field }).ok()?;
    reader.end().ok()?;
    let place = |raw: &RawValue| {
        // A borrowed value is a piece of the line.
        let from = raw
            .get()
            .as_ptr()
            .addr()
            .checked_sub(text.as_ptr().addr())?;
        let value = serde_json::from_str(raw.get()).ok()?;
        Some(Place {
            range: from..from + raw.get().len(),
            value,
        })
    };
    values.into_iter().map(place).collect()
}

struct Fields<'field> {
    field: &'field str,
}

impl<'line> Visitor<'line> for Fields<'_> {
    type Value = Vec<&'line RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'line>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut values = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            if name == self.field {
                values.push(value);
            }
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_what_its_name_means() {
        let line = br#"{"a": 1, "\u0062" : "two" }"#;
        let places = places_of(line, "b").unwrap();
        assert_eq!(places.len(), 1);
        assert_eq!(&line[places[0].range.clone()], br#""two""#);
        assert_eq!(places[0].value, Value::from("two"));
        assert_eq!(places_of(line, "c"), Some(vec![]));
        for no_object in ["", "3", "[1]", "{\"a\":1} x", "{\"a\":"] {
            assert_eq!(places_of(no_object.as_bytes(), "a"), None, "{no_object}");
        }
    }
}
