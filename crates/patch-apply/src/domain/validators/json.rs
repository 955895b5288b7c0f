//! JSON: strict, and no key twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::Flaw;

/// Reads a JSON text in which no object has a key twice.
pub fn read(text: &str) -> Result<Value, Flaw> {
    let strict: Strict = serde_json::from_str(text).map_err(|error| {
        Flaw::new(
            Some(error.line()),
            format!("the JSON does not parse: {error}"),
        )
    })?;
    Ok(strict.0)
}

/// Checks a value against a compiled schema and says what it breaks first.
pub fn check_schema(schema: &jsonschema::Validator, value: &Value) -> Result<(), Flaw> {
    schema.validate(value).map_err(|error| {
        let place = error.instance_path().to_string();
        let place = if place.is_empty() {
            "the document".to_owned()
        } else {
            place
        };
        Flaw::new(None, format!("{place} breaks the JSON Schema: {error}"))
    })
}

/// Hands every string, keys included, to `visit`.
pub fn visit_strings<'a>(value: &'a Value, visit: &mut dyn FnMut(&'a str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| visit_strings(item, visit)),
        Value::Object(entries) => {
            for (key, value) in entries {
                visit(key);
                visit_strings(value, visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A JSON value whose objects were checked for duplicate keys.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if object.insert(key.clone(), value).is_some() {
                return Err(A::Error::custom(format!("the key {key:?} is there twice")));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_strict_json_without_duplicate_keys_is_read() {
        for good in [
            "{}",
            "[1, -2, 3.5e2, \"x\\u00e9\", null, true]",
            " {\"a\": {\"a\": 1}} \n",
            "3",
        ] {
            assert!(read(good).is_ok(), "{good}");
        }
        let deep = "[".repeat(500) + &"]".repeat(500);
        for bad in [
            "",
            "{a: 1}",
            "{\"a\": 1,}",
            "[1,]",
            "{'a': 1}",
            "{\"a\": 1} x",
            "// x\n{}",
            "NaN",
            "1e999",
            "{\"a\": 1, \"a\": 2}",
            "{\"a\": 1, \"\\u0061\": 2}",
            "\u{feff}{}",
            "\"\\ud800\"",
            "\"a\nb\"",
            &deep,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
