//! Whole JSON values: each string by the name of the field it stands in.

use std::borrow::Cow;

use serde_json::Value;

use crate::counts::{Counts, Kind};
use crate::keys::{self, Label};
use crate::redactor::Redactor;

impl Redactor {
    /// Redacts every string inside `value`, names of fields included.
    pub fn redact_json(&self, value: &mut Value) -> Counts {
        let mut counts = Counts::default();
        self.redact_value("", value, &mut counts);
        counts
    }

    fn redact_value(&self, key: &str, value: &mut Value, counts: &mut Counts) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(redacted) =
                    own(self.redact_field_counting(key, text, counts), text)
                {
                    *text = redacted;
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.redact_value(key, item, counts);
                }
            }
            Value::Object(fields) => self.redact_object(key, fields, counts),
            Value::Number(number) => {
                if keys::label_of(key.as_bytes()) == Some(Label::Password)
                    && 3 < number.to_string().len()
                {
                    counts.add(Kind::Key);
                    *value = Value::from(Kind::Key.marker());
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn redact_object(
        &self,
        key: &str,
        fields: &mut serde_json::Map<String, Value>,
        counts: &mut Counts,
    ) {
        let held = keys::label_of(key.as_bytes()).is_some_and(|label| label != Label::Weak);
        if fields
            .keys()
            .any(|name| matches!(self.redact(name), Cow::Owned(_)))
        {
            let old = std::mem::take(fields);
            fields
                .extend(old.into_iter().map(|(name, field)| {
                    (self.redact_counting(&name, counts).into_owned(), field)
                }));
        }
        for (name, field) in fields.iter_mut() {
            let inner = if held && keys::label_of(name.as_bytes()).is_none() {
                key
            } else {
                name.as_str()
            };
            self.redact_value(inner, field, counts);
        }
    }
}

/// A borrowed marker is not the text it replaces.
fn own<'t>(redacted: Cow<'t, str>, text: &str) -> Cow<'t, str> {
    match redacted {
        Cow::Borrowed(same) if same != text => Cow::Owned(same.to_owned()),
        other => other,
    }
}
