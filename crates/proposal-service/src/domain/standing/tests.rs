use super::*;
use ProposalStatus::{Approved, Blocked, Implemented, Pending, Rejected, Reverted, Stale};
use Stage::{Branch, Deployed, Merged, Monitoring, NeedsConfirmation, PrOpen, Queued, Validated};

const STAGES: [Stage; 8] = [
    Queued,
    Branch,
    Validated,
    PrOpen,
    Merged,
    Deployed,
    Monitoring,
    NeedsConfirmation,
];

fn at(status: ProposalStatus) -> Standing {
    Standing::at(status)
}

fn run(stage: Stage) -> Standing {
    Standing::running(stage)
}

fn blocked(stage: Stage) -> Standing {
    Standing {
        status: Blocked,
        ..run(stage)
    }
}

fn back(standing: Standing) -> Standing {
    Standing {
        taking_back: true,
        ..standing
    }
}

#[test]
fn every_transition_of_the_loop_is_allowed() {
    for (from, event, to) in [
        (at(Pending), Event::Approved, run(Queued)),
        (at(Pending), Event::Rejected, at(Rejected)),
        (at(Pending), Event::WentStale, at(Stale)),
        (run(Queued), Event::Failed(Branch), blocked(Queued)),
        (run(Branch), Event::Failed(Validated), blocked(Branch)),
        (run(PrOpen), Event::Failed(Merged), blocked(PrOpen)),
        (run(Merged), Event::Failed(Deployed), blocked(Merged)),
        (run(Queued), Event::Failed(Deployed), blocked(Merged)),
        (run(Queued), Event::WentStale, at(Stale)),
        (
            run(Monitoring),
            Event::WindowEnded(WindowEnd::Kept),
            at(Implemented),
        ),
        (run(Deployed), Event::Done, at(Implemented)),
        (run(NeedsConfirmation), Event::Confirmed, at(Implemented)),
        (
            run(Monitoring),
            Event::WindowEnded(WindowEnd::Open),
            run(NeedsConfirmation),
        ),
        (
            run(Monitoring),
            Event::WindowEnded(WindowEnd::Goes),
            back(run(Monitoring)),
        ),
        (
            at(Implemented),
            Event::WindowEnded(WindowEnd::Goes),
            back(at(Implemented)),
        ),
        (back(run(Monitoring)), Event::TakenBack, at(Reverted)),
        (run(Monitoring), Event::TakenBack, at(Reverted)),
        (back(at(Implemented)), Event::TakenBack, at(Reverted)),
        (back(run(Merged)), Event::Failed(Deployed), at(Reverted)),
        (blocked(Merged), Event::Revised, at(Pending)),
        (run(Merged), Event::RevertAsked, back(run(Merged))),
        (
            run(NeedsConfirmation),
            Event::RevertAsked,
            back(run(NeedsConfirmation)),
        ),
        (at(Implemented), Event::RevertAsked, back(at(Implemented))),
        (
            back(run(Monitoring)),
            Event::RevertFailed,
            run(NeedsConfirmation),
        ),
        (back(at(Implemented)), Event::RevertFailed, at(Implemented)),
        (blocked(PrOpen), Event::Revised, at(Pending)),
        (at(Stale), Event::Revised, at(Pending)),
        (blocked(PrOpen), Event::Rejected, at(Rejected)),
        (at(Stale), Event::Rejected, at(Rejected)),
        (run(PrOpen), Event::Reached(PrOpen), run(PrOpen)),
        (run(Queued), Event::Reached(Merged), run(Merged)),
    ] {
        assert_eq!(from.after(event), Ok(Some(to)), "{from:?} {event:?}");
    }
}

#[test]
fn what_a_person_cannot_do_is_refused_with_the_reason() {
    let wrong = Refusal::WrongStatus;
    for (from, event, why) in [
        (run(Queued), Event::Approved, wrong(Approved)),
        (at(Rejected), Event::Approved, wrong(Rejected)),
        (at(Stale), Event::Approved, wrong(Stale)),
        (blocked(Branch), Event::Approved, wrong(Blocked)),
        (at(Reverted), Event::Approved, wrong(Reverted)),
        (run(Queued), Event::Rejected, wrong(Approved)),
        (at(Implemented), Event::Rejected, wrong(Implemented)),
        (blocked(Merged), Event::RevertAsked, Refusal::NotMerged),
        (at(Pending), Event::Revised, wrong(Pending)),
        (run(Queued), Event::Revised, wrong(Approved)),
        (run(Monitoring), Event::Confirmed, wrong(Approved)),
        (at(Implemented), Event::Confirmed, wrong(Implemented)),
        (
            back(run(NeedsConfirmation)),
            Event::Confirmed,
            Refusal::BeingTakenBack,
        ),
        (run(PrOpen), Event::RevertAsked, Refusal::NotMerged),
        (at(Pending), Event::RevertAsked, Refusal::NotMerged),
        (blocked(PrOpen), Event::RevertAsked, Refusal::NotMerged),
        (at(Reverted), Event::RevertAsked, wrong(Reverted)),
        (
            back(run(Merged)),
            Event::RevertAsked,
            Refusal::BeingTakenBack,
        ),
    ] {
        assert_eq!(from.after(event), Err(why), "{from:?} {event:?}");
    }
}

#[test]
fn late_and_doubled_reports_change_nothing() {
    for (from, event) in [
        (run(PrOpen), Event::Reached(Branch)),
        (run(PrOpen), Event::Failed(Branch)),
        (run(Merged), Event::WentStale),
        (blocked(Branch), Event::Failed(Validated)),
        (blocked(Branch), Event::Reached(Branch)),
        (blocked(Merged), Event::Done),
        (at(Pending), Event::Reached(Branch)),
        (at(Implemented), Event::Reached(Monitoring)),
        (at(Implemented), Event::Done),
        (at(Implemented), Event::WindowEnded(WindowEnd::Kept)),
        (at(Reverted), Event::WindowEnded(WindowEnd::Goes)),
        (at(Reverted), Event::TakenBack),
        (at(Reverted), Event::RevertFailed),
        (at(Rejected), Event::TakenBack),
        (run(NeedsConfirmation), Event::RevertFailed),
        (run(NeedsConfirmation), Event::WindowEnded(WindowEnd::Goes)),
        (back(run(Monitoring)), Event::Reached(Monitoring)),
        (blocked(PrOpen), Event::Reached(Merged)),
        (blocked(Merged), Event::TakenBack),
        (back(run(Monitoring)), Event::WindowEnded(WindowEnd::Kept)),
        (back(run(Monitoring)), Event::Done),
    ] {
        assert_eq!(from.after(event), Ok(None), "{from:?} {event:?}");
    }
}

fn every_event() -> Vec<Event> {
    let plain = [
        Event::Approved,
        Event::Rejected,
        Event::Confirmed,
        Event::RevertAsked,
        Event::Revised,
        Event::WentStale,
        Event::Done,
        Event::TakenBack,
        Event::RevertFailed,
        Event::WindowEnded(WindowEnd::Kept),
        Event::WindowEnded(WindowEnd::Goes),
        Event::WindowEnded(WindowEnd::Open),
    ];
    let reached = STAGES.into_iter().map(Event::Reached);
    let failed = STAGES.into_iter().map(Event::Failed);
    plain.into_iter().chain(reached).chain(failed).collect()
}

/// Everything that can be reached, found by trying every event everywhere.
fn every_standing() -> Vec<Standing> {
    let mut known = vec![at(Pending)];
    let mut index = 0;
    while index < known.len() {
        for event in every_event() {
            if let Ok(Some(next)) = known[index].after(event)
                && !known.contains(&next)
            {
                known.push(next);
            }
        }
        index += 1;
    }
    known
}

#[test]
fn whatever_happens_the_constraints_of_the_database_hold() {
    for standing in every_standing() {
        let has_run = matches!(standing.status, Approved | Blocked);
        assert_eq!(standing.stage.is_some(), has_run, "{standing:?}");
        assert!(
            !standing.taking_back || has_run || standing.status == Implemented,
            "{standing:?}"
        );
    }
}

#[test]
fn nothing_is_approved_without_a_person_and_nothing_ends_twice() {
    for standing in every_standing() {
        for event in every_event() {
            let Ok(Some(next)) = standing.after(event) else {
                continue;
            };
            if next.status == Approved && standing.status != Approved {
                assert_eq!((standing.status, event), (Pending, Event::Approved));
            }
            assert!(
                !matches!(standing.status, Rejected | Reverted),
                "{standing:?} {event:?}"
            );
            if standing.status == Implemented {
                assert!(
                    matches!(next.status, Implemented | Reverted),
                    "{standing:?} {event:?}"
                );
            }
        }
    }
}

#[test]
fn a_report_that_comes_twice_in_a_row_counts_once() {
    for standing in every_standing() {
        for event in every_event() {
            let Ok(Some(next)) = standing.after(event) else {
                continue;
            };
            if let Ok(Some(again)) = next.after(event) {
                assert_eq!(again, next, "{standing:?} {event:?}");
            }
        }
    }
}
