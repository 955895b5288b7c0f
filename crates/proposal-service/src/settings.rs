//! What an operator can set: the section `[proposal_service]`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, de::Error};

/// When proposing pauses, who may approve, and when people hear of what waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProposalSettings {
    /// For how many days after a rejection the same finding is not proposed again.
    pub rejected_pause_days: u32,
    /// How many rejections in a row pause self-evaluation.
    #[serde(deserialize_with = "at_least_one")]
    pub rejections_to_pause: u32,
    /// For how many hours they pause it.
    pub self_eval_pause_hours: u32,
    /// For how many hours a failed implementation pauses proposals of its category.
    pub category_pause_hours: u32,
    /// Whether a person may approve what the same person proposed. True by default, so that an
    /// installation with a single person works; set it to false as soon as there are two.
    pub allow_self_approval: bool,
    /// Paths whose change needs the approval of two persons: `*` stands for anything within a
    /// folder, `**` for anything at all.
    pub two_person_paths: Vec<String>,
    /// The hour of the daily digest, in UTC.
    #[serde(deserialize_with = "hour")]
    pub digest_hour: u8,
    /// With more proposals than this waiting for review, a summary replaces the single notices.
    pub summary_above: u32,
    /// The largest diff that is taken, in bytes.
    #[serde(deserialize_with = "at_least_one")]
    pub patch_bytes: u32,
}

impl Default for ProposalSettings {
    fn default() -> Self {
        Self {
            rejected_pause_days: 7,
            rejections_to_pause: 3,
            self_eval_pause_hours: 48,
            category_pause_hours: 24,
            allow_self_approval: true,
            two_person_paths: Vec::new(),
            digest_hour: 9,
            summary_above: 5,
            patch_bytes: 256 * 1024,
        }
    }
}

impl ProposalSettings {
    /// How long the same finding is not proposed again after a rejection.
    pub fn rejected_pause(&self) -> Duration {
        hours(self.rejected_pause_days.saturating_mul(24))
    }

    /// How long rejections pause self-evaluation.
    pub fn self_eval_pause(&self) -> Duration {
        hours(self.self_eval_pause_hours)
    }

    /// How long a failure pauses its category.
    pub fn category_pause(&self) -> Duration {
        hours(self.category_pause_hours)
    }
}

fn hours(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 3_600)
}

fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        0 => Err(D::Error::custom("expected a number from 1")),
        number => Ok(number),
    }
}

fn hour<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match u8::deserialize(deserializer)? {
        hour @ 0..=23 => Ok(hour),
        _ => Err(D::Error::custom("expected an hour from 0 to 23")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_cannot_be_are_refused_by_name() {
        for wrong in [
            r#"{"digest_hour": 24}"#,
            r#"{"rejections_to_pause": 0}"#,
            r#"{"patch_bytes": 0}"#,
            r#"{"approve_everything": true}"#,
        ] {
            assert!(
                serde_json::from_str::<ProposalSettings>(wrong).is_err(),
                "{wrong}"
            );
        }
        assert!(serde_json::from_str::<ProposalSettings>("{}").is_ok());
    }
}
