//! ToolBench answers: a tree of thoughts, actions and their inputs with what the service said.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use types::event::Operation;

use super::{
    Decode, Output,
    text::{AssumedClock, folder, stem},
};
use crate::domain::{event::blank, identity::event_id};

const AGENT: &str = "ChatGPT-DFSDT";

pub(super) struct AnswerTree {
    session: String,
    clock: AssumedClock,
    calls: u64,
}

#[derive(Deserialize)]
struct Answer {
    tree: Tree,
}

#[derive(Deserialize)]
struct Tree {
    tree: Node,
}

#[derive(Deserialize)]
struct Node {
    node_type: Option<String>,
    description: Option<String>,
    observation: Option<String>,
    observation_code: Option<i64>,
    #[serde(default)]
    children: Vec<Node>,
}

impl AnswerTree {
    pub(super) fn new(path: &Path, clock: AssumedClock) -> Self {
        let stem = stem(path);
        let question = stem.split('_').next().unwrap_or_default();
        let group: String = folder(path).chars().take(2).collect();
        Self {
            session: format!("toolbench-{group}-{question}"),
            clock,
            calls: 0,
        }
    }

    fn walk<'a>(&mut self, node: &'a Node, mut action: Option<&'a str>, output: &mut Output<'_>) {
        match node.node_type.as_deref() {
            Some("Action") => action = node.description.as_deref(),
            Some("Action Input") => {
                if let Some(tool) = action.filter(|name| !name.is_empty() && *name != "Finish") {
                    self.call(tool, node, output);
                }
            }
            _ => {}
        }
        for child in &node.children {
            self.walk(child, action, output);
        }
    }

    fn call(&mut self, tool: &str, node: &Node, output: &mut Output<'_>) {
        let observation = node.observation.as_deref().unwrap_or_default();
        let stated = stated_error(observation);
        let failed = !stated.is_empty() || !matches!(node.observation_code, Some(0 | 3));
        let message = if stated.is_empty() {
            observation.to_owned()
        } else {
            stated
        };
        self.calls += 1;
        output.emit(Operation {
            event_id: event_id(&["toolbench", &self.session, &self.calls.to_string(), tool]),
            agent: AGENT.to_owned(),
            tool: Some(tool.to_owned()),
            success: !failed,
            error_code: node
                .observation_code
                .filter(|_| failed)
                .and_then(code_name)
                .map(str::to_owned),
            error_message: failed.then_some(message),
            session_id: Some(self.session.clone()),
            source: "collect".to_owned(),
            ..blank(self.clock.next())
        });
    }
}

impl Decode for AnswerTree {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>) {
        match serde_json::from_slice::<Answer>(unit) {
            Ok(answer) => self.walk(&answer.tree.tree, None, output),
            Err(_) => output.skip("not an answer tree"),
        }
    }
}

/// The `error` that an observation begins with; the rest of it may be cut off and no JSON at all.
fn stated_error(observation: &str) -> String {
    let Some(rest) = observation.strip_prefix("{\"error\": ") else {
        return String::new();
    };
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    match values.next() {
        Some(Ok(Value::String(text))) => text,
        _ => String::new(),
    }
}

/// The names of the status codes of ToolBench's environment.
fn code_name(code: i64) -> Option<&'static str> {
    match code {
        1 => Some("NO_SUCH_FUNCTION"),
        4 => Some("GIVE_UP"),
        5 => Some("TIMEOUT"),
        6 => Some("NOT_FOUND_404"),
        7 => Some("NOT_SUBSCRIBED"),
        8 => Some("UNAUTHORIZED"),
        9 => Some("TOO_MANY_REQUESTS"),
        10 => Some("RATE_LIMIT"),
        11 => Some("MESSAGE_ERROR"),
        12 => Some("REQUEST_INVALID"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Reader};
    use super::*;
    use types::Timestamp;

    #[test]
    fn calls_are_read_depth_first_with_the_environments_code() {
        let text = r#"{"tree": {"tree": {"node_type": "Action Input", "children": [
            {"node_type": "Action", "description": "track", "children": [
              {"node_type": "Action Input", "observation": "{\"error\": \"too \\\"many\\\"\", \"respon", "observation_code": 10, "children": []},
              {"node_type": "Action Input", "observation": "fine", "observation_code": 0, "children": []}]},
            {"node_type": "Action", "description": "Finish", "children": [
              {"node_type": "Action Input", "observation": "x", "observation_code": 3}]}]}}}"#;
        let path = Path::new("G1_answer/57_ChatGPT.json");
        let mut reader = Reader::new(Format::ToolBench, path, Timestamp::from_micros(0));
        let mut parsed = Vec::new();
        reader.feed(text.as_bytes(), &mut parsed);

        assert_eq!(parsed.len(), 2);
        let first = &parsed[0].operation;
        assert_eq!(first.session_id.as_deref(), Some("toolbench-G1-57"));
        assert_eq!(first.error_code.as_deref(), Some("RATE_LIMIT"));
        assert_eq!(first.error_message.as_deref(), Some("too \"many\""));
        assert!(parsed[1].operation.success);
    }
}
