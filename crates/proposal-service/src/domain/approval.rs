//! Whether a person's yes counts, and whether it is enough.

use types::{Digest, proposal::ProposalStatus};

use super::{case::Case, path, standing::Refusal};

/// What a yes is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Yes {
    /// It is the last one needed.
    Complete,
    /// Another person has to say yes too, for this reason.
    OneMoreNeeded(String),
}

/// Why a yes does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoApproval {
    /// It cannot be approved from where it stands.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another diff was read.
    #[error("the digest is not that of the present diff; read it again and name its digest")]
    DigestMismatch,
    /// The author cannot be the approver.
    #[error("whoever proposed a change does not approve it; another person has to")]
    SelfApproval,
    /// The same person twice is not two persons.
    #[error("this change needs two persons, and you said yes already; another person has to")]
    SecondPersonNeeded,
}

/// The rules of an installation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    pub(crate) allow_self_approval: bool,
    pub(crate) two_person_paths: &'a [String],
}

/// Judges the yes of a person to the diff with this digest.
pub(crate) fn judge(
    case: &Case,
    person: &str,
    digest: &Digest,
    rules: Rules<'_>,
) -> Result<Yes, NoApproval> {
    let proposal = &case.proposal;
    if proposal.status != ProposalStatus::Pending {
        return Err(Refusal::WrongStatus(proposal.status).into());
    }
    if proposal.digest != *digest {
        return Err(NoApproval::DigestMismatch);
    }
    if !rules.allow_self_approval && case.author_is_person && proposal.author == person {
        return Err(NoApproval::SelfApproval);
    }
    let approvers = case.approvers();
    if approvers.contains(&person) {
        return Err(NoApproval::SecondPersonNeeded);
    }
    let guarded = proposal.paths.iter().find(|path| {
        rules
            .two_person_paths
            .iter()
            .any(|pattern| path::matches(pattern, path))
    });
    Ok(match guarded {
        Some(path) if approvers.is_empty() => Yes::OneMoreNeeded(format!(
            "waits for a second person besides {person}: {path} needs two"
        )),
        _ => Yes::Complete,
    })
}

#[cfg(test)]
mod tests {
    use types::proposal::DecisionKind;

    use super::*;
    use crate::domain::{case::tests::pending, standing::Standing};

    const OPEN: Rules<'_> = Rules {
        allow_self_approval: true,
        two_person_paths: &[],
    };

    #[test]
    fn a_yes_counts_for_exactly_the_pending_diff() {
        let case = pending();
        let digest = case.proposal.digest.clone();
        assert_eq!(judge(&case, "owner", &digest, OPEN), Ok(Yes::Complete));
        let other = Digest::of("another diff");
        assert_eq!(
            judge(&case, "owner", &other, OPEN),
            Err(NoApproval::DigestMismatch)
        );
        for status in ProposalStatus::ALL.into_iter().skip(1) {
            let mut decided = case.clone();
            decided.move_to(Standing::at(status), None);
            let refused = Err(Refusal::WrongStatus(status).into());
            assert_eq!(judge(&decided, "owner", &digest, OPEN), refused);
        }
    }

    #[test]
    fn a_person_approves_their_own_proposal_only_where_that_is_allowed() {
        let mut case = pending();
        case.proposal.author = "ada".to_owned();
        let digest = case.proposal.digest.clone();
        for (author_is_person, person, allowed, expected) in [
            (true, "ada", true, Ok(Yes::Complete)),
            (true, "ada", false, Err(NoApproval::SelfApproval)),
            (true, "ben", false, Ok(Yes::Complete)),
            (false, "ada", false, Ok(Yes::Complete)),
        ] {
            case.author_is_person = author_is_person;
            let rules = Rules {
                allow_self_approval: allowed,
                ..OPEN
            };
            assert_eq!(judge(&case, person, &digest, rules), expected);
        }
    }

    #[test]
    fn guarded_paths_need_two_persons_not_two_answers() {
        let patterns = ["agents/**".to_owned()];
        let rules = Rules {
            two_person_paths: &patterns,
            ..OPEN
        };
        let mut case = pending();
        case.proposal.paths = vec!["docs/a.md".to_owned(), "agents/agents.yaml".to_owned()];
        let digest = case.proposal.digest.clone();
        let first = judge(&case, "ada", &digest, rules);
        assert!(
            matches!(&first, Ok(Yes::OneMoreNeeded(why)) if why.contains("agents/agents.yaml"))
        );
        case.decide(
            DecisionKind::Approved,
            "ada",
            case.proposal.created_at,
            None,
        );
        assert_eq!(
            judge(&case, "ada", &digest, rules),
            Err(NoApproval::SecondPersonNeeded)
        );
        assert_eq!(judge(&case, "ben", &digest, rules), Ok(Yes::Complete));
        case.proposal.revision = 2;
        assert!(matches!(
            judge(&case, "ben", &digest, rules),
            Ok(Yes::OneMoreNeeded(_))
        ));
    }
}
