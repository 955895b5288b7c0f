//! Values that are wrapped in their type.

use crate::bytes::{at, is_space, skip};
use crate::links::skip_closing;
use crate::values::{self, Reach};

/// How deep a value may be wrapped.
const MAX_WRAPPINGS: usize = 3;

/// `{"stringValue": "…"}`: OpenTelemetry says of what type a value is, and
/// wraps lists of them.
pub(crate) fn into_any_value(text: &[u8], from: usize) -> usize {
    let mut from = from;
    for _ in 0..MAX_WRAPPINGS {
        let brace = skip(text, from, |byte| is_space(byte) || byte == b'[');
        let Some(field) = values::value_at(text, brace + 1, Reach::Word)
            .filter(|field| at(text, brace) == b'{' && field.quoted)
        else {
            break;
        };
        let colon = skip(text, skip_closing(text, field.end), is_space);
        let is_type = text[field.start..field.end]
            .to_ascii_lowercase()
            .ends_with(b"value")
            || &text[field.start..field.end] == b"values";
        if !is_type || at(text, colon) != b':' {
            break;
        }
        from = colon + 1;
    }
    from
}
