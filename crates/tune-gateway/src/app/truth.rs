//! Asking the truth rules.

use serde_json::Value;

use super::App;
use crate::domain::truth::Fired;

impl App {
    /// The rules of a class that fire on a context, with why.
    pub(crate) fn evaluate_truth(&self, task_class: &str, context: &Value) -> Vec<Fired> {
        let mut fired = self.truth.evaluate(task_class, context);
        // It quotes the values that were found.
        for rule in &mut fired {
            rule.why = self.redactor.redact(&rule.why).into_owned();
        }
        fired
    }
}
