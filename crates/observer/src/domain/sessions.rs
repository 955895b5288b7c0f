//! Sessions: one task of one agent, which is what is counted.
//!
//! A session ends with an explicit end, or when nothing came for a while; an operation that comes
//! later begins another session of the same id. So a session that is over never changes.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use types::{
    Timestamp,
    event::{EventType, Operation},
};

use super::findings::signature;

/// So many equal failures in a row are a stall.
const STALL_REPEATS: u32 = 3;

/// A session under way, folded from its operations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Whose it is.
    pub agent: String,
    /// Its id, or the event's where the source names no session.
    pub session_id: String,
    /// Its first operation.
    pub started_at: Timestamp,
    /// Its last operation.
    pub last_at: Timestamp,
    /// When it said that it ended.
    pub ended_at: Option<Timestamp>,
    /// How many operations it has.
    pub operations: u64,
    /// How many of them failed.
    pub failures: u64,
    /// Whether one of them is a failed task.
    pub has_task_failure: bool,
    /// Whether its last operation failed.
    pub last_failed: bool,
    /// Whether something timed out.
    pub has_timeout: bool,
    /// Whether the same call failed three times in a row.
    pub has_repeats: bool,
    /// The sum over operations of 1 for success and 0 for failure, or the feedback on it.
    pub quality_sum: f64,
    /// Feedback on the session as a whole: the sum.
    pub feedback_sum: f64,
    /// The same: how many.
    pub feedback_count: u64,
    /// The failure that its last operations share, and how many they are.
    repeated: Option<(u64, u32)>,
}

/// What an agent is known to send, for what it does not send means nothing then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habits {
    /// It says when a session ends; one that falls silent has stalled.
    pub sends_ends: bool,
    /// It says when a task failed; a failed last operation alone is no failure.
    pub sends_task_failures: bool,
}

impl Habits {
    /// What is known after one more operation.
    #[must_use]
    pub fn after(self, operation: &Operation) -> Self {
        Self {
            sends_ends: self.sends_ends || operation.event_type == EventType::SessionEnd,
            sends_task_failures: self.sends_task_failures
                || operation.event_type == EventType::TaskFailure,
        }
    }
}

/// How a session that is over went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; it is counted in that minute.
    pub ended_at: Timestamp,
    /// Whether it failed.
    pub failed: bool,
    /// Whether it stalled.
    pub stalled: bool,
    /// Its quality, from 0 to 1.
    pub quality: f64,
}

/// The session that an operation names. One that names none is a session by itself: nothing can
/// come after it.
pub fn session_id_of(operation: &Operation) -> Option<&str> {
    operation.session_id.as_deref().filter(|id| !id.is_empty())
}

impl Session {
    /// The session that begins with this operation.
    pub fn opened(operation: &Operation) -> Self {
        let named = session_id_of(operation);
        let mut session = Self {
            agent: operation.agent.clone(),
            session_id: named.unwrap_or(&operation.event_id).to_owned(),
            started_at: operation.timestamp,
            last_at: operation.timestamp,
            ended_at: None,
            operations: 0,
            failures: 0,
            has_task_failure: false,
            last_failed: false,
            has_timeout: false,
            has_repeats: false,
            quality_sum: 0.0,
            feedback_sum: 0.0,
            feedback_count: 0,
            repeated: None,
        };
        session.add(operation);
        if named.is_none() {
            session.ended_at = Some(operation.timestamp);
        }
        session
    }

    /// Whether an operation of the same agent and session id is part of this session, not of one
    /// after or before it.
    pub fn takes(&self, operation: &Operation, stall_after: Duration) -> bool {
        let at = operation.timestamp;
        let after_start = self.started_at <= at.plus(stall_after);
        after_start && at <= self.end(stall_after)
    }

    /// Adds one operation. Operations may come out of order; which is last goes by their time.
    pub fn add(&mut self, operation: &Operation) {
        let is_last = self.last_at <= operation.timestamp;
        self.started_at = self.started_at.min(operation.timestamp);
        match operation.event_type {
            EventType::SessionEnd => self.ended_at = Some(operation.timestamp),
            EventType::Feedback => {
                self.feedback_sum += operation.feedback.unwrap_or(0.5);
                self.feedback_count += 1;
            }
            EventType::UserCorrection | EventType::Escalation | EventType::ModelCall => {}
            EventType::ToolCall | EventType::TaskFailure => self.count(operation, is_last),
        }
        if operation.event_type != EventType::SessionEnd {
            self.last_at = self.last_at.max(operation.timestamp);
        }
    }

    fn count(&mut self, operation: &Operation, is_last: bool) {
        let failed = !operation.success;
        let plain = if failed { 0.0 } else { 1.0 };
        self.operations += 1;
        self.failures += u64::from(failed);
        self.quality_sum += operation.feedback.unwrap_or(plain);
        if is_last {
            self.last_failed = failed;
        }
        self.has_task_failure |= operation.event_type == EventType::TaskFailure;
        let signature = signature(operation);
        self.has_timeout |= signature
            .as_ref()
            .is_some_and(|it| it.category == "timeout");
        self.repeated = match (signature, self.repeated) {
            (Some(now), Some((before, times))) if now.fingerprint == before => {
                Some((before, times + 1))
            }
            (Some(now), _) => Some((now.fingerprint, 1)),
            (None, _) => None,
        };
        self.has_repeats |= self
            .repeated
            .is_some_and(|(_, times)| STALL_REPEATS <= times);
    }

    /// When it ended or will end if nothing more comes: at its explicit end, or when it has been
    /// silent for `stall_after`.
    pub fn end(&self, stall_after: Duration) -> Timestamp {
        let silent = self.last_at.plus(stall_after);
        self.ended_at.map_or(silent, |ended| ended.min(silent))
    }

    /// Whether it is over, so that it can be counted.
    pub fn is_over(&self, now: Timestamp, stall_after: Duration) -> bool {
        // At the very moment of its end an operation may still come.
        self.end(stall_after) < now
    }

    /// How it went.
    pub fn outcome(&self, habits: Habits, stall_after: Duration) -> Outcome {
        let ended_at = self.end(stall_after);
        let fell_silent = self.ended_at.is_none_or(|ended| ended_at < ended);
        let stalled = self.has_timeout || self.has_repeats || (habits.sends_ends && fell_silent);
        let failed =
            self.has_task_failure || (!habits.sends_task_failures && (self.last_failed || stalled));
        Outcome {
            started_at: self.started_at,
            ended_at,
            failed,
            stalled,
            quality: self.quality(),
        }
    }

    /// What people said of it, else the mean over its operations; a session without either has
    /// nothing against it.
    fn quality(&self) -> f64 {
        if self.feedback_count != 0 {
            return self.feedback_sum / self.feedback_count as f64;
        }
        match self.operations {
            0 => 1.0,
            count => self.quality_sum / count as f64,
        }
    }
}

/// The value that `share` of the values do not exceed (nearest rank); the order of `values` is
/// lost.
pub fn percentile(values: &mut [f64], share: f64) -> Option<f64> {
    let rank = (share * values.len() as f64).ceil() as usize;
    let index = rank.clamp(1, values.len().max(1)) - 1;
    if values.is_empty() {
        return None;
    }
    let (_, value, _) = values.select_nth_unstable_by(index, f64::total_cmp);
    Some(*value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::blank;

    const STALL_AFTER: Duration = Duration::from_secs(600);
    const NO_HABITS: Habits = Habits {
        sends_ends: false,
        sends_task_failures: false,
    };

    fn at(minute: i64, event_type: EventType, success: bool) -> Operation {
        Operation {
            event_type,
            success,
            session_id: Some("s".to_owned()),
            error_message: (!success).then(|| format!("failure of kind {minute}")),
            ..blank(Timestamp::from_minute(minute))
        }
    }

    fn folded(operations: &[Operation]) -> Session {
        let mut session = Session::opened(&operations[0]);
        for operation in &operations[1..] {
            assert!(session.takes(operation, STALL_AFTER));
            session.add(operation);
        }
        session
    }

    use EventType::{Feedback, SessionEnd, TaskFailure, ToolCall};

    #[test]
    fn a_session_fails_by_a_failed_task_or_by_how_it_ended() {
        let ends = Habits {
            sends_ends: true,
            ..NO_HABITS
        };
        let tasks = Habits {
            sends_task_failures: true,
            ..NO_HABITS
        };
        let good = at(0, ToolCall, true);
        let bad = at(1, ToolCall, false);
        for (operations, habits, failed, stalled) in [
            (vec![good.clone()], NO_HABITS, false, false),
            (vec![good.clone()], ends, true, true),
            (
                vec![good.clone(), at(1, SessionEnd, true)],
                ends,
                false,
                false,
            ),
            (vec![good.clone(), bad.clone()], NO_HABITS, true, false),
            (vec![good.clone(), bad.clone()], tasks, false, false),
            (vec![bad, at(2, ToolCall, true)], NO_HABITS, false, false),
            (vec![good, at(1, TaskFailure, false)], tasks, true, false),
        ] {
            let outcome = folded(&operations).outcome(habits, STALL_AFTER);
            assert_eq!(
                (outcome.failed, outcome.stalled),
                (failed, stalled),
                "{operations:?}"
            );
        }
    }

    #[test]
    fn a_timeout_or_three_equal_failures_in_a_row_are_a_stall() {
        let same = |minute| Operation {
            error_message: Some("no seats".to_owned()),
            ..at(minute, ToolCall, false)
        };
        let thrice = folded(&[same(0), same(1), same(2), at(3, ToolCall, true)]);
        assert!(thrice.outcome(NO_HABITS, STALL_AFTER).stalled);
        let broken = folded(&[same(0), same(1), at(2, ToolCall, true), same(3)]);
        assert!(!broken.outcome(NO_HABITS, STALL_AFTER).stalled);
        let slow = Operation {
            error_code: Some("TIMEOUT".to_owned()),
            ..at(0, ToolCall, false)
        };
        assert!(folded(&[slow]).outcome(NO_HABITS, STALL_AFTER).stalled);
    }

    #[test]
    fn a_session_is_counted_at_its_end_and_never_changes_after() {
        let silent = folded(&[at(0, ToolCall, true), at(5, ToolCall, true)]);
        assert_eq!(silent.end(STALL_AFTER).minute(), 15);
        assert!(!silent.is_over(Timestamp::from_minute(15), STALL_AFTER));
        assert!(silent.is_over(Timestamp::from_minute(16), STALL_AFTER));
        assert!(!silent.takes(&at(16, ToolCall, true), STALL_AFTER));

        let ended = folded(&[at(0, ToolCall, true), at(3, SessionEnd, true)]);
        assert_eq!(ended.end(STALL_AFTER).minute(), 3);
        assert!(!ended.takes(&at(4, ToolCall, true), STALL_AFTER));

        let alone = Session::opened(&Operation {
            session_id: None,
            ..at(2, ToolCall, true)
        });
        assert_eq!(alone.end(STALL_AFTER).minute(), 2);
    }

    #[test]
    fn the_last_operation_goes_by_time_not_by_arrival() {
        let session = folded(&[at(5, ToolCall, true), at(2, ToolCall, false)]);
        assert!(!session.last_failed);
        assert_eq!(session.started_at.minute(), 2);
    }

    #[test]
    fn feedback_on_a_session_replaces_what_its_operations_suggest() {
        let calls = [at(0, ToolCall, true), at(1, ToolCall, false)];
        assert_eq!(folded(&calls).outcome(NO_HABITS, STALL_AFTER).quality, 0.5);
        let judged = Operation {
            feedback: Some(1.0),
            ..at(2, Feedback, true)
        };
        let [first, second] = calls;
        assert_eq!(
            folded(&[first, second, judged])
                .outcome(NO_HABITS, STALL_AFTER)
                .quality,
            1.0
        );
    }

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        for (values, share, expected) in [
            (vec![], 0.95, None),
            (vec![3.0], 0.95, Some(3.0)),
            (vec![4.0, 1.0, 3.0, 2.0], 0.5, Some(2.0)),
            ((1..=100).rev().map(f64::from).collect(), 0.95, Some(95.0)),
        ] {
            let mut values: Vec<f64> = values;
            assert_eq!(percentile(&mut values, share), expected);
        }
    }
}
