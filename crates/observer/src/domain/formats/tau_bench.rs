//! tau-bench results: episodes with the messages of agent, user and tools.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use types::event::{EventType, Operation};

use super::{
    Decode, Output,
    text::{AssumedClock, content_text, stem},
};
use crate::domain::{event::blank, identity::event_id};

const WRONG_OUTCOME: &str = "final database state does not match the expected state (reward 0)";

pub(super) struct Episodes {
    /// The file's name up to the first dot, such as `gpt-4o-airline`.
    agent: String,
    domain: String,
    clock: AssumedClock,
}

#[derive(Deserialize)]
struct Episode {
    task_id: u64,
    #[serde(default)]
    trial: u32,
    reward: f64,
    traj: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    role: String,
    name: Option<String>,
    #[serde(default)]
    content: Value,
}

impl Episodes {
    pub(super) fn new(path: &Path, clock: AssumedClock) -> Self {
        let stem = stem(path);
        let agent = stem.split('.').next().unwrap_or(&stem).to_owned();
        let domain = agent.rsplit('-').next().unwrap_or(&agent).to_owned();
        Self {
            agent,
            domain,
            clock,
        }
    }

    fn read(&mut self, episode: &Episode, output: &mut Output<'_>) {
        let Self { agent, domain, .. } = self;
        let session = format!(
            "tau-{domain}-task{:03}-trial{}",
            episode.task_id, episode.trial
        );
        let task_name = format!("{domain}/{:03}", episode.task_id);
        let operation = |clock: &AssumedClock, part: String| Operation {
            event_id: event_id(&["tau-bench", agent, &session, &part]),
            agent: agent.clone(),
            session_id: Some(session.clone()),
            source: "collect".to_owned(),
            ..blank(clock.last())
        };
        for (position, message) in episode.traj.iter().enumerate() {
            if message.role != "tool" {
                continue;
            }
            self.clock.next();
            let text = content_text(&message.content);
            let failed = text.starts_with("Error");
            output.emit(Operation {
                tool: message.name.clone(),
                success: !failed,
                error_message: failed.then_some(text),
                ..operation(&self.clock, position.to_string())
            });
            if message.name.as_deref() == Some("transfer_to_human_agents") {
                output.emit(Operation {
                    event_type: EventType::Escalation,
                    tool: message.name.clone(),
                    reason_category: Some("transfer_to_human".to_owned()),
                    ..operation(&self.clock, format!("{position} escalation"))
                });
            }
        }
        if episode.reward < 1.0 {
            self.clock.next();
            output.emit(Operation {
                event_type: EventType::TaskFailure,
                success: false,
                error_message: Some(WRONG_OUTCOME.to_owned()),
                task_name: Some(task_name),
                error_category: Some("wrong_outcome".to_owned()),
                retry_count: Some(episode.trial),
                ..operation(&self.clock, "outcome".to_owned())
            });
        }
    }
}

impl Decode for Episodes {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>) {
        let Ok(episodes) = serde_json::from_slice::<Vec<Value>>(unit) else {
            return output.skip("not a list of episodes");
        };
        for episode in episodes {
            match serde_json::from_value::<Episode>(episode) {
                Ok(episode) => self.read(&episode, output),
                Err(_) => output.skip("not an episode"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Reader};
    use super::*;
    use types::Timestamp;

    #[test]
    fn an_episode_gives_calls_escalations_and_its_outcome() {
        let text = r#"[{"task_id": 7, "trial": 1, "reward": 0.0, "traj": [
            {"role": "user", "content": "hello"},
            {"role": "tool", "name": "book", "content": "Error: no seats"},
            {"role": "tool", "name": "transfer_to_human_agents", "content": "done"}]}, {"x": 1}]"#;
        let path = Path::new("gpt-4o-airline.trials.json");
        let mut reader = Reader::new(Format::TauBench, path, Timestamp::from_micros(0));
        let mut parsed = Vec::new();
        reader.feed(text.as_bytes(), &mut parsed);

        let kinds: Vec<_> = parsed
            .iter()
            .map(|one| {
                (
                    one.operation.event_type,
                    one.operation.success,
                    one.operation.timestamp.minute(),
                )
            })
            .collect();
        assert_eq!(
            kinds,
            [
                (EventType::ToolCall, false, 1),
                (EventType::ToolCall, true, 2),
                (EventType::Escalation, true, 2),
                (EventType::TaskFailure, false, 3),
            ]
        );
        let last = &parsed[3].operation;
        assert_eq!(last.agent, "gpt-4o-airline");
        assert_eq!(
            last.session_id.as_deref(),
            Some("tau-airline-task007-trial1")
        );
        assert_eq!(last.task_name.as_deref(), Some("airline/007"));
        assert_eq!(reader.skipped().get("not an episode"), Some(&1));
    }
}
