//! The attributes of one record, as far as they are let in.

use std::borrow::Cow;

use memchr::memmem;

use super::{
    judgement::Judgements,
    names::{Field, Slot},
};

/// The value of an attribute, as far as any of ours needs it.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// A truth value.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
}

impl AttributeValue<'_> {
    /// A number; senders write numbers as text, too.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            Self::Flag(_) => None,
        }
    }
}

/// The attributes of one span, log record or resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes<'a> {
    entries: Vec<Entry<'a>>,
    says_error: bool,
    pub(super) judgements: Judgements,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry<'a> {
    field: Field,
    rank: u8,
    value: AttributeValue<'a>,
}

impl<'a> Attributes<'a> {
    /// Keeps the attribute if it is let in.
    pub fn push(&mut self, name: &str, value: AttributeValue<'a>) {
        if let Some(slot) = Slot::of(name) {
            self.put(slot, value);
        }
    }

    /// Keeps the value of an attribute that is let in.
    pub(super) fn put(&mut self, slot: Slot, value: AttributeValue<'a>) {
        match slot {
            Slot::Field { field, rank } => self.put_field(field, rank, value),
            Slot::Result => {
                self.says_error |= matches!(&value, AttributeValue::Text(text) if says_error(text));
            }
            Slot::Judgement(part) => self.judgements.put(part, &value),
        }
    }

    fn put_field(&mut self, field: Field, rank: u8, value: AttributeValue<'a>) {
        let entry = Entry { field, rank, value };
        match self.entries.iter_mut().find(|known| known.field == field) {
            None => self.entries.push(entry),
            Some(known) if rank < known.rank => *known = entry,
            Some(_) => {}
        }
    }

    pub(super) fn get(&self, field: Field) -> Option<&AttributeValue<'a>> {
        let mut entries = self.entries.iter();
        entries.find_map(|entry| (entry.field == field).then_some(&entry.value))
    }

    /// The field, if it is a text that is not empty.
    pub(super) fn text(&self, field: Field) -> Option<&str> {
        match self.get(field)? {
            AttributeValue::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The field as text, numbers too.
    pub(super) fn shown(&self, field: Field) -> Option<String> {
        match self.get(field)? {
            AttributeValue::Text(text) if text.is_empty() => None,
            AttributeValue::Text(text) => Some(text.clone().into_owned()),
            AttributeValue::Whole(number) => Some(number.to_string()),
            AttributeValue::Number(number) => Some(number.to_string()),
            AttributeValue::Flag(flag) => Some(flag.to_string()),
        }
    }

    pub(super) fn number(&self, field: Field) -> Option<f64> {
        self.get(field)?.number()
    }

    pub(super) fn flag(&self, field: Field) -> Option<bool> {
        match self.get(field)? {
            AttributeValue::Flag(flag) => Some(*flag),
            AttributeValue::Text(text) => text.parse().ok(),
            AttributeValue::Whole(_) | AttributeValue::Number(_) => None,
        }
    }

    /// Whether it says that it is an error, or its result does.
    pub(super) fn says_error(&self) -> bool {
        self.says_error || self.flag(Field::IsError) == Some(true)
    }
}

/// Whether a tool's result says `"isError": true`, without keeping or copying it.
fn says_error(result: &str) -> bool {
    const KEY: &[u8] = b"\"isError\"";
    let bytes = result.as_bytes();
    memmem::find_iter(bytes, KEY).any(|at| {
        let rest = bytes[at + KEY.len()..].trim_ascii_start();
        rest.strip_prefix(b":")
            .is_some_and(|value| value.trim_ascii_start().starts_with(b"true"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> AttributeValue<'_> {
        AttributeValue::Text(value.into())
    }

    #[test]
    fn content_is_dropped_and_only_its_verdict_stays() {
        let mut attributes = Attributes::default();
        for name in ["input.value", "gen_ai.tool.call.arguments", "llm_request"] {
            attributes.push(name, text("my password"));
        }
        assert_eq!(attributes, Attributes::default());
        attributes.push(
            "gen_ai.tool.call.result",
            text("{\"isError\" : true, \"text\": \"secret\"}"),
        );
        assert!(attributes.says_error());
        assert!(!format!("{attributes:?}").contains("secret"));
    }

    #[test]
    fn of_several_names_the_better_one_counts_in_any_order() {
        let mut attributes = Attributes::default();
        attributes.push("session.id", text("b"));
        attributes.push("gen_ai.conversation.id", text("a"));
        attributes.push("conversation.id", text("c"));
        assert_eq!(attributes.text(Field::Session), Some("a"));
    }

    #[test]
    fn a_result_is_an_error_only_if_it_says_so() {
        for (result, expected) in [
            ("{\"isError\":true}", true),
            ("{\"a\":\"isError\",\"isError\"\n:\ttrue}", true),
            ("{\"isError\":false}", false),
            ("isError true", false),
            ("{\"isError\":\"true\"}", false),
        ] {
            assert_eq!(says_error(result), expected, "{result}");
        }
    }
}
