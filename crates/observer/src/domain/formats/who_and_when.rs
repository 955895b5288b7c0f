//! Failure logs of the Who&When collection: what several agents said until the answer was wrong.

use std::path::Path;

use serde::Deserialize;
use types::event::{EventType, Operation};

use super::{
    Decode, Output,
    text::{AssumedClock, folder, stem},
};
use crate::domain::{event::blank, identity::event_id};

const WRONG_ANSWER: &str = "final answer does not match the expected answer";

/// What a surfer's report says when it failed, and the code for it.
const SURFER_FAILURES: &[(&str, Option<&str>)] = &[
    ("Error processing publish message", None),
    ("Title: Error 404", Some("404")),
    ("encountered an error decoding JSON arguments", None),
    ("Error. Could not transcribe this audio", None),
    ("](chrome-error://", None),
];
const CAPTCHAS: &[&str] = &["verify you are human", "are you a robot"];

pub(super) struct FailureLog {
    session: String,
    /// Whether an orchestrator leads, as in the hand-crafted half of the collection.
    orchestrated: bool,
    clock: AssumedClock,
    steps: u64,
}

#[derive(Deserialize)]
struct Document {
    history: Vec<Message>,
    mistake_agent: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    name: Option<String>,
    role: Option<String>,
    content: Option<String>,
}

/// How one step went: the tool, and if it failed the code and the text.
struct Step<'a> {
    agent: &'a str,
    tool: &'a str,
    failure: Option<(Option<String>, String)>,
}

impl FailureLog {
    pub(super) fn new(path: &Path, clock: AssumedClock) -> Self {
        let number: u64 = stem(path).parse().unwrap_or(0);
        let orchestrated = folder(path).starts_with("Hand");
        let half = if orchestrated { 'H' } else { 'A' };
        Self {
            session: format!("ww-{half}{number:03}"),
            orchestrated,
            clock,
            steps: 0,
        }
    }

    fn emit(&mut self, agent: &str, operation: Operation, output: &mut Output<'_>) {
        self.steps += 1;
        output.emit(Operation {
            event_id: event_id(&["who-and-when", &self.session, &self.steps.to_string()]),
            timestamp: self.clock.next(),
            agent: agent.to_owned(),
            session_id: Some(self.session.clone()),
            source: "collect".to_owned(),
            ..operation
        });
    }
}

impl Decode for FailureLog {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>) {
        let Ok(document) = serde_json::from_slice::<Document>(unit) else {
            return output.skip("not a failure log");
        };
        let template = blank(self.clock.last());
        let mut speaker = "";
        for message in &document.history {
            let step = match self.orchestrated {
                true => surfer_step(message),
                false => terminal_step(message, &mut speaker),
            };
            let Some(step) = step else { continue };
            let success = step.failure.is_none();
            let (error_code, error_message) = step
                .failure
                .map_or((None, None), |(code, text)| (code, Some(text)));
            let operation = Operation {
                tool: Some(step.tool.to_owned()),
                success,
                error_code,
                error_message,
                ..template.clone()
            };
            self.emit(step.agent, operation, output);
        }
        let failure = Operation {
            event_type: EventType::TaskFailure,
            success: false,
            error_message: Some(WRONG_ANSWER.to_owned()),
            task_name: Some(self.session.clone()),
            error_category: Some("wrong_answer".to_owned()),
            retry_count: Some(0),
            ..template
        };
        let agent = document.mistake_agent.unwrap_or_default();
        self.emit(&agent, failure, output);
    }
}

/// A terminal that runs what the last speaker wrote.
fn terminal_step<'a>(message: &'a Message, speaker: &mut &'a str) -> Option<Step<'a>> {
    let name = message.name.as_deref().or(message.role.as_deref())?;
    if name != "Computer_terminal" {
        *speaker = name;
        return None;
    }
    let content = message.content.as_deref().unwrap_or_default();
    if let Some((code, output)) = exit_code(content) {
        return Some(Step {
            agent: speaker,
            tool: "computer_terminal",
            failure: (code != "0").then(|| (Some(format!("EXIT_{code}")), output.to_owned())),
        });
    }
    let start: String = content.chars().take(40).collect();
    let searched = start.to_lowercase().contains("bing") || content.starts_with("Address:");
    searched.then_some(Step {
        agent: speaker,
        tool: "web_search",
        failure: None,
    })
}

/// `exitcode: 1 (execution failed)` and what follows it.
fn exit_code(content: &str) -> Option<(&str, &str)> {
    let rest = content.trim_start().strip_prefix("exitcode: ")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (code, rest) = rest.split_at(digits);
    let rest = rest.strip_prefix(" (")?;
    let (reason, output) = rest.split_once(')')?;
    let valid = 0 < digits && !reason.contains('\n');
    valid.then(|| (code, output.trim_start()))
}

/// A helper that an orchestrator sent.
fn surfer_step(message: &Message) -> Option<Step<'_>> {
    let tool = message.role.as_deref()?;
    if !matches!(
        tool,
        "WebSurfer" | "FileSurfer" | "ComputerTerminal" | "Assistant"
    ) {
        return None;
    }
    let content = message.content.as_deref().unwrap_or_default();
    Some(Step {
        agent: "Orchestrator",
        tool,
        failure: unix_exit_code(tool, content).or_else(|| surfer_failure(content)),
    })
}

fn unix_exit_code(tool: &str, content: &str) -> Option<(Option<String>, String)> {
    let (_, rest) = content.split_once("exited with Unix exit code: ")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let failed = tool == "ComputerTerminal" && 0 < digits && &rest[..digits] != "0";
    failed.then(|| {
        (
            Some(format!("EXIT_{}", &rest[..digits])),
            content.to_owned(),
        )
    })
}

fn surfer_failure(content: &str) -> Option<(Option<String>, String)> {
    for (mark, code) in SURFER_FAILURES {
        if let Some(at) = content.find(mark) {
            return Some((code.map(str::to_owned), content[at..].to_owned()));
        }
    }
    // ASCII lower case keeps every byte position.
    let lower = content.to_ascii_lowercase();
    let at = CAPTCHAS.iter().filter_map(|mark| lower.find(mark)).min()?;
    Some((Some("CAPTCHA".to_owned()), content[at..].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Reader};
    use super::*;
    use types::Timestamp;

    fn read(path: &str, text: &str) -> Vec<Operation> {
        let start = Timestamp::from_micros(0);
        let mut reader = Reader::new(Format::WhoAndWhen, Path::new(path), start);
        let mut parsed = Vec::new();
        reader.feed(text.as_bytes(), &mut parsed);
        parsed.into_iter().map(|one| one.operation).collect()
    }

    #[test]
    fn a_terminal_belongs_to_the_last_speaker_and_the_end_to_the_one_at_fault() {
        let text = r#"{"mistake_agent": "Expert", "history": [
            {"name": "Coder", "content": "run this"},
            {"name": "Computer_terminal", "content": "exitcode: 1 (execution failed)\nCode output: no"},
            {"name": "Computer_terminal", "content": "exitcode: 0 (execution succeeded)\nok"},
            {"name": "Computer_terminal", "content": "There is no code to run"}]}"#;
        let operations = read("Algorithm-Generated/7.json", text);

        assert_eq!(operations.len(), 3);
        assert_eq!(operations[0].agent, "Coder");
        assert_eq!(operations[0].error_code.as_deref(), Some("EXIT_1"));
        assert_eq!(
            operations[0].error_message.as_deref(),
            Some("Code output: no")
        );
        assert!(operations[1].success);
        assert_eq!(operations[2].agent, "Expert");
        assert_eq!(operations[2].session_id.as_deref(), Some("ww-A007"));
    }

    #[test]
    fn a_surfer_fails_by_what_its_report_says() {
        let text = r#"{"history": [
            {"role": "Orchestrator (-> WebSurfer)", "content": "go"},
            {"role": "WebSurfer", "content": "I saw: Please Verify you are human"},
            {"role": "ComputerTerminal", "content": "The script exited with Unix exit code: 2"},
            {"role": "FileSurfer", "content": "fine"}]}"#;
        let operations = read("Hand-Crafted/12.json", text);

        let codes: Vec<_> = operations
            .iter()
            .map(|one| one.error_code.as_deref())
            .collect();
        assert_eq!(codes, [Some("CAPTCHA"), Some("EXIT_2"), None, None]);
        assert_eq!(
            operations[0].error_message.as_deref(),
            Some("Verify you are human")
        );
    }
}
