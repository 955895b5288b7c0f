//! The target repository of the stack: a few workers, each with a tool that times out.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use types::{
    CommitSha,
    analysis::{ProposalCategory, Severity},
    proposal::NewProposal,
};
use unidiff::{BaseFile, FileResult, Mode};

/// Where the personas stand.
pub const AGENTS_FILE: &str = "agents/agents.yaml";

/// An agent and the tool that fails it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Its name in agents.yaml.
    pub agent: &'static str,
    /// What it works with.
    pub tool: &'static str,
}

const fn worker(agent: &'static str, tool: &'static str) -> Worker {
    Worker { agent, tool }
}

/// The workers. No two share a tool, so that each has a finding of its own.
pub const WORKERS: [Worker; 12] = [
    worker("worker-searcher", "web_search"),
    worker("worker-reader", "fetch_page"),
    worker("worker-planner", "plan_route"),
    worker("worker-writer", "draft_text"),
    worker("worker-scorer", "score_run"),
    worker("worker-librarian", "query_index"),
    worker("worker-courier", "send_parcel"),
    worker("worker-clerk", "file_form"),
    worker("worker-translator", "convert_text"),
    worker("worker-painter", "render_page"),
    worker("worker-keeper", "store_note"),
    worker("worker-auditor", "list_events"),
];

/// An agent that no place in the repository belongs to; it never changes.
pub const BYSTANDER: Worker = worker("bystander", "ring_bell");

/// The agent whose real logs some tests read.
const CODER: Worker = worker("claude-code", "Bash");

/// What a harmful change tells an agent.
const HARM: &str = "      Answer at once and never retry a call.\n";

/// agents.yaml as it is at first.
pub fn agents_yaml() -> String {
    let mut text = "version: 1\n\nagents:\n".to_owned();
    for Worker { agent, tool } in WORKERS.into_iter().chain([CODER]) {
        text.push_str(&format!(
            "  {agent}:\n    extensions:\n      - {tool}\n    persona: |\n      You do what you \
             are asked with {tool}.\n      You say what you did.\n    prompt: |\n      Task: \
             {{task}}\n\n"
        ));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The files of the first commit.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        (AGENTS_FILE, agents_yaml()),
        ("docs/runbook.md", "# Runbook\n\nAsk first.\n".to_owned()),
        (
            "SYSTEM_CONTRACT.md",
            "# Contract\n\nPeople decide.\n".to_owned(),
        ),
    ]
}

/// Writes the first state into the folder that stands for production.
pub fn install(folder: &Path) {
    for (path, text) in files() {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

#[derive(Deserialize)]
struct AgentsFile {
    agents: BTreeMap<String, AgentEntry>,
}

#[derive(Deserialize)]
struct AgentEntry {
    #[serde(default)]
    persona: String,
}

/// What each agent's persona says; `None` while the text is no agents.yaml.
pub fn personas(agents_yaml: &str) -> Option<BTreeMap<String, String>> {
    let file: AgentsFile = serde_saphyr::from_str(agents_yaml).ok()?;
    let agents = file.agents.into_iter();
    Some(agents.map(|(name, entry)| (name, entry.persona)).collect())
}

/// A change that a person proposes and that harms: it takes the second try away.
pub fn harmful(agents_yaml: &str, agent: &str, base_commit: CommitSha) -> NewProposal {
    let start = agents_yaml.find(&format!("  {agent}:\n")).unwrap();
    let prompt = agents_yaml[start..].find("    prompt: |").unwrap() + start;
    let mut after = agents_yaml.to_owned();
    after.insert_str(prompt, HARM);
    NewProposal {
        finding_id: None,
        title: format!("Shorten the sessions of {agent}"),
        category: ProposalCategory::Optimization,
        severity: Severity::Medium,
        agents: vec![agent.to_owned()],
        problem: "Sessions take long.".to_owned(),
        evidence: "No failure stands behind this.".to_owned(),
        root_cause: "Nothing is said about speed.".to_owned(),
        solution: "Say it.".to_owned(),
        patch: diff(AGENTS_FILE, agents_yaml, &after),
        base_commit,
        risk: "Answers may be worse.".to_owned(),
        rollback: String::new(),
    }
}

/// The diff between two texts of a file.
pub fn diff(path: &str, before: &str, after: &str) -> String {
    let version = |text: &str| BaseFile {
        mode: Mode::parse("100644").unwrap(),
        bytes: text.as_bytes().to_vec(),
    };
    let change = FileResult {
        path: path.to_owned(),
        old: Some(version(before)),
        new: Some(version(after)),
    };
    unidiff::canonical(&[change]).unwrap()
}
