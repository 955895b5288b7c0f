//! Identifiers.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Invalid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                Uuid::try_parse(text).map(Self).map_err(|_| Invalid::expected($what))
            }
        }
    };
}

uuid_id!(
    /// A proposal; version 4, so that the first digits people type are distinct.
    ProposalId,
    "a proposal id (a UUID)"
);
uuid_id!(
    /// A monitoring window.
    WindowId,
    "a window id (a UUID)"
);

/// A finding: stable for one failure pattern, `f` and sixteen lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^f[0-9a-f]{16}$", example = "f0123456789abcdef")]
pub struct FindingId(String);

impl FindingId {
    /// The id of the pattern whose identity hashes to `fingerprint`.
    pub fn from_fingerprint(fingerprint: u64) -> Self {
        Self(format!("f{fingerprint:016x}"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FindingId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let digits = text.strip_prefix('f').filter(|rest| {
            rest.len() == 16
                && rest
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        match digits {
            Some(_) => Ok(Self(text)),
            None => Err(Invalid::expected(
                "a finding id: f and 16 lower-case hex digits",
            )),
        }
    }
}

impl FromStr for FindingId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::try_from(text.to_owned())
    }
}

impl From<FindingId> for String {
    fn from(id: FindingId) -> String {
        id.0
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
