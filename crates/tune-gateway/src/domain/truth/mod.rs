//! Truth rules: what has to hold before a change is admitted.
//!
//! A rule belongs to a class of tasks. Its condition looks at a context, a JSON value, by dot
//! paths: `agent.tools.0` is the first entry of `tools` in `agent`. When the condition holds the
//! rule *fires*, and its actions say what follows. A set of rules as data:
//!
//! ```json
//! {"rules": [{
//!   "id": "no-friday-tunes",
//!   "task_class": "tune",
//!   "condition": {"All": [
//!     {"FieldEquals": {"field": "weekday", "value": "Friday"}},
//!     {"Not": {"FieldEmpty": {"field": "target.agent"}}},
//!     {"FieldGreater": {"field": "change.lines", "threshold": 20}}
//!   ]},
//!   "actions": [{"Reject": {"message": "large tunes wait until Monday"}}]
//! }]}
//! ```
//!
//! `"Always"` and `{"Any": […]}` complete the conditions; `Reject`, `RequireReview` and `Warn` are
//! the actions. A `task_class` of `*` belongs to every class.

mod condition;
mod load;
mod path;

use serde::{Deserialize, Serialize};

pub use condition::Condition;
pub use load::{BadRule, BadRules};
pub use path::FieldPath;

/// The task class of rules that belong to every class.
const EVERY_CLASS: &str = "*";

/// What follows when a rule fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// The change is not admitted.
    Reject {
        /// What the caller is told.
        message: String,
    },
    /// A person has to look at it first.
    RequireReview {
        /// What the person is told.
        message: String,
    },
    /// It is admitted, and this is said.
    Warn {
        /// What is said.
        message: String,
    },
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// Its name, unique in its set.
    pub id: String,
    /// The class of tasks it belongs to, or `*`.
    pub task_class: String,
    /// When it fires.
    pub condition: Condition,
    /// What follows; at least one.
    pub actions: Vec<Action>,
}

/// Rules that were checked when they were loaded.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RuleSet {
    rules: Vec<Rule>,
}

/// A rule that fired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fired {
    /// Which rule.
    pub rule_id: String,
    /// Why: what its condition found.
    pub why: String,
    /// What follows.
    pub actions: Vec<Action>,
}

impl RuleSet {
    /// Reads a set of rules, or says all that is wrong with it and where.
    pub fn load(value: &serde_json::Value) -> Result<Self, BadRules> {
        load::rules(value).map(|rules| Self { rules })
    }

    /// The rules, in their order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rules of `task_class` that fire on `context`, in their order.
    pub fn evaluate(&self, task_class: &str, context: &serde_json::Value) -> Vec<Fired> {
        let belongs = |rule: &&Rule| [task_class, EVERY_CLASS].contains(&rule.task_class.as_str());
        self.rules
            .iter()
            .filter(belongs)
            .filter_map(|rule| rule.fired(context))
            .collect()
    }
}

impl Rule {
    fn fired(&self, context: &serde_json::Value) -> Option<Fired> {
        let found = self.condition.check(context);
        found.holds.then(|| Fired {
            rule_id: self.id.clone(),
            why: found.why,
            actions: self.actions.clone(),
        })
    }
}

/// Whether the fired rules forbid the change, and with what message first.
pub fn rejection(fired: &[Fired]) -> Option<&str> {
    fired
        .iter()
        .flat_map(|fired| &fired.actions)
        .find_map(|action| match action {
            Action::Reject { message } => Some(message.as_str()),
            Action::RequireReview { .. } | Action::Warn { .. } => None,
        })
}

#[cfg(test)]
mod tests;
