//! The text of a key: `at_<role>_<id>_<64 hex digits>_<check sum>`.

use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use types::{Digest, key::Role};

/// A key as its holder knows it.
#[derive(Clone, Debug)]
pub struct KeyText {
    /// The part that names it: twelve hex digits.
    pub id: String,
    /// What it allows.
    pub role: Role,
    text: SecretString,
}

/// A text that is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a key of the form at_<role>_<id>_<secret>_<check>")]
pub struct MalformedKey;

impl KeyText {
    /// Makes a new key of 256 random bits.
    pub fn generate(role: Role) -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 38];
        getrandom::fill(&mut bytes)?;
        let (id, secret) = bytes.split_at(6);
        let id = hex::encode(id);
        let body = format!("at_{role}_{id}_{}", hex::encode(secret));
        let check = check_sum(&body);
        Ok(Self {
            id,
            role,
            text: SecretString::from(format!("{body}_{check}")),
        })
    }

    /// The whole text, to be shown once.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// What is stored instead of the text. The text is random enough for a fast digest.
    pub fn hash(&self) -> Digest {
        Digest::of(self.expose())
    }
}

fn check_sum(body: &str) -> String {
    format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

impl FromStr for KeyText {
    type Err = MalformedKey;

    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        let (body, check) = text.rsplit_once('_').ok_or(MalformedKey)?;
        let mut parts = body.split('_');
        let (prefix, role, id, secret) = (parts.next(), parts.next(), parts.next(), parts.next());
        let is_hex = |part: Option<&str>, digits: usize| {
            part.is_some_and(|part| {
                part.len() == digits
                    && part
                        .bytes()
                        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            })
        };
        let shaped = prefix == Some("at")
            && is_hex(id, 12)
            && is_hex(secret, 64)
            && parts.next().is_none()
            && check == check_sum(body);
        let role = role.and_then(|role| role.parse().ok());
        match (shaped, role, id) {
            (true, Some(role), Some(id)) => Ok(Self {
                id: id.to_owned(),
                role,
                text: SecretString::from(text),
            }),
            _ => Err(MalformedKey),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_a_typing_error_is_noticed() {
        let key = KeyText::generate(Role::Operator).unwrap();
        let text = key.expose().to_owned();
        let read: KeyText = text.parse().unwrap();
        assert_eq!(
            (read.id.as_str(), read.role),
            (key.id.as_str(), Role::Operator)
        );
        assert_eq!(read.hash(), key.hash());
        let last = text.len() - 12;
        let flipped = if &text[last..=last] == "0" { "1" } else { "0" };
        let wrong = format!("{}{flipped}{}", &text[..last], &text[last + 1..]);
        assert!(wrong.parse::<KeyText>().is_err());
        assert!("".parse::<KeyText>().is_err());
    }
}
