//! What the policy says of a change.

use serde::{Deserialize, Serialize};

/// Whether a change is accepted, under which rules, and if not, why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// No rule refuses the change.
    pub accepted: bool,
    /// The digest of the rules that judged.
    pub policy_digest: String,
    /// Every name that the diff mentions, old and new, sorted.
    pub paths: Vec<String>,
    /// One entry per broken rule.
    pub refusals: Vec<Refusal>,
    /// Where the diff only stands at the wrong place: a corrected one for a new approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested_patch: Option<String>,
}

/// One broken rule: what, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// A stable name of the rule.
    pub code: String,
    /// The file.
    pub file: Option<String>,
    /// The line of the diff, or of the resulting file where the message says so.
    pub line: Option<u64>,
    /// The reason in words.
    pub message: String,
}

impl Refusal {
    pub(super) fn new(code: &str, file: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            file: Some(file.to_owned()),
            line: None,
            message: message.into(),
        }
    }

    pub(super) fn at_line(mut self, line: usize) -> Self {
        self.line = u64::try_from(line).ok();
        self
    }
}

impl From<&unidiff::Fault> for Refusal {
    fn from(fault: &unidiff::Fault) -> Self {
        Self {
            code: fault.code.as_str().to_owned(),
            file: fault.file.clone(),
            line: fault.line.and_then(|line| u64::try_from(line).ok()),
            message: fault.to_string(),
        }
    }
}
