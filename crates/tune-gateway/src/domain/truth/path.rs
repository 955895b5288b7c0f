//! Dot paths.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A place in a JSON value, such as `agent.tools.0`: names of object members and numbers of array
/// entries, joined by dots. A member whose own name holds a dot cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldPath(String);

/// A text that is not a dot path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a field is a path such as agent.tools.0, without empty parts")]
pub struct InvalidPath;

impl FieldPath {
    /// The value at this place, if there is one.
    pub fn find<'value>(&self, context: &'value Value) -> Option<&'value Value> {
        self.0
            .split('.')
            .try_fold(context, |value, part| match value {
                Value::Object(members) => members.get(part),
                Value::Array(entries) => part
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| entries.get(index)),
                _ => None,
            })
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FieldPath {
    type Error = InvalidPath;

    fn try_from(text: String) -> Result<Self, InvalidPath> {
        if text.split('.').any(|part| part.trim().is_empty()) {
            return Err(InvalidPath);
        }
        Ok(Self(text))
    }
}

impl From<FieldPath> for String {
    fn from(path: FieldPath) -> Self {
        path.0
    }
}
