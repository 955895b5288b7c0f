//! What a service's own OpenAPI document says of its operations.

use serde_json::{Map, Value, json};
use types::key::Role;

/// One operation of a document.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The method, in capitals.
    pub method: String,
    /// The path with its parameters in braces.
    pub path: String,
    value: Value,
}

/// Every operation of a document.
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, value) in methods.as_object().unwrap() {
            if matches!(method.as_str(), "get" | "post" | "put" | "delete" | "patch") {
                all.push(Operation {
                    method: method.to_ascii_uppercase(),
                    path: path.clone(),
                    value: value.clone(),
                });
            }
        }
    }
    assert!(!all.is_empty(), "the document lists no operation");
    all
}

impl Operation {
    /// Whether it can be called without a key.
    pub fn is_open(&self) -> bool {
        self.value["security"].as_array().is_some_and(Vec::is_empty)
    }

    /// Whose keys it takes.
    pub fn roles(&self) -> Vec<Role> {
        let names = self.value["x-attune-roles"].as_array();
        let names = names.unwrap_or_else(|| panic!("{self:?} says nothing about roles"));
        names
            .iter()
            .map(|name| name.as_str().unwrap().parse().unwrap())
            .collect()
    }

    /// The path with values for its parameters, of things that are not there.
    pub fn filled_path(&self) -> String {
        let mut path = self.path.clone();
        for (parameter, value) in [
            ("{id}", missing_id(&self.path)),
            ("{number}", "4711"),
            ("{agent}", "nobody"),
            ("{path}", "nowhere"),
            ("{name}", "bugfix"),
            ("{job}", "playbook-builder"),
        ] {
            path = path.replace(parameter, value);
        }
        let file = if path.starts_with("/docs") {
            "index.html"
        } else {
            "2026-01-10.jsonl"
        };
        path = path.replace("{file}", file);
        assert!(!path.contains('{'), "{path}: a parameter has no value here");
        path
    }

    /// The names of its parameters in the `path` or in the `query`.
    pub fn parameters(&self, place: &str) -> Vec<String> {
        let all = self.value["parameters"].as_array().into_iter().flatten();
        all.filter(|parameter| parameter["in"] == place)
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The path with one parameter as given, and the others as in [`Operation::filled_path`].
    pub fn path_with(&self, parameter: &str, value: &str) -> String {
        let given = self.path.replace(&format!("{{{parameter}}}"), value);
        let rest = Self {
            path: given,
            ..self.clone()
        };
        rest.filled_path()
    }

    /// Whether this status is documented.
    pub fn documents(&self, status: u16) -> bool {
        self.value["responses"].get(status.to_string()).is_some()
    }

    /// Whether it takes a body.
    pub fn takes_body(&self) -> bool {
        self.value.get("requestBody").is_some()
    }

    /// The schema of its JSON body, with references resolved at the top.
    pub fn json_schema(&self, document: &Value) -> Option<Value> {
        let content = &self.value["requestBody"]["content"];
        let schema = content.get("application/json")?.get("schema")?;
        Some(resolved(document, schema))
    }
}

/// The id of something that is not there, in the form that the path wants.
fn missing_id(path: &str) -> &'static str {
    if path.starts_with("/keys") {
        "000000000000"
    } else {
        "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    }
}

/// The schema that a reference points to, through any number of them; of alternatives with null
/// the other one.
pub fn resolved(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').unwrap();
        let target = document.pointer(pointer);
        let target = target.unwrap_or_else(|| panic!("{reference} leads nowhere"));
        return resolved(document, target);
    }
    for key in ["oneOf", "anyOf"] {
        let mut alternatives = schema[key].as_array().into_iter().flatten();
        if let Some(first) = alternatives.find(|alternative| alternative["type"] != "null") {
            return resolved(document, first);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return merged(document, parts);
    }
    schema.clone()
}

fn merged(document: &Value, parts: &[Value]) -> Value {
    let mut whole = json!({});
    for part in parts {
        for (key, value) in resolved(document, part).as_object().unwrap() {
            whole[key] = value.clone();
        }
    }
    whole
}

/// The type of a schema, `null` aside.
pub fn type_of(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(name) => Some(name),
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|it| *it != "null"),
        _ => None,
    }
}

/// The smallest value that a schema takes: required properties only.
pub fn sample(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    match type_of(&schema) {
        Some("object") => {
            let mut out = Map::new();
            for name in required(&schema) {
                let property = &schema["properties"][&name];
                out.insert(name, sample(document, property));
            }
            Value::Object(out)
        }
        Some("array") => json!([]),
        Some("boolean") => json!(true),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        _ => json!(text(&schema)),
    }
}

/// The names of the required properties.
pub fn required(schema: &Value) -> Vec<String> {
    let names = schema["required"].as_array().into_iter().flatten();
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

fn text(schema: &Value) -> String {
    match (schema["pattern"].as_str(), schema["format"].as_str()) {
        (Some("^[0-9a-f]{40}$"), _) => "0".repeat(40),
        (Some("^[0-9a-f]{64}$"), _) => "0".repeat(64),
        (Some("^[0-9a-f]{12}$"), _) => "0".repeat(12),
        (Some("^f[0-9a-f]{16}$"), _) => format!("f{}", "0".repeat(16)),
        (Some(pattern), _) => panic!("no sample for the pattern {pattern}"),
        (None, Some("uuid")) => "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned(),
        (None, Some("date-time")) => "2100-01-01T00:00:00Z".to_owned(),
        (None, _) => "a text".to_owned(),
    }
}

/// A value of another type than the schema wants; `None` where any value will do.
pub fn wrong(schema: &Value) -> Option<Value> {
    if schema["enum"].is_array() {
        return Some(json!("none of these"));
    }
    match type_of(schema)? {
        "string" => Some(json!(12_345)),
        "array" => Some(json!({ "a": "map" })),
        "object" | "integer" | "number" | "boolean" => Some(json!("a text")),
        other => panic!("{other} is no type"),
    }
}
