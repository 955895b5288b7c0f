//! Objects behind a name that announces a secret: `"vendor-oauth": {"host": "…"}`.

use crate::bytes::{at, is_space, skip};
use crate::keys::{self, Label};
use crate::labels::take;
use crate::spans::Spans;
use crate::values::{self, MAX_VALUE_BYTES, Reach};

/// Words at the end of names that announce a secret once an object follows.
const HOLDERS: [&[u8]; 4] = [b"auth", b"oauth", b"tokens", b"logins"];

/// Takes what looks like a key from the object at `from`, behind a name, unless
/// a name of its own says what it is; says where the object ends.
pub(crate) fn find(text: &[u8], from: usize, spans: &mut Spans) -> usize {
    let open = skip(text, from, is_space);
    let limit = text.len().min(open + MAX_VALUE_BYTES);
    let (mut depth, mut position, mut is_open) = (0_usize, open, true);
    while position < limit {
        let escapes = skip(text, position, |byte| byte == b'\\');
        match at(text, escapes) {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return position + 1,
            b'}' | b']' => depth -= 1,
            b'"' if escapes < text.len() => {
                let value = values::quoted_value(text, position, escapes);
                let closed = value.end + escapes - position + 1;
                if at(text, skip(text, closed, is_space)) == b':' {
                    let inner = &text[value.start..value.end];
                    is_open = keys::label_of(inner).is_none() && !keys::describes(inner);
                } else if is_open {
                    take(text, Label::Weak, value, Reach::Word, spans);
                }
                position = closed;
                continue;
            }
            _ => {}
        }
        position = escapes.max(position) + 1;
    }
    position.min(text.len())
}

/// Whether an object behind `name` holds secrets by names that say nothing.
pub(crate) fn holds_secrets(name: &[u8], label: Label) -> bool {
    let ends = |word: &[u8]| {
        name.len()
            .checked_sub(word.len())
            .is_some_and(|cut| name[cut..].eq_ignore_ascii_case(word))
    };
    label != Label::Weak || HOLDERS.iter().any(|word| ends(word))
}
