//! What work is made of: calls of tools, and what goes wrong with them.

use super::{
    draws::Draws,
    habit::{Habit, Habits, Stance},
};

/// One agent's kind of work.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) agent: &'static str,
    pub(super) task_name: &'static str,
    /// Its share of all sessions.
    pub(super) share: f64,
    pub(super) steps: &'static [Step],
}

/// Calls of one tool.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) tool: &'static str,
    /// What it is for: the class of task in the telemetry. Each has one tool, so that nobody does
    /// it by another one than the playbook says.
    pub(super) task_class: &'static str,
    pub(super) least_calls: u64,
    pub(super) most_calls: u64,
    /// The median of a call that works.
    pub(super) latency_ms: f64,
    pub(super) hazards: &'static [Hazard],
}

/// Something that goes wrong with a call.
#[derive(Debug)]
pub(super) struct Hazard {
    pub(super) code: &'static str,
    /// What kind of error it is.
    pub(super) category: &'static str,
    pub(super) chance: f64,
    pub(super) influences: &'static [Influence],
    /// How long a call takes that fails in this way.
    pub(super) latency_ms: f64,
    /// How often trying once more helps.
    pub(super) retry_helps: f64,
    /// How often the task fails for it, where nothing helped.
    pub(super) fatal: f64,
    pub(super) message: fn(&mut Draws) -> String,
}

/// By how much a hazard's chance is multiplied for an agent with or against a habit.
#[derive(Debug)]
pub(super) struct Influence {
    pub(super) habit: Habit,
    pub(super) adopted: f64,
    pub(super) dropped: f64,
}

/// How often an agent tries once more that was told nothing about it.
pub(super) const RETRIES_UNTOLD: f64 = 0.3;

impl Hazard {
    /// How often it happens to an agent with these habits.
    pub(super) fn chance_given(&self, habits: &Habits) -> f64 {
        let factors =
            self.influences
                .iter()
                .map(|influence| match habits.stance(influence.habit) {
                    Stance::Unsaid => 1.0,
                    Stance::Adopted => influence.adopted,
                    Stance::Dropped => influence.dropped,
                });
        self.chance * factors.product::<f64>()
    }
}
