//! The texts that a body may hold, by its schema.

use serde_json::{Map, Value, json};

use crate::document::{resolved, sample, type_of};

/// A text of a body.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// A JSON pointer to it.
    pub pointer: String,
    /// Whether any text will do; otherwise an id, a moment, a name of a list.
    pub is_free: bool,
}

/// How deep a body is filled: schemas may contain themselves.
const MOST_DEPTH: usize = 6;

/// A body with everything that the schema names, and the texts in it.
pub fn leaves(document: &Value, schema: &Value) -> (Value, Vec<Leaf>) {
    let mut found = Vec::new();
    let body = fill(document, schema, "", 0, &mut found);
    (body, found)
}

fn fill(
    document: &Value,
    schema: &Value,
    pointer: &str,
    depth: usize,
    found: &mut Vec<Leaf>,
) -> Value {
    let schema = resolved(document, schema);
    if MOST_DEPTH < depth {
        return sample(document, &schema);
    }
    match type_of(&schema) {
        Some("object") => object(document, &schema, pointer, depth, found),
        Some("array") => {
            let pointer = format!("{pointer}/0");
            json!([fill(document, &schema["items"], &pointer, depth + 1, found)])
        }
        Some("integer" | "number" | "boolean") => sample(document, &schema),
        _ => {
            let is_free = ["enum", "pattern", "format"]
                .iter()
                .all(|limit| schema.get(limit).is_none());
            found.push(Leaf {
                pointer: pointer.to_owned(),
                is_free,
            });
            sample(document, &schema)
        }
    }
}

fn object(
    document: &Value,
    schema: &Value,
    pointer: &str,
    depth: usize,
    found: &mut Vec<Leaf>,
) -> Value {
    let mut out = Map::new();
    let mut add = |name: &str, schema: &Value| {
        let pointer = format!("{pointer}/{name}");
        let value = fill(document, schema, &pointer, depth + 1, found);
        out.insert(name.to_owned(), value);
    };
    match schema["properties"].as_object() {
        Some(properties) => properties
            .iter()
            .for_each(|(name, schema)| add(name, schema)),
        // A map of anything.
        None => match schema.get("additionalProperties") {
            Some(inner) if inner.is_object() => add("notes.md", inner),
            _ => add("note", &json!({ "type": "string" })),
        },
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_a_body_is_found() {
        let document = json!({ "components": { "schemas": {
            "Inner": { "type": "object", "properties": {
                "when": { "type": "string", "format": "date-time" },
                "why": { "type": ["string", "null"] } } } } } });
        let schema = json!({ "type": "object", "properties": {
            "names": { "type": "array", "items": { "type": "string" } },
            "inner": { "$ref": "#/components/schemas/Inner" },
            "files": { "type": "object", "additionalProperties": { "type": "string" } },
            "count": { "type": "integer" } } });
        let (body, leaves) = leaves(&document, &schema);
        let found: Vec<(&str, bool)> = leaves
            .iter()
            .map(|leaf| (leaf.pointer.as_str(), leaf.is_free))
            .collect();
        assert_eq!(
            found,
            [
                ("/files/notes.md", true),
                ("/inner/when", false),
                ("/inner/why", true),
                ("/names/0", true)
            ]
        );
        for leaf in leaves {
            assert!(body.pointer(&leaf.pointer).is_some(), "{}", leaf.pointer);
        }
    }
}
