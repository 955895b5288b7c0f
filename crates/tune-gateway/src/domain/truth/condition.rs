//! When a rule fires, and how it explains itself.

use std::cmp::Ordering;

use serde::Serialize;
use serde_json::{Number, Value};

use super::FieldPath;

/// Longer values are cut in explanations.
const SHOWN_CHARACTERS: usize = 60;

/// When a rule fires.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Condition {
    /// At every time.
    Always,
    /// The field is there and equal to the value; numbers are equal when their values are.
    FieldEquals {
        /// Where to look.
        field: FieldPath,
        /// What it must be.
        value: Value,
    },
    /// The field is absent, null, or an empty text, list or object. Nought and `false` are values.
    FieldEmpty {
        /// Where to look.
        field: FieldPath,
    },
    /// The field is a number above the threshold; no other kind of value is.
    FieldGreater {
        /// Where to look.
        field: FieldPath,
        /// What it must be above.
        threshold: Number,
    },
    /// The condition does not hold.
    Not(Box<Condition>),
    /// Every one holds.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
}

/// Whether a condition holds, and what it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) holds: bool,
    pub(super) why: String,
}

impl Condition {
    pub(super) fn check(&self, context: &Value) -> Found {
        match self {
            Self::Always => Found {
                holds: true,
                why: "it always applies".to_owned(),
            },
            Self::FieldEquals { field, value } => equals(field, field.find(context), value),
            Self::FieldEmpty { field } => empty(field, field.find(context)),
            Self::FieldGreater { field, threshold } => {
                greater(field, field.find(context), threshold)
            }
            Self::Not(inner) => {
                let found = inner.check(context);
                Found {
                    holds: !found.holds,
                    why: found.why,
                }
            }
            Self::All(inner) => all(inner, context),
            Self::Any(inner) => any(inner, context),
        }
    }
}

fn equals(field: &FieldPath, found: Option<&Value>, value: &Value) -> Found {
    let field = field.as_str();
    match found {
        None => Found {
            holds: false,
            why: format!("{field} is absent"),
        },
        Some(found) if same(found, value) => Found {
            holds: true,
            why: format!("{field} is {}", shown(found)),
        },
        Some(found) => {
            let why = format!("{field} is {}, not {}", shown(found), shown(value));
            Found { holds: false, why }
        }
    }
}

fn empty(field: &FieldPath, found: Option<&Value>) -> Found {
    let field = field.as_str();
    let is_empty = match found {
        None => {
            return Found {
                holds: true,
                why: format!("{field} is absent"),
            };
        }
        Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(entries)) => entries.is_empty(),
        Some(Value::Object(members)) => members.is_empty(),
        Some(Value::Bool(_) | Value::Number(_)) => false,
    };
    let why = format!(
        "{field} is {}",
        if is_empty { "empty" } else { "not empty" }
    );
    Found {
        holds: is_empty,
        why,
    }
}

fn greater(field: &FieldPath, found: Option<&Value>, threshold: &Number) -> Found {
    let field = field.as_str();
    match found {
        Some(Value::Number(number)) => {
            let holds = compared(number, threshold) == Some(Ordering::Greater);
            let relation = if holds { "more" } else { "not more" };
            Found {
                holds,
                why: format!("{field} is {number}, {relation} than {threshold}"),
            }
        }
        Some(_) => Found {
            holds: false,
            why: format!("{field} is not a number"),
        },
        None => Found {
            holds: false,
            why: format!("{field} is absent"),
        },
    }
}

fn all(conditions: &[Condition], context: &Value) -> Found {
    let found: Vec<Found> = conditions
        .iter()
        .map(|inner| inner.check(context))
        .collect();
    match found.iter().find(|found| !found.holds) {
        Some(failed) => failed.clone(),
        None => Found {
            holds: true,
            why: joined(&found),
        },
    }
}

fn any(conditions: &[Condition], context: &Value) -> Found {
    let found: Vec<Found> = conditions
        .iter()
        .map(|inner| inner.check(context))
        .collect();
    match found.iter().find(|found| found.holds) {
        Some(held) => held.clone(),
        None => Found {
            holds: false,
            why: joined(&found),
        },
    }
}

fn joined(found: &[Found]) -> String {
    found
        .iter()
        .map(|found| found.why.as_str())
        .collect::<Vec<_>>()
        .join(" and ")
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => compared(one, other) == Some(Ordering::Equal),
        _ => one == other,
    }
}

/// Whole numbers are compared exactly, since a float tells apart only those below 2^53.
fn compared(one: &Number, other: &Number) -> Option<Ordering> {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= SHOWN_CHARACTERS {
        return text;
    }
    let cut: String = text.chars().take(SHOWN_CHARACTERS).collect();
    format!("{cut}…")
}
