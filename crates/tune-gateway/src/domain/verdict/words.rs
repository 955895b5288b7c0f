//! The answer in words.

use super::{Counts, Test};

/// What a sentence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wording {
    /// The rate that is compared.
    pub rate: &'static str,
    /// What is counted, one of them.
    pub one: &'static str,
    /// What is counted, several of them.
    pub many: &'static str,
}

impl Wording {
    /// The share of sessions that failed.
    pub const ERRORS: Self = Self {
        rate: "error rate",
        one: "session",
        many: "sessions",
    };

    /// A number of what is counted.
    pub fn count(self, total: u64) -> String {
        format!("{total} {}", if total == 1 { self.one } else { self.many })
    }
}

/// One sentence on one row: what was, what is, over how many sessions, and what that means.
pub fn explain(about: Wording, baseline: Counts, after: Counts, test: Test) -> String {
    let Wording { rate, one, .. } = about;
    match (baseline.rate(), after.rate()) {
        (Some(_), Some(_)) => {
            format!("{}; {}", compare(about, baseline, after), meaning(test))
        }
        (Some(before), None) => {
            format!(
                "{rate} was {}; no {one} since the change yet",
                per_cent(before)
            )
        }
        (None, Some(now)) => format!(
            "{rate} {} over {} since the change, but no {one} from before to compare it with",
            per_cent(now),
            about.count(after.total())
        ),
        (None, None) => format!("no {one} from before the change or since; nothing to compare"),
    }
}

/// `error rate 4.1 % → 9.8 % over 412 sessions (2400 before)`.
pub(in crate::domain) fn compare(about: Wording, baseline: Counts, after: Counts) -> String {
    let rate = |counts: Counts| counts.rate().map_or_else(|| "unknown".to_owned(), per_cent);
    format!(
        "{} {} → {} over {} ({} before)",
        about.rate,
        rate(baseline),
        rate(after),
        about.count(after.total()),
        baseline.total()
    )
}

/// A share as people write it: `4.1 %`, and `0.04 %` where one decimal would hide it.
pub fn per_cent(share: f64) -> String {
    let per_cent = share * 100.0;
    if per_cent > 0.0 && per_cent < 0.1 {
        format!("{per_cent:.2} %")
    } else {
        format!("{per_cent:.1} %")
    }
}

fn meaning(test: Test) -> &'static str {
    match test {
        Test::Revert => "proven to be more than 25 % worse than before",
        Test::Degraded => "proven worse than before, though not by more than 25 %",
        Test::Stable => "proven not to have doubled",
        Test::Open => "too little to tell yet",
    }
}
