//! What has no line of its own in the file: the rest of the state, for programs.

use serde_json::{Value, json};

use crate::domain::case::Case;

/// Everything but the prose and the diff, which stand in their sections, as indented JSON.
pub(super) fn record(case: &Case) -> String {
    let mut state = serde_json::to_value(&case.proposal).unwrap_or(Value::Null);
    if let Value::Object(fields) = &mut state {
        for section in [
            "problem",
            "evidence",
            "root_cause",
            "solution",
            "patch",
            "risk",
            "rollback",
        ] {
            fields.remove(section);
        }
        fields.insert("author_is_person".to_owned(), json!(case.author_is_person));
        fields.insert("taking_back".to_owned(), json!(case.taking_back));
        fields.insert("version".to_owned(), json!(case.version));
    }
    format!("{state:#}")
}
