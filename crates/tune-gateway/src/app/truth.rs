//! Asking the truth rules.

use serde_json::Value;

use super::App;
use crate::domain::truth::Fired;

impl App {
    /// The rules of a class that fire on a context, with why.
    pub(crate) fn evaluate_truth(&self, task_class: &str, context: &Value) -> Vec<Fired> {
        self.truth.evaluate(task_class, context)
    }
}
