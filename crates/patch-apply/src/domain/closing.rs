//! What the end of a window means for the change it watched.

use types::window::{CloseStatus, Verdict};

/// What becomes of the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// It stays.
    Keep,
    /// It is taken back.
    TakeBack,
    /// A person decides.
    Ask,
}

/// The consequence of a closed window.
pub fn consequence(status: CloseStatus, verdict: Verdict) -> Consequence {
    match (status, verdict) {
        (CloseStatus::RolledBack, _) | (_, Verdict::Regressed) => Consequence::TakeBack,
        (CloseStatus::Completed, Verdict::Stable | Verdict::Manual) => Consequence::Keep,
        (CloseStatus::Completed, Verdict::Degraded | Verdict::Inconclusive | Verdict::External) => {
            Consequence::Ask
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CloseStatus::{Completed, RolledBack};
    use Consequence::{Ask, Keep, TakeBack};

    #[test]
    fn only_a_proven_or_chosen_end_decides_by_itself() {
        for (status, verdict, expected) in [
            (RolledBack, Verdict::Regressed, TakeBack),
            (RolledBack, Verdict::Degraded, TakeBack),
            (RolledBack, Verdict::Manual, TakeBack),
            (Completed, Verdict::Stable, Keep),
            (Completed, Verdict::Manual, Keep),
            (Completed, Verdict::Degraded, Ask),
            (Completed, Verdict::Inconclusive, Ask),
            (Completed, Verdict::External, Ask),
        ] {
            assert_eq!(
                consequence(status, verdict),
                expected,
                "{status:?} {verdict:?}"
            );
        }
    }
}
