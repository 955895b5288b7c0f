//! Roles, and keys as the key routes show them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Digest, Invalid, Timestamp};

/// What the holder of a key may do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sends operations.
    Agent,
    /// Reads everything.
    Auditor,
    /// Approves, rejects, merges, closes and reverts; also reads.
    Operator,
    /// Another service of the loop.
    Service,
    /// Everything a person can do, and keys.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [
        Self::Agent,
        Self::Auditor,
        Self::Operator,
        Self::Service,
        Self::Admin,
    ];

    /// The name in keys and replies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
            Self::Service => "service",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or_else(|| Invalid::expected("one of agent, auditor, operator, service, admin"))
    }
}

/// Registers a key whose text only its maker has seen.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// Twelve lower-case hex digits, the part of the key that names it.
    #[schema(pattern = "^[0-9a-f]{12}$")]
    pub id: String,
    /// SHA-256 of the whole key text.
    pub hash: Digest,
    /// What the key allows.
    pub role: Role,
    /// The person or service it belongs to; decisions record this name.
    #[schema(min_length = 1, max_length = 80)]
    pub person: String,
    /// When it stops working; 90 days from now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A key as the service knows it: never its text.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyRecord {
    /// The part of the key that names it.
    pub id: String,
    /// What the key allows.
    pub role: Role,
    /// Whose it is.
    pub person: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it stops working, if ever.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}
