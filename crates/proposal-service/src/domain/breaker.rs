//! Breakers: what stops by itself when too much goes wrong.

use types::{
    Timestamp,
    analysis::{Breaker, ProposalCategory},
};

/// The breakers there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BreakerName {
    /// Everything halts until a person resets it.
    All,
    /// The analyser pauses.
    SelfEval,
    /// Proposals of one category pause.
    Category(ProposalCategory),
}

impl BreakerName {
    /// The name on the wire and in the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::SelfEval => "self-eval",
            Self::Category(ProposalCategory::Bugfix) => "category:bugfix",
            Self::Category(ProposalCategory::Optimization) => "category:optimization",
            Self::Category(ProposalCategory::Enhancement) => "category:enhancement",
        }
    }
}

/// The breaker that stands against a proposal of this category, if one does. Self-evaluation is
/// the services' own: its pause does not bind people.
pub(crate) fn holding(
    breakers: Vec<Breaker>,
    category: ProposalCategory,
    author_is_person: bool,
) -> Option<Breaker> {
    let binding = [
        Some(BreakerName::All),
        Some(BreakerName::Category(category)),
        (!author_is_person).then_some(BreakerName::SelfEval),
    ];
    breakers.into_iter().find(|breaker| {
        breaker.open
            && binding
                .iter()
                .flatten()
                .any(|name| name.name() == breaker.name)
    })
}

/// Whether a breaker holds now.
pub(crate) fn is_open(
    tripped_at: Option<Timestamp>,
    until: Option<Timestamp>,
    reset_at: Option<Timestamp>,
    now: Timestamp,
) -> bool {
    tripped_at.is_some() && reset_at.is_none() && until.is_none_or(|until| now < until)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tripped(name: BreakerName) -> Breaker {
        Breaker {
            name: name.name().to_owned(),
            open: true,
            reason: None,
            tripped_at: None,
            until: None,
            reset_by: None,
        }
    }

    #[test]
    fn a_breaker_holds_what_it_is_for() {
        use BreakerName::{All, Category, SelfEval};
        use ProposalCategory::{Bugfix, Enhancement};
        for (name, by_person, by_service) in [
            (All, true, true),
            (Category(Bugfix), true, true),
            (Category(Enhancement), false, false),
            (SelfEval, false, true),
        ] {
            let held = |is_person| holding(vec![tripped(name)], Bugfix, is_person).is_some();
            assert_eq!(
                (held(true), held(false)),
                (by_person, by_service),
                "{name:?}"
            );
        }
        let closed = Breaker {
            open: false,
            ..tripped(All)
        };
        assert_eq!(holding(vec![closed], Bugfix, true), None);
    }

    #[test]
    fn a_breaker_closes_at_its_end_or_by_a_person() {
        let at = |second: i64| Some(Timestamp::from_micros(second * 1_000_000));
        let now = Timestamp::from_micros(50_000_000);
        for (tripped_at, until, reset_at, open) in [
            (None, None, None, false),
            (at(10), None, None, true),
            (at(10), at(51), None, true),
            (at(10), at(50), None, false),
            (at(10), None, at(20), false),
        ] {
            assert_eq!(is_open(tripped_at, until, reset_at, now), open);
        }
    }
}
