//! The attributes that are let in. Whatever may hold content (prompts, arguments, results) is not
//! on the list and so is gone before anything else sees it.

/// The value of an attribute, as far as any of ours needs it.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// Text.
    Text(String),
    /// A truth value.
    Flag(bool),
    /// A number; whole ones are exact up to 2^53.
    Number(f64),
}

/// Sorted, for the search.
const KEPT: &[&str] = &[
    "call_id",
    "conversation.id",
    "decision",
    "duration_ms",
    "error",
    "error.message",
    "error.type",
    "error_message",
    "event.name",
    "event.sequence",
    "exception.message",
    "exception.type",
    "gen_ai.agent.name",
    "gen_ai.conversation.id",
    "gen_ai.evaluation.name",
    "gen_ai.evaluation.score.label",
    "gen_ai.evaluation.score.value",
    "gen_ai.operation.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "gen_ai.tool.call.id",
    "gen_ai.tool.name",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "http.method",
    "http.request.method",
    "http.response.status_code",
    "http.status_code",
    "http.url",
    "is_error",
    "llm.model_name",
    "mcp.method.name",
    "mcp.tool.name",
    "model",
    "openinference.span.kind",
    "service.name",
    "session.id",
    "success",
    "tool.name",
    "tool_name",
    "traceloop.entity.name",
    "traceloop.span.kind",
    "url.full",
];

/// Attributes that hold a tool's result; only whether it says that it is an error is kept.
const RESULTS: &[&str] = &[
    "gcp.vertex.agent.tool_response",
    "gen_ai.tool.call.result",
    "mcp.tool.result",
];

/// The attributes of one span, log record or resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(Vec<(&'static str, AttributeValue)>);

impl Attributes {
    /// Keeps the attribute if it is on the list.
    pub fn push(&mut self, key: &str, value: AttributeValue) {
        if let Ok(index) = KEPT.binary_search(&key) {
            self.0.push((KEPT[index], value));
        } else if RESULTS.contains(&key)
            && matches!(&value, AttributeValue::Text(text) if says_error(text))
        {
            self.0.push(("is_error", AttributeValue::Flag(true)));
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&AttributeValue> {
        self.0
            .iter()
            .find_map(|(name, value)| (*name == key).then_some(value))
    }

    /// The first of these that is there as a text that is not empty.
    pub(super) fn text(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|key| match self.get(key) {
            Some(AttributeValue::Text(text)) if !text.is_empty() => Some(text.as_str()),
            _ => None,
        })
    }

    /// The first of these as text, numbers too.
    pub(super) fn shown(&self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| match self.get(key)? {
            AttributeValue::Text(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            AttributeValue::Number(number) => Some(number.to_string()),
            AttributeValue::Flag(flag) => Some(flag.to_string()),
        })
    }

    /// The first of these as a number; senders write numbers as text, too.
    pub(super) fn number(&self, keys: &[&str]) -> Option<f64> {
        keys.iter().find_map(|key| match self.get(key)? {
            AttributeValue::Number(number) => Some(*number),
            AttributeValue::Text(text) => text.parse().ok(),
            AttributeValue::Flag(_) => None,
        })
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            AttributeValue::Flag(flag) => Some(*flag),
            AttributeValue::Text(text) => text.parse().ok(),
            AttributeValue::Number(_) => None,
        }
    }
}

fn says_error(result: &str) -> bool {
    let compact = result.replace(char::is_whitespace, "");
    compact.contains("\"isError\":true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_dropped_and_the_list_is_sorted() {
        assert!(KEPT.is_sorted());
        let mut attributes = Attributes::default();
        for key in ["input.value", "gen_ai.tool.call.arguments", "llm_request"] {
            attributes.push(key, AttributeValue::Text("my password".to_owned()));
        }
        attributes.push(
            "gen_ai.tool.call.result",
            AttributeValue::Text("{\"isError\": true, \"text\": \"secret\"}".to_owned()),
        );
        assert_eq!(
            attributes,
            Attributes(vec![("is_error", AttributeValue::Flag(true))])
        );
    }
}
