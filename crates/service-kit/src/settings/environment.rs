//! Settings in variables of the environment, `ATTUNE__SECTION__KEY`.

use std::fs;

use config::{Map, Source, Value, ValueKind};

use super::SettingsError;

/// The value of a variable of the environment, or of the file that its `…_FILE` names.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place the ban points to"
)]
pub fn variable(name: &str) -> Result<Option<String>, SettingsError> {
    if let Ok(value) = std::env::var(name) {
        return Ok(Some(value));
    }
    match std::env::var(format!("{name}_FILE")) {
        Ok(path) => secret_file(name, &path).map(Some),
        Err(_) => Ok(None),
    }
}

fn secret_file(name: &str, path: &str) -> Result<String, SettingsError> {
    let text = fs::read_to_string(path).map_err(|error| {
        SettingsError::Unreadable(format!(
            "{name}_FILE names {path}, which cannot be read: {error}"
        ))
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

const PREFIX: &str = "ATTUNE__";

/// The settings among the variables: the path of each key, and its text.
#[derive(Clone, Debug)]
pub(super) struct Environment(Vec<(Vec<String>, String)>);

impl Environment {
    pub(super) fn read() -> Result<Self, SettingsError> {
        let mut out = Vec::new();
        for (name, value) in std::env::vars() {
            let Some(rest) = name.strip_prefix(PREFIX) else {
                continue;
            };
            let (rest, value) = match rest.strip_suffix("_FILE") {
                Some(stem) => (stem, secret_file(&name, &value)?),
                None => (rest, value),
            };
            out.push((
                rest.to_ascii_lowercase()
                    .split("__")
                    .map(str::to_owned)
                    .collect(),
                value,
            ));
        }
        Ok(Self(out))
    }
}

impl Source for Environment {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        let mut out = Map::new();
        for (path, text) in &self.0 {
            let mut value = parse(text);
            let Some((first, rest)) = path.split_first() else {
                continue;
            };
            for key in rest.iter().rev() {
                let mut table = Map::new();
                table.insert(key.clone(), value);
                value = Value::new(None, ValueKind::Table(table));
            }
            merge(&mut out, first, value);
        }
        Ok(out)
    }
}

fn merge(into: &mut Map<String, Value>, key: &str, value: Value) {
    let both = match (into.get_mut(key).map(|old| &mut old.kind), value.kind) {
        (Some(ValueKind::Table(old)), ValueKind::Table(new)) => {
            for (inner, value) in new {
                merge(old, &inner, value);
            }
            return;
        }
        (_, kind) => kind,
    };
    into.insert(key.to_owned(), Value::new(None, both));
}

/// JSON where it is JSON (numbers, true, false, lists), text otherwise.
fn parse(text: &str) -> Value {
    serde_json::from_str::<serde_json::Value>(text)
        .ok()
        .filter(|value| !value.is_string() && !value.is_object() && !value.is_null())
        .map_or_else(|| Value::from(text.to_owned()), from_json)
}

fn from_json(value: serde_json::Value) -> Value {
    let kind = match value {
        serde_json::Value::Null => ValueKind::Nil,
        serde_json::Value::Bool(value) => ValueKind::Boolean(value),
        serde_json::Value::Number(value) => value.as_i64().map_or_else(
            || ValueKind::Float(value.as_f64().unwrap_or_default()),
            ValueKind::I64,
        ),
        serde_json::Value::String(value) => ValueKind::String(value),
        serde_json::Value::Array(values) => {
            ValueKind::Array(values.into_iter().map(from_json).collect())
        }
        serde_json::Value::Object(values) => ValueKind::Table(
            values
                .into_iter()
                .map(|(key, value)| (key, from_json(value)))
                .collect(),
        ),
    };
    Value::new(None, kind)
}

#[cfg(test)]
mod tests {
    use config::Config;

    use super::*;
    use crate::settings::Layers;

    #[test]
    fn variables_reach_the_key_they_name() {
        let environment = Environment(vec![
            (vec!["server".into(), "workers".into()], "3".into()),
            (vec!["server".into(), "listen".into()], "127.0.0.1:0".into()),
            (vec!["redact".into(), "patterns".into()], r#"["a+"]"#.into()),
        ]);
        let merged = Config::builder()
            .add_source(environment)
            .build()
            .unwrap()
            .try_deserialize()
            .unwrap();
        let common = Layers::from_sections(merged).unwrap().common().unwrap();
        assert_eq!(common.server.workers, 3);
        assert_eq!(common.server.listen.map(|address| address.port()), Some(0));
        assert_eq!(common.redact.patterns, ["a+"]);
    }
}
