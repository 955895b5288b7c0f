//! Notices: how soon a person hears of something.

use std::time::Duration;

use types::{
    ProposalId, Timestamp,
    analysis::Severity,
    proposal::{ProposalStatus, Stage},
};

use super::{
    case::Case,
    event::{Event, WindowEnd},
    standing::Standing,
};

/// What kind of thing a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tells {
    /// A proposal waits for review.
    Review,
    /// Something went on as it should.
    News,
    /// Something stopped, or a person must act.
    Alert,
}

impl Tells {
    /// The name in the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::News => "news",
            Self::Alert => "alert",
        }
    }
}

/// A notice to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewNotice {
    pub(crate) tells: Tells,
    pub(crate) severity: Severity,
    pub(crate) proposal_id: Option<ProposalId>,
    pub(crate) text: String,
}

/// What people should hear of an event that led from `before` to `after`, if anything.
pub(crate) fn of_event(event: Event, before: Option<Standing>, after: &Case) -> Option<NewNotice> {
    let proposal = &after.proposal;
    let moved = before != Some(after.standing());
    let reason = proposal
        .stage_reason
        .as_deref()
        .unwrap_or("no reason was given");
    let (tells, severity, what) = match event {
        Event::Approved if proposal.status == ProposalStatus::Pending => {
            (Tells::Review, proposal.severity, reason.to_owned())
        }
        Event::Revised => (
            Tells::Review,
            proposal.severity,
            "has a new diff and waits for review".to_owned(),
        ),
        _ if !moved => return None,
        Event::Reached(Stage::PrOpen) => (Tells::Review, proposal.severity, reason.to_owned()),
        Event::Reached(Stage::NeedsConfirmation) => {
            (Tells::Alert, Severity::High, reason.to_owned())
        }
        Event::Failed(_) => (
            Tells::Alert,
            Severity::High,
            format!("is blocked: {reason}"),
        ),
        Event::WentStale => (
            Tells::Alert,
            Severity::Medium,
            format!("is stale: {reason}"),
        ),
        Event::Done | Event::WindowEnded(WindowEnd::Kept) => (
            Tells::News,
            Severity::Medium,
            "is stable, implementation complete".to_owned(),
        ),
        Event::WindowEnded(WindowEnd::Open) => (Tells::Alert, Severity::High, reason.to_owned()),
        Event::WindowEnded(WindowEnd::Goes) => {
            (Tells::Alert, Severity::Critical, reason.to_owned())
        }
        Event::TakenBack => (Tells::Alert, Severity::High, "was taken back".to_owned()),
        Event::RevertFailed => (Tells::Alert, Severity::Critical, reason.to_owned()),
        Event::Approved
        | Event::Rejected
        | Event::Confirmed
        | Event::RevertAsked
        | Event::Reached(_) => return None,
    };
    let text = format!("{} ({}): {what}", proposal.title, after.short_id());
    Some(NewNotice {
        tells,
        severity,
        proposal_id: Some(proposal.id),
        text,
    })
}

/// What people should hear of a new proposal.
pub(crate) fn of_new(case: &Case) -> NewNotice {
    let proposal = &case.proposal;
    NewNotice {
        tells: Tells::Review,
        severity: proposal.severity,
        proposal_id: Some(proposal.id),
        text: format!(
            "New proposal: {} ({}) - review at {}",
            proposal.title,
            case.short_id(),
            proposal.markdown_path
        ),
    }
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Critical at once, high at the next full hour, the rest in the next daily digest.
pub(crate) fn due_at(severity: Severity, now: Timestamp, digest_hour: u8) -> Timestamp {
    let seconds = now.as_seconds();
    match severity {
        Severity::Critical => now,
        Severity::High => next(seconds, HOUR, 0),
        Severity::Medium | Severity::Low => next(seconds, DAY, i64::from(digest_hour) * HOUR),
    }
}

/// The first moment after `seconds` that lies `offset` after a multiple of `period`.
fn next(seconds: i64, period: i64, offset: i64) -> Timestamp {
    let passed = (seconds - offset).rem_euclid(period);
    let wait = u64::try_from(period - passed).unwrap_or(0);
    Timestamp::from_micros(seconds.saturating_mul(1_000_000)).plus(Duration::from_secs(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_decides_how_soon_a_person_hears_of_it() {
        for (severity, now, expected) in [
            (
                Severity::Critical,
                "2026-01-10T14:32:01Z",
                "2026-01-10T14:32:01Z",
            ),
            (
                Severity::High,
                "2026-01-10T14:32:01Z",
                "2026-01-10T15:00:00Z",
            ),
            (
                Severity::High,
                "2026-01-10T23:59:59.5Z",
                "2026-01-11T00:00:00Z",
            ),
            (
                Severity::Medium,
                "2026-01-10T08:59:59Z",
                "2026-01-10T09:00:00Z",
            ),
            (
                Severity::Medium,
                "2026-01-10T09:00:00Z",
                "2026-01-11T09:00:00Z",
            ),
            (
                Severity::Low,
                "2026-01-31T10:00:00Z",
                "2026-02-01T09:00:00Z",
            ),
        ] {
            let due = due_at(severity, now.parse().unwrap(), 9);
            assert_eq!(due.to_string(), expected, "{severity:?} {now}");
        }
    }
}
