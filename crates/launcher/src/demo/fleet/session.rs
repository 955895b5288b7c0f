//! One session of one agent: what it calls, what fails, what it does about it.

use std::time::Duration;

use types::{
    Timestamp,
    event::{EventType, Operation},
};

use super::{
    accident,
    draws::Draws,
    habit::{Habit, Habits, Stance},
    work::{Hazard, RETRIES_UNTOLD, Step, Work},
};

/// What an agent thinks between two calls, in milliseconds.
const PAUSE_MS: f64 = 3_000.0;
/// Tokens in and out per call.
const LEAST_TOKENS: u64 = 400;
const MOST_TOKENS: u64 = 2_400;

/// The operations of one session, in order, with its end.
pub(super) fn operations(
    work: &Work,
    habits: &Habits,
    start: Timestamp,
    draws: Draws,
    ids: Ids,
) -> Vec<Operation> {
    let mut session = Session {
        work,
        habits,
        ids,
        draws,
        now: start,
        operations: Vec::new(),
    };
    let failure = work.steps.iter().find_map(|step| session.takes(step));
    session.ends(failure);
    session.operations
}

struct Session<'work> {
    work: &'work Work,
    habits: &'work Habits,
    ids: Ids,
    draws: Draws,
    now: Timestamp,
    operations: Vec<Operation>,
}

/// A task that failed: the call that it failed for, and how often that was tried again.
struct Failure {
    call: Operation,
    retries: u32,
}

impl Session<'_> {
    /// Makes all the calls of a step; where the task fails, the rest is left.
    fn takes(&mut self, step: &Step) -> Option<Failure> {
        let calls = self.draws.between(step.least_calls, step.most_calls);
        (0..calls).find_map(|_| self.calls(step))
    }

    fn calls(&mut self, step: &Step) -> Option<Failure> {
        let Some(hazard) = self.meets(step.hazards) else {
            self.succeeds(step);
            return None;
        };
        let mut failed = self.fails(step, hazard);
        let retries = self.tries_again();
        if retries {
            if self.draws.happens(hazard.retry_helps) {
                self.succeeds(step);
                return None;
            }
            failed = self.fails(step, hazard);
        }
        self.draws.happens(hazard.fatal).then(|| Failure {
            call: failed,
            retries: u32::from(retries),
        })
    }

    fn meets<'step>(&mut self, hazards: &'step [Hazard]) -> Option<&'step Hazard> {
        hazards.iter().find(|hazard| {
            let chance = hazard.chance_given(self.habits);
            self.draws.happens(chance)
        })
    }

    fn tries_again(&mut self) -> bool {
        self.draws
            .happens(match self.habits.stance(Habit::RetryOnce) {
                Stance::Unsaid => RETRIES_UNTOLD,
                Stance::Adopted => 1.0,
                Stance::Dropped => 0.0,
            })
    }

    fn succeeds(&mut self, step: &Step) {
        let latency_ms = self.draws.latency(step.latency_ms);
        let operation = self.call(step, latency_ms);
        self.operations.push(operation);
    }

    fn fails(&mut self, step: &Step, hazard: &Hazard) -> Operation {
        // A time limit is met to the millisecond, or nearly; other failures vary.
        let latency_ms = if hazard.code == "TIMEOUT" {
            hazard.latency_ms + self.draws.between(1, 300) as f64
        } else {
            self.draws.latency(hazard.latency_ms)
        };
        let message = (hazard.message)(&mut self.draws);
        let failed = Operation {
            success: false,
            error_code: Some(hazard.code.to_owned()),
            error_message: Some(message),
            error_category: Some(hazard.category.to_owned()),
            ..self.call(step, latency_ms)
        };
        self.operations.push(failed.clone());
        failed
    }

    /// A call that ends well, after a pause and its latency.
    fn call(&mut self, step: &Step, latency_ms: f64) -> Operation {
        self.passes(PAUSE_MS);
        self.now = self.now.plus(milliseconds(latency_ms));
        let about = accident::topic(&mut self.draws);
        let tokens = self.draws.between(LEAST_TOKENS, MOST_TOKENS);
        Operation {
            tool: Some(step.tool.to_owned()),
            task_class: Some(step.task_class.to_owned()),
            latency_ms: Some(latency_ms),
            input_summary: Some(format!("{} about {about}", step.tool)),
            model: Some("claude-sonnet-4-5".to_owned()),
            tokens: Some(tokens),
            ..self.happening(EventType::ToolCall)
        }
    }

    fn ends(&mut self, failure: Option<Failure>) {
        self.passes(PAUSE_MS);
        if let Some(Failure { call, retries }) = failure {
            // It names what it failed for, so that call and task are found to have one cause.
            let failed = Operation {
                success: false,
                tool: call.tool,
                error_code: call.error_code,
                error_message: call.error_message,
                error_category: call.error_category,
                retry_count: Some(retries),
                ..self.happening(EventType::TaskFailure)
            };
            self.operations.push(failed);
        }
        let end = self.happening(EventType::SessionEnd);
        self.operations.push(end);
    }

    fn passes(&mut self, median_ms: f64) {
        self.now = self.now.plus(milliseconds(self.draws.latency(median_ms)));
    }

    fn happening(&self, event_type: EventType) -> Operation {
        Operation {
            event_id: self.ids.event(self.operations.len()),
            timestamp: self.now,
            event_type,
            agent: self.work.agent.to_owned(),
            tool: None,
            success: true,
            error_code: None,
            error_message: None,
            latency_ms: None,
            session_id: Some(self.ids.session()),
            source: "fleet".to_owned(),
            endpoint: None,
            input_summary: None,
            output_summary: None,
            task_name: Some(self.work.task_name.to_owned()),
            error_category: None,
            retry_count: None,
            correction_type: None,
            reason_category: None,
            feedback: None,
            model: None,
            tokens: None,
            task_class: None,
            scenario: None,
        }
    }
}

fn milliseconds(span: f64) -> Duration {
    Duration::from_secs_f64(span / 1_000.0)
}

/// Ids in the form of UUIDs: the last four digits count the events, and are nought for the session.
pub(super) struct Ids {
    high: u64,
    low: u64,
}

impl Ids {
    /// The ids of the session that draws them.
    pub(super) fn drawn(mut draws: Draws) -> Self {
        Self {
            high: draws.bits(),
            low: draws.bits() >> 16,
        }
    }

    fn session(&self) -> String {
        self.numbered(0)
    }

    fn event(&self, before_it: usize) -> String {
        self.numbered(before_it + 1)
    }

    fn numbered(&self, number: usize) -> String {
        let Self { high, low } = self;
        let (first, second, third) = (high >> 32, (high >> 16) & 0xFFFF, high & 0xFFFF);
        let (fourth, fifth) = (low >> 32, low & 0xFFFF_FFFF);
        format!("{first:08x}-{second:04x}-{third:04x}-{fourth:04x}-{fifth:08x}{number:04x}")
    }
}
