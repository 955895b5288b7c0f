//! SWE-agent trajectories: actions in a shell and what they printed.

use std::path::Path;

use serde::Deserialize;
use types::event::Operation;

use super::{
    Decode, Output,
    text::{AssumedClock, stem},
};
use crate::domain::{event::blank, identity::event_id};

const AGENT: &str = "swe-agent";

/// The source records no failure; these in an observation say that the action did not do its work.
const FAILURES: &[&str] = &[
    "Traceback (most recent call last)",
    "command not found",
    "No such file or directory",
    "SyntaxError",
    "introduced new syntax error",
    "timed out",
    "Usage: ",
    "Your proposed edit",
    "Your edit",
    "No replacement was performed",
];

/// The same, at the start of a line only.
const SHELLS: &[&str] = &["bash: ", "/bin/bash: ", "/bin/sh: "];

pub(super) struct Trajectory {
    session: String,
    clock: AssumedClock,
}

#[derive(Deserialize)]
struct Document {
    trajectory: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    action: Option<String>,
    observation: Option<String>,
    execution_time: Option<f64>,
}

impl Trajectory {
    pub(super) fn new(path: &Path, clock: AssumedClock) -> Self {
        Self {
            session: stem(path),
            clock,
        }
    }
}

impl Decode for Trajectory {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>) {
        let Ok(document) = serde_json::from_slice::<Document>(unit) else {
            return output.skip("not a trajectory");
        };
        for (position, step) in document.trajectory.into_iter().enumerate() {
            let action = step.action.unwrap_or_default();
            let observation = step.observation.unwrap_or_default();
            let failed = has_failed(&observation);
            output.emit(Operation {
                event_id: event_id(&[AGENT, &self.session, &position.to_string(), &action]),
                agent: AGENT.to_owned(),
                tool: action.split_whitespace().next().map(str::to_owned),
                success: !failed,
                error_message: failed.then_some(observation),
                latency_ms: step
                    .execution_time
                    .map(|seconds| (seconds * 1000.0).round()),
                session_id: Some(self.session.clone()),
                source: "collect".to_owned(),
                ..blank(self.clock.next())
            });
        }
    }
}

fn has_failed(observation: &str) -> bool {
    FAILURES.iter().any(|mark| observation.contains(mark))
        || observation
            .lines()
            .any(|line| SHELLS.iter().any(|shell| line.starts_with(shell)))
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Reader};
    use super::*;
    use types::Timestamp;

    #[test]
    fn a_step_fails_by_what_it_printed() {
        let text = r#"{"environment": "main", "trajectory": [
            {"action": "ls -l\n", "observation": "total 0", "execution_time": 0.2496},
            {"action": "frob", "observation": "x\nbash: frob: command not found"},
            {"action": "", "observation": null}]}"#;
        let mut reader = Reader::new(
            Format::SweAgent,
            Path::new("a/b.replace.traj"),
            Timestamp::from_micros(0),
        );
        let mut parsed = Vec::new();
        reader.feed(text.as_bytes(), &mut parsed);

        let seen: Vec<_> = parsed
            .iter()
            .map(|one| &one.operation)
            .map(|one| (one.tool.as_deref(), one.success, one.latency_ms))
            .collect();
        assert_eq!(
            seen,
            [
                (Some("ls"), true, Some(250.0)),
                (Some("frob"), false, None),
                (None, true, None)
            ]
        );
        assert_eq!(parsed[0].operation.session_id.as_deref(), Some("b.replace"));
    }
}
