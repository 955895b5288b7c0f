//! Ids of traces and spans.

use std::borrow::Cow;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::Rejection;

/// How long a trace id is, in bytes.
pub(super) const TRACE: usize = 16;
/// How long a span id is, in bytes.
pub(super) const SPAN: usize = 8;

/// An id of bytes as hex; all zeros is none.
pub(super) fn of_bytes(bytes: &[u8], size: usize) -> Result<String, Rejection> {
    if bytes.len() == size && bytes.iter().any(|byte| *byte != 0) {
        Ok(hex(bytes))
    } else {
        Err(Rejection::InvalidId)
    }
}

/// Bytes as hex, written into place; `hex::encode` collects characters and is slower by a tenth of
/// what a whole span costs.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut digits = vec![0; 2 * bytes.len()];
    match hex::encode_to_slice(bytes, &mut digits) {
        Ok(()) => String::from_utf8(digits).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

/// An id in JSON as hex in lower case. OTLP says hex; what knows only the general mapping of
/// protobuf to JSON writes base64.
pub(super) fn of_text(text: Cow<'_, str>, size: usize) -> Result<Cow<'_, str>, Rejection> {
    if text.len() == 2 * size && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        if text.bytes().all(|byte| byte == b'0') {
            return Err(Rejection::InvalidId);
        }
        return Ok(match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => text.to_ascii_lowercase().into(),
            false => text,
        });
    }
    let bytes = BASE64_STANDARD.decode(text.as_bytes());
    of_bytes(&bytes.map_err(|_| Rejection::InvalidId)?, size).map(Cow::Owned)
}

/// Whether a parent's id says that there is none.
pub(super) fn is_none(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_hex_or_base64_of_its_size_and_not_zero() {
        for (text, expected) in [
            ("00F067AA0BA902B7", Some("00f067aa0ba902b7")),
            ("00f067aa0ba902b7", Some("00f067aa0ba902b7")),
            ("APBnqgupArc=", Some("00f067aa0ba902b7")),
            ("0000000000000000", None),
            ("AAAAAAAAAAA=", None),
            ("00f067aa0ba902", None),
            ("not an id at all", None),
            ("", None),
        ] {
            let id = of_text(text.into(), SPAN);
            assert_eq!(id.as_deref().ok(), expected, "{text}");
        }
        assert!(of_bytes(&[1; 8], TRACE).is_err());
        assert!(is_none("") && is_none("0000000000000000") && !is_none("01"));
    }
}
