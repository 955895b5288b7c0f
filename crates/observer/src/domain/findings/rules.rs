//! What a finding is worth: how bad it is, where it is going, whether to propose something.

use std::collections::BTreeMap;

use types::analysis::{Finding, Severity};

use super::Pattern;

/// So many occurrences are a recurring failure.
pub const MIN_OCCURRENCES: u64 = 3;

/// Kinds of failure that are bad the first time.
const CRITICAL: &[&str] = &["data_loss", "security", "out_of_resources"];

/// Kinds that a person decided on; they are no defect of tool or agent by themselves.
const DECIDED_BY_A_PERSON: &[&str] = &["user_rejected"];

/// How bad the pattern is.
pub fn severity(pattern: &Pattern) -> Severity {
    if CRITICAL.contains(&pattern.category.as_str()) {
        return Severity::Critical;
    }
    let spread = 3 <= pattern.agents.len() && 6 <= pattern.count;
    if 20 <= pattern.count || 5 <= pattern.failed_tasks || spread {
        return Severity::High;
    }
    match MIN_OCCURRENCES <= pattern.count {
        true => Severity::Medium,
        false => Severity::Low,
    }
}

/// Failures a day in the second half of the pattern's life against the first; the middle day of
/// an odd number belongs to neither.
pub fn trend(days: &BTreeMap<i64, u64>) -> f64 {
    let (Some((first, _)), Some((last, _))) = (days.first_key_value(), days.last_key_value())
    else {
        return 1.0;
    };
    let half = (last - first + 1) / 2;
    if half == 0 {
        return 1.0;
    }
    let early: u64 = days.range(..first + half).map(|(_, count)| count).sum();
    let late: u64 = days.range(last - half + 1..).map(|(_, count)| count).sum();
    late as f64 / early as f64
}

/// Three occurrences, or critical, or clearly systemic: several agents in several sessions.
pub fn deserves_a_proposal(finding: &Finding) -> bool {
    let systemic = 2 <= finding.agents.len() && 2 <= finding.sessions;
    MIN_OCCURRENCES <= finding.count
        || finding.severity == Severity::Critical
        || (systemic && !DECIDED_BY_A_PERSON.contains(&finding.category.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trend_compares_the_halves_of_a_life() {
        for (days, expected) in [
            (vec![], 1.0),
            (vec![(5, 9)], 1.0),
            (vec![(1, 2), (2, 4)], 2.0),
            (vec![(1, 3), (2, 100), (3, 3)], 1.0),
            (vec![(1, 4), (10, 1)], 0.25),
        ] {
            let days: BTreeMap<i64, u64> = days.into_iter().collect();
            assert_eq!(trend(&days), expected, "{days:?}");
        }
    }
}
