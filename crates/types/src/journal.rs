//! The record of every change.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Digest, Timestamp};

/// One change, as one link of a hash chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JournalEntry {
    /// Its number, from 1, without gaps.
    pub sequence: i64,
    /// When it happened.
    pub at: Timestamp,
    /// The person or service that caused it.
    pub actor: String,
    /// What was done, such as `proposal.approve`.
    pub action: String,
    /// To what, such as `proposal/6f1d…`.
    pub subject: String,
    /// Digest of the subject before, absent for something new.
    pub before: Option<Digest>,
    /// Digest of the subject after, absent for something removed.
    pub after: Option<Digest>,
    /// Digest of the entry before this one; 64 zeros for the first.
    pub previous: Digest,
    /// SHA-256 of `previous` and the canonical JSON of the fields above.
    pub hash: Digest,
}

/// Some entries, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct JournalPage {
    /// The entries.
    pub data: Vec<JournalEntry>,
    /// Pass as `cursor` for the next page; absent on the last.
    pub next_cursor: Option<String>,
}

/// What a check of the whole chain found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JournalCheck {
    /// Whether every entry follows from the one before.
    pub intact: bool,
    /// How many entries there are.
    pub entries: i64,
    /// Digest of the last entry; absent when there is none.
    pub head: Option<Digest>,
    /// The first entry that does not fit, and why.
    pub fault: Option<String>,
}
