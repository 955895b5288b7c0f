//! The key that a request shows, in any of the ways in which clients can be told to show one.

use std::borrow::Cow;

use actix_web::http::header::{self, HeaderMap};
use base64::{Engine, prelude::BASE64_STANDARD};

/// The key in `Authorization: Bearer`, as the password of `Authorization: Basic`, or in
/// `X-API-Key`.
pub(super) fn shown_key(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    let authorization = text(headers, header::AUTHORIZATION.as_str())
        .and_then(|value| value.split_once(' '))
        .and_then(|(scheme, shown)| {
            let shown = shown.trim();
            match scheme.to_ascii_lowercase().as_str() {
                "bearer" => Some(Cow::Borrowed(shown)),
                "basic" => password(shown).map(Cow::Owned),
                _ => None,
            }
        });
    authorization.or_else(|| text(headers, "x-api-key").map(Cow::Borrowed))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn password(shown: &str) -> Option<String> {
    let pair = String::from_utf8(BASE64_STANDARD.decode(shown).ok()?).ok()?;
    let (_, password) = pair.split_once(':')?;
    Some(password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    #[test]
    fn a_key_is_found_wherever_clients_can_put_it() {
        for (name, value, expected) in [
            ("authorization", "Bearer at_1", Some("at_1")),
            ("authorization", "bearer  at_1", Some("at_1")),
            ("x-api-key", "at_1", Some("at_1")),
            // pk:at_1
            ("authorization", "Basic cGs6YXRfMQ==", Some("at_1")),
            ("authorization", "Basic cGs", None),
            ("authorization", "Basic ", None),
            ("authorization", "Digest at_1", None),
            ("authorization", "at_1", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
            assert_eq!(shown_key(&headers).as_deref(), expected, "{value}");
        }
    }
}
