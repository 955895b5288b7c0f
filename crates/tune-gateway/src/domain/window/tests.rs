use proptest::prelude::*;

use super::*;

const HOUR: Duration = Duration::from_secs(3_600);

fn moment(hours: u32) -> Timestamp {
    Timestamp::from_minute(29_000_000).plus(HOUR * hours)
}

/// A window that was opened at hour nought and ends at hour one.
fn active() -> WindowState {
    WindowState {
        status: WindowStatus::Active,
        deployed_at: moment(0),
        expires_at: moment(1),
        auto_extend: true,
        released: false,
    }
}

fn closed(status: WindowStatus) -> WindowState {
    WindowState { status, ..active() }
}

#[test]
fn the_sweep_follows_the_table() {
    use CloseStatus::{Completed, RolledBack};
    use OnDegraded::{Hold, Revert};
    let fixed = WindowState {
        auto_extend: false,
        ..active()
    };
    let extended = WindowState {
        expires_at: moment(24),
        ..active()
    };
    let ends = |status, verdict| Step::Close(Closing { status, verdict });
    for (window, outcome, on_degraded, hour, expected) in [
        (active(), Outcome::Open, Hold, 0, Step::Wait),
        (
            active(),
            Outcome::Revert,
            Hold,
            0,
            ends(RolledBack, Verdict::Regressed),
        ),
        (
            active(),
            Outcome::Revert,
            Hold,
            9,
            ends(RolledBack, Verdict::Regressed),
        ),
        (
            active(),
            Outcome::External,
            Hold,
            0,
            ends(Completed, Verdict::External),
        ),
        (
            active(),
            Outcome::Stable,
            Hold,
            1,
            ends(Completed, Verdict::Stable),
        ),
        (active(), Outcome::Degraded, Hold, 0, Step::Wait),
        (active(), Outcome::Degraded, Revert, 0, Step::Wait),
        (
            active(),
            Outcome::Degraded,
            Hold,
            1,
            ends(Completed, Verdict::Degraded),
        ),
        (
            active(),
            Outcome::Degraded,
            Revert,
            1,
            ends(RolledBack, Verdict::Degraded),
        ),
        (active(), Outcome::Open, Hold, 1, Step::Extend(moment(24))),
        (active(), Outcome::Open, Hold, 23, Step::Extend(moment(24))),
        (
            active(),
            Outcome::Open,
            Hold,
            24,
            ends(Completed, Verdict::Inconclusive),
        ),
        (extended, Outcome::Open, Hold, 23, Step::Wait),
        (
            extended,
            Outcome::Open,
            Hold,
            24,
            ends(Completed, Verdict::Inconclusive),
        ),
        (
            fixed,
            Outcome::Open,
            Hold,
            1,
            ends(Completed, Verdict::Inconclusive),
        ),
        (
            closed(WindowStatus::Completed),
            Outcome::Revert,
            Hold,
            1,
            Step::Wait,
        ),
        (
            closed(WindowStatus::RolledBack),
            Outcome::Stable,
            Hold,
            1,
            Step::Wait,
        ),
    ] {
        let done = step(&window, outcome, on_degraded, moment(hour));
        assert_eq!(done, expected, "{outcome:?} at hour {hour} of {window:?}");
    }
}

#[test]
fn closing_twice_alike_is_harmless_and_otherwise_refused() {
    let manual = |status| {
        Ok(Asked::Close(Closing {
            status,
            verdict: Verdict::Manual,
        }))
    };
    for (status, asked, expected) in [
        (
            WindowStatus::Active,
            CloseStatus::Completed,
            manual(CloseStatus::Completed),
        ),
        (
            WindowStatus::Active,
            CloseStatus::RolledBack,
            manual(CloseStatus::RolledBack),
        ),
        (
            WindowStatus::Completed,
            CloseStatus::Completed,
            Ok(Asked::AlreadySo),
        ),
        (
            WindowStatus::RolledBack,
            CloseStatus::RolledBack,
            Ok(Asked::AlreadySo),
        ),
        (
            WindowStatus::Completed,
            CloseStatus::RolledBack,
            Err(WindowRefusal::AlreadyClosed(WindowStatus::Completed)),
        ),
        (
            WindowStatus::RolledBack,
            CloseStatus::Completed,
            Err(WindowRefusal::AlreadyClosed(WindowStatus::RolledBack)),
        ),
    ] {
        assert_eq!(close_by_caller(&closed(status), asked), expected);
    }
}

#[test]
fn a_released_window_is_completed_without_a_conclusion() {
    let inconclusive = Closing {
        status: CloseStatus::Completed,
        verdict: Verdict::Inconclusive,
    };
    assert_eq!(release(&active()), Ok(Asked::Close(inconclusive)));
    let released = WindowState {
        released: true,
        ..closed(WindowStatus::Completed)
    };
    assert_eq!(release(&released), Ok(Asked::AlreadySo));
    for status in [WindowStatus::Completed, WindowStatus::RolledBack] {
        assert_eq!(
            release(&closed(status)),
            Err(WindowRefusal::AlreadyClosed(status))
        );
    }
}

#[test]
fn an_extension_moves_the_end_forward_and_not_beyond_a_day() {
    assert_eq!(extend(&active(), moment(24)), Ok(()));
    assert_eq!(
        extend(&active(), moment(1)),
        Err(WindowRefusal::NotLater(moment(1)))
    );
    assert_eq!(
        extend(&active(), moment(25)),
        Err(WindowRefusal::TooLong(moment(24)))
    );
    let ended = closed(WindowStatus::Completed);
    let refusal = WindowRefusal::AlreadyClosed(WindowStatus::Completed);
    assert_eq!(extend(&ended, moment(2)), Err(refusal));
}

#[test]
fn a_window_opens_after_the_deployment_and_before_its_end() {
    assert_eq!(check_opening(moment(0), moment(2), moment(1)), Ok(()));
    assert_eq!(
        check_opening(moment(0), moment(1), moment(1)),
        Err(WindowRefusal::EndsInThePast)
    );
    let early = check_opening(moment(2), moment(3), moment(1));
    assert_eq!(early, Err(WindowRefusal::DeployedInTheFuture));
}

proptest! {
    #[test]
    fn whatever_the_evidence_the_slot_is_free_at_the_latest_end(
        auto_extend: bool,
        expires in 1_u32..72,
        late in 0_u32..72,
        outcome in prop::sample::select(vec![
            Outcome::Open, Outcome::Degraded, Outcome::Stable, Outcome::External, Outcome::Revert,
        ]),
    ) {
        let window = WindowState { auto_extend, expires_at: moment(expires), ..active() };
        let now = latest_end(&window).plus(HOUR * late);
        let done = step(&window, outcome, OnDegraded::Hold, now);
        prop_assert!(matches!(done, Step::Close(_)), "{done:?}");
    }

    #[test]
    fn an_extension_ends_later_than_now_and_happens_once(expires in 1_u32..72, hour in 0_u32..72) {
        let window = WindowState { expires_at: moment(expires), ..active() };
        let now = moment(hour);
        if let Step::Extend(until) = step(&window, Outcome::Open, OnDegraded::Hold, now) {
            prop_assert!(until > now && until > window.expires_at);
            let extended = WindowState { expires_at: until, ..window };
            let then = step(&extended, Outcome::Open, OnDegraded::Hold, until);
            prop_assert!(matches!(then, Step::Close(_)));
        }
    }
}
