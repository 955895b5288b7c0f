//! The answer in words.

use super::{Counts, Test};

/// One sentence on one row: what was, what is, over how many sessions, and what that means.
pub fn explain(what: &str, baseline: Counts, after: Counts, test: Test) -> String {
    let (Some(before), Some(now)) = (baseline.rate(), after.rate()) else {
        return missing(what, baseline, after);
    };
    let meaning = match test {
        Test::Revert => "proven to be more than 25 % worse than before",
        Test::Degraded => "proven worse than before, though not by more than 25 %",
        Test::Stable => "proven not to have doubled",
        Test::Open => "too little to tell yet",
    };
    format!(
        "{what} {} → {} over {} ({} before); {meaning}",
        per_cent(before),
        per_cent(now),
        sessions(after.total()),
        baseline.total(),
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

fn missing(what: &str, baseline: Counts, after: Counts) -> String {
    match (baseline.rate(), after.rate()) {
        (None, None) => format!("no {what} from before the change or since; nothing to compare"),
        (None, Some(now)) => format!(
            "{what} {} over {} since the change, but none from before to compare it with",
            per_cent(now),
            sessions(after.total())
        ),
        (Some(before), _) => format!(
            "{what} was {}; no session since the change yet",
            per_cent(before)
        ),
    }
}

fn sessions(total: u64) -> String {
    if total == 1 {
        "1 session".to_owned()
    } else {
        format!("{total} sessions")
    }
}
