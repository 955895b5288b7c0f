//! Errors meet HTTP.

use std::time::Duration;

use serde_json::json;
use service_kit::Problem;
use types::proposal::Proposal;

use crate::{
    app::{CheckError, DecideError, ProposeError, ReportError, ReviseError},
    domain::{approval::NoApproval, draft::FieldFault, standing::Refusal},
};

/// 404 for a proposal.
pub(super) fn no_proposal() -> Problem {
    Problem::not_found("PROPOSAL_NOT_FOUND", "there is no proposal with this id")
}

fn field(fault: &FieldFault) -> Problem {
    Problem::invalid_field(fault.pointer, fault)
}

/// Where the proposal stands, for programs.
fn standing(proposal: &Proposal) -> serde_json::Value {
    json!({
        "proposal_id": proposal.id,
        "status": proposal.status,
        "stage": proposal.stage,
        "digest": proposal.digest,
        "approved_by": proposal.decisions.iter()
            .filter(|decision| decision.revision == proposal.revision)
            .filter(|decision| decision.kind == types::proposal::DecisionKind::Approved)
            .map(|decision| &decision.person)
            .collect::<Vec<_>>(),
    })
}

fn refused(why: Refusal, proposal: &Proposal) -> Problem {
    let code = match why {
        Refusal::WrongStatus(_) => "WRONG_STATUS",
        Refusal::NotMerged => "NOT_MERGED",
        Refusal::BeingTakenBack => "BEING_TAKEN_BACK",
    };
    Problem::conflict(code, why).with_context(standing(proposal))
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::NotFound => no_proposal(),
            DecideError::Field(fault) => field(&fault),
            DecideError::Refused { why, proposal } => refused(why, &proposal),
            DecideError::NoApproval { why, proposal } => match why {
                NoApproval::Refused(why) => refused(why, &proposal),
                NoApproval::DigestMismatch => {
                    Self::conflict("DIGEST_MISMATCH", why).with_context(standing(&proposal))
                }
                NoApproval::SelfApproval => {
                    Self::conflict("SELF_APPROVAL", why).with_context(standing(&proposal))
                }
                NoApproval::SecondPersonNeeded => {
                    Self::conflict("SECOND_PERSON_NEEDED", why).with_context(standing(&proposal))
                }
            },
            DecideError::Db(error) => error.into(),
        }
    }
}

impl From<CheckError> for Problem {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Refused(ref report) => {
                let context = json!({
                    "refusals": report.refusals,
                    "suggested_patch": report.suggested_patch,
                    "policy_digest": report.policy_digest,
                });
                Self::unprocessable("POLICY_REFUSED", &error).with_context(context)
            }
            CheckError::Unsuitable(problem) => {
                // What the repository does not have is a contradiction, not a wrong form.
                let answer = if matches!(problem.status, 404 | 409) {
                    Self::conflict(&problem.code, &problem.detail)
                } else {
                    Self::unprocessable(&problem.code, &problem.detail)
                };
                match problem.context {
                    Some(context) => answer.with_context(context),
                    None => answer,
                }
            }
            CheckError::Unavailable(_) => {
                Self::unavailable("PEER_UNAVAILABLE", error).retry_after(Duration::from_secs(2))
            }
            CheckError::Unusable(_) => Self::bad_gateway("PEER_ANSWER_INVALID", error),
        }
    }
}

impl From<ProposeError> for Problem {
    fn from(error: ProposeError) -> Self {
        match error {
            ProposeError::Field(fault) => field(&fault),
            ProposeError::RecentlyRejected {
                ref rejection,
                until,
            } => {
                let context = json!({
                    "proposal_id": rejection.proposal_id,
                    "rejected_at": rejection.at,
                    "reason": rejection.reason,
                    "until": until,
                });
                Self::conflict("RECENTLY_REJECTED", &error).with_context(context)
            }
            ProposeError::BreakerOpen(ref breaker) => {
                let context = json!({
                    "breaker": breaker.name,
                    "until": breaker.until,
                    "why": breaker.reason,
                });
                Self::conflict("BREAKER_OPEN", &error).with_context(context)
            }
            ProposeError::Check(error) => error.into(),
            ProposeError::Db(error) => error.into(),
        }
    }
}

impl From<ReviseError> for Problem {
    fn from(error: ReviseError) -> Self {
        match error {
            ReviseError::Decide(error) => error.into(),
            ReviseError::Check(error) => error.into(),
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::NotFound => no_proposal(),
            ReportError::Db(error) => error.into(),
        }
    }
}
