//! Secrets in other clothes: base64, percent, entities and JSON escapes.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// The forms in which a known secret may stand in a text.
pub(crate) fn forms_of(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), percent(secret), json(secret)];
    for lead in 0..3 {
        forms.push(base64_core(secret.as_bytes(), lead, &STANDARD_NO_PAD));
        forms.push(base64_core(secret.as_bytes(), lead, &URL_SAFE_NO_PAD));
    }
    forms.sort();
    forms.dedup();
    forms.retain(|form| 6 <= form.len());
    forms
}

/// The middle of the encoded text, which does not depend on what surrounds
/// the secret, when `lead` bytes stand before it in its group of three.
fn base64_core(secret: &[u8], lead: usize, engine: &impl Engine) -> String {
    let mut padded = vec![0; lead];
    padded.extend_from_slice(secret);
    let encoded = engine.encode(&padded);
    let first = (lead * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    encoded.get(first..last).unwrap_or_default().to_owned()
}

fn percent(secret: &str) -> String {
    let mut encoded = String::new();
    for byte in secret.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn json(secret: &str) -> String {
    let quoted = serde_json::Value::from(secret).to_string();
    quoted.trim_matches('"').to_owned()
}
